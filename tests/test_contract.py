"""What every layer promises, tested on every layer.

Derivatives are held against central differences with step 1e-5, rtol 1e-6, atol 1e-9
(looser ones miss an error of one part in a thousand), along random upstream gradients:
a gradient of ones would hide a transposed matrix.
"""

import pickle
import re

import numpy as np
import pytest

import nnlib
from nnlib import (
    Dense,
    Heaviside,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
)

H, RTOL, ATOL = 1e-5, 1e-6, 1e-9


def rng(seed=0):
    return np.random.default_rng(seed)


# name → (the layer, its inputs, its outputs, its repr)
LAYERS = {
    "Dense": (Dense(3, 4, rng=rng(1)), 3, 4, "Dense(3, 4)"),
    "Dense with biases": (
        Dense.of(rng(2).normal(size=(2, 5)), rng(3).normal(size=2)),
        5,
        2,
        "Dense(5, 2)",
    ),
    "Dense 1 to 1": (Dense(1, 1, rng=rng(4)), 1, 1, "Dense(1, 1)"),
    "Identity": (Identity(), 3, 3, "Identity()"),
    "Linear": (Linear(1.7, -0.3), 3, 3, "Linear(1.7, -0.3)"),
    "Heaviside": (Heaviside(), 3, 3, "Heaviside()"),
    "Step": (Step(0.5), 3, 3, "Step(0.5)"),
    "Sigmoid": (Sigmoid(), 3, 3, "Sigmoid()"),
    "Tanh": (Tanh(), 3, 3, "Tanh()"),
    "ReLU": (ReLU(), 3, 3, "ReLU()"),
    "LeakyReLU": (LeakyReLU(0.1), 3, 3, "LeakyReLU(0.1)"),
    "LeakyReLU, steep": (LeakyReLU(2), 3, 3, "LeakyReLU(2)"),
    "Softmax": (Softmax(), 4, 4, "Softmax()"),
    "Softmax of one": (Softmax(), 1, 1, "Softmax()"),
}
NETWORKS = {
    "Network": (
        Network.mlp([3, 4, 2], hidden=Tanh(), out=Softmax(), rng=rng(5)),
        3,
        2,
        "Network([Dense(3, 4), Tanh(), Dense(4, 2), Softmax()])",
    ),
}
KINKS = (0.0, 0.5)

every_layer = pytest.mark.parametrize("name", LAYERS)
every_forward = pytest.mark.parametrize("name", [*LAYERS, *NETWORKS])
every_batch = pytest.mark.parametrize("n", [1, 2, 7])


def batch(name, n, seed=6):
    """A layer, a batch off its kinks, the output and a random upstream gradient."""
    layer, d_in, d_out, _ = (LAYERS | NETWORKS)[name]
    x = rng(seed).normal(size=(n, d_in))
    for kink in KINKS:
        x[np.abs(x - kink) < 0.01] += 0.05
    return layer, x, layer(x), rng(seed + 1).normal(size=(n, d_out))


def differences(f, x):
    """∂f/∂x of an array-valued f by central differences: f's shape, then x's shape."""
    slopes = []
    for at in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        moved[0][at] += H
        moved[1][at] -= H
        slopes.append((f(moved[0]) - f(moved[1])) / (2 * H))
    return np.stack(slopes, axis=-1).reshape(*slopes[0].shape, *x.shape)


def close(found, wanted):
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=RTOL, atol=ATOL)


def final_layers(of=Layer):
    """Every class of nnlib's core below Layer that nothing there is derived from."""
    ours = [c for c in of.__subclasses__() if re.fullmatch(r"nnlib\.\w+", c.__module__)]
    for cls in ours:
        yield from final_layers(cls)
    if not ours:
        yield of


def test_the_tables_hold_every_layer():
    """A network is none: its way back starts from a whole trace (test_backprop)."""
    tested = {type(row[0]) for row in LAYERS.values()}
    assert set(final_layers()) == tested
    assert all(getattr(nnlib, cls.__name__) is cls for cls in tested)


@every_forward
@every_batch
def test_shape_and_type(name, n):
    _, _, y, _ = batch(name, n)
    _, _, d_out, _ = (LAYERS | NETWORKS)[name]
    assert y.shape == (n, d_out)
    assert y.dtype == np.float64


@every_forward
def test_forward_is_pure(name):
    layer, x, y, _ = batch(name, 5)
    state, kept = pickle.dumps(layer), x.copy()
    batch(name, 3, seed=20)  # passes another batch: whoever remembers looks different
    assert pickle.dumps(layer) == state
    again = layer(x)
    assert np.array_equal(again, y)
    assert np.array_equal(x, kept)


