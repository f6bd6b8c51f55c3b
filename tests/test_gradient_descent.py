"""Chapter 5: slopes by differences, schedules, and three steps of each rule by hand."""

import copy

import numpy as np
import pytest

from nnlib import (
    SGD,
    AdaDelta,
    Adagrad,
    Adam,
    Momentum,
    Optimiser,
    RMSProp,
    SparseAdam,
    constant,
    cosine,
    inverse_time,
    numerical_gradient,
    step_decay,
    stopped,
)

G = [2.0, -1.0, 3.0]  # the gradients of the three steps


def rng(seed=0):
    return np.random.default_rng(seed)


def three_steps(opt, start=1.0, grads=G):
    p, path = np.array([start]), []
    for g in grads:
        opt.step([p], [np.array([g])])
        path.append(float(p[0]))
    return path


# --- slopes -----------------------------------------------------------------------


def test_numerical_gradient_of_a_matrix():
    x, A = rng().normal(size=(2, 3)), rng(1).normal(size=(2, 3))
    kept = x.copy()
    slope = numerical_gradient(lambda x: (A * np.sin(x)).sum(), x)
    np.testing.assert_allclose(slope, A * np.cos(x), rtol=1e-6, atol=1e-9)
    assert np.array_equal(x, kept)


def test_numerical_gradient_takes_numbers_and_lists():
    assert numerical_gradient(lambda x: x**2, 3.0) == pytest.approx(6)
    slope = numerical_gradient(lambda x: x[0] * x[1], [2, 5])
    np.testing.assert_allclose(slope, [5, 2])


def test_the_step_has_a_best_size():
    """A V: above it the curve shows, below it the rounding."""
    error = {}
    for h in (1e-2, 1e-5, 1e-10):
        slope = numerical_gradient(lambda x: float(np.exp(x)), 0.7, h=h)
        error[h] = abs(slope - np.exp(0.7))
    assert error[1e-5] < 1e-9
    assert error[1e-5] < error[1e-2] / 1e3
    assert error[1e-5] < error[1e-10] / 1e3


# --- schedules and stopping -------------------------------------------------------


def test_schedules_by_hand():
    times = [0, 1, 9, 10, 25]
    assert [constant(0.3)(t) for t in times] == [0.3] * 5
    steps = [step_decay(1.0, every=10, factor=0.5)(t) for t in times]
    assert steps == [1, 1, 1, 0.5, 0.25]
    assert [inverse_time(1.0, rate=1)(t) for t in times[:3]] == [1, 0.5, 0.1]
    curve = [cosine(1.0, steps=10, low=0.2)(t) for t in (0, 5, 10, 99)]
    assert curve == pytest.approx([1, 0.6, 0.2, 0.2])
    assert step_decay(1.0, every=1)(2) == pytest.approx(0.01)
    assert cosine(1.0, steps=10)(10) == 0


def test_a_schedule_may_end_at_zero():
    assert three_steps(SGD(cosine(1.0, steps=1)), 0.0, [1, 1, 1]) == [-1, -1, -1]


def test_a_schedule_is_asked_for_the_steps_done():
    asked = []

    def schedule(t):
        asked.append(t)
        return 1.0 / (1 + t)

    assert three_steps(SGD(schedule), 0.0, [1, 1, 1]) == pytest.approx(
        [-1, -1 - 1 / 2, -1 - 1 / 2 - 1 / 3]
    )
    assert asked == [0, 1, 2]


def test_stopping_rules():
    far, near = np.array([0.3, 0.4]), np.array([3e-4, 4e-4])
    assert not stopped(7, far, far, small_change=1e-3, small_gradient=1e-3, limit=8)
    assert stopped(7, near, far, small_change=1e-3)
    assert stopped(7, far, near, small_gradient=1e-3)
    assert stopped(8, far, far, limit=8)
    assert not stopped(10**9, near, near)
    assert stopped(1, far, far, small_change=0.51)
    assert not stopped(1, far, far, small_change=0.5, small_gradient=0.5)
    assert not stopped(1, 0 * far, 0 * far)


