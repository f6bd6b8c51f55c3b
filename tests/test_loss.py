"""Chapter 4's losses: by hand, against their definitions, and where they break."""

import numpy as np
import pytest

from nnlib import (
    BCE,
    CE,
    HEADS,
    MSE,
    HalfMSE,
    Loss,
    SigmoidBCE,
    SoftmaxCE,
    logistic,
    numerical_gradient,
    one_hot,
    softmax,
)

LOSSES = [MSE(), HalfMSE(), BCE(), CE(), SigmoidBCE(), SoftmaxCE()]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=repr)


def rng(seed=0):
    return np.random.default_rng(seed)


def batch_for(loss, n, k=3):
    """Predictions that suit the loss, and targets."""
    Z, t = rng(n).normal(size=(n, k)), rng(n + 1).integers(0, k, n)
    if isinstance(loss, (MSE, HalfMSE)):
        return Z, rng(n + 2).normal(size=(n, k))
    if isinstance(loss, (BCE, SigmoidBCE)):
        T = rng(n + 2).integers(0, 2, (n, k)).astype(float)
        return (logistic(Z) if isinstance(loss, BCE) else Z), T
    return (softmax(Z) if isinstance(loss, CE) else Z), one_hot(t, k)


def test_every_loss_is_here():
    assert {type(loss) for loss in LOSSES} == {*Loss.__subclasses__()}
    assert [repr(loss) for loss in LOSSES[:2]] == ["MSE()", "HalfMSE()"]


# --- values -----------------------------------------------------------------------


