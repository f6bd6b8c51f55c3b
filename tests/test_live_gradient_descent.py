"""The first figures of chapter 5: what they claim is what nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest
from figures import grid

from nnlib import (
    MSE,
    SGD,
    Dense,
    Identity,
    Network,
    Sigmoid,
    fit,
    numerical_gradient,
    stopped,
    value_and_grad,
)
from nnlib.live import num
from nnlib.live.gradient_descent import (
    BEGIN,
    DECADES,
    EPOCHS,
    FIRST,
    INPUTS,
    LIMIT,
    LONG,
    LOWEST,
    MOST,
    STEPS,
    WEIGHTS,
    BatchNoise,
    LearningRates,
    N,
    SlopeIsNotDistance,
    StepsByOrders,
    T,
    TangentOnParabola,
    WhenToStop,
    X,
    best,
    descent,
    examples,
    excess,
    losses,
    parabola,
    parabola_path,
    parabola_slope,
    scatter,
    steps_below,
    sure,
    sure_slope,
    way,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


def says(kind, **changes):
    return kind().caption(state(kind, **changes))


def sgd(w, slope, eta, steps):
    """The path of nnlib's own SGD on one weight."""
    w, opt, path = np.array([w]), SGD(eta), [w]
    for _ in range(steps):
        opt.step([w], [slope(w)])
        path.append(w.item())
    return path[1:]


# --- one example ------------------------------------------------------------------


def test_the_parabola_is_the_mse_of_one_example():
    for w in (-1.0, 0.3, 5.0):
        assert parabola(w) == MSE()(np.array([[w * X]]), np.array([[T]]))
        nudged = numerical_gradient(lambda v: parabola(v[0]), np.array([w]))
        assert parabola_slope(w) == pytest.approx(nudged[0], abs=1e-8)


def test_the_slope_is_zero_where_the_answer_is_right_and_nowhere_else():
    for w in grid(TangentOnParabola.controls[0]):
        assert (parabola_slope(w) == 0) == (w == T / X == 2)
    assert "no step moves w" in says(TangentOnParabola, w=2.0)


def test_the_sign_says_which_way_and_small_steps_go_down():
    figure = TangentOnParabola()
    for w in grid(TangentOnParabola.controls[0]):
        said = figure.caption(state(TangentOnParabola, w=w))
        assert ("must grow" in said) == (w < 2)
        assert ("must shrink" in said) == (w > 2)
        there = figure.step(state(TangentOnParabola, w=w))
        assert parabola(there) < parabola(w) or w == 2
        assert there == sgd(w, parabola_slope, 1.0, 1)[0]


def test_the_step_that_the_chapter_asks_for():
    assert "= 2.50 for η = 3.0" in says(TangentOnParabola, w=1.0, eta=3.0)


# --- learning rates ---------------------------------------------------------------


def test_the_path_is_that_of_sgd():
    for eta in grid(LearningRates.controls[0]):
        path = parabola_path(eta)
        assert path[1:] == pytest.approx(sgd(0.0, parabola_slope, eta, STEPS))


def test_two_lands_four_goes_to_and_fro_and_more_is_thrown_out():
    assert parabola_path(2.0)[1] == 2
    assert set(parabola_path(4.0)) == {0, 4}
    assert parabola_path(4.1)[50] == pytest.approx(-20.93, abs=0.005)
    assert "w = −20.93, loss 132" in says(LearningRates, eta=4.1, step=50)


def test_a_run_converges_if_and_only_if_the_rate_is_below_two_over_the_curvature():
    curvature = parabola_slope(1.0) - parabola_slope(0.0)
    assert LIMIT == 2 / curvature
    for eta in grid(LearningRates.controls[0]):
        path = parabola_path(eta)
        off = np.abs(path - LOWEST)
        assert (off[-1] < off[0]) == (eta < LIMIT)
        factor = 1 - eta * curvature
        assert path - LOWEST == pytest.approx(-LOWEST * factor ** np.arange(STEPS + 1))
        said = says(LearningRates, eta=eta)
        sides = np.sign(path[:6] - LOWEST)
        assert ("one side" in said) == (0 < factor)
        assert ("side to side" in said) == (0 > factor > -1)
        assert ("one side" in said) == (len(set(sides)) == 1)
        assert f"1 − η/2 = {num(factor, 2)}." in said
        assert ("is below" in said) == (eta < LIMIT)


