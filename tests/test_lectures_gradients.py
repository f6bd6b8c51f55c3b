"""Of the lectures: backpropagation and Jacobians (chapters 6 and 7)."""

from decimal import ROUND_DOWN
from itertools import islice, pairwise, product

import numpy as np
import pytest
from lectures import (
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
    MSE,
    Dense,
    HalfMSE,
    Network,
    Sigmoid,
    SigmoidBCE,
    SoftmaxCE,
    Tanh,
    Value,
    check_gradients,
    jacobian_by_rows,
    network_jacobian,
    numerical_jacobian,
    one_hot,
    softmax,
    value_and_grad,
    vjp,
)

# --- chain rule -------------------------------------------------------------------


@covers("B9.1", "B9.2")
def test_ucl_chain_rule_examples():
    """Both printed derivatives; the first also by the library's own chain rule."""
    x = Value(2.0)
    inner = x * x + Value(1.0)
    (inner * inner).backward()
    assert x.grad == 2 * (2**2 + 1) * 2 * 2 == 40
    assert slope(lambda x: (x**2 + 1) ** 2, 2.0) == pytest.approx(40)
    for a in (0.5, 3.0):
        found = slope(lambda x, a=a: np.log(a * x), 1.7)
        assert found == pytest.approx(0.588235, abs=5e-7)
        assert found == pytest.approx(1 / 1.7)


@covers("B8", "E-B24")
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


@covers("E-B25")
def test_nus_where_reversed_arrows_meet_they_add():
    """And g' is taken at the z of the way forward: the recipe is silent on both."""
    x, w = Value(0.7), [Value(v) for v in (0.4, -0.6, 1.1, 0.9)]
    z1, z2 = x * w[0], x * w[1]
    y = (z1.through(Tanh()) * w[2] + z2.through(Tanh()) * w[3]).through(Tanh())
    y.backward()

    def forward(v):
        inner = 1.1 * np.tanh(0.4 * v) + 0.9 * np.tanh(-0.6 * v)
        return np.tanh(inner)

    paths = [z.grad * v.data for z, v in ((z1, w[0]), (z2, w[1]))]
    assert x.grad == pytest.approx(sum(paths))
    assert x.grad == pytest.approx(slope(forward, 0.7).item())
    assert not any(equal(x.grad, path, 1e-2) for path in paths)  # not the last to come
    inner = 1.1 * np.tanh(0.28) + 0.9 * np.tanh(-0.42)
    stored, elsewhere = 1 - np.tanh([inner, 0.0]) ** 2
    assert equal(z1.grad, stored * 1.1 * (1 - np.tanh(0.28) ** 2))
    assert not equal(z1.grad, elsewhere * 1.1 * (1 - np.tanh(0.28) ** 2), 1e-3)


@covers("E-C4")
def test_ucl_the_slope_of_the_loss_by_the_output_is_not_1():
    a = np.array([[0.705]])
    assert BCE().grad(a, [[1]]) == pytest.approx(-1 / 0.705)
    assert BCE().grad(a, [[1]]) == pytest.approx(slope(lambda a: -np.log(a).item(), a))
    assert BCE().grad(a, [[1]]) != pytest.approx(1, abs=0.1)


@covers("E-C7")
def test_ucl_and_nus_one_weight_takes_one_term_of_the_sum():
    """∂(Σ_i u_i a_i)/∂u_i, with the i of the sum in both places, would be Σ a_i."""
    net, x, _, _ = example(MSE())
    a = net.trace(x)[2]
    (du, _) = net.layers[2].grads(a, np.ones((1, 1)))
    assert equal(du, a)
    assert not equal(du, np.full_like(a, a.sum()), 0.1)
    da = net.layers[2].vjp(a, net.layers[2](a), np.ones((1, 1)))
    assert equal(da, [[0.55, 0.45]])
    assert not equal(da, np.full_like(da, 0.55 + 0.45), 0.1)


# --- backpropagation: the slides' numeric example ---------------------------------


