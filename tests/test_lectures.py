"""The numbers and the misprints of the five lectures, each test named after its own.

nlp: an NLP course's slides. ucl: UCL COMP0087. nus: NUS CS2109S, lecture 9. jang: a
note by Hongseo Jang. notes: handwritten notes on a 2-3-1 net. A worked number is
recomputed to the digits that were printed; of a misprint both forms are computed, the
printed one to be false, ours to be true.
"""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise, product

import numpy as np
import pytest

from nnlib import (
    BCE,
    CE,
    MSE,
    SGD,
    Adagrad,
    Adam,
    Dense,
    HalfMSE,
    Heaviside,
    LeakyReLU,
    Linear,
    Network,
    Perceptron,
    ReLU,
    Sigmoid,
    SigmoidBCE,
    Softmax,
    SoftmaxCE,
    SparseAdam,
    Step,
    Tanh,
    Value,
    check_gradients,
    fit,
    gate,
    jacobian_by_rows,
    logistic,
    network_jacobian,
    numerical_gradient,
    numerical_jacobian,
    one_hot,
    softmax,
    stopped,
    value_and_grad,
    vjp,
)

CORNERS, XNOR = gate("XNOR")
σ = logistic


def rng(seed=0):
    return np.random.default_rng(seed)


def rounded(x, digits):
    """As a slide rounds: a half goes up."""
    step = Decimal(1).scaleb(-digits)
    exact = Decimal(repr(float(x))).quantize(step, rounding=ROUND_HALF_UP)
    return float(exact)


def slope(f, x):
    return numerical_gradient(f, x, h=1e-6)


def equal(a, b, tolerance=1e-7):
    return np.allclose(a, b, rtol=tolerance, atol=tolerance)


def example(loss, x=(0.5, 0.6), W=((0.1, 0.7), (0.4, 0.2)), out=None):
    """The 2-2-1 net without biases, one example with target 1: (net, x, t, loss)."""
    layers = [Dense.of(W, [0, 0]), Sigmoid(), Dense.of([[0.55, 0.45]], [0])]
    layers += [out or Sigmoid()]
    return Network(layers), np.array([x]), np.array([[1.0]]), loss


def weights_step(net, loss, x, t, eta):
    """One step on the weights alone: these nets have no biases. Returns (∂u, ∂W)."""
    _, (dW, _, du, _) = value_and_grad(net, loss, x, t)
    net.params[0][...] -= eta * dW
    net.params[2][...] -= eta * du
    return du[0], dW


def weights_loop(loss, eta, *, until, limit=10**5):
    """How many such steps until (1 − ŷ)² falls below `until`."""
    net, x, t, _ = example(loss)
    for step in range(limit):
        if MSE()(net(x), t) < until:
            return step
        weights_step(net, loss, x, t, eta)
    raise AssertionError("never")


# --- one neuron -------------------------------------------------------------------


def test_nlp_weighted_sum_of_069_fires():
    """The inputs are lost; these are two of the ways to get the printed sum."""
    for x, w in (((0.5, 0.6), (0.9, 0.4)), ((0.5, 0.6, 0.1), (0.5, 0.7, 0.2))):
        z = np.dot(x, w)
        assert z == pytest.approx(0.69, abs=1e-12)
        assert Step(0.5)(z) == Step(0)(z - 0.5) == 1


def test_nlp_the_inputs_of_that_sum_cannot_be_recovered():
    tenths = range(1, 11)
    found = [
        (x1, x2, w1, w2)
        for x1, x2 in product(tenths, repeat=2)
        for w1, w2 in product(range(1, 10), repeat=2)
        if x1 != x2 and x1 * w1 + x2 * w2 == 69
    ]
    assert len(found) == 72


def test_ucl_neuron():
    x, w, b = np.array([0.5, 0.6, 0.1]), np.array([0.2, 0.3, 0.9]), 0.5
    z = x @ w + b
    assert z == pytest.approx(0.87, abs=1e-15)
    assert np.r_[1, x] @ np.r_[b, w] == pytest.approx(z, abs=1e-15)
    assert rounded(σ(z), 3) == 0.705
    assert σ(z) == pytest.approx(0.704745698, abs=1e-9)
    assert σ(x @ w - 0.37) == pytest.approx(0.5)


def test_nlp_a_bias_is_power_and_not_speed():
    """Without one only 6 of the 16 gates can be had, AND and NAND not among them."""
    grid = np.arange(-3, 3.1, 0.25)
    with_none = {tuple(Step()(CORNERS @ w)) for w in product(grid, grid)}
    assert len(with_none) == 6
    assert (0, 0, 0, 1) not in with_none
    assert (1, 1, 1, 0) not in with_none
    biases = np.arange(-3.25, 4, 0.5)
    some = {tuple(Step()(CORNERS @ w + b)) for w in product(grid, grid) for b in biases}
    assert len(some) == 14
    assert tuple(XNOR) not in some
    best = max(sum(np.equal(answers, XNOR)) for answers in some)
    assert best == 3


