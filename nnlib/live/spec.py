"""What Python hands to the page: a network, a loss, an optimiser, written as JSON.

    to_spec(Adam(0.01))   # {"kind": "Adam", "lr": 0.01, "beta1": 0.9, …}

`kind` is the name of nnlib's class or schedule, and beside it stand the arguments that
make another like it. static/engine/ reads this as it is. Only what the engine computes
can be described: a subclass of Tanh may do anything, so it is refused by name.
"""

from inspect import getclosurevars, signature
from numbers import Integral, Real
from types import FunctionType

import numpy as np

from .. import activations, gradient_descent, loss, mlp
from ..checks import finite

LAYERS = (
    mlp.Dense,
    mlp.Identity,
    activations.Linear,
    activations.Heaviside,
    activations.Step,
    activations.Sigmoid,
    activations.Tanh,
    activations.ReLU,
    activations.LeakyReLU,
    activations.Softmax,
)
LOSSES = (
    loss.MSE,
    loss.HalfMSE,
    loss.BCE,
    loss.CE,
    loss.SigmoidBCE,
    loss.SoftmaxCE,
)
OPTIMISERS = (
    gradient_descent.SGD,
    gradient_descent.Momentum,
    gradient_descent.Adagrad,
    gradient_descent.RMSProp,
    gradient_descent.AdaDelta,
    gradient_descent.Adam,
    gradient_descent.SparseAdam,
)
SCHEDULES = (
    gradient_descent.constant,
    gradient_descent.step_decay,
    gradient_descent.inverse_time,
    gradient_descent.cosine,
)


def to_spec(thing):
    """A network, layer, loss, optimiser or schedule of nnlib as the engine reads it.

    TypeError for anything else; ValueError for an optimiser that has already learnt
    (the engine starts anew), and for weights or settings that are no finite number."""
    kind = type(thing)
    if kind is mlp.Network:
        return {"layers": _layers(thing)}
    if kind is mlp.Dense:
        W, b = finite(thing.W, "W"), finite(thing.b, "b")
        return {"kind": "Dense", "W": W.tolist(), "b": b.tolist()}
    if kind in OPTIMISERS and thing.t:
        fresh = "describe it before it learns"
        raise ValueError(f"this {kind.__name__} stands at step {thing.t}: {fresh}.")
    if kind in LAYERS + LOSSES + OPTIMISERS:
        return {"kind": kind.__name__, **_settings(thing)}
    if isinstance(thing, FunctionType):
        return _schedule(thing)
    known = ", ".join(k.__name__ for k in (mlp.Network, *LAYERS, *LOSSES, *OPTIMISERS))
    raise TypeError(f"the page's engine has no {kind.__name__}; it knows {known}.")


def _layers(net):
    """A layer that stands twice is described once, and then named by its place."""
    return [
        {"kind": "Again", "layer": net.layers.index(f)}
        if f in net.layers[:k] and f.params
        else to_spec(f)
        for k, f in enumerate(net.layers)
    ]


def _settings(thing):
    """The arguments of a class, each kept under its own name by the object."""
    return {
        name: _plain(getattr(thing, name), f"{type(thing).__name__}.{name}")
        for name in signature(type(thing)).parameters
    }


def _schedule(eta):
    """What nnlib's schedule `eta`, a function inside a function, was made of."""
    inner = {f"{make.__name__}.<locals>.<lambda>": make for make in SCHEDULES}
    name = getattr(eta, "__qualname__", type(eta).__name__)
    make = inner.get(name)
    if make is None or eta.__module__ != make.__module__:
        known = ", ".join(make.__name__ for make in SCHEDULES)
        raise TypeError(f"the page's engine has no schedule {name}; it knows {known}.")
    inside = getclosurevars(eta).nonlocals
    settings = {
        name: _plain(inside[name], f"{make.__name__}: {name}")
        for name in signature(make).parameters
    }
    return {"kind": make.__name__, **settings}


def _plain(value, name):
    """A setting as JSON writes it; a learning rate that never changes is a number."""
    if callable(value):
        spec = _schedule(value)
        return spec["lr"] if spec["kind"] == "constant" else spec
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if not isinstance(value, Real) or not np.isfinite(value):
        raise ValueError(f"{name} must be a finite number for the page, got {value!r}.")
    return int(value) if isinstance(value, Integral) else float(value)
