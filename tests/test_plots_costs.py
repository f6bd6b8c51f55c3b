"""The still pictures of what a product costs."""

import pytest
from matplotlib.patches import Rectangle

from nnlib import plots


def test_a_matrix_is_as_high_and_as_wide_as_it_has_numbers():
    _, [ax] = plots.canvas()
    shapes = [(2, 3), (3, 3), (3, 7)]
    plots.to_scale(shapes, ax=ax, names=["W₂", "D", "W₁"], diagonal=[1])
    drawn = [one for one in ax.patches if isinstance(one, Rectangle)]
    assert [(one.get_height(), one.get_width()) for one in drawn] == shapes
    ends = [one.get_x() + one.get_width() for one in drawn]
    assert all(end < one.get_x() for end, one in zip(ends, drawn[1:], strict=False))
    assert len(ax.lines) == 1
    assert [text.get_text() for text in ax.texts] == ["W₂\n2×3", "D\n3×3", "W₁\n3×7"]


def test_among_many_rectangles_the_names_stand_alone():
    _, [ax] = plots.canvas()
    plots.to_scale([(4, 4)] * 6, ax=ax, names="ABCDEF")
    assert [text.get_text() for text in ax.texts] == list("ABCDEF")


def test_bars_start_at_1_and_the_cheapest_has_the_colour():
    _, [ax] = plots.canvas()
    plots.log_bars([2000, 50, 300], ax=ax, names=["a", "b", "c"])
    assert [bar.get_width() for bar in ax.patches] == [2000, 50, 300]
    colours = [bar.get_facecolor() for bar in ax.patches]
    assert colours[0] == colours[2] != colours[1]
    assert ax.get_xscale() == "log"
    assert ax.get_xlim()[0] == pytest.approx(1)
    assert "2,000" in [text.get_text() for text in ax.texts]