# --- three steps by hand ----------------------------------------------------------


def test_sgd():
    assert three_steps(SGD(0.1)) == pytest.approx([0.8, 0.9, 0.6])


def test_weight_decay_pulls_towards_zero():
    path, p = [], 1.0
    for g in G:
        p -= 0.1 * (g + 0.5 * p)
        path.append(p)
    assert three_steps(SGD(0.1, weight_decay=0.5)) == pytest.approx(path)


def test_momentum():
    # v = 2, then 0.5·2 − 1 = 0, then 0.5·0 + 3 = 3
    assert three_steps(Momentum(0.1, 0.5)) == pytest.approx([0.8, 0.8, 0.5])


def test_nesterov():
    # Δ = 0.1 (g + 0.5 v) with the same v: 3, −1, 4.5
    path = three_steps(Momentum(0.1, 0.5, nesterov=True))
    assert path == pytest.approx([0.7, 0.8, 0.35])


def test_adagrad():
    # s = 4, 5, 14
    steps = [2 / 2, -1 / np.sqrt(5), 3 / np.sqrt(14)]
    assert three_steps(Adagrad(0.1)) == pytest.approx(1 - 0.1 * np.cumsum(steps))
    (p,) = three_steps(Adagrad(1.0), 0.0, [1e-10])  # the size of ε: half a step
    assert p == pytest.approx(-0.5)


def test_rmsprop():
    # s = 2, 1.5, 5.25 with ρ = ½; ε joins the root outside
    steps = [2 / (2**0.5 + 1), -1 / (1.5**0.5 + 1), 3 / (5.25**0.5 + 1)]
    path = three_steps(RMSProp(0.1, 0.5, eps=1.0))
    assert path == pytest.approx(1 - 0.1 * np.cumsum(steps))


def test_adadelta():
    s = u = 0.0
    p, path = 1.0, []
    for g in G:
        s = 0.5 * s + 0.5 * g**2
        d = g * np.sqrt(u + 0.1) / np.sqrt(s + 0.1)
        u = 0.5 * u + 0.5 * d**2
        p -= 2 * d
        path.append(p)
    assert three_steps(AdaDelta(2.0, 0.5, eps=0.1)) == pytest.approx(path)


def test_adam():
    m = v = 0.0
    p, path = 1.0, []
    for t, g in enumerate(G, 1):
        m = 0.5 * m + 0.5 * g
        v = 0.8 * v + 0.2 * g**2
        p -= 0.1 * (m / (1 - 0.5**t)) / (np.sqrt(v / (1 - 0.8**t)) + 0.1)
        path.append(p)
    assert three_steps(Adam(0.1, 0.5, 0.8, eps=0.1)) == pytest.approx(path)


def test_sparse_adam_leaves_the_other_rows_alone():
    p, rows = np.ones((3, 2)), np.zeros((3, 2))
    rows[1] = [2, 0]
    opt = SparseAdam(0.1, 0.5, 0.8, eps=0.1)
    for _ in range(2):
        opt.step([p], [rows])
    assert p[[0, 2]].tolist() == [[1, 1], [1, 1]]
    assert p[1, 1] == 1
    m, v = opt.state[0]
    assert m[1, 0] == pytest.approx(0.75 * 2)
    assert v[1, 0] == pytest.approx((0.16 + 0.2) * 4)
    assert not m[[0, 2]].any()
    first = np.sqrt(0.2) / 0.5 * 0.1 * 1 / (np.sqrt(0.8) + 0.1)
    second = np.sqrt(0.36) / 0.75 * 0.1 * 1.5 / (np.sqrt(1.44) + 0.1)
    assert p[1, 0] == pytest.approx(1 - first - second)


