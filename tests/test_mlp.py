"""Layers in a row: shapes, initial weights, the network that folds XNOR, refusals."""

import re

import numpy as np
import pytest

from nnlib import (
    Dense,
    Identity,
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    gate,
    glorot,
    he,
)


def rng(seed=0):
    return np.random.default_rng(seed)


# --- dense layers and their first weights -----------------------------------------


def test_a_row_of_the_batch_is_the_book_s_column():
    W, b, a = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([0.5, -0.5]), [1.0, 0, -1]
    z = Dense.of(W, b)(np.array([a, a]))
    assert z.tolist() == [(W @ a + b).tolist()] * 2 == [[-1.5, -2.5]] * 2


def test_gradients_of_a_dense_layer_by_hand():
    layer = Dense.of([[1, 2], [3, 4], [5, 6]], [0, 0, 0])
    x, delta = np.array([[1.0, 2], [0, -1]]), np.array([[1.0, 0, 2], [0, 3, 1]])
    dW, db = layer.grads(x, delta)
    assert dW.tolist() == [[1, 2], [0, -3], [2, 3]]
    assert db.tolist() == [1, 3, 3]
    assert layer.vjp(x, layer(x), delta).tolist() == [[11, 14], [14, 18]]


@pytest.mark.parametrize(
    ("init", "limit", "variance"),
    [(glorot, np.sqrt(6 / 500), 2 / 500), (he, np.sqrt(6 / 200), 2 / 200)],
)
def test_first_weights(init, limit, variance):
    W = init(300, 200, rng())
    assert W.shape == (300, 200)
    assert 0.999 * limit < np.abs(W).max() < limit
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) < limit / 100
    assert np.array_equal(W, init(300, 200, rng()))


def test_dense_starts_with_glorot_and_no_bias():
    layer = Dense(3, 4, rng=rng())
    assert np.array_equal(layer.W, glorot(4, 3, rng()))
    assert layer.b.tolist() == [0] * 4
    assert np.array_equal(Dense(3, 4, rng=rng(), init=he).W, he(4, 3, rng()))


def test_dense_of_copies():
    W, b = np.ones((2, 3)), np.zeros(2)
    layer = Dense.of(W, b)
    layer.W[0, 0], layer.b[0] = 7, 7
    assert W[0, 0] == 1
    assert b[0] == 0


# --- networks ---------------------------------------------------------------------


def test_mlp_puts_the_layers_in_order():
    hidden = Tanh()
    net = Network.mlp([2, 8, 3, 1], hidden=hidden, out=Sigmoid(), rng=rng())
    assert repr(net) == (
        "Network([Dense(2, 8), Tanh(), Dense(8, 3), Tanh(), Dense(3, 1), Sigmoid()])"
    )
    assert net.layers[1] is net.layers[3] is hidden
    assert (net.d_in, net.d_out) == (2, 1)
    assert isinstance(
        Network.mlp([2, 1], hidden=hidden, rng=rng()).layers[-1], Identity
    )


@pytest.mark.parametrize("hidden", [ReLU(), LeakyReLU(0.1), Tanh()])
def test_mlp_draws_the_weights_that_suit_the_layer_behind(hidden):
    net = Network.mlp([2, 8, 3], hidden=hidden, out=Softmax(), rng=rng())
    draw, suits = rng(), glorot if isinstance(hidden, Tanh) else he
    assert np.array_equal(net.layers[0].W, suits(8, 2, draw))
    assert np.array_equal(net.layers[2].W, glorot(3, 8, draw))


def test_params_are_the_layers_own_arrays_in_order():
    net = Network.mlp([3, 3, 2], hidden=Sigmoid(), rng=rng())
    first, _, second, _ = net.layers
    wanted = [first.W, first.b, second.W, second.b]
    assert all(p is w for p, w in zip(net.params, wanted, strict=True))


def test_counting_parameters():
    """Weights alone, as the lectures count; with biases; n → m → 3 has m(n + 4) + 3."""
    for sizes, weights, numbers in (
        ([3, 3, 2], 15, 20),
        ([2, 3, 1], 9, 13),
        ([4, 3, 3], 21, 3 * (4 + 4) + 3),
    ):
        params = Network.mlp(sizes, hidden=Tanh(), rng=rng()).params
        assert sum(p.size for p in params if p.ndim == 2) == weights
        assert sum(p.size for p in params) == numbers


def test_trace_keeps_every_activation():
    net = Network.mlp([3, 4, 2], hidden=Tanh(), out=Softmax(), rng=rng())
    X = rng(1).normal(size=(5, 3))
    A = net.trace(X)
    assert len(A) == 5
    assert A[0] is X
    assert all(np.array_equal(f(A[k]), A[k + 1]) for k, f in enumerate(net.layers))
    assert np.array_equal(net(X), A[-1])


