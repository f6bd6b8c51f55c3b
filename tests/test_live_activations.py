"""The figures of chapter 3 in Python: against nnlib, and as told."""

import numpy as np
import pytest

from nnlib import (
    MSE,
    SGD,
    Network,
    ReLU,
    Sigmoid,
    Tanh,
    fit,
    numerical_jacobian,
    vjp,
)
from nnlib.live import num
from nnlib.live.activations import (
    OWN,
    STOPS,
    WIDTH,
    ActivationExplorer,
    GradientThroughDepth,
    MuseumDead,
    MuseumEqual,
    MuseumSaturated,
    MuseumUnscaled,
    SignalsThroughDepth,
    StepCannotLearn,
    _course,
    _sizes,
    arriving,
    flat,
    reach,
)
from nnlib.live.views.histograms import LayerHistograms
from nnlib.live.views.sizes import size_text

# --- the activations one by one ---------------------------------------------------


def explored(**state):
    figure = ActivationExplorer(**state)
    return figure.caption(figure.state)


def test_the_explorer_has_every_elementwise_activation_of_nnlib():
    kinds = {type(g).__name__ for g in ActivationExplorer.functions.values()}
    assert kinds == {
        *("Sigmoid", "Tanh", "ReLU", "LeakyReLU", "Step", "Heaviside", "Identity"),
        "Linear",
    }


@pytest.mark.parametrize(
    ("g", "values", "steepest"),
    [
        ("sigmoid", "(0, 1)", "0.25"),
        ("tanh", "(−1, 1)", "1.00"),
        ("ReLU", "[0, ∞)", "1.00"),
        ("leaky ReLU 0.3", "all numbers", "1.00"),
        ("Heaviside", "0, ½ or 1", "0.00"),
        ("step at ½", "0 or 1", "0.00"),
        ("linear ½ z + 1", "all numbers", "0.50"),
    ],
)
def test_values_and_the_steepest_slope_are_told(g, values, steepest):
    said = explored(g=g)
    assert said.endswith(f"Values: {values}; steepest slope: {steepest}.")


def test_the_values_told_are_those_that_nnlib_gives():
    """All that is said to be open is never reached, all that is closed is."""
    figure, z = ActivationExplorer(), np.linspace(-10, 10, 2001)
    inside = {
        "(0, 1)": lambda a: (a > 0).all() and (a < 1).all() and a.max() > 0.999,
        "(−1, 1)": lambda a: (np.abs(a) < 1).all() and a.min() < -0.999,
        "[0, ∞)": lambda a: a.min() == 0 and a.max() == z.max(),
        "0 or 1": lambda a: set(a) == {0, 1},
        "0, ½ or 1": lambda a: set(a) == {0, 0.5, 1},
    }
    for name, g in figure.functions.items():
        values = figure.ranges.get(name)
        a = g(z)
        if values is None:
            assert a.min() < 0, name
            assert a.max() > 1, name
        else:
            assert inside[values](a), name


def test_at_ten_the_slope_of_the_sigmoid_is_small_and_told_in_full():
    slope = Sigmoid().derivative(None, Sigmoid()(10.0))
    assert slope == pytest.approx(4.54e-5, rel=1e-3)
    assert "g′(z) = 4.54·10⁻⁵, saturated" in explored(z=10.0)
    assert "g′(z) = 4.54·10⁻⁵, saturated" in explored(z=-10.0)


def test_flat_ranges_reach_as_far_as_the_slider():
    assert "|g′| < 0.05 for z up to −2.89 and z from 2.89." in explored()
    assert "|g′| < 0.05 for z up to 0.00." in explored(g="leaky ReLU 0.01")
    assert "|g′| is nowhere below 0.05." in explored(g="leaky ReLU 0.3")
    assert "|g′| < 0.05 everywhere." in explored(g="Heaviside")


def test_leaps_and_kinks_are_told():
    half = explored(g="Heaviside", z=0.0)
    assert "a = g(z) = 0.5000" in half
    assert "g leaps here and has no slope" in half
    assert "a = g(z) = 0.0000" in explored(g="step at ½", z=0.5)  # strictly above
    assert "g has a kink here" in explored(g="ReLU", z=0.0)
    assert "kink" not in explored(g="ReLU", z=0.05)


