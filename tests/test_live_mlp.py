"""The figures of chapter 2: what they claim is what nnlib computes."""

from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import Momentum, Network, Sigmoid, SigmoidBCE, Tanh, fit, gate, logistic
from nnlib.live.mlp import (
    CELLS,
    GRID,
    MOST,
    SEEDS,
    STARTS,
    TARGETS,
    Bumps,
    FoldedPlane,
    FourLines,
    LinearCollapse,
    ParameterCount,
    XnorSeeds,
    agreement,
    bumps,
    collapsed,
    deep,
    error,
    learnt,
    ring,
)


def state(kind, **changes):
    start = {c.name: c.start for c in kind.controls}
    return SimpleNamespace(**{**start, **changes})


# --- four lines -------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "regions"), [(1, 2), (2, 4), (3, 7), (4, 11)])
def test_lines_in_general_position_cut_the_plane_into(lines, regions):
    assert FourLines().regions(state(FourLines, lines=lines)) == regions


@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_who_counts_the_regions_in_the_picture_finds_them_all(lines):
    figure, s = FourLines(), state(FourLines, lines=lines)
    seen = figure.seen(s)
    assert len(seen) == figure.regions(s)
    room = CELLS**2 / 64  # for a number, as views/lines.js has it
    assert min(cells for cells, _ in seen.values()) > room


SQUARE = (1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0)


@pytest.mark.parametrize(
    ("feet", "regions"),
    [
        (SQUARE, 9),  # two pairs of parallels
        ((1.0, 0.0) * 4, 2),  # one line, four times
        ((0.0,) * 8, 1),  # a foot at the origin is no line
        ((1.0, 0.0, 0.0, 1.0, 0.5, 0.5, 0.0, 0.0), 7),
        ((1.0, 1.0, 1.0, -1.0, 1.0, 0.0, 2.0, 0.0), 9),
        ((1.6, 0.8, 1.6, -0.8, 2.0, 0.0, 1.0, 1.0), 8),  # all four through (2, 0)
    ],
)
def test_parallel_and_meeting_lines_make_fewer_regions(feet, regions):
    assert FourLines().regions(state(FourLines, feet=feet)) == regions


def test_regions_are_counted_as_the_cells_tell():
    figure, rng = FourLines(), np.random.default_rng(1)
    for _ in range(20):
        feet = tuple(rng.uniform(-1.5, 1.5, 8).round(2))
        s = state(FourLines, feet=feet, lines=int(rng.integers(1, 5)))
        far = rng.normal(size=(200_000, 2)) * rng.choice([1, 10, 100], (200_000, 1))
        seen = {tuple(v) for v in figure.votes(s, far).tolist()}
        assert len(seen) <= figure.regions(s)
        assert len(seen) >= figure.regions(s) - 1  # the smallest may be missed


def test_from_or_to_and_the_shape_closes():
    X, t = ring()
    right = {}
    for threshold in (0.5, 1.5, 2.5, 3.5):
        s = state(FourLines, threshold=threshold)
        right[threshold] = int(
            ((FourLines().votes(s, X).sum(1) > threshold) == t).sum()
        )
        assert f"{right[threshold]} of 40 right" in FourLines().caption(s)
    assert right[3.5] == 40
    assert right[0.5] == 20 < right[3.5]
    assert "(OR)" in FourLines().caption(state(FourLines))
    assert "(AND)" in FourLines().caption(state(FourLines, threshold=3.5))


# --- the folded plane -------------------------------------------------------------


def test_the_lectures_numbers_and_their_thresholds():
    figure = FoldedPlane()
    _, t, A, total = figure.answers(state(FoldedPlane))
    assert A[:, 0].round(3).tolist() == [0.002, 0.119, 0.119, 0.881]
    assert total[t == 1].min() == pytest.approx(0.8833, abs=5e-5)
    assert total[t == 0].max() == pytest.approx(0.2384, abs=5e-5)


def test_without_weights_there_is_no_fold():
    said = FoldedPlane().caption(state(FoldedPlane, steep=0.0))
    assert "No threshold gets all 4 right" in said


# --- the collapse -----------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 5, 8])
def test_layers_with_nothing_between_them_are_one_layer(depth):
    net = deep(state(LinearCollapse, depth=depth))
    W, b = collapsed(net)
    X = np.random.default_rng(0).normal(size=(50, 2))
    assert W.shape == (1, 2)
    assert net(X) == pytest.approx(X @ W.T + b, rel=1e-12, abs=1e-12)


