"""Chapter 1. One neuron that decides, and the rule by which it learns from mistakes.

A perceptron draws one straight line (in d dimensions: one hyperplane) and answers 1
on one side of it, 0 on the other. Whatever a line can separate, its rule will learn.
"""

from typing import NamedTuple

import numpy as np

from .checks import batch, numeric, positive, whole


class Correction(NamedTuple):
    """One mistake put right: its epoch and row, t − ŷ, and the w and b that follow."""

    epoch: int
    row: int
    error: int
    w: np.ndarray
    b: float


class Perceptron:
    """ŷ = 1 if z > 0 else 0,   z = w·x + b.            x (n, d_in) → z, ŷ (n,)

    The decision is strict: a point exactly on the line z = 0 is answered with 0.
    A threshold θ is the same thing as a bias b = −θ. With bias=False, b stays 0 and
    the line is nailed to the origin. Weights start at zero.
    Source: Rosenblatt, Psychological Review 65 (1958), 386–408.
    """

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

        A row answered rightly (e = 0) changes nothing. Stops after the first epoch
        without a mistake, or after `epochs`. If a line separates the classes there are
        at most (R/γ)² corrections (`convergence_bound`); if none does, they never end.
        ValueError unless t holds one 0 or 1 for each row of X.
        """
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
    t = numeric(t, "t")
    if t.shape != (len(X),):
        raise ValueError(
            f"t needs shape ({len(X)},), one target a row of X; got {t.shape}."
        )
    if not np.isin(t, (0, 1)).all():
        at = int(np.flatnonzero(~np.isin(t, (0, 1)))[0])
        raise ValueError(f"targets must be 0 or 1, found {t[at]:g} at index {at}.")
    return t.astype(int)


def convergence_bound(X, t, *, steps=20_000):
    """(R/γ)²: no perceptron started at 0 makes more corrections. inf if no line fits.

    x̃ = (x, 1), s = ±1 for target 1 or 0:   R = max ‖x̃‖,   γ = max_v min_i s_i v·x̃_i,
    ‖v‖ = 1. γ is the distance of the origin from the convex hull of the points s_i x̃_i;
    Gilbert's algorithm walks there, and every point v it visits gives the honest lower
    bound min_i s_i v·x̃_i / ‖v‖ on γ, so that what is returned is never too small.
    Source: Novikoff, Symposium on the Mathematical Theory of Automata (1962), 615–622.
    """
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
