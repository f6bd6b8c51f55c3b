"""Of the lectures: the neuron, activations, layers (chapters 1 to 3)."""

from itertools import permutations, product

import numpy as np
import pytest
from lectures import CORNERS, XNOR, covers, equal, rng, rounded, σ

from nnlib import (
    BCE,
    MSE,
    SGD,
    Dense,
    Elementwise,
    Heaviside,
    Identity,
    LeakyReLU,
    Linear,
    Network,
    Perceptron,
    ReLU,
    Sigmoid,
    SoftmaxCE,
    Step,
    Tanh,
    check_gradients,
    convergence_bound,
    fit,
    gate,
    numerical_jacobian,
    one_hot,
    value_and_grad,
    vjp,
)

# --- one neuron -------------------------------------------------------------------


@covers("B1.1", "B1.4")
def test_nlp_weighted_sum_of_069_fires():
    """The inputs are lost; these are six of the ways to get the printed sum."""
    two = [((0.5, 0.6), (0.9, 0.4)), ((0.5, 0.6), (0.3, 0.9))]
    two += [((0.3, 0.8), (0.7, 0.6)), ((0.7, 0.8), (0.3, 0.6))]
    three = [((0.5, 0.6, 0.1), (0.5, 0.7, 0.2)), ((0.5, 0.6, 0.1), (0.4, 0.8, 0.1))]
    for x, w in two + three:
        z = Dense.of([w], [0])(np.array([x])).item()
        assert z == pytest.approx(0.69, abs=1e-12)
        assert Step(0.5)(z) == Step(0)(z - 0.5) == 1


@covers("B1.2", "B1.3")
def test_nlp_the_inputs_of_that_sum_cannot_be_recovered():
    tenths = range(1, 11)
    found = [
        (x1, x2, w1, w2)
        for x1, x2 in product(tenths, repeat=2)
        for w1, w2 in product(range(1, 10), repeat=2)
        if x1 != x2 and x1 * w1 + x2 * w2 == 69
    ]
    assert len(found) == 72
    triples = np.array(list(permutations(range(1, 10), 3)))
    assert (Dense.of(triples, np.zeros(len(triples)))(triples) == 69).sum() == 3048


@covers("B2.1", "B2.2")
def test_ucl_neuron():
    x, w, b = np.array([[0.5, 0.6, 0.1]]), np.array([[0.2, 0.3, 0.9]]), [0.5]
    z = Dense.of(w, b)(x).item()
    assert z == pytest.approx(0.87, abs=1e-15)
    assert (x * w)[0] == pytest.approx([0.10, 0.18, 0.09], abs=1e-15)
    assert np.r_[1, x[0]] @ np.r_[b, w[0]] == pytest.approx(z, abs=1e-15)
    a = Network([Dense.of(w, b), Sigmoid()])(x).item()
    assert rounded(a, 3) == 0.705
    assert a == pytest.approx(0.704745698, abs=1e-9)
    assert Network([Dense.of(w, [-0.37]), Sigmoid()])(x).item() == pytest.approx(0.5)


@covers("E-B4")
def test_nus_of_the_d_plus_1_numbers_the_first_is_always_1():
    """Σ from 0 to d with free x0: a neuron of d inputs refuses it, and says 1 if x0."""
    w, x = np.array([0.5, 0.2, 0.3, 0.9]), np.array([[0.5, 0.6, 0.1]])
    neuron = Network([Dense.of([w[1:]], w[:1]), Sigmoid()])
    assert neuron.d_in == 3
    assert sum(p.size for p in neuron.params) == 4
    with pytest.raises(ValueError, match="3"):
        neuron(np.array([[0.7, 0.5, 0.6, 0.1]]))
    assert neuron(x).item() == pytest.approx(σ(np.r_[1, x[0]] @ w))
    assert neuron(x).item() != pytest.approx(σ(np.r_[0.7, x[0]] @ w), abs=1e-2)


