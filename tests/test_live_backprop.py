"""The figures of chapter 6: what they claim is what nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import BCE, MSE, Dense, HalfMSE, Network, Sigmoid, value_and_grad
from nnlib.backprop import Value
from nnlib.live.backprop import (
    CELLS,
    ORDERS,
    OVER,
    SECOND,
    BackpropBench,
    Gears,
    TopologicalOrder,
    sheet,
    walk,
    working,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


# --- the bench --------------------------------------------------------------------


def values(**changes):
    """{quantity: its value, of the first example} of the bench."""
    return {c.name: c.values[0] for c in sheet(state(BackpropBench, **changes))}


def layers(w):
    first = Dense.of(np.reshape(w[:4], (2, 2)), np.zeros(2))
    return [first, Sigmoid(), Dense.of([list(w[4:])], np.zeros(1)), Sigmoid()]


@pytest.mark.parametrize("loss", [MSE, HalfMSE, BCE])
@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("target", ["0", "1"])
def test_every_number_of_the_bench_is_nnlibs(loss, over, target):
    words = {MSE: "(y − t)²", HalfMSE: "½ (y − t)²", BCE: "cross-entropy"}[loss]
    w = (-0.4, 0.7, 1.1, -0.2, 0.55, -1.3)
    cells = sheet(
        state(BackpropBench, loss=words, over=over, target=target, weights=w, eta=2.0)
    )
    X, T = [[0.5, 0.6]], [[float(target)]]
    if over != OVER[0]:
        X, T = [*X, SECOND[0]], [*T, [SECOND[1]]]
    X, T = np.array(X), np.array(T)
    net = Network(layers(w))
    value, (dW1, _, dW2, _) = value_and_grad(net, loss(), X, T)
    times = 2 if over == OVER[2] else 1  # nnlib's losses are means
    got = {c.name: c.values for c in cells}
    assert got["L"] == pytest.approx([times * value], rel=1e-12)
    grads = times * np.concatenate([dW1.ravel(), dW2.ravel()])
    for k, slope in enumerate(grads):
        name = f"∂L/∂w{'₁₂₃₄₅₆'[k]}"
        [cell] = [c for c in cells if c.name == name]
        assert cell.values == pytest.approx([slope], rel=1e-12)
        assert cell.check == pytest.approx(slope, rel=1e-6, abs=1e-9)
        assert got[f"w{'₁₂₃₄₅₆'[k]} new"] == pytest.approx([w[k] - 2 * slope])
    fresh = Network(layers(np.array(w) - 2 * grads))
    assert got["L new"] == pytest.approx([times * loss()(fresh(X), T)], rel=1e-12)
    A = net.trace(X)
    for name, at in (("z₁", A[1][:, 0]), ("a₂", A[2][:, 1]), ("z₃", A[3][:, 0])):
        assert got[name] == pytest.approx(list(at), rel=1e-12)
    delta = loss().grad(A[-1], T) * len(X)
    up = net.layers[3].vjp(A[3], A[4], delta)
    assert got["δ₃"] == pytest.approx(list(up[:, 0]), rel=1e-12)
    back = net.layers[1].vjp(A[1], A[2], net.layers[2].vjp(A[2], A[3], up))
    assert got["δ₁"] == pytest.approx(list(back[:, 0]), rel=1e-12)
    assert got["δ₂"] == pytest.approx(list(back[:, 1]), rel=1e-12)


def test_the_lectures_example_in_exact_arithmetic():
    exact = values()
    expected = {
        "a₁": 0.6153837563,
        "a₂": 0.5793242521,
        "y": 0.6454634127,
        "L": 0.1256961917,
        "δ₃": -0.162265,
        "∂L/∂w₅": -0.0998549875,
        "∂L/∂w₆": -0.0940038140,
        "∂L/∂w₁": -0.0105616091,
        "∂L/∂w₄": -0.0106771832,
        "w₃ new": 0.4008897653,
        "L new": 0.1237787106,
    }
    for name, value in expected.items():
        assert exact[name] == pytest.approx(value, abs=6e-7), name


def test_rounding_as_on_the_slides_gives_the_slides_numbers():
    slides = values(slides=True)
    expected = {
        "a₁": 0.615,
        "a₂": 0.579,
        "y": 0.645,
        "L": 0.126,
        "∂ℓ/∂y": -0.71,
        "σ′(z₃)": 0.23,
        "∂L/∂w₅": -0.1,
        "∂L/∂w₆": -0.095,
        "w₅ new": 0.56,
        "w₆ new": 0.4595,
        "L new": 0.124,
    }
    for name, value in expected.items():
        assert slides[name] == pytest.approx(value, abs=1e-12), name


def test_a_weight_that_moves_first_spoils_the_gradients_behind_it():
    assert values(eta=5.0)["L new"] == pytest.approx(0.05303, abs=5e-6)
    late = values(eta=5.0, order=ORDERS[1])
    assert late["L new"] == pytest.approx(0.05089, abs=5e-6)
    cells = sheet(state(BackpropBench, eta=5.0, order=ORDERS[1]))
    off = {c.name for c in cells if c.check and abs(c.values[0] - c.check) > 1e-6}
    assert off == {"∂L/∂w₁", "∂L/∂w₂", "∂L/∂w₃", "∂L/∂w₄"}


def test_the_sheet_shows_upstream_and_local_apart():
    s = state(BackpropBench)
    lines = dict(zip((c.name for c in sheet(s)), working(sheet(s), s), strict=True))
    assert lines["δ₃"][1] == "= upstream −0.7091 × local 0.2288"
    assert lines["∂L/∂w₆"][2] == "= −0.0940; by central differences −0.094004"


def test_the_caption_walks_through_all_cells():
    names = [c.name for c in sheet(state(BackpropBench))]
    assert len(names) == CELLS
    bench = BackpropBench()
    for step, name in enumerate(names, start=1):
        word = "L after" if name == "L new" else name.removesuffix(" new")
        assert word in bench.caption(state(BackpropBench, step=step))


# --- the order --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "arrows", "slope"),
    [
        ("in topological order", 6, 8),
        ("each path by itself", 14, 8),
        ("at once with what has come", 14, 26),
    ],
)
def test_the_way_back_through_doublings(way, arrows, slope):
    walked, grad = walk(way, 14)
    assert (len(walked), grad["a"]) == (arrows, slope)


def test_nnlibs_graph_walks_in_topological_order():
    a = Value(1.0)
    d = a
    for _ in range(3):
        d = d + d
    d.backward()
    assert (d.data, a.grad) == (8.0, walk("in topological order", 14)[1]["a"])


def test_the_caption_tells_right_from_wrong_and_the_cost():
    figure = TopologicalOrder()
    ways = TopologicalOrder.controls[1].options
    said = [figure.caption(state(TopologicalOrder, way=way, step=14)) for way in ways]
    assert "= 8 is right. With 20 doublings this way walks 40 arrows" in said[0]
    assert "= 8 is right. With 20 doublings this way walks 2,097,150" in said[1]
    assert "= 26 is wrong: the answer is 8" in said[2]


# --- gears ------------------------------------------------------------------------


def test_turns_multiply_along_a_road_and_add_where_two_meet():
    figure = Gears()
    assert "2.0 · 2.0 · 1.5 = 6.00" in figure.caption(state(Gears))
    assert "+ 1.0 = 7.00" in figure.caption(state(Gears, road=1.0))
    turned = figure.turns(state(Gears, turn=0.5, road=1.0))
    assert turned == pytest.approx((0.5, 1.0, 2.0, 3.5))


def test_times_faster_read_literally_is_one_more():
    figure = Gears()
    literal = state(Gears, r1=1.0, r2=1.0, r3=1.5, faster=True)
    assert "2.0 · 2.0 · 2.5 = 10.00" in figure.caption(literal)
