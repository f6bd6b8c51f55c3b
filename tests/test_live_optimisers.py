"""The figures of optimisers and of runs that fail: what they claim, nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import Adam
from nnlib.live.optimisers import OptimiserRace


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


def test_who_has_arrived_stays_so_when_its_digits_are_lost():
    figure = OptimiserRace()
    s = state(OptimiserRace, race="saddle", step=100)
    assert figure.standing(s, "momentum") == (None, 24, "chaotic")
    assert "momentum at step 24" in figure.caption(s)
    assert "Chaotic" not in figure.caption(s)
