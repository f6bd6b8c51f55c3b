"""What the tests of the lectures share: their tables, their marks, a few nets.

nlp: an NLP course's slides. ucl: UCL COMP0087. nus: NUS CS2109S, lecture 9. jang: a
note by Hongseo Jang. notes: handwritten notes on a 2-3-1 net. A worked number is
recomputed to the digits that were printed; of a misprint both forms are computed, the
printed one to be false, ours to be true. A test is named after its lecture, and marked
with the ids of what it covers in inventory/*.toml.
"""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from math import exp
from pathlib import Path

import numpy as np
import pytest

from nnlib import (
    MSE,
    Dense,
    Network,
    Sigmoid,
    gate,
    logistic,
    numerical_gradient,
    value_and_grad,
)

HERE = Path(__file__).parent
covers = pytest.mark.covers

CORNERS, XNOR = gate("XNOR")
σ = logistic


def table(name):
    """The rows of inventory/<name>.toml: errata, examples, lectures or concepts."""
    text = (HERE / "inventory" / f"{name}.toml").read_text("utf-8")
    (rows,) = tomllib.loads(text).values()
    return rows


def rng(seed=0):
    return np.random.default_rng(seed)


def rounded(x, digits, rounding=ROUND_HALF_UP):
    """As a slide rounds: a half goes up, away from 0; or as the decimal module can."""
    step = Decimal(1).scaleb(-digits)
    return float(Decimal(repr(float(x))).quantize(step, rounding=rounding))


def slope(f, x):
    return numerical_gradient(f, x, h=1e-6)


def equal(a, b, tolerance=1e-7):
    return np.allclose(a, b, rtol=tolerance, atol=tolerance)


def example(loss, x=(0.5, 0.6), W=((0.1, 0.7), (0.4, 0.2))):
    """The 2-2-1 net without biases, one example with target 1: (net, x, t, loss)."""
    layers = [Dense.of(W, [0, 0]), Sigmoid(), Dense.of([[0.55, 0.45]], [0])]
    layers += [Sigmoid()]
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


def scalar_run(eta):
    """C before each step of `example(MSE())`, for ever: number by number, to be quick.

    A test holds it to nnlib's steps."""
    (w11, w12), (w21, w22), u1, u2 = (0.1, 0.7), (0.4, 0.2), 0.55, 0.45
    while True:
        h1 = 1 / (1 + exp(-(w11 * 0.5 + w12 * 0.6)))
        h2 = 1 / (1 + exp(-(w21 * 0.5 + w22 * 0.6)))
        y = 1 / (1 + exp(-(u1 * h1 + u2 * h2)))
        yield (1 - y) ** 2
        delta = -2 * (1 - y) * y * (1 - y) * eta
        d1, d2 = delta * u1 * h1 * (1 - h1), delta * u2 * h2 * (1 - h2)
        u1, u2 = u1 - delta * h1, u2 - delta * h2
        w11, w12 = w11 - d1 * 0.5, w12 - d1 * 0.6
        w21, w22 = w21 - d2 * 0.5, w22 - d2 * 0.6