@every_layer
def test_backward_is_pure(name):
    layer, x, y, dy = batch(name, 5)
    layer = pickle.loads(pickle.dumps(LAYERS[name][0]))  # nothing has gone back in it
    state, kept = pickle.dumps(layer), [x.copy(), y.copy(), dy.copy()]
    first = [layer.vjp(x, y, dy), *layer.grads(x, dy), layer.jacobian(x)]
    second = [layer.vjp(x, y, dy), *layer.grads(x, dy), layer.jacobian(x)]
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip((x, y, dy), kept, strict=True))
    assert pickle.dumps(layer) == state


@every_forward
def test_rows_do_not_see_each_other(name):
    layer, x, y, _ = batch(name, 7)
    alone = np.concatenate([layer(x[i : i + 1]) for i in range(7)])
    np.testing.assert_allclose(y, alone, rtol=1e-12, atol=1e-14)
    order = rng(8).permutation(7)
    np.testing.assert_allclose(layer(x[order]), y[order], rtol=1e-12, atol=1e-14)


@every_layer
@every_batch
def test_vjp_is_the_slope_of_the_loss(name, n):
    layer, x, y, dy = batch(name, n)
    close(layer.vjp(x, y, dy), differences(lambda x: np.sum(dy * layer(x)), x))


@every_layer
@every_batch
def test_jacobian_is_the_matrix_of_slopes(name, n):
    layer, x, _, _ = batch(name, n)
    rows = np.arange(n)
    close(layer.jacobian(x), differences(layer, x)[rows, :, rows])


@every_layer
@every_batch
def test_vjp_is_the_transposed_jacobian_times_the_upstream_gradient(name, n):
    layer, x, y, dy = batch(name, n)
    pulled = np.einsum("nij,ni->nj", layer.jacobian(x), dy)
    np.testing.assert_allclose(layer.vjp(x, y, dy), pulled, rtol=1e-12, atol=1e-14)


@every_layer
@every_batch
def test_the_gradient_of_each_parameter(name, n):
    """Each parameter moves by itself: one right gradient cannot cover for another."""
    _, x, _, dy = batch(name, n)
    layer = pickle.loads(pickle.dumps(LAYERS[name][0]))
    gradients = layer.grads(x, dy)
    assert len(gradients) == len(layer.params)
    for p, gradient in zip(layer.params, gradients, strict=True):
        here = p.copy()

        def loss(moved, p=p):
            p[...] = moved
            return np.sum(dy * layer(x))

        close(gradient, differences(loss, here))
        p[...] = here


def test_dense_is_the_layer_with_parameters():
    """Else the test above could pass by finding no parameter anywhere."""
    owners = {type(layer) for layer, *_ in LAYERS.values() if layer.params}
    assert owners == {Dense}


@every_layer
def test_a_forward_pass_in_between_changes_no_gradient(name):
    """The trap of layers that remember: another batch passes before the way back."""
    layer, x, y, dy = batch(name, 4)
    wanted = [layer.vjp(x, y, dy), *layer.grads(x, dy)]
    layer(batch(name, 6, seed=20)[1])
    found = [layer.vjp(x, y, dy), *layer.grads(x, dy)]
    assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))


@every_layer
def test_whole_numbers_are_taken_as_reals(name):
    layer, x, _, dy = batch(name, 3)
    real = np.round(3 * x)
    whole = real.astype(int)
    assert np.array_equal(layer(whole), layer(real))
    assert np.array_equal(
        layer.vjp(whole, layer(whole), dy), layer.vjp(real, layer(real), dy)
    )
    assert np.array_equal(layer.jacobian(whole), layer.jacobian(real))


@every_forward
def test_pickle_round_trip(name):
    layer, x, y, _ = batch(name, 3)
    twin = pickle.loads(pickle.dumps(layer))
    assert np.array_equal(twin(x), y)
    assert repr(twin) == repr(layer)
    assert not any(np.shares_memory(a, b) for a in twin.params for b in layer.params)


@every_forward
def test_repr(name):
    layer, _, _, wanted = (LAYERS | NETWORKS)[name]
    assert repr(layer) == wanted


@pytest.mark.parametrize("method", ["__call__", "vjp", "jacobian"])
def test_the_abstract_layer_does_nothing(method):
    arguments = {"__call__": 1, "vjp": 3, "jacobian": 1}[method]
    with pytest.raises(NotImplementedError):
        getattr(Layer(), method)(*[np.ones((1, 1))] * arguments)
