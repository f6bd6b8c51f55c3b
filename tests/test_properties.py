"""What holds for every layer, every loss and any numbers: searched by hypothesis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnlib import (
    BCE,
    CE,
    MSE,
    Dense,
    HalfMSE,
    Heaviside,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    Loss,
    Network,
    ReLU,
    Sigmoid,
    SigmoidBCE,
    Softmax,
    SoftmaxCE,
    Step,
    Tanh,
    backward,
    logistic,
    network_jacobian,
    numerical_jacobian,
    one_hot,
    softmax,
    value_and_grad,
    vjp,
)

repeatable = settings(derandomize=True, deadline=None, max_examples=25)
H, RTOL, ATOL = 1e-5, 1e-6, 1e-9

LAYERS = {
    "Dense": Dense(3, 3, rng=np.random.default_rng(0)),
    "Identity": Identity(),
    "Linear": Linear(-1.3, 0.4),
    "Heaviside": Heaviside(),
    "Step": Step(0.5),
    "Sigmoid": Sigmoid(),
    "Tanh": Tanh(),
    "ReLU": ReLU(),
    "LeakyReLU": LeakyReLU(0.2),
    "Softmax": Softmax(),
}
LOSSES = {f.__name__: f() for f in (MSE, HalfMSE, BCE, CE, SigmoidBCE, SoftmaxCE)}
HIDDEN = st.sampled_from([f for name, f in LAYERS.items() if name != "Dense"])
every_layer = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)

seeds = st.integers(0, 2**32 - 1)
rows = st.integers(1, 6)


def draws(seed):
    return np.random.default_rng(seed)


def off_kinks(z):
    """z moved away from 0 and 0.5, where the slope of some layer jumps."""
    for kink in (0.0, 0.5):
        z = np.where(np.abs(z - kink) < 1e-3, z + 0.01, z)
    return z


def loss_batch(loss, n, k, rng):
    """Predictions inside the domain of a loss, and targets of its kind."""
    Z, t = 2 * rng.normal(size=(n, k)), rng.integers(0, k, n)
    T = rng.normal(size=(n, k))
    if isinstance(loss, BCE | SigmoidBCE):
        T = rng.integers(0, 2, (n, k)).astype(float)
    elif isinstance(loss, CE | SoftmaxCE):
        T = one_hot(t, k)
    Y = {BCE: logistic, CE: softmax}.get(type(loss), np.copy)(Z)
    return Y, T


def test_the_tables_hold_every_layer_and_loss():
    def final(cls):
        core = [c for c in cls.__subclasses__() if c.__module__.count(".") == 1]
        below = [c for c in core if c.__module__.startswith("nnlib.")]
        return {c for b in below for c in final(b)} if below else {cls}

    assert {type(layer) for layer in LAYERS.values()} == final(Layer)
    assert {type(loss) for loss in LOSSES.values()} == {*Loss.__subclasses__()}


# --- layers -----------------------------------------------------------------------


@every_layer
@given(n=rows, seed=seeds)
@repeatable
def test_a_layer_s_vjp_along_a_random_direction(layer, n, seed):
    """⟨u, (f(x + hv) − f(x − hv)) / 2h⟩ = ⟨vjp(u), v⟩, one number for all entries."""
    rng = draws(seed)
    x, u, v = off_kinks(rng.normal(size=(n, 3))), *rng.normal(size=(2, n, 3))
    v /= np.abs(v).max()
    slope = (u * (layer(x + H * v) - layer(x - H * v))).sum() / (2 * H)
    pulled = (layer.vjp(x, layer(x), u) * v).sum()
    assert pulled == pytest.approx(slope, rel=RTOL, abs=ATOL)


@given(n=rows, seed=seeds)
@repeatable
def test_the_gradients_of_a_dense_layer_along_a_random_direction(n, seed):
    rng = draws(seed)
    layer = Dense(3, 4, rng=rng)
    x, u = rng.normal(size=(n, 3)), rng.normal(size=(n, 4))
    direction = [rng.normal(size=p.shape) for p in layer.params]
    pulled = sum(
        (g * d).sum() for g, d in zip(layer.grads(x, u), direction, strict=True)
    )
    ends = []
    for h in (H, -H):
        W, b = (p + h * d for p, d in zip(layer.params, direction, strict=True))
        ends.append((u * Dense.of(W, b)(x)).sum())
    slope = (ends[0] - ends[1]) / (2 * H)
    assert pulled == pytest.approx(slope, rel=RTOL, abs=ATOL)


@every_layer
@given(n=rows, seed=seeds)
@repeatable
def test_vjp_is_the_row_times_the_jacobian(layer, n, seed):
    x, dy = draws(seed).normal(size=(2, n, 3))
    product = (dy[:, None, :] @ layer.jacobian(x))[:, 0]
    np.testing.assert_allclose(layer.vjp(x, layer(x), dy), product, atol=1e-13)


@every_layer
@given(n=rows, seed=seeds)
@repeatable
def test_layers_are_pure(layer, n, seed):
    x, dy = draws(seed).normal(size=(2, n, 3))
    kept, params = (x.copy(), dy.copy()), [p.copy() for p in layer.params]
    y = layer(x)
    first = y.copy(), layer.vjp(x, y, dy).copy()
    layer(x[::-1] * 7), layer.vjp(x, y, dy), layer.grads(x, dy), layer.jacobian(x)
    assert np.array_equal(layer(x), first[0])
    assert np.array_equal(layer.vjp(x, y, dy), first[1])
    assert np.array_equal(x, kept[0])
    assert np.array_equal(dy, kept[1])
    assert all(np.array_equal(p, q) for p, q in zip(layer.params, params, strict=True))


@every_layer
@given(seed=seeds)
@repeatable
def test_rows_are_independent(layer, seed):
    x = draws(seed).normal(size=(5, 3))
    y, other = layer(x), x.copy()
    other[1:] = draws(seed + 1).normal(size=(4, 3))
    np.testing.assert_allclose(layer(other)[0], y[0], rtol=1e-13)


# --- losses -----------------------------------------------------------------------


@every_loss
@given(n=rows, k=st.integers(1, 4), seed=seeds)
@repeatable
def test_a_loss_s_gradient_along_a_random_direction(loss, n, k, seed):
    rng = draws(seed)
    Y, T = loss_batch(loss, n, k, rng)
    if isinstance(loss, BCE | CE):
        Y = 0.02 + 0.96 * Y
    v = rng.normal(size=Y.shape)
    v *= (0.1 if isinstance(loss, BCE | CE) else 1) / np.abs(v).max()
    slope = (loss(Y + H * v, T) - loss(Y - H * v, T)) / (2 * H)
    assert (loss.grad(Y, T) * v).sum() == pytest.approx(slope, rel=RTOL, abs=ATOL)


@every_loss
@given(n=rows, seed=seeds)
@repeatable
def test_the_order_of_the_rows_does_not_matter(loss, n, seed):
    rng = draws(seed)
    Y, T = loss_batch(loss, n, 3, rng)
    order = rng.permutation(n)
    assert loss(Y[order], T[order]) == pytest.approx(loss(Y, T), rel=1e-12)
    np.testing.assert_allclose(loss.grad(Y[order], T[order]), loss.grad(Y, T)[order])


@every_loss
@given(n=rows, seed=seeds)
@repeatable
def test_a_loss_is_not_negative(loss, n, seed):
    Y, T = loss_batch(loss, n, 3, draws(seed))
    assert loss(Y, T) >= 0


# --- far from zero ----------------------------------------------------------------

extreme = arrays(float, (3, 4), elements=st.floats(-1e4, 1e4))


@given(z=extreme, shift=st.floats(-1e3, 1e3))
@repeatable
def test_softmax_does_not_see_a_shift(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(softmax(z).sum(axis=1), 1, rtol=1e-12)


@every_layer
@given(z=extreme)
@repeatable
def test_extreme_inputs_raise_no_warning(layer, z):
    """Warnings are errors here; the numbers stay finite."""
    x = z[:, :3]
    y = layer(x)
    assert np.isfinite(y).all()
    assert np.isfinite(layer.vjp(x, y, np.ones_like(y))).all()


@pytest.mark.parametrize("loss", [SigmoidBCE(), SoftmaxCE()], ids=repr)
@given(z=extreme, seed=seeds)
@repeatable
def test_extreme_logits_raise_no_warning(loss, z, seed):
    _, T = loss_batch(loss, 3, 4, draws(seed))
    value, slope = loss(z, T), loss.grad(z, T)
    assert 0 <= value <= 4 * 2e4 + 2
    assert np.abs(slope).max() <= 1 / 3 + 1e-12
    if isinstance(loss, SoftmaxCE):
        np.testing.assert_allclose(slope.sum(axis=1), 0, atol=1e-12)


# --- networks ---------------------------------------------------------------------


@st.composite
def networks(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    rng = draws(draw(seeds))
    net = Network.mlp(sizes, hidden=draw(HIDDEN), out=draw(HIDDEN), rng=rng)
    for p in net.params:
        p += 0.1 * rng.normal(size=p.shape)
    return net, rng


@given(case=networks(), n=rows)
@repeatable
def test_the_product_of_jacobians_is_the_numerical_one(case, n):
    net, rng = case
    X = rng.normal(size=(n, net.d_in))
    A = net.trace(X)
    jumps = [abs(z - kink).min() for z in A for kink in (0.0, 0.5)]
    if min(jumps) > 1e-3:  # else the difference may step over a kink
        J = network_jacobian(net, X)
        np.testing.assert_allclose(numerical_jacobian(net, X), J, rtol=1e-5, atol=1e-8)
        u = rng.normal(size=A[-1].shape)
        pulled = (u[:, None, :] @ J)[:, 0]
        np.testing.assert_allclose(vjp(net, A, u), pulled, rtol=1e-10, atol=1e-12)


@given(case=networks(), n=rows)
@repeatable
def test_a_forward_pass_in_between_and_a_batch_of_singles(case, n):
    """The trap of hidden caches; and a batch's gradient is the mean of its rows'."""
    net, rng = case
    X, T = rng.normal(size=(n, net.d_in)), rng.normal(size=(n, net.d_out))
    A = net.trace(X)
    dY = MSE().grad(A[-1], T)
    before = backward(net, A, dY)
    net(rng.normal(size=(3, net.d_in)))
    after = backward(net, A, dY)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    alone = [
        value_and_grad(net, MSE(), X[i : i + 1], T[i : i + 1])[1] for i in range(n)
    ]
    for k, g in enumerate(before):
        mean = np.mean([grads[k] for grads in alone], axis=0)
        np.testing.assert_allclose(g, mean, rtol=1e-9, atol=1e-12)


@given(seed=seeds, n=rows, times=st.integers(1, 4))
@repeatable
def test_a_layer_used_again_and_again(seed, n, times):
    """Its gradient is the sum over its uses, as a twin for each use would have them."""
    rng = draws(seed)
    layer = Dense(3, 3, rng=rng)
    twins = [Dense.of(layer.W, layer.b) for _ in range(times)]
    X, T = rng.normal(size=(2, n, 3))
    shared = Network([f for _ in range(times) for f in (layer, Tanh())])
    apart = Network([f for twin in twins for f in (twin, Tanh())])
    value, grads = value_and_grad(shared, MSE(), X, T)
    other, parts = value_and_grad(apart, MSE(), X, T)
    assert value == other
    for k, g in enumerate(grads):
        np.testing.assert_allclose(g, sum(parts[k::2]), rtol=1e-10, atol=1e-13)
