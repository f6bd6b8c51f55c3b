"""The book's still pictures: functions that draw on the axes they are given.

Each takes its data, then keywords, and returns `ax`; none shows or saves anything, and
none touches pyplot. Colours come from palette.json, which the live figures read too:
the theme is the one whose background the axes have. A class is told apart by its shape
as well as by its colour.
"""

from .bars import probability_bars
from .frame import PALETTE, SHAPES, canvas, legend, style
from .histograms import histogram_rows
from .matrix import heat_map, product
from .plane import curve, field, line, neuron_sum, points, steps

__all__ = [
    "PALETTE",
    "SHAPES",
    "canvas",
    "curve",
    "field",
    "heat_map",
    "histogram_rows",
    "legend",
    "line",
    "neuron_sum",
    "points",
    "probability_bars",
    "product",
    "steps",
    "style",
]