def test_two_rows_by_hand():
    Y, T = np.array([[0.5, 0.25], [0.5, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert MSE()(Y, T) == pytest.approx((0.25 + 0.0625 + 0.25 + 0) / 2)
    assert HalfMSE()(Y, T) == MSE()(Y, T) / 2
    assert BCE()(Y, T) == pytest.approx(np.log([2, 4 / 3, 2, 1]).sum() / 2)
    assert CE()(Y, T) == pytest.approx(np.log(2) / 2)
    assert MSE().grad(Y, T).tolist() == [[-0.5, 0.25], [0.5, 0]]
    assert HalfMSE().grad(Y, T).tolist() == [[-0.25, 0.125], [0.25, 0]]
    np.testing.assert_allclose(BCE().grad(Y, T), [[-1, 2 / 3], [1, -0.5]])
    assert CE().grad(Y, T).tolist() == [[-1, 0], [0, -0.5]]


def test_the_losses_are_their_definitions():
    """Written out here with loops and bare logarithms."""
    for loss in LOSSES[2:]:
        Y, T = batch_for(loss, 4)
        P = {SigmoidBCE: logistic, SoftmaxCE: softmax}.get(type(loss), np.array)(Y)
        total = 0.0
        for p, t in zip(P.ravel(), T.ravel(), strict=True):
            total -= t * np.log(p)
            if isinstance(loss, (BCE, SigmoidBCE)):
                total -= (1 - t) * np.log(1 - p)
        assert loss(Y, T) == pytest.approx(total / 4, rel=1e-12)


@every_loss
def test_a_batch_is_the_mean_of_its_rows(loss):
    Y, T = batch_for(loss, 5)
    rows = [(Y[i : i + 1], T[i : i + 1]) for i in range(5)]
    assert loss(Y, T) == pytest.approx(np.mean([loss(*row) for row in rows]), rel=1e-12)
    slopes = np.concatenate([loss.grad(*row) for row in rows]) / 5
    np.testing.assert_allclose(loss.grad(Y, T), slopes, rtol=1e-12)


@every_loss
def test_the_value_is_a_float_and_the_arguments_stay(loss):
    Y, T = batch_for(loss, 3)
    kept = Y.copy(), T.copy()
    assert type(loss(Y, T)) is float
    assert loss.grad(Y, T).shape == Y.shape
    assert np.array_equal(Y, kept[0])
    assert np.array_equal(T, kept[1])
    assert loss(Y.tolist(), T.tolist()) == loss(Y, T)


# --- gradients --------------------------------------------------------------------


@every_loss
@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("k", [1, 3])
def test_the_gradient_is_the_slope(loss, n, k):
    Y, T = batch_for(loss, n, k)
    inside = Y * 0.99 + 0.003 if isinstance(loss, (BCE, CE)) else Y
    wanted = numerical_gradient(lambda Y: loss(Y, T), inside.copy())
    np.testing.assert_allclose(loss.grad(inside, T), wanted, rtol=1e-6, atol=1e-9)


def test_losses_of_logits_are_those_of_probabilities():
    Z, T = batch_for(SigmoidBCE(), 6)
    Y = logistic(Z)
    assert SigmoidBCE()(Z, T) == pytest.approx(BCE()(Y, T), rel=1e-12)
    through = BCE().grad(Y, T) * Y * (1 - Y)
    np.testing.assert_allclose(SigmoidBCE().grad(Z, T), through, rtol=1e-10)
    np.testing.assert_allclose(SigmoidBCE().grad(Z, T), (Y - T) / 6, rtol=1e-10)
    Z, T = batch_for(SoftmaxCE(), 6)
    assert SoftmaxCE()(Z, T) == pytest.approx(CE()(softmax(Z), T), rel=1e-12)
    wanted = (softmax(Z) - T) / 6
    np.testing.assert_allclose(SoftmaxCE().grad(Z, T), wanted, rtol=1e-12)


def test_two_classes_are_one_probability():
    z, t = rng().normal(size=(7, 1)), rng(1).integers(0, 2, 7)
    pair = np.column_stack([np.zeros(7), z[:, 0]])
    one, two = SigmoidBCE(), SoftmaxCE()
    assert one(z, t[:, None]) == pytest.approx(two(pair, one_hot(t, 2)), rel=1e-12)


# --- extremes ---------------------------------------------------------------------


@pytest.mark.parametrize("z", [1e2, 1e4, 1e300])
def test_no_logit_overflows(z):
    Z, right = np.array([[z], [-z]]), np.array([[1.0], [0.0]])
    assert SigmoidBCE()(Z, right) == pytest.approx(np.exp(-z), rel=1e-12)
    assert SigmoidBCE()(Z, 1 - right) == pytest.approx(z)
    assert SigmoidBCE().grad(Z, 1 - right).tolist() == [[0.5], [-0.5]]
    Z, right = np.array([[z, 0.0, -z]]), np.array([[1.0, 0, 0]])
    assert SoftmaxCE()(Z, right) == pytest.approx(np.exp(-z), abs=1e-15)
    if z < 1e300:
        assert SoftmaxCE()(Z, right[:, ::-1]) == pytest.approx(2 * z)
    assert SoftmaxCE().grad(Z, right[:, ::-1])[0].tolist() == [1, np.exp(-z), -1]


def test_small_losses_keep_their_digits():
    """ln(1 + e^−40) would be 0 if the 1 were added first."""
    z, t = np.array([[40.0]]), np.array([[1.0]])
    assert SigmoidBCE()(z, t) == pytest.approx(np.exp(-40), rel=1e-12)
    assert SigmoidBCE().grad(z, t)[0, 0] == pytest.approx(-np.exp(-40), rel=1e-12)


def test_certain_and_right_costs_nothing():
    Y = np.array([[1.0, 0.0]])
    assert BCE()(Y, Y) == CE()(Y, Y) == 0
    assert BCE().grad(Y, Y).tolist() == [[-1, 1]]
    assert CE().grad(Y, Y).tolist() == [[-1, 0]]


@pytest.mark.parametrize("loss", [BCE(), CE()], ids=repr)
def test_certain_and_wrong_is_refused(loss):
    Y, T = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    for call in (loss, loss.grad):
        with pytest.raises(FloatingPointError, match=r"became inf: .*train on logits"):
            call(Y, T)


# --- targets and heads ------------------------------------------------------------


def test_one_hot():
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(np.array([1], np.uint8), 2).dtype == np.float64
    t = rng().integers(0, 10, 50)
    assert np.array_equal(one_hot(t, 10).argmax(axis=1), t)


def test_a_head_s_two_losses_are_the_same_number():
    assert list(HEADS) == [
        "binary",
        "multi-class",
        "single-output regression",
        "multi-output regression",
    ]
    for head in HEADS.values():
        Z, T = batch_for(head.on_logits, 5)
        Y = head.out(Z)
        assert head.loss(Y, T) == pytest.approx(head.on_logits(Z, T), rel=1e-12)


def test_what_the_heads_answer():
    Z = np.array([[-2.0], [0.5], [0.0]])
    binary, classes, single, several = HEADS.values()
    assert binary.predict(binary.out(Z)).tolist() == [[0], [1], [0]]
    assert binary.predict(np.array([[0.5], [0.503]])).tolist() == [[0], [1]]
    Z = np.array([[1.0, 3, 2], [0, -1, -2]])
    assert classes.predict(classes.out(Z)).tolist() == [1, 0]
    for head in (single, several):
        assert head.predict(head.out(Z)).tolist() == Z.tolist()


def test_the_abstract_loss_does_nothing():
    with pytest.raises(NotImplementedError):
        Loss()(np.ones((1, 1)), np.ones((1, 1)))
