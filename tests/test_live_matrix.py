"""The product of two matrices, in Python: its sums, its refusals, its arguments."""

import numpy as np
import pytest
from figures import random_state

from nnlib import Dense
from nnlib.live.views.matrix import BIAS, INPUTS, WEIGHTS, MatrixProduct, entry


def said(*matrices, **settings):
    figure = MatrixProduct(*matrices, **settings)
    return figure.caption(figure.state)


def tables(figure):
    return {t["title"]: t["rows"] for t in figure.numbers(figure.state)}


def test_the_example_is_a_layer():
    figure = MatrixProduct(step=12)
    Z = Dense.of(WEIGHTS, BIAS)(np.array(INPUTS))
    shown = np.array(tables(figure)["Z, 4×3"])
    np.testing.assert_allclose(shown[:, 1:], Z, rtol=1e-12)
    assert shown[:, 0].tolist() == [1, 2, 3, 4]


def test_any_entries_make_a_layer():
    rng = np.random.default_rng(61)
    for _ in range(20):
        s = random_state(MatrixProduct, rng)
        figure = MatrixProduct(**{**vars(s), "step": 12, "transpose": True})
        layer = Dense.of(np.reshape(s.right, (3, 2)), s.bias)
        Z = layer(np.reshape(s.left, (4, 2)))
        shown = np.array(tables(figure)["Z, 4×3"])[:, 1:]
        np.testing.assert_allclose(shown, Z, atol=1e-12)


def test_the_sum_of_a_cell_in_symbols_and_in_numbers():
    assert said(step=6) == (
        "X is 4×2, Wᵀ is 2×3, so Z = X Wᵀ + b is 4×3; cell 6 of 12: "
        "Z₂₃ = X₂₁ Wᵀ₁₃ + X₂₂ Wᵀ₂₃ + b₃ = 1.5·0.3 + 0.4·(−1.1) + 0.5 = 0.51."
    )


def test_before_the_first_cell_there_is_nothing_to_read():
    figure = MatrixProduct(step=0)
    assert said(step=0).endswith("so Z = X Wᵀ + b is 4×3; no cell is computed yet.")
    assert all(row[1:] == ["", "", ""] for row in tables(figure)["Z, 4×3"])


def test_cells_are_computed_row_by_row():
    figure = MatrixProduct(step=4)
    known = [[x != "" for x in row[1:]] for row in tables(figure)["Z, 4×3"]]
    assert known == [[True] * 3, [True, False, False], [False] * 3, [False] * 3]


def test_a_product_that_does_not_conform_says_what_helps():
    assert said(transpose=False) == (
        "X is 4×2, W is 3×2: inner sizes 2 and 3 differ: transpose W."
    )
    figure = MatrixProduct(transpose=False)
    assert set(tables(figure)) == {"X, 4×2", "W, 3×2"}


A, B = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)


@pytest.mark.parametrize(
    ("one", "other", "transpose", "end"),
    [
        (A, B.T, False, "inner sizes 3 and 4 differ: transpose B."),
        (A, B, True, "inner sizes 3 and 4 differ: do not transpose B."),
        (
            A,
            B[:2],
            False,
            "inner sizes 3 and 2 differ, and transposing B does not help.",
        ),
    ],
)
def test_the_way_out_is_the_right_one(one, other, transpose, end):
    assert said(one, other, transpose=transpose).endswith(f": {end}")


def test_matrices_of_one_s_own():
    figure = MatrixProduct(A, B, step=8, names=("J₂", "J₁", "J"))
    shown = np.array(tables(figure)["J, 2×4"])[:, 1:]
    np.testing.assert_allclose(shown, A @ B)
    assert said(A, B, step=2, names=("J₂", "J₁", "J")).endswith(
        "J₁₂ = J₂[1,1] J₁[1,2] + J₂[1,2] J₁[2,2] + J₂[1,3] J₁[3,2]"
        " = 0.00·1.00 + 1.00·5.00 + 2.00·9.00 = 23.00."
    )


def test_a_square_matrix_may_be_turned_either_way():
    one, other = [[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]]
    assert said(one, other, step=2).endswith("= 1.00·2.00 + 2.00·4.00 = 10.00.")
    turned = said(one, other, step=2, transpose=True)
    assert turned.endswith("= 1.00·3.00 + 2.00·4.00 = 11.00.")


def test_steps_beyond_a_smaller_product_stay_at_its_end():
    """Turned, a 3×2 matrix gives fewer cells than the slider counts."""
    figure = MatrixProduct(np.ones((1, 2)), np.ones((2, 2)), step=2)
    assert "cell 2 of 2" in figure.caption(figure.state)


def test_no_slider_of_cells_where_no_product_is_possible():
    figure = MatrixProduct(A, B[:2])
    assert [c.name for c in figure.controls] == ["transpose"]


@pytest.mark.parametrize(
    ("name", "i", "j", "written"),
    [
        ("W", 0, 1, "W₁₂"),
        ("Wᵀ", 8, 0, "Wᵀ₉₁"),
        ("J₁", 0, 1, "J₁[1,2]"),
        ("W", 9, 0, "W[10,1]"),
    ],
)
def test_an_entry_s_name_can_be_read_in_one_way_only(name, i, j, written):
    assert entry(name, i, j) == written


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((A,), TypeError, "MatrixProduct needs both A and B, or neither."),
        (([1.0], B), ValueError, r"A needs shape \(n, d\), got \(1,\)"),
        ((A, [[np.nan]]), ValueError, "B must be finite"),
        ((A, "no"), TypeError, "B must hold real numbers"),
    ],
)
def test_what_is_no_pair_of_matrices_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        MatrixProduct(*arguments)


def test_a_subclass_has_its_own_matrices_and_controls():
    class Chain(MatrixProduct):
        title = "A chain of two Jacobians"
        A, B, bias, names = ((1.0, 2.0),), ((3.0,), (4.0,)), None, ("J₂", "J₁", "J")
        transpose = editable = False

    assert [c.name for c in Chain.controls] == ["step", "transpose"]
    assert "= 1.00·3.00 + 2.00·4.00 = 11.00" in repr(Chain(step=1))
    assert [c.name for c in MatrixProduct.controls][2:] == ["left", "right", "bias"]
