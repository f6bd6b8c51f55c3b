"""Chapter 3's functions: their values, their slopes, and what happens far from 0."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnlib import (
    Heaviside,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
    glorot,
    he,
    logistic,
    softmax,
)

repeatable = settings(derandomize=True, deadline=None)
reals = st.floats(-1e3, 1e3)
matrices = arrays(float, array_shapes(min_dims=2, max_dims=2), elements=reals)


def slope(g, z):
    z = np.array([[float(z)]])
    return g.derivative(z, g(z))[0, 0]


def at(g, z):
    return g(np.array([[float(z)]]))[0, 0]


def test_the_neuron_of_chapter_1():
    z = np.dot([0.2, 0.3, 0.9], [0.5, 0.6, 0.1]) + 0.5
    assert z == pytest.approx(0.87, abs=1e-15)
    assert at(Sigmoid(), z) == pytest.approx(0.704745698, abs=5e-10)


def test_the_steepest_slopes():
    z = np.linspace(-6, 6, 1201)[None]
    sigmoid, tanh = Sigmoid(), Tanh()
    slopes = sigmoid.derivative(z, sigmoid(z)), tanh.derivative(z, tanh(z))
    assert [s.max() for s in slopes] == [0.25, 1.0]
    assert [z[0, s.argmax()] for s in slopes] == [0, 0]


def test_saturation_on_both_sides():
    for z in (-10, 10):
        assert slope(Sigmoid(), z) == pytest.approx(4.54e-5, rel=1e-3)
        assert slope(Tanh(), z) == pytest.approx(8.2e-9, rel=1e-2)


def test_where_the_sigmoid_becomes_one():
    """In float64, not in mathematics, where the range (0, 1) is open."""
    assert logistic(36.7) < 1
    assert logistic(36.74) == 1


@pytest.mark.parametrize("z", [1e3, 1e300, np.inf])
def test_no_overflow_far_out(z):
    assert logistic(np.array([-z, z])).tolist() == [0, 1]
    assert np.array_equal(
        softmax(np.array([[0, min(z, 1e300)], [0, -z]])), [[0, 1], [1, 0]]
    )


def test_heaviside_and_step_at_the_edge():
    """Heaviside takes the middle at 0; the step is strict: at θ it does not fire."""
    assert [at(Heaviside(), z) for z in (-1e-9, 0, 1e-9)] == [0, 0.5, 1]
    assert [at(Step(), z) for z in (-1e-9, 0, 1e-9)] == [0, 0, 1]
    assert [at(Step(0.5), z) for z in (0.5, 0.69)] == [0, 1]


def test_a_threshold_is_a_negative_bias():
    """Six reconstructions of a lost slide: the sum 0.69 against the threshold ½."""
    sums = [
        ((0.5, 0.6), (0.9, 0.4)),
        ((0.5, 0.6), (0.3, 0.9)),
        ((0.3, 0.8), (0.7, 0.6)),
        ((0.7, 0.8), (0.3, 0.6)),
        ((0.5, 0.6, 0.1), (0.5, 0.7, 0.2)),
        ((0.5, 0.6, 0.1), (0.4, 0.8, 0.1)),
    ]
    for x, w in sums:
        z = np.dot(x, w)
        assert z == pytest.approx(0.69, abs=1e-15)
        assert at(Step(0.5), z) == at(Step(), z - 0.5) == 1


def test_nothing_tells_a_step_where_to_go():
    z = np.array([[-2.0, -0.1, 0.0, 0.1, 2.0]])
    for g in (Heaviside(), Step(), Step(0.1)):
        assert not g.derivative(z, g(z)).any()


def test_relu_reaches_zero_and_is_silent_there():
    assert at(ReLU(), -1) == 0
    assert [slope(ReLU(), z) for z in (-2, 0, 2)] == [0, 0, 1]


def test_leaky_relu_is_a_maximum_only_for_slopes_up_to_one():
    z = np.array([[-1.0, 2.0]])
    assert np.array_equal(LeakyReLU(0.1)(z), np.maximum(0.1 * z, z))
    assert LeakyReLU(2)(z).tolist() == [[-2, 2]]
    assert np.maximum(2 * z, z).tolist() == [[-1, 4]]
    assert [slope(LeakyReLU(), s) for s in (-1, 1)] == [0.01, 1]


def test_linear():
    assert Linear(1.7, -0.3)(np.array([[2.0]])) == pytest.approx(3.1)
    assert slope(Linear(1.7, -0.3), 5) == 1.7


def test_softmax_of_the_lecture():
    p = softmax(np.array([2, -1.99, -0.01]))
    assert p == pytest.approx([0.867687701, 0.016051974, 0.116260325], abs=5e-10)
    assert Softmax()(np.array([[2, -1.99, -0.01]]))[0].tolist() == p.tolist()


@repeatable
@given(matrices)
def test_softmax_rows_are_probabilities(z):
    p = softmax(z)
    assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_allclose(p.sum(-1), 1, rtol=1e-14)


@repeatable
@given(matrices, reals)
def test_softmax_ignores_a_shift(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-10, atol=1e-300)


@repeatable
@given(reals, reals)
def test_softmax_of_two_is_the_sigmoid_of_the_difference(a, b):
    assert softmax(np.array([a, b]))[0] == pytest.approx(logistic(a - b), abs=1e-15)


@repeatable
@given(arrays(float, 5, elements=reals))
def test_laws_of_the_sigmoid(z):
    s = logistic(z)
    np.testing.assert_allclose(logistic(-z), 1 - s, rtol=1e-13, atol=1e-16)
    np.testing.assert_allclose(np.tanh(z), 2 * logistic(2 * z) - 1, atol=1e-15)
    near = np.clip(z, -30, 30)
    np.testing.assert_allclose(logistic(near), 1 / (1 + np.exp(-near)), rtol=1e-14)


def test_the_initialiser_that_suits_each():
    assert all(g.init is he for g in (ReLU(), LeakyReLU()))
    others = (Linear(), Heaviside(), Step(), Sigmoid(), Tanh(), Softmax())
    assert all(g.init is glorot for g in others)
