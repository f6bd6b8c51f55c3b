"""The live figures of chapter 1, and the questions' numbers behind them."""

from functools import cache
from typing import ClassVar

import numpy as np

from .. import plots
from ..activations import Heaviside, LeakyReLU, ReLU, Sigmoid, Step, Tanh, logistic
from ..data import GATES, blobs, gate, moons, xor_clouds
from ..mlp import Identity
from ..perceptron import Perceptron, convergence_bound
from .figure import Figure, Menu, Slider, Switch
from .spec import to_spec
from .text import num, percent, table, term

ACTIVATIONS = {
    "sigmoid": (Sigmoid(), "σ"),
    "step at 0": (Step(0), "step"),
    "step at ½": (Step(0.5), "step"),
    "Heaviside": (Heaviside(), "H"),
    "tanh": (Tanh(), "tanh"),
    "ReLU": (ReLU(), "ReLU"),
    "leaky ReLU": (LeakyReLU(), "LReLU"),
    "identity": (Identity(), "id"),
}
SHOWN = 60  # corrections that the slider of the learning rule steps through
EPOCHS = 1000


def _cloud(make, seed, **settings):
    X, t = make(rng=np.random.default_rng(seed), **settings)
    return X.round(3), t


@cache
def data_sets():
    """name → X (n, 2), t (n,): the sixteen gates, then clouds of points."""
    return {name: gate(name) for name in GATES} | {
        "blobs apart": _cloud(blobs, 4, n=40, noise=0.4),
        "blobs near": _cloud(blobs, 8, n=40, noise=0.4),
        "blobs overlapping": _cloud(blobs, 1, n=60, noise=0.7),
        "moons": _cloud(moons, 1, n=60, noise=0.12),
        "XOR clouds": _cloud(xor_clouds, 1, n=60, noise=0.2),
    }


def window(X):
    """The part of the plane to look at: a square around X with a margin."""
    low, high = X.min(), X.max()
    margin = 0.3 * (high - low)
    return [round(float(low - margin), 2), round(float(high + margin), 2)]


def described(X, t):
    """Examples as a view reads them, with the window to look at them."""
    return {"X": X.tolist(), "t": t.tolist(), "window": [window(X)] * 2}


class OneNeuron(Figure):
    """The sum of a neuron term by term, and what its activation makes of it."""

    title, view = "One neuron", "views/neuron"
    controls = (
        Slider("x1", 0.5, -1.0, 1.0, 0.05, "x₁"),
        Slider("w1", 0.2, -1.0, 1.0, 0.05, "w₁"),
        Slider("x2", 0.6, -1.0, 1.0, 0.05, "x₂"),
        Slider("w2", 0.3, -1.0, 1.0, 0.05, "w₂"),
        Slider("x3", 0.1, -1.0, 1.0, 0.05, "x₃"),
        Slider("w3", 0.9, -1.0, 1.0, 0.05, "w₃"),
        Slider("b", 0.5, -2.0, 2.0, 0.01, "b"),
        Menu("g", "sigmoid", tuple(ACTIVATIONS), "activation"),
    )

    def config(self):
        activations = {
            name: {**to_spec(layer), "name": symbol}
            for name, (layer, symbol) in ACTIVATIONS.items()
        }
        return {"activations": activations}

    def caption(self, s):
        x, w = np.array([s.x1, s.x2, s.x3]), np.array([s.w1, s.w2, s.w3])
        z = sum(w * x) + s.b
        layer, symbol = ACTIVATIONS[s.g]
        first, second, third = w * x
        written = f"{num(first, 2)} {term(second, 2)} {term(third, 2)} {term(s.b, 2)}"
        a = layer(np.array([[z]])).item()
        return f"z = {written} = {num(z, 2)}; a = {symbol}({num(z, 2)}) = {num(a, 4)}."

    def numbers(self, s):
        x, w = np.array([s.x1, s.x2, s.x3]), np.array([s.w1, s.w2, s.w3])
        layer, _ = ACTIVATIONS[s.g]
        z = np.array([[sum(w * x) + s.b]])
        a = layer(z)
        terms = [[i + 1, x[i], w[i], w[i] * x[i]] for i in range(3)]
        return [
            table("The sum, term by term", ["i", "x", "w", "w·x"], terms),
            table(
                "The neuron",
                ["b", "z", "a", "g′(z)"],
                [[s.b, z.item(), a.item(), layer.derivative(z, a).item()]],
            ),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2)
        x, w = np.array([s.x1, s.x2, s.x3]), np.array([s.w1, s.w2, s.w3])
        layer, _ = ACTIVATIONS[s.g]
        plots.neuron_sum(x, w, s.b, ax=left)
        plots.curve(layer, ax=right, x=(-6, 6), at=sum(w * x) + s.b)
        right.set(xlabel="z", ylabel="a = g(z)")
        return fig


