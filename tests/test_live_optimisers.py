"""The figures of optimisers and of runs that fail: what they claim, nnlib computes."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import MSE, SGD, Adam, Momentum, fit, inverse_time
from nnlib.live.optimisers import (
    DECAYS,
    EPOCHS,
    EVERY,
    LAST,
    LOSSES,
    ROOMS,
    STOPS,
    MuseumOfRuns,
    OneStepByHand,
    OptimiserRace,
    Overfitting,
    _line,
    _neuron,
    course_of,
    digits,
    fitted,
    fresh,
    noisy,
    reach,
    surface,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


# --- the race -----------------------------------------------------------------------

RACES = {
    "round bowl": ("SGD", 10),
    "ravine": ("momentum", 52),
    "saddle": ("Adagrad", 3),
    "bent valley": ("Adam", 66),
    "network for XNOR": ("RMSProp", 7),
    "small bowl": ("AdaDelta", 84),
}


def arrivals(race, **changes):
    """When each optimiser has arrived after all steps of a race, None if it has not."""
    figure, s = OptimiserRace(), state(OptimiserRace, race=race, step=100, **changes)
    return {name: figure.standing(s, name).arrived for name in figure.optimisers}


def test_every_race_has_a_winner_of_its_own():
    assert set(RACES) == set(OptimiserRace.races)
    assert {winner for winner, _ in RACES.values()} == set(OptimiserRace.optimisers)


@pytest.mark.parametrize("race", RACES)
def test_the_winner_arrives_before_all_others(race):
    winner, step = RACES[race]
    found = arrivals(race)
    assert found.pop(winner) == step
    assert all(other is None or other > step for other in found.values())


@pytest.mark.parametrize("name", OptimiserRace.optimisers)
def test_every_optimiser_fails_in_some_race(name):
    assert any(arrivals(race)[name] is None for race in RACES)


def test_twice_the_rate_ends_sgd_s_run_down_the_ravine():
    figure = OptimiserRace()
    s = state(OptimiserRace, race="ravine", doublings=1, step=100)
    assert figure.eta(s, "SGD") == 0.05 > 2 / 50
    assert figure.standing(s, "SGD").lost == "diverged"
    assert "Diverged: SGD" in figure.caption(s)
    assert figure.standing(state(OptimiserRace, step=100), "SGD").loss < 0.5


def test_adadelta_goes_by_no_rate():
    figure, s = OptimiserRace(), state(OptimiserRace, step=50)
    faster = state(OptimiserRace, step=50, doublings=5)
    assert figure.route(s, "AdaDelta") == figure.route(faster, "AdaDelta")
    assert figure.route(s, "Adam") != figure.route(faster, "Adam")


def test_the_ledger_is_what_nnlib_s_optimiser_remembers():
    figure = OptimiserRace()
    s = state(OptimiserRace, race="ravine", step=7, chosen="Adam")
    w, opt = np.array([-8.0, 1.6]), Adam(0.025)
    for _ in range(7):
        before = w.copy()
        opt.step([w], [w * [1, 50]])
    [(m, v)] = opt.state
    rows = figure.numbers(s)[1]["rows"]
    wanted = [w, w - before, w * [1, 50], m, v, 0.5 * (w**2 @ [1, 50])]
    names = ["w now", "last step", "slope g", "m", "v", "loss"]
    assert [row[0] for row in rows] == names
    for (_, *values), numbers in zip(rows, wanted, strict=True):
        found = [x for x in values if x != ""]
        np.testing.assert_allclose(found, np.ravel(numbers), rtol=1e-12)


def test_the_race_s_caption_tells_who_is_where():
    said = repr(OptimiserRace(step=52))
    assert said.startswith("Optimiser race. ravine, η = 0.0250, from (−8.00, 1.60),")
    assert "Down to loss 0.05: momentum at step 52. On the way: SGD at loss" in said
    before = repr(OptimiserRace(step=51))
    assert "Down to loss 0.05: none yet. On the way: SGD" in before
    assert "momentum at loss" in before
    said = repr(OptimiserRace(race="network for XNOR", step=100))
    assert "RMSProp at step 7, Adam at step 41, momentum at step 51. On" in said


def test_who_has_arrived_stays_so_when_its_digits_are_lost():
    figure = OptimiserRace()
    s = state(OptimiserRace, race="saddle", step=100)
    assert figure.standing(s, "momentum") == (None, 24, "chaotic")
    assert "momentum at step 24" in figure.caption(s)
    assert "Chaotic" not in figure.caption(s)


# --- one step by hand ---------------------------------------------------------------

each_optimiser = pytest.mark.parametrize("name", OneStepByHand.optimisers)


def by_hand(name, **changes):
    s = state(OneStepByHand, optimiser=name, **changes)
    figure = OneStepByHand()
    return {line[0]: line for line in figure.lines(s)}, figure.steps(s, name)[-1]


@each_optimiser
@pytest.mark.parametrize("t", range(1, LAST + 1))
@pytest.mark.parametrize("slopes", [(2.0, 2.0), (-3.5, 1.0), (0.0, 2.0), (0.0, 0.0)])
def test_the_lines_lead_where_nnlib_s_optimiser_goes(name, t, slopes):
    g, before = slopes
    lines, here = by_hand(name, t=t, g=g, before=before)
    [*_, (symbols, _, w)] = lines.values()
    assert symbols == "w ← w − Δ"
    assert w == pytest.approx(here.after, rel=1e-12)
    delta = next(x for name, (_, _, x) in lines.items() if name.startswith("Δ"))
    assert delta == pytest.approx(here.w - here.after, abs=1e-14)


@each_optimiser
@pytest.mark.parametrize("g", [2.0, -1.5])
def test_the_numbers_of_a_line_give_its_result(name, g):
    """Each line, its four digits read as a formula, is its result to three digits."""
    lines, _ = by_hand(name, t=3, g=g, before=1.5)
    for symbols, numbers, result in lines.values():
        assert formula(numbers) == pytest.approx(result, rel=5e-3), symbols


def formula(text):
    """The value of a line as it is printed."""
    exponents = {c: str(k) for k, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": "-"}
    raised = re.sub("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda m: f"**({m[0]})", text)
    plain = "".join(exponents.get(c, c) for c in raised).replace("·", "*")
    rooted = re.sub(r"√(\([^()]*(?:\([^()]*\)[^()]*)*\)|[\d.]+)", r"(\1)**0.5", plain)
    return eval(rooted.replace("−", "-").replace(",", ""))


def test_the_memory_of_a_line_is_that_of_the_step_before():
    lines, _ = by_hand("momentum", t=3, g=1.0, before=2.0)
    assert lines["v ← β v + g"][1:] == ["0.9 · 3.800 + 1.000", pytest.approx(4.42)]
    assert by_hand("Adagrad", t=1)[0]["s ← s + g²"][1] == "0 + 2.000²"


@pytest.mark.parametrize("g", [0.5, 4.0, -3.0])
@pytest.mark.parametrize("t", [1, 5])
def test_adam_goes_eta_while_the_slope_stays(g, t):
    _, here = by_hand("Adam", t=t, g=g, before=g)
    assert here.w - here.after == pytest.approx(np.copysign(0.1, g), rel=1e-6)


def test_with_a_slope_that_stays_momentum_grows_and_adagrad_tires():
    for t in (1, 2, 3, 4, 5):
        momentum, adagrad = (
            by_hand(name, t=t)[1].w - by_hand(name, t=t)[1].after
            for name in ("momentum", "Adagrad")
        )
        assert momentum == pytest.approx(0.2 * sum(0.9**k for k in range(t)))
        assert adagrad == pytest.approx(0.1 / np.sqrt(t))


def test_where_the_slope_is_0_sparse_adam_rests_and_adam_goes_on():
    _, adam = by_hand("Adam", t=4, g=0.0)
    lines, sparse = by_hand("SparseAdam", t=4, g=0.0)
    assert sparse.w == sparse.after
    assert adam.w - adam.after > 0.05
    assert "m stays, for g = 0" in lines


def test_the_step_s_caption_sets_it_beside_sgd():
    assert repr(OneStepByHand()) == (
        "One step by hand. Adam, step 3, slope 2.0 after slopes of 2.0: Δ = 0.1000, "
        "where SGD goes 0.2000. The weight moves from 0.8000 to 0.7000."
    )
    said = repr(OneStepByHand(optimiser="SGD", t=1, g=-1.5))
    assert "SGD, step 1, slope −1.5: Δ = −0.1500. The weight" in said


def test_digits_forget_what_rounding_leaves():
    assert digits(0.1 + 0.2) == digits(0.3) == "0.3000"
    assert digits(np.nextafter(1.0005, 2)) == digits(1.0005)
    assert digits(-2e-16) == "0"
    assert digits(-0.012345) == "−0.01235"


# --- the museum of runs -------------------------------------------------------------

every_room = pytest.mark.parametrize("room", ROOMS)


@every_room
def test_each_run_fails_and_its_cure_helps(room):
    ill, well = course_of(room, False), course_of(room, True)
    late = slice(-max(1, len(well.losses) // 2), None)
    assert well.end == ""
    assert well.losses[-1] < well.losses[0] / 1.5
    assert ill.losses[late].mean() > 1.4 * well.losses[late].mean()
    assert ill.losses[-1] > 1.5 * well.losses[-1]


@every_room
def test_a_cure_changes_one_thing(room):
    ill, _, well, *_ = ROOMS[room]
    assert len([1 for a, b in zip(ill, well, strict=True) if a != b]) == 1


@pytest.mark.parametrize(
    ("room", "lr", "batch"),
    [
        ("η too large", 0.3, None),
        ("a sum for a mean", 0.1, None),
        ("slopes never cleared", 0.1, None),
        ("η never falls", inverse_time(0.3, rate=0.05), 1),
    ],
)
def test_a_cured_run_is_nnlib_s_fit(room, lr, batch):
    X, T = _line()
    net, rng = _neuron(ROOMS[room].well), np.random.default_rng(0)
    epochs = len(course_of(room, True).losses) - 1
    epochs = epochs // len(X) if batch else epochs
    run = fit(net, MSE(), SGD(lr), X, T, epochs=epochs, batch_size=batch, rng=rng)
    assert len(list(run)) == STOPS * ROOMS[room].each
    found = [p.item() for p in net.params]
    np.testing.assert_allclose(course_of(room, True).points[-1], found, rtol=1e-12)


def test_eta_is_too_large_by_the_curvature():
    """Gradient descent on a bowl diverges for η beyond 2 / its largest curvature."""
    x, _ = _line()
    columns = np.hstack([x, np.ones_like(x)])
    limit = 2 / np.linalg.eigvalsh(2 * columns.T @ columns / len(x))[-1]
    assert ROOMS["η too large"].well.lr < limit < ROOMS["η too large"].ill.lr
    assert len(x) * ROOMS["a sum for a mean"].ill.lr > limit
    assert ROOMS["a sum for a mean"].ill.lr < limit


def test_slopes_that_are_never_cleared_are_a_momentum_of_1():
    f = surface("slopes never cleared")
    w, opt = np.array([-1.5, 1.5]), Momentum(0.1)
    opt.beta = 1.0  # nnlib refuses it: nothing would brake
    for k in range(20):
        opt.step([w], [np.array(f.slope(*w))])
        found = course_of("slopes never cleared", False).points[k + 1]
        np.testing.assert_allclose(found, w, rtol=1e-9)


def test_in_order_the_last_class_wins_each_epoch():
    points, losses, _ = course_of("examples in order", False)
    X, T = ROOMS["examples in order"].ill.rows()
    assert np.array_equal(T, np.sort(T, axis=0))
    epoch = len(X) // 2  # steps of two rows
    for end in range(epoch, len(losses), epoch):
        w, b = points[end]
        assert ((w * X + b > 0) == (T == 1)).sum() < 25
        assert losses[end] > 2 * losses[end - epoch + 1 : end].min()


def test_the_rule_stops_where_it_is_flat_not_where_it_is_low():
    points, losses, end = course_of("stopped on a plateau", False)
    assert end == "stopped"
    changes = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert changes[-1] < 0.02 <= changes[:-1].min()
    assert losses[-1] > 0.45
    assert course_of("stopped on a plateau", True).losses[-1] < 0.17


@every_room
@pytest.mark.parametrize("cure", [False, True])
def test_the_losses_are_those_of_the_surface(room, cure):
    points, losses, _ = course_of(room, cure)
    np.testing.assert_allclose(surface(room)(*points[:30].T), losses[:30], rtol=1e-12)
    low, high = reach(room)
    assert low < losses.min()
    assert losses.max() < high or high > 1e6


def test_the_caption_tells_how_a_run_ended():
    for step in (9, 50):
        said = repr(MuseumOfRuns(room="a sum for a mean", step=step))
        assert "runs. a sum for a mean: diverged at step 9, w = " in said
    said = repr(MuseumOfRuns(room="stopped on a plateau", step=4))
    assert "stopped on a plateau: stopped at step 37, w = " in said
    assert "stopped on a plateau, step 36: w" in repr(
        MuseumOfRuns(room="stopped on a plateau", step=3)
    )
    said = repr(MuseumOfRuns(step=50, cure=True))
    assert "η too large, cured (η = 0.3 for 0.65), step 50: w = 0.741" in said


def test_the_table_of_a_run_grows_with_time():
    s = state(MuseumOfRuns, step=3, room="examples in order")
    [board] = MuseumOfRuns().numbers(s)
    points, losses, _ = course_of("examples in order", False)
    assert [row[0] for row in board["rows"]] == [0, 4, 8, 12]
    assert board["rows"][2] == [8, *points[8], losses[8]]


# --- over-fitting -------------------------------------------------------------------


def test_a_training_is_nnlib_s_fit():
    x, t, x_test, t_test = noisy()
    net = fresh()
    for _ in fit(net, MSE(), Momentum(0.05, weight_decay=0.01), x, t, epochs=EPOCHS):
        pass
    run = fitted("0.01")
    assert run.train[-1] == MSE()(net(x), t)
    assert run.test[-1] == MSE()(net(x_test), t_test)
    figure, s = Overfitting(), state(Overfitting, decay="0.01")
    assert np.array_equal(figure.answers(s, x_test), net(x_test)[:, 0])


def test_without_decay_the_training_loss_falls_and_the_test_loss_turns():
    run = fitted("0")
    assert (np.diff(run.train[5:]) < 0).all()
    best = run.test.argmin()
    assert best * EVERY == 100
    assert (np.diff(run.test[best + 5 :]) > 0).all()
    assert run.test[-1] > 2.4 * run.test[best]


def test_a_little_decay_helps_and_much_hurts():
    last = {decay: fitted(decay).test[-1] for decay in DECAYS}
    assert min(last, key=last.get) == "0.003"
    assert last["0.003"] < 0.4 * last["0"]
    assert last["0.1"] > 1.5 * last["0.003"]
    trained = [fitted(decay).train[-1] for decay in DECAYS]
    assert trained == sorted(trained)


def test_stopping_early_takes_the_best_weights_so_far():
    figure = Overfitting()
    for step in (0, 3, 5, 50, 100):
        s = state(Overfitting, step=step, early=True)
        at, best = figure.shown(s)
        assert at == best <= step
        assert fitted("0").test[at] == fitted("0").test[: step + 1].min()
    assert figure.shown(state(Overfitting, step=100)) == (100, 5)


def test_the_network_can_be_told_to_rounding():
    """Weights off by 1e-12 end up with losses off by hardly more: no chaos here."""
    x, t, *_ = noisy()
    net = fresh()
    for p in net.params:
        p *= 1 + 1e-12
    for _ in fit(net, MSE(), Momentum(0.05), x, t, epochs=EPOCHS):
        pass
    assert MSE()(net(x), t) == pytest.approx(fitted("0").train[-1], rel=1e-10)


@pytest.mark.parametrize("decay", DECAYS)
def test_all_losses_are_in_the_picture(decay):
    run = fitted(decay)
    both = np.concatenate([run.train, run.test])
    assert LOSSES[0] < both.min()
    assert both.max() < LOSSES[1]


def test_the_caption_sets_the_test_loss_beside_the_best():
    assert repr(Overfitting()) == (
        "Over-fitting. λ = 0, epoch 2,000: training loss 0.0672, test loss 0.740, "
        "2.4 times that of epoch 100."
    )
    said = repr(Overfitting(early=True))
    assert "epoch 2,000, stopped at 100: training" in said
    assert said.endswith("test loss 0.304, the least so far.")
