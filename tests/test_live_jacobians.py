"""The figures of chapter 7: what they claim is what nnlib computes."""

from itertools import pairwise, product
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.activations import softmax
from nnlib.jacobians import network_jacobian, numerical_jacobian
from nnlib.live.jacobians import (
    BENDS,
    CHAIN,
    DEEPEST,
    FACTORS,
    FORMULAS,
    HALVINGS,
    NOTHING,
    ChainOfJacobians,
    CostCounter,
    JacobianLens,
    LayoutSwitch,
    NetworkAsMap,
    SoftmaxJacobian,
    singular_values,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


# --- the lens ---------------------------------------------------------------------


def f(x):
    x1, x2 = x
    return np.array([x1**2 * x2, 5 * x1 + np.sin(x2)])


def test_the_lens_starts_at_the_lectures_point():
    said = JacobianLens().caption(state(JacobianLens))
    assert "J = [−0.56 0.49; 5.00 0.92], areas × 2.966, turned over" in said


@pytest.mark.parametrize("at", [(0.7, -0.4), (-1.3, 0.55), (0.0, 1.0)])
def test_the_lens_has_the_jacobian_and_what_it_does_to_areas(at):
    J, det, *_ = JacobianLens().seen(state(JacobianLens, x1=at[0], x2=at[1]))
    assert pytest.approx(numerical_jacobian(f, np.array(at)), abs=1e-8) == J
    assert det == pytest.approx(np.linalg.det(J), abs=1e-12)


def test_where_x1_is_0_nothing_is_left_of_an_area():
    assert "nothing is left" in JacobianLens().caption(state(JacobianLens, x1=0.0))
    upright = state(JacobianLens, x1=0.1, x2=0.8)
    assert "turned over" not in JacobianLens().caption(upright)


def test_half_the_side_leaves_a_quarter_of_the_bend():
    s = state(JacobianLens)
    _, _, errors, shares = JacobianLens().seen(s)
    x = np.array([s.x1, s.x2])
    corner = np.array([0.25, 0.25])
    J = numerical_jacobian(f, x)
    for sign in (corner, -corner, corner * [1, -1], corner * [-1, 1]):
        assert np.linalg.norm(f(x + sign) - f(x) - J @ sign) <= errors[1] + 1e-8
    assert errors[HALVINGS] / errors[HALVINGS + 1] == pytest.approx(4, abs=0.05)
    assert shares[HALVINGS] / shares[HALVINGS + 1] == pytest.approx(2, abs=0.03)


# --- softmax ----------------------------------------------------------------------


def test_the_softmax_figure_has_diag_p_minus_p_p_transposed():
    s = state(SoftmaxJacobian, z1=0.5, z2=-0.3, z3=1.2, raised="z₂")
    p, J, j = SoftmaxJacobian().seen(s)
    z = np.array([0.5, -0.3, 1.2])
    assert j == 1
    assert pytest.approx(np.diag(p) - np.outer(p, p), abs=1e-15) == J
    assert pytest.approx(numerical_jacobian(softmax, z), abs=1e-9) == J
    assert pytest.approx(0, abs=1e-15) == J.sum(0)
    assert pytest.approx(0, abs=1e-15) == J.sum(1)


def test_the_lectures_scores_compete():
    said = SoftmaxJacobian().caption(state(SoftmaxJacobian))
    assert "p = (0.868, 0.016, 0.116)" in said
    assert "changes by (0.115, −0.014, −0.101) ε, together 0.000" in said


def test_two_classes_that_share_all_make_the_largest_entry():
    s = state(SoftmaxJacobian, z1=6.0, z2=6.0, z3=-6.0)
    assert "largest entry of J is 0.250" in SoftmaxJacobian().caption(s)


# --- a network as a map -----------------------------------------------------------


@pytest.mark.parametrize("g", BENDS)
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.7])
def test_the_singular_values_behind_each_layer(g, scale):
    figure, s = NetworkAsMap(), state(NetworkAsMap, g=g, scale=scale, x1=-0.7)
    for layers, (J, own, whole) in enumerate(figure.steps(s)):
        if not layers:
            continue
        x = np.array([[s.x1, s.x2]])
        right = network_jacobian(figure.map(s, layers), x)[0]
        assert pytest.approx(right, rel=1e-12) == J
        values = np.linalg.svd(right, compute_uv=False)
        assert whole == pytest.approx(values, rel=1e-9, abs=1e-12)
        before = figure.map(s, layers - 1)(x)
        alone = network_jacobian(figure.map(s, 1), before)[0]
        values = np.linalg.svd(alone, compute_uv=False)
        assert own == pytest.approx(values, rel=1e-9, abs=1e-12)