class DrawTheLine(Figure):
    """Two weights and a bias against a gate or a cloud of points."""

    title, view = "Draw the line", "views/line"
    controls = (
        Slider("w1", 1.0, -3.0, 3.0, 0.05, "w₁"),
        Slider("w2", 1.0, -3.0, 3.0, 0.05, "w₂"),
        Slider("b", -0.5, -3.0, 3.0, 0.05, "b"),
        Menu("data", "AND", tuple(data_sets()), "data"),
    )

    def config(self):
        return {"data": {name: described(*both) for name, both in data_sets().items()}}

    def caption(self, s):
        X, t = data_sets()[s.data]
        z = f"z = {num(s.w1, 2)} x₁ {term(s.w2, 2)} x₂ {term(s.b, 2)}"
        right = int(((X @ [s.w1, s.w2] + s.b > 0) == t).sum())
        none = "" if s.w1 or s.w2 else " No weights, no line: one answer for all."
        share = percent(right, len(t))
        return f"{z} on {s.data}: {right} of {len(t)} right ({share}).{none}"

    def numbers(self, s):
        X, t = data_sets()[s.data]
        return [answered(f"The examples of {s.data}", X, t, [s.w1, s.w2], s.b)]

    def still(self, s):
        fig, [ax] = plots.canvas(width=4.4, height=4.2)
        w = np.array([s.w1, s.w2])
        X, t = data_sets()[s.data]
        plane(ax, X, t, w, s.b, ring=np.flatnonzero((X @ w + s.b > 0) != t))
        return fig


