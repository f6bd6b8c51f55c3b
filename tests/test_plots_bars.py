"""Stills of probabilities: lengths, words, shapes, what is missing."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from nnlib import plots
from nnlib.plots.bars import class_look


@pytest.fixture
def ax():
    return plots.canvas()[1][0]


def lengths(container):
    return [bar.get_width() for bar in container]


def test_a_bar_is_as_long_as_its_probability(ax):
    names = ["cat", "dog", "owl"]
    assert plots.probability_bars([0.7, 0.2, 0.1], ax=ax, names=names) is ax
    assert lengths(ax.containers[0]) == [0.7, 0.2, 0.1]
    assert [label.get_text() for label in ax.get_yticklabels()] == names
    assert [text.get_text() for text in ax.texts] == ["0.700", "0.200", "0.100"]
    assert ax.yaxis_inverted()


def test_classes_are_told_by_shape_and_colour(ax):
    plots.probability_bars(np.full(5, 0.2), ax=ax, names="abcde")
    marks = [drawn for drawn in ax.lines if drawn.get_marker() != "None"]
    p = plots.PALETTE["light"]
    wanted = [p["class0"], p["class1"], p["class2"], p["class3"], p["muted"]]
    assert [m.get_marker() for m in marks] == [*plots.SHAPES, "p"]
    assert [to_hex(m.get_color()) for m in marks] == wanted
    fills = [to_hex(bar.get_facecolor()) for bar in ax.containers[0]]
    assert fills == wanted


def test_the_fifth_class_has_a_look_of_its_own():
    p = plots.PALETTE["dark"]
    assert len({class_look(k, p) for k in range(5)}) == 5


def test_earlier_probabilities_are_outlines(ax):
    plots.probability_bars([0.5, 0.5], ax=ax, names="ab", before=[0.9, 0.1])
    outlines = ax.containers[1]
    assert lengths(outlines) == [0.9, 0.1]
    assert all(bar.get_linestyle() == "--" for bar in outlines)
    assert all(bar.get_facecolor()[3] == 0 for bar in outlines)


def test_no_number_no_bar(ax):
    plots.probability_bars([np.nan, 0.0], ax=ax, names="ab", notes=["exp = ∞", "small"])
    assert lengths(ax.containers[0]) == [0, 0]
    words = [text.get_text() for text in ax.texts]
    assert words == ["NaN", "0.000", "exp = ∞", "small"]