@covers("B4.1", "B4.2", "B13.1", "B13.2")
def test_nlp_printed_numbers_of_the_update():
    assert 0.55 - 0.1 * -0.1 == pytest.approx(0.56, abs=1e-12)
    assert 0.45 - 0.1 * -0.095 == pytest.approx(0.4595, abs=1e-12)
    assert rounded((1 - 0.645) ** 2, 3) == 0.126
    y, t = np.array([[0.645]]), np.array([[1.0]])
    assert MSE()(y, t) == pytest.approx(0.126025, abs=1e-12)
    assert rounded(HalfMSE()(y, t), 3) == 0.063  # there is no ½ in the printed C
    factors = MSE().grad(y, t).item(), Sigmoid().derivative(0, y).item(), 0.615
    np.testing.assert_allclose(factors, [-0.71, 0.228975, 0.615], atol=1e-12)
    assert np.prod(factors) == pytest.approx(-0.099982, abs=5e-7)
    assert rounded(np.prod(factors), 3) == -0.1


def logit(p):
    return np.log(p / (1 - p))


@covers("B4.3", "B4.4")
def test_nlp_what_the_printed_activations_pin_down():
    z1 = logit(np.array([0.6145, 0.6155]))
    np.testing.assert_allclose(z1, [0.46627, 0.47049], atol=1e-5)
    two_decimals = np.arange(100) / 100
    fits = [rounded(h, 3) == 0.615 for h in Sigmoid()(two_decimals)]
    assert two_decimals[fits].tolist() == [0.47]
    z3 = logit(np.array([0.6445, 0.6455]))
    np.testing.assert_allclose(z3, [0.59495, 0.59932], atol=1e-5)
    h2 = (z3 - 0.55 * np.array([0.6155, 0.6145])) / 0.45
    np.testing.assert_allclose(h2, [0.5698, 0.5808], atol=5e-5)
    np.testing.assert_allclose(logit(h2), [0.281, 0.326], atol=5e-4)


def slide(h2, *, cut=False, slope_digits=None, product_digits=None):
    """ŷ, C, ∂C/∂w5, ∂C/∂w6 as a slide with h1 = .615 would print them."""
    y = rounded(σ(0.55 * 0.615 + 0.45 * h2), 3, *[ROUND_DOWN] * cut)
    bend = Sigmoid().derivative(0, y)
    bend = rounded(bend, slope_digits) if slope_digits else bend
    delta = MSE().grad([[y]], [[1]]).item() * bend
    delta = rounded(delta, product_digits) if product_digits else delta
    gradients = [rounded(delta * h, 3) for h in (0.615, h2)]
    return [y, rounded(MSE()([[y]], [[1]]), 3), *gradients]


WAYS = [
    ({"slope_digits": 2}, 0.5787, 0.5801, [0.32]),
    ({"product_digits": 3}, 0.5798, 0.5801, []),
    ({"cut": True}, 0.5813, 0.5850, [0.33, 0.34]),
    ({"cut": True, "slope_digits": 3}, 0.5813, 0.5850, [0.33, 0.34]),
    ({"cut": True, "slope_digits": 2}, 0.5787, 0.5848, [0.32, 0.33, 0.34]),
    ({}, None, None, []),
    ({"slope_digits": 3}, None, None, []),
    ({"product_digits": 2}, None, None, []),
]


@covers("B4.6", "B4.5")
@pytest.mark.parametrize(("way", "low", "high", "two_decimals"), WAYS)
def test_nlp_roundings_behind_the_printed_numbers(way, low, high, two_decimals):
    """Eight ways to round, every h2 of four decimals: only these give all of them."""
    printed = [0.645, 0.126, -0.1, -0.095]
    h2 = [h / 10_000 for h in range(5500, 6100) if slide(h / 10_000, **way) == printed]
    assert (h2[0], h2[-1]) == (low, high) if h2 else low is None
    z2 = np.arange(25, 45) / 100
    assert [z for z in z2 if slide(σ(z), **way) == printed] == two_decimals


def nets(z2, step=10):
    """All x = (x1, x2) and W = ((w1, w2), (w3, w4)) with z1 = .47 and this z2.

    x1 ≠ x2 in tenths up to 1; weights from 1/step up, below 1."""
    weights = list(product(range(1, step), repeat=2))
    found = []
    for x1, x2 in product(range(1, 11), repeat=2):
        first, second = (
            [(u / step, v / step) for u, v in weights if x1 * u + x2 * v == goal]
            for goal in (round(47 * step / 10), round(z2 * 10 * step))
        )
        found += [((x1 / 10, x2 / 10), W) for W in product(first, second) if x1 != x2]
    return found