@covers("E-A9")
def test_notes_one_layer_of_sigmoids_is_no_perceptron():
    """Same weights, other answers: logistic regression grades, a perceptron decides."""
    X, t = gate("AND")
    line, one = Perceptron(2), Network([Dense.of([[2, 1]], [-2]), Sigmoid()])
    line.w, line.b = np.array([2.0, 1.0]), -2.0
    assert np.array_equal(line.predict(X), t)
    assert not equal(one(X)[:, 0], line.predict(X), 0.1)
    assert np.array_equal(one(X)[:, 0] > 0.5, line.predict(X))


@covers("E-A6")
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


@covers("E-A6")
@pytest.mark.parametrize("w", [2.0, -0.5])
def test_nlp_a_bias_moves_the_boundary_to_minus_b_over_w(w):
    """A neuron without one says ½ at x = 0 whatever its weight: trained or not."""

    def neuron(b):
        return Network([Dense.of([[w]], [b]), Sigmoid()])

    assert neuron(0)(np.zeros((1, 1))).item() == 0.5
    for b in (-3.0, 1.0):
        assert neuron(b)(np.array([[-b / w]])).item() == 0.5
        assert (neuron(b)(np.zeros((1, 1))).item() > 0.5) == (b > 0)


@covers("E-A6", "E-B5")
def test_nlp_the_perceptron_rule_needs_a_bias_update():
    X, t = gate("AND")
    fixed, free = Perceptron(2, bias=False), Perceptron(2)
    assert len(list(fixed.train(X, t, epochs=100))) > 100
    assert not np.array_equal(fixed.predict(X), t)
    run = list(free.train(X, t))
    assert (len(run), run[-1].epoch) == (10, 5)  # epoch 6 is without a mistake
    assert np.array_equal(free.predict(X), t)


@covers("E-B5")
def test_nlp_the_perceptron_rule_ends_only_if_a_line_separates():
    for name in ("AND", "OR", "NAND"):
        X, t = gate(name)
        assert len(list(Perceptron(2).train(X, t))) <= convergence_bound(X, t) < np.inf
    for name in ("XOR", "XNOR"):
        X, t = gate(name)
        *_, last = Perceptron(2).train(X, t, epochs=1000)
        assert last.epoch == 1000
        assert convergence_bound(X, t) == np.inf


@covers("E-B5")
def test_nlp_from_zero_weights_eta_only_scales():
    X, t = gate("AND")
    runs = [list(Perceptron(2).train(X, t, eta=eta)) for eta in (1, 0.125, 0.1)]
    assert {len(run) for run in runs} == {10}
    assert [c.row for c in runs[0]] == [c.row for c in runs[1]]


@covers("B6", "B7")
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


@covers("E-A1")
def test_ucl_the_sigmoid_s_slope_has_no_minus():
    x = np.array([-2, -0.5, 0.7, 2.3])
    true = np.diag(numerical_jacobian(σ, x))
    magnitude = np.exp(-x) / (1 + np.exp(-x)) ** 2
    assert not equal(-magnitude, true)
    assert equal(magnitude, true)
    assert equal(σ(x) * (1 - σ(x)), true)


@covers("E-A1b")
def test_ucl_one_minus_exp_is_another_function_with_the_same_equation():
    """f = 1/(1 − e^−x) too satisfies f' = f (1 − f): no derivation tells them apart."""

    def printed(x):
        return 1 / (1 - np.exp(-x))

    x = np.array([0.7, 2.3])
    assert printed(0.7) == pytest.approx(1.986, abs=5e-4)
    assert not equal(printed(x), σ(x), 1e-3)
    found = np.diag(numerical_jacobian(printed, x))
    assert equal(found, printed(x) * (1 - printed(x)), 1e-6)


@covers("E-A2")
def test_ucl_relu_does_reach_zero():
    a = ReLU()(np.array([[-1.0, 0.0, 2.0]]))
    assert not (a > 0).all()  # as printed
    assert (a >= 0).all()
    assert a.tolist() == [[0, 0, 2]]


@covers("E-A3")
def test_ucl_saturation_has_two_sides():
    """Flat at −10 as at 10, and there neither of them is about 1, as printed."""
    z = np.array([[-10.0, 10.0]])
    for g, end, flat in ((Sigmoid(), 0, 4.5e-5), (Tanh(), -1, 8.2e-9)):
        a = g(z)
        np.testing.assert_allclose(g.derivative(z, a), [[flat, flat]], rtol=1e-2)
        assert not equal(a, 1, 1e-3)
        assert equal(a, [[end, 1]], 1e-4)


