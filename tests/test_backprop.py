"""Chapter 6: the way back through a network, training, and the scalar graph."""

import warnings
from itertools import chain

import numpy as np
import pytest

from nnlib import (
    BCE,
    MSE,
    SGD,
    Adam,
    Dense,
    Identity,
    Layer,
    Linear,
    Momentum,
    Network,
    ReLU,
    Sigmoid,
    SigmoidBCE,
    SoftmaxCE,
    Tanh,
    Value,
    backward,
    check_gradients,
    digits,
    fit,
    gate,
    numerical_gradient,
    one_hot,
    train_test_split,
    value_and_grad,
)


def rng(seed=0):
    return np.random.default_rng(seed)


def problem(n=6, sizes=(3, 4, 2), seed=0, hidden=None):
    net = Network.mlp(list(sizes), hidden=hidden or Tanh(), rng=rng(seed))
    for p in net.params:
        p += rng(seed + 1).normal(size=p.shape) / 3  # biases that are not 0
    X, T = (
        rng(seed + 2).normal(size=(n, sizes[0])),
        rng(seed + 3).normal(size=(n, sizes[-1])),
    )
    return net, X, T


class Spy(Layer):
    """Passes everything on, and counts the calls of its vjp."""

    def __init__(self):
        self.calls = []

    def __call__(self, x):
        return x

    def vjp(self, x, y, dy):
        self.calls.append(dy)
        return dy

    def grads(self, x, dy):
        self.calls.append(dy)
        return []


# --- backward ---------------------------------------------------------------------


def test_the_recursion_by_hand():
    net, X, T = problem()
    A = net.trace(X)
    W1, b1, W2, _ = net.params
    delta2 = MSE().grad(A[-1], T)
    delta1 = (delta2 @ W2) * (1 - np.tanh(X @ W1.T + b1) ** 2)
    wanted = [delta1.T @ X, delta1.sum(0), delta2.T @ A[2], delta2.sum(0)]
    for found, right in zip(backward(net, A, delta2), wanted, strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-12)


def test_gradients_come_in_the_order_of_the_parameters():
    net, X, T = problem(sizes=(3, 5, 4, 2))
    _, grads = value_and_grad(net, MSE(), X, T)
    assert [g.shape for g in grads] == [p.shape for p in net.params]


def test_the_value_is_the_loss_of_the_output():
    X, T = rng().normal(size=(4, 3)), np.array([[0.0], [1], [1], [0]])
    net = Network.mlp([3, 4, 1], hidden=Tanh(), out=Sigmoid(), rng=rng())
    assert value_and_grad(net, BCE(), X, T)[0] == BCE()(net(X), T)


def test_backward_is_pure():
    net, X, T = problem()
    A, before = net.trace(X), [p.copy() for p in net.params]
    kept, dY = [a.copy() for a in A], MSE().grad(net(X), T)
    first, second = backward(net, A, dY), backward(net, A, dY)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(A, kept, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(net.params, before, strict=True))


def test_nothing_is_computed_upstream_of_the_data():
    before, between = Spy(), Spy()
    net = Network([before, Dense(2, 3, rng=rng()), between, Dense(3, 1, rng=rng())])
    X, T = rng(1).normal(size=(4, 2)), np.ones((4, 1))
    backward(net, net.trace(X), MSE().grad(net(X), T))
    assert len(between.calls) == 2
    assert before.calls == []
    last = Network([Dense(2, 3, rng=rng()), Tanh(), Dense(3, 1, rng=rng())])
    dW, db = backward(last, last.trace(X), np.ones((4, 1)))[2:]
    assert db == [4]
    np.testing.assert_allclose(dW[0], last.trace(X)[2].sum(axis=0))


def test_the_first_dense_layer_is_not_asked_for_its_vjp(monkeypatch):
    asked = []
    monkeypatch.setattr(Dense, "vjp", lambda f, x, y, dy: asked.append(f) or dy @ f.W)
    net, X, T = problem(sizes=(3, 4, 5, 2))
    backward(net, net.trace(X), MSE().grad(net(X), T))
    assert asked == [net.layers[4], net.layers[2]]