def test_nlp_the_perceptron_rule_needs_a_bias_update():
    X, t = gate("AND")
    fixed, free = Perceptron(2, bias=False), Perceptron(2)
    assert len(list(fixed.train(X, t, epochs=100))) > 100
    assert not np.array_equal(fixed.predict(X), t)
    assert len(list(free.train(X, t))) == 10
    assert np.array_equal(free.predict(X), t)


def test_nlp_from_zero_weights_eta_only_scales():
    X, t = gate("AND")
    runs = [list(Perceptron(2).train(X, t, eta=eta)) for eta in (1, 0.125, 0.1)]
    assert {len(run) for run in runs} == {10}
    assert [c.row for c in runs[0]] == [c.row for c in runs[1]]


@pytest.mark.parametrize(
    ("name", "b", "printed"),
    [
        ("OR", -0.5, [0.377541, 0.622459, 0.622459, 0.817574]),
        ("AND", -1.5, [0.182426, 0.377541, 0.377541, 0.622459]),
    ],
)
def test_nus_or_and_and_by_one_sigmoid_neuron(name, b, printed):
    X, t = gate(name)
    y = Network([Dense.of([[1, 1]], [b]), Sigmoid()])(X)[:, 0]
    np.testing.assert_allclose(y, printed, atol=5e-7)
    assert np.array_equal(y > 0.5, t)
    assert σ(0.0) == 0.5


# --- activations ------------------------------------------------------------------


def test_ucl_the_sigmoid_s_slope_has_no_minus():
    x = np.array([-2, -0.5, 0.7, 2.3])
    true = np.diag(numerical_jacobian(σ, x))
    magnitude = np.exp(-x) / (1 + np.exp(-x)) ** 2
    assert not equal(-magnitude, true)
    assert equal(magnitude, true)
    assert equal(σ(x) * (1 - σ(x)), true)


def test_ucl_one_minus_exp_is_another_function_with_the_same_equation():
    """f = 1/(1 − e^−x) too satisfies f' = f (1 − f): no derivation tells them apart."""

    def printed(x):
        return 1 / (1 - np.exp(-x))

    x = np.array([0.7, 2.3])
    assert printed(0.7) == pytest.approx(1.986, abs=5e-4)
    assert not equal(printed(x), σ(x), 1e-3)
    found = np.diag(numerical_jacobian(printed, x))
    assert equal(found, printed(x) * (1 - printed(x)), 1e-6)


def test_ucl_relu_does_reach_zero():
    assert ReLU()(np.array([[-1.0, 0.0, 2.0]])).tolist() == [[0, 0, 2]]


def test_ucl_saturation_has_two_sides():
    z = np.array([[-10.0, 10.0]])
    slopes = {g: g.derivative(z, g(z)) for g in (Sigmoid(), Tanh())}
    assert all((s < 1e-4).all() for s in slopes.values())
    assert Sigmoid()(z)[0, 0] < 1e-4
    assert Tanh()(z)[0, 0] < -1 + 1e-8


def test_ucl_relu_too_can_have_no_slope():
    z = np.array([[-2.0, 2.0]])
    assert ReLU().derivative(z, ReLU()(z)).tolist() == [[0, 1]]


def test_ucl_tanh_is_a_stretched_sigmoid():
    z = np.linspace(-4, 4, 41)
    assert equal(np.tanh(z), 2 * σ(2 * z) - 1, 1e-14)
    assert Sigmoid().derivative(0, σ(0.0)) == 0.25
    assert Tanh().derivative(0, 0.0) == 1


def test_nus_leaky_relu_is_a_maximum_only_for_slopes_up_to_one():
    z = np.array([[-1.0, 1.0]])
    for a in (0.0, 0.01, 1.0):
        assert np.array_equal(LeakyReLU(a)(z), np.maximum(a * z, z))
    assert not np.array_equal(LeakyReLU(2)(z), np.maximum(2 * z, z))
    assert LeakyReLU(2)(z)[0, 0] == -2


def test_notes_a_step_gives_gradient_descent_nothing_to_do():
    X, t = gate("OR")
    net = Network([Dense.of([[0.2, 0.1]], [-0.35]), Heaviside()])
    value, grads = value_and_grad(net, MSE(), X, t[:, None])
    assert value > 0
    assert not any(g.any() for g in grads)
    assert Heaviside()(np.zeros((1, 1))) == 0.5


# --- layers -----------------------------------------------------------------------


def test_nus_xnor_hidden_layer():
    hidden = Network([Dense.of([[4, 4], [-4, -4]], [-6, 2]), Sigmoid()])
    a = hidden(CORNERS)
    assert [rounded(v, 3) for v in a[:, 0]] == [0.002, 0.119, 0.119, 0.881]
    assert [rounded(v, 3) for v in a[:, 1]] == [0.881, 0.119, 0.119, 0.002]
    z = a.sum(axis=1) - 0.5
    np.testing.assert_allclose(z[:2], [0.383270, -0.261594], atol=5e-7)
    np.testing.assert_allclose(σ(z)[:2], [0.594661, 0.434972], atol=5e-7)
    assert np.array_equal(z > 0, XNOR)
    assert sorted(a.sum(axis=1))[1:3] == pytest.approx([0.238406, 0.883270], abs=5e-7)