def test_the_table_reaches_from_end_to_end():
    figure = ActivationExplorer(g="tanh")
    rows = figure.numbers(figure.state)[1]["rows"]
    z = np.array([row[0] for row in rows])
    assert np.array_equal(z, np.arange(-20, 21) / 2)
    assert [row[1] for row in rows] == np.tanh(z).tolist()


# --- the gradient through depth ---------------------------------------------------


def median(g, depth, init=OWN):
    return arriving(g, init).median[depth - 1]


def test_the_networks_of_the_depth_figure_are_nnlib_s():
    """Seed by seed: x drawn first, then Network.mlp, and numerical slopes agree."""
    for g, depth in [(Sigmoid(), 3), (Tanh(), 6), (ReLU(), 2)]:
        rng = np.random.default_rng(4)
        x = rng.uniform(-np.sqrt(3), np.sqrt(3), (1, WIDTH))
        net = Network.mlp([WIDTH] * (depth + 1), hidden=g, out=g, rng=rng)
        slope = vjp(net, net.trace(x), np.full((1, WIDTH), 1 / WIDTH))
        size = _sizes(g, OWN, 4)[depth - 1]
        assert size == pytest.approx(np.linalg.norm(slope), rel=1e-12)
        numerical = numerical_jacobian(lambda x, net=net: net(x).mean(1), x)[0]
        assert size == pytest.approx(np.linalg.norm(numerical), rel=1e-6)


def test_own_weights_are_glorot_s_and_he_s_where_these_belong():
    for g, init in [("sigmoid", "Glorot"), ("tanh", "Glorot"), ("ReLU", "He")]:
        assert np.array_equal(arriving(g, OWN).median, arriving(g, init).median)
    assert not np.array_equal(arriving("ReLU", OWN).median, median("ReLU", 1, "Glorot"))


def test_the_medians_are_those_of_twenty_draws():
    runs = [_sizes(Tanh(), OWN, seed) for seed in range(20)]
    found = arriving("tanh", OWN)
    assert np.array_equal(found.median, np.median(runs, axis=0))
    assert np.array_equal(found.least, np.min(runs, axis=0))
    assert np.array_equal(found.most, np.max(runs, axis=0))


def test_ten_sigmoids_lose_seven_orders_tanh_one_and_relu_none():
    assert median("sigmoid", 10) == pytest.approx(7.90e-8, rel=1e-2)
    assert median("tanh", 10) == pytest.approx(0.0321, rel=1e-2)
    assert median("ReLU", 10) == pytest.approx(0.338, rel=1e-2)
    assert median("sigmoid", 10) < 0.25**10  # and the weights made it no better
    assert -7.5 < np.log10(median("sigmoid", 10)) < -6.5
    assert 0.5 < median("ReLU", 10) / median("ReLU", 1) < 2


def test_with_other_weights_relu_vanishes_too_and_all_may_explode():
    assert median("ReLU", 20, "Glorot") < 0.01 * median("ReLU", 20)
    assert median("ReLU", 10, "small ±0.01") < 1e-15
    assert median("ReLU", 20, "large ±1") > 1e5


def test_the_depth_caption_names_three_sizes_and_the_factor_a_layer():
    figure = GradientThroughDepth(depth=7, g="tanh", init="He")
    said = figure.caption(figure.state)
    sizes = {g: size_text(median(g, 7, "He")) for g in ("sigmoid", "tanh", "ReLU")}
    listed = ", ".join(f"{g} {size}" for g, size in sizes.items())
    assert said.startswith(f"7 layers, He: median |∂L/∂x| of 20 draws: {listed}.")
    factor = (median("tanh", 7, "He") / median("tanh", 1, "He")) ** (1 / 6)
    assert said.endswith(f"With tanh, a factor of {size_text(factor)} for each layer.")


def test_a_fourth_activation_joins_the_three():
    figure = GradientThroughDepth(g="leaky ReLU")
    assert "ReLU 0.338, leaky ReLU 0.333" in figure.caption(figure.state)
    table = figure.numbers(figure.state)[0]
    assert table["columns"] == ["layers", "sigmoid", "tanh", "ReLU", "leaky ReLU"]
    assert table["rows"][9][4] == median("leaky ReLU", 10)


