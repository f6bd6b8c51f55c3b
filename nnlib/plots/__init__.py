"""The book's still pictures: functions that draw on the axes they are given.

Each takes its data, then keywords, and returns `ax`; none shows or saves anything, and
none touches pyplot. Colours come from palette.json, which the live figures read too:
the theme is the one whose background the axes have. A class is told apart by its shape
as well as by its colour.
"""

from .bars import class_look, probability_bars
from .checks import agreement
from .costs import log_bars, to_scale
from .curves import named_curves
from .decision import levels
from .frame import PALETTE, SHAPES, canvas, legend, note, palette_of, png, style
from .function import ranges, tangent
from .graph import graph, positions
from .histograms import histogram_rows
from .ledger import ledger
from .losses import loss_curves
from .maps import bent_grid, cell
from .matrix import heat_map, product
from .network import network
from .plane import curve, field, line, neuron_sum, points, regions, square, steps
from .surface import contours, descent
from .units import unit_rows

__all__ = [
    "PALETTE",
    "SHAPES",
    "agreement",
    "bent_grid",
    "canvas",
    "cell",
    "class_look",
    "contours",
    "curve",
    "descent",
    "field",
    "graph",
    "heat_map",
    "histogram_rows",
    "ledger",
    "legend",
    "levels",
    "line",
    "log_bars",
    "loss_curves",
    "named_curves",
    "network",
    "neuron_sum",
    "note",
    "palette_of",
    "png",
    "points",
    "positions",
    "probability_bars",
    "product",
    "ranges",
    "regions",
    "square",
    "steps",
    "style",
    "tangent",
    "to_scale",
    "unit_rows",
]
