"""The figures of chapter 3 in Python: against nnlib, and as told."""

import numpy as np
import pytest

from nnlib import Network, ReLU, Sigmoid, Tanh, numerical_jacobian, vjp
from nnlib.live.activations import (
    OWN,
    WIDTH,
    ActivationExplorer,
    GradientThroughDepth,
    _sizes,
    arriving,
)
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