def test_one_layer_has_no_factor():
    figure = GradientThroughDepth(depth=1)
    assert figure.caption(figure.state).startswith("1 layer, as nnlib draws:")
    assert "for each layer" not in figure.caption(figure.state)


def test_signals_through_depth_are_the_general_figure_s_with_powers_of_ten():
    figure, general = SignalsThroughDepth(), LayerHistograms(depth=10, logs=True)
    assert figure.caption(figure.state) == general.caption(general.state)
    assert figure.numbers(figure.state) == general.numbers(general.state)
    assert "sizes in powers of ten" in repr(figure)
    _, medians, *_ = figure.layers(figure.state)
    assert medians[1] < 1e-5 * medians[-1]


# --- why a step cannot learn ------------------------------------------------------


def walked(name, **state):
    figure = StepCannotLearn(**state)
    return figure.walk(name, figure.state)


@pytest.mark.parametrize("w", [-4.0, -1.0, -0.05, 0.0, 0.05, 3.0])
def test_a_step_stays_wherever_it_starts(w):
    rows = walked("step", w=w, step=50)
    assert rows.shape == (51, 3)
    assert np.array_equal(rows, np.tile([w, float(w <= 0), 0.0], (51, 1)))


def test_a_sigmoid_goes_by_its_slope():
    rows = walked("sigmoid", w=-1.0, step=50)
    w, loss, slope = rows.T
    a = Sigmoid()(w)
    np.testing.assert_allclose(loss, (a - 1) ** 2, rtol=1e-14)
    h = 1e-6
    numerical = [(Sigmoid()(w + e) - 1) ** 2 for e in (h, -h)]
    np.testing.assert_allclose(
        slope, (numerical[0] - numerical[1]) / (2 * h), rtol=1e-6
    )
    np.testing.assert_allclose(w[1:], (w - slope)[:-1], rtol=1e-14)
    assert (np.diff(loss) < 0).all()
    assert loss[-1] < 0.01 < 0.5 < loss[0]


def test_the_caption_sets_both_side_by_side():
    assert repr(StepCannotLearn()) == (
        "Why a step cannot learn. At the start: with a step w = −1.00, loss 1.0000, "
        "slope 0; with a sigmoid w = −1.00, loss 0.5344, slope −0.2875."
    )
    w, loss, slope = walked("sigmoid", step=20)[-1]
    said = repr(StepCannotLearn(step=20))
    assert "After 20 rounds: with a step w = −1.00, loss 1.0000, slope 0;" in said
    assert said.endswith(
        f"w = {num(w, 2)}, loss {num(loss, 4)}, slope {num(slope, 4)}."
    )
    assert "After 1 round: " in repr(StepCannotLearn(step=1))


def test_where_it_leaps_a_step_has_no_slope():
    said = repr(StepCannotLearn(w=0.0))
    assert "with a step w = 0.00, loss 1.0000, no slope, a leap;" in said


# --- the museum of failures -------------------------------------------------------

ROOMS = (MuseumSaturated, MuseumDead, MuseumEqual, MuseumUnscaled)
every_room = pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.__name__)


@every_room
@pytest.mark.parametrize("cure", [False, True])
def test_a_room_s_course_is_one_fit_a_phase(room, cure):
    net, X, T, phases = room.training(cure)
    losses = []
    for rounds, eta in phases:
        run = fit(net, MSE(), SGD(eta), X, T, epochs=rounds)
        losses += [loss for *_, loss in run]
    course = _course(room, cure)
    assert len(losses) == STOPS * room.each == len(course.losses) - 1
    assert losses == course.losses[:-1].tolist()
    assert course.losses[-1] == MSE()(net(X), T)
    assert np.array_equal(course.z[-1], net.layers[0](X))
    assert course.right[-1] == ((net(X) > 0.5) == T).sum()


