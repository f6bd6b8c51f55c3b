"""The plane of inputs beside the plane of what two hidden units make of it."""

from functools import cache
from types import SimpleNamespace
from typing import ClassVar

import numpy as np

from ... import plots
from ...activations import Sigmoid
from ...backprop import fit
from ...checks import batch, numeric, require, zero_or_one
from ...data import gate
from ...gradient_descent import Adam
from ...loss import BCE
from ...mlp import Dense, Elementwise, Network
from ..figure import Figure, Menu, Slider
from ..perceptron import window
from ..spec import to_spec
from ..text import num, table, term

WINDOW = (-0.4, 1.4)
GATES = ("XNOR", "XOR", "AND", "OR", "NAND", "NOR")
FEW = 4  # examples or fewer: the caption tells the sum of each
ROWS = 60  # of the table
GIVEN = "The examples"
SLACK = 1e-6  # of the last digit that the caption prints: a number this close is it
HIDDEN = ("w11", "w12", "b1", "w21", "w22", "b2")


def _weight(name, start, label):
    return Slider(name, start, -15.0, 15.0, 0.1, label)


def _at_the_output(name, start, label):
    return Slider(name, start, -2.0, 2.0, 0.05, label)


class HiddenSpace(Figure):
    """The examples and the grid they lie on, before and after the hidden layer.

    Two units turn (x₁, x₂) into (a₁, a₂); the answer is 1 where v₁ a₁ + v₂ a₂ exceeds
    the threshold, a straight line over there and a border of another shape here. The
    start is the lectures' XNOR, and buttons set the weights by hand and trained ones.

    `net` is a network of your own: Dense 2 → 2, an elementwise layer, Dense 2 → 1, and
    after that what you like, for 1 is the answer where the last sum is positive. It is
    shown with the output scaled to weights of at most 1, and all weights rounded to
    the sliders. X (n, 2) and t (n,) are your examples, in place of the menu of gates.
    ValueError for a network of another form, or with weights beyond the sliders.

    A subclass may hold some controls at `fixed` values, and have a control `steep`, a
    factor for all weights and biases of the hidden units.
    """

    fixed: ClassVar = {}
    title, view = "The hidden layer folds the plane", "views/hidden"
    controls = (
        _weight("w11", 4.0, "w₁₁"),
        _weight("w12", 4.0, "w₁₂"),
        _weight("b1", -6.0, "b₁"),
        _weight("w21", -4.0, "w₂₁"),
        _weight("w22", -4.0, "w₂₂"),
        _weight("b2", 2.0, "b₂"),
        _at_the_output("v1", 1.0, "v₁"),
        _at_the_output("v2", 1.0, "v₂"),
        _at_the_output("threshold", 0.5, "threshold"),
        Menu("data", "XNOR", GATES, "targets"),
    )

    def __init__(self, net=None, X=None, t=None, *, id=None, **starts):
        self.g = Sigmoid()
        self.presets = {"XNOR by hand": BY_HAND, "XNOR trained": trained()}
        if self.fixed:
            self.presets = {}
        if net is not None:
            weights = on_sliders(net)
            self.g, self.presets = net.layers[1], {"The network given": weights}
            starts = {**weights, **starts}
        require((X is None) == (t is None), "HiddenSpace: give X and t, or neither.")
        self.given = None
        if X is not None:
            self.given = _examples(X, t)
            self.controls = tuple(c for c in self.controls if c.name != "data")
            self.presets = {} if net is None else self.presets
        self.window = WINDOW if X is None else tuple(window(self.given[0]))
        super().__init__(id=id, **starts)

    def config(self):
        gates = {name: gate(name)[1].tolist() for name in GATES}
        X, t = self.given or gate("XNOR")
        return {
            "targets": {GIVEN: t.tolist()} if self.given else gates,
            "X": X.tolist(),
            "window": self.window,
            "net": to_spec(Network([Dense.of(np.zeros((2, 2)), np.zeros(2)), self.g])),
            "presets": self.presets,
            "fixed": self.fixed,
        }

    def full(self, s):
        """The state with the fixed values in it and the hidden weights as they act."""
        state = {"steep": 1.0, **self.fixed, **vars(s)}
        for name in HIDDEN:
            state[name] = state["steep"] * state[name]
        return SimpleNamespace(**{**state, "steep": 1.0})

    def answers(self, s):
        """X (n, 2), t (n,), A (n, 2), and the weighted sum of each example (n,)."""
        s = self.full(s)
        X, t = self.given or gate(s.data)
        A = self.hidden(s)(X)
        return X, t, A, s.v1 * A[:, 0] + s.v2 * A[:, 1]

    def hidden(self, s):
        """a = g(W x + b) as a network."""
        W = np.array([[s.w11, s.w12], [s.w21, s.w22]])
        return Network([Dense.of(W, np.array([s.b1, s.b2])), self.g])

    def caption(self, s):
        s = self.full(s)
        _, t, _, total = self.answers(s)
        n = len(t)
        right = int(((total > s.threshold) == t).sum())
        low, high = total[t == 0].max(), total[t == 1].min()
        allowed = (
            f"Any threshold from {' to '.join(inside(low, high))} would do"
            if low + 1e-9 < high
            else f"No threshold gets all {n} right"
        )
        sums = ", ".join(num(z, 3) for z in total)
        told = f": the sums are {sums}" if n <= FEW else ""
        name = GIVEN if self.given else s.data
        return (
            f"{name}: {_sum_text(s)} > {num(s.threshold, 2)} answers {right} of {n} "
            f"right. {allowed}{told}."
        )

    def numbers(self, s):
        s = self.full(s)
        X, t, A, total = self.answers(s)
        rows = [
            [*x, target, *a, z, z > s.threshold]
            for x, target, a, z in zip(X, t, A, total, strict=True)
        ]
        name = GIVEN if self.given else s.data
        columns = ["x₁", "x₂", "target", "a₁", "a₂", _sum_text(s), "answer"]
        return [table(f"{name} through the hidden layer", columns, rows[:ROWS])]

    def still(self, s):
        s = self.full(s)
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        X, t, A, _ = self.answers(s)
        net, here, v = self.hidden(s), self.window, np.array([s.v1, s.v2])
        plots.field(lambda P: net(P) @ v - s.threshold, ax=left, x=here, y=here)
        plots.bent_grid(lambda P: P, ax=left, x=here, y=here)
        for w, b in zip(net.layers[0].W, net.layers[0].b, strict=True):
            plots.line(w, b, ax=left)
        plots.points(X, t, ax=left)
        left.set(xlabel="x₁", ylabel="x₂", xlim=here, ylim=here)
        ends = reach(net, here)
        plots.field(lambda P: P @ v - s.threshold, ax=right, x=ends, y=ends)
        plots.bent_grid(net, ax=right, x=here, y=here)
        plots.points(A, t, ax=right)
        right.set(xlabel="a₁", ylabel="a₂", xlim=ends, ylim=ends)
        return fig


