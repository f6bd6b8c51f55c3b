"""Of the lectures: losses and gradient descent (chapters 4 and 5)."""

import numpy as np
import pytest
from lectures import (
    CORNERS,
    XNOR,
    covers,
    equal,
    example,
    rng,
    rounded,
    scalar_run,
    slope,
    weights_loop,
    weights_step,
    σ,
)

from nnlib import (
    BCE,
    CE,
    HEADS,
    MSE,
    SGD,
    Adagrad,
    Adam,
    Dense,
    HalfMSE,
    Momentum,
    Network,
    Sigmoid,
    SigmoidBCE,
    Softmax,
    SoftmaxCE,
    SparseAdam,
    Tanh,
    fit,
    numerical_jacobian,
    one_hot,
    softmax,
    stopped,
    value_and_grad,
)

SCORES = np.array([[2, -1.99, -0.01]])


# --- softmax, targets, losses -----------------------------------------------------


@covers("B3.1", "B3.2", "B3.3")
def test_ucl_softmax():
    e = np.exp(SCORES[0])
    np.testing.assert_allclose(e, [7.389056, 0.136695, 0.990050], atol=5e-7)
    assert e.sum() == pytest.approx(8.515801, abs=5e-7)
    p = softmax(SCORES)[0]
    assert equal(p, e / e.sum(), 1e-14)
    assert [rounded(v, 3) for v in p] == [0.868, 0.016, 0.116]
    assert 0.868 + 0.016 + 0.116 == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(p, [0.867687701, 0.016051974, 0.116260325], atol=1e-9)
    losses = [SoftmaxCE()(SCORES, one_hot([c], 3)) for c in range(3)]
    np.testing.assert_allclose(losses, [0.141923, 4.131923, 2.151924], atol=5e-7)
    assert equal(losses, -np.log(p), 1e-12)


@covers("E-A5")
def test_ucl_and_nus_softmax_does_not_reach_its_ends():
    """The share of the loser is e^−gap of the winner's: small, and never 0."""
    for gap in (0.0, 2.0, 10.0, 36.0):
        p = softmax(np.array([[gap, 0.0]]))[0]
        assert (0 < p).all()
        assert (p < 1).all()
        assert p[1] / p[0] == pytest.approx(np.exp(-gap))
    assert softmax(np.array([[40.0, 0.0]]))[0, 0] == 1  # that is float64's rounding


@covers("E-B37", "E-C5")
def test_ucl_nus_and_notes_class_probabilities_depend_on_every_score():
    """softmax(z)[i] is no function of z[i] alone, as softmax(z_i) would have it."""
    J = Softmax().jacobian(SCORES)[0]
    p = softmax(SCORES)[0]
    assert equal(J, np.diag(p) - np.outer(p, p))
    assert not equal(J, np.diag(np.diag(J)), 1e-3)  # as of a g(z_i)
    assert (np.abs(J) > 1e-4).all()
    assert equal(J, numerical_jacobian(lambda z: softmax(z[None])[0], SCORES[0]))
    alone = softmax(SCORES[0][:, None])[:, 0]
    assert alone.tolist() == [1, 1, 1]


def test_ucl_softmax_of_two_is_a_sigmoid():
    assert softmax(np.array([[1.3, -0.4]]))[0, 0] == pytest.approx(σ(1.7))


@covers("B12")
def test_nus_one_hot_rows():
    assert one_hot([0, 1, 2], 3).tolist() == np.eye(3).tolist()


@covers("E-A10")
def test_nus_and_jang_half_the_squared_error_is_not_the_mse():
    y, t = np.array([[0.8], [0.3], [1.1]]), np.array([[1.0], [0.0], [2.0]])
    N = len(y)
    squares = slope(lambda y: ((y - t) ** 2).sum() / N, y)
    assert equal(MSE().grad(y, t), 2 / N * (y - t))
    assert equal(MSE().grad(y, t), squares)
    assert not equal(MSE().grad(y, t), y - t, 1e-2)  # that of the printed ½ (ŷ − y)²
    assert equal(slope(lambda y: 0.5 * ((y - t) ** 2).sum(), y), y - t)


@covers("E-A19")
def test_nlp_the_n_of_the_mse_counts_examples_and_not_outputs():
    """One output neuron, three examples: n is 3."""
    net = Network([Dense.of([[0.5]], [0.1]), Sigmoid()])
    x, t = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [0.0], [1.0]])
    squares = ((net(x) - t) ** 2).sum()
    assert MSE()(net(x), t) == pytest.approx(squares / len(x))
    assert MSE()(net(x), t) != pytest.approx(squares / net.d_out, rel=0.1)
    assert MSE()(net(x[:1]), t[:1]) == pytest.approx(((net(x) - t) ** 2)[0, 0])