@every_room
def test_each_room_fails_and_its_cure_helps(room):
    _, _, T, _ = room.training(False)
    ill, well = _course(room, False), _course(room, True)
    assert ill.right[-1] < len(T) == well.right[-1]
    assert ill.losses[-1] > 5 * well.losses[-1]


@every_room
def test_a_room_starts_before_training_and_tells_the_rounds(room):
    figure = room()
    assert repr(figure).startswith(f"{room.title}. Before training: loss ")
    figure = room(step=50)
    assert f"After {50 * room.each:,} rounds: loss " in repr(figure)


@every_room
def test_the_window_holds_all_losses_of_both_runs(room):
    low, high = room().window()
    for cure in (False, True):
        losses = _course(room, cure).losses
        assert low < losses.min() < losses.max() < high


def test_the_saturated_neuron_hardly_moves():
    course = _course(MuseumSaturated, False)
    assert np.array_equal(course.z[0][:, 0], [10, -10, -10, -30])
    assert np.abs(course.z[-1] - course.z[0]).max() < 0.1
    assert course.losses[0] - course.losses[-1] < 2e-6
    assert "0 of 4 right. g′(z) < 0.05 for 100 % of all z." in repr(MuseumSaturated())
    assert "g′(z) < 0.05 for 0 % of all z." in repr(MuseumSaturated(cure=True))


def test_two_careless_rounds_kill_all_neurons_for_ever():
    course = _course(MuseumDead, False)
    assert not (course.z[0] <= 0).all(axis=0).any()
    assert (course.z[1:] <= 0).all()
    assert np.array_equal(course.z[1], course.z[-1])  # not a weight moves
    assert course.losses[-1] == pytest.approx(0.25)  # the output says ½ to all
    assert course.losses[2] > 100 * course.losses[0]
    said = "8 of 8 neurons are dead: z ≤ 0 for every point."
    assert repr(MuseumDead(step=1)).endswith(said)
    assert "0 of 8 neurons are dead" in repr(MuseumDead())


def test_equal_neurons_stay_equal_to_the_last_bit():
    course = _course(MuseumEqual, False)
    assert np.ptp(course.z, axis=2).max() == 0
    assert course.losses[-1] < course.losses[0]  # they learn, all the same thing
    assert "The neurons' z lie at most 0 apart." in repr(MuseumEqual(step=50))
    apart = np.ptp(_course(MuseumEqual, True).z[50], axis=1).max()
    said = f"The neurons' z lie at most {size_text(apart)} apart."
    assert said in repr(MuseumEqual(step=50, cure=True))


def test_unscaled_inputs_saturate_every_neuron_from_the_start():
    ill, well = (_course(MuseumUnscaled, cure) for cure in (False, True))
    assert np.abs(ill.z).min() > 1000
    assert np.array_equal(ill.z[0], ill.z[-1])
    assert np.abs(well.z[0]).max() < 3
    _, X, _, _ = MuseumUnscaled.training(True)
    np.testing.assert_allclose([X.mean(0), X.std(0)], [[0, 0], [1, 1]], atol=1e-9)


def test_the_flat_ranges_of_a_room_are_where_the_slope_is_small():
    [low, high] = flat(Sigmoid())
    assert low[0] is None is high[1]
    for g in (Sigmoid(), Tanh()):
        [[_, low], [high, _]] = flat(g)
        assert low == -high
        assert g.derivative(None, g(high)) == pytest.approx(0.05, abs=1e-8)
    assert flat(ReLU()) == [[None, 0.0]]


def test_the_window_of_z_holds_all_of_them_and_four_to_each_side():
    low, high = reach(np.array([-1.0, 2.0]))
    assert low < -4 < 4 < high
    low, high = reach(np.array([-100.0, 2.0]))
    assert -110 < low < -100
    assert 4 < high < 10


def test_the_museum_s_table_has_a_row_for_each_neuron():
    figure = MuseumDead(step=3)
    losses, neurons = figure.numbers(figure.state)
    course = _course(MuseumDead, False)
    assert losses["rows"][3] == [120, course.losses[120]]
    assert len(losses["rows"]) == STOPS + 1
    assert neurons["rows"][7] == ["neuron 8", *np.sort(course.z[3][:, 7])[[0, -1]]]
