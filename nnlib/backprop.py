"""Chapter 6. Every gradient of a network from one walk back through its activations.
delta = ∂L/∂z is handed from layer to layer, last to first: Wᵀ delta ⊙ g'(z). A layer's
own gradients need no more than delta and what the layer was given on the way there."""

from collections import Counter, namedtuple

import numpy as np

from .checks import batch, generator, require, whole
from .gradient_descent import numerical_gradient


def backward(net, A, dY):
    """∂L/∂p for each p of net.params.     A = net.trace(X); dY = ∂L/∂A[L], of its shape
    The walk ends at the first layer that has parameters: the data do not learn. A layer
    that stands twice in the network gets the sum of both its gradients."""
    require(dY.shape == A[-1].shape, "dY needs the shape of the output, A[L].")
    first = next(k for k, f in enumerate(net.layers) if f.params)
    grads, delta = {}, dY
    for k in range(len(net.layers) - 1, first - 1, -1):
        f, x, y = net.layers[k], A[k], A[k + 1]
        new = f.grads(x, delta)
        grads[f] = list(map(np.add, grads[f], new)) if f in grads else new
        if k > first:
            delta = f.vjp(x, y, delta)
    return [g for f in dict.fromkeys(net.layers[first:]) for g in grads[f]]


def value_and_grad(net, loss, X, T):
    """L(net(X), T), and its gradients in the order of net.params."""
    A = net.trace(batch(X, net.d_in, "value_and_grad", "X"))
    value, dY = loss.value_and_grad(*loss.check(A[-1], T))
    return value, backward(net, A, dY)


GradientCheck = namedtuple("GradientCheck", "name backprop numerical error")


def check_gradients(net, loss, X, T, *, h=1e-5):
    """The entry of a parameter where backprop and central differences agree least.
    error = |backprop − numerical| / (0.001 + |numerical|): all is well below 1e-6. (A
    kink, as of ReLU, within h of some z makes a right gradient look wrong.)"""
    _, grads = value_and_grad(net, loss, X, T)
    slopes = [numerical_gradient(lambda _: loss(net(X), T), p, h=h) for p in net.params]
    found = np.concatenate([g.ravel() for g in grads])
    wanted = np.concatenate([g.ravel() for g in slopes])
    error = np.abs(found - wanted) / (1e-3 + np.abs(wanted))
    worst = np.argmax(error)  # a nan counts as the largest
    names = [
        f"layers[{k}].{name}{list(at)}"
        for k, f in enumerate(net.layers)
        for name, p in vars(f).items()
        if f not in net.layers[:k] and any(p is q for q in f.params)
        for at in np.ndindex(p.shape)
    ]
    numbers = np.stack([found, wanted, error])[:, worst]
    return GradientCheck(names[worst], *numbers.tolist())


def train_test_split(X, T, *, test_size=0.2, rng):
    """X_train, X_test, T_train, T_test: the rows shuffled by `rng`, and cut in two."""
    n, cut = len(X), round(len(X) * test_size)
    require(len(T) == n, f"X has {n} examples but T has {len(T)}.")
    require(0 < cut < n, f"test_size must leave {n} rows two parts, got {test_size}.")
    rows = generator(rng, "train_test_split").permutation(n)
    test, train = rows[:cut], rows[cut:]
    return X[train], X[test], T[train], T[test]


def fit(net, loss, opt, X, T, *, epochs, batch_size=None, rng=None):
    """Train; after each step of `opt` yield (epoch, step, loss), both counted from 1.
    An epoch takes each row once, batch_size rows a step, in an order drawn by `rng`, or
    all at once without a batch_size. The loss is that of its rows, before the step. All
    is checked first. A run that diverges raises FloatingPointError: epoch and step."""
    X = batch(X, net.d_in, "fit", "X")
    n = len(X)
    T = loss.check(net(X), T)[1]
    size = n if batch_size is None else whole(batch_size, "batch_size", "fit")
    require(size <= n, f"fit: batch_size must lie in 1..{n}, got {size}.")
    rng = generator(rng, "fit") if size < n else None
    run = _steps(net, loss, opt, X, T, whole(epochs, "epochs", "fit"), size, rng)
    opt.bind(net.params)
    return run


def _steps(net, loss, opt, X, T, epochs, size, rng):
    n, step = len(X), 0
    cuts = range(size, n, size)
    for epoch in range(1, epochs + 1):
        for rows in np.split(rng.permutation(n), cuts) if cuts else [...]:
            step += 1
            try:
                with np.errstate(all="ignore"):
                    A = net.trace(X[rows])
                    value, dY = loss.value_and_grad(A[-1], T[rows])
                    opt.advance(backward(net, A, dY))
            except FloatingPointError as error:
                raise FloatingPointError(
                    f"epoch {epoch}, step {step}: {error}"
                ) from None
            yield epoch, step, value


class Value:
    """A number, or a constant, that remembers its edges: (parent, ∂self/∂parent). The
    way back only reverses the arrows, multiplies along them, adds where they meet."""

    def __init__(self, data, edges=()):
        self.data, self.edges, self.grad = float(data), edges, 0.0

    def __add__(self, other):
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def through(self, g):
        """g(self) for an elementwise layer g, such as Tanh()."""
        z = np.float64(self.data)
        slope = g.derivative(z, g(z))
        return Value(g(z), [(self, float(slope))])

    def backward(self):
        """Set `grad` = ∂self/∂node on each node, when all arrows into it have come."""
        arrows, found = Counter(), [self]
        while found:
            for parent, _ in found.pop().edges:
                found += [] if parent in arrows else [parent]
                arrows[parent] += 1
                parent.grad = 0.0
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            for parent, slope in node.edges:
                parent.grad += slope * node.grad
                arrows[parent] -= 1
                ready += [] if arrows[parent] else [parent]
