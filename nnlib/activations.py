"""Chapter 3. What bends the plane: the functions g that stand between two Dense layers.
Without one of them any stack of Dense layers is a single Dense layer in disguise."""

import numpy as np

from .mlp import Elementwise, Layer, he


def logistic(z):
    """σ(z) = 1 / (1 + e^−z), without overflow for any z.                  shape of z
    e^−|z| never exceeds 1; for z < 0 the equal form e^z / (1 + e^z) is used."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1 + e)


def softmax(z):
    """p[i] = exp z[i] / Σ_j exp z[j] along the last axis, without overflow.  shape of z
    A constant added to all of z changes nothing: so the largest is made 0 first."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


class Linear(Elementwise):
    """g(z) = α z + β, g' = α.                                          range (−∞, ∞)
    However many layers it separates, they stay one affine map: it cannot bend."""

    def __init__(self, a=1.0, b=0.0):
        self.a, self.b = float(a), float(b)

    def __call__(self, x):
        return self.a * x + self.b

    def derivative(self, z, a):
        return np.full(np.shape(z), self.a)


class Heaviside(Elementwise):
    """g(z) = 0 for z < 0, ½ at z = 0, 1 for z > 0.                   range {0, ½, 1}
    Its slope is 0 wherever it has one: no gradient tells it which way to move."""

    def __call__(self, x):
        return np.heaviside(x, 0.5)

    def derivative(self, z, a):
        return np.zeros_like(z)


class Step(Elementwise):
    """g(z) = 1 if z > θ else 0, strictly; the perceptron's decision.     range {0, 1}
    Step(θ) of w·x is Step(0) of w·x + b with b = −θ. The slope is 0, as Heaviside's."""

    def __init__(self, threshold=0.0):
        self.threshold = float(threshold)

    def __call__(self, x):
        return (np.asarray(x) > self.threshold).astype(float)

    def derivative(self, z, a):
        return np.zeros_like(z)


class Sigmoid(Elementwise):
    """σ(z) = 1 / (1 + e^−z),   σ' = σ (1 − σ) ≤ ¼.                      range (0, 1)
    Reads as a probability. Flat at both ends: for |z| ≫ 0 hardly a gradient gets by."""

    def __call__(self, x):
        return logistic(x)

    def derivative(self, z, a):
        return a * (1 - a)


class Tanh(Elementwise):
    """tanh z = 2 σ(2z) − 1,   tanh' = 1 − tanh² ≤ 1.                   range (−1, 1)
    The sigmoid stretched to be centred on 0, and four times as steep there."""

    def __call__(self, x):
        return np.tanh(x)

    def derivative(self, z, a):
        return 1 - a * a


class ReLU(Elementwise):
    """g(z) = max(z, 0),   g' = 1 for z > 0, else 0 (at 0 by choice).    range [0, ∞)
    Never flat on the right, silent on the left: a unit stuck there is dead."""

    init = staticmethod(he)

    def __call__(self, x):
        return np.maximum(x, 0.0)

    def derivative(self, z, a):
        return (z > 0).astype(float)


class LeakyReLU(Elementwise):
    """g(z) = z for z > 0, s z otherwise; g' = 1 or s.                 range (−∞, ∞)
    With a small slope s > 0 no unit dies. Equal to max(s z, z) only for 0 ≤ s ≤ 1."""

    init = staticmethod(he)

    def __init__(self, slope=0.01):
        self.slope = float(slope)

    def __call__(self, x):
        return np.where(x > 0, x, self.slope * x)

    def derivative(self, z, a):
        return np.where(z > 0, 1.0, self.slope)


class Softmax(Layer):
    """p[i] = exp z[i] / Σ_j exp z[j], row by row.                 z (n, k) → p (n, k)

    Jacobian   ∂p[i]/∂z[j] = p[i] (1[i=j] − p[j])        not diagonal: outputs compete
    VJP        ∂L/∂z = p ⊙ (dp − ⟨dp, p⟩)       the same product with k numbers, not k²
    """

    def __call__(self, x):
        return softmax(x)

    def vjp(self, x, y, dy):
        return y * (dy - (dy * y).sum(axis=-1, keepdims=True))

    def jacobian(self, x):
        p = softmax(x)
        return p[:, :, None] * (np.eye(p.shape[1]) - p[:, None, :])
