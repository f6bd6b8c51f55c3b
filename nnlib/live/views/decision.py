"""What a network decides over the plane: its border, its margin, epoch by epoch."""

from types import SimpleNamespace

import numpy as np

from ... import plots
from ...activations import logistic
from .. import playground
from ..figure import Figure, Menu, Slider
from ..playground import HORIZON, execute, program, run_config
from ..text import num, percent, table

SURE = 0.25  # the margin is where p lies nearer to the threshold than this
SETS = ("moons", "circles", "spirals", "XOR clouds", "two blobs")


class DecisionField(Figure):
    """p over the plane of two inputs, while a network learns two classes.

    `hidden` (units of each hidden layer) and the other settings are those of the
    Playground, which this figure is a window on: its runs are the same runs.
    """

    title, view = "What the network decides", "views/decision"
    controls = (
        Menu("data", "moons", SETS, "data"),
        Slider("epoch", 40, 0, 150, 1, "epoch"),
        Slider("threshold", 0.5, 0.05, 0.95, 0.05, "threshold"),
        Slider("seed", 0, 0, 20, 1, "seed"),
    )

    def __init__(self, hidden=(8,), *, id=None, settings=None, **starts):
        fixed = {"hidden": tuple(hidden), "optimiser": "Adam", "lr": -1.5}
        self.settings = vars(playground.settings(**{**fixed, **(settings or {})}))
        super().__init__(id=id, **starts)

    def config(self):
        return {"settings": self.settings, "sure": SURE, "run": run_config(SETS)}

    def run(self, s):
        """The names that the Playground's program leaves in state `s`."""
        asked = {"data": s.data, "epoch": s.epoch, "seed": s.seed}
        names, whole = execute(program(SimpleNamespace(**{**self.settings, **asked})))
        return names if whole else None

    def caption(self, s):
        names = self.run(s)
        if names is None:
            return "Diverged: try a smaller learning rate."
        p = answer(names, names.X)
        right = int(((p > s.threshold) == names.T[:, 0]).sum())
        near = int((np.abs(p - s.threshold) < SURE).sum())
        n = len(p)
        return (
            f"{s.data} after epoch {s.epoch}: p > {num(s.threshold, 2)} answers "
            f"{right} of {n} right ({percent(right, n)}); {near} lie in the margin."
        )

    def numbers(self, s):
        names = self.run(s)
        if names is None:
            return [table("Nothing to show", ["what"], [["no finite loss"]])]
        p = answer(names, names.X)
        rows = [
            [*x, t, q, q > s.threshold]
            for x, t, q in zip(names.X[:60], names.T[:60, 0], p[:60], strict=True)
        ]
        columns = ["x₁", "x₂", "target", "p", "answer"]
        return [table("The first examples in training", columns, rows)]

    def still(self, s):
        fig, [ax] = plots.canvas(width=4.4, height=4.2)
        names, ends = self.run(s), self.canvas.config["run"]["windows"][s.data]
        if names is not None:
            plots.levels(
                lambda P: answer(names, P),
                ax=ax,
                x=ends,
                y=ends,
                at=s.threshold,
                beside=SURE,
            )
            plots.points(names.X, names.T[:, 0].astype(int), ax=ax)
        ax.set(xlabel="x₁", ylabel="x₂", xlim=ends, ylim=ends)
        return fig


def answer(names, X):
    """p of class 1 for each row of X, (n,): the run gives logits."""
    return logistic(names.net(X)[:, 0])


assert HORIZON >= DecisionField.controls[1].high