def test_nus_the_output_line_of_that_net_runs_through_a_and_not_x():
    printed = CORNERS.sum(axis=1) - 0.5 > 0
    assert not np.array_equal(printed, XNOR)
    assert np.array_equal(printed, gate("OR")[1])


def test_nlp_four_lines_and_a_fifth_perceptron():
    P = rng().uniform(-2, 2, (4000, 2))
    lines = Dense.of([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, 1, 1])
    square = Network([lines, Step(), Dense.of([[1, 1, 1, 1]], [-3.5]), Step()])
    assert np.array_equal(square(P)[:, 0] > 0, (np.abs(P) < 1).all(axis=1))


def test_ucl_number_of_weights():
    n, m = 4, 3
    net = Network.mlp([n, m, 3], hidden=Sigmoid(), rng=rng())
    with_biases = sum(p.size for p in net.params)
    assert (with_biases, with_biases - 3) == (27, m * (n + 4)) == (27, 24)


def test_nus_and_notes_weight_lists():
    for sizes, count in (([3, 3, 2], 15), ([2, 3, 1], 9), ([2, 2, 1], 6)):
        params = Network.mlp(sizes, hidden=Sigmoid(), rng=rng()).params
        assert sum(p.size for p in params[::2]) == count


def test_ucl_linear_layers_collapse_biases_and_all():
    """Not only for the identity, as printed: for any affine activation."""
    net = Network.mlp([5, 2, 4], hidden=Linear(1.7, -0.3), rng=rng())
    (W1, b1, W2, b2), X = net.params, rng(1).normal(size=(6, 5))
    b1 += 0.4
    W = 1.7 * W2 @ W1
    b = W2 @ (1.7 * b1 - 0.3) + b2
    assert equal(net(X), X @ W.T + b, 1e-12)
    assert np.linalg.matrix_rank(W) == 2


def test_nus_weights_are_the_others_transposed():
    W = rng().normal(size=(3, 2))  # from row to column, as printed there
    x = rng(1).normal(size=3)
    ours = Dense.of(W.T, [0, 0])(x[None])[0]
    assert equal(W.T @ x, ours, 1e-14)
    assert equal(ours, [sum(W[j, k] * x[j] for j in range(3)) for k in range(2)], 1e-14)


def test_jang_columns_are_our_rows():
    W, b = rng().normal(size=(2, 3)), rng(1).normal(size=2)
    X = rng(2).normal(size=(7, 3))
    assert equal((W @ X.T + b[:, None]).T, Dense.of(W, b)(X), 1e-14)


def test_ucl_bumps_approximate_a_sine():
    x, rms = np.linspace(0, 2 * np.pi, 2001), []
    for bumps in (5, 10, 20, 40):
        edges = np.linspace(0, 2 * np.pi, bumps + 1)
        heights = np.sin((edges[1:] + edges[:-1]) / 2)
        rise = σ(200 * (x[:, None] - edges))
        error = (rise[:, :-1] - rise[:, 1:]) @ heights - np.sin(x)
        rms.append(rounded(np.sqrt(np.mean(error[20:-20] ** 2)), 4))
    assert rms == [0.2407, 0.1181, 0.0565, 0.0256]


# --- softmax, targets, losses -----------------------------------------------------

SCORES = np.array([[2, -1.99, -0.01]])


def test_ucl_softmax():
    p = softmax(SCORES)[0]
    assert [rounded(v, 3) for v in p] == [0.868, 0.016, 0.116]
    np.testing.assert_allclose(p, [0.867687701, 0.016051974, 0.116260325], atol=1e-9)
    losses = [SoftmaxCE()(SCORES, one_hot([c], 3)) for c in range(3)]
    np.testing.assert_allclose(losses, [0.141923, 4.131923, 2.151924], atol=5e-7)
    assert equal(losses, -np.log(p), 1e-12)


def test_ucl_and_nus_softmax_does_not_reach_its_ends():
    p = softmax(SCORES)
    assert ((p > 0) & (p < 1)).all()


def test_ucl_softmax_of_two_is_a_sigmoid():
    assert softmax(np.array([[1.3, -0.4]]))[0, 0] == pytest.approx(σ(1.7))


def test_nus_one_hot_rows():
    assert one_hot([0, 1, 2], 3).tolist() == np.eye(3).tolist()


def test_notes_an_embedding_is_one_hot_times_a_matrix():
    E = rng().normal(size=(5, 3))
    assert np.array_equal(one_hot([3], 5) @ E, E[3:4])


def test_nus_half_the_squared_error_is_not_the_mse():
    y, t = np.array([[0.8], [0.3], [1.1]]), np.array([[1.0], [0.0], [2.0]])
    N = len(y)
    squares = slope(lambda y: ((y - t) ** 2).sum() / N, y)
    assert equal(MSE().grad(y, t), 2 / N * (y - t))
    assert equal(MSE().grad(y, t), squares)
    assert not equal(MSE().grad(y, t), y - t, 1e-2)  # that of the printed ½ (ŷ − y)²
    assert equal(slope(lambda y: 0.5 * ((y - t) ** 2).sum(), y), y - t)