@covers("B4.10", "B4.16")
@pytest.mark.parametrize(
    ("z2", "tenths", "unequal", "twentieths", "low", "high"),
    [
        (0.32, 74, 30, 732, 0.12374, 0.12381),
        (0.33, 82, 48, 776, 0.12356, 0.12363),
        (0.34, 82, 60, 766, 0.12335, 0.12344),
    ],
)
def test_nlp_the_net_is_lost_but_its_next_error_is_not(
    z2, tenths, unequal, twentieths, low, high
):
    found = nets(z2)
    assert len(found) == tenths
    assert sum(len({*W[0], *W[1]}) == 4 for _, W in found) == unequal
    assert len(nets(z2, step=20)) == twentieths
    errors, outputs = [], []
    for given, W in found:
        net, x, t, loss = example(MSE(), given, W)
        np.testing.assert_allclose(net.layers[0](x), [[0.47, z2]], atol=1e-12)
        weights_step(net, loss, x, t, 0.1)
        errors.append(loss(net(x), t))
        outputs.append(net(x).item())
    assert (rounded(min(errors), 5), rounded(max(errors), 5)) == (low, high)
    ends = [rounded(y, 5) for y in (min(outputs), max(outputs))]
    printed = {0.32: [0.64814, 0.64823], 0.33: [0.6484, 0.64849]}
    assert ends == printed.get(z2, [0.64865, 0.64879])


@covers("B4.8", "B4.9")
@pytest.mark.parametrize(
    ("x", "W", "wanted", "printed"),
    [
        (
            (0.5, 0.3),
            ((0.7, 0.4), (0.6, 0.1)),
            [0.47, 0.33, 0.581759, 0.600253, 0.645714, 0.125518],
            [0.646, 0.126, -0.1, -0.094],
        ),
        (
            (0.3, 0.8),
            ((0.5, 0.4), (0.6, 0.2)),
            [0.47, 0.34, 0.584191, 0.601347, 0.645964, 0.125341],
            [0.646, 0.125, -0.1, -0.095],
        ),
    ],
)
def test_nlp_two_more_nets_if_the_slide_cut_digits_off(x, W, wanted, printed):
    """Half-up, each prints one number or two wrong; with ŷ cut to .645 none."""
    net, x, t, loss = example(MSE(), x, W)
    _, z, h, z3, y = (a[0] for a in net.trace(x))
    found = [*z, h[1], *z3, *y, loss(y[None], t)]
    np.testing.assert_allclose(found, wanted, atol=5e-7)
    assert slide(rounded(h[1], 3), cut=True) == [0.645, 0.126, -0.1, -0.095]
    du, _ = weights_step(net, loss, x, t, 0.1)
    assert [rounded(v, 3) for v in (*found[-2:], *du)] == printed


@covers("B4.11", "B4.12")
def test_nlp_example_in_full_precision():
    """The figure is lost: inputs and first weights are our reconstruction."""
    net, x, t, loss = example(MSE())
    _, z, h, z3, y = net.trace(x)
    np.testing.assert_allclose(z, [[0.47, 0.32]], atol=1e-15)
    np.testing.assert_allclose(h, [[0.6153837563, 0.5793242521]], atol=5e-11)
    assert z3.item() == pytest.approx(0.599157, abs=5e-7)
    assert y.item() == pytest.approx(0.6454634127, abs=5e-11)
    assert loss(y, t) == pytest.approx(0.1256961917, abs=5e-11)
    assert loss.grad(y, t).item() == pytest.approx(-0.709073, abs=5e-7)
    assert Sigmoid().derivative(z3, y).item() == pytest.approx(0.228840, abs=5e-7)
    delta3 = Sigmoid().vjp(z3, y, loss.grad(y, t))
    assert delta3.item() == pytest.approx(-0.162265, abs=5e-7)
    delta = vjp(Network(net.layers[1:]), [z, h, z3, y], loss.grad(y, t))
    np.testing.assert_allclose(delta, [[-0.021123, -0.017795]], atol=5e-7)
    assert equal(delta, delta3 * [0.55, 0.45] * h * (1 - h), 1e-14)  # never printed
    du, dW = weights_step(net, loss, x, t, 0.1)
    np.testing.assert_allclose(du, [-0.0998549875, -0.0940038140], atol=5e-11)
    wanted = [[-0.0105616091, -0.0126739309], [-0.0088976527, -0.0106771832]]
    np.testing.assert_allclose(dW, wanted, atol=5e-11)
    assert equal(dW, delta.T @ x, 1e-14)
    assert check_gradients(example(MSE())[0], MSE(), x, t).error < 1e-6


