"""Stills of histograms one below the other: one axis, each as high as its own top."""

import numpy as np
import pytest

from nnlib import plots


@pytest.fixture
def ax():
    return plots.canvas()[1][0]


def test_rows_share_the_axis_and_fill_their_height(ax):
    counts = [[0, 4, 2], [10, 0, 5]]
    assert plots.histogram_rows(counts, ax=ax, x=(-1, 2), names="ab") is ax
    for row, drawn in enumerate(ax.patches):
        heights, edges, foot = drawn.get_data()
        assert edges.tolist() == [-1, 0, 1, 2]
        assert foot == row + 1
        np.testing.assert_allclose(
            row + 1 - heights, 0.82 * np.array(counts[row]) / max(counts[row])
        )
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 2), (2, 0))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]


def test_an_empty_row_is_flat(ax):
    plots.histogram_rows([[0, 0]], ax=ax, x=(0, 1), names=["dead"])
    assert ax.patches[0].get_data().values.tolist() == [1, 1]


def test_words_stand_beside_their_row_under_their_heading(ax):
    columns = [("median", ["0.5", "0.1"]), ("zeros", ["0 %", "50 %"])]
    plots.histogram_rows([[1], [1]], ax=ax, x=(0, 1), names="ab", columns=columns)
    found = {text.get_text(): (text.xyann[0], text.xy[1]) for text in ax.texts}
    assert found == {
        "median": (66, -0.05),
        "0.5": (66, 0.7),
        "0.1": (66, 1.7),
        "zeros": (108, -0.05),
        "0 %": (108, 0.7),
        "50 %": (108, 1.7),
    }


def test_the_words_are_on_the_paper():
    figure, (ax,) = plots.canvas()
    columns = [("median", ["1.23·10⁻⁷"]), ("zeros", ["100 %"])]
    plots.histogram_rows([[1, 2]], ax=ax, x=(0, 1), names=["x"], columns=columns)
    figure.draw_without_rendering()
    paper = figure.bbox
    for text in ax.texts:
        box = text.get_window_extent()
        assert paper.x0 <= box.x0
        assert box.x1 <= paper.x1


@pytest.mark.parametrize(
    ("counts", "names", "got"),
    [
        ([1, 2], "a", r"\(2,\) and 1 names"),
        ([[1, 2]], "ab", r"\(1, 2\) and 2 names"),
    ],
)
def test_rows_without_a_name_are_refused(ax, counts, names, got):
    with pytest.raises(ValueError, match=f"a name for each row, got shape {got}"):
        plots.histogram_rows(counts, ax=ax, x=(0, 1), names=names)
