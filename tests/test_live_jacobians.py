"""The figures of chapter 7: what they claim is what nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib.activations import softmax
from nnlib.jacobians import network_jacobian, numerical_jacobian
from nnlib.live.jacobians import (
    BENDS,
    DEEPEST,
    HALVINGS,
    JacobianLens,
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
    for layers, (J, own, product) in enumerate(figure.steps(s)):
        if not layers:
            continue
        x = np.array([[s.x1, s.x2]])
        whole = network_jacobian(figure.map(s, layers), x)[0]
        assert pytest.approx(whole, rel=1e-12) == J
        values = np.linalg.svd(whole, compute_uv=False)
        assert product == pytest.approx(values, rel=1e-9, abs=1e-12)
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
    for _, own, product in figure.steps(state(NetworkAsMap, g="identity")):
        assert own == pytest.approx((1, 1), abs=1e-15)
        assert product == pytest.approx((1, 1), abs=1e-14)
    steps = figure.steps(state(NetworkAsMap, g="sigmoid"))
    assert all(own[0] <= 0.25 for _, own, _ in steps[1:])
    assert steps[DEEPEST][2][0] < 0.25**DEEPEST
    assert "areas × 0." in figure.caption(figure.state)


def test_without_layers_the_plane_is_itself():
    said = NetworkAsMap().caption(state(NetworkAsMap, layers=0))
    assert said.startswith("No layer yet")