@covers("E-A4")
def test_ucl_relu_too_can_have_no_slope():
    """A unit that is below 0 on all data gets no gradient at all, so it stays there."""
    z = np.array([[-2.0, 2.0]])
    assert ReLU().derivative(z, ReLU()(z)).tolist() == [[0, 1]]
    X, t = rng().uniform(0, 1, (9, 2)), np.ones((9, 1))
    net = Network([Dense.of([[-1, -1]], [-0.1]), ReLU(), Dense.of([[1]], [0.2])])
    _, (dW, db, *_) = value_and_grad(net, MSE(), X, t)
    assert not dW.any()
    assert not db.any()


@covers("E-A4")
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


@covers("E-B28")
def test_ucl_tanh_is_a_stretched_sigmoid():
    z = np.linspace(-4, 4, 41)
    assert equal(np.tanh(z), 2 * σ(2 * z) - 1, 1e-14)
    assert Sigmoid().derivative(0, σ(0.0)) == 0.25
    assert Tanh().derivative(0, 0.0) == 1
    assert equal(np.tanh(z).mean(), 0, 1e-14)  # centred, and σ is not
    assert equal(σ(z).mean(), 0.5, 1e-14)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):  # no head for a probability
        BCE()(np.tanh(z[:, None]), np.ones((41, 1)))


@covers("E-B11")
def test_nus_leaky_relu_is_a_maximum_only_for_slopes_up_to_one():
    z = np.array([[-1.0, 1.0]])
    for a in (0.0, 0.01, 1.0):
        assert np.array_equal(LeakyReLU(a)(z), np.maximum(a * z, z))
    assert not np.array_equal(LeakyReLU(2)(z), np.maximum(2 * z, z))
    assert LeakyReLU(2)(z)[0, 0] == -2


@covers("E-C16")
def test_nus_a_linear_activation_is_the_identity_only_as_z():
    z = np.array([[-1.0, 0.0, 2.0]])
    assert not equal(Linear(2, 0.5)(z), z, 0.1)
    assert not equal(Linear(2, 0.5).derivative(z, z), Identity().derivative(z, z), 0.1)
    assert np.array_equal(Linear(1, 0)(z), Identity()(z))


class SiLU(Elementwise):
    """z σ(z), an activation in wide use that falls for z < −1.28."""

    def __call__(self, x):
        return x * σ(x)

    def derivative(self, z, a):
        return σ(z) * (1 + z * (1 - σ(z)))


@covers("E-B12")
def test_notes_an_activation_may_fall_and_the_step_is_not_even_continuous():
    z = np.linspace(-4, 4, 401)[None]
    assert not (np.diff(SiLU()(z)) >= 0).all()  # non-decreasing, as printed
    net = Network.mlp([2, 4, 1], hidden=SiLU(), rng=rng(1))
    T = XNOR[:, None].astype(float)
    assert check_gradients(net, MSE(), CORNERS, T).error < 1e-6
    for _ in fit(net, MSE(), SGD(0.3), CORNERS, T, epochs=800):
        pass
    assert np.array_equal(net(CORNERS)[:, 0] > 0.5, XNOR)
    jump = Heaviside()(np.array([-1e-300, 0.0, 1e-300]))
    assert jump.tolist() == [0, 0.5, 1]


@covers("E-B27")
def test_nlp_and_notes_a_step_gives_gradient_descent_nothing_to_do():
    X, t = gate("OR")
    net = Network([Dense.of([[0.2, 0.1]], [-0.35]), Heaviside()])
    value, grads = value_and_grad(net, MSE(), X, t[:, None])
    assert value > 0
    assert not any(g.any() for g in grads)
    soft = Network([net.layers[0], Sigmoid()])
    assert all(g.all() for g in value_and_grad(soft, MSE(), X, t[:, None])[1])
    assert Heaviside()(np.zeros((1, 1))) == 0.5


# --- layers -----------------------------------------------------------------------