def test_ucl_binary_cross_entropy_and_its_slopes():
    for t in (0.0, 1.0):
        c = np.array([[0.3]])
        wanted = (c - t) / (c * (1 - c))
        assert equal(BCE().grad(c, [[t]]), wanted)
        v = np.array([[0.4]])
        assert equal(SigmoidBCE().grad(v, [[t]]), σ(v) - t)
    assert BCE()([[0.3]], [[1]]) == CE()([[0.3, 0.7]], [[1, 0]]) == -np.log(0.3)


def test_ucl_minus_log_a_is_the_loss_of_a_positive_example_only():
    assert BCE()([[0.3]], [[1]]) == pytest.approx(-np.log(0.3))
    assert BCE()([[0.3]], [[0]]) != pytest.approx(-np.log(0.3), rel=0.1)


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


def test_nlp_squared_error_of_a_sigmoid_is_no_parabola():
    """It bends down at z = −3 and up at z = 1; cross-entropy bends up everywhere."""

    def bend(f, z, h=1e-3):
        return (f(z + h) - 2 * f(z) + f(z - h)) / h**2

    def squared(z):
        return (1 - σ(z)) ** 2

    assert bend(squared, -3.0) < 0 < bend(squared, 1.0)
    assert all(bend(lambda z: -np.log(σ(z)), z) > 0 for z in (-6.0, -3.0, 0.0, 3.0))


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


def test_nus_the_half_is_half_the_learning_rate():
    ends = []
    for loss, rate in ((MSE(), 0.3), (HalfMSE(), 0.6)):
        net = Network([Dense.of([[0.0]], [0.0])])
        for _ in fit(net, loss, SGD(rate), [[0.5]], [[1.0]], epochs=25):
            pass
        ends.append(net.params[0].item())
    assert ends[0] == pytest.approx(ends[1], rel=1e-12)


# --- gradient descent -------------------------------------------------------------


def parabola(eta, steps):
    """L = (1 − w/2)² from w = 0: where w is after so many steps."""
    w, opt = np.zeros(1), SGD(eta)
    for _ in range(steps):
        opt.step([w], [-(1 - w / 2)])
    return w[0]


def test_ucl_learning_rates_on_a_parabola():
    assert parabola(2, 1) == 2
    assert [parabola(4, k) for k in (1, 2, 3)] == [4, 0, 4]
    assert parabola(4.1, 50) == pytest.approx(-20.93, abs=5e-3)
    assert parabola(3.96, 3000) == pytest.approx(2)
    assert abs(parabola(4.04, 3000)) > 1e6


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
    assert (np.diff(losses) < 0).all()


def test_nlp_a_slope_of_zero_is_not_enough():
    """w³ has it at a bend, w⁴ − 2w² on a hilltop."""
    assert slope(lambda w: w**3, 0.0) == pytest.approx(0, abs=1e-9)
    hill = lambda w: w**4 - 2 * w**2  # noqa: E731 (a formula)
    assert slope(hill, 0.0) == pytest.approx(0, abs=1e-9)
    assert hill(0.1) < hill(0.0)


def test_nlp_the_minimum_is_never_reached():
    """Target 1 and a sigmoid: after 20,000 steps of the example the loss is not 0."""
    net, x, t, loss = example(MSE())
    for _ in range(20_000):
        weights_step(net, loss, x, t, 0.1)
    assert 0 < loss(net(x), t) < 1e-4


def test_nus_small_changes_may_mean_a_plateau():
    """From w = −6 with η = 0.1 the rule stops at once, at a loss of 0.995."""
    w = -6.0
    g = -2 * (1 - σ(w)) * σ(w) * (1 - σ(w))
    assert stopped(1, -0.1 * g, g, small_change=1e-3)
    assert (1 - σ(w + 0.1 * abs(g))) ** 2 == pytest.approx(0.995, abs=5e-4)


def test_nus_all_partials_at_the_old_weights():
    def loss(v):
        return (v[0] * v[1] - 1) ** 2 + 0.1 * v[0] ** 2

    old = np.array([2.0, 1.5])
    together = old - 0.1 * slope(loss, old)
    one_by_one = old.copy()
    for i in range(2):
        one_by_one[i] -= 0.1 * slope(loss, one_by_one)[i]
    assert np.abs(together - one_by_one).max() > 1e-2


def test_ucl_learning_rates_by_orders_of_magnitude():
    """Ten times smaller is ten times slower; 0.001 is Adam's habit, not that of SGD."""
    steps = [weights_loop(MSE(), eta, until=0.01) for eta in (1, 0.1, 0.01)]
    assert steps == [35, 355, 3556]


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