def test_a_forward_pass_in_between_changes_nothing():
    net, X, T = problem()
    A = net.trace(X)
    dY = MSE().grad(A[-1], T)
    wanted = backward(net, A, dY)
    net(rng(9).normal(size=(50, 3)))
    found = backward(net, A, dY)
    assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))


def test_a_layer_that_stands_twice_gets_both_gradients():
    twice, bend = Dense(3, 3, rng=rng()), Tanh()
    net = Network([twice, bend, twice, bend, Dense(3, 1, rng=rng(1)), bend, Identity()])
    X, T = rng(2).normal(size=(5, 3)), rng(3).normal(size=(5, 1))
    assert [p.shape for p in net.params] == [(3, 3), (3,), (1, 3), (1,)]
    _, grads = value_and_grad(net, MSE(), X, T)
    for p, g in zip(net.params, grads, strict=True):
        slope = numerical_gradient(lambda _: MSE()(net(X), T), p)
        np.testing.assert_allclose(g, slope, rtol=1e-6, atol=1e-9)
    assert check_gradients(net, MSE(), X, T).error < 1e-6


# --- the check of gradients -------------------------------------------------------


def test_right_gradients_pass_and_nothing_moves():
    net, X, T = problem(sizes=(3, 5, 4, 2))
    before = [p.copy() for p in net.params]
    assert check_gradients(net, MSE(), X, T).error < 1e-6
    assert all(np.array_equal(a, b) for a, b in zip(net.params, before, strict=True))


def test_a_wrong_gradient_is_named(monkeypatch):
    """One part in a thousand, in one entry of one matrix."""
    net, X, T = problem()
    right = Dense.grads

    def wrong(layer, x, dy):
        dW, db = right(layer, x, dy)
        dW[1, 2] *= 1 + 1e-3 * (layer is net.layers[2])
        return [dW, db]

    monkeypatch.setattr(Dense, "grads", wrong)
    worst = check_gradients(net, MSE(), X, T)
    assert worst.name == "layers[2].W[1, 2]"
    gap = abs(worst.backprop - worst.numerical)
    assert worst.error == pytest.approx(gap / (1e-3 + abs(worst.numerical)), rel=1e-9)
    assert 1e-4 < worst.error < 1e-3
    assert worst.backprop == pytest.approx(worst.numerical * (1 + 1e-3))
    assert {type(number) for number in worst[1:]} == {float}


def test_a_nan_is_the_worst(monkeypatch):
    monkeypatch.setattr(Tanh, "derivative", lambda g, z, a: z * np.nan)
    worst = check_gradients(*problem()[:1], MSE(), *problem()[1:])
    assert worst.name.startswith("layers[0].")
    assert np.isnan(worst.error)


# --- splitting --------------------------------------------------------------------


def test_the_split_keeps_pairs_together_and_loses_nothing():
    X, t = np.arange(20.0).reshape(10, 2), np.arange(10)
    parts = train_test_split(X, t, test_size=0.3, rng=rng())
    X_train, X_test, t_train, t_test = parts
    assert [len(part) for part in parts] == [7, 3, 7, 3]
    assert sorted([*t_train, *t_test]) == list(range(10))
    assert np.array_equal(X_train[:, 0] / 2, t_train)
    assert np.array_equal(X_test[:, 0] / 2, t_test)
    assert t_test.tolist() != [0, 1, 2]
    again = train_test_split(X, t, test_size=0.3, rng=rng())
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
    assert len(train_test_split(X, t, rng=rng())[1]) == 2
    assert len(train_test_split(X[:2], t[:2], test_size=0.5, rng=rng())[0]) == 1


# --- fit --------------------------------------------------------------------------