@covers("B5.1", "B5.2", "B5.3")
def test_nus_xnor_hidden_layer():
    hidden = [Dense.of([[4, 4], [-4, -4]], [-6, 2]), Sigmoid()]
    net = Network([*hidden, Dense.of([[1, 1]], [-0.5]), Sigmoid()])
    _, _, a, z, y = net.trace(CORNERS)
    assert [rounded(v, 3) for v in a[:, 0]] == [0.002, 0.119, 0.119, 0.881]
    assert [rounded(v, 3) for v in a[:, 1]] == [0.881, 0.119, 0.119, 0.002]
    low, middle, high = 0.002472623, 0.119202922, 0.880797078
    np.testing.assert_allclose(a[:, 0], [low, middle, middle, high], atol=5e-10)
    two, one = [0.383270, -0.261594], [0.594661, 0.434972]
    np.testing.assert_allclose(z[:, 0], two + two[::-1], atol=5e-7)
    np.testing.assert_allclose(y[:, 0], one + one[::-1], atol=5e-7)
    assert np.array_equal(z[:, 0] > 0, XNOR)
    assert sorted(a.sum(axis=1))[1:3] == pytest.approx([0.238406, 0.883270], abs=5e-7)
    for threshold, works in ((0.238, 0), (0.239, 1), (0.883, 1), (0.884, 0)):
        assert np.array_equal(a.sum(axis=1) > threshold, XNOR) == works


@covers("E-A7")
def test_nus_the_output_line_of_that_net_runs_through_a_and_not_x():
    line = Network([Dense.of([[1, 1]], [-0.5]), Step()])
    printed = line(CORNERS)[:, 0]
    assert not np.array_equal(printed, XNOR)
    assert np.array_equal(printed, gate("OR")[1])
    a = Network([Dense.of([[4, 4], [-4, -4]], [-6, 2]), Sigmoid()])(CORNERS)
    assert np.array_equal(line(a)[:, 0], XNOR)


@covers("E-B6")
def test_nlp_four_lines_and_a_fifth_perceptron():
    P = rng().uniform(-2, 2, (4000, 2))
    lines = Dense.of([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 1, 1, 1])
    square = Network([lines, Step(), Dense.of([[1, 1, 1, 1]], [-3.5]), Step()])
    assert np.array_equal(square(P)[:, 0] > 0, (np.abs(P) < 1).all(axis=1))


@covers("E-B6")
def test_nlp_the_last_perceptron_cannot_take_one_line_or_the_other():
    """Of two lines neither XOR nor XNOR, for want of a line among the four answers."""
    lines = Network([Dense.of([[1, 0], [0, 1]], [0, 0]), Step()])
    P = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    for name, bound in (("AND", True), ("OR", True), ("XOR", False), ("XNOR", False)):
        fits = convergence_bound(lines(P), gate(name)[1]) < np.inf
        assert fits == bound
    more = Network([*lines.layers, Dense.of([[1, 1], [1, 1]], [-0.5, -1.5]), Step()])
    assert np.array_equal(more(P) @ [1, -1], gate("XOR")[1])


@covers("B10")
def test_ucl_number_of_weights():
    n, m = 4, 3
    net = Network.mlp([n, m, 3], hidden=Sigmoid(), rng=rng())
    with_biases = sum(p.size for p in net.params)
    assert (with_biases, with_biases - 3) == (27, m * (n + 4)) == (27, 24)


@covers("B11.1", "B11.2")
def test_nus_and_notes_weight_lists():
    for sizes, count in (([3, 3, 2], 15), ([2, 3, 1], 9), ([2, 2, 1], 6)):
        params = Network.mlp(sizes, hidden=Sigmoid(), rng=rng()).params
        assert sum(p.size for p in params[::2]) == count


@covers("E-B9")
def test_ucl_linear_layers_collapse_biases_and_all():
    """Not only for the identity, as printed: for any affine activation."""
    net = Network.mlp([5, 2, 4], hidden=Linear(1.7, -0.3), rng=rng())
    (W1, b1, W2, b2), X = net.params, rng(1).normal(size=(6, 5))
    b1 += 0.4
    W = 1.7 * W2 @ W1
    b = W2 @ (1.7 * b1 - 0.3) + b2
    assert equal(net(X), X @ W.T + b, 1e-12)
    assert np.linalg.matrix_rank(W) == 2


