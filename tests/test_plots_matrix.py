"""Stills of matrices and their products: the numbers, the frames, the shapes told."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from nnlib import plots

A = np.array([[1.0, -2.0], [0.5, 0.25], [0.0, -0.004]])
B = np.array([[2.0, 0.0, -1.0, 3.0], [1.0, 4.0, 0.5, -0.5]])


@pytest.fixture
def ax():
    return plots.canvas()[1][0]


def said(ax):
    return [text.get_text() for text in ax.texts]


def cells(ax):
    """(x, y) → (colour, opacity, hatched) of the cells that are drawn."""
    found = {}
    for patch in ax.patches:
        if patch.get_linewidth() < 1:
            *colour, opacity = patch.get_facecolor()
            found[patch.get_xy()] = to_hex(colour), opacity, bool(patch.get_hatch())
    return found


def frames(ax):
    return {p.get_xy() for p in ax.patches if p.get_linewidth() > 2}


def test_sign_is_told_by_colour_and_by_hatching_and_size_by_strength(ax):
    assert plots.heat_map(A, ax=ax) is ax
    p, drawn = plots.PALETTE["light"], cells(ax)
    assert len(drawn) == 6
    assert drawn[0, 0] == (p["class1"], pytest.approx(0.25), False)
    assert drawn[1, 0] == (p["class0"], pytest.approx(0.5), True)
    assert drawn[1, 1] == (p["class1"], pytest.approx(0.0625), False)
    assert drawn[0, 2][1] == 0
    assert not drawn[1, 2][2]  # it is written as 0.00


def test_each_number_stands_in_its_cell(ax):
    plots.heat_map(A, ax=ax, digits=1, at=(3, 5))
    where = {text.get_position(): text.get_text() for text in ax.texts}
    assert where == {
        (3.5, 5.5): "1.0",
        (4.5, 5.5): "−2.0",
        (3.5, 6.5): "0.5",
        (4.5, 6.5): "0.2",
        (3.5, 7.5): "0.0",
        (4.5, 7.5): "0.0",
    }
    assert ax.yaxis_inverted()


def test_what_is_not_known_leaves_its_cell_empty(ax):
    plots.heat_map([[np.nan, 2.0]], ax=ax)
    assert said(ax) == ["2.00"]
    assert len(cells(ax)) == 2


def test_name_shape_and_labels(ax):
    plots.heat_map(A, ax=ax, name="J", rows=["p", "q", "r"], columns=["x", "y"])
    assert {"J  (3×2)", "p", "q", "r", "x", "y"} <= set(said(ax))


def test_a_matrix_of_zeros_is_pale(ax):
    plots.heat_map(np.zeros((2, 2)), ax=ax)
    assert {strength for _, strength, _ in cells(ax).values()} == {0}


@pytest.mark.parametrize("M", [[1.0, 2.0], np.ones((2, 2, 2)), np.ones((0, 3))])
def test_what_is_no_matrix_is_refused(ax, M):
    shape = str(np.shape(M)).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(
        ValueError, match=rf"needs a matrix \(n, d\), got shape {shape}"
    ):
        plots.heat_map(M, ax=ax)


def test_row_and_column_meet_in_the_cell(ax):
    assert plots.product(A, B, A @ B, ax=ax, cell=(2, 1)) is ax
    framed = frames(ax)
    left, below = 2.8, 3.2
    row = {(0, below + 2), (1, below + 2)}
    column = {(left + 1, 0), (left + 1, 1)}
    assert {(round(x, 9), round(y, 9)) for x, y in framed} == {
        *row,
        *column,
        (left + 1, below + 2),
    }
    assert {"A  (3×2)", "B  (2×4)", "C  (3×4)"} <= set(said(ax))


def test_the_bias_stands_between_b_and_c(ax):
    plots.product(A, B, A @ B + 1, ax=ax, bias=[1, 1, 1, 1], cell=(0, 3))
    assert "+ b" in said(ax)
    rows = {round(y, 9) for x, y in cells(ax) if x > 2}
    assert rows == {0, 1, 2.85, 4.5, 5.5, 6.5}


def test_no_cell_at_hand_no_frame(ax):
    plots.product(A, B, np.full((3, 4), np.nan), ax=ax)
    assert frames(ax) == set()


def test_where_the_inner_sizes_differ_there_is_no_product(ax):
    plots.product(A, B.T, None, ax=ax, cell=(0, 0))
    assert "2 ≠ 4" in said(ax)
    assert "C  (3×2)" not in said(ax)
    (place,) = [p for p in ax.patches if p.get_linestyle() == "--"]
    assert isinstance(place, Rectangle)
    assert (place.get_width(), place.get_height()) == (2, 3)


def test_all_of_a_product_is_in_view(ax):
    plots.product(A, B, A @ B, ax=ax, bias=[0, 0, 0, 0])
    (x0, x1), (y1, y0) = ax.get_xlim(), ax.get_ylim()
    for text in ax.texts:
        x, y = text.get_position()
        assert x0 < x < x1
        assert y0 < y < y1