def test_ucl_sparse_adam_is_adam_only_where_every_row_has_a_gradient():
    dense, sparse, rare = Adam(0.1, eps=1e-300), SparseAdam(0.1, eps=1e-300), np.eye(2)
    w, v = np.zeros((2, 2)), np.zeros((2, 2))
    for step in range(2):
        g = np.ones((2, 2)) * rare[step][:, None] + 0.5 * (step == 0)
        dense.step([w], [g])
        sparse.step([v], [g])
    np.testing.assert_allclose(v[1], w[1])
    assert not np.allclose(v[0], w[0], atol=1e-3)


# --- chain rule -------------------------------------------------------------------


def test_ucl_chain_rule_examples():
    assert slope(lambda x: (x**2 + 1) ** 2, 2.0) == pytest.approx(40)
    for a in (0.5, 3.0):
        found = slope(lambda x, a=a: np.log(a * x), 1.7)
        assert found == pytest.approx(0.588235, abs=5e-7)


def test_nlp_and_nus_gears_multiply_and_paths_add():
    """Cheetah, lion, bear, human: 2 · 2 · 1.5 = 6, "1.5 times as fast", not faster."""
    human = Value(1.0)
    bear = human * Value(1.5)
    cheetah = bear * Value(2.0) * Value(2.0)
    cheetah.backward()
    assert human.grad == 6
    assert 2 * 2 * (1 + 1.5) == 10  # the words read literally
    x = Value(0.7)
    square, bent = x * x, x.through(Tanh())
    (square * bent).backward()
    wanted = np.tanh(0.7) * 1.4 + 0.49 * (1 - np.tanh(0.7) ** 2)
    assert x.grad == pytest.approx(wanted)
    assert x.grad != pytest.approx(np.tanh(0.7) * 1.4, rel=1e-2)  # one path alone


# --- backpropagation: the slides' numeric example ---------------------------------


def test_nlp_printed_numbers_of_the_update():
    assert 0.55 - 0.1 * -0.1 == pytest.approx(0.56, abs=1e-12)
    assert 0.45 - 0.1 * -0.095 == pytest.approx(0.4595, abs=1e-12)
    assert rounded((1 - 0.645) ** 2, 3) == 0.126
    assert rounded(0.5 * (1 - 0.645) ** 2, 3) != 0.126  # there is no ½ in it
    assert rounded(-2 * 0.355 * 0.645 * 0.355 * 0.615, 3) == -0.1


def test_nlp_example_in_full_precision():
    """The figure is lost: inputs and first weights are our reconstruction."""
    net, x, t, loss = example(MSE())
    A = net.trace(x)
    np.testing.assert_allclose(A[1], [[0.47, 0.32]], atol=1e-15)
    np.testing.assert_allclose(A[2], [[0.6153837563, 0.5793242521]], atol=5e-11)
    assert A[3].item() == pytest.approx(0.599157, abs=5e-7)
    assert A[4].item() == pytest.approx(0.6454634127, abs=5e-11)
    assert loss(A[4], t) == pytest.approx(0.1256961917, abs=5e-11)
    assert loss.grad(A[4], t).item() == pytest.approx(-0.709073, abs=5e-7)
    du, dW = weights_step(net, loss, x, t, 0.1)
    np.testing.assert_allclose(du, [-0.0998549875, -0.0940038140], atol=5e-11)
    wanted = [[-0.0105616091, -0.0126739309], [-0.0088976527, -0.0106771832]]
    np.testing.assert_allclose(dW, wanted, atol=5e-11)
    wanted = [[0.1010561609, 0.7012673931], [0.4008897653, 0.2010677183]]
    np.testing.assert_allclose(net.params[0], wanted, atol=5e-11)
    np.testing.assert_allclose(
        net.params[2], [[0.5599854987, 0.4594003814]], atol=5e-11
    )
    assert net(x).item() == pytest.approx(0.6481780130, abs=5e-11)
    assert loss(net(x), t) == pytest.approx(0.1237787106, abs=5e-11)
    assert check_gradients(*example(MSE())[:1], MSE(), x, t).error < 1e-6


@pytest.mark.parametrize(
    ("x", "W"),
    [
        ((0.5, 0.6), ((0.1, 0.7), (0.4, 0.2))),
        ((0.3, 0.8), ((0.5, 0.4), (0.8, 0.1))),
        ((0.3, 0.7), ((0.4, 0.5), (0.6, 0.2))),
    ],
)
def test_nlp_the_printed_numbers_come_out_if_one_factor_is_rounded_to_023(x, W):
    net, x, t, loss = example(MSE(), x, W)
    A = net.trace(x)
    h1, h2 = (rounded(a, 3) for a in A[2][0])
    y = rounded(σ(rounded(0.55 * h1 + 0.45 * h2, 4)), 3)
    factor = rounded(y * (1 - y), 2)
    assert (h1, y, factor, rounded((1 - y) ** 2, 3)) == (0.615, 0.645, 0.23, 0.126)
    g5, g6 = (-rounded(2 * (1 - y) * factor * h, 3) for h in (h1, h2))
    assert (g5, g6) == (-0.1, -0.095)
    du, _ = weights_step(net, loss, x, t, 0.1)
    assert [rounded(g, 3) for g in du] == [-0.1, -0.094]
    assert rounded(loss(net(x), t), 3) == 0.124