@covers("E-B10")
def test_nlp_more_layers_with_nothing_between_them_solve_no_more():
    """XNOR: a deep linear net gets no better than ¼, the best of a single layer."""
    T = XNOR[:, None].astype(float)
    for depth in (1, 2, 5):
        net = Network.mlp([2] * depth + [1], hidden=Identity(), rng=rng(1))
        for _ in fit(net, MSE(), SGD(0.1), CORNERS, T, epochs=500):
            pass
        assert MSE()(net(CORNERS), T) == pytest.approx(0.25, abs=1e-3)
        assert MSE()(net(CORNERS), T) >= 0.25
    bent = Network.mlp([2, 3, 1], hidden=Tanh(), rng=rng(1))
    for _ in fit(bent, MSE(), SGD(0.1), CORNERS, T, epochs=2000):
        pass
    assert MSE()(bent(CORNERS), T) < 0.01


def test_nus_weights_are_the_others_transposed():
    W = rng().normal(size=(3, 2))  # from row to column, as printed there
    x = rng(1).normal(size=3)
    ours = Dense.of(W.T, [0, 0])(x[None])[0]
    assert equal(W.T @ x, ours, 1e-14)
    assert equal(ours, [sum(W[j, k] * x[j] for j in range(3)) for k in range(2)], 1e-14)


@covers("E-C15")
def test_ucl_an_input_without_its_1_does_not_fit_weights_with_biases():
    W, x = rng().normal(size=(3, 5)), rng(1).normal(size=4)
    with pytest.raises(ValueError, match="matmul"):
        W @ x
    assert equal(W @ np.r_[1, x], Dense.of(W[:, 1:], W[:, 0])(x[None])[0], 1e-14)


def test_jang_columns_are_our_rows():
    W, b = rng().normal(size=(2, 3)), rng(1).normal(size=2)
    X = rng(2).normal(size=(7, 3))
    assert equal((W @ X.T + b[:, None]).T, Dense.of(W, b)(X), 1e-14)


@covers("E-B3")
def test_ucl_bumps_approximate_a_sine():
    x, rms = np.linspace(0, 2 * np.pi, 2001), []
    for bumps in (5, 10, 20, 40):
        edges = np.linspace(0, 2 * np.pi, bumps + 1)
        heights = np.sin((edges[1:] + edges[:-1]) / 2)
        rise = σ(200 * (x[:, None] - edges))
        error = (rise[:, :-1] - rise[:, 1:]) @ heights - np.sin(x)
        rms.append(rounded(np.sqrt(np.mean(error[20:-20] ** 2)), 4))
    assert rms == [0.2407, 0.1181, 0.0565, 0.0256]


@covers("E-B30")
def test_jang_and_notes_an_embedding_is_one_hot_times_a_matrix():
    """And it need not be trained before: four words, placed at random, learn theirs."""
    E = rng().normal(size=(5, 3))
    assert np.array_equal(one_hot([3], 5) @ E, E[3:4])
    words, mood = one_hot([0, 1, 2, 3], 4), one_hot([0, 1, 1, 0], 2)
    net = Network([Dense(4, 2, rng=rng(3)), Dense(2, 2, rng=rng(4))])
    before = SoftmaxCE()(net(words), mood)
    for _ in fit(net, SoftmaxCE(), SGD(1.0), words, mood, epochs=200):
        pass
    assert SoftmaxCE()(net(words), mood) < 0.02 < 0.5 < before


@covers("E-C11")
def test_notes_deconvolution_is_the_transpose_and_undoes_nothing():
    """A convolution is a Dense layer with shared weights; its way back is Wᵀ."""
    kernel, n = np.array([0.25, 0.5, 0.25]), 6
    W = np.array([np.r_[np.zeros(k), kernel, np.zeros(n - 3 - k)] for k in range(4)])
    convolution, x = Dense.of(W, np.zeros(4)), rng().normal(size=(1, n))
    y = convolution(x)
    assert equal(y[0], np.convolve(x[0], kernel, "valid"))
    back = convolution.vjp(x, y, y)
    assert back.shape == x.shape
    assert equal(back[0], np.convolve(y[0], kernel[::-1], "full"))
    assert not equal(back, x, 0.1)
