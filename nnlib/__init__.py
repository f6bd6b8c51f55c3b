"""nnlib: the small numpy library that computes every number of the course.
Read it in the order of the chapters, which is that of the imports below. All of it
needs numpy alone; nnlib.plots (pictures), nnlib.live (live figures) and nnlib.exercises
(their checks) load when they are asked for."""

# fmt: off
# isort: off
from importlib import import_module as _load
from sys import modules as _loaded

from .perceptron import Correction, Perceptron, convergence_bound
from .mlp import Dense, Elementwise, Identity, Layer, Network, glorot, he
from .activations import (Heaviside, LeakyReLU, Linear, ReLU, Sigmoid, Softmax, Step,
    Tanh, logistic, softmax)
from .loss import (BCE, CE, HEADS, MSE, HalfMSE, Head, Loss, SigmoidBCE, SoftmaxCE,
    one_hot)
from .gradient_descent import (SGD, AdaDelta, Adagrad, Adam, Momentum, Optimiser,
    RMSProp, SparseAdam, constant, cosine, inverse_time, numerical_gradient, step_decay,
    stopped)
from .backprop import (GradientCheck, Value, backward, check_gradients, fit,
    train_test_split, value_and_grad)
from .jacobians import (denominator_layout, inner_product_check, jacobian_by_columns,
    jacobian_by_rows, jvp, network_jacobian, numerical_jacobian, vjp)
from .data import GATES, blobs, circles, digits, gate, moons, spirals, xor_clouds

__version__ = "0.1.0"
__all__ = [name for name in dir() if name[0] != "_" and f"nnlib.{name}" not in _loaded]


def __getattr__(name):
    """`plots`, `live` and `exercises`, loaded when somebody first asks for them."""
    if name in ("plots", "live", "exercises"):
        return _load(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
