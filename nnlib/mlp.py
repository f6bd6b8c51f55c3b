"""Chapter 2. Layers, and networks made of them. The rules that all of nnlib keeps:

1. Batch first. x is (n, d_in), W is (d_out, d_in), b is (d_out,), and z = x @ W.T + b:
   each row of the batch reads as the book's column, z = W a + b.
2. 1/n appears only in loss.py. A loss owns its value and its gradient together.
3. Only an optimiser writes parameters, and it writes them in place.
4. Randomness enters as the keyword `rng`, a numpy Generator. There is no global seed.
5. Every class is abstract or final: what you read is what runs.
6. `fit` is a generator of steps. A plot, a live figure or a `for` loop drives it.
7. Bad input is refused where it enters, with a sentence that says what to do.
8. `import nnlib` needs numpy alone.
9. Names are the book's: W b x z a y delta, A[l] for the activations of layer l.

A layer owns parameters and never activations. Whoever wants the way back hands in what
the way there produced; so a layer may be used twice, or run in between, without harm.
"""

from itertools import pairwise

import numpy as np

from .checks import batch, finite, generator, numeric, whole


def glorot(d_out, d_in, rng):
    """W ~ U(−l, l), l = √(6 / (d_in + d_out)): signals and gradients keep their size.

    (d_out, d_in). For layers whose slope near 0 is about 1 (tanh, sigmoid, identity).
    Source: Glorot & Bengio, AISTATS (2010), 249–256.
    """
    limit = np.sqrt(6 / (d_in + d_out))
    return rng.uniform(-limit, limit, (d_out, d_in))


def he(d_out, d_in, rng):
    """W ~ U(−l, l), l = √(6 / d_in): twice the variance, as ReLU drops half the signal.

    (d_out, d_in). Source: He, Zhang, Ren & Sun, ICCV (2015), 1026–1034.
    """
    limit = np.sqrt(6 / d_in)
    return rng.uniform(-limit, limit, (d_out, d_in))


class Layer:
    """y = f(x), row by row, and the way back.                x (n, d_in) → y (n, d_out)

    Every method is pure: it reads the parameters, writes no attribute, leaves x alone.
    `dy` is ∂L/∂y with y's shape, for whatever scalar L stands at the end.
    """

    init = staticmethod(
        glorot
    )  # what suits the weights of a Dense in front of this layer

    @property
    def params(self):
        """The arrays that an optimiser may change, in the order of `grads`."""
        return []

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
        return f"{type(self).__name__}()"


class Dense(Layer):
    """z = W x + b.             x (n, d_in) → z (n, d_out);  W (d_out, d_in), b (d_out,)

    Jacobian   ∂z/∂x = W            the same for every input: the map is flat
    VJP        ∂L/∂x = Wᵀ δ         with δ = ∂L/∂z
    Gradients  ∂L/∂W = Σ δ xᵀ,  ∂L/∂b = Σ δ        Σ over the rows of the batch
    """

    def __init__(self, d_in, d_out, *, rng, init=glorot):
        whole(d_in, "d_in", "Dense")
        whole(d_out, "d_out", "Dense")
        self.W = init(d_out, d_in, generator(rng, "Dense"))
        self.b = np.zeros(d_out)

    @classmethod
    def of(cls, W, b):
        """A layer with these weights: W (d_out, d_in), b (d_out,); they are copied."""
        W, b = finite(numeric(W, "W"), "W"), finite(numeric(b, "b"), "b")
        if W.ndim != 2 or 0 in W.shape or b.shape != W.shape[:1]:
            raise ValueError(
                f"Dense.of needs W (d_out, d_in) and b (d_out,), "
                f"got {W.shape} and {b.shape}."
            )
        layer = cls.__new__(cls)
        layer.W, layer.b = W.copy(), b.copy()
        return layer

    @property
    def params(self):
        return [self.W, self.b]

    @property
    def d_in(self):
        """How many numbers a row of x has."""
        return self.W.shape[1]

    @property
    def d_out(self):
        """How many numbers a row of z has: one for each neuron."""
        return self.W.shape[0]

    def __call__(self, x):
        return x @ self.W.T + self.b

    def vjp(self, x, y, dy):
        return dy @ self.W

    def grads(self, x, dy):
        return [dy.T @ x, dy.sum(0)]

    def jacobian(self, x):
        return np.broadcast_to(self.W, (len(x), *self.W.shape))

    def __repr__(self):
        return f"Dense({self.d_in}, {self.d_out})"


class Elementwise(Layer):
    """a[i] = g(z[i]), each number by itself.                      z (n, d) → a (n, d)

    Jacobian   diag(g'(z)): no entry of a depends on another entry of z
    VJP        ∂L/∂z = ∂L/∂a ⊙ g'(z)
    """

    def derivative(self, z, a):
        """g'(z), given z and a = g(z) (often a alone is enough).        shape of z"""
        raise NotImplementedError

    def vjp(self, x, y, dy):
        return dy * self.derivative(x, y)

    def jacobian(self, x):
        slopes = self.derivative(x, self(x))
        return slopes[:, :, None] * np.eye(x.shape[1])


class Identity(Elementwise):
    """a = z, slope 1 everywhere: the output of a regression.      range (−∞, ∞)"""

    def __call__(self, x):
        return x

    def derivative(self, z, a):
        return np.ones_like(z)


class Network(Layer):
    """ŷ = f_L(… f_2(f_1(x))): layers in a row, itself a layer.  (n, d_in) → (n, d_out)

    The input is not counted as a layer. `trace` keeps every activation: all that a
    plot, a live figure or backpropagation needs. A network among the layers stands for
    its own layers.
    """

    def __init__(self, layers):
        inner = [f.layers if isinstance(f, Network) else [f] for f in layers]
        self.layers = [f for some in inner for f in some]
        width, giver = None, None
        for number, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"layer {number} must be a Layer such as Identity(), got {layer!r}."
                )
            if width and getattr(layer, "d_in", width) != width:
                raise ValueError(
                    f"layer {number} takes {layer.d_in} inputs "
                    f"but layer {giver} gives {width}."
                )
            if hasattr(layer, "d_out"):
                width, giver = layer.d_out, number
        if width is None:
            raise ValueError("Network needs at least one Dense layer.")

    @classmethod
    def mlp(cls, sizes, *, hidden, out=Identity(), rng):
        """Dense layers of these sizes, `hidden` after each but the last, then `out`.

        Network.mlp([2, 8, 1], hidden=Tanh(), out=Sigmoid(), rng=rng): 2 inputs, 8
        hidden units, 1 output. The weights in front of a layer are drawn by its `init`:
        He for ReLU-like layers, Glorot for the others. Biases start at 0.
        """
        if len(sizes) < 2:
            raise ValueError(
                f"sizes needs at least an input and an output, got {sizes}."
            )
        layers, last = [], len(sizes) - 2
        for number, (d_in, d_out) in enumerate(pairwise(sizes)):
            after = hidden if number < last else out
            init = getattr(after, "init", glorot)  # no layer at all? __init__ says so
            layers += [Dense(d_in, d_out, rng=rng, init=init), after]
        return cls(layers)

    @property
    def params(self):
        return [p for f in self.layers for p in f.params]

    @property
    def d_in(self):
        """How many inputs the first Dense layer takes."""
        return next(f.d_in for f in self.layers if hasattr(f, "d_in"))

    @property
    def d_out(self):
        """How many outputs the last Dense layer gives."""
        return next(f.d_out for f in reversed(self.layers) if hasattr(f, "d_out"))

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
        return f"Network([{', '.join(map(repr, self.layers))}])"