@covers("B4.13", "B4.14")
def test_nlp_example_after_one_update():
    net, x, t, loss = example(MSE())
    before = loss(net(x), t)
    du, _ = weights_step(net, loss, x, t, 0.1)
    wanted = [[0.1010561609, 0.7012673931], [0.4008897653, 0.2010677183]]
    np.testing.assert_allclose(net.params[0], wanted, atol=5e-11)
    wanted = [[0.5599854987, 0.4594003814]]
    np.testing.assert_allclose(net.params[2], wanted, atol=5e-11)
    _, z, h, z3, y = net.trace(x)
    np.testing.assert_allclose(z, [[0.471289, 0.321086]], atol=5e-7)
    np.testing.assert_allclose(h, [[0.615689, 0.579589]], atol=5e-7)
    assert z3.item() == pytest.approx(0.611040, abs=5e-7)
    assert y.item() == pytest.approx(0.6481780130, abs=5e-11)
    assert loss(y, t) == pytest.approx(0.1237787106, abs=5e-11)
    assert before - loss(y, t) == pytest.approx(0.001917, abs=1e-6)
    part = example(MSE())[0]
    part.params[2][...] -= 0.1 * du
    assert loss(part(x), t) == pytest.approx(0.123826, abs=5e-7)


@covers("B4.7")
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


@covers("B4.5", "E-A21")
def test_nlp_minus_0095_is_out_of_reach_without_that_rounding():
    """Whatever the true ŷ and h1 behind .645 and .615: |∂C/∂w6| stays below .0945."""
    y, h1 = np.meshgrid(
        np.linspace(0.6445, 0.6455, 201), np.linspace(0.6145, 0.6155, 51)
    )
    h2 = (np.log(y / (1 - y)) - 0.55 * h1) / 0.45
    largest = (2 * (1 - y) ** 2 * y * h2).max()
    assert largest == pytest.approx(0.0942, abs=5e-5)
    assert largest < 0.0945


@covers("B4.15", "E-B19")
def test_nlp_the_first_layer_wants_the_old_output_weights():
    """At η = 5 the trap shows: .05089 instead of .05303."""
    runs = ((0.1, 0.12377871, 0.12377781, 5e-9), (5, 0.05303, 0.05089, 5e-6))
    for eta, right, trap, digits in runs:
        net, x, t, loss = example(MSE())
        twin = example(MSE())[0]
        du, _ = weights_step(net, loss, x, t, eta)
        twin.params[2][...] -= eta * du
        first = example(MSE())[0].trace(x)
        delta = loss.grad(first[4], t) * first[4] * (1 - first[4])
        hidden = delta @ twin.params[2] * first[2] * (1 - first[2])
        twin.params[0][...] -= eta * hidden.T @ x
        assert loss(net(x), t) == pytest.approx(right, abs=digits)
        assert loss(twin(x), t) == pytest.approx(trap, abs=digits)


@covers("B4.17")
def test_nlp_the_example_trained_on():
    net, x, t, loss = example(MSE())
    curve = []
    for _ in range(3000):
        curve.append(loss(net(x), t))
        weights_step(net, loss, x, t, 0.1)
    ends = [rounded(curve[k], 5) for k in (10, 100, 1000)]
    assert ends == [0.10817, 0.03886, 0.00282]
    levels = np.array([[0.1], [0.05], [0.01], [0.001]])
    assert (curve < levels).argmax(axis=1).tolist() == [16, 74, 355, 2382]
    np.testing.assert_allclose(curve, [*islice(scalar_run(0.1), 3000)], rtol=1e-10)
    (late,) = islice(scalar_run(0.1), 200_000, 200_001)
    assert late == pytest.approx(7.8e-6, abs=5e-8)


@covers("E-B36")
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


