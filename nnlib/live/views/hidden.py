"""The plane of inputs beside the plane of what two hidden units make of it."""

import numpy as np

from ... import plots
from ...activations import Sigmoid, logistic
from ...data import gate
from ...mlp import Dense, Network
from ..figure import Figure, Menu, Slider
from ..spec import to_spec
from ..text import num, table

WINDOW = (-0.4, 1.4)
GATES = ("XNOR", "XOR", "AND", "OR", "NAND", "NOR")


def _weight(name, start, label):
    return Slider(name, start, -8.0, 8.0, 0.5, label)


class HiddenSpace(Figure):
    """Four examples and the grid they stand on, before and after the hidden layer.

    Two sigmoid units turn (x₁, x₂) into (a₁, a₂); the output answers 1 where
    a₁ + a₂ > threshold, a straight line over there and a border of another shape here.
    The start is the lectures' XNOR.
    """

    title, view = "The hidden layer folds the plane", "views/hidden"
    controls = (
        _weight("w11", 4.0, "w₁₁"),
        _weight("w12", 4.0, "w₁₂"),
        _weight("b1", -6.0, "b₁"),
        _weight("w21", -4.0, "w₂₁"),
        _weight("w22", -4.0, "w₂₂"),
        _weight("b2", 2.0, "b₂"),
        Slider("threshold", 0.5, 0.0, 2.0, 0.05, "threshold"),
        Menu("data", "XNOR", GATES, "targets"),
    )

    def config(self):
        return {
            "targets": {name: gate(name)[1].tolist() for name in GATES},
            "X": gate("XNOR")[0].tolist(),
            "window": WINDOW,
            "net": to_spec(layer(np.zeros((2, 2)), np.zeros(2))),
        }

    def caption(self, s):
        _, t, _, total = answers(s)
        right = int(((total > s.threshold) == t).sum())
        low, high = total[t == 0].max(), total[t == 1].min()
        allowed = (
            f"Any threshold from {num(low, 4)} to {num(high, 4)} would do"
            if low < high
            else "No threshold gets all four right"
        )
        return (
            f"{s.data}: a₁ + a₂ > {num(s.threshold, 2)} answers {right} of 4 right. "
            f"{allowed}: the sums are {', '.join(num(z, 3) for z in total)}."
        )

    def numbers(self, s):
        X, t, A, total = answers(s)
        rows = [
            [*x, target, *a, z, z > s.threshold]
            for x, target, a, z in zip(X, t, A, total, strict=True)
        ]
        columns = ["x₁", "x₂", "target", "a₁", "a₂", "a₁ + a₂", "answer"]
        return [table(f"{s.data} through the hidden layer", columns, rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        X, t, A, _ = answers(s)
        net = _hidden(s)
        plots.field(lambda P: net(P).sum(1) - s.threshold, ax=left, x=WINDOW, y=WINDOW)
        for w, b in zip(net.layers[0].W, net.layers[0].b, strict=True):
            plots.line(w, b, ax=left)
        plots.points(X, t, ax=left)
        left.set(xlabel="x₁", ylabel="x₂")
        ends = (-0.1, 1.1)
        plots.field(lambda P: P.sum(1) - s.threshold, ax=right, x=ends, y=ends)
        plots.bent_grid(net, ax=right, x=WINDOW, y=WINDOW)
        plots.points(A, t, ax=right)
        right.set(xlabel="a₁", ylabel="a₂")
        return fig


def layer(W, b):
    """a = σ(W x + b) as a network, so that the page's engine can run it."""
    return Network([Dense.of(W, b), Sigmoid()])


def _hidden(s):
    return layer(np.array([[s.w11, s.w12], [s.w21, s.w22]]), np.array([s.b1, s.b2]))


def answers(s):
    """X (4, 2), t (4,), A (4, 2), and the sum a₁ + a₂ of each example."""
    X, t = gate(s.data)
    W = np.array([[s.w11, s.w12], [s.w21, s.w22]])
    A = logistic(X @ W.T + [s.b1, s.b2])
    return X, t, A, A.sum(1)
