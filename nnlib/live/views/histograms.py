"""What an untrained deep network does to signals and gradients, layer by layer."""

from functools import lru_cache
from types import SimpleNamespace
from typing import ClassVar, NamedTuple

import numpy as np

from ... import plots
from ...activations import LeakyReLU, ReLU, Sigmoid, Tanh
from ...mlp import Dense, Identity, Network, glorot, he
from ..figure import Figure, Menu, Slider, Switch
from ..spec import to_spec
from ..text import percent, table
from .sizes import power_of_ten, size_text

WIDTH, EXAMPLES, BINS, DEEPEST = 30, 50, 40, 10
ACTIVATIONS = {
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "ReLU": ReLU(),
    "leaky ReLU": LeakyReLU(),
    "identity": Identity(),
}
RANGES = {"sigmoid": (-1.0, 1.0), "tanh": (-1.0, 1.0)}  # the inputs lie there as well


def _even(reach):
    """W ~ U(−reach, reach), whatever the widths are."""
    return lambda d_out, d_in, rng: rng.uniform(-reach, reach, (d_out, d_in))


INITS = {"Glorot": glorot, "He": he, "small ±0.01": _even(0.01), "large ±1": _even(1.0)}


class Layers(NamedTuple):
    """What is shown of each layer, the input first: all numbers and their summary."""

    values: list  # an array (EXAMPLES, width) for each layer
    medians: list  # of the sizes |·| that are not 0; 0 where all are
    zeros: list  # how many are exactly 0
    low: float
    high: float
    counts: list  # BINS whole numbers a layer: what is not 0, from low to high


class LayerHistograms(Figure):
    """Activations or gradients of every layer of a deep network, as histograms.

    The network has `depth` hidden layers of 30 units, biases 0, and one linear output;
    50 examples of 30 inputs and their targets are drawn from U(−1, 1). A gradient is
    ∂ℓ/∂z of one example, ℓ = ½ (ŷ − t)²: what the very first step of training sees.
    A figure with fewer controls gives the others their values in `fixed`.
    """

    title, view = "Signals through depth", "views/histograms"
    controls = (
        Menu("show", "gradients ∂ℓ/∂z", ("activations a", "gradients ∂ℓ/∂z"), "show"),
        Slider("depth", 8, 1, DEEPEST, 1, "layers"),
        Menu("g", "sigmoid", tuple(ACTIVATIONS), "activation"),
        Menu("init", "Glorot", tuple(INITS), "initial weights"),
        Slider("seed", 0, 0, 20, 1, "seed"),
        Switch("logs", True, "sizes in powers of ten"),
    )
    fixed: ClassVar = {}

    def config(self):
        return {
            "fixed": self.fixed,
            "activations": {name: to_spec(g) for name, g in ACTIVATIONS.items()},
            "ranges": RANGES,
            "width": WIDTH,
            "examples": EXAMPLES,
            "bins": BINS,
            "deepest": DEEPEST,
        }

    def layers(self, s):
        """All numbers of state `s`, and how they are spread."""
        s = self.whole(s)
        gradients = s.show.startswith("gradients")
        return _layers(gradients, s.depth, s.g, s.init, s.seed, s.logs)

    def whole(self, s):
        """State `s` with what is fixed."""
        return SimpleNamespace(**{**self.fixed, **vars(s)})

    def caption(self, s):
        s = self.whole(s)
        _, medians, zeros, *_ = self.layers(s)
        hidden = f"{s.depth} hidden {s.g} layer{'' if s.depth == 1 else 's'}"
        which = "|∂ℓ/∂z|" if s.show.startswith("gradients") else "|a|"
        ends = f"{size_text(medians[1])} in layer 1"
        if s.depth > 1:
            ends += f" and {size_text(medians[-1])} in layer {s.depth}"
        said = (
            f"{hidden}, {s.init} weights, seed {s.seed}: the median {which} is {ends}"
        )
        axis = "sizes in powers of ten" if s.logs else "values"
        end = f"{said}{self._drift(s, medians)}; {axis} on the axis."
        silent = percent(sum(zeros[1:]), s.depth * WIDTH * EXAMPLES)
        return f"{end} Exactly 0: {silent}." if sum(zeros[1:]) else end

    def _drift(self, s, medians):
        first, last = medians[1], medians[-1]
        if s.depth == 1 or not first or not last:
            return ""
        if s.show.startswith("gradients"):
            first, last = last, first
        factor = (last / first) ** (1 / (s.depth - 1))
        way = "back" if s.show.startswith("gradients") else "forward"
        return f", a factor of {size_text(factor)} for each layer {way}"

    def numbers(self, s):
        s = self.whole(s)
        values, medians, zeros, low, high, counts = self.layers(s)
        columns = ["layer", "median size where not 0", "share of zeros", "largest size"]
        rows = [
            [name, median, zero / v.size, float(np.abs(v).max())]
            for name, v, median, zero in zip(
                names(s.depth), values, medians, zeros, strict=True
            )
        ]
        edges = [low + (high - low) * k / BINS for k in range(BINS)]
        bins = [[edge, *(row[k] for row in counts)] for k, edge in enumerate(edges)]
        first = "log₁₀ of the size from" if s.logs else "value from"
        return [
            table(s.show, columns, rows),
            table("Counts", [first, *names(s.depth)], bins),
        ]

    def still(self, s):
        s = self.whole(s)
        _, medians, zeros, low, high, counts = self.layers(s)
        fig, [ax] = plots.canvas(width=6.4, height=4.6)
        each = WIDTH * EXAMPLES
        beside = [
            ("median", [size_text(m) for m in medians]),
            ("zeros", [percent(z, each) for z in zeros]),
        ]
        rows = {"names": names(s.depth), "columns": beside, "x": (low, high)}
        plots.histogram_rows(counts, ax=ax, **rows)
        ticks = axis_ticks(low, high, s.logs)
        ax.set_xticks([x for x, _ in ticks], [text for _, text in ticks])
        ax.set(ylabel="layer", xlabel="size" if s.logs else "value")
        return fig


