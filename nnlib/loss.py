"""Chapter 4. How wrong a prediction is, as one number, and which way would be better.
Only here is anything divided by n: every loss sums over the k outputs of a row and
averages over the n rows. (PyTorch's MSELoss and BCELoss give 1/k of ours.)"""

from collections import namedtuple
from functools import partial
from math import isfinite

import numpy as np

from .activations import Sigmoid, Softmax, Step
from .checks import batch, finite, holds, numeric, require, whole, zero_or_one
from .mlp import Identity


def one_hot_rows(T):
    """`T`, in each row a single 1 among zeros; else ValueError names the first row."""
    ones = zero_or_one(T).sum(axis=1)
    holds(ones == 1, ones, "the 1s in each row of T must be one, as one_hot makes them")
    return T


def probabilities(Y):
    """`Y`, each entry in [0, 1]; else ValueError names the first outside."""
    rule = "probabilities must lie in [0, 1] (was the sigmoid forgotten?)"
    return holds((Y >= 0) & (Y <= 1), Y, rule)


class Loss:
    """L = (1/n) Σ ℓ(y, t) over the rows of Y and T (n, k).    L a float, ∂L/∂Y (n, k)
    `loss(Y, T)` and `loss.grad(Y, T)` check first: TypeError or ValueError if Y or T do
    not fit, FloatingPointError if L is infinite."""

    outputs = targets = staticmethod(lambda A: A)  # what this loss asks of Y, and T
    remedy = "try a tenth of the learning rate"

    @np.errstate(all="ignore")
    def __call__(self, Y, T):
        return self.value_and_grad(*self.check(Y, T))[0]

    @np.errstate(all="ignore")
    def grad(self, Y, T):
        """∂L/∂Y."""
        return self.value_and_grad(*self.check(Y, T))[1]

    def check(self, Y, T):
        """Y and T as float64 batches of one shape, such as this loss is made for."""
        Y, T = batch(Y, None, str(self), "Y"), finite(numeric(T, "T"), "T")
        both = f"{self}: Y has shape {Y.shape} but T has {T.shape}"
        advice = f"for a column use T[:, None], for classes one_hot(T, {Y.shape[1]})"
        require(Y.shape == T.shape, f"{both}; {advice}.")
        return self.outputs(Y), self.targets(T)

    def value_and_grad(self, Y, T):
        """L and ∂L/∂Y, for a batch that has passed `check`."""
        n = len(Y)
        total, slope = self.equations(Y, T)
        if not isfinite(total):
            raise FloatingPointError(f"{self} became {total}: {self.remedy}.")
        return float(total) / n, slope / n

    def equations(self, Y, T):
        """Σ ℓ over the rows, and its slope by each entry of Y; nothing divided by n."""
        raise NotImplementedError

    def __repr__(self):
        return f"{type(self).__name__}()"


class MSE(Loss):
    """ℓ = Σ (y − t)²,   ∂ℓ/∂y = 2 (y − t).                            for regression"""

    def equations(self, Y, T):
        d = Y - T
        return (d * d).sum(), 2 * d


class HalfMSE(Loss):
    """ℓ = ½ Σ (y − t)²,   ∂ℓ/∂y = y − t.             MSE with half the learning rate"""

    def equations(self, Y, T):
        d = Y - T
        return (d * d).sum() / 2, d


class BCE(Loss):
    """ℓ = −Σ [t ln y + (1 − t) ln(1 − y)],   ∂ℓ/∂y = (y − t) / (y (1 − y)).
    ℓ = −ln p, p = y or 1 − y the chance given to what happened: wrong and sure is ∞."""

    outputs, targets = staticmethod(probabilities), staticmethod(zero_or_one)
    remedy = "what was ruled out has happened; train on logits (SigmoidBCE, SoftmaxCE)"

    def equations(self, Y, T):
        p = np.where(T == 1, Y, 1 - Y)
        return -np.log(p).sum(), (1 - 2 * T) / p


class CE(Loss):
    """ℓ = −Σ_c t[c] ln y[c] = −ln p,   ∂ℓ/∂y[c] = −t[c] / p,   p = y at the target.
    Rows of T are one-hot; rows of Y should sum to 1, as softmax makes them."""

    outputs, targets = staticmethod(probabilities), staticmethod(one_hot_rows)
    remedy = BCE.remedy

    def equations(self, Y, T):
        p = (Y * T).sum(axis=1, keepdims=True)
        return -np.log(p).sum(), -T / p


class SigmoidBCE(Loss):
    """BCE of y = σ(z), from z: ℓ = Σ ln(1 + e^s), s = (1 − 2t) z;   ∂ℓ/∂z = y − t.
    σ' has cancelled: the more wrong, the more slope. (y − t = ±σ(s), ln σ(s) = s−ℓ)"""

    targets = staticmethod(zero_or_one)

    def equations(self, Y, T):
        sign = 1 - 2 * T
        s = sign * Y
        losses = np.logaddexp(0, s)
        return losses.sum(), sign * np.exp(s - losses)


class SoftmaxCE(Loss):
    """CE of y = softmax(z), from z: ℓ = ln Σ_j e^z[j] − Σ t z;   ∂ℓ/∂z = y − t.
    The largest z of each row is made 0 first: no logit overflows."""

    targets = staticmethod(one_hot_rows)

    def equations(self, Y, T):
        z = Y - Y.max(axis=1, keepdims=True)
        e = np.exp(z)
        total = e.sum(axis=1, keepdims=True)
        return np.log(total).sum() - (z * T).sum(), e / total - T


def one_hot(t, k):
    """T[i, t[i]] = 1, else 0: the classes 0 … k − 1 as targets.    t (n,) → T (n, k)"""
    t, k = np.asarray(t), whole(k, "k", "one_hot")
    require(t.ndim == 1 and t.size, f"labels must have shape (n,), got {t.shape}.")
    if t.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, got {t.dtype}.")
    return np.eye(k)[holds((t >= 0) & (t < k), t, f"labels must lie in 0..{k - 1}")]


Head = namedtuple("Head", "out loss on_logits target predict")
"""ŷ = out(z), its loss, the same loss of z (to train with), a row of T, the answer."""

HEADS = {
    "binary": Head(Sigmoid(), BCE(), SigmoidBCE(), "0 or 1", Step(0.5)),
    "multi-class": Head(
        Softmax(), CE(), SoftmaxCE(), "one-hot", partial(np.argmax, axis=1)
    ),
    "single-output regression": Head(Identity(), MSE(), MSE(), "a number", Identity()),
    "multi-output regression": Head(Identity(), MSE(), MSE(), "k numbers", Identity()),
}
"""What each kind of task asks of the end of a network."""
