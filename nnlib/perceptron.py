"""Chapter 1. One neuron that decides, and the rule by which it learns from mistakes.
A perceptron draws one straight line (in d dimensions: a hyperplane) and answers 1 on
one side of it, 0 on the other. Whatever a line can separate, its rule will learn."""

from collections import namedtuple

import numpy as np

from .checks import batch, numeric, positive, require, whole, zero_or_one

Correction = namedtuple("Correction", "epoch row error w b")
"""One mistake put right: its epoch and row, t − ŷ, and the w and b that follow."""


class Perceptron:
    """ŷ = 1 if z > 0 else 0,   z = w·x + b.            x (n, d_in) → z, ŷ (n,)
    A point exactly on the line z = 0 is answered with 0. A threshold θ is a bias −θ.
    With bias=False, b stays 0 and the line goes through the origin. Weights start at 0.
    Source: Rosenblatt, Psychological Review 65 (1958), 386–408."""

    def __init__(self, d_in, *, bias=True):
        self.w = np.zeros(whole(d_in, "d_in", "Perceptron"))
        self.b = 0.0
        self.bias = bias

    def __repr__(self):
        return f"Perceptron(w={self.w.tolist()}, b={self.b})"

    def __call__(self, X):
        """z = X w + b, the signed score of every row.               (n, d_in) → (n,)"""
        X = batch(X, self.w.size, f"Perceptron({self.w.size})", "X")
        return X @ self.w + self.b

    def predict(self, X):
        """1 where z > 0, else 0.                             (n, d_in) → (n,) of int"""
        return (self(X) > 0).astype(int)

    def train(self, X, t, *, eta=1.0, epochs=1000):
        """The perceptron rule, one row after the other; yields every Correction.
            e = t − ŷ        w ← w + η e x        b ← b + η e
        Stops after the first epoch without a mistake, or after `epochs`. A line that
        separates the classes is found in at most (R/γ)² corrections: convergence_bound.
        If there is none, they never end. ValueError unless t is one 0 or 1 a row."""
        X = batch(X, self.w.size, f"Perceptron({self.w.size})", "X")
        t = binary(t, X)
        eta, epochs = positive(eta, "eta"), whole(epochs, "epochs", "train")
        return self._corrections(X, t, eta, epochs)

    def _corrections(self, X, t, eta, epochs):
        for epoch in range(1, epochs + 1):
            clean = True
            for row, (x, target) in enumerate(zip(X, t, strict=True)):
                error = int(target) - int(x @ self.w + self.b > 0)
                if error:
                    clean = False
                    self.w = self.w + eta * error * x
                    self.b += eta * error * self.bias
                    yield Correction(epoch, row, error, self.w, self.b)
            if clean:
                return


def binary(t, X):
    """Targets `t` as integers (n,), each 0 or 1, one a row of X; else ValueError."""
    t, shape = numeric(t, "t"), (len(X),)
    given = f"one target a row of X; got {t.shape}"
    require(t.shape == shape, f"t needs shape {shape}, {given}.")
    return zero_or_one(t).astype(int)


def convergence_bound(X, t, *, steps=20_000):
    """(R/γ)²: no perceptron started at 0 makes more corrections. inf if no line fits.
    x̃ = (x, 1), s = ±1 for target 1 or 0:   R = max ‖x̃‖,   γ = max_v min_i s_i v·x̃_i,
    ‖v‖ = 1: how far the origin is from the convex hull of the s_i x̃_i. Gilbert's method
    walks there, each v a lower bound of γ: never too small. Source: Novikoff (1962)."""
    X = batch(X, None, "convergence_bound", "X")
    signs = 2 * binary(t, X) - 1
    P = signs[:, None] * np.column_stack([X, np.ones(len(X))])
    v, margin = P[0], -np.inf
    for _ in range(whole(steps, "steps", "convergence_bound")):
        scores = P @ v
        far = P[scores.argmin()]
        margin = max(margin, scores.min() / max(np.linalg.norm(v), 1e-300))
        gap = v - far
        if not gap.any():
            break
        v = v - min(1.0, max(0.0, v @ gap / (gap @ gap))) * gap
    if margin <= 1e-9:
        return np.inf
    # rounding may take the last digit away: 1 − 1e-16 would forbid the first correction
    return float((P**2).sum(1).max() / margin**2) * (1 + 1e-12)