def names(depth):
    """x for the input, then the layers' numbers."""
    return ["x", *(str(k) for k in range(1, depth + 1))]


def axis_ticks(low, high, log):
    """Places and words of the ticks: low, middle and high, or whole powers of ten."""
    if not log:
        return [(x, size_text(x, 1)) for x in (low, (low + high) / 2, high)]
    step = max(1, -(-int(high - low) // 4))
    powers = range(int(low), int(high) + 1, step)
    return [(x, power_of_ten(x)) for x in powers]


@lru_cache(maxsize=64)
def _layers(gradients, depth, g, init, seed, log):
    values = _run(depth, g, init, seed)[gradients]
    sizes = [np.abs(v).ravel() for v in values]
    medians = [float(np.median(v[v > 0])) if v.any() else 0.0 for v in sizes]
    zeros = [int((v == 0).sum()) for v in sizes]
    largest = max(v.max() for v in sizes)
    if log:
        least = min((m for m in medians if m), default=1.0)
        low = np.floor(np.log10(least)) - 2
        high = np.ceil(np.log10(largest or 1.0)) + 0.0
        high = max(high, low + 1)
        shown = [np.log10(v[v > 0]) for v in sizes]  # zeros are told apart
    else:
        low, high = (-1.0, 1.0) if not gradients and g in RANGES else _window(largest)
        shown = [v[v != 0] for v in values]
    counts = [_counts(v, low, high) for v in shown]
    return Layers(values, medians, zeros, float(low), float(high), counts)


def _window(largest):
    """(−reach, reach), reach 1, 2 or 5 times a power of ten and at least `largest`."""
    power = 10.0 ** np.floor(np.log10(largest or 1.0))
    reach = next(m * power for m in (1, 2, 5, 10) if m * power >= largest * (1 - 1e-9))
    return -reach, reach


def _counts(v, low, high):
    """How many of v fall into each of the bins; what lies outside counts at the end."""
    at = np.floor((v - low) / (high - low) * BINS)
    return np.bincount(np.clip(at, 0, BINS - 1).astype(int), minlength=BINS).tolist()


@lru_cache(maxsize=64)
def _run(depth, g, init, seed):
    """The activations of each layer, x first, and the gradients ∂ℓ/∂z, ∂ℓ/∂x first."""
    rng = np.random.default_rng(seed)
    layers = []
    for _ in range(depth):
        layers += [Dense(WIDTH, WIDTH, rng=rng, init=INITS[init]), ACTIVATIONS[g]]
    net = Network([*layers, Dense(WIDTH, 1, rng=rng, init=INITS[init])])
    X = rng.uniform(-1, 1, (EXAMPLES, WIDTH))
    t = rng.uniform(-1, 1, (EXAMPLES, 1))
    A = net.trace(X)
    delta, gradients = A[-1] - t, []  # ∂ℓ/∂ŷ of each example by itself
    for k in reversed(range(len(net.layers))):
        delta = net.layers[k].vjp(A[k], A[k + 1], delta)
        gradients.insert(0, delta)
    return A[:1] + A[2:-1:2], [gradients[0], *gradients[1::2]]