def test_a_layer_may_stand_twice():
    twice = Dense.of([[0.0, 1], [1, 0]], [1, 0])
    net = Network([twice, twice])
    assert net(np.array([[1.0, 2]])).tolist() == [[2, 3]]
    assert [p.shape for p in net.params] == [(2, 2), (2,)]


# --- what the hidden layer is for -------------------------------------------------


def xnor():
    """The lecture's hand-made weights; the last line is drawn through a, not x."""
    hidden = Dense.of([[4, 4], [-4, -4]], [-6, 2])
    return Network([hidden, Sigmoid(), Dense.of([[1, 1]], [-0.5]), Sigmoid()])


def test_the_hidden_layer_folds_the_plane():
    X, t = gate("XNOR")
    _, _, a, z, y = xnor().trace(X)
    low, middle, high = 0.002472623, 0.119202922, 0.880797078
    wanted = [[low, high], [middle, middle], [middle, middle], [high, low]]
    np.testing.assert_allclose(a, wanted, atol=5e-10)
    np.testing.assert_allclose(
        z[:, 0], [0.383270, -0.261594, -0.261594, 0.383270], atol=5e-7
    )
    np.testing.assert_allclose(
        y[:, 0], [0.594661, 0.434972, 0.434972, 0.594661], atol=5e-7
    )
    assert ((z[:, 0] > 0) == t).all()


def test_which_thresholds_work_after_the_fold():
    X, t = gate("XNOR")
    total = xnor().trace(X)[2].sum(1)
    assert total[t == 0].max() == pytest.approx(0.238406, abs=5e-7)
    assert total[t == 1].min() == pytest.approx(0.883270, abs=5e-7)


def test_the_same_line_through_the_inputs_is_or():
    X, _ = gate("XNOR")
    assert (X.sum(1) - 0.5 > 0).tolist() == gate("OR")[1].astype(bool).tolist()


@pytest.mark.parametrize("g", [Identity(), Linear(1.7, -0.3)])
def test_affine_layers_collapse_into_one(g):
    """Whatever the depth: W' = ∏ α W, and never of a higher rank than the narrowest."""
    net = Network.mlp([5, 4, 2, 4], hidden=g, out=g, rng=rng())
    X = rng(1).normal(size=(9, 5))
    shift = net(np.zeros((1, 5)))
    W = (net(np.eye(5)) - shift).T
    np.testing.assert_allclose(Dense.of(W, shift[0])(X), net(X), atol=1e-12)
    assert np.linalg.matrix_rank(W, tol=1e-12) == 2


def test_a_bend_does_not_collapse():
    net = Network.mlp([5, 4, 2, 4], hidden=Tanh(), rng=rng())
    X = rng(1).normal(size=(9, 5))
    W = net(np.eye(5)).T  # every bias is 0, and so is tanh(0)
    assert np.abs(net(X) - X @ W.T).max() > 0.1


# --- what is refused --------------------------------------------------------------