def test_fit_is_gradient_descent():
    net, X, T = problem()
    twin, _, _ = problem()
    for epoch, step, loss in fit(net, MSE(), SGD(0.1), X, T, epochs=3):
        value, grads = value_and_grad(twin, MSE(), X, T)
        assert (epoch, step) == (step, step)
        assert loss == value  # of the weights before the step
        for p, g in zip(twin.params, grads, strict=True):
            p -= 0.1 * g
        np.testing.assert_allclose(net.params[0], twin.params[0], rtol=1e-12)
    assert step == 3


def test_fit_counts_epochs_and_steps():
    net, X, T = problem(n=7)
    run = fit(net, MSE(), SGD(0.1), X, T, epochs=2, batch_size=3, rng=rng())
    assert [(epoch, step) for epoch, step, _ in run] == [
        (1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (2, 6),
    ]  # fmt: skip


def test_an_epoch_takes_every_row_once():
    seen = []

    class Recorder(Spy):
        def __call__(self, x):
            seen.append(x[:, 0].tolist())
            return x

    net = Network([Recorder(), Dense(1, 1, rng=rng())])
    X = np.arange(10.0)[:, None]
    for _ in fit(net, MSE(), SGD(1e-3), X, X, epochs=2, batch_size=4, rng=rng()):
        pass
    batches = seen[1:]  # the first is fit's own look at the whole
    assert [len(batch) for batch in batches] == [4, 4, 2, 4, 4, 2]
    first, second = [*chain(*batches[:3])], [*chain(*batches[3:])]
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    order = rng().permutation(10)
    assert first == order.tolist()


def test_the_last_batch_counts_by_its_own_rows():
    """1/n is the batch's n: a short one is not diluted."""
    net, X, T = problem(n=5)
    run = fit(net, MSE(), SGD(1e-12), X, T, epochs=1, batch_size=3, rng=rng())
    losses = [loss for _, _, loss in run]
    rows = rng().permutation(5)
    assert losses[1] == pytest.approx(MSE()(net(X[rows[3:]]), T[rows[3:]]), rel=1e-9)


def test_a_run_can_be_repeated():
    ends = []
    for _ in range(2):
        net, X, T = problem()
        run = fit(net, MSE(), Adam(0.1), X, T, epochs=4, batch_size=2, rng=rng(5))
        ends.append([loss for _, _, loss in run])
    assert ends[0] == ends[1]


def test_fit_moves_only_when_asked():
    net, X, T = problem()
    before = net.params[0].copy()
    run = fit(net, MSE(), SGD(0.1), X, T, epochs=5)
    assert np.array_equal(net.params[0], before)
    next(run)
    assert not np.array_equal(net.params[0], before)


def test_fit_leaves_numpy_s_warnings_to_the_caller():
    """The errstate of a step must not leak out where the generator rests."""
    net, X, T = problem()
    run = fit(net, MSE(), SGD(0.1), X, T, epochs=5)
    before = np.geterr()
    next(run)
    assert np.geterr() == before
    with pytest.warns(RuntimeWarning, match="divide"):
        np.ones(1) / np.zeros(1)


def test_training_goes_on_with_the_same_optimiser():
    (one, X, T), (two, _, _) = problem(), problem()
    opt, other = Momentum(0.05), Momentum(0.05)
    for _ in fit(one, MSE(), opt, X, T, epochs=6):
        pass
    for _ in range(2):
        for _ in fit(two, MSE(), other, X, T, epochs=3):
            pass
    assert np.array_equal(one.params[0], two.params[0])


def test_a_network_learns_xor():
    X, t = gate("XOR")
    net = Network.mlp([2, 4, 1], hidden=Tanh(), rng=rng(3))
    for _ in fit(net, SigmoidBCE(), Adam(0.05), X, t[:, None], epochs=500):
        pass
    assert ((net(X)[:, 0] > 0) == t).all()


# --- runs that diverge ------------------------------------------------------------


def test_a_learning_rate_too_large_is_named():
    net, X, T = problem(hidden=Linear())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(
            FloatingPointError,
            match=r"^epoch (\d+), step \1: MSE\(\) became (inf|nan): "
            r"try a tenth of the learning rate\.$",
        ):
            for _ in fit(net, MSE(), SGD(1e3), X, T, epochs=10**4):
                pass


def test_a_certain_mistake_is_named():
    """A probability that rounds to 1 against its target: logits are safe."""
    X, T = np.array([[1.0]]), np.array([[0.0]])
    sure = Network([Dense.of([[800.0]], [0.0]), Sigmoid()])
    with pytest.raises(
        FloatingPointError, match=r"^epoch 1, step 1: BCE\(\) .*train on logits"
    ):
        next(fit(sure, BCE(), SGD(0.1), X * 0 + 1e9, T, epochs=1))
    safe = Network([Dense.of([[800.0]], [0.0])])
    assert next(fit(safe, SigmoidBCE(), SGD(1e-3), X, T, epochs=1)) == (1, 1, 800.0)


# --- the digits -------------------------------------------------------------------


def accuracy_on_digits(X, X_test, t, t_test, rng):
    net = Network.mlp([64, 64, 10], hidden=ReLU(), rng=rng)
    T = one_hot(t, 10)
    for _ in fit(
        net, SoftmaxCE(), Adam(0.003), X, T, epochs=30, batch_size=32, rng=rng
    ):
        pass
    return (net(X_test).argmax(axis=1) == t_test).mean()


def test_digits_of_the_same_writers_and_of_others():
    X, t = digits()
    accuracies = []
    for seed in range(5):
        draw = rng(seed)
        parts = train_test_split(X, t, test_size=0.2, rng=draw)
        accuracies.append(accuracy_on_digits(*parts, draw))
    assert np.mean(accuracies) >= 0.975
    cut = len(X) * 4 // 5
    others = accuracy_on_digits(X[:cut], X[cut:], t[:cut], t[cut:], rng())
    assert 0.87 < others < 0.94


# --- the scalar graph -------------------------------------------------------------


def test_two_ways_through_a_graph_add_up():
    x = Value(3.0)
    assert x.grad == 0
    y = x * x + x * Value(5.0)
    assert y.data == 24
    y.backward()
    assert x.grad == 2 * 3 + 5


def test_the_graph_of_the_lecture_s_net_agrees_with_backward():
    """x → z1, z2 → a1, a2 → z3 → ŷ → ½(ŷ − y)², every number a node."""
    W, u, x = rng(0).normal(size=(2, 2)), rng(1).normal(size=2), rng(2).normal(size=2)
    w, v = [[Value(c) for c in row] for row in W], [Value(c) for c in u]
    nodes = [Value(c) for c in x]
    a = [(r[0] * nodes[0] + r[1] * nodes[1]).through(Tanh()) for r in w]
    e = (v[0] * a[0] + v[1] * a[1]).through(Sigmoid()) + Value(-0.2)
    loss = Value(0.5) * e * e
    loss.backward()
    net = Network([Dense.of(W, [0, 0]), Tanh(), Dense.of([u], [0]), Sigmoid()])
    A = net.trace(x[None])
    dW, _, du, _ = backward(net, A, A[-1] - 0.2)
    np.testing.assert_allclose([[c.grad for c in row] for row in w], dW, rtol=1e-12)
    np.testing.assert_allclose([[c.grad for c in v]], du, rtol=1e-12)
    assert loss.data == pytest.approx(0.5 * (A[-1].item() - 0.2) ** 2)


def test_a_second_walk_back_starts_from_zero():
    x = Value(2.0)
    y = x * x
    for _ in range(2):
        y.backward()
        assert x.grad == 4


def test_a_node_waits_for_all_its_arrows():
    """y is used by z and directly: its grad must be whole before it is passed on."""
    x = Value(1.5)
    y = x * x
    z = y.through(Tanh())
    (y * z + z).backward()
    slope = numerical_gradient(lambda x: (x**2 + 1) * np.tanh(x**2), 1.5)
    assert x.grad == pytest.approx(float(slope), rel=1e-8)


def test_a_graph_may_be_long():
    """Recursion would end at a thousand nodes."""
    x = y = Value(1.0)
    for _ in range(30_000):
        y = y + x
    y.backward()
    assert x.grad == 30_001