# --- a slope is not a distance ----------------------------------------------------


def test_the_slope_grows_for_212_steps_while_the_loss_falls():
    path = descent(-6.0, 1.0, LONG)
    assert path[1:] == pytest.approx(sgd(-6.0, sure_slope, 1.0, LONG))
    assert (np.diff(sure(path)) < 0).all()
    size = np.abs(sure_slope(path))
    growing = np.diff(size) > 0
    assert growing[:212].all()
    assert not growing[212:].any()
    assert size[[0, 212]] == pytest.approx([0.0049, 0.2942], abs=5e-5)
    told = "grew until step 212, from 0.0049 to 0.2942 in size, and shrinks since."
    assert told in says(SlopeIsNotDistance)
    assert "grew: from 0.0049 to 0.2942" in says(SlopeIsNotDistance, step=212)


@pytest.mark.parametrize("start", grid(SlopeIsNotDistance.controls[1]))
def test_what_is_said_of_loss_and_slope_is_so_from_every_start(start):
    path = descent(start, 1.0, LONG)
    assert (np.diff(sure(path)) < 0).all()
    growing = np.diff(np.abs(sure_slope(path))) > 0
    for step in (1, 5, 50, LONG):
        said = says(SlopeIsNotDistance, start=start, step=step)
        now = growing[:step]
        if "both become smaller" in said:
            assert not now.any()
        elif "shrinks since" in said:
            until = int(said.split("until step ")[1].split(",")[0])
            assert now[:until].all()
            assert not now[until:].any()
        else:
            assert now.all()


def test_the_loss_of_the_plateau_is_that_of_a_sigmoid_neuron():
    for w in (-6.0, 0.0, 3.0):
        net = Network([Dense.of([[w]], [0.0]), Sigmoid()])
        one = np.ones((1, 1))
        loss, (slope, _) = value_and_grad(net, MSE(), one, one)
        assert sure(w) == pytest.approx(loss)
        assert sure_slope(w) == pytest.approx(slope.item())


# --- factors of ten ---------------------------------------------------------------


def test_a_tenth_of_the_rate_takes_ten_times_the_steps():
    assert [steps_below(r, 0.01) for r in DECADES] == [35, 355, 3556, 35565]
    assert [steps_below(-1.0, goal) for goal in (0.1, 0.05)] == [16, 74]
    said = says(StepsByOrders)
    assert "step 355 is the first" in said
    assert "With a tenth of this η: step 3,556. With ten times it: step 35." in said


def test_the_run_is_that_of_nnlib_with_its_biases_held():
    W = np.array(WEIGHTS)
    hidden = Dense.of(W[:4].reshape(2, 2), np.zeros(2))
    out = Dense.of(W[None, 4:], np.zeros(1))
    net = Network([hidden, Sigmoid(), out, Sigmoid()])
    x, t, found = np.array([INPUTS]), np.ones((1, 1)), []
    opt = SGD(1.0)
    for _ in range(36):
        loss, grads = value_and_grad(net, MSE(), x, t)
        found.append(loss)
        opt.step(net.params, [g * (g.ndim == 2) for g in grads])
    assert losses(1.0) == pytest.approx(found)


def test_no_rate_makes_this_network_diverge():
    for log_eta in grid(StepsByOrders.controls[0]):
        assert (np.diff(losses(10**log_eta)) < 0).all()


# --- when to stop -----------------------------------------------------------------


def test_a_tolerance_on_the_step_stops_on_the_plateau():
    told = "short step at step 1, loss 0.995; small slope at step 7,481"
    assert told in says(WhenToStop)
    assert sure(descent(FIRST, 0.1, 1)[1]) == pytest.approx(0.995, abs=5e-4)