@covers("B4b.1", "B4b.2", "B4b.3", "B4b.4", "B4b.5")
def test_ucl_toy_example():
    """The net of the slides' example, with cross-entropy: 2.185 times the slope."""
    net, x, t, loss = example(BCE())
    assert loss(net(x), t) == pytest.approx(0.437787, abs=5e-7)
    assert loss.grad(net(x), t).item() == pytest.approx(-1.5492745, abs=5e-8)
    _, _, (a,), v, (c,) = net.trace(x)
    np.testing.assert_allclose(a, [0.615384, 0.579324], atol=5e-7)
    assert v.item() == pytest.approx(0.599157, abs=5e-7)
    assert c == pytest.approx(0.645463, abs=5e-7)
    assert Sigmoid().derivative(v, c).item() == pytest.approx(0.228840, abs=5e-7)
    assert SigmoidBCE().grad(v, t).item() == pytest.approx(-0.354537, abs=5e-7)
    assert loss.grad(c[None], t) * c * (1 - c) == pytest.approx(c[None] - 1)
    squared = weights_step(example(MSE())[0], MSE(), x, t, 0)[0]
    halved = weights_step(example(MSE())[0], HalfMSE(), x, t, 0)[0]
    du, dW = weights_step(net, loss, x, t, 0.1)
    np.testing.assert_allclose(du, [-0.218176, -0.205392], atol=5e-7)
    assert equal(du, (c - 1) * a)
    wanted = [[-0.023076, -0.027692], [-0.019441, -0.023329]]
    np.testing.assert_allclose(dW, wanted, atol=5e-7)
    ratio = squared / du
    np.testing.assert_allclose(ratio, [2 * c.item() * (1 - c.item())] * 2, rtol=1e-12)
    np.testing.assert_allclose(ratio, 0.4577, atol=5e-5)
    np.testing.assert_allclose(1 / ratio, 2.185, atol=5e-4)
    np.testing.assert_allclose(halved, squared / 2, rtol=1e-12)
    assert net(x).item() == pytest.approx(0.651385, abs=5e-7)
    assert loss(net(x), t) == pytest.approx(0.428654, abs=5e-7)
    steps = [weights_loop(loss, 0.1, until=0.01) for loss in (BCE(), MSE())]
    assert steps == [98, 355]


@covers("B14")
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_ucl_toy_example_s_symbols(y):
    """Its four factors, and their products, for any weights and both targets."""
    W, u, x = rng(1).normal(size=(2, 2)), rng(2).normal(size=2), rng(3).normal(size=2)
    net = Network([Dense.of(W, [0, 0]), Sigmoid(), Dense.of([u], [0]), Sigmoid()])
    _, z, (a,), v, c = net.trace(x[None])
    c = c.item()
    assert equal(BCE().grad([[c]], [[y]]), (c - y) / (c * (1 - c)))
    assert equal(slope(lambda v: σ(v).item(), v), c * (1 - c))
    assert equal(slope(lambda a: (u @ a).item(), a), u)
    assert equal(np.diag(numerical_jacobian(σ, z[0])), a * (1 - a))
    for i in (0, 1):
        by_row = slope(lambda W, i=i: (W @ x)[i], W)
        assert equal(by_row, np.outer(np.eye(2)[i], x))
    _, (dW, _, du, _) = value_and_grad(net, BCE(), x[None], [[y]])
    assert equal(du, (c - y) * a)
    assert equal(dW, np.outer((c - y) * u * a * (1 - a), x))
    assert check_gradients(net, BCE(), x[None], [[y]]).error < 1e-6


@covers("E-B34")
def test_ucl_with_two_outputs_the_five_factors_are_summed():
    net = Network.mlp([3, 4, 2], hidden=Sigmoid(), out=Sigmoid(), rng=rng())
    x, t = rng(1).normal(size=(1, 3)), np.array([[1.0, 0.0]])
    _, (dW, *_) = value_and_grad(net, BCE(), x, t)
    _, _, (a,), _, (y,) = net.trace(x)
    factors = BCE().grad(y[None], t)[0] * y * (1 - y)
    chains = [
        np.outer(factors[k] * net.params[2][k] * a * (1 - a), x[0]) for k in (0, 1)
    ]
    assert equal(dW, chains[0] + chains[1])
    assert not any(equal(dW, chain, 1e-3) for chain in chains)


