"""nnlib against PyTorch: forward, loss, gradients, 25 steps of every optimiser.

The numbers were written once by reference/make_references.py; this needs no PyTorch.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nnlib import (
    BCE,
    CE,
    MSE,
    SGD,
    AdaDelta,
    Adagrad,
    Adam,
    Dense,
    HalfMSE,
    Heaviside,
    Identity,
    LeakyReLU,
    Linear,
    Loss,
    Momentum,
    Network,
    Optimiser,
    ReLU,
    RMSProp,
    Sigmoid,
    SigmoidBCE,
    Softmax,
    SoftmaxCE,
    SparseAdam,
    Step,
    Tanh,
    backward,
    constant,
    cosine,
    inverse_time,
    step_decay,
)

HERE = Path(__file__).parent / "reference"
NETWORKS = np.load(HERE / "networks.npz", allow_pickle=False)
PATHS = np.load(HERE / "optimisers.npz", allow_pickle=False)

ACTIVATIONS = {
    "Identity": Identity(),
    "Linear": Linear(1.7, -0.3),
    "Heaviside": Heaviside(),
    "Step": Step(0.1),
    "Sigmoid": Sigmoid(),
    "Tanh": Tanh(),
    "ReLU": ReLU(),
    "LeakyReLU": LeakyReLU(0.1),
    "Softmax": Softmax(),
}
LOSSES = {type(f).__name__: f for f in (MSE(), HalfMSE(), BCE(), CE())}
LOSSES |= {"SigmoidBCE": SigmoidBCE(), "SoftmaxCE": SoftmaxCE()}
OPTIMISERS = {
    "SGD": lambda: SGD(0.1),
    "SGD, decay": lambda: SGD(0.1, weight_decay=0.05),
    "Momentum": lambda: Momentum(0.1),
    "Nesterov, decay": lambda: Momentum(0.1, 0.8, nesterov=True, weight_decay=0.05),
    "Adagrad": lambda: Adagrad(0.3),
    "Adagrad, decay": lambda: Adagrad(0.3, weight_decay=0.05),
    "RMSProp": lambda: RMSProp(0.05),
    "RMSProp, decay": lambda: RMSProp(0.05, 0.9, eps=1e-6, weight_decay=0.05),
    "AdaDelta": lambda: AdaDelta(),
    "AdaDelta, decay": lambda: AdaDelta(0.5, 0.95, eps=1e-5, weight_decay=0.05),
    "Adam": lambda: Adam(0.05),
    "Adam, decay": lambda: Adam(0.05, 0.8, 0.99, eps=1e-6, weight_decay=0.05),
    "SparseAdam": lambda: SparseAdam(0.05),
    "SparseAdam, other": lambda: SparseAdam(0.05, 0.8, 0.99, eps=1e-4),
    "constant": lambda: Momentum(constant(0.1)),
    "step_decay": lambda: Momentum(step_decay(0.1, every=4, factor=0.5)),
    "inverse_time": lambda: Momentum(inverse_time(0.1, rate=0.3)),
    "cosine": lambda: Momentum(cosine(0.1, steps=25, low=0.01)),
}
NUMBERS = range(30)


def case(number):
    """One network of the file, rebuilt; its loss; a reader of the other numbers."""

    def of(key):
        return NETWORKS[f"{number}/{key}"]

    layers, params, widths = [], of("params"), pairwise(of("sizes"))
    for name in of("layers"):
        if name == "Dense":
            d_in, d_out = next(widths)
            W, b, params = np.split(params, [d_in * d_out, (d_in + 1) * d_out])
            layers.append(Dense.of(W.reshape(d_out, d_in), b))
        else:
            layers.append(ACTIVATIONS[str(name)])
    return Network(layers), LOSSES[str(of("loss"))], of


@pytest.mark.parametrize("number", NUMBERS)
def test_networks_agree_with_pytorch(number):
    net, loss, of = case(number)
    X, T = of("X"), of("T")
    A = net.trace(X)
    np.testing.assert_allclose(A[-1], of("Y"), rtol=1e-12, atol=1e-12)
    assert loss(A[-1], T) == pytest.approx(float(of("value")), rel=1e-12, abs=1e-12)
    grads = backward(net, A, loss.grad(A[-1], T))
    assert [g.shape for g in grads] == [p.shape for p in net.params]
    flat = np.concatenate([g.ravel() for g in grads])
    np.testing.assert_allclose(flat, of("grads"), rtol=1e-12, atol=1e-12)


def test_the_references_hold_every_kind():
    cases = [case(number) for number in NUMBERS]
    assert {type(f).__name__ for net, _, _ in cases for f in net.layers[1::2]} == {
        *ACTIVATIONS
    }
    assert {type(loss) for _, loss, _ in cases} == {*Loss.__subclasses__()}
    assert {len(net.layers) // 2 for net, _, _ in cases} == {1, 2, 3, 4, 5}
    assert {len(of("X")) for _, _, of in cases} == {1, 2, 5, 17}
    assert {type(make()) for make in OPTIMISERS.values()} == {
        *Optimiser.__subclasses__()
    }
    assert {key.split("/")[0] for key in PATHS if "/" in key} == {*OPTIMISERS}


@pytest.mark.parametrize("name", OPTIMISERS)
def test_optimisers_agree_with_pytorch(name):
    opt, sparse = OPTIMISERS[name](), "Sparse" in name
    params = [PATHS["start0"].copy()] + [PATHS["start1"].copy()] * (not sparse)
    grads = [PATHS["rare"]] if sparse else [PATHS["grads0"], PATHS["grads1"]]
    for step in range(25):
        opt.step(params, [g[step] for g in grads])
        for k, p in enumerate(params):
            wanted = PATHS[f"{name}/{k}"][step]
            np.testing.assert_allclose(p, wanted, rtol=1e-11, atol=1e-11)
    assert opt.t == 25