def test_nlp_minus_0095_is_out_of_reach_without_that_rounding():
    """Whatever the true ŷ and h1 behind .645 and .615: |∂C/∂w6| stays below .0945."""
    y, h1 = np.meshgrid(
        np.linspace(0.6445, 0.6455, 201), np.linspace(0.6145, 0.6155, 51)
    )
    h2 = (np.log(y / (1 - y)) - 0.55 * h1) / 0.45
    largest = (2 * (1 - y) ** 2 * y * h2).max()
    assert largest == pytest.approx(0.0942, abs=5e-5)
    assert largest < 0.0945


def test_nlp_the_first_layer_wants_the_old_output_weights():
    """At η = 5 the trap shows: .05089 instead of .05303."""
    for eta, right, trap in ((0.1, 0.123779, 0.123778), (5, 0.05303, 0.05089)):
        net, x, t, loss = example(MSE())
        twin = example(MSE())[0]
        du, _ = weights_step(net, loss, x, t, eta)
        twin.params[2][...] -= eta * du
        first = example(MSE())[0].trace(x)
        delta = loss.grad(first[4], t) * first[4] * (1 - first[4])
        hidden = delta @ twin.params[2] * first[2] * (1 - first[2])
        twin.params[0][...] -= eta * hidden.T @ x
        assert loss(net(x), t) == pytest.approx(right, abs=1e-5 if eta > 1 else 1e-6)
        assert loss(twin(x), t) == pytest.approx(trap, abs=1e-5 if eta > 1 else 1e-6)


def test_nlp_the_example_trained_on():
    net, x, t, loss = example(MSE())
    curve = []
    for _ in range(1001):
        curve.append(loss(net(x), t))
        weights_step(net, loss, x, t, 0.1)
    assert [rounded(curve[k], 5) for k in (10, 100, 1000)] == [
        0.10817,
        0.03886,
        0.00282,
    ]
    below = [int(np.argmax(np.array(curve) < level)) for level in (0.1, 0.05, 0.01)]
    assert below == [16, 74, 355]


def test_nlp_this_example_cannot_diverge():
    """One example, target 1, inputs above 0: one step lowers C, whatever η is."""
    ends = []
    for eta in (0, 0.1, 1, 10, 100, 1000):
        net, x, t, loss = example(MSE())
        weights_step(net, loss, x, t, eta)
        ends.append(loss(net(x), t))
    assert ends == sorted(ends, reverse=True)


# --- backpropagation: the formulas ------------------------------------------------


def test_ucl_one_neuron_with_minus_log_a():
    x, w = np.array([[0.5, -0.6, 1.1]]), [[0.2, 0.3, -0.9]]
    net = Network([Dense.of(w, [0]), Sigmoid()])
    _, (dw, _) = value_and_grad(net, BCE(), x, [[1.0]])
    assert equal(dw, -(1 - net(x)) * x)


def test_nus_one_neuron_with_half_the_square():
    x = np.array([[0.5, -0.6, 1.1]])
    net = Network([Dense.of([[0.2, 0.3, -0.9]], [0]), Tanh()])
    _, (dw, _) = value_and_grad(net, HalfMSE(), x, [[0.3]])
    y = net(x)
    assert equal(dw, (y - 0.3) * (1 - y**2) * x)


def test_ucl_toy_example():
    """The net of the slides' example, with cross-entropy: 2.185 times the slope."""
    net, x, t, loss = example(BCE())
    assert loss(net(x), t) == pytest.approx(0.437787, abs=5e-7)
    assert loss.grad(net(x), t).item() == pytest.approx(-1.5492745, abs=5e-8)
    c = net(x).item()
    squared = weights_step(example(MSE())[0], MSE(), x, t, 0)[0]
    halved = weights_step(example(MSE())[0], HalfMSE(), x, t, 0)[0]
    a = net.trace(x)[2][0]
    du, dW = weights_step(net, loss, x, t, 0.1)
    np.testing.assert_allclose(du, [-0.218176, -0.205392], atol=5e-7)
    assert equal(du, (c - 1) * a)
    wanted = [[-0.023076, -0.027692], [-0.019441, -0.023329]]
    np.testing.assert_allclose(dW, wanted, atol=5e-7)
    np.testing.assert_allclose(squared / du, 2 * c * (1 - c), rtol=1e-12)
    np.testing.assert_allclose(halved, squared / 2, rtol=1e-12)
    assert net(x).item() == pytest.approx(0.651385, abs=5e-7)
    assert loss(net(x), t) == pytest.approx(0.428654, abs=5e-7)
    assert weights_loop(BCE(), 0.1, until=0.01) == 98


