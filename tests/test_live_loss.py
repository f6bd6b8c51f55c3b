"""The figures of chapter 4: what they claim is what nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import (
    HEADS,
    MSE,
    SGD,
    Adam,
    HalfMSE,
    Network,
    SigmoidBCE,
    SoftmaxCE,
    Tanh,
    fit,
    numerical_gradient,
    one_hot,
)
from nnlib.live.loss import (
    CONSTANTS,
    EPOCHS,
    FIRST,
    HIDDEN,
    LAST,
    MOODS,
    POINTS,
    RATE,
    ROUNDS,
    SECOND,
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
    reach,
    slopes,
    steps_to_half,
    taught,
    trained,
    words_of,
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
    assert [steps_to_half(-6.0, 1, eta) for eta in (10, 30)] == [24, 9]
    assert [steps_to_half(-8.0, kind) for kind in (0, 1)] == [9, 1507]
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
    assert bad < good - (0.25 if task == "three classes" else 0.4)


@pytest.mark.parametrize("task", ["one number", "two numbers"])
def test_a_head_with_a_wall_answers_between_0_and_1(task):
    (net, _), (X, _, T) = trained(task, False, EPOCHS), examples(task)
    Y = net(X)
    assert T.min() < -1.5 < 0 <= Y.min() < 0.001 < 0.999 < Y.max() <= 1 < 1.5 < T.max()
    if task == "two numbers":
        assert Y.sum(axis=1) == pytest.approx(1)
    said = FourTasks().caption(state(FourTasks, task=task, fits=False))
    assert said.endswith("answers from 0.00 to 1.00.")
    assert reach(task)[1] > np.abs(T).max()


def test_a_class_as_a_number_fails_by_the_order_of_the_numbers():
    X, t, _ = examples("three classes")
    inwards = [np.hypot(*X[t == c].T).mean() for c in (2, 0, 1)]
    assert inwards == sorted(inwards)
    s = state(FourTasks, task="three classes", fits=False)
    net, _ = trained(s.task, s.fits, EPOCHS)
    wrong = (FourTasks().classes(s, net(X)) != t).sum()
    from_inside = np.array([1, 2, 0])[t]
    rng = np.random.default_rng(0)
    again = Network.mlp([2, HIDDEN, 1], hidden=Tanh(), rng=rng)
    T = from_inside[:, None].astype(float)
    for _ in fit(again, MSE(), Adam(RATE), X, T, epochs=EPOCHS):
        pass
    late = (FourTasks().classes(s, again(X)) != from_inside).sum()
    assert (wrong, late) == (17, 1)


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


def mood(sentence, lesson):
    return Sentiment().caption(state(Sentiment, sentence=sentence, lesson=lesson))


def test_not_is_not_understood_before_it_is_taught():
    said = mood("it is not good", FIRST)
    assert ", positive. It has never seen is and not." in said
    assert len({word for one in TRAINING for word in words_of(one)}) == 26
    assert ", negative." in mood("it is not good", SECOND)
    assert "never seen" not in mood("it is not good", SECOND)


def test_taught_not_it_adds_it_to_bad_as_well():
    shares = [
        Sentiment().parts(state(Sentiment, sentence=one, lesson=SECOND))[3]
        for one in ("it is bad", "it is not bad")
    ]
    assert 0.9 < shares[0][1] < shares[1][1]


def test_good_bad_and_not_are_xor_for_a_sum_of_words():
    for word, mood_ in (("good", "positive"), ("bad", "negative")):
        for no in ("", "not "):
            assert f", {mood_}." in mood(f"it is {no}{word}", LAST)
    X = np.array([features(sentence) for sentence in taught(LAST)])
    T = one_hot(np.array([*taught(LAST).values()]), 3)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        net = Network.mlp([len(VOCABULARY), 8, 3], hidden=Tanh(), rng=rng)
        for _ in fit(net, SoftmaxCE(), SGD(1.0), X, T, epochs=ROUNDS):
            pass
        assert (net(X).argmax(axis=1) == T.argmax(axis=1)).all()
    assert (features("good, not bad") == features("bad, not good")).all()


def test_a_word_is_counted_as_often_as_it_stands():
    assert features("good music and good jokes")[VOCABULARY.index("good")] == 2
    assert features("quite unheard of").sum() == 1  # "of" alone is known
