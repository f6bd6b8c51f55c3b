"""Chapter 2. Layers, and networks made of them. The rules that all of nnlib keeps:
1. Batch first: x (n, d_in), W (d_out, d_in), b (d_out,), z = x @ W.T + b row by row.
2. 1/n appears only in loss.py. A loss owns its value and its gradient together.
3. Only an optimiser writes parameters, and it writes them in place.
4. Randomness enters as the keyword `rng`, a numpy Generator. There is no global seed.
5. Every class is abstract or final: what you read is what runs.
6. `fit` is a generator of steps. A plot, a live figure or a `for` loop drives it.
7. Bad input is refused where it enters, with a sentence that says what to do.
8. Names are the book's: W b x z a y delta, A[l] for the activations of layer l.
A layer owns parameters and never activations. Whoever wants the way back hands in what
the way there produced: so it may be used twice, or run in between, without harm."""

from itertools import pairwise

import numpy as np

from .checks import batch, finite, generator, numeric, require, whole


def glorot(d_out, d_in, rng):
    """W ~ U(−l, l), l = √(6 / (d_in + d_out)): signals and gradients keep their size.
    For slopes of about 1 near 0. Source: Glorot & Bengio, AISTATS (2010), 249–256."""
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he(d_out, d_in, rng):
    """W ~ U(−l, l), l = √(6 / d_in): twice the variance, as ReLU drops half the signal.
    Source: He, Zhang, Ren & Sun, ICCV (2015), 1026–1034."""
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))


class Layer:
    """y = f(x), row by row, and the way back.                x (n, d_in) → y (n, d_out)
    Every method is pure: it reads the parameters, writes no attribute, leaves x alone.
    `dy` is ∂L/∂y with y's shape, for whatever scalar L stands at the end."""

    d_in = d_out = None  # as many as come: only a Dense layer insists on a width
    init = staticmethod(glorot)  # what suits the weights of a Dense in front of this
    params = ()  # the arrays that an optimiser may change, in the order of `grads`

    def __call__(self, x):
        """y = f(x)."""
        raise NotImplementedError

    def vjp(self, x, y, dy):
        """∂L/∂x = Jᵀ ∂L/∂y in each row, without ever building J.       (n, d_in)"""
        raise NotImplementedError

    def grads(self, x, dy):
        """∂L/∂p for each p in `params`, summed over the batch, each of p's shape."""
        return []

    def jacobian(self, x):
        """J[n, i, j] = ∂y[n, i]/∂x[n, j].                          (n, d_out, d_in)"""
        raise NotImplementedError

    def __repr__(self):
        numbers = [f"{v:g}" for v in vars(self).values() if np.ndim(v) == 0]
        return f"{type(self).__name__}({', '.join(numbers)})"


class Dense(Layer):
    """z = W x + b.             x (n, d_in) → z (n, d_out);  W (d_out, d_in), b (d_out,)
    Jacobian   ∂z/∂x = W            the same for every input: the map is flat
    VJP        ∂L/∂x = Wᵀ δ         with δ = ∂L/∂z
    Gradients  ∂L/∂W = Σ δ xᵀ,  ∂L/∂b = Σ δ = 1ᵀδ   Σ over the rows of the batch"""

    def __init__(self, d_in, d_out, *, rng, init=glorot):
        self.d_in = whole(d_in, "d_in", "Dense")
        self.d_out = whole(d_out, "d_out", "Dense")
        self.W = init(d_out, d_in, generator(rng, "Dense"))
        self.b = np.zeros(d_out)

    @classmethod
    def of(cls, W, b):
        """A layer with these weights: W (d_out, d_in), b (d_out,); they are copied."""
        W = finite(numeric(W, "W"), "W")
        b = finite(numeric(b, "b"), "b")
        fits = W.ndim == 2 and W.size and b.shape == W.shape[:1]
        given = f"got {W.shape} and {b.shape}"
        require(fits, f"Dense.of needs W (d_out, d_in) and b (d_out,), {given}.")
        layer = cls.__new__(cls)
        layer.d_in, layer.d_out = W.shape[::-1]
        layer.W, layer.b = W.copy(), b.copy()
        return layer

    @property
    def params(self):
        return [self.W, self.b]

    def __call__(self, x):
        return x @ self.W.T + self.b

    def vjp(self, x, y, dy):
        return dy @ self.W

    def grads(self, x, dy):
        return [dy.T @ x, np.ones(len(dy)) @ dy]

    def jacobian(self, x):
        return np.broadcast_to(self.W, (len(x), *self.W.shape))


class Elementwise(Layer):
    """a[i] = g(z[i]), each number by itself.                      z (n, d) → a (n, d)
    Jacobian   diag(g'(z)): no entry of a depends on another entry of z
    VJP        ∂L/∂z = ∂L/∂a ⊙ g'(z)"""

    def derivative(self, z, a):
        """g'(z), given z and a = g(z) (often a alone is enough).        shape of z"""
        raise NotImplementedError

    def vjp(self, x, y, dy):
        return dy * self.derivative(x, y)

    def jacobian(self, x):
        return self.derivative(x, self(x))[:, :, None] * np.eye(x.shape[1])


class Identity(Elementwise):
    """a = z, slope 1 everywhere: the output of a regression.      range (−∞, ∞)"""

    def __call__(self, x):
        return x

    def derivative(self, z, a):
        return np.ones_like(z)

    def vjp(self, x, y, dy):
        return dy


class Network:
    """ŷ = f_L(… f_2(f_1(x))): layers in a row.                  (n, d_in) → (n, d_out)
    The input is not counted as a layer. A layer that stands twice learns once."""

    def __init__(self, layers):
        self.layers = list(layers)
        for k, f in enumerate(self.layers):
            if not isinstance(f, Layer):
                must = "must be a Layer such as Identity()"
                raise TypeError(f"layer {k} {must}, got {f!r}.")
        wide = [f for f in self.layers if f.d_in]
        require(wide, "Network needs at least one Dense layer.")
        for f, g in pairwise(wide):
            require(f.d_out == g.d_in, f"{g} cannot follow {f}: {g.d_in} ≠ {f.d_out}.")
        self.d_in, self.d_out = wide[0].d_in, wide[-1].d_out

    @classmethod
    def mlp(cls, sizes, *, hidden, out=Identity(), rng):
        """Dense layers of these sizes, `hidden` after each but the last, then `out`.
        Weights are drawn by the `init` of the layer behind them, biases start at 0."""
        few = f"sizes needs at least an input and an output, got {sizes}."
        require(len(sizes) > 1, few)
        layers, behind = [], [hidden] * (len(sizes) - 2) + [out]
        for (d_in, d_out), g in zip(pairwise(sizes), behind, strict=True):
            init = getattr(g, "init", glorot)  # no layer at all? __init__ says so
            layers += [Dense(d_in, d_out, rng=rng, init=init), g]
        return cls(layers)

    @property
    def params(self):
        """The parameters of the layers, first to last."""
        return [p for f in dict.fromkeys(self.layers) for p in f.params]

    def __call__(self, x):
        """ŷ. ValueError or TypeError if x is no finite batch of d_in columns."""
        return self.trace(batch(x, self.d_in, f"Network with {self.d_in} inputs"))[-1]

    def trace(self, X):
        """[A0, A1, …, AL]: the input and what each layer made of it. X is trusted."""
        A = [X]
        for f in self.layers:
            A.append(f(A[-1]))
        return A

    def __repr__(self):
        return f"Network({self.layers})"
