"""Chapter 7: five ways to a Jacobian, and the layouts it is written in."""

import numpy as np
import pytest

from nnlib import (
    Dense,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    denominator_layout,
    inner_product_check,
    jacobian_by_columns,
    jacobian_by_rows,
    jvp,
    network_jacobian,
    numerical_jacobian,
    vjp,
)


def rng(seed=0):
    return np.random.default_rng(seed)


NETS = {
    "one layer": Network([Dense(3, 2, rng=rng())]),
    "deep": Network.mlp([3, 5, 4, 2], hidden=Tanh(), out=Softmax(), rng=rng(1)),
    "one output": Network.mlp([3, 6, 1], hidden=ReLU(), out=Sigmoid(), rng=rng(2)),
    "one number": Network.mlp([3, 1, 4], hidden=Linear(2, 1), rng=rng(3)),
}
every_net = pytest.mark.parametrize("net", NETS.values(), ids=NETS)
every_batch = pytest.mark.parametrize("n", [1, 4])


def test_the_example_of_the_chapter():
    def f(x):
        return np.array([x[0] ** 2 * x[1], 5 * x[0] + np.sin(x[1])])

    a, b = 0.7, -0.4
    wanted = [[2 * a * b, a**2], [5, np.cos(b)]]
    np.testing.assert_allclose(numerical_jacobian(f, [a, b]), wanted, rtol=1e-8)


def test_the_jacobian_of_a_dense_layer_is_its_matrix():
    layer = Dense(4, 3, rng=rng())
    J = numerical_jacobian(layer, rng(1).normal(size=(2, 4)))
    np.testing.assert_allclose(J, [layer.W, layer.W], rtol=1e-8)


def test_one_output_gives_a_row():
    """The gradient lying down: (1, n), neither a number nor a column."""
    J = numerical_jacobian(lambda x: np.array([(x**2).sum()]), np.array([1.0, 2, 3]))
    np.testing.assert_allclose(J, [[2, 4, 6]], rtol=1e-8)


@every_net
@every_batch
def test_all_ways_lead_to_the_same_jacobian(net, n):
    X = rng(n).normal(size=(n, net.d_in))
    J = network_jacobian(net, X)
    assert J.shape == (n, net.d_out, net.d_in)
    np.testing.assert_allclose(J, numerical_jacobian(net, X), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(jacobian_by_rows(net, X), J, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(jacobian_by_columns(net, X), J, rtol=1e-12, atol=1e-15)


@every_net
@every_batch
def test_products_with_the_jacobian(net, n):
    X = rng(n).normal(size=(n, net.d_in))
    A, J = net.trace(X), network_jacobian(net, X)
    u, v = rng(8).normal(size=A[-1].shape), rng(9).normal(size=X.shape)
    pulled, pushed = np.einsum("nij,ni->nj", J, u), np.einsum("nij,nj->ni", J, v)
    np.testing.assert_allclose(vjp(net, A, u), pulled, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(jvp(net, A, v), pushed, rtol=1e-12, atol=1e-14)


@every_net
def test_the_inner_products_agree(net):
    left, right = inner_product_check(net, rng().normal(size=(6, 3)), rng=rng(1))
    assert left == pytest.approx(right, rel=1e-12)
    assert abs(left) > 1e-3


def test_the_inner_product_check_sees_a_wrong_vjp(monkeypatch):
    monkeypatch.setattr(Tanh, "vjp", lambda g, x, y, dy: dy * (1 - y * y) * 1.001)
    left, right = inner_product_check(NETS["deep"], np.ones((2, 3)), rng=rng())
    assert abs(left - right) > 1e-4 * abs(left)


def test_the_other_layout_is_a_view_with_the_factors_the_other_way_round():
    first, second = rng().normal(size=(5, 3, 2)), rng(1).normal(size=(5, 4, 3))
    together = denominator_layout(second @ first)
    assert together.shape == (5, 2, 4)
    product = denominator_layout(first) @ denominator_layout(second)
    np.testing.assert_allclose(together, product, rtol=1e-14)
    assert np.shares_memory(denominator_layout(first), first)
    assert denominator_layout(first[0])[1, 2] == first[0, 2, 1]