NET = Network.mlp([3, 2], hidden=Tanh(), rng=rng())
NAN = float("nan")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: Dense(0, 4, rng=rng()),
            ValueError,
            "Dense: d_in must be at least 1, got 0.",
        ),
        (
            lambda: Dense(3, -4, rng=rng()),
            ValueError,
            "Dense: d_out must be at least 1, got -4.",
        ),
        (
            lambda: Dense(3.0, 4, rng=rng()),
            TypeError,
            "Dense: d_in must be a whole number, got 3.0 (float).",
        ),
        (
            lambda: Dense(True, 4, rng=rng()),
            TypeError,
            "Dense: d_in must be a whole number, got True (bool).",
        ),
        (
            lambda: Dense(3, 4, rng=0),
            TypeError,
            "Dense: rng must be a numpy Generator, got 0; write "
            "rng=np.random.default_rng(0), so that the run can be repeated.",
        ),
        (
            lambda: Dense(3, 4),
            TypeError,
            "Dense.__init__() missing 1 required keyword-only argument: 'rng'",
        ),
        (
            lambda: Dense.of([[1, 2]], [1, 2]),
            ValueError,
            "Dense.of needs W (d_out, d_in) and b (d_out,), got (1, 2) and (2,).",
        ),
        (
            lambda: Dense.of([1, 2], [1]),
            ValueError,
            "Dense.of needs W (d_out, d_in) and b (d_out,), got (2,) and (1,).",
        ),
        (
            lambda: Dense.of(np.ones((1, 0)), [1]),
            ValueError,
            "Dense.of needs W (d_out, d_in) and b (d_out,), got (1, 0) and (1,).",
        ),
        (
            lambda: Dense.of([[1, NAN]], [1]),
            ValueError,
            "W must be finite, found nan at row 0, column 1.",
        ),
        (
            lambda: Dense.of([[1, 2]], [np.inf]),
            ValueError,
            "b must be finite, found inf at index 0.",
        ),
        (
            lambda: Network([]),
            ValueError,
            "Network needs at least one Dense layer.",
        ),
        (
            lambda: Network([Tanh(), Sigmoid()]),
            ValueError,
            "Network needs at least one Dense layer.",
        ),
        (
            lambda: Network([Dense(3, 4, rng=rng()), Tanh(), Dense(5, 2, rng=rng())]),
            ValueError,
            "Dense(5, 2) cannot follow Dense(3, 4): 5 ≠ 4.",
        ),
        (
            lambda: Network([Dense(3, 4, rng=rng()), Tanh]),
            TypeError,
            "layer 1 must be a Layer such as Identity(), "
            "got <class 'nnlib.activations.Tanh'>.",
        ),
        (
            lambda: Network.mlp([2, 8, 1], hidden="tanh", rng=rng()),
            TypeError,
            "layer 1 must be a Layer such as Identity(), got 'tanh'.",
        ),
        (
            lambda: Network([NET, Dense(2, 1, rng=rng())]),
            TypeError,
            f"layer 0 must be a Layer such as Identity(), got {NET!r}.",
        ),
        (
            lambda: Network.mlp([2, 0, 1], hidden=Tanh(), rng=rng()),
            ValueError,
            "Dense: d_out must be at least 1, got 0.",
        ),
        (
            lambda: Network.mlp([2], hidden=Tanh(), rng=rng()),
            ValueError,
            "sizes needs at least an input and an output, got [2].",
        ),
        (
            lambda: NET(np.ones((8, 5))),
            ValueError,
            "Network with 3 inputs: x needs shape (batch, 3), got (8, 5).",
        ),
        (
            lambda: NET(np.ones(3)),
            ValueError,
            "Network with 3 inputs: x needs shape (batch, 3), got (3,). "
            "For a single example write x[None, :].",
        ),
        (
            lambda: NET(5),
            ValueError,
            "Network with 3 inputs: x needs shape (batch, 3), got ().",
        ),
        (
            lambda: NET(np.ones((3, 5))),
            ValueError,
            "Network with 3 inputs: x needs shape (batch, 3), got (3, 5). "
            "x looks transposed: rows are examples, so pass x.T.",
        ),
        (
            lambda: NET(np.ones((8, 28, 28))),
            ValueError,
            "Network with 3 inputs: x needs shape (batch, 3), got (8, 28, 28). "
            "Flatten each example first: x.reshape(len(x), -1).",
        ),
        (
            lambda: NET(np.ones((0, 3))),
            ValueError,
            "the batch is empty: x has shape (0, 3).",
        ),
        (
            lambda: NET([[0, 0, 0], [0, 0, 0], [NAN, 0, 0]]),
            ValueError,
            "x must be finite, found nan at row 2, column 0.",
        ),
        (
            lambda: NET([[0, -np.inf, 0]]),
            ValueError,
            "x must be finite, found -inf at row 0, column 1.",
        ),
        (
            lambda: NET([["a", "b", "c"]]),
            TypeError,
            "x must hold real numbers, got dtype <U1.",
        ),
        (
            lambda: NET([[None, 1, 2]]),
            TypeError,
            "x must hold real numbers, got dtype object.",
        ),
        (
            lambda: NET(np.ones((2, 3), np.uint8)),
            TypeError,
            "x has dtype uint8, which wraps around at 256; "
            "convert with x.astype(float) / 255.",
        ),
        (
            lambda: NET(np.ones((2, 3), complex)),
            TypeError,
            "x must hold real numbers, got dtype complex128.",
        ),
        (
            lambda: NET([[1, 2, 3], [1, 2]]),
            ValueError,
            "the rows of x have different lengths: 3, 2.",
        ),
    ],
)
def test_bad_input_is_refused(call, error, message):
    before = [p.copy() for p in NET.params]
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
    assert all(np.array_equal(a, b) for a, b in zip(before, NET.params, strict=True))


@pytest.mark.parametrize("x", [[[1, 2, 3]], np.ones((1, 3), np.float32), [[True] * 3]])
def test_other_real_numbers_are_taken(x):
    assert NET(x).dtype == np.float64