def test_tanh_between_the_layers_keeps_them_apart():
    s = state(LinearCollapse, g="tanh")
    net = deep(s)
    assert isinstance(net.layers[1], Tanh)
    W, b = collapsed(net)
    X = np.random.default_rng(0).normal(size=(50, 2))
    assert np.abs(net(X) - (X @ W.T + b)).max() > 1
    assert "100 %" in LinearCollapse().caption(state(LinearCollapse))
    assert "100 %" not in LinearCollapse().caption(s)


def test_deep_nets_bend_at_most_seeds_and_not_layer_by_layer():
    assert agreement(8, "identity") == 1
    assert agreement(2, "tanh") > 0.9 > 0.6 > agreement(8, "tanh")
    figure, kept = LinearCollapse(), []
    for depth in range(2, 9):
        right, cells = figure.same(state(LinearCollapse, depth=depth, g="tanh"))
        kept.append(right / cells)
    assert kept[0] > 0.9 > kept[3] > 0.8 > 0.5 > kept[6]
    assert sorted(kept, reverse=True) != kept
    assert figure.controls[2].high == SEEDS - 1


def test_a_product_has_no_more_rank_than_its_narrowest_matrix():
    for depth in range(2, 9):
        weights = deep(state(LinearCollapse, depth=depth)).params[::2]
        W = np.eye(2)
        for V in weights[:-1]:
            W = V @ W
        assert np.linalg.matrix_rank(W) == 2


# --- bumps ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("m", "rms"), [(5, 0.2407), (10, 0.1181), (20, 0.0565), (40, 0.0256)]
)
def test_bumps_on_a_sine_miss_it_by(m, rms):
    assert error("sin x", m) == pytest.approx(rms, abs=5e-5)
    assert f"error {rms:.4f}" in Bumps().caption(state(Bumps, m=m))


def test_bumps_are_a_network_with_one_hidden_layer():
    net = bumps("sin x", 7)
    assert isinstance(net, Network)
    assert (net.d_in, net.d_out, net.layers[0].d_out) == (1, 1, 14)


@pytest.mark.parametrize("target", TARGETS)
def test_more_bumps_come_closer(target):
    assert error(target, MOST) < error(target, 10) / 2.5
    assert len(GRID) == 1961


# --- parameters -------------------------------------------------------------------


def test_the_lectures_quiz_has_24_weights_or_27():
    figure = ParameterCount()
    assert sum(figure.counts(state(ParameterCount))) == 24 == 3 * (4 + 4)
    assert sum(figure.counts(state(ParameterCount, biased=True))) == 27


# --- twenty starts ----------------------------------------------------------------


def starts(width):
    """XNOR networks from the figure's seeds, with T, the targets."""
    X, t = gate("XNOR")
    for seed in range(STARTS):
        rng = np.random.default_rng(seed)
        yield Network.mlp([2, width, 1], hidden=Sigmoid(), rng=rng), X, t[:, None]


def test_a_start_that_is_stuck_knows_two_answers_and_no_more():
    stuck = 0
    for net, X, T in starts(2):
        losses = [
            v for *_, v in fit(net, SigmoidBCE(), Momentum(0.5), X, T, epochs=1000)
        ]
        p = logistic(net(X))
        if ((p > 0.5) == T).all():
            continue
        stuck += 1
        assert ((p > 0.5) == T).sum() == 2
        assert sorted(np.abs(p - 0.5).ravel().round(1)) == [0, 0, 0.5, 0.5]
        assert np.log(2) / 2 < losses[-1] < losses[300] < np.log(2) / 2 + 0.01
    assert stuck == 6


def test_on_the_shelf_a_small_change_is_as_often_better_as_worse():
    net, X, T = next(net for k, net in enumerate(starts(2)) if k == 1)
    for _ in fit(net, SigmoidBCE(), Momentum(0.5), X, T, epochs=300):
        pass
    rng, here, better = np.random.default_rng(0), SigmoidBCE()(net(X), T), 0
    before = [p.copy() for p in net.params]
    for _ in range(1000):
        for p, was in zip(net.params, before, strict=True):
            p[...] = was + rng.normal(0, 1e-3, p.shape)
        better += SigmoidBCE()(net(X), T) < here
    assert 400 < better < 600


def test_two_neurons_often_learn_xnor_and_three_always():
    learners = {
        width: sum(learnt(width, seed)[1] == 4 for seed in range(STARTS))
        for width in (2, 3, 4)
    }
    assert learners == {2: 14, 3: 20, 4: 20}
    assert "14 of 20 starts learn" in XnorSeeds().caption(state(XnorSeeds))