class LearningRule(Figure):
    """The perceptron rule step by step, its corrections counted against (R/γ)²."""

    title, view = "The learning rule", "views/rule"
    starts: ClassVar = {"zero": ([0.0, 0.0], 0.0), "elsewhere": ([-1.0, 2.0], 0.5)}
    controls = (
        Slider("step", 0, 0, SHOWN, 1, "correction"),
        Slider("eta", 1.0, 0.25, 4.0, 0.25, "η"),
        Menu(
            "data", "AND", ("AND", "OR", "NAND", "XOR", *list(data_sets())[16:]), "data"
        ),
        Menu("start", "zero", tuple(starts), "start"),
    )

    def config(self):
        options = self.controls[2].options
        return {
            "data": {
                name: {
                    **described(*data_sets()[name]),
                    "bound": _bound(name),
                }
                for name in options
            },
            "starts": {name: {"w": w, "b": b} for name, (w, b) in self.starts.items()},
            "epochs": EPOCHS,
        }

    def run(self, s):
        """The corrections of state `s`, and whether an epoch without any came."""
        X, t = data_sets()[s.data]
        neuron = Perceptron(2)
        neuron.w, neuron.b = np.array(self.starts[s.start][0]), self.starts[s.start][1]
        corrections = list(neuron.train(X, t, eta=s.eta, epochs=EPOCHS))
        return corrections, bool((neuron.predict(X) == t).all())

    def caption(self, s):
        corrections, learnt = self.run(s)
        _, t = data_sets()[s.data]
        n = len(corrections)
        all_of_them = f"{n:,} correction{'' if n == 1 else 's'}"
        if learnt:
            clean = corrections[-1].epoch + 1 if corrections else 1
            end = f"clean in epoch {clean} after {all_of_them}"
        else:
            end = f"never clean: {all_of_them} in {EPOCHS:,} epochs"
        step = min(s.step, len(corrections), SHOWN)
        w, b = self.starts[s.start]
        if step:
            now = corrections[step - 1]
            w, b = now.w, now.b
        weights = f"w = ({num(w[0], 2)}, {num(w[1], 2)}), b = {num(b, 2)}"
        if not step:
            before = f"{s.data}, before the first correction: {weights}."
            return f"{before} Played to the end: {end}."
        answered = f"target {t[now.row]}, answered {t[now.row] - now.error}"
        return (
            f"{s.data}, correction {step} of {len(corrections):,}, epoch {now.epoch}, "
            f"example {now.row + 1} ({answered}): now {weights}. "
            f"Played to the end: {end}."
        )

    def numbers(self, s):
        corrections, _ = self.run(s)
        columns = ["correction", "epoch", "example", "error", "w₁", "w₂", "b"]
        rows = [
            [i + 1, c.epoch, c.row + 1, c.error, *c.w, c.b]
            for i, c in enumerate(corrections[: s.step])
        ]
        return [table(f"Corrections on {s.data}", columns, rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        X, t = data_sets()[s.data]
        corrections, _ = self.run(s)
        start = self.starts[s.start]
        step = min(s.step, len(corrections))
        w, b = corrections[step - 1][3:] if step else start
        plane(left, X, t, np.array(w), b)
        bound = _bound(s.data) if s.start == "zero" else None
        epochs = [c.epoch for c in corrections[:SHOWN]]
        plots.steps(np.cumsum(np.bincount(epochs)[1:]), ax=right, bound=bound)
        right.set(xlabel="epoch", ylabel="corrections so far")
        return fig


@cache
def _bound(name):
    bound = convergence_bound(*data_sets()[name])
    return bound if np.isfinite(bound) else None


class WhatABiasDoes(Figure):
    """One weight, with and without a bias: the crossing −b/w, and AND."""

    title, view = "What a bias does", "views/bias"
    controls = (
        Slider("w", 1.0, -3.0, 3.0, 0.05, "w"),
        Slider("b", -1.5, -3.0, 3.0, 0.05, "b"),
        Switch("bias", False, "use the bias"),
    )

    def config(self):
        return described(*gate("AND"))

    def caption(self, s):
        X, t = gate("AND")
        b = s.b if s.bias else 0.0
        total = f"{num(s.w, 2)} x {term(b, 2)}" if s.bias else f"{num(s.w, 2)} x"
        if s.w:
            formula = "−b/w = " if s.bias else ""
            where = f"crosses ½ at x = {formula}{num(-b / s.w, 2)}"
        else:
            where = "never crosses ½, for w = 0"
        right = int(((X @ [s.w, s.w] + b > 0) == t).sum())
        return (
            f"σ({total}) {where}. AND with w₁ = w₂ = {num(s.w, 2)}: {right} of 4 right."
        )

    def numbers(self, s):
        X, t = gate("AND")
        b = s.b if s.bias else 0.0
        return [answered("AND, answered", X, t, [s.w, s.w], b)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        X, t = gate("AND")
        b = s.b if s.bias else 0.0
        plots.curve(lambda x: logistic(s.w * x + b), ax=left, x=(-4, 4))
        if s.w:
            left.axvline(-b / s.w, ls=":", color=plots.PALETTE["light"]["muted"])
        left.set(xlabel="x", ylabel="a = σ(w x + b)", ylim=(-0.1, 1.1))
        plane(right, X, t, np.array([s.w, s.w]), b)
        return fig


def answered(title, X, t, w, b):
    """A table of examples, their targets, and what the neuron (w, b) says of them."""
    z = X @ np.array(w) + b
    rows = [[*x, t, z, int(z > 0)] for x, t, z in zip(X, t, z, strict=True)]
    return table(title, ["x₁", "x₂", "target", "z", "answer"], rows)


def plane(ax, X, t, w, b, ring=()):
    """The decision of (w, b) over the plane, its line, and the examples on top."""
    plots.field(lambda P: P @ w + b, ax=ax, x=window(X), y=window(X))
    plots.points(X, t, ax=ax, ring=ring)
    plots.line(w, b, ax=ax)
    ax.set(xlabel="x₁", ylabel="x₂", aspect="equal")
