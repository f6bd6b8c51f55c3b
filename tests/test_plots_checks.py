"""Slopes over the differences that check them: where the marks stand, and which."""

import numpy as np
import pytest

from nnlib.plots import PALETTE, agreement, canvas

CENTRAL = np.array([0.5, -0.25, 0.1, 0.3])
FOUND = np.array([0.5, 0.75, 0.1, -0.6])
WRONG = np.array([False, True, False, True])
BIAS = np.array([False, False, True, True])


def drawn(ax, shape):
    """(x, y, colour) of the marks of this shape."""
    return {
        (x, y, line.get_color())
        for line in ax.lines
        if line.get_marker() == shape
        for x, y in zip(*line.get_data(), strict=True)
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_mark_tells_weight_from_bias_and_right_from_wrong(theme):
    _, [ax] = canvas(theme=theme)
    assert agreement(CENTRAL, FOUND, ax=ax, wrong=WRONG, hollow=BIAS) is ax
    p = PALETTE[theme]
    assert drawn(ax, "o") == {(0.5, 0.5, p["muted"]), (-0.25, 0.75, p["accent"])}
    assert drawn(ax, "D") == {(0.1, 0.1, p["muted"]), (0.3, -0.6, p["accent"])}
    assert drawn(ax, "x") == set()
    for line in ax.lines:
        if line.get_marker() == "D":
            assert line.get_markerfacecolor() == p["background"]


def test_both_axes_reach_as_far_and_all_is_inside():
    _, [ax] = canvas()
    other = np.array([1.0, 2.0, -3.0, 0.0])
    agreement(CENTRAL, FOUND, ax=ax, wrong=WRONG, hollow=BIAS, other=other)
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_ylim()[1] > 3
    assert {(x, y) for x, y, _ in drawn(ax, "x")} == {*zip(CENTRAL, other, strict=True)}
    words = [text.get_text() for text in ax.get_legend().get_texts()]
    assert words == ["weights", "biases", "as diagnosed"]


def test_the_line_is_where_both_agree():
    _, [ax] = canvas()
    agreement(CENTRAL, FOUND, ax=ax, wrong=WRONG, hollow=BIAS)
    x, y = ax.lines[0].get_data()
    np.testing.assert_array_equal(x, y)
