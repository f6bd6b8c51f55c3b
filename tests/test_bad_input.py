"""Everything that can be handed in wrongly, and the sentence that comes back.

Each row: a call, the error, the whole message. After each of them the network and the
optimiser that every call shares are as they were.
"""

import copy
import re

import numpy as np
import pytest

from nnlib import (
    BCE,
    CE,
    MSE,
    SGD,
    AdaDelta,
    Adagrad,
    Adam,
    Dense,
    Linear,
    Momentum,
    Network,
    RMSProp,
    Sigmoid,
    SigmoidBCE,
    Softmax,
    SoftmaxCE,
    SparseAdam,
    Tanh,
    backward,
    check_gradients,
    constant,
    cosine,
    fit,
    inner_product_check,
    network_jacobian,
    numerical_gradient,
    one_hot,
    step_decay,
    train_test_split,
    value_and_grad,
)


def rng():
    return np.random.default_rng(0)


ONES = np.ones((8, 3))
T = np.ones((8, 2))
NET = Network.mlp([3, 4, 2], hidden=Tanh(), rng=rng())
OPT = Momentum(0.1)
USED = Momentum(0.1)
USED.bind(NET.params)
NAN = ONES.copy()
NAN[2, 0] = np.nan
INF = ONES.copy()
INF[0, 1] = -np.inf
IMAGES = np.zeros((8, 3), np.uint8)


def train(X=ONES, T=T, loss=MSE(), opt=OPT, **how):  # noqa: B008 (stateless or shared)
    """`fit` with one thing wrong; it must refuse before its first step is asked for."""
    fit(NET, loss, opt, X, T, **{"epochs": 1, **how})


def diverge():
    net = Network.mlp([3, 2, 2], hidden=Linear(), rng=rng())
    for _ in fit(net, MSE(), SGD(1e200), ONES, T, epochs=50):
        pass


LAYERS = [
    (lambda: Dense(0, 4, rng=rng()), ValueError,
     "Dense: d_in must be at least 1, got 0."),
    (lambda: Dense(3, 4.0, rng=rng()), TypeError,
     "Dense: d_out must be a whole number, got 4.0 (float)."),
    (lambda: Dense(3, 4, rng=0), TypeError,
     "Dense: rng must be a numpy Generator, got 0; write rng=np.random.default_rng(0), "
     "so that the run can be repeated."),
    (lambda: Dense.of([[1, 2]], [0, 0]), ValueError,
     "Dense.of needs W (d_out, d_in) and b (d_out,), got (1, 2) and (2,)."),
    (lambda: Dense.of([[1, np.nan]], [0]), ValueError,
     "W must be finite, found nan at row 0, column 1."),
    (lambda: Network([Dense(3, 4, rng=rng()), Dense(5, 2, rng=rng())]), ValueError,
     "Dense(5, 2) cannot follow Dense(3, 4): 5 ≠ 4."),
    (lambda: Network(["tanh"]), TypeError,
     "layer 0 must be a Layer such as Identity(), got 'tanh'."),
    (lambda: Network([NET]), TypeError,
     f"layer 0 must be a Layer such as Identity(), got {NET!r}."),
    (lambda: Network([Tanh()]), ValueError,
     "Network needs at least one Dense layer."),
    (lambda: Network.mlp([3], hidden=Tanh(), rng=rng()), ValueError,
     "sizes needs at least an input and an output, got [3]."),
]  # fmt: skip

