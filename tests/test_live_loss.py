"""The figures of chapter 4: what they claim is what nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import HEADS, MSE, HalfMSE, SigmoidBCE, numerical_gradient
from nnlib.live.loss import (
    CONSTANTS,
    EPOCHS,
    MOODS,
    POINTS,
    SENTENCES,
    TASKS,
    TRAINING,
    VOCABULARY,
    ConfidentlyWrong,
    FourTasks,
    Sentiment,
    SoftmaxMixer,
    SquaresOnResiduals,
    examples,
    features,
    head,
    path,
    slopes,
    steps_to_half,
    trained,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


# --- squares ----------------------------------------------------------------------


def as_columns(s):
    x, t = POINTS.T
    return (s.w * x + s.b)[:, None], t[:, None]


def test_two_of_the_losses_are_nnlibs():
    figure, s = SquaresOnResiduals(), state(SquaresOnResiduals, w=0.7, b=-0.2)
    Y, T = as_columns(s)
    assert figure.loss(s, s.w) == pytest.approx(MSE()(Y, T))
    s.constant = "half their mean"
    assert figure.loss(s, s.w) == pytest.approx(HalfMSE()(Y, T))
    s.constant = "their sum"
    assert figure.loss(s, s.w) == pytest.approx(len(POINTS) * MSE()(Y, T))


@pytest.mark.parametrize("constant", CONSTANTS)
def test_the_slopes_are_slopes(constant):
    figure, s = SquaresOnResiduals(), state(SquaresOnResiduals, constant=constant)

    def loss(v):
        moved = state(SquaresOnResiduals, constant=constant, w=v[0], b=v[1])
        return figure.loss(moved, v[0])

    nudged = numerical_gradient(loss, np.array([s.w, s.b]))
    assert figure.slopes(s) == pytest.approx(nudged, rel=1e-6)


@pytest.mark.parametrize("constant", CONSTANTS)
@pytest.mark.parametrize(("share", "converges"), [(0.98, True), (1.02, False)])
def test_the_largest_step_is_where_descent_stops_converging(constant, share, converges):
    figure, s = SquaresOnResiduals(), state(SquaresOnResiduals, constant=constant)
    eta, first = share * figure.steepest(s), figure.loss(s, s.w)
    for _ in range(400):
        s.w, s.b = np.array([s.w, s.b]) - eta * figure.slopes(s)
    assert (figure.loss(s, s.w) < first) == converges


def test_the_constant_scales_the_step_and_nothing_else():
    figure = SquaresOnResiduals()
    limits = [figure.steepest(state(SquaresOnResiduals, constant=c)) for c in CONSTANTS]
    mean, half, total = limits
    assert half == pytest.approx(2 * mean)
    assert total == pytest.approx(mean / len(POINTS))


# --- softmax ----------------------------------------------------------------------


def test_the_lectures_softmax_and_its_temperatures():
    figure = SoftmaxMixer()
    for T, shares in (
        (1.0, "(0.868, 0.016, 0.116)"),
        (0.5, "(0.982, 0.000, 0.018)"),
        (2.0, "(0.666, 0.091, 0.244)"),
    ):
        assert f"p = {shares}" in figure.caption(state(SoftmaxMixer, T=T))


# --- sure and wrong ---------------------------------------------------------------


def test_the_slopes_at_minus_six_and_their_ratio():
    ce, se = slopes(-6.0)
    assert ce == pytest.approx(-0.99753, abs=5e-6)
    assert se == pytest.approx(-0.00492, abs=5e-6)
    assert ce / se == pytest.approx(202.7, abs=0.05)
    one = np.array([[1.0]])
    assert ce == pytest.approx(SigmoidBCE().grad(np.array([[-6.0]]), one).item())


def test_seven_steps_against_two_hundred_and_fourteen():
    assert [steps_to_half(-6.0, kind) for kind in (0, 1)] == [7, 214]
    for kind, steps in ((0, 7), (1, 214)):
        way = path(-6.0, kind)
        assert way[steps] >= 0.5 > way[steps - 1]
    assert "7 steps against 214" in ConfidentlyWrong().caption(state(ConfidentlyWrong))


# --- four tasks -------------------------------------------------------------------


def test_the_heads_that_fit_are_the_librarys():
    names = dict(zip(TASKS, HEADS, strict=True))
    for task in TASKS:
        _, loss, _ = head(task, True)
        assert isinstance(loss, type(HEADS[names[task]].on_logits))


@pytest.mark.parametrize("task", TASKS)
def test_the_head_that_fits_learns_and_the_other_does_not(task):
    X, t, T = examples(task)
    figure = FourTasks()
    quality = []
    for fits in (True, False):
        net, _ = trained(task, fits, EPOCHS)
        Y = net(X)
        if t is None:
            quality.append(-np.abs(Y - T).max())
        else:
            s = state(FourTasks, task=task, fits=fits)
            quality.append((figure.classes(s, Y) == t).mean())
    good, bad = quality
    assert good == 1 if t is not None else good > -0.25
    assert bad < good - (0.02 if task == "three classes" else 0.4)


def test_a_softmax_of_one_number_is_one():
    net, losses = trained("two classes", False, EPOCHS)
    assert (net(examples("two classes")[0]) == 1).all()
    assert losses[0] == losses[-1] == 0.5


# --- moods ------------------------------------------------------------------------


def test_every_sentence_of_the_lesson_is_learnt():
    figure = Sentiment()
    for sentence, mood in TRAINING.items():
        if sentence in SENTENCES:
            said = figure.caption(state(Sentiment, sentence=sentence))
            assert f", {MOODS[mood]}." in said
    first = figure.caption(state(Sentiment, rounds=0))
    assert "p = (0.333, 0.333, 0.333), it cannot say" in first


def test_not_is_not_understood():
    said = Sentiment().caption(state(Sentiment, sentence="it is not good"))
    assert ", positive. It has never seen is and not." in said
    assert "not" not in VOCABULARY


def test_a_word_is_counted_as_often_as_it_stands():
    assert features("good music and good jokes")[VOCABULARY.index("good")] == 2
    assert features("quite unheard of").sum() == 1  # "of" alone is known