def test_nus_gradients_with_respect_to_values():
    """∂L/∂x1 adds two paths; the product left dangling there is ∂L/∂z1."""
    w, x, t = rng().normal(size=6), np.array([[0.7, -0.4]]), 0.2
    W = np.array([[w[0], w[2]], [w[1], w[3]]])
    layers = [Dense.of(W, [0, 0]), Tanh(), Dense.of([w[4:]], [0]), Tanh()]
    net = Network(layers)
    A = net.trace(x)
    d3 = ((A[4] - t) * (1 - A[4] ** 2)).item()
    d1, d2 = d3 * w[4:] * (1 - A[2][0] ** 2)
    dx = vjp(net, A, A[4] - t)[0]
    assert equal(dx, [d1 * w[0] + d2 * w[1], d1 * w[2] + d2 * w[3]])
    found = slope(lambda x: HalfMSE()(net(x), [[t]]), x)[0]
    assert equal(dx, found)
    assert not equal(dx[0], d1, 1e-3)
    _, (dW, _, du, _) = value_and_grad(net, HalfMSE(), x, [[t]])
    assert equal(dW, np.outer([d1, d2], x[0]))
    assert equal(du, d3 * A[2])


def jang(n=(4, 3, 2)):
    layers = []
    for k, (d_in, d_out) in enumerate(pairwise(n)):
        draw = rng(k)
        W, b = draw.normal(size=(d_out, d_in)), draw.normal(size=d_out)
        layers += [Dense.of(W, b), Sigmoid()]
    net = Network(layers)
    x, y = rng(8).normal(size=(1, n[0])), rng(9).uniform(size=(1, n[-1]))
    A = net.trace(x)
    d2 = (A[4] - y) * A[4] * (1 - A[4])
    return net, x, y, A, d2


def test_jang_delta_recursion():
    net, x, y, A, d2 = jang()
    d1 = d2 @ net.params[2] * A[2] * (1 - A[2])
    dW1, db1, dW2, db2 = value_and_grad(net, HalfMSE(), x, y)[1]
    assert equal(dW2, d2.T @ A[2])
    assert equal(db2, d2[0])
    assert equal(dW1, d1.T @ x)
    assert equal(db1, d1[0])  # missing there


def test_jang_printed_products_do_not_conform():
    net, _, _, A, d2 = jang()
    with pytest.raises(ValueError, match="matmul"):
        d2.T @ A[2].T  # δ a as two columns, (2, 1) (3, 1)
    with pytest.raises(ValueError, match="matmul"):
        net.params[2] @ d2.T  # W δ instead of Wᵀ δ, (2, 3) (2, 1)


def test_jang_a_square_matrix_hides_the_missing_transpose():
    net, _, y, A, d2 = jang((4, 3, 3))
    tail = Network([Sigmoid(), *net.layers[2:]])
    true = slope(lambda z: HalfMSE()(tail(z), y), A[1])
    curve = A[2] * (1 - A[2])
    assert equal(d2 @ net.params[2] * curve, true)
    assert not equal(d2 @ net.params[2].T * curve, true, 1e-3)


def test_jang_and_notes_delta_is_no_plain_error_and_comes_from_behind():
    """δ = ŷ − y only where the output's slope cancels; δ[1] mixes all errors."""
    net, x, y, A, d2 = jang()
    assert not equal(d2, A[4] - y, 1e-3)
    assert equal(SigmoidBCE().grad(A[3], np.round(y)), A[4] - np.round(y))
    d1 = d2 @ net.params[2]
    for k in range(2):
        one = np.zeros_like(d2)
        one[0, k] = d2[0, k]
        assert not equal(one @ net.params[2], d1, 1e-3)
    assert check_gradients(net, HalfMSE(), x, y).error < 1e-6


def notes():
    """The 2-3-1 net of the notes, its parts by their names there; true gradients."""
    w1 = np.array([[0.5, -0.3], [0.8, 0.2], [-0.6, 0.9]])
    w2, x, t = np.array([[0.7, -0.4, 0.3]]), np.array([0.8, -0.5]), 0.9
    net = Network([Dense.of(w1, [0] * 3), Sigmoid(), Dense.of(w2, [0]), Sigmoid()])
    _, (G1, _, G2, _) = value_and_grad(net, MSE(), x[None], [[t]])
    A = net.trace(x[None])
    h, y = A[2][0], A[4].item()
    return w1, w2, x, h, y, t - y, y * (1 - y), h * (1 - h), G1, G2


def test_notes_update_of_the_second_layer_lacks_its_learning_rate():
    *_, h, y, e, slope2, _, _, G2 = notes()
    assert equal(G2, -2 * e * slope2 * h)
    assert equal(-2 * G2, 2 * (2 * e * slope2 * h))  # printed as equal to half of it
    assert not equal(-2 * G2, 2 * e * slope2 * h, 1e-3)
    assert equal(-0.1 * G2, 2 * 0.1 * e * slope2 * h)
    assert slope2 == y * (1 - y)
    assert not equal(slope2, h * (1 - h), 1e-3)  # not of the first layer's outputs


def test_notes_first_layer_takes_row_i():
    """φ'(z_i), z_i = Σ_k w_ik x_k. Printed φ'(w_1j x): wrong in either reading."""
    w1, w2, x, _, _, e, slope2, slope1, G1, _ = notes()

    def bend(z):
        return σ(z) * (1 - σ(z))

    front = -2 * e * slope2 * w2[0]
    assert equal(G1, np.outer(front * slope1, x))
    scalar = np.outer(front, bend(w1[0] * x) * x)
    first_row = np.outer(front * bend(w1[0] @ x), x)
    assert not equal(scalar, G1, 1e-4)
    assert not equal(first_row, G1, 1e-4)
    assert equal(first_row[0], G1[0])