BATCHES = [
    (lambda: NET(np.ones((8, 5))), ValueError,
     "Network with 3 inputs: x needs shape (batch, 3), got (8, 5)."),
    (lambda: NET(np.ones((3, 8))), ValueError,
     "Network with 3 inputs: x needs shape (batch, 3), got (3, 8). "
     "x looks transposed: rows are examples, so pass x.T."),
    (lambda: NET(np.ones(3)), ValueError,
     "Network with 3 inputs: x needs shape (batch, 3), got (3,). "
     "For a single example write x[None, :]."),
    (lambda: NET(np.ones((8, 28, 28))), ValueError,
     "Network with 3 inputs: x needs shape (batch, 3), got (8, 28, 28). "
     "Flatten each example first: x.reshape(len(x), -1)."),
    (lambda: NET(np.ones((0, 3))), ValueError,
     "the batch is empty: x has shape (0, 3)."),
    (lambda: NET(NAN), ValueError,
     "x must be finite, found nan at row 2, column 0."),
    (lambda: NET(INF), ValueError,
     "x must be finite, found -inf at row 0, column 1."),
    (lambda: NET([["a", "b", "c"]]), TypeError,
     "x must hold real numbers, got dtype <U1."),
    (lambda: NET(IMAGES), TypeError,
     "x has dtype uint8, which wraps around at 256; "
     "convert with x.astype(float) / 255."),
    (lambda: NET(ONES + 0j), TypeError,
     "x must hold real numbers, got dtype complex128."),
    (lambda: NET([[1, 2, 3], [1, 2]]), ValueError,
     "the rows of x have different lengths: 3, 2."),
    (lambda: value_and_grad(NET, MSE(), IMAGES, T), TypeError,
     "X has dtype uint8, which wraps around at 256; "
     "convert with X.astype(float) / 255."),
]  # fmt: skip

LOSSES = [
    (lambda: MSE()(np.ones((8, 1)), np.ones(8)), ValueError,
     "MSE(): Y has shape (8, 1) but T has (8,); for a column use T[:, None], "
     "for classes one_hot(T, 1)."),
    (lambda: SoftmaxCE()(np.ones((8, 10)), np.arange(8)), ValueError,
     "SoftmaxCE(): Y has shape (8, 10) but T has (8,); for a column use T[:, None], "
     "for classes one_hot(T, 10)."),
    (lambda: MSE()(np.ones((8, 2)), np.ones((7, 2))), ValueError,
     "MSE(): Y has shape (8, 2) but T has (7, 2); for a column use T[:, None], "
     "for classes one_hot(T, 2)."),
    (lambda: MSE()(np.ones(8), np.ones(8)), ValueError,
     "MSE(): Y needs shape (batch, d), got (8,). "
     "For a single example write Y[None, :]."),
    (lambda: MSE().grad(NAN, ONES), ValueError,
     "Y must be finite, found nan at row 2, column 0."),
    (lambda: MSE()(ONES, INF), ValueError,
     "T must be finite, found -inf at row 0, column 1."),
    (lambda: MSE()(np.ones((0, 2)), np.ones((0, 2))), ValueError,
     "the batch is empty: Y has shape (0, 2)."),
    (lambda: BCE()([[0.5], [1.7]], [[1], [0]]), ValueError,
     "probabilities must lie in [0, 1] (was the sigmoid forgotten?), "
     "found 1.7 at row 1, column 0."),
    (lambda: CE()([[-0.1, 1.1]], [[1, 0]]), ValueError,
     "probabilities must lie in [0, 1] (was the sigmoid forgotten?), "
     "found -0.1 at row 0, column 0."),
    (lambda: SigmoidBCE()([[0.5], [0.5]], [[1], [2]]), ValueError,
     "targets must be 0 or 1, found 2 at row 1, column 0."),
    (lambda: SoftmaxCE()(np.ones((2, 3)), [[0, 1, 0], [1, 1, 0]]), ValueError,
     "the 1s in each row of T must be one, as one_hot makes them, found 2 at index 1."),
    (lambda: CE()([[0.5, 0.5]], [[0.5, 0.5]]), ValueError,
     "targets must be 0 or 1, found 0.5 at row 0, column 0."),
    (lambda: BCE()([[0.0]], [[1]]), FloatingPointError,
     "BCE() became inf: what was ruled out has happened; "
     "train on logits (SigmoidBCE, SoftmaxCE)."),
    (lambda: MSE()([[1e200]], [[0]]), FloatingPointError,
     "MSE() became inf: try a tenth of the learning rate."),
    (lambda: one_hot([0, 3, 10], 10), ValueError,
     "labels must lie in 0..9, found 10 at index 2."),
    (lambda: one_hot([0, -1], 10), ValueError,
     "labels must lie in 0..9, found -1 at index 1."),
    (lambda: one_hot([0.0, 1.0], 2), TypeError,
     "labels must be integers, got float64."),
    (lambda: one_hot(np.eye(3, dtype=int), 3), ValueError,
     "labels must have shape (n,), got (3, 3)."),
    (lambda: one_hot([], 3), ValueError,
     "labels must have shape (n,), got (0,)."),
    (lambda: one_hot([0, 1], 0), ValueError,
     "one_hot: k must be at least 1, got 0."),
]  # fmt: skip

