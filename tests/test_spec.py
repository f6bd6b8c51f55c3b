"""nnlib.live.spec: what Python describes for the page, and what it refuses to."""

import json

import numpy as np
import pytest

from nnlib import activations, gradient_descent, loss, mlp
from nnlib.gradient_descent import (
    SGD,
    AdaDelta,
    Adagrad,
    Adam,
    Momentum,
    RMSProp,
    SparseAdam,
    constant,
    cosine,
    inverse_time,
    step_decay,
)
from nnlib.live import spec
from nnlib.live.spec import to_spec
from nnlib.mlp import Dense, Identity, Network


def rng():
    return np.random.default_rng(0)


def final(module, base):
    """The classes of `module` that nothing in nnlib derives from."""
    kinds = [k for k in vars(module).values() if isinstance(k, type)]
    return {
        k
        for k in kinds
        if issubclass(k, base)
        and not [s for s in k.__subclasses__() if s.__module__.startswith("nnlib.")]
    }


def test_every_class_of_nnlib_can_be_described():
    layers = final(activations, mlp.Layer) | final(mlp, mlp.Layer)
    assert set(spec.LAYERS) == layers
    assert set(spec.LOSSES) == final(loss, loss.Loss)
    assert set(spec.OPTIMISERS) == final(gradient_descent, gradient_descent.Optimiser)


@pytest.mark.parametrize(
    ("thing", "wanted"),
    [
        (activations.Tanh(), {"kind": "Tanh"}),
        (activations.Softmax(), {"kind": "Softmax"}),
        (activations.Linear(2, -1), {"kind": "Linear", "a": 2.0, "b": -1.0}),
        (activations.Step(np.float32(0.5)), {"kind": "Step", "threshold": 0.5}),
        (activations.LeakyReLU(0.3), {"kind": "LeakyReLU", "slope": 0.3}),
        (
            Dense.of([[1.0, 2.0]], [3.0]),
            {"kind": "Dense", "W": [[1.0, 2.0]], "b": [3.0]},
        ),
        (loss.SoftmaxCE(), {"kind": "SoftmaxCE"}),
        (SGD(0.5), {"kind": "SGD", "lr": 0.5, "weight_decay": 0.0}),
        (
            Momentum(np.float64(0.1), 0.8, True, weight_decay=1e-3),
            {
                "kind": "Momentum",
                "lr": 0.1,
                "beta": 0.8,
                "nesterov": True,
                "weight_decay": 1e-3,
            },
        ),
        (
            Momentum(0.1, nesterov=np.bool_(True)),
            {
                "kind": "Momentum",
                "lr": 0.1,
                "beta": 0.9,
                "nesterov": True,
                "weight_decay": 0.0,
            },
        ),
        (
            Adagrad(0.1),
            {"kind": "Adagrad", "lr": 0.1, "eps": 1e-10, "weight_decay": 0.0},
        ),
        (
            RMSProp(0.1, 0.9),
            {
                "kind": "RMSProp",
                "lr": 0.1,
                "rho": 0.9,
                "eps": 1e-8,
                "weight_decay": 0.0,
            },
        ),
        (
            AdaDelta(),
            {
                "kind": "AdaDelta",
                "lr": 1.0,
                "rho": 0.9,
                "eps": 1e-6,
                "weight_decay": 0.0,
            },
        ),
        (
            Adam(cosine(0.1, steps=np.int64(30))),
            {
                "kind": "Adam",
                "lr": {"kind": "cosine", "lr": 0.1, "steps": 30, "low": 0.0},
                "beta1": 0.9,
                "beta2": 0.999,
                "eps": 1e-8,
                "weight_decay": 0.0,
            },
        ),
        (
            SparseAdam(0.2),
            {
                "kind": "SparseAdam",
                "lr": 0.2,
                "beta1": 0.9,
                "beta2": 0.999,
                "eps": 1e-8,
            },
        ),
        (constant(0.1), {"kind": "constant", "lr": 0.1}),
        (
            step_decay(0.1, every=5),
            {"kind": "step_decay", "lr": 0.1, "every": 5, "factor": 0.1},
        ),
        (
            inverse_time(np.float32(0.5), rate=np.int64(2)),
            {"kind": "inverse_time", "lr": 0.5, "rate": 2},
        ),
    ],
    ids=lambda thing: thing["kind"] if isinstance(thing, dict) else "",
)
def test_what_is_described_is_kind_and_arguments(thing, wanted):
    described = to_spec(thing)
    assert described == wanted
    assert json.loads(json.dumps(described, allow_nan=False)) == wanted


