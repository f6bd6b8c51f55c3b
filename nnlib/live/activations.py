"""The live figures of chapter 3: activations, and what their slopes decide."""

from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np

from .. import plots
from ..activations import Heaviside, LeakyReLU, Linear, ReLU, Sigmoid, Step, Tanh
from ..mlp import Dense, Identity, Network
from .figure import Figure, Menu, Slider
from .spec import to_spec
from .text import num, table
from .views.function import FunctionAndDerivative
from .views.histograms import ACTIVATIONS, INITS
from .views.sizes import size_text

WIDTH, DEEPEST, DRAWS = 32, 20, 20
OWN = "as nnlib draws"  # Glorot's weights, He's in front of ReLU and leaky ReLU
NAMED = ("sigmoid", "tanh", "ReLU")


class ActivationExplorer(FunctionAndDerivative):
    """Every activation of nnlib that works number by number, as far out as z = ±10."""

    title = "Activation explorer"
    functions: ClassVar = {
        "sigmoid": Sigmoid(),
        "tanh": Tanh(),
        "ReLU": ReLU(),
        "leaky ReLU 0.01": LeakyReLU(),
        "leaky ReLU 0.3": LeakyReLU(0.3),
        "step at 0": Step(0),
        "step at ½": Step(0.5),
        "Heaviside": Heaviside(),
        "identity": Identity(),
        "linear ½ z + 1": Linear(0.5, 1),
    }
    ranges: ClassVar = {
        "sigmoid": "(0, 1)",
        "tanh": "(−1, 1)",
        "ReLU": "[0, ∞)",
        "step at 0": "0 or 1",
        "step at ½": "0 or 1",
        "Heaviside": "0, ½ or 1",
    }
    controls = (
        Slider("z", 2.0, -10.0, 10.0, 0.05, "z"),
        Menu("g", "sigmoid", tuple(functions), "activation"),
    )

    def about(self, name):
        """Which values g takes, and how steep it gets where it has a slope."""
        g, z = self.functions[name], self.grid
        steepest = np.abs(g.derivative(z, g(z))).max()
        values = self.ranges.get(name, "all numbers")
        return f"Values: {values}; steepest slope: {num(steepest, 2)}."


class Arriving(NamedTuple):
    """|∂L/∂x| at depths 1 to DEEPEST: median, least and most of the draws."""

    median: np.ndarray
    least: np.ndarray
    most: np.ndarray


class GradientThroughDepth(Figure):
    """How much of a slope at the end of a network arrives at its input, by depth.

    `depth` layers of 32 neurons, the activation after each, biases 0. L is the mean of
    what the last layer answers, |∂L/∂x| a length; x is drawn from U(−√3, √3), of mean
    square 1. The seeds 0 to 19 draw x first, then the weights, layer by layer.
    """

    title, view = "The gradient through depth", "views/depth"
    controls = (
        Slider("depth", 10, 1, DEEPEST, 1, "layers"),
        Menu("g", "sigmoid", tuple(ACTIVATIONS), "activation"),
        Menu("init", OWN, (OWN, *INITS), "initial weights"),
    )

    def config(self):
        return {
            "activations": {name: to_spec(g) for name, g in ACTIVATIONS.items()},
            "named": NAMED,
            "width": WIDTH,
            "deepest": DEEPEST,
            "draws": DRAWS,
        }

    def shown(self, s):
        """The activations in the picture, and what arrives with each."""
        names = [*NAMED, *([] if s.g in NAMED else [s.g])]
        return {name: arriving(name, s.init) for name in names}

    def caption(self, s):
        shown = self.shown(s)
        sizes = [f"{g} {size_text(a.median[s.depth - 1])}" for g, a in shown.items()]
        layers = "1 layer" if s.depth == 1 else f"{s.depth} layers"
        said = (
            f"{layers}, {s.init}: median |∂L/∂x| of {DRAWS} draws: {', '.join(sizes)}."
        )
        if s.depth == 1:
            return said
        first, *_, last = shown[s.g].median[: s.depth]
        factor = (last / first) ** (1 / (s.depth - 1))
        return f"{said} With {s.g}, a factor of {size_text(factor)} for each layer."

    def numbers(self, s):
        shown, depths = self.shown(s), range(1, DEEPEST + 1)
        medians = [a.median for a in shown.values()]
        _, least, most = shown[s.g]
        return [
            table(
                "Median size of ∂L/∂x",
                ["layers", *shown],
                zip(depths, *medians, strict=True),
            ),
            table(
                f"The draws with {s.g}",
                ["layers", "least", "most"],
                zip(depths, least, most, strict=True),
            ),
        ]

    def still(self, s):
        fig, [ax] = plots.canvas(width=6.4, height=4.0)
        shown, depths = self.shown(s), np.arange(1, DEEPEST + 1)
        lines = {name: (depths, a.median) for name, a in shown.items()}
        band = shown[s.g].least, shown[s.g].most
        plots.named_curves(lines, ax=ax, chosen=s.g, band=band, at=s.depth, log=True)
        ax.set(xlabel="layers", ylabel="median |∂L/∂x|", xlim=(1, DEEPEST))
        ax.set_xticks([1, 5, 10, 15, DEEPEST])
        return fig


@cache
def arriving(g, init):
    """What arrives at the input of networks with these activations and weights."""
    runs = np.array([_sizes(ACTIVATIONS[g], init, seed) for seed in range(DRAWS)])
    return Arriving(np.median(runs, axis=0), runs.min(axis=0), runs.max(axis=0))


def _sizes(g, init, seed):
    """|∂L/∂x| for the first layer alone, for the first two, …, for all of them."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-np.sqrt(3), np.sqrt(3), (1, WIDTH))
    if init == OWN:
        net = Network.mlp([WIDTH] * (DEEPEST + 1), hidden=g, out=g, rng=rng)
    else:
        new = {"rng": rng, "init": INITS[init]}
        pairs = [(Dense(WIDTH, WIDTH, **new), g) for _ in range(DEEPEST)]
        net = Network([layer for pair in pairs for layer in pair])
    A, sizes = net.trace(x), []
    for depth in range(1, DEEPEST + 1):
        delta = np.full((1, WIDTH), 1 / WIDTH)
        for k in reversed(range(2 * depth)):
            delta = net.layers[k].vjp(A[k], A[k + 1], delta)
        sizes.append(np.sqrt((delta**2).sum()))
    return sizes
