"""How fast nnlib learns, next to numpy written by hand, PyTorch and scikit-learn.

One training step (forward, loss, every gradient, SGD) of the same network on the same
rows; then the digits, learnt from nothing. All on one thread. The runs are interleaved,
so that a busy moment of the machine slows all alike, and the least time of each
counts. PyTorch and scikit-learn are optional: pip install torch scikit-learn.
"""
# ruff: noqa: E402 (the number of threads is read when numpy is imported)

import os

for name in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM"):
    os.environ[f"{name}_NUM_THREADS"] = "1"

import argparse
import json
import warnings
from importlib import import_module
from itertools import islice
from time import perf_counter

import numpy as np

from nnlib import (
    SGD,
    Adam,
    Network,
    ReLU,
    SigmoidBCE,
    SoftmaxCE,
    Tanh,
    digits,
    fit,
    one_hot,
    train_test_split,
)

ETA = 0.01
NETS = {"2-2-1": 4, "2-16-16-1": 200, "2-64-64-1": 500, "64-64-10": 64}
TARGETS = {
    "numpy": {"2-2-1": 1.35, "2-16-16-1": 1.15, "2-64-64-1": 1.15, "64-64-10": 1.15},
    "PyTorch": {"2-2-1": 0.5, "2-16-16-1": 0.5},
}
"""nnlib's time divided by the other's: not more than this."""


def problem(sizes, n):
    """Random rows and targets, and the weights that every library starts from."""
    rng = np.random.default_rng(0)
    X, t = rng.normal(size=(n, sizes[0])), rng.integers(0, max(sizes[-1], 2), n)
    T = one_hot(t, sizes[-1]) if sizes[-1] > 1 else t[:, None].astype(float)
    return X, t, T, Network.mlp(sizes, hidden=Tanh(), rng=rng)


def nnlib_steps(sizes, n):
    """A generator: each `next` is one step of nnlib's `fit`, and yields its loss."""
    X, _, T, net = problem(sizes, n)
    loss = SoftmaxCE() if sizes[-1] > 1 else SigmoidBCE()
    for _, _, value in fit(net, loss, SGD(ETA), X, T, epochs=10**9):
        yield value


def numpy_steps(sizes, n):
    """The same step as one would write it for this one network, every line by hand."""
    X, _, T, net = problem(sizes, n)
    Ws, bs = net.params[::2], net.params[1::2]
    last = len(Ws) - 1
    while True:
        A = [X]
        for k, (W, b) in enumerate(zip(Ws, bs, strict=True)):
            z = A[-1] @ W.T + b
            A.append(z if k == last else np.tanh(z))
        if T.shape[1] > 1:
            z = z - z.max(1, keepdims=True)
            e = np.exp(z)
            total = e.sum(1, keepdims=True)
            loss = (np.log(total).sum() - (z * T).sum()) / n
            delta = (e / total - T) / n
        else:
            e = np.exp(-np.abs(z))
            loss = (np.maximum(z, 0) - z * T + np.log1p(e)).sum() / n
            delta = (np.where(z >= 0, 1.0, e) / (1 + e) - T) / n
        for k in range(last, -1, -1):
            dW, db = delta.T @ A[k], delta.sum(0)
            if k:
                delta = (delta @ Ws[k]) * (1 - A[k] * A[k])
            Ws[k] -= ETA * dW
            bs[k] -= ETA * db
        yield loss


def torch_steps(sizes, n):
    """The same step in PyTorch, float64 on one thread. ImportError without PyTorch."""
    torch = import_module("torch")
    torch.set_num_threads(1)
    X, t, T, net = problem(sizes, n)
    layers = []
    for W, b in zip(net.params[::2], net.params[1::2], strict=True):
        linear = torch.nn.Linear(*W.shape[::-1], dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(W), torch.tensor(b)
        layers += [linear, torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1])
    many = sizes[-1] > 1
    criterion = torch.nn.CrossEntropyLoss() if many else torch.nn.BCEWithLogitsLoss()
    optimiser = torch.optim.SGD(model.parameters(), lr=ETA)
    X, T = torch.tensor(X), torch.tensor(t) if many else torch.tensor(T)
    while True:
        optimiser.zero_grad()
        loss = criterion(model(X), T)
        loss.backward()
        optimiser.step()
        yield loss.item()


def sklearn_steps(sizes, n):
    """One `partial_fit` on all rows, float64. ImportError without scikit-learn."""
    module = import_module("sklearn.neural_network")
    X, t, _, _ = problem(sizes, n)
    model = module.MLPClassifier(
        sizes[1:-1], activation="tanh", solver="sgd", alpha=0.0, batch_size=n,
        learning_rate_init=ETA, momentum=0.0, random_state=0,
    )  # fmt: skip
    while True:
        yield model.partial_fit(X, t, classes=np.arange(max(sizes[-1], 2)))


SAME = ("nnlib", "numpy", "PyTorch")  # scikit-learn draws its own first weights
LIBRARIES = {
    "nnlib": nnlib_steps,
    "numpy": numpy_steps,
    "PyTorch": torch_steps,
    "scikit-learn": sklearn_steps,
}


