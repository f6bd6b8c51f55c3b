"""Write networks.npz and optimisers.npz: what PyTorch says, for test_references.py.

Run once, with PyTorch 2.13.0 (CPU) in an environment of its own; the tests need only
the two files. All is float64 and seeded: a second run writes the same values.

    pip install torch==2.13.0 numpy
    python tests/reference/make_references.py
"""

from itertools import cycle, pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).parent

ACTIVATIONS = {
    "Identity": lambda z: z,
    "Linear": lambda z: 1.7 * z - 0.3,
    "Heaviside": lambda z: torch.heaviside(z.detach(), torch.tensor(0.5).double()),
    "Step": lambda z: (z.detach() > 0.1).double(),
    "Sigmoid": torch.sigmoid,
    "Tanh": torch.tanh,
    "ReLU": torch.relu,
    "LeakyReLU": lambda z: F.leaky_relu(z, 0.1),
    "Softmax": lambda z: torch.softmax(z, dim=1),
}
LOSSES = {
    "MSE": lambda Y, T: F.mse_loss(Y, T, reduction="sum") / len(Y),
    "HalfMSE": lambda Y, T: F.mse_loss(Y, T, reduction="sum") / len(Y) / 2,
    "BCE": lambda Y, T: F.binary_cross_entropy(Y, T, reduction="sum") / len(Y),
    "CE": lambda Y, T: F.nll_loss(torch.log(Y), T.argmax(dim=1)),
    "SigmoidBCE": lambda Y, T: (
        F.binary_cross_entropy_with_logits(Y, T, reduction="sum") / len(Y)
    ),
    "SoftmaxCE": lambda Y, T: F.cross_entropy(Y, T.argmax(dim=1)),
}
OUT = {"BCE": "Sigmoid", "CE": "Softmax", "SigmoidBCE": "Identity"}
OUT |= {"SoftmaxCE": "Identity"}

OPTIMISERS = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
    "SGD, decay": lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05),
    "Momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "Nesterov, decay": lambda p: torch.optim.SGD(
        p, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.05
    ),
    "Adagrad": lambda p: torch.optim.Adagrad(p, lr=0.3),
    "Adagrad, decay": lambda p: torch.optim.Adagrad(p, lr=0.3, weight_decay=0.05),
    "RMSProp": lambda p: torch.optim.RMSprop(p, lr=0.05),
    "RMSProp, decay": lambda p: torch.optim.RMSprop(
        p, lr=0.05, alpha=0.9, eps=1e-6, weight_decay=0.05
    ),
    "AdaDelta": lambda p: torch.optim.Adadelta(p),
    "AdaDelta, decay": lambda p: torch.optim.Adadelta(
        p, lr=0.5, rho=0.95, eps=1e-5, weight_decay=0.05
    ),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.05),
    "Adam, decay": lambda p: torch.optim.Adam(
        p, lr=0.05, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.05
    ),
    "SparseAdam": lambda p: torch.optim.SparseAdam(p, lr=0.05),
    "SparseAdam, other": lambda p: torch.optim.SparseAdam(
        p, lr=0.05, betas=(0.8, 0.99), eps=1e-4
    ),
}
SCHEDULES = {
    "constant": lambda o: torch.optim.lr_scheduler.ConstantLR(o, factor=1.0),
    "step_decay": lambda o: torch.optim.lr_scheduler.StepLR(o, 4, gamma=0.5),
    "inverse_time": lambda o: torch.optim.lr_scheduler.LambdaLR(
        o, lambda t: 1 / (1 + 0.3 * t)
    ),
    "cosine": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 25, eta_min=0.01),
}


