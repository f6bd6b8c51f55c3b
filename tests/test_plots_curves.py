"""Named curves on paper: the chosen one in front, zeros left out of a log axis."""

import numpy as np
import pytest
from matplotlib.colors import same_color

from nnlib.plots import PALETTE, canvas, named_curves


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_chosen_curve_stands_out_and_all_have_names(theme):
    _, [ax] = canvas(theme=theme)
    lines = {"a": ([1, 2, 3], [1, 2, 3]), "b": ([1, 2, 3], [3, 2, 1])}
    assert named_curves(lines, ax=ax, chosen="b") is ax
    other, front = ax.lines
    assert front.get_color() == PALETTE[theme]["accent"]
    assert front.get_linewidth() > other.get_linewidth()
    assert front.get_linestyle() == "-" != other.get_linestyle()
    assert [text.get_text() for text in ax.texts] == ["a", "b"]
    assert np.array_equal(front.get_ydata(), [3, 2, 1])


def test_a_mark_stands_on_every_curve_and_a_band_around_the_chosen_one():
    _, [ax] = canvas()
    x = [1, 2, 3]
    lines = {"a": (x, [1, 2, 3]), "b": (x, [3, 5, 9])}
    named_curves(lines, ax=ax, chosen="a", band=([0, 1, 2], [2, 3, 4]), at=2)
    marks = [(*line.get_xdata(), *line.get_ydata()) for line in ax.lines[1:4:2]]
    assert marks == [(2, 2), (2, 5)]
    [band] = ax.collections
    low, high = band.get_paths()[0].get_extents().intervaly
    assert (low, high) == (0, 4)
    assert same_color(band.get_facecolor()[0][:3], PALETTE["light"]["accent"])


def test_on_a_logarithmic_axis_zeros_are_gaps():
    _, [ax] = canvas()
    named_curves({"a": ([1, 2, 3], [1e-3, 0, 1e-5])}, ax=ax, chosen="a", log=True)
    assert ax.get_yscale() == "log"
    assert np.isnan(ax.lines[0].get_ydata()[1])


def test_an_unknown_curve_is_refused():
    _, [ax] = canvas()
    with pytest.raises(KeyError):
        named_curves({"a": ([1], [1])}, ax=ax, chosen="b")
