"""nnlib: the small numpy library that computes every number of the course.

Read it in the order of the chapters: perceptron, mlp, activations, loss,
gradient_descent, backprop, jacobians. `import nnlib` needs numpy alone; the pictures
(`nnlib.plots`), the live figures (`nnlib.live`) and the checks of the exercises
(`nnlib.exercises`) load when they are asked for.
"""

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
from .mlp import Dense, Elementwise, Identity, Layer, Network, glorot, he
from .perceptron import Correction, Perceptron, convergence_bound

__version__ = "0.1.0"

__all__ = [
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
    "convergence_bound",
    "glorot",
    "he",
    "logistic",
    "softmax",
]