@covers("E-B31")
def test_notes_cross_entropy_is_averaged_as_the_squared_error_is():
    """Summed over the data, as printed, its slope grows with them; ‖·‖² for the MSE."""
    t = one_hot([0, 2], 3)
    Z, T = np.tile(np.vstack([SCORES, -SCORES]), (5, 1)), np.tile(t, (5, 1))
    printed = [-np.log(softmax(z)[T[:k] == 1]).sum() for k, z in ((2, Z[:2]), (10, Z))]
    assert printed[1] == pytest.approx(5 * printed[0])
    assert SoftmaxCE()(Z, T) == pytest.approx(SoftmaxCE()(Z[:2], t))
    assert SoftmaxCE()(Z, T) == pytest.approx(printed[1] / 10)
    assert MSE()(Z, T) == pytest.approx(MSE()(Z[:2], t))
    norms = np.linalg.norm(Z - T, axis=1)
    assert MSE()(Z, T) == pytest.approx((norms**2).mean())


@covers("E-A10")
def test_nus_the_half_is_half_the_learning_rate():
    ends = []
    for loss, rate in ((MSE(), 0.3), (HalfMSE(), 0.6)):
        net = Network([Dense.of([[0.0]], [0.0])])
        for _ in fit(net, loss, SGD(rate), [[0.5]], [[1.0]], epochs=25):
            pass
        ends.append(net.params[0].item())
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)


def test_ucl_binary_cross_entropy_and_its_slopes():
    for t in (0.0, 1.0):
        c = np.array([[0.3]])
        wanted = (c - t) / (c * (1 - c))
        assert equal(BCE().grad(c, [[t]]), wanted)
        v = np.array([[0.4]])
        assert equal(SigmoidBCE().grad(v, [[t]]), σ(v) - t)
    assert BCE()([[0.3]], [[1]]) == CE()([[0.3, 0.7]], [[1, 0]]) == -np.log(0.3)


@covers("E-B14")
def test_ucl_minus_log_a_is_the_loss_of_a_positive_example_only():
    assert BCE()([[0.3]], [[1]]) == pytest.approx(-np.log(0.3))
    assert BCE()([[0.3]], [[0]]) != pytest.approx(-np.log(0.3), rel=0.1)


@covers("E-B16")
def test_nlp_a_smaller_training_loss_may_be_a_worse_model():
    """Ten noisy targets that have nothing to do with ten inputs, learned by heart."""
    X, new_X = rng(0).normal(size=(10, 10)), rng(1).normal(size=(200, 10))
    t, new_t = rng(2).normal(size=(10, 1)), rng(3).normal(size=(200, 1))
    net = Network([Dense.of(np.zeros((1, 10)), [0])])
    before = MSE()(net(X), t), MSE()(net(new_X), new_t)
    for _ in fit(net, MSE(), SGD(0.1), X, t, epochs=2000):
        pass
    after = MSE()(net(X), t), MSE()(net(new_X), new_t)
    assert after[0] < 0.1 * before[0]
    assert after[1] > 1.5 * before[1]


@covers("E-B17")
def test_nus_a_sigmoid_or_tanh_head_cannot_reach_a_target_of_2():
    x, t = np.array([[1.0]]), np.array([[2.0]])
    ends = {}
    for out in (Sigmoid(), Tanh(), HEADS["single-output regression"].out):
        net = Network([Dense.of([[0.5]], [0.5]), out])
        for _ in fit(net, MSE(), SGD(0.1), x, t, epochs=500):
            pass
        ends[str(out)] = MSE()(net(x), t)
    assert ends.pop("Identity()") < 1e-12
    assert min(ends.values()) > 1  # (2 − 1)², for all that the head can give
    assert max(ends.values()) < 1.1


@covers("E-B15")
def test_nlp_why_cross_entropy_is_faster():
    """Confidently wrong, z = −6: the slopes differ 203-fold, the steps 7 to 214."""
    z, t = np.array([[-6.0]]), np.array([[1.0]])
    y = σ(z)
    ce, se = SigmoidBCE().grad(z, t), MSE().grad(y, t) * y * (1 - y)
    assert ce[0, 0] == pytest.approx(-0.99753, abs=5e-6)
    assert ce[0, 0] / se[0, 0] == pytest.approx(202.7, abs=0.05)
    steps = []
    for out, loss in (([], SigmoidBCE()), ([Sigmoid()], MSE())):
        net, one = Network([Dense.of([[0]], [-6]), *out]), np.zeros((1, 1))
        run = fit(net, loss, SGD(1.0), one, t, epochs=1000)
        steps.append(next(n for _, n, _ in run if net.params[1][0] >= 0))
    assert steps == [7, 214]


