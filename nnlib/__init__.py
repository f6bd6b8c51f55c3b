"""nnlib: the small numpy library that computes every number of the course.

Read it in the order of the chapters: perceptron, mlp, activations, loss,
gradient_descent, backprop, jacobians. `import nnlib` needs numpy alone; the pictures
(`nnlib.plots`), the live figures (`nnlib.live`) and the checks of the exercises
(`nnlib.exercises`) load when they are asked for.
"""

from importlib import import_module

from .activations import (
    Heaviside,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
    logistic,
    softmax,
)
from .data import GATES, blobs, circles, digits, gate, moons, spirals, xor_clouds
from .mlp import Dense, Elementwise, Identity, Layer, Network, glorot, he
from .perceptron import Correction, Perceptron, convergence_bound

__version__ = "0.1.0"

__all__ = [
    "GATES",
    "Correction",
    "Dense",
    "Elementwise",
    "Heaviside",
    "Identity",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Network",
    "Perceptron",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Step",
    "Tanh",
    "blobs",
    "circles",
    "convergence_bound",
    "digits",
    "gate",
    "glorot",
    "he",
    "logistic",
    "moons",
    "softmax",
    "spirals",
    "xor_clouds",
]


def __getattr__(name):
    """`plots`, `live` and `exercises`, loaded when somebody first asks for them."""
    if name in ("plots", "live", "exercises"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