def available():
    """The libraries that are here; a line on how to get each one that is not."""
    found = {}
    for name, steps in LIBRARIES.items():
        try:
            next(steps([2, 2, 1], 4))
            found[name] = steps
        except ImportError:
            package = {"PyTorch": "torch"}.get(name, name)
            print(f"{name} is not here; for its column: pip install {package}")
    return found


def same_losses(libraries, *, steps=10):
    """AssertionError unless nnlib, numpy and PyTorch take the very same steps."""
    for net, n in NETS.items():
        sizes = [int(size) for size in net.split("-")]
        runs = [libraries[name](sizes, n) for name in libraries if name in SAME]
        for losses in islice(zip(*runs, strict=True), steps):
            np.testing.assert_allclose(losses, losses[0], rtol=1e-10)


def step_times(libraries, net, *, rounds):
    """The least time of one step in microseconds, for each library."""
    sizes = [int(size) for size in net.split("-")]
    runs = {name: steps(sizes, NETS[net]) for name, steps in libraries.items()}
    best = dict.fromkeys(runs, np.inf)
    counts = {name: batch_of(run) for name, run in runs.items()}
    for _ in range(rounds):
        for name, run in runs.items():
            start = perf_counter()
            for _ in range(counts[name]):
                next(run)
            best[name] = min(best[name], (perf_counter() - start) / counts[name])
    return {name: 1e6 * seconds for name, seconds in best.items()}


def batch_of(run, *, milliseconds=4):
    """So many steps that the clock's own cost does not show."""
    next(run)
    start = perf_counter()
    next(run)
    return max(1, int(milliseconds / 1e3 / (perf_counter() - start)))


def learn_digits(*, seeds, epochs=30):
    """Seconds and test accuracy: a shuffled fifth a seed; then the unshuffled last."""
    X, t = digits()
    shuffled = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        parts = train_test_split(X, t, test_size=0.2, rng=rng)
        shuffled.append(one_run(*parts, rng, epochs))
    cut = len(X) * 4 // 5
    rng = np.random.default_rng(0)
    return shuffled, one_run(X[:cut], X[cut:], t[:cut], t[cut:], rng, epochs)


def one_run(X, X_test, t, t_test, rng, epochs):
    """Train a 64-64-10 network: the seconds it took, its accuracy on the test rows."""
    net = Network.mlp([64, 64, 10], hidden=ReLU(), rng=rng)
    start = perf_counter()
    opt, T = Adam(0.003), one_hot(t, 10)
    for _ in fit(net, SoftmaxCE(), opt, X, T, epochs=epochs, batch_size=32, rng=rng):
        pass
    seconds = perf_counter() - start
    return seconds, float((net(X_test).argmax(axis=1) == t_test).mean())


def report(rounds, seeds):
    """Print the tables; return their numbers, and the targets that were missed."""
    libraries, times, missed = available(), {}, []
    same_losses(libraries)
    print("\nOne training step, in microseconds; in brackets nnlib's time over theirs")
    print(f"{'network':12}{'rows':>5}" + "".join(f"{name:>20}" for name in libraries))
    for net, n in NETS.items():
        times[net] = row = step_times(libraries, net, rounds=rounds)
        cells = [f"{time:.1f} ({row['nnlib'] / time:4.2f})" for time in row.values()]
        print(f"{net:12}{n:5}" + "".join(f"{cell:>20}" for cell in cells))
        for name, limits in TARGETS.items():
            ratio = row["nnlib"] / row.get(name, np.inf)
            if ratio > limits.get(net, np.inf):
                missed.append(f"{net}: {ratio:.2f} of {name}, target {limits[net]}")
    shuffled, last = learn_digits(seeds=seeds)
    seconds, accuracy = np.mean(shuffled, axis=0)
    print(f"\nDigits, 64-64-10, {seeds} seeds, a shuffled fifth held out:")
    print(f"  accuracy {accuracy:.2%} on average, {seconds:.2f} s each")
    print(f"  the last fifth, written by other people: accuracy {last[1]:.2%}")
    if accuracy < 0.975:
        missed.append(f"digits: accuracy {accuracy:.2%}, target 97.5%")
    results = {"shuffled": shuffled, "last fifth": last}
    return {"steps": times, "digits": results}, missed


def main():
    """Measure, print, and with --json write the numbers down for the book."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="interleaved rounds")
    parser.add_argument("--seeds", type=int, default=5, help="runs on the digits")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there too")
    parser.add_argument("--strict", action="store_true", help="fail on a missed target")
    options = parser.parse_args()
    warnings.filterwarnings("ignore", module="sklearn")
    numbers, missed = report(options.rounds, options.seeds)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(numbers, file, indent=1)
    print("\nTargets: " + ("; ".join(f"MISSED {m}" for m in missed) or "all met."))
    raise SystemExit(bool(missed) and options.strict)


if __name__ == "__main__":
    main()