@pytest.mark.parametrize("log_eta", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("log_tol", [-7.0, -5.0, -3.0, -2.0])
@pytest.mark.parametrize("log_limit", [1.0, 3.0])
def test_two_of_the_rules_are_those_of_stopped(log_eta, log_tol, log_limit):
    s = state(WhenToStop, log_eta=log_eta, log_tol=log_tol, log_limit=log_limit)
    tol, limit = 10**log_tol, 10**log_limit
    found = dict.fromkeys(("small_change", "small_gradient"))
    for rule in found:
        w = FIRST
        for step in range(1, MOST + 1):
            g = sure_slope(w)
            dw = -(10**log_eta) * g
            w += dw
            if stopped(step, dw, g, **{rule: tol}, limit=limit):
                break
        found[rule] = (step, w)
    places = WhenToStop().places(s)[:2]
    for (step, w), (_, at, there, own) in zip(found.values(), places, strict=True):
        assert (at, there) == (step, pytest.approx(w))
        assert own or at == limit


def test_patience_sees_beyond_the_plateau_when_it_is_long_enough():
    figure = WhenToStop()
    ends = [
        figure.stops(state(WhenToStop, patience=patience, log_tol=-4.0))["no gain"]
        for patience in (20, 200)
    ]
    assert ends[0] == 20
    path = descent(FIRST, 0.1, MOST)
    loss, last = sure(path), ends[1]
    assert loss[last - 200] - loss[last] < 1e-4 <= loss[last - 201] - loss[last - 1]
    assert loss[last] < 0.01
    few = state(WhenToStop, patience=200, log_limit=1.0)
    assert figure.stops(few)["no gain"] is None


# --- batches ----------------------------------------------------------------------


def test_the_lowest_loss_is_the_lowest():
    x, t = examples()
    w, b, lowest = best()
    columns = np.column_stack([x, np.ones(N)])
    loss = lambda v: MSE()((columns @ v)[:, None], t[:, None])  # noqa: E731
    assert loss(np.array([w, b])) == pytest.approx(lowest)
    assert numerical_gradient(loss, np.array([w, b])) == pytest.approx(0, abs=1e-9)
    for v in ([0.0, 0.0], [2.0, -1.0]):
        assert lowest + excess(*v) == pytest.approx(loss(np.array(v)))


def test_the_scatter_of_slopes_is_that_of_drawn_batches():
    x, t = examples()
    w, b, _ = best()
    each = 2 * (w * x + b - t)[:, None] * np.column_stack([x, np.ones(N)])
    rng = np.random.default_rng(0)
    for size in (1, 4, 16, 64):
        drawn = [each[rng.permutation(N)[:size]].mean(axis=0) for _ in range(4000)]
        root = np.sqrt((np.array(drawn) ** 2).sum(axis=1).mean())
        assert root == pytest.approx(scatter(size), rel=0.05, abs=1e-12)
    # a batch that leaves one example out is off by that one's share
    assert scatter(N - 1) == pytest.approx(scatter(1) / (N - 1))
    for size in (2, 4, 8):  # as 1 / √B, while B is a small part of all
        assert scatter(size) == pytest.approx(scatter(1) / size**0.5, rel=0.06)


def test_a_batch_of_all_is_plain_descent_and_small_ones_jitter():
    x, t = examples()
    whole = way(N, 0.2)
    assert len(whole) == EPOCHS + 1
    w, b = BEGIN
    for there in whole[1:]:
        off = w * x + b - t
        w, b = w - 0.2 * 2 * (off * x).mean(), b - 0.2 * 2 * off.mean()
        assert there == pytest.approx([w, b])
    assert (np.diff(excess(*whole.T)) < 0).all()
    late = [np.sqrt(excess(*way(B, 0.2)[-(N // B) * 3 :].T).mean()) for B in (1, 4, 16)]
    assert late[0] > late[1] > late[2]
    first = [excess(*way(B, 0.2)[-(-N // B)]) for B in (4, N)]
    assert first[0] < 0.2 * first[1]  # after one epoch, for the same work


def test_the_way_is_fit_s_own():
    x, t = examples()
    net = Network([Dense.of([[BEGIN[0]]], [BEGIN[1]]), Identity()])
    rng = np.random.default_rng(0)
    run = fit(
        net, MSE(), SGD(0.1), x[:, None], t[:, None], epochs=2, batch_size=7, rng=rng
    )
    assert len(list(run)) == 20
    assert way(7, 0.1)[20] == pytest.approx([p.item() for p in net.params])
    s = state(BatchNoise, B=7, eta=0.1, epoch=2)
    assert "epoch 2, step 20: loss" in BatchNoise().caption(s)
