"""The perceptron: its worked numbers, what it learns, and how long that takes."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import GATES, Perceptron, convergence_bound, gate, xor_clouds

repeatable = settings(derandomize=True, deadline=None)
seeds = st.integers(0, 2**32 - 1)
ETAS = np.arange(1, 17) / 4


def neuron(w, b):
    p = Perceptron(len(w))
    p.w, p.b = np.array(w, float), float(b)
    return p


def learn(name, **settings):
    """A perceptron taught a gate: (perceptron, corrections, first clean epoch)."""
    p = Perceptron(2, bias=settings.pop("bias", True))
    X, t = gate(name)
    corrections = list(p.train(X, t, **settings))
    clean = corrections[-1].epoch + 1 if corrections else 1
    return p, corrections, clean if (p.predict(X) == t).all() else None


def separable(seed):
    """A random cloud that a plane cuts with at least 0.15 of air on either side."""
    rng = np.random.default_rng(seed)
    n, d = rng.integers(2, 30), rng.integers(1, 5)
    X, v = rng.uniform(-1, 1, (n, d)), rng.normal(size=d)
    v /= np.linalg.norm(v)
    side = np.where(X @ v + rng.uniform(-0.5, 0.5) > 0, 1, -1)
    return X + 0.15 * side[:, None] * v, (side + 1) // 2


# --- the decision -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "w"),
    [
        ((0.5, 0.6), (0.9, 0.4)),
        ((0.3, 0.8), (0.7, 0.6)),
        ((0.5, 0.6, 0.1), (0.5, 0.7, 0.2)),
    ],
)
def test_the_sum_of_the_lecture_against_a_threshold_of_one_half(x, w):
    p = neuron(w, -0.5)
    assert p([x]) == pytest.approx([0.19], abs=1e-15)
    assert p.predict([x]).tolist() == [1]


@pytest.mark.parametrize(("name", "b"), [("OR", -0.5), ("AND", -1.5)])
def test_gates_by_hand(name, b):
    X, t = gate(name)
    p = neuron((1, 1), b)
    assert p(X).tolist() == [b, 1 + b, 1 + b, 2 + b]
    assert p.predict(X).tolist() == t.tolist()


def test_the_line_itself_is_answered_with_zero():
    """The boundary of one input lies at x = −b/w."""
    p = neuron([2], -1)
    assert p([[0.5]]).tolist() == [0]
    assert p.predict([[0.49], [0.5], [0.51]]).tolist() == [0, 0, 1]


def test_it_starts_at_zero_and_says_so():
    p = Perceptron(2)
    assert repr(p) == "Perceptron(w=[0.0, 0.0], b=0.0)"
    assert p.predict([[3, 4]]).tolist() == [0]
    assert p.predict([[3, 4]]).dtype.kind == "i"


# --- the rule ---------------------------------------------------------------------


def test_the_first_epochs_of_and_by_hand():
    found = [(c.epoch, c.row, c.error, *c.w, c.b) for c in learn("AND")[1][:4]]
    assert found == [
        (1, 3, 1, 1, 1, 1),
        (2, 0, -1, 1, 1, 0),
        (2, 1, -1, 1, 0, -1),
        (2, 3, 1, 2, 1, 0),
    ]


@pytest.mark.parametrize("eta", ETAS)
def test_epochs_and_corrections_do_not_depend_on_eta(eta):
    for name, epoch, count in (("AND", 6, 10), ("OR", 4, 4)):
        p, corrections, clean = learn(name, eta=eta)
        assert (clean, len(corrections)) == (epoch, count)
        one = learn(name)[0]
        assert p.w.tolist() == (eta * one.w).tolist()
        assert p.b == eta * one.b


def test_xor_never_ends():
    _, corrections, clean = learn("XOR", epochs=1000)
    assert clean is None
    assert len(corrections) == 3997
    assert corrections[-1].epoch == 1000


def test_fourteen_gates_of_sixteen():
    failed = {name for name in GATES if learn(name)[2] is None}
    assert failed == {"XOR", "XNOR"}


def test_six_gates_without_a_bias():
    learnt = {name for name in GATES if learn(name, bias=False)[2]}
    assert learnt == {"FALSE", "A", "B", "OR", "A AND NOT B", "NOT A AND B"}
    assert learn("AND", bias=False, epochs=50)[0].b == 0


def test_no_line_gets_more_than_three_rows_of_xor():
    grid = np.arange(-3, 3.01, 0.5)
    w1, w2, b = np.meshgrid(grid, grid, grid)
    for name in ("XOR", "XNOR"):
        X, t = gate(name)
        z = w1[..., None] * X[:, 0] + w2[..., None] * X[:, 1] + b[..., None]
        assert ((z > 0) == t).mean(-1).max() == 0.75


def test_a_correction_is_kept_as_it_was():
    X, t = gate("AND")
    p = Perceptron(2)
    run = p.train(X, t)
    first = next(run)
    assert p.w is first.w  # one step at a time: nothing has run ahead
    list(run)
    assert (first.w.tolist(), first.b) == ([1, 1], 1)


def test_training_goes_on_from_where_it_stands():
    X, t = gate("AND")
    p = Perceptron(2)
    assert len(list(p.train(X, t, epochs=2))) == 4
    assert len(list(p.train(X, t))) == 6
    assert list(p.train(X, t)) == []


def test_the_data_are_left_alone():
    X, t = gate("AND")
    list(Perceptron(2).train(X, t))
    assert np.array_equal(X, gate("AND")[0])
    assert np.array_equal(t, gate("AND")[1])


# --- the theorem ------------------------------------------------------------------


@settings(repeatable, max_examples=300)
@given(seeds, st.sampled_from(ETAS))
def test_never_more_corrections_than_the_theorem_allows(seed, eta):
    X, t = separable(seed)
    bound = convergence_bound(X, t, steps=1000)
    p = Perceptron(X.shape[1])
    corrections = list(p.train(X, t, eta=eta, epochs=100_000))
    assert len(corrections) <= bound < np.inf
    assert np.array_equal(p.predict(X), t)


@pytest.mark.parametrize(
    ("X", "t", "exact"),
    [
        ([[1.0], [-1.0]], [1, 0], 2),
        ([[1.0, 2.0]], [1], 1),
        (*gate("OR"), 27),
        (*gate("AND"), 51),
    ],
)
def test_the_bound_itself(X, t, exact):
    """(R/γ)², worked out by hand: AND has R² = 3 and γ = 1/√17."""
    found = convergence_bound(X, t)
    assert exact <= found < 1.002 * exact


@settings(repeatable, max_examples=50)
@given(seeds)
def test_few_steps_never_make_the_bound_too_small(seed):
    X, t = separable(seed)
    few, many = (convergence_bound(X, t, steps=k) for k in (20, 2000))
    assert few >= many


@settings(repeatable, max_examples=50)
@given(seeds)
def test_no_bound_where_no_line_fits(seed):
    """The middle of two points of one class cannot be of the other."""
    X, t = separable(seed)
    X = np.vstack([X, X[:2], X[:2].mean(0)])
    t = np.append(t, [0, 0, 1])
    assert convergence_bound(X, t, steps=1000) == np.inf


def test_no_bound_for_xor():
    assert convergence_bound(*gate("XOR")) == np.inf
    cloud = xor_clouds(n=80, noise=0.2, rng=np.random.default_rng(0))
    assert convergence_bound(*cloud) == np.inf


# --- what is refused --------------------------------------------------------------

X2, NAN = [[1.0, 2.0], [3.0, 4.0]], float("nan")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda p: Perceptron(0),
            ValueError,
            "Perceptron: d_in must be at least 1, got 0.",
        ),
        (
            lambda p: Perceptron(2.0),
            TypeError,
            "Perceptron: d_in must be a whole number, got 2.0 (float).",
        ),
        (
            lambda p: p.predict([1, 2]),
            ValueError,
            "Perceptron(2): X needs shape (batch, 2), got (2,). "
            "For a single example write X[None, :].",
        ),
        (
            lambda p: p([[1, 2, 3]]),
            ValueError,
            "Perceptron(2): X needs shape (batch, 2), got (1, 3).",
        ),
        (
            lambda p: p(np.ones((2, 3))),
            ValueError,
            "Perceptron(2): X needs shape (batch, 2), got (2, 3). "
            "X looks transposed: rows are examples, so pass X.T.",
        ),
        (
            lambda p: p(7),
            ValueError,
            "Perceptron(2): X needs shape (batch, 2), got ().",
        ),
        (
            lambda p: p.train(np.ones((0, 2)), []),
            ValueError,
            "the batch is empty: X has shape (0, 2).",
        ),
        (
            lambda p: p.train([[1, 2], [3, NAN]], [0, 1]),
            ValueError,
            "X must be finite, found nan at row 1, column 1.",
        ),
        (
            lambda p: p.train([[1, 2], [3]], [0, 1]),
            ValueError,
            "the rows of X have different lengths: 2, 1.",
        ),
        (
            lambda p: p.train(X2, [0]),
            ValueError,
            "t needs shape (2,), one target a row of X; got (1,).",
        ),
        (
            lambda p: p.train(X2, [[0], [1]]),
            ValueError,
            "t needs shape (2,), one target a row of X; got (2, 1).",
        ),
        (
            lambda p: p.train(X2, [0, -1]),
            ValueError,
            "targets must be 0 or 1, found -1 at index 1.",
        ),
        (
            lambda p: p.train(X2, [0.5, 1]),
            ValueError,
            "targets must be 0 or 1, found 0.5 at index 0.",
        ),
        (
            lambda p: p.train(X2, [0, NAN]),
            ValueError,
            "targets must be 0 or 1, found nan at index 1.",
        ),
        (
            lambda p: p.train(X2, ["no", "yes"]),
            TypeError,
            "t must hold real numbers, got dtype <U3.",
        ),
        (
            lambda p: p.train(X2, [0, 1], eta=0),
            ValueError,
            "eta must be positive and finite, got 0.",
        ),
        (
            lambda p: p.train(X2, [0, 1], eta=np.inf),
            ValueError,
            "eta must be positive and finite, got inf.",
        ),
        (
            lambda p: p.train(X2, [0, 1], eta="0.1"),
            TypeError,
            "eta must be a number, got '0.1'.",
        ),
        (
            lambda p: p.train(X2, [0, 1], epochs=0),
            ValueError,
            "train: epochs must be at least 1, got 0.",
        ),
        (
            lambda p: p.train(X2, [0, 1], epochs=2.5),
            TypeError,
            "train: epochs must be a whole number, got 2.5 (float).",
        ),
        (
            lambda p: convergence_bound(X2, [0, 2]),
            ValueError,
            "targets must be 0 or 1, found 2 at index 1.",
        ),
        (
            lambda p: convergence_bound(X2, [0, 1], steps=0),
            ValueError,
            "convergence_bound: steps must be at least 1, got 0.",
        ),
    ],
)
def test_bad_input_is_refused_before_anything_changes(call, error, message):
    p = neuron([1, 2], 3)
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call(p)
    assert repr(p) == "Perceptron(w=[1.0, 2.0], b=3.0)"
