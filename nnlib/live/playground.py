"""The playground: a whole training run under the reader's hands, and its Python.

The program that "Copy as nnlib code" gives is the one that computes the figure here:
`program` writes it, `run` executes it, and the page fills in the same lines.
"""

from functools import cache, lru_cache
from types import SimpleNamespace

import numpy as np

import nnlib

from .. import plots
from ..activations import (
    Heaviside,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Softmax,
    Step,
    Tanh,
)
from ..backprop import value_and_grad
from ..data import GATES
from ..loss import HEADS
from ..mlp import Identity
from .figure import Figure, Menu, Slider, Values
from .perceptron import window
from .spec import to_spec
from .text import num, percent, table

HORIZON = 300  # epochs that a run may take, and a schedule reckons with
FEWEST = 10  # examples below which none are kept back as a test set

TASKS = {
    "two classes": "binary",
    "many classes": "multi-class",
    "one number": "single-output regression",
    "two numbers": "multi-output regression",
}
TARGETS = {
    "two classes": "T = (t % 2)[:, None]",
    "many classes": "T = nn.one_hot(t, {classes})",
    "one number": "T = X[:, :1] * X[:, 1:]",
    "two numbers": "T = np.column_stack([X[:, 0] * X[:, 1], X[:, 0]**2 - X[:, 1]**2])",
}
CLOUD = "X, t = nn.{}(n={}, noise={}, rng=np.random.default_rng({}){})\nX = X.round(3)"
DRAWN = "drawn"
CLOUDS = {
    "moons": CLOUD.format("moons", 200, 0.15, 1, ""),
    "circles": CLOUD.format("circles", 200, 0.1, 1, ""),
    "spirals": CLOUD.format("spirals", 240, 0.03, 1, ""),
    "XOR clouds": CLOUD.format("xor_clouds", 200, 0.3, 1, ""),
    "two blobs": CLOUD.format("blobs", 200, 0.5, 1, ""),
    "three blobs": CLOUD.format("blobs", 210, 0.35, 1, ", classes=3"),
    "four blobs": CLOUD.format("blobs", 200, 0.3, 1, ", classes=4"),
}
DIGITS = """\
X, t = nn.digits()
X, t = X[t < 4].reshape(-1, 8, 8), t[t < 4]
ink = X[:, 2:6, 3:5].mean((1, 2)), X[:, :4].mean((1, 2)) - X[:, 4:].mean((1, 2))
X = np.column_stack([4 * ink[0] - 2, 8 * ink[1]]).round(3)"""
"""The digits 0 to 3 by two measures: ink in the middle, ink above less ink below."""
TABLES = {name: f'X, t = nn.gate("{name}")' for name in GATES}
DATA = {**CLOUDS, "digits 0–3": DIGITS, **TABLES}
POINTS = """\
P = np.array({points}).reshape(-1, 3)
X, t = P[:, :2], P[:, 2].astype(int)"""
LOSSES = {
    "log loss of z": ("SigmoidBCE", "SoftmaxCE", "MSE"),
    "log loss of p": ("BCE", "CE", "MSE"),
    "squared error": ("MSE", "MSE", "MSE"),
    "half squared error": ("HalfMSE", "HalfMSE", "HalfMSE"),
}
OUT = {"SigmoidBCE": "Identity", "SoftmaxCE": "Identity"}
OPTIMISERS = {
    "SGD": "SGD({lr}{decay})",
    "momentum": "Momentum({lr}{decay})",
    "Nesterov": "Momentum({lr}, nesterov=True{decay})",
    "Adagrad": "Adagrad({lr}{decay})",
    "RMSProp": "RMSProp({lr}{decay})",
    "AdaDelta": "AdaDelta({lr}{decay})",
    "Adam": "Adam({lr}{decay})",
    "SparseAdam": "SparseAdam({lr})",
}
SCHEDULES = {
    "constant": "{lr}",
    "steps": "nn.step_decay({lr}, every={every})",
    "1/t": "nn.inverse_time({lr}, rate=0.02 / {per_epoch})",
    "cosine": "nn.cosine({lr}, steps={horizon})",
}
ACTIVATIONS = {
    "tanh": Tanh(),
    "ReLU": ReLU(),
    "leaky ReLU": LeakyReLU(),
    "sigmoid": Sigmoid(),
    "softmax": Softmax(),
    "identity": Identity(),
    "2 z + 1": Linear(2.0, 1.0),
    "step at ½": Step(0.5),
    "Heaviside": Heaviside(),
}
RATES = [float(f"{10.0 ** (k / 4):.2g}") for k in range(-16, 3)]  # η at each notch
BATCHES = ("1", "4", "10", "32", "all")
DECAYS = ("0", "0.0001", "0.001", "0.01", "0.1")