@covers("E-B18")
def test_nlp_squared_error_of_a_sigmoid_is_no_parabola():
    """It bends down at z = −3 and up at z = 1; cross-entropy bends up everywhere."""

    def bend(f, z, h=1e-3):
        return (f(z + h) - 2 * f(z) + f(z - h)) / h**2

    def squared(z):
        return (1 - σ(z)) ** 2

    def linear(w):
        return MSE()(np.array([[0.5 * w]]), [[1.0]])

    assert bend(squared, -3.0) < 0 < bend(squared, 1.0)
    bends = [bend(linear, w) for w in (-3.0, 0.0, 2.0, 5.0)]
    np.testing.assert_allclose(bends, 2 * 0.5**2, atol=1e-6)  # of ŷ = w x it is one
    assert all(bend(lambda z: -np.log(σ(z)), z) > 0 for z in (-6.0, -3.0, 0.0, 3.0))


@covers("E-A8")
def test_notes_leaving_out_the_one_over_n_changes_the_learning_rate():
    X = rng().normal(size=(100, 2))
    t = (X @ [1.0, -2.0] + 0.1 * rng(1).normal(size=100))[:, None]

    def path(rate, steps=20):
        net = Network([Dense.of([[0, 0]], [0])])
        for _ in fit(net, MSE(), SGD(rate), X, t, epochs=steps):
            pass
        return net.params[0][0]

    total = np.zeros(2)
    for _ in range(20):
        total -= 0.1 * -2 * X.T @ (t[:, 0] - X @ total)
    assert np.abs(total).max() > 1e6
    assert equal(path(0.1, 100), [1, -2], 0.05)
    small = np.zeros(2)
    one = Network([Dense.of([[0, 0]], [0])])
    for _ in range(20):
        small -= 0.1 / 100 * -2 * X.T @ (t[:, 0] - X @ small)
        one.params[0][...] -= 0.1 * value_and_grad(one, MSE(), X, t)[1][0]
    assert equal(one.params[0][0], small, 1e-10)


# --- gradient descent -------------------------------------------------------------


def parabola(eta, steps):
    """L = (1 − w/2)² from w = 0: where w is after so many steps."""
    w, opt = np.zeros(1), SGD(eta)
    for _ in range(steps):
        opt.step([w], [-(1 - w / 2)])
    return w[0]


@covers("E-B22")
def test_ucl_learning_rates_on_a_parabola():
    assert parabola(2, 1) == 2
    assert [parabola(4, k) for k in (1, 2, 3)] == [4, 0, 4]
    assert parabola(4.1, 50) == pytest.approx(-20.93, abs=5e-3)
    assert parabola(3.96, 3000) == pytest.approx(2)
    assert abs(parabola(4.04, 3000)) > 1e6
    bend = slope(lambda w: slope(lambda v: (1 - v / 2) ** 2, w).item(), 0.0)
    assert 2 / bend == pytest.approx(4, rel=1e-3)


@covers("E-A20")
def test_nlp_gradient_descent_lowers_the_loss_and_not_the_slope():
    """On (1 − σ(w))² from w = −6 the slope grows for 212 steps while the loss falls."""
    net, x, t = Network([Dense.of([[0]], [-6]), Sigmoid()]), np.zeros((1, 1)), [[1.0]]
    slopes, losses, opt = [], [], SGD(1.0)
    for _ in range(400):
        value, grads = value_and_grad(net, MSE(), x, t)
        losses.append(value)
        slopes.append(abs(grads[1][0]))
        opt.step(net.params, grads)
    assert np.argmax(slopes) == 212
    assert (rounded(slopes[0], 5), rounded(max(slopes), 5)) == (0.00492, 0.29425)
    assert rounded(max(slopes), 4) == 0.2942
    assert (np.diff(losses) < 0).all()


@covers("E-A11", "E-C1")
def test_nlp_and_notes_backpropagation_alone_changes_nothing():
    """It hands out gradients. What then moves the weights is another's choice."""
    net, x, t, loss = example(MSE())
    before, first = [p.copy() for p in net.params], loss(net(x), t)
    value, grads = value_and_grad(net, loss, x, t)
    assert all(map(np.array_equal, net.params, before))
    assert loss(net(x), t) == value == first  # the printed cycle, without an update
    ends = set()
    for opt in (SGD(0.1), Momentum(0.1, nesterov=True), Adagrad(0.1), Adam(0.05)):
        net, x, t, loss = example(MSE())
        _, again = value_and_grad(net, loss, x, t)
        assert all(map(np.array_equal, again, grads))
        opt.step(net.params, again)
        assert loss(net(x), t) < first
        ends.add(loss(net(x), t))
    assert len(ends) == 4


