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

Z = (-6.0, 6.0)
FLAT = 0.05  # a slope below this counts as saturated
GRID = np.linspace(*Z, 481)


class FunctionAndDerivative(Figure):
    """g and g' side by side, the tangent at z, and where hardly any slope is left.

    `functions` maps names to elementwise layers; without it, nnlib's own. The figure
    finds by itself where g leaps, where it has a kink, and where |g'| < 0.05.
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
        Slider("z", 1.0, *Z, 0.05, "z"),
        Menu("g", "sigmoid", tuple(functions), "activation"),
    )

    def __init__(self, functions=None, *, id=None, **starts):
        if functions is not None:
            names = tuple(functions)
            self.functions = functions
            self.controls = (self.controls[0], Menu("g", names[0], names, "activation"))
        self.places = {name: _places(g) for name, g in self.functions.items()}
        super().__init__(id=id, **starts)

    def config(self):
        return {
            "functions": {
                name: {"spec": to_spec(g), **self.places[name]}
                for name, g in self.functions.items()
            },
            "window": Z,
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
            f"g′(z) = {num(slope, 4)}{where}. {_flat_words(places['flat'])}"
        )

    def numbers(self, s):
        g = self.functions[s.g]
        a, slope = _both(g, s.z)
        here = [["z", s.z], ["a = g(z)", a], ["g′(z)", slope]]
        there = [[z, *_both(g, z)] for z in np.arange(-6, 6.5, 0.5)]
        return [
            table("At z", ["quantity", "value"], here),
            table(s.g, ["z", "g(z)", "g′(z)"], there),
        ]

    def still(self, s):
        g, places = self.functions[s.g], self.places[s.g]
        fig, (left, right) = plots.canvas(2, height=3.8)

        def slope(z):
            return g.derivative(z, g(z))

        plots.curve(g, ax=left, x=Z, jumps=places["leaps"], at=s.z)
        if s.z not in places["leaps"] + places["kinks"]:
            plots.tangent(s.z, *_both(g, s.z), ax=left)
        plots.curve(slope, ax=right, x=Z, jumps=places["kinks"], at=s.z)
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


def _places(g):
    """Where g leaps, where its slope does, and the ranges in which it is flat."""
    flat = np.abs(_rows(g, GRID)[1]) < FLAT
    ranges = []
    for is_flat, run in groupby(range(len(GRID)), flat.__getitem__):
        first, *_, last = [*run] * 2
        if is_flat:
            ranges.append([_edge(g, first, -1), _edge(g, last, 1)])
    leaps, kinks = (_leaps(lambda z, of=of: _rows(g, z)[of]) for of in (0, 1))
    return {"leaps": leaps, "kinks": kinks, "flat": ranges}


def _leaps(f):
    """Where f leaps: a stretch halved again and again keeps its ends apart."""
    low, high = GRID[:-1], GRID[1:]
    for _ in range(60):
        middle = (low + high) / 2
        upper = np.abs(f(middle) - f(low)) < np.abs(f(high) - f(middle))
        low, high = np.where(upper, middle, low), np.where(upper, high, middle)
    found = high[np.abs(f(high) - f(low)) > 1e-3]
    return sorted({round(z, 9) + 0.0 for z in found.tolist()})


def _edge(g, at, step):
    """Where the flat range that reaches grid point `at` ends, beyond it."""
    inside = float(GRID[at])
    if not 0 <= at + step < len(GRID):
        return inside
    outside = float(GRID[at + step])
    for _ in range(60):
        middle = (inside + outside) / 2
        if abs(_both(g, middle)[1]) < FLAT:
            inside = middle
        else:
            outside = middle
    return round(inside, 9) + 0.0


def _flat_words(ranges):
    if not ranges:
        return f"|g′| is nowhere below {FLAT}."
    if ranges == [list(Z)]:
        return f"|g′| < {FLAT} everywhere."
    return f"|g′| < {FLAT} for {' and '.join(map(_range_words, ranges))}."


def _range_words(ends):
    low, high = ends
    if low == Z[0]:
        return f"z up to {num(high, 2)}"
    if high == Z[1]:
        return f"z from {num(low, 2)}"
    return f"z from {num(low, 2)} to {num(high, 2)}"