PROGRAM = """\
import numpy as np
import nnlib as nn

{data}
{target}
{split}rng = np.random.default_rng({seed})
net = nn.Network.mlp({sizes}, hidden=nn.{hidden}, out=nn.{out}, rng=rng)
loss = nn.{loss}()
opt = nn.{optimiser}
{edits}history = [loss(net(X), T)]
{fit}print(f"epoch {epoch}: {{history[-1]!r}}")
"""
SPLIT = """\
parts = nn.train_test_split(X, T, test_size=0.25, rng=np.random.default_rng(0))
X, X_test, T, T_test = parts
"""
EDIT = """\


def edit(epoch):
    for when, index, weight in {edits}:
        for p in net.params if when == epoch else ():
            if 0 <= index < p.size:
                p.flat[index] = weight
            index -= p.size


edit(0)
"""
FIT = """\
for _, step, _ in nn.fit(net, loss, opt, X, T, epochs={epoch}{batch}):
    if step % {per_epoch} == 0:
{edit}        history.append(loss(net(X), T))
"""


def triples(flat):
    """(a, b, c, d, e, f) → [(a, b, c), (d, e, f)]; what is left over does not count."""
    whole = len(flat) - len(flat) % 3
    return [tuple(flat[k : k + 3]) for k in range(0, whole, 3)]


@cache
def data_set(name):
    """X, t of one of DATA."""
    names = {"np": np, "nn": nnlib}
    exec(DATA[name], names)
    return names["X"], names["t"]


def examples(s):
    """X (n, 2) and t (n,) of state `s`: a data set, or what the reader has drawn."""
    if s.data != DRAWN:
        return data_set(s.data)
    drawn = np.array(triples(s.points)).reshape(-1, 3)
    return drawn[:, :2], drawn[:, 2].astype(int)