@covers("E-A11", "E-C13")
def test_notes_the_gradient_of_the_loss_is_that_of_all_examples():
    """The printed update takes the loss over D, yet goes on with a single e."""
    net, _, _, _ = example(MSE())
    X, T = rng().normal(size=(3, 2)), np.array([[1.0], [0.0], [1.0]])
    _, (whole, *_) = value_and_grad(net, MSE(), X, T)
    ones = [
        value_and_grad(net, MSE(), X[i : i + 1], T[i : i + 1])[1][0] for i in (0, 1, 2)
    ]
    assert equal(3 * whole, sum(ones))  # a sum over D is 3 times its mean
    assert not any(equal(3 * whole, one, 1e-3) for one in ones)


@covers("E-B21")
def test_nlp_a_slope_of_zero_is_not_enough():
    """w³ has it at a bend, w⁴ − 2w² on a hilltop."""
    assert slope(lambda w: w**3, 0.0) == pytest.approx(0, abs=1e-9)
    hill = lambda w: w**4 - 2 * w**2  # noqa: E731 (a formula)
    assert slope(hill, 0.0) == pytest.approx(0, abs=1e-9)
    assert hill(0.1) < hill(0.0)


@covers("E-B21")
def test_nlp_the_minimum_is_never_reached():
    """Target 1 and a sigmoid: after 20,000 steps of the example the loss is not 0."""
    net, x, t, loss = example(MSE())
    for _ in range(20_000):
        weights_step(net, loss, x, t, 0.1)
    assert 0 < loss(net(x), t) < 1e-4


@covers("E-B21")
def test_nus_small_changes_may_mean_a_plateau():
    """From w = −6 with η = 0.1 the rule stops at once, at a loss of 0.995."""
    w = -6.0
    g = -2 * (1 - σ(w)) * σ(w) * (1 - σ(w))
    assert stopped(1, -0.1 * g, g, small_change=1e-3)
    assert (1 - σ(w + 0.1 * abs(g))) ** 2 == pytest.approx(0.995, abs=5e-4)


@covers("E-B19")
def test_nus_all_partials_at_the_old_weights():
    def loss(v):
        return (v[0] * v[1] - 1) ** 2 + 0.1 * v[0] ** 2

    old = np.array([2.0, 1.5])
    together = old - 0.1 * slope(loss, old)
    one_by_one = old.copy()
    for i in range(2):
        one_by_one[i] -= 0.1 * slope(loss, one_by_one)[i]
    assert np.abs(together - one_by_one).max() > 1e-2


@covers("E-B22")
def test_ucl_learning_rates_by_orders_of_magnitude():
    """Ten times smaller is ten times slower; 0.001 is Adam's habit, not that of SGD."""
    steps = [weights_loop(MSE(), eta, until=0.01) for eta in (1, 0.1, 0.01)]
    assert steps == [35, 355, 3556]
    below = (C < 0.01 for C in scalar_run(0.001))
    assert next(n for n, there in enumerate(below) if there) == 35565


@covers("E-B23")
def test_ucl_what_adaptive_optimisers_keep():
    """Averages of g and g², not how g changes: a constant g leaves m = g, v = g²."""
    w, adam = np.zeros(1), Adam(0.1)
    for _ in range(20_000):
        adam.step([w], [np.array([3.0])])
    m, v = adam.state[0]
    assert (m[0], v[0]) == pytest.approx((3, 9), rel=1e-6)
    for opt in (Adam(0.1), Adagrad(0.1)):
        w = np.zeros(2)
        opt.step([w], [np.array([1e-3, -1e3])])
        np.testing.assert_allclose(w, [-0.1, 0.1], rtol=1e-4)


@covers("E-B23")
def test_ucl_sparse_adam_is_adam_only_where_every_row_has_a_gradient():
    dense, sparse, rare = Adam(0.1, eps=1e-300), SparseAdam(0.1, eps=1e-300), np.eye(2)
    w, v = np.zeros((2, 2)), np.zeros((2, 2))
    for step in range(2):
        g = np.ones((2, 2)) * rare[step][:, None] + 0.5 * (step == 0)
        dense.step([w], [g])
        sparse.step([v], [g])
    np.testing.assert_allclose(v[1], w[1])
    assert not np.allclose(v[0], w[0], atol=1e-3)


def test_nlp_equal_first_weights_stay_equal():
    hidden = Dense.of([[0.3, 0.3], [0.3, 0.3]], [0.1, 0.1])
    net = Network([hidden, Sigmoid(), Dense.of([[0.2, 0.2]], [0])])
    for _ in fit(net, SigmoidBCE(), SGD(2.0), CORNERS, XNOR[:, None], epochs=2000):
        pass
    W = net.params[0]
    assert equal(W[0], W[1], 1e-9)
    assert not np.array_equal(net(CORNERS)[:, 0] > 0, XNOR)