def test_notes_the_pre_activation_has_no_slope_of_its_own_output():
    w1, w2, x, h, _, _, slope2, slope1, _, _ = notes()
    inner = slope(lambda w: (w2 @ σ(w @ x)).item(), w1)
    assert equal(inner, np.outer(w2[0] * slope1, x))
    assert not equal(inner, slope2 * inner, 1e-4)
    outer = slope(lambda w: σ(w @ x)[0], w1)
    assert not equal(outer, h[0] * outer, 1e-4)  # ∂ψ = ψ ∂ψ, as printed


def test_notes_printed_shapes_do_not_conform():
    _, w2, x, _, _, _, _, slope1, G1, _ = notes()
    with pytest.raises(ValueError, match="matmul"):
        np.ones((3, 1)) @ np.ones((1, 2)) @ np.ones((1, 2))
    column = (w2.T * slope1[:, None]) @ x[None]
    assert column.shape == G1.shape == (3, 2)
    assert np.linalg.matrix_rank(np.vstack([column.ravel(), G1.ravel()])) == 1


# --- Jacobians --------------------------------------------------------------------


def test_nlp_many_weights_make_a_row_and_not_a_number():
    net, x, _, _ = example(MSE())
    u = net.params[2]

    def output(w):
        return Network([*net.layers[:2], Dense.of(w[None], [0]), Sigmoid()])(x)[0]

    assert numerical_jacobian(output, u[0]).shape == (1, 2)


def test_nlp_jacobian_is_outputs_by_inputs():
    def f(x):
        return np.array([x[0] ** 2 * x[1], 5 * x[0] + np.sin(x[1])])

    J = numerical_jacobian(f, [0.7, -0.4])
    assert equal(J, [[2 * 0.7 * -0.4, 0.49], [5, np.cos(-0.4)]])
    assert abs(np.linalg.det(J)) == pytest.approx(2.966, abs=5e-4)


def test_ucl_chain_rule_is_ours_transposed():
    """Denominator layout: the inner factor first, entry (i, j) = ∂b_j/∂a_i."""
    net = Network.mlp([4, 3, 2], hidden=Tanh(), out=Sigmoid(), rng=rng())
    x = rng(1).normal(size=(1, 4))
    inner = Network(net.layers[:2])
    outer = Network(net.layers[2:])
    J_a, J_b = network_jacobian(inner, x)[0], network_jacobian(outer, inner(x))[0]
    whole = jacobian_by_rows(net, x)[0]
    assert equal(whole, J_b @ J_a)
    assert equal(whole.T, J_a.T @ J_b.T)


def test_jang_the_derivative_by_a_matrix_has_three_indices():
    """∂z[k]/∂W[i, j] = 1[k = i] x[j], printed there as a vector."""
    W, x = rng().normal(size=(3, 4)), rng(1).normal(size=4)
    found = np.stack([slope(lambda W, k=k: (W @ x)[k], W) for k in range(3)])
    assert equal(found, np.einsum("ki,j->kij", np.eye(3), x))
    assert equal(np.diag(σ(x) * (1 - σ(x))), numerical_jacobian(σ, x))


# --- why things are as they are ---------------------------------------------------


def test_nlp_equal_first_weights_stay_equal():
    hidden = Dense.of([[0.3, 0.3], [0.3, 0.3]], [0.1, 0.1])
    net = Network([hidden, Sigmoid(), Dense.of([[0.2, 0.2]], [0])])
    for _ in fit(net, SigmoidBCE(), SGD(2.0), CORNERS, XNOR[:, None], epochs=2000):
        pass
    W = net.params[0]
    assert equal(W[0], W[1], 1e-9)
    assert not np.array_equal(net(CORNERS)[:, 0] > 0, XNOR)


def test_ucl_gradients_vanish_with_depth_not_only_with_saturation():
    """Ten layers, median norm of ∂L/∂x: sigmoids pass 1,000 times less than ReLUs."""
    sizes = [32] * 11

    def norm(g, seed):
        net = Network.mlp(sizes, hidden=g, out=g, rng=rng(seed))
        A = net.trace(rng(seed + 100).normal(size=(1, 32)))
        return np.linalg.norm(vjp(net, A, np.ones((1, 32)) / 32))

    sigmoid, relu = (
        np.median([norm(g, s) for s in range(9)]) for g in (Sigmoid(), ReLU())
    )
    assert relu / sigmoid > 1000


def test_ucl_class_probabilities_depend_on_every_score():
    """softmax(z)[i] is no function of z[i] alone, as softmax(z_i) would have it."""
    J = Softmax().jacobian(SCORES)[0]
    p = softmax(SCORES)[0]
    assert equal(J, np.diag(p) - np.outer(p, p))
    assert (np.abs(J) > 1e-4).all()