def facts(s):
    """What the program of state `s` must know of its data and settings."""
    X, t = examples(s)
    n = len(X)
    kept = round(n * 0.25) if n >= FEWEST else 0
    rows = n - kept
    batch = rows if s.batch == "all" else min(int(s.batch), rows)
    classes = max(2, int(t.max(initial=0)) + 1)
    outputs = {"two classes": 1, "many classes": classes, "one number": 1}.get(
        s.task, 2
    )
    return SimpleNamespace(
        n=n,
        test=kept,
        batch=batch,
        classes=classes,
        per_epoch=-(-rows // batch) if batch else 0,
        whole=batch == rows,
        sizes=[2, *map(int, s.hidden), outputs],
        loss=LOSSES[s.loss][{"two classes": 0, "many classes": 1}.get(s.task, 2)],
        lr=RATES[round(4 * s.lr) + 16],
    )


def layout(points):
    """Triples as the rows of an array in the program."""
    return "[" + ", ".join(f"({a:g}, {b:g}, {c:g})" for a, b, c in points) + "]"


def program(s):
    """The Python of state `s`: what a reader copies, and what `run` executes.

    Empty while there are not the two examples that a network needs at least.
    """
    f = facts(s)
    if f.n < 2:
        return ""
    drawn = POINTS.format(points=layout(triples(s.points)))
    edits = triples(s.edits)
    head = HEADS[TASKS[s.task]]
    rate = SCHEDULES[s.schedule].format(
        lr=f"{f.lr:g}",
        every=HORIZON // 3 * f.per_epoch,
        per_epoch=f.per_epoch,
        horizon=HORIZON * f.per_epoch,
    )
    decay = "" if s.decay == "0" else f", weight_decay={s.decay}"
    fit = FIT.format(
        epoch=s.epoch,
        batch="" if f.whole else f", batch_size={f.batch}, rng=rng",
        per_epoch=f.per_epoch,
        edit=f"        edit(step // {f.per_epoch})\n" if edits else "",
    )
    return PROGRAM.format(
        data=drawn if s.data == DRAWN else DATA[s.data],
        target=TARGETS[s.task].format(classes=f.classes),
        split=SPLIT if f.test else "",
        seed=s.seed,
        sizes=f.sizes,
        hidden=ACTIVATIONS[s.activation],
        out=f"{OUT.get(f.loss) or type(head.out).__name__}()",
        loss=f.loss,
        optimiser=OPTIMISERS[s.optimiser].format(lr=rate, decay=decay),
        edits=EDIT.format(edits=layout(edits)) if edits else "",
        fit=fit if s.epoch else "",
        epoch=s.epoch,
    )


@lru_cache(maxsize=64)
def execute(text):
    """The names that a program leaves behind, and whether it came to its end."""
    names = {"print": lambda *words: None}
    with np.errstate(all="ignore"):
        try:
            exec(text, names)
        except FloatingPointError:
            return SimpleNamespace(**names), False
    return SimpleNamespace(**names), True


def right(net, X, T):
    """How many rows of X are answered with the class that T says."""
    z = net(X)
    if T.shape[1] > 1:
        return int((z.argmax(1) == T.argmax(1)).sum())
    threshold = 0.0 if isinstance(net.layers[-1], Identity) else 0.5
    return int(((z > threshold) == T).sum())


def run_config(names):
    """What static/playground/run.js needs for runs on these data sets, as JSON."""
    sets = {name: data_set(name) for name in names}
    return {
        "data": {
            name: {"X": X.ravel().tolist(), "t": t.tolist(), "code": DATA[name]}
            for name, (X, t) in sets.items()
        },
        "drawn": DRAWN,
        "windows": {
            **{name: window(X) for name, (X, _) in sets.items()},
            DRAWN: [-2.0, 2.0],
        },
        "activations": {name: to_spec(g) for name, g in ACTIVATIONS.items()},
        "activationCode": {name: repr(g) for name, g in ACTIVATIONS.items()},
        "tasks": TASKS,
        "losses": LOSSES,
        "rates": RATES,
        "horizon": HORIZON,
        "fewest": FEWEST,
    }


class Playground(Figure):
    """Four tasks, any data, any small network: trained while you watch."""

    title, view = "Playground", "views/playground"
    controls = (
        Menu("task", "two classes", tuple(TASKS), "task"),
        Menu("data", "moons", (*CLOUDS, "digits 0–3", DRAWN, *TABLES), "data"),
        Menu("activation", "tanh", tuple(ACTIVATIONS), "activation"),
        Menu("loss", "log loss of z", tuple(LOSSES), "loss"),
        Menu("optimiser", "SGD", tuple(OPTIMISERS), "optimiser"),
        Slider("lr", -1.0, -4.0, 0.5, 0.25, "log₁₀ η"),
        Menu("schedule", "constant", tuple(SCHEDULES), "schedule"),
        Menu("batch", "10", BATCHES, "batch size"),
        Menu("decay", "0", DECAYS, "weight decay"),
        Slider("seed", 0, 0, 99, 1, "seed"),
        Slider("epoch", 0, 0, HORIZON, 1, "epoch"),
        Values("hidden", (4.0,), 1.0, 8.0, 1.0, "units", least=0, most=6),
        Values("points", (), -2.0, 3.0, 0.05, "points", least=0, most=600),
        Values("edits", (), -20.0, 1000.0, 0.01, "edits", least=0, most=300),
    )

    def config(self):
        return {
            **run_config(DATA),
            "code": {
                "program": PROGRAM,
                "drawn": POINTS,
                "split": SPLIT,
                "edit": EDIT,
                "fit": FIT,
                "targets": TARGETS,
                "optimisers": OPTIMISERS,
                "schedules": SCHEDULES,
            },
        }

    def caption(self, s):
        text = program(s)
        if not text:
            return "Draw two points or more: then there is something to learn."
        names, whole = execute(text)
        done = len(names.history) - 1 if "history" in vars(names) else -1
        if not whole:
            return f"Diverged in epoch {done + 1}: try a smaller learning rate."
        f = facts(s)
        layers = "–".join(map(str, f.sizes))
        said = f"{layers} after epoch {s.epoch}: loss {num(names.history[-1], 4)}"
        if f.test:
            lost = names.loss(names.net(names.X_test), names.T_test)
            said += f" in training, {num(lost, 4)} on the test set"
        if "class" in s.task:
            X, T = (names.X_test, names.T_test) if f.test else (names.X, names.T)
            said += f"; {percent(right(names.net, X, T), len(X))} of it right"
        return f"{said}."

    def numbers(self, s):
        names, whole = execute(program(s)) if program(s) else (None, False)
        if not whole:
            return [table("Nothing to show", ["what"], [["no finite loss"]])]
        _, grads = value_and_grad(names.net, names.loss, names.X, names.T)
        sizes = facts(s).sizes
        norms = [
            [k + 1, sizes[k + 1], *map(np.linalg.norm, grads[2 * k : 2 * k + 2])]
            for k in range(len(sizes) - 1)
        ]
        every = max(1, s.epoch // 20)
        losses = [
            [e, v]
            for e, v in enumerate(names.history)
            if e % every == 0 or e == s.epoch
        ]
        weights = [
            [f"layers[{2 * (k // 2)}].{'Wb'[k % 2]}[{i}]", float(value)]
            for k, p in enumerate(names.net.params)
            for i, value in enumerate(p.flat)
        ]
        return [
            table("Layers", ["layer", "units", "‖∂L/∂W‖", "‖∂L/∂b‖"], norms),
            table("Loss in training", ["epoch", "loss"], losses),
            table("Parameters", ["name", "value"], weights),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        text = program(s)
        X, t = examples(s)
        ends = self.canvas.config["windows"][s.data]
        names, whole = execute(text) if text else (None, False)
        if whole:
            self._answers(names, s, left, ends)
            right.plot(names.history)
        if len(X):
            plots.points(X, t, ax=left)
        left.set(xlabel="x₁", ylabel="x₂", xlim=ends, ylim=ends)
        right.set(xlabel="epoch", ylabel="loss in training", ylim=(0, None))
        return fig

    def _answers(self, names, s, ax, ends):
        """What the network of the program answers over the plane."""
        logits = isinstance(names.net.layers[-1], Identity)
        if s.task == "many classes":
            score = names.net if logits else lambda P: np.log(names.net(P) + 1e-300)
            plots.regions(score, ax=ax, x=ends, y=ends)
        else:
            threshold = 0.0 if logits else 0.5
            score = lambda P: names.net(P)[:, 0] - threshold  # noqa: E731
            plots.field(score, ax=ax, x=ends, y=ends, soft=True)


def settings(**changes):
    """A state of the playground: its start, but for `changes`, each checked by name."""
    where = "settings"
    names = [c.name for c in Playground.controls]
    for name in changes:
        if name not in names:
            raise TypeError(f"{where} has no {name!r}; it takes {', '.join(names)}.")
    return SimpleNamespace(
        **{
            c.name: c.check(changes.get(c.name, c.start), where)
            for c in Playground.controls
        }
    )