OPTIMISERS = [
    (lambda: SGD(-0.1), ValueError,
     "learning rate must be positive and finite, got -0.1."),
    (lambda: Adam(0), ValueError,
     "learning rate must be positive and finite, got 0."),
    (lambda: RMSProp(np.nan), ValueError,
     "learning rate must be positive and finite, got nan."),
    (lambda: Adagrad(np.inf), ValueError,
     "learning rate must be positive and finite, got inf."),
    (lambda: SGD("0.1"), TypeError,
     "learning rate must be a number, got '0.1'."),
    (lambda: constant(True), TypeError,
     "learning rate must be a number, got True."),
    (lambda: Momentum(0.1, 1.0), ValueError,
     "beta must lie in [0, 1), got 1.0."),
    (lambda: Adam(0.1, beta2=1), ValueError,
     "beta2 must lie in [0, 1), got 1."),
    (lambda: AdaDelta(rho=-0.1), ValueError,
     "rho must lie in [0, 1), got -0.1."),
    (lambda: SparseAdam(0.1, eps=0), ValueError,
     "eps must be positive and finite, got 0."),
    (lambda: SGD(0.1, weight_decay=-1), ValueError,
     "weight_decay must be 0 or more and finite, got -1."),
    (lambda: step_decay(0.1, every=0), ValueError,
     "step_decay: every must be at least 1, got 0."),
    (lambda: cosine(0.1, steps=2.5), TypeError,
     "cosine: steps must be a whole number, got 2.5 (float)."),
    (lambda: SGD(lambda t: -1.0).step([np.ones(2)], [np.ones(2)]), ValueError,
     "learning rate must be positive, got -1.0."),
    (lambda: OPT.step([], []), ValueError,
     "there is nothing to train: the list of params is empty."),
    (lambda: OPT.step([np.ones(3, int)], [np.ones(3)]), TypeError,
     "a parameter is no float64 array: array([1, 1, 1])"),
    (lambda: OPT.step([NAN], [ONES]), ValueError,
     "a parameter must be finite, found nan at row 2, column 0."),
    (lambda: OPT.step([1.5], [1.0]), TypeError,
     "a parameter is no float64 array: 1.5"),
    (lambda: USED.step(NET.params[:1], [np.ones((8, 3))]), ValueError,
     "this optimiser remembers another model: make one for each."),
    (lambda: USED.step(NET.params, [np.ones((8, *p.shape)) for p in NET.params]),
     ValueError,
     "a parameter has shape (4, 3) but its gradient (8, 4, 3): was the batch summed "
     "over?"),
    (lambda: USED.step(NET.params, [None] * 4), ValueError,
     "a parameter has shape (4, 3) but its gradient (): was the batch summed over?"),
    (lambda: USED.step(NET.params, [p * np.nan for p in NET.params]), ValueError,
     "a gradient holds nan or inf."),
    (lambda: USED.step(NET.params, [np.ones((4, 3))]), ValueError,
     "4 params, 1 grads."),
    (lambda: numerical_gradient(np.sum, np.ones(2), h=0), ValueError,
     "h must be positive and finite, got 0."),
]  # fmt: skip

