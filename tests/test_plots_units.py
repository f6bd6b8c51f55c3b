"""Rows of marks on paper, a neuron each: every example there, classes told apart."""

import numpy as np
import pytest

from nnlib.plots import PALETTE, SHAPES, canvas, unit_rows

Z = np.array([[-2.0, 1.0], [0.5, -3.0], [4.0, 2.0]])  # three examples, two neurons
T = np.array([0, 1, 0])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_z_is_marked_by_class_in_the_row_of_its_neuron(theme):
    _, [ax] = canvas(theme=theme)
    assert unit_rows(Z, T, ax=ax) is ax
    marks = ax.collections
    assert [m.get_label() for m in marks] == ["class 0", "class 1"]
    for k, drawn in enumerate(marks):
        at = drawn.get_offsets()
        assert np.array_equal(np.sort(at[:, 0]), np.sort(Z[T == k].ravel()))
        for x, y in at:
            assert x in Z[T == k][:, round(y) - 1]
    assert SHAPES[0] != SHAPES[1]
    assert PALETTE[theme]["class0"] != PALETTE[theme]["class1"]
    assert ax.get_ylim() == (2.5, 0.5)  # the first neuron on top


def test_a_range_without_an_end_is_shaded_to_the_edge():
    _, [ax] = canvas()
    unit_rows(Z, T, ax=ax, flat=[(None, -1), (3, None)], x=(-5, 5))
    spans = [
        patch.get_extents().transformed(ax.transData.inverted()) for patch in ax.patches
    ]
    np.testing.assert_allclose([(s.x0, s.x1) for s in spans], [(-5, -1), (3, 5)])
    assert ax.get_xlim() == (-5, 5)