def inside(low, high):
    """Both numbers as text, rounded towards each other: the printed lie between."""
    digits = 4 if high - low > 2e-4 else 10
    scale = 10**digits
    ends = np.ceil(low * scale - SLACK) / scale, np.floor(high * scale + SLACK) / scale
    return [num(end, digits) for end in ends]


def reach(net, ends):
    """The range that holds all that the hidden units say over the window `ends`².

    A unit is highest and lowest at corners of the window, for g never turns back.
    """
    A = net(np.stack(np.meshgrid(ends, ends), axis=-1).reshape(-1, 2))
    low, high = min(0.0, A.min()), max(1.0, A.max())
    margin = 0.1 * (high - low)
    return low - margin, high + margin


def on_sliders(net):
    """The weights of a 2-2-1 network by the sliders' names, each on its grid."""
    layers = net.layers
    kinds = (Dense, Elementwise, Dense)
    shaped = [isinstance(f, k) for f, k in zip(layers, kinds, strict=False)]
    if shaped != [True] * 3 or [f.d_out for f in layers[0:3:2]] != [2, 1]:
        raise ValueError(
            "HiddenSpace shows Dense 2 → 2, an elementwise layer and Dense 2 → 1; "
            f"this network is {', '.join(map(repr, layers))}."
        )
    (W, b), (V, c) = layers[0].params, layers[2].params
    scale = np.abs(V).max()
    require(scale > 0, "HiddenSpace: both output weights are 0, so there is no line.")
    values = [W[0, 0], W[0, 1], b[0], W[1, 0], W[1, 1], b[1], *V[0] / scale]
    sliders = HiddenSpace.controls[:-1]
    weights = {}
    for slider, value in zip(sliders, [*values, -c[0] / scale], strict=True):
        if not slider.low <= value <= slider.high:
            raise ValueError(
                f"HiddenSpace: {slider.label} goes from {slider.low:g} to "
                f"{slider.high:g}; this network's is {value:.3g}."
            )
        weights[slider.name] = slider.snap(float(value))
    return weights


@cache
def trained():
    """Weights that training found for XNOR, where the line's place was learnt too."""
    X, t = gate("XNOR")
    rng = np.random.default_rng(4)
    net = Network.mlp([2, 2, 1], hidden=Sigmoid(), out=Sigmoid(), rng=rng)
    for _ in fit(net, BCE(), Adam(0.1), X, t[:, None], epochs=200):
        pass
    return {**on_sliders(net), "data": "XNOR"}


BY_HAND = {c.name: c.start for c in HiddenSpace.controls}


def _examples(X, t):
    X, t = batch(X, 2, "HiddenSpace", "X"), zero_or_one(numeric(t, "t"))
    fits = t.shape == (len(X),)
    require(fits, f"HiddenSpace: t needs shape ({len(X)},), got {t.shape}.")
    require(len(set(t)) == 2, "HiddenSpace: the examples need both targets, 0 and 1.")
    return X, t.astype(int)


def _sum_text(s):
    """The sum that is held against the threshold, as the caption writes it."""
    if (s.v1, s.v2) == (1, 1):
        return "a₁ + a₂"
    return f"{num(s.v1, 2)} a₁ {term(s.v2, 2)} a₂"