def test_a_network_is_described_layer_by_layer():
    net = Network.mlp([2, 3, 1], hidden=activations.Tanh(), rng=rng())
    assert to_spec(net) == {"layers": [to_spec(f) for f in net.layers]}


def test_a_layer_that_stands_twice_is_named_by_its_place():
    dense, bend = Dense(2, 2, rng=rng()), activations.ReLU()
    kinds = to_spec(Network([bend, dense, bend, dense]))["layers"]
    assert kinds[0] == kinds[2] == {"kind": "ReLU"}
    assert kinds[1]["kind"] == "Dense"
    assert kinds[3] == {"kind": "Again", "layer": 1}


class Gelu(mlp.Elementwise):
    pass


class MyTanh(activations.Tanh):
    pass


class Warm:
    def __call__(self, t):
        return 0.1


LAYERS = (
    "Dense, Identity, Linear, Heaviside, Step, Sigmoid, Tanh, ReLU, LeakyReLU, Softmax"
)
LOSSES = "MSE, HalfMSE, BCE, CE, SigmoidBCE, SoftmaxCE"
OPTIMISERS = "SGD, Momentum, Adagrad, RMSProp, AdaDelta, Adam, SparseAdam"
KNOWN = f"it knows Network, {LAYERS}, {LOSSES}, {OPTIMISERS}."
SCHEDULES = "it knows constant, step_decay, inverse_time, cosine."


def elsewhere(lr):
    return lambda t: lr


@pytest.mark.parametrize(
    ("thing", "name"),
    [
        (Gelu(), "Gelu"),
        (MyTanh(), "MyTanh"),
        (None, "NoneType"),
        ("Tanh", "str"),
        (activations.Tanh, "type"),
        (Network([Dense(2, 1, rng=rng()), MyTanh()]), "MyTanh"),
    ],
)
def test_what_the_engine_does_not_compute_is_refused_by_name(thing, name):
    with pytest.raises(TypeError) as refused:
        to_spec(thing)
    assert str(refused.value) == f"the page's engine has no {name}; {KNOWN}"


@pytest.mark.parametrize(
    ("eta", "name"),
    [
        (lambda t: 0.1, "<lambda>"),
        (elsewhere(0.1), "elsewhere.<locals>.<lambda>"),
        (np.cos, "cos"),
        (Warm(), "Warm"),
    ],
)
def test_a_schedule_of_somebody_else_is_refused_by_name(eta, name):
    with pytest.raises(TypeError) as refused:
        to_spec(SGD(eta))
    assert (
        str(refused.value) == f"the page's engine has no schedule {name}; {SCHEDULES}"
    )


def test_a_lambda_under_the_name_of_a_schedule_is_still_another(monkeypatch):
    eta = elsewhere(0.1)
    monkeypatch.setattr(eta, "__qualname__", "constant.<locals>.<lambda>")
    with pytest.raises(TypeError, match="no schedule constant"):
        to_spec(SGD(eta))


@pytest.mark.parametrize(
    ("thing", "message"),
    [
        (
            activations.Step(np.inf),
            "Step.threshold must be a finite number for the page, got inf.",
        ),
        (
            inverse_time(0.1, rate=np.nan),
            "inverse_time: rate must be a finite number for the page, got nan.",
        ),
        (
            step_decay(0.1, every=3, factor="0.1"),
            "step_decay: factor must be a finite number for the page, got '0.1'.",
        ),
    ],
)
def test_a_setting_that_json_cannot_say_is_refused(thing, message):
    with pytest.raises(ValueError, match="finite number") as refused:
        to_spec(thing)
    assert str(refused.value) == message


@pytest.mark.parametrize("name", ["W", "b"])
def test_weights_that_have_diverged_are_refused(name):
    dense = Dense(2, 1, rng=rng())
    getattr(dense, name)[0] = np.nan
    with pytest.raises(ValueError, match=f"{name} must be finite, found nan"):
        to_spec(Network([dense, Identity()]))


def test_an_optimiser_that_has_learnt_is_refused():
    opt = Adam(0.1)
    opt.step([np.ones(2)], [np.ones(2)])
    with pytest.raises(ValueError, match="this Adam stands at step 1: describe it"):
        to_spec(opt)