def test_sparse_adam_is_adam_where_every_row_has_a_gradient():
    """But for ε, which the two put in different places."""
    dense, sparse = rng().normal(size=(4, 3)), rng().normal(size=(4, 3))
    one, other = Adam(0.05, eps=1e-300), SparseAdam(0.05, eps=1e-300)
    for k in range(5):
        g = rng(k).normal(size=(4, 3))
        one.step([dense], [g])
        other.step([sparse], [g])
    np.testing.assert_allclose(sparse, dense, rtol=1e-12)


def test_the_first_step_of_adam_and_adagrad_forgets_the_scale():
    for opt in (Adam, Adagrad):
        for scale in (1e-3, 1.0, 1e3):
            (p,) = three_steps(opt(0.1), grads=[-scale])
            assert p == pytest.approx(1.1, abs=1e-6)


# --- every optimiser --------------------------------------------------------------

EVERY = {
    "SGD": lambda: SGD(0.02),
    "Momentum": lambda: Momentum(0.01),
    "Nesterov": lambda: Momentum(0.01, nesterov=True),
    "Adagrad": lambda: Adagrad(0.5),
    "RMSProp": lambda: RMSProp(0.05),
    "AdaDelta": lambda: AdaDelta(),
    "Adam": lambda: Adam(0.1),
    "SparseAdam": lambda: SparseAdam(0.1),
}
every_optimiser = pytest.mark.parametrize("name", EVERY)


def test_every_optimiser_is_here():
    assert {type(make()) for make in EVERY.values()} == {*Optimiser.__subclasses__()}


@every_optimiser
def test_it_goes_downhill(name):
    curves, w, opt = np.array([1.0, 50.0]), np.array([3.0, 1.0]), EVERY[name]()
    start = (curves * w * w).sum()
    for _ in range(200):
        opt.step([w], [curves * w])
    assert (curves * w * w).sum() < start


@every_optimiser
def test_it_writes_in_place_and_spares_the_gradients(name):
    params = [rng().normal(size=(3, 2)), rng(1).normal(size=3)]
    grads = [rng(2).normal(size=(3, 2)), rng(3).normal(size=3)]
    before, kept = copy.deepcopy(params), copy.deepcopy(grads)
    views = [p[...] for p in params]
    EVERY[name]().step(params, grads)
    for p, view, old, g, same in zip(params, views, before, grads, kept, strict=True):
        assert np.shares_memory(p, view)
        assert not np.array_equal(p, old)
        assert np.array_equal(g, same)


@every_optimiser
def test_a_parameter_is_moved_by_its_own_gradients_alone(name):
    """Two parameters together, or each with an optimiser of its own: the same."""
    starts = [rng(0).normal(size=(2, 2)), rng(1).normal(size=3)]
    together, alone = copy.deepcopy(starts), copy.deepcopy(starts)
    opt, own = EVERY[name](), [EVERY[name](), EVERY[name]()]
    for k in range(4):
        grads = [rng(k).normal(size=(2, 2)), rng(k + 9).normal(size=3)]
        opt.step(together, grads)
        for f, p, g in zip(own, alone, grads, strict=True):
            f.step([p], [g])
    assert all(np.array_equal(a, b) for a, b in zip(together, alone, strict=True))


@every_optimiser
def test_a_copy_goes_on_where_the_original_was(name):
    w, opt = np.array([1.0, 2.0]), EVERY[name]()
    opt.step([w], [w * 1])
    twin, double = copy.deepcopy((w, opt))
    opt.step([w], [w * 1])
    double.step([twin], [twin * 1])
    assert np.array_equal(w, twin)


@every_optimiser
def test_it_serves_one_model(name):
    opt, w, other = EVERY[name](), np.ones(2), np.ones(2)
    opt.step([w], [w * 1])
    for strangers in ([other], [w, other], [np.ones(3)]):
        with pytest.raises(ValueError, match="remembers another model"):
            opt.step(strangers, [np.ones_like(p) for p in strangers])
    assert other.tolist() == [1, 1]


def test_the_abstract_optimiser_moves_nothing():
    with pytest.raises(NotImplementedError):
        Optimiser(0.1, 0.0, 0).step([np.ones(1)], [np.ones(1)])