def test_singular_values_of_any_matrix():
    rng = np.random.default_rng(0)
    for J in rng.normal(size=(100, 2, 2)):
        found = singular_values(J, np.linalg.det(J))
        assert found == pytest.approx(np.linalg.svd(J, compute_uv=False), rel=1e-10)
    assert singular_values(np.zeros((2, 2)), 0.0) == (0.0, 0.0)


def test_a_turn_stretches_nothing_and_a_sigmoid_keeps_a_quarter_at_most():
    figure = NetworkAsMap()
    for _, own, whole in figure.steps(state(NetworkAsMap, g="identity")):
        assert own == pytest.approx((1, 1), abs=1e-15)
        assert whole == pytest.approx((1, 1), abs=1e-14)
    steps = figure.steps(state(NetworkAsMap, g="sigmoid"))
    assert all(own[0] <= 0.25 for _, own, _ in steps[1:])
    assert steps[DEEPEST][2][0] < 0.25**DEEPEST
    assert "areas × 0." in figure.caption(figure.state)


def test_without_layers_the_plane_is_itself():
    said = NetworkAsMap().caption(state(NetworkAsMap, layers=0))
    assert said.startswith("No layer yet")


# --- a chain of Jacobians ---------------------------------------------------------


def chained(left, middle, right, **more):
    s = state(ChainOfJacobians, left=left, middle=middle, right=right, **more)
    return ChainOfJacobians().caption(s)


def test_the_chain_multiplies_from_the_output_on():
    s = state(ChainOfJacobians, left="J₃", middle="J₂", right="J₁", x1=-0.3)
    _, whole, J = ChainOfJacobians().placed(s)
    x = np.array([-0.3, -1.0])
    slopes = numerical_jacobian(lambda x: CHAIN(x[None])[0], x)
    assert pytest.approx(slopes, abs=1e-9) == J
    assert pytest.approx(J, abs=1e-15) == whole
    assert "it is J = ∂y/∂x" in ChainOfJacobians().caption(s)
    assert "it is Jᵀ" in chained("J₁ᵀ", "J₂ᵀ", "J₃ᵀ")
    assert "it is J = ∂y/∂x" in chained("J₃", "J₂ᵀ", "J₁")  # J₂ is symmetric


def test_what_cannot_be_multiplied_is_refused_with_the_reason():
    assert chained("J₁", "J₂", "J₃") == (
        "J₁ J₂ J₃, that is 3×2 · 3×3 · 2×3: refused. "
        "A row of J₁ has 2 numbers, a column of J₂ has 3."
    )
    assert "A row of J₂ has 3 numbers, a column of J₃ has 2." in chained(
        NOTHING, "J₂", "J₃"
    )


def test_a_product_may_exist_and_be_wrong():
    assert "The shape is that of ∂y/∂x, the numbers are not" in chained(
        "J₁ᵀ", "J₂", "J₁"
    )
    assert "the numbers are not" in chained("J₃", NOTHING, "J₁")
    assert "is no ∂y/∂x: that is 2×2" in chained("J₁", NOTHING, "J₃")
    assert chained("J₂", NOTHING, NOTHING).startswith("J₂ alone is 3×3.")
    assert chained(*[NOTHING] * 3) == "No factor is placed yet."


def test_of_all_the_ways_to_place_three_factors_only_these_are_right():
    right = [
        names
        for names in product(FACTORS, repeat=3)
        if "it is J = ∂y/∂x" in chained(*names)
    ]
    assert right == [("J₃", "J₂", "J₁"), ("J₃", "J₂ᵀ", "J₁")]


# --- what a Jacobian costs --------------------------------------------------------


class Counted:
    """A number whose multiplications are counted."""

    times = 0

    def __mul__(self, other):
        Counted.times += 1
        return self

    def __add__(self, other):
        return self


def counted(work):
    """How many multiplications work() does."""
    Counted.times = 0
    work()
    return Counted.times


def ones(*shape):
    return np.full(shape, Counted(), dtype=object)