def networks(count=30):
    """`count` networks: layers, weights, a batch, output, loss, gradients."""
    rng, file = np.random.default_rng(2026), {}
    kinds = zip(cycle(ACTIVATIONS), cycle(LOSSES), cycle([1, 2, 5, 17]), strict=False)
    for number, (hidden, loss, n) in zip(range(count), kinds, strict=False):
        depth = 1 + number % 5
        sizes = [int(size) for size in rng.integers(1, 7, depth + 1)]
        out = OUT.get(loss, ["Identity", "Tanh", "Linear"][number % 3])
        X, T = rng.normal(size=(n, sizes[0])), targets(loss, n, sizes[-1], rng)
        params, names = [], []
        for k, (d_in, d_out) in enumerate(pairwise(sizes), 1):
            params += [rng.normal(size=(d_out, d_in)), rng.normal(size=d_out)]
            names += ["Dense", hidden if k < depth else out]
        Y, value, grads = run(names, loss, params, X, T)
        entry = {"layers": names, "loss": loss, "sizes": sizes, "value": value}
        entry |= {"X": X, "T": T, "Y": Y, "params": flat(params), "grads": flat(grads)}
        file |= {f"{number}/{key}": np.asarray(thing) for key, thing in entry.items()}
    return file


def flat(arrays):
    """All entries of all arrays in a row."""
    return np.concatenate([a.ravel() for a in arrays])


def targets(loss, n, k, rng):
    """Targets of the kind that a loss wants."""
    if loss in ("MSE", "HalfMSE"):
        return rng.normal(size=(n, k))
    if loss in ("BCE", "SigmoidBCE"):
        return rng.integers(0, 2, (n, k)).astype(float)
    return np.eye(k)[rng.integers(0, k, n)]


def run(names, loss, params, X, T):
    """Output, loss and gradients by PyTorch; no gradient at all counts as zeros."""
    leaves = [torch.tensor(p, requires_grad=True) for p in params]
    Y, weights = torch.tensor(X), iter(leaves)
    for name in names:
        if name == "Dense":
            Y = F.linear(Y, next(weights), next(weights))
        else:
            Y = ACTIVATIONS[name](Y)
    value = LOSSES[loss](Y, torch.tensor(T))
    grads = torch.autograd.grad(value, leaves, allow_unused=True)
    zeros = [np.zeros(p.shape) for p in params]
    grads = [z if g is None else g.numpy() for g, z in zip(grads, zeros, strict=True)]
    return Y.detach().numpy(), value.item(), grads


def optimisers(steps=25):
    """Gradients for two parameters, and where each optimiser then takes them."""
    rng, shapes = np.random.default_rng(2027), [(5, 3), (4,)]
    starts = [rng.normal(size=shape) for shape in shapes]
    grads = [rng.normal(size=(steps, *shape)) for shape in shapes]
    rare = grads[0] * (rng.random((steps, 5, 1)) < 0.4)
    file = {"start0": starts[0], "start1": starts[1]}
    file |= {"grads0": grads[0], "grads1": grads[1], "rare": rare}
    for name, make in OPTIMISERS.items():
        if "Sparse" in name:
            file[f"{name}/0"] = path(make, starts[:1], [rare], sparse=True)[0]
        else:
            file |= numbered(name, path(make, starts, grads))
    for name, schedule in SCHEDULES.items():
        run = path(OPTIMISERS["Momentum"], starts, grads, schedule=schedule)
        file |= numbered(name, run)
    return file


def numbered(name, arrays):
    """One entry of the file for each parameter."""
    return {f"{name}/{k}": array for k, array in enumerate(arrays)}


def path(make, starts, grads, *, sparse=False, schedule=None):
    """Every parameter after every step: one array (steps, *shape) each."""
    params = [nn.Parameter(torch.tensor(start)) for start in starts]
    optimiser = make(params)
    scheduler = schedule(optimiser) if schedule else None
    paths = [[] for _ in params]
    for step in range(len(grads[0])):
        for p, g in zip(params, grads, strict=True):
            gradient = torch.tensor(g[step])
            p.grad = gradient.to_sparse(1) if sparse else gradient
        optimiser.step()
        if scheduler:
            scheduler.step()
        for path, p in zip(paths, params, strict=True):
            path.append(p.detach().numpy().copy())
    return [np.array(path) for path in paths]


if __name__ == "__main__":
    np.savez_compressed(HERE / "networks.npz", **networks())
    np.savez_compressed(HERE / "optimisers.npz", **optimisers())