TRAINING = [
    (lambda: train(X=np.ones((8, 2))), ValueError,
     "fit: X needs shape (batch, 3), got (8, 2)."),
    (lambda: train(T=np.ones((7, 2))), ValueError,
     "MSE(): Y has shape (8, 2) but T has (7, 2); for a column use T[:, None], "
     "for classes one_hot(T, 2)."),
    (lambda: train(X=NAN), ValueError,
     "X must be finite, found nan at row 2, column 0."),
    (lambda: train(loss=SigmoidBCE(), T=3 * T), ValueError,
     "targets must be 0 or 1, found 3 at row 0, column 0."),
    (lambda: train(epochs=0), ValueError,
     "fit: epochs must be at least 1, got 0."),
    (lambda: train(epochs=2.5), TypeError,
     "fit: epochs must be a whole number, got 2.5 (float)."),
    (lambda: train(batch_size=0, rng=rng()), ValueError,
     "fit: batch_size must be at least 1, got 0."),
    (lambda: train(batch_size=9, rng=rng()), ValueError,
     "fit: batch_size must lie in 1..8, got 9."),
    (lambda: train(batch_size=4), TypeError,
     "fit: rng must be a numpy Generator, got None; write "
     "rng=np.random.default_rng(0), so that the run can be repeated."),
    (lambda: train(opt=copy.deepcopy(USED)), ValueError,
     "this optimiser remembers another model: make one for each."),
    (diverge, FloatingPointError,
     "epoch 2, step 2: MSE() became inf: try a tenth of the learning rate."),
    (lambda: backward(NET, NET.trace(ONES), np.ones(8)), ValueError,
     "dY needs the shape of the output, A[L]."),
    (lambda: check_gradients(NET, MSE(), ONES, np.ones((8, 1))), ValueError,
     "MSE(): Y has shape (8, 2) but T has (8, 1); for a column use T[:, None], "
     "for classes one_hot(T, 2)."),
    (lambda: train_test_split(ONES, np.ones(7), rng=rng()), ValueError,
     "X has 8 examples but T has 7."),
    (lambda: train_test_split(ONES, T, test_size=1, rng=rng()), ValueError,
     "test_size must leave 8 rows two parts, got 1."),
    (lambda: train_test_split(ONES, T, test_size=0.05, rng=rng()), ValueError,
     "test_size must leave 8 rows two parts, got 0.05."),
    (lambda: train_test_split(ONES, T, rng=None), TypeError,
     "train_test_split: rng must be a numpy Generator, got None; write "
     "rng=np.random.default_rng(0), so that the run can be repeated."),
    (lambda: network_jacobian(NET, np.ones(3)), ValueError,
     "this Jacobian: X needs shape (batch, 3), got (3,). "
     "For a single example write X[None, :]."),
    (lambda: inner_product_check(NET, ONES, rng=7), TypeError,
     "inner_product_check: rng must be a numpy Generator, got 7; write "
     "rng=np.random.default_rng(0), so that the run can be repeated."),
]  # fmt: skip

ROWS = [*LAYERS, *BATCHES, *LOSSES, *OPTIMISERS, *TRAINING]

UNKNOWN = [
    lambda: Dense(3, 4, rng=rng(), bias=False),
    lambda: Dense(3, 4),
    lambda: Network.mlp([3, 4], hidden=Tanh(), rng=rng(), seed=0),
    lambda: Network.mlp([3, 4], rng=rng()),
    lambda: SGD(0.1, eps=1e-8),
    lambda: SGD(0.1, momentum=0.9),
    lambda: SparseAdam(0.1, weight_decay=0.1),
    lambda: MSE(reduction="sum"),
    lambda: fit(NET, MSE(), OPT, ONES, T, epochs=1, shuffle=True),
    lambda: fit(NET, MSE(), OPT, ONES, T),
    lambda: train_test_split(ONES, T),
]


@pytest.mark.parametrize(("call", "error", "message"), ROWS)
def test_bad_input_is_refused_and_nothing_changes(call, error, message):
    def state():
        return [*NET.params, *(a for arrays in USED.state for a in arrays)]

    before = copy.deepcopy(state())
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
    assert all(np.array_equal(a, b) for a, b in zip(state(), before, strict=True))
    assert (OPT.t, OPT.params, USED.t) == (0, [], 0)


@pytest.mark.parametrize("call", UNKNOWN)
def test_arguments_unknown_or_missing(call):
    with pytest.raises(TypeError, match=r"unexpected keyword|missing|takes no arg"):
        call()


def test_there_are_enough_of_them():
    assert len(ROWS) >= 40


def test_extreme_inputs_are_taken_quietly():
    """Exact ends, no warning: warnings are errors here."""
    z = np.array([[1000.0, -1000.0]])
    assert Sigmoid()(z).tolist() == [[1, 0]]
    assert Softmax()(10 * z).tolist() == [[1, 0]]
    assert NET(1e300 * ONES).shape == (8, 2)