@pytest.mark.parametrize("layers", [2, 4])
def test_the_costs_are_those_of_multiplying_it_out(layers):
    s = state(CostCounter, inputs=5, hidden=3, outputs=2, layers=layers)
    figure = CostCounter()
    sizes = figure.sizes(s)
    assert sizes == [5, *[3] * (layers - 1), 2]
    weights = [ones(m, n) for n, m in pairwise(sizes)]
    slopes = ones(3)

    def forward(v, last=None):
        """J v, v a column or a whole matrix, the slopes one by one or as a matrix."""
        for k, W in enumerate(weights):
            v = W @ v
            if k < layers - 1:
                v = slopes * v if last is None else last @ v
        return v

    def back(u):
        for k, W in reversed(list(enumerate(weights))):
            u = u @ W
            if k:
                u = u * slopes
        return u

    walk, (full, columns, rows) = figure.costs(s)
    assert counted(lambda: forward(ones(5))) == walk
    assert counted(lambda: back(ones(2))) == walk
    assert counted(lambda: forward(ones(5, 5), ones(3, 3))) == full
    assert columns == 5 * walk
    assert rows == 2 * walk


def test_whoever_is_fewer_is_cheaper():
    said = CostCounter().caption(state(CostCounter))
    assert "24,000 row by row (10 walks back)" in said
    assert "Fewer outputs than inputs: rows are 6.40 times cheaper" in said
    said = CostCounter().caption(state(CostCounter, outputs=1))
    assert "(1 walk back). Fewer outputs than inputs: rows are 64.0 times" in said
    said = CostCounter().caption(state(CostCounter, inputs=2))
    assert "columns are 5.00 times cheaper" in said
    said = CostCounter().caption(state(CostCounter, inputs=10))
    assert "rows and columns cost the same" in said


def test_the_factors_multiply_to_the_size_of_j():
    s = state(CostCounter, layers=3)
    names, shapes = zip(*CostCounter().factors(s), strict=True)
    assert names == ("W₃", "D₂", "W₂", "D₁", "W₁")
    assert all(one[1] == other[0] for one, other in pairwise(shapes))
    assert (shapes[0][0], shapes[-1][1]) == (s.outputs, s.inputs)


# --- two layouts ------------------------------------------------------------------


def composed(x):
    a = np.array([x[0] ** 2, x[0] * x[1]])
    return np.array([a[0] * a[1], a[0] + 3 * a[1], a[1] ** 2])


@pytest.mark.parametrize("at", [(1.5, -1.0), (-2.0, 0.5), (0.0, 0.0)])
def test_both_layouts_hold_the_same_derivatives(at):
    slopes = numerical_jacobian(composed, np.array(at))
    figure = LayoutSwitch()
    for partial in range(1, 7):
        shared = {"x1": at[0], "x2": at[1], "partial": partial}
        (A, B), names, (i, j) = figure.seen(state(LayoutSwitch, **shared))
        assert pytest.approx(slopes, abs=1e-8) == A @ B
        s = state(LayoutSwitch, form="denominator", **shared)
        (C, D), turned, (k, m) = figure.seen(s)
        assert pytest.approx((A @ B).T, abs=1e-14) == C @ D
        assert (k, m) == (j, i)
        assert turned == names[::-1]
        assert (A.shape, B.shape) == ((3, 2), (2, 2))
        assert (C.shape, D.shape) == ((2, 2), (2, 3))


def test_the_caption_says_where_a_derivative_stands():
    said = LayoutSwitch().caption(state(LayoutSwitch))
    assert "∂b/∂x = ∂b/∂a · ∂a/∂x, 3×2 · 2×2, is 3×2" in said
    assert "∂b₁/∂x₂ stands in row 1, column 2" in said
    assert said.endswith("= 3.38.")
    said = LayoutSwitch().caption(state(LayoutSwitch, form="denominator"))
    assert "∂b/∂x = ∂a/∂x · ∂b/∂a, 2×2 · 2×3, is 2×3" in said
    assert "∂b₁/∂x₂ stands in row 2, column 1" in said
    assert said.endswith("= 3.38.")


def test_a_shape_of_one_layout_is_the_other_turned():
    for what, ((_, one), (_, other)) in FORMULAS.items():
        if "walk" in what:  # the numbers that come out are the same
            assert one == other
        else:
            factors = [shape.split("×")[::-1] for shape in one.split(" · ")]
            assert other == " · ".join("×".join(shape) for shape in factors[::-1])
