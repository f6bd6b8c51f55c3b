"""An activation and its derivative: tangent, saturated ranges, leaps and kinks."""

from itertools import groupby
from typing import ClassVar

import numpy as np

from ... import plots
from ...activations import Heaviside, LeakyReLU, Linear, ReLU, Sigmoid, Step, Tanh
from ...mlp import Identity
from ..figure import Figure, Menu, Slider
from ..spec import to_spec
from ..text import num, table
from .sizes import size_text

FLAT = 0.05  # a slope below this counts as saturated
PER_UNIT = 40  # points a unit of z at which leaps and flat ranges are looked for


class FunctionAndDerivative(Figure):
    """g and g' side by side, the tangent at z, and where hardly any slope is left.

    `functions` maps names to elementwise layers; without it, nnlib's own. The figure
    finds by itself where g leaps, where it has a kink, and where |g'| < 0.05, as far as
    the slider of z goes. What `about` says of a function ends the caption.
    """

    title, view = "A function and its derivative", "views/function"
    functions: ClassVar = {
        "sigmoid": Sigmoid(),
        "tanh": Tanh(),
        "ReLU": ReLU(),
        "leaky ReLU": LeakyReLU(),
        "step at 0": Step(0),
        "step at ½": Step(0.5),
        "Heaviside": Heaviside(),
        "identity": Identity(),
        "linear": Linear(0.5, 1),
    }
    controls = (
        Slider("z", 1.0, -6.0, 6.0, 0.05, "z"),
        Menu("g", "sigmoid", tuple(functions), "activation"),
    )

    def __init__(self, functions=None, *, id=None, **starts):
        if functions is not None:
            names = tuple(functions)
            self.functions = functions
            self.controls = (self.controls[0], Menu("g", names[0], names, "activation"))
        self.ends = self.controls[0].low, self.controls[0].high
        self.grid = np.linspace(*self.ends, int(PER_UNIT * np.ptp(self.ends)) + 1)
        self.places = {name: places(g, self.grid) for name, g in self.functions.items()}
        super().__init__(id=id, **starts)

    def about(self, name):
        """A sentence on the function of this name, or nothing."""
        return ""

    def config(self):
        return {
            "functions": {
                name: {
                    "spec": to_spec(g),
                    "about": self.about(name),
                    **self.places[name],
                }
                for name, g in self.functions.items()
            },
            "window": self.ends,
        }

    def caption(self, s):
        g, places = self.functions[s.g], self.places[s.g]
        a, slope = _both(g, s.z)
        where = ""
        if s.z in places["leaps"]:
            where = " by choice: g leaps here and has no slope"
        elif s.z in places["kinks"]:
            where = " by choice: g has a kink here"
        elif abs(slope) < FLAT:
            where = ", saturated"
        return (
            f"{s.g} at z = {num(s.z, 2)}: a = g(z) = {num(a, 4)}, "
            f"g′(z) = {_slope_text(slope)}{where}. "
            f"{_flat_words(places['flat'], self.ends)} {self.about(s.g)}"
        ).strip()

    def numbers(self, s):
        g = self.functions[s.g]
        a, slope = _both(g, s.z)
        here = [["z", s.z], ["a = g(z)", a], ["g′(z)", slope]]
        low, high = self.ends
        there = [[z, *_both(g, z)] for z in np.arange(low, high + 0.5, 0.5)]
        return [
            table("At z", ["quantity", "value"], here),
            table(s.g, ["z", "g(z)", "g′(z)"], there),
        ]

    def still(self, s):
        g, places = self.functions[s.g], self.places[s.g]
        fig, (left, right) = plots.canvas(2, height=3.8)

        def slope(z):
            return g.derivative(z, g(z))

        plots.curve(g, ax=left, x=self.ends, jumps=places["leaps"], at=s.z)
        if s.z not in places["leaps"] + places["kinks"]:
            plots.tangent(s.z, *_both(g, s.z), ax=left)
        plots.curve(slope, ax=right, x=self.ends, jumps=places["kinks"], at=s.z)
        for ax in (left, right):
            plots.ranges(places["flat"], ax=ax)
        left.set(xlabel="z", ylabel="a = g(z)")
        low, high = right.get_ylim()
        right.set(xlabel="z", ylabel="g′(z)", ylim=(min(low, -0.1), max(high, 1.1)))
        return fig


def _both(g, z):
    """g(z) and g'(z) of an elementwise layer, as numbers."""
    a, slope = _rows(g, np.array([z], float))
    return a.item(), slope.item()


def _rows(g, z):
    """g(z) and g'(z) of an elementwise layer, for each entry of the array z."""
    a = g(z)
    return a, g.derivative(z, a)


def places(g, grid):
    """Where g leaps, where its slope does, and the ranges in which it is flat."""
    flat = np.abs(_rows(g, grid)[1]) < FLAT
    ranges = []
    for is_flat, run in groupby(range(len(grid)), flat.__getitem__):
        first, *_, last = [*run] * 2
        if is_flat:
            ranges.append([_edge(g, grid, first, -1), _edge(g, grid, last, 1)])
    leaps, kinks = (_leaps(lambda z, of=of: _rows(g, z)[of], grid) for of in (0, 1))
    return {"leaps": leaps, "kinks": kinks, "flat": ranges}


def _leaps(f, grid):
    """Where f leaps: a stretch halved again and again keeps its ends apart."""
    low, high = grid[:-1], grid[1:]
    for _ in range(60):
        middle = (low + high) / 2
        upper = np.abs(f(middle) - f(low)) < np.abs(f(high) - f(middle))
        low, high = np.where(upper, middle, low), np.where(upper, high, middle)
    found = high[np.abs(f(high) - f(low)) > 1e-3]
    return sorted({round(z, 9) + 0.0 for z in found.tolist()})


def _edge(g, grid, at, step):
    """Where the flat range that reaches grid point `at` ends, beyond it."""
    inside = float(grid[at])
    if not 0 <= at + step < len(grid):
        return inside
    outside = float(grid[at + step])
    for _ in range(60):
        middle = (inside + outside) / 2
        if abs(_both(g, middle)[1]) < FLAT:
            inside = middle
        else:
            outside = middle
    return round(inside, 9) + 0.0


def _slope_text(slope):
    """Four decimals; of a small slope three digits, for it is not yet 0."""
    return size_text(slope) if 0 < abs(slope) < 0.01 else num(slope, 4)


def _flat_words(ranges, ends):
    if not ranges:
        return f"|g′| is nowhere below {FLAT}."
    if ranges == [list(ends)]:
        return f"|g′| < {FLAT} everywhere."
    words = " and ".join(_range_words(one, ends) for one in ranges)
    return f"|g′| < {FLAT} for {words}."


def _range_words(found, ends):
    low, high = found
    if low == ends[0]:
        return f"z up to {num(high, 2)}"
    if high == ends[1]:
        return f"z from {num(low, 2)}"
    return f"z from {num(low, 2)} to {num(high, 2)}"
