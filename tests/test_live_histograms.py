"""Signals and gradients of a deep network, in Python: against nnlib, and as told."""

import numpy as np
import pytest

from nnlib import HalfMSE, Network, Sigmoid, Tanh, value_and_grad
from nnlib.live.views.histograms import (
    ACTIVATIONS,
    BINS,
    EXAMPLES,
    INITS,
    WIDTH,
    LayerHistograms,
    axis_ticks,
)
from nnlib.live.views.sizes import power_of_ten, size_text

SHOW = {False: "activations a", True: "gradients ∂ℓ/∂z"}


def layers(gradients=True, **state):
    figure = LayerHistograms(show=SHOW[gradients], **state)
    return figure.layers(figure.state)


def medians(**state):
    return layers(**state).medians


@pytest.mark.parametrize("g", ["sigmoid", "tanh"])
def test_the_network_is_nnlib_s(g):
    """Drawn as Network.mlp draws it, then the examples, then the targets."""
    rng = np.random.default_rng(5)
    hidden = {"sigmoid": Sigmoid(), "tanh": Tanh()}[g]
    net = Network.mlp([WIDTH] * 5 + [1], hidden=hidden, rng=rng)
    X = rng.uniform(-1, 1, (EXAMPLES, WIDTH))
    t = rng.uniform(-1, 1, (EXAMPLES, 1))
    A = net.trace(X)
    shown = layers(gradients=False, g=g, depth=4, seed=5).values
    assert len(shown) == 5
    assert all(np.array_equal(a, b) for a, b in zip(shown, A[:-2:2], strict=True))
    _, grads = value_and_grad(net, HalfMSE(), X, t)
    deltas = layers(g=g, depth=4, seed=5).values
    for k in range(4):  # ∂L/∂b is the mean of ∂ℓ/∂z over the examples
        np.testing.assert_allclose(deltas[k + 1].mean(0), grads[2 * k + 1], rtol=1e-9)


def test_the_gradient_of_the_input_is_a_slope():
    x = layers(g="tanh", depth=3).values[0]
    assert x.shape == (EXAMPLES, WIDTH)
    rng = np.random.default_rng(0)
    net = Network.mlp([WIDTH] * 4 + [1], hidden=Tanh(), rng=rng)
    X = rng.uniform(-1, 1, (EXAMPLES, WIDTH))
    t = rng.uniform(-1, 1, (EXAMPLES, 1))

    def loss(X):
        return 0.5 * (net(X) - t) ** 2

    h = 1e-5 * np.eye(WIDTH)[7]
    slope = (loss(X + h) - loss(X - h)) / 2e-5
    np.testing.assert_allclose(x[:, [7]], slope, rtol=1e-6, atol=1e-9)


def test_sigmoids_make_gradients_vanish_by_orders():
    back = medians(g="sigmoid", init="Glorot", depth=10)
    assert back[1] < 1e-5 * back[-1]


def test_tanh_with_glorot_and_relu_with_he_keep_them():
    for g, init in [("tanh", "Glorot"), ("ReLU", "He")]:
        back = medians(g=g, init=init, depth=10)
        assert 0.1 < back[1] / back[-1] < 10


def test_large_weights_make_them_explode_and_saturate_tanh():
    back = medians(g="identity", init="large ±1", depth=10)
    assert back[1] > 1e3 * back[-1]
    a = np.abs(layers(gradients=False, g="tanh", init="large ±1").values[-1])
    assert (a > 0.9).mean() > 0.5


def test_small_weights_let_the_signal_die():
    forth = medians(gradients=False, g="tanh", init="small ±0.01", depth=10)
    assert forth[-1] < 1e-12 * forth[1]


def test_zeros_are_counted_apart():
    run = layers(gradients=False, g="ReLU", init="He", logs=False)
    for v, zeros, counts in zip(run.values, run.zeros, run.counts, strict=True):
        assert zeros == (v == 0).sum()
        assert zeros + sum(counts) == EXAMPLES * WIDTH
    assert 0.3 < run.zeros[-1] / (EXAMPLES * WIDTH) < 0.7


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("gradients", [False, True])
def test_counts_are_numpy_s(log, gradients):
    for g in ACTIVATIONS:
        for init in INITS:
            run = layers(gradients, g=g, init=init, logs=log, depth=3)
            for v, counts in zip(run.values, run.counts, strict=True):
                shown = v[v != 0]
                shown = np.log10(np.abs(shown)) if log else shown
                inside = np.clip(shown, run.low, run.high)
                wanted = np.histogram(inside, BINS, (run.low, run.high))[0]
                assert np.abs(np.cumsum(wanted - counts)).max() <= 1  # on an edge
                assert log or np.abs(v).max() <= run.high


def test_no_layer_lies_beyond_the_axis_of_powers():
    for g in ACTIVATIONS:
        run = layers(g=g, init="large ±1", depth=10)
        largest = max(np.abs(v).max() for v in run.values)
        assert run.low < np.log10(min(run.medians)) < np.log10(largest) <= run.high


def test_the_caption_tells_the_drift_for_each_layer():
    figure = LayerHistograms(g="sigmoid", depth=10)
    found = layers(g="sigmoid", depth=10).medians
    factor = (found[1] / found[-1]) ** (1 / 9)
    said = figure.caption(figure.state)
    assert f"a factor of {size_text(factor)} for each layer back" in said
    assert f"{size_text(found[1])} in layer 1 and {size_text(found[-1])}" in said


def test_one_layer_has_no_drift():
    figure = LayerHistograms(depth=1, logs=False)
    said = figure.caption(figure.state)
    assert said.startswith("1 hidden sigmoid layer, Glorot weights, seed 0: the median")
    assert said.endswith(" in layer 1; values on the axis.")


def test_ticks():
    assert axis_ticks(-2.0, 2.0, False) == [(-2.0, "−2"), (0.0, "0"), (2.0, "2")]
    powers = axis_ticks(-9.0, 0.0, True)
    assert powers == [(-9, "10⁻⁹"), (-6, "10⁻⁶"), (-3, "10⁻³"), (0, "10⁰")]


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (0.0, 3, "0"),
        (1.0, 3, "1.00"),
        (0.04206, 3, "0.0421"),
        (12.35, 3, "12.3"),  # the float lies below 12.35
        (0.125, 2, "0.13"),
        (4210.4, 3, "4,210"),
        (99999.0, 3, "1.00·10⁵"),
        (1.2349e-7, 3, "1.23·10⁻⁷"),
        (9.9996e-5, 3, "0.000100"),
        (-2e6, 1, "−2·10⁶"),
        (50000.0, 1, "50,000"),
        (1.7e308, 3, "1.70·10³⁰⁸"),
    ],
)
def test_sizes_as_text(x, digits, text):
    assert size_text(x, digits) == text


def test_powers_of_ten():
    assert [power_of_ten(p) for p in (-12, 0, 3)] == ["10⁻¹²", "10⁰", "10³"]