@covers("E-C10")
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


@covers("E-C8")
def test_jang_delta_recursion():
    net, x, y, A, d2 = jang()
    d1 = d2 @ net.params[2] * A[2] * (1 - A[2])
    dW1, db1, dW2, db2 = value_and_grad(net, HalfMSE(), x, y)[1]
    assert equal(dW2, d2.T @ A[2])
    assert equal(db2, d2[0])
    assert equal(dW1, d1.T @ x)
    assert equal(db1, d1[0])  # missing there


@covers("E-C8")
def test_jang_printed_products_do_not_conform():
    net, _, _, A, d2 = jang()
    with pytest.raises(ValueError, match="matmul"):
        d2.T @ A[2].T  # δ a as two columns, (2, 1) (3, 1)
    with pytest.raises(ValueError, match="matmul"):
        net.params[2] @ d2.T  # W δ instead of Wᵀ δ, (2, 3) (2, 1)


@covers("E-C8")
def test_jang_a_square_matrix_hides_the_missing_transpose():
    net, _, y, A, d2 = jang((4, 3, 3))
    tail = Network([Sigmoid(), *net.layers[2:]])
    true = slope(lambda z: HalfMSE()(tail(z), y), A[1])
    curve = A[2] * (1 - A[2])
    assert equal(d2 @ net.params[2] * curve, true)
    assert not equal(d2 @ net.params[2].T * curve, true, 1e-3)


@covers("E-A17", "E-B33")
def test_jang_and_notes_delta_is_no_plain_error_and_comes_from_behind():
    """δ = ŷ − y only where the output's slope cancels; δ[1] mixes all errors."""
    net, x, y, A, d2 = jang()
    assert not equal(d2, A[4] - y, 1e-3)
    assert equal(SigmoidBCE().grad(A[3], np.round(y)), A[4] - np.round(y))
    assert equal(SoftmaxCE().grad(A[3], one_hot([0], 2)), softmax(A[3]) - [[1, 0]])
    assert equal(HalfMSE().grad(A[3], y), A[3] - y)  # of a linear output
    d1 = d2 @ net.params[2]
    for k in range(2):
        one = np.zeros_like(d2)
        one[0, k] = d2[0, k]
        assert not equal(one @ net.params[2], d1, 1e-3)
    assert check_gradients(net, HalfMSE(), x, y).error < 1e-6


@covers("E-A17")
def test_notes_one_error_serves_all_weights_only_at_one_output():
    """Another target: with one output all gradients grow alike, with two they don't."""
    for outputs in (1, 2):
        net = Network.mlp([2, 3, outputs], hidden=Sigmoid(), rng=rng())
        x, t = np.array([[0.8, -0.5]]), rng(1).normal(size=(2, 1, outputs))
        one, other = (value_and_grad(net, MSE(), x, target)[1] for target in t)
        ratios = np.concatenate(
            [(p / q).ravel() for p, q in zip(one, other, strict=True)]
        )
        assert equal(ratios, ratios[0], 1e-9) == (outputs == 1)


@covers("E-C12")
def test_notes_the_loss_is_no_factor_of_the_update():
    """2L stands there for 2α: with the loss in it, the step is another."""
    *_, h, _, e, slope2, _, _, G2 = notes()
    assert equal(-0.1 * G2, 2 * 0.1 * e * slope2 * h)
    assert not equal(-0.1 * G2, 2 * e**2 * e * slope2 * h, 1e-4)


def notes():
    """The 2-3-1 net of the notes, its parts by their names there; true gradients."""
    w1 = np.array([[0.5, -0.3], [0.8, 0.2], [-0.6, 0.9]])
    w2, x, t = np.array([[0.7, -0.4, 0.3]]), np.array([0.8, -0.5]), 0.9
    net = Network([Dense.of(w1, [0] * 3), Sigmoid(), Dense.of(w2, [0]), Sigmoid()])
    _, (G1, _, G2, _) = value_and_grad(net, MSE(), x[None], [[t]])
    A = net.trace(x[None])
    h, y = A[2][0], A[4].item()
    return w1, w2, x, h, y, t - y, y * (1 - y), h * (1 - h), G1, G2


@covers("E-A12", "E-A13")
def test_notes_update_of_the_second_layer_lacks_its_learning_rate():
    *_, h, y, e, slope2, _, _, G2 = notes()
    assert equal(G2, -2 * e * slope2 * h)
    assert equal(-2 * G2, 2 * (2 * e * slope2 * h))  # printed as equal to half of it
    assert not equal(-2 * G2, 2 * e * slope2 * h, 1e-3)
    assert equal(-0.1 * G2, 2 * 0.1 * e * slope2 * h)
    assert slope2 == y * (1 - y)
    assert not equal(slope2, h * (1 - h), 1e-3)  # not of the first layer's outputs


@covers("E-A15")
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


@covers("E-A14", "E-A16b")
def test_notes_the_pre_activation_has_no_slope_of_its_own_output():
    w1, w2, x, h, _, _, slope2, slope1, _, _ = notes()
    inner = slope(lambda w: (w2 @ σ(w @ x)).item(), w1)
    assert equal(inner, np.outer(w2[0] * slope1, x))
    assert not equal(inner, slope2 * inner, 1e-4)
    outer = slope(lambda w: σ(w @ x)[0], w1)
    assert not equal(outer, h[0] * outer, 1e-4)  # ∂ψ = ψ ∂ψ, as printed


@covers("E-A16")
def test_notes_printed_shapes_do_not_conform():
    _, w2, x, _, _, e, slope2, slope1, G1, _ = notes()
    with pytest.raises(ValueError, match="matmul"):
        np.ones((3, 1)) @ np.ones((1, 2)) @ np.ones((1, 2))
    column = (w2.T * slope1[:, None]) @ x[None]
    assert column.shape == G1.shape == (3, 2)
    assert equal(-0.1 * G1, 2 * 0.1 * e * slope2 * column)


# --- Jacobians --------------------------------------------------------------------


@covers("E-A18")
def test_nlp_many_weights_make_a_row_and_not_a_number():
    """One output: n partials, a 1×n Jacobian. m outputs: m×n."""
    net, x, t, loss = example(MSE())
    u = net.params[2]

    def output(w):
        return Network([*net.layers[:2], Dense.of(w[None], [0]), Sigmoid()])(x)[0]

    row = numerical_jacobian(output, u[0])
    assert row.shape == (1, 2)
    du, _ = weights_step(net, loss, x, t, 0)
    assert equal(du, loss.grad(net(x), t)[0] * row[0])
    assert not equal(du[0], du[1], 1e-3)  # no single number
    many = Network.mlp([4, 3, 2], hidden=Tanh(), rng=rng())
    assert network_jacobian(many, rng(1).normal(size=(1, 4)))[0].shape == (2, 4)


@covers("E-A18")
def test_nlp_jacobian_is_outputs_by_inputs():
    def f(x):
        return np.array([x[0] ** 2 * x[1], 5 * x[0] + np.sin(x[1])])

    J = numerical_jacobian(f, [0.7, -0.4])
    assert equal(J, [[2 * 0.7 * -0.4, 0.49], [5, np.cos(-0.4)]])
    assert abs(np.linalg.det(J)) == pytest.approx(2.966, abs=5e-4)


@covers("E-B26")
def test_notes_backpropagation_transposes_and_inverts_nothing():
    layer, u = Dense.of([[2, 1], [0, 0.5]], [0, 0]), np.array([[0.3, -0.2]])
    x = rng().normal(size=(1, 2))
    back = layer.vjp(x, layer(x), u)
    assert equal(back, slope(lambda x: (u * layer(x)).sum(), x))
    assert equal(back[0], layer.jacobian(x)[0].T @ u[0])
    assert not equal(back[0], np.linalg.inv(layer.W) @ u[0], 0.1)


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


@covers("E-C8")
def test_jang_the_derivative_by_a_matrix_has_three_indices():
    """∂z[k]/∂W[i, j] = 1[k = i] x[j], printed there as a vector."""
    W, x = rng().normal(size=(3, 4)), rng(1).normal(size=4)
    found = np.stack([slope(lambda W, k=k: (W @ x)[k], W) for k in range(3)])
    assert equal(found, np.einsum("ki,j->kij", np.eye(3), x))
    assert equal(np.diag(σ(x) * (1 - σ(x))), numerical_jacobian(σ, x))
