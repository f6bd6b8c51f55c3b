"""Loss curves: a network trained on the page, its loss against epochs or steps."""

from collections import namedtuple
from functools import cache
from itertools import zip_longest
from math import ceil, isfinite
from typing import ClassVar

import numpy as np

from ... import plots
from ...activations import Tanh
from ...backprop import fit, train_test_split
from ...checks import require
from ...data import moons
from ...gradient_descent import SGD, AdaDelta, Adagrad, Adam, Momentum, RMSProp
from ...loss import MSE
from ...mlp import Elementwise, Network
from ..figure import Figure, Menu, Slider, Switch
from ..spec import to_spec
from ..text import table
from .scientific import NUDGE, loss_text, parted, rate, shake

OPTIMISERS = {
    "SGD": SGD,
    "momentum": Momentum,
    "Adagrad": Adagrad,
    "RMSProp": RMSProp,
    "AdaDelta": AdaDelta,
    "Adam": Adam,
}
ROWS = 30  # of the table of numbers, about

Run = namedtuple("Run", "steps train test doubtful diverged")
"""The loss of each step's rows; training and test loss after each epoch, from epoch 0
on; the first epoch whose digits rounding decides, or None; (epoch, step) or None."""


@cache
def _moons():
    """40 noisy moons to learn from and 60 to be tested on, to three decimals."""
    rng = np.random.default_rng(3)
    X, t = moons(n=100, noise=0.2, rng=rng)
    X, X_test, t, t_test = train_test_split(X.round(3), t, test_size=0.6, rng=rng)
    return X, t, X_test, t_test


class Shaken(Elementwise):
    """a = g(z) (1 + ν r), r ∈ [−1, 1) another number each time: as if rounded badly."""

    def __init__(self, g, nudge):
        self.g, self.nudge, self.init, self.count = g, nudge, g.init, 0

    def __call__(self, x):
        k = self.count + np.arange(x.size).reshape(x.shape)
        self.count += x.size
        return self.g(x) * (1 + self.nudge * shake(k))

    def derivative(self, z, a):
        return self.g.derivative(z, a)


class LossCurves(Figure):
    """A training run as it happens: training and test loss, and the run before.

    The network `sizes` learns `data`, a quadruple X, T, X_test, T_test, for so many
    `epochs`. A figure with fewer controls gives the others their values in `fixed`,
    weight decay among them. ValueError where network and data do not fit.

    A twin whose activations are rounded badly tells where rounding takes over: from
    there on no machine repeats another's digits, so none are given.
    """

    title, view = "Loss curves", "views/losses"
    controls = (
        Slider("log_eta", -1.0, -3.0, 1.0, 0.25, "log₁₀ η"),
        Menu("optimiser", "SGD", tuple(OPTIMISERS), "optimiser"),
        Menu("batch", "all", ("all", "20", "5", "1"), "batch size"),
        Slider("seed", 1, 1, 20, 1, "seed"),
        Menu("against", "epochs", ("epochs", "steps"), "loss against"),
        Switch("logs", True, "logarithmic loss axis"),
    )
    fixed: ClassVar = {}
    sizes, hidden, loss, epochs = (2, 4, 1), Tanh(), MSE(), 300

    def __init__(self, sizes=None, data=None, *, epochs=None, id=None, **starts):
        self.sizes = tuple(self.sizes if sizes is None else sizes)
        self.epochs = self.epochs if epochs is None else epochs
        self.data = [_rows(a) for a in (data or self.examples())]
        widths = [a.shape[1] for a in self.data]
        ends = [self.sizes[0], self.sizes[-1]] * 2
        require(widths == ends, f"LossCurves: data are {widths} wide, not {ends}.")
        starting = {c.name: c.start for c in LossCurves.controls}
        self.settings = {**starting, "decay": "0", **self.fixed}
        self._runs = {}
        super().__init__(id=id, **starts)

    def examples(self):
        """X, T, X_test, T_test where no `data` are given."""
        return _moons()

    def config(self):
        names = ("X", "T", "XTest", "TTest")
        specs = {name: to_spec(make(1.0)) for name, make in OPTIMISERS.items()}
        return {
            "data": {n: a.tolist() for n, a in zip(names, self.data, strict=True)},
            "sizes": self.sizes,
            "hidden": to_spec(self.hidden),
            "loss": to_spec(self.loss),
            "optimisers": specs,
            "epochs": self.epochs,
            "fixed": self.settings,
        }

    # ---- the run -----------------------------------------------------------------

    def run(self, s):
        """The run in state `s`, computed once."""
        s = {**self.settings, **vars(s)}
        key = tuple(s[n] for n in ("log_eta", "optimiser", "batch", "seed", "decay"))
        if key not in self._runs:
            self._runs[key] = self._train(key)
        return self._runs[key]

    def _train(self, key):
        steps, ends, doubtful, diverged = [], [], None, None
        twins = zip_longest(self._course(*key, 0), self._course(*key, NUDGE))
        for epoch, (here, beside) in enumerate(twins):
            if here is None:
                break
            done, *losses = here
            steps += done
            if not losses:
                diverged = epoch, len(steps) + 1
                break
            if doubtful is None and _parted(losses, beside):
                doubtful = epoch
            ends.append(losses)
        return Run(steps, *zip(*ends, strict=True), doubtful, diverged)

    def _course(self, log_eta, optimiser, batch, seed, decay, nudge):
        """After each epoch: the losses of its steps, the training and the test loss.

        The last two are missing, and it ends, where the run diverges.
        """
        X, T, X_test, T_test = self.data
        rng = np.random.default_rng(int(seed))
        hidden = Shaken(self.hidden, nudge)
        net = Network.mlp(self.sizes, hidden=hidden, rng=rng)
        opt = OPTIMISERS[optimiser](rate(log_eta), weight_decay=float(decay))
        size = len(X) if batch == "all" else int(batch)
        how = {"epochs": self.epochs, "batch_size": size, "rng": rng}
        run = fit(net, self.loss, opt, X, T, **how)
        hidden.count = 0  # fit looked at the shapes with a forward pass of its own

        def loss(X, T):
            with np.errstate(all="ignore"):
                return float(self.loss.equations(net.trace(X)[-1], T)[0]) / len(X)

        yield [], loss(X, T), loss(X_test, T_test)
        for _ in range(self.epochs):
            done = []
            try:
                for _ in range(ceil(len(X) / size)):
                    done.append(next(run)[2])
            except FloatingPointError:
                yield (done,)
                return
            yield done, loss(X, T), loss(X_test, T_test)

    # ---- what it says ------------------------------------------------------------

    def caption(self, s):
        run, s = self.run(s), {**self.settings, **vars(s)}
        net = "-".join(map(str, self.sizes))
        rows = "all rows a step" if s["batch"] == "all" else f"batches of {s['batch']}"
        decay = "" if s["decay"] == "0" else f", λ = {s['decay']}"
        eta = rate(s["log_eta"])
        how = f"{net}, {s['optimiser']}, η = {eta:g}{decay}, {rows}, seed {s['seed']:g}"
        scale = "logarithmic" if s["logs"] else "linear"
        axes = f"Loss on a {scale} axis against {s['against']}."
        return f"{how}: {self._outcome(run)} {axes}"

    def _outcome(self, run):
        if run.doubtful is not None:
            return "chaotic: rounding decides, and no digit of its loss is certain."
        if run.diverged:
            epoch, step = run.diverged
            return f"diverged at step {step:,} (epoch {epoch})."
        last, lowest = run.test[-1], min(run.test)
        end = (
            f"training loss {loss_text(run.train[-1])} and test loss {loss_text(last)} "
            f"after {self.epochs} epochs ({len(run.steps):,} steps)."
        )
        if not last > 1.01 * lowest:
            return end
        first = next(e for e, v in enumerate(run.test) if v <= 1.001 * lowest)
        return (
            f"{end} The test loss was lowest, {loss_text(lowest)}, about epoch {first}."
        )

    def numbers(self, s):
        run = self.run(s)
        # when chaos begins hangs on rounding too: the table ends safely before
        known = len(run.train) if run.doubtful is None else run.doubtful // 50 * 50
        ends = zip(range(known), run.train, run.test, strict=False)
        every = ceil(self.epochs / ROWS)
        rows = [
            [epoch, *losses]
            for epoch, *losses in ends
            if epoch % every == 0 and all(map(isfinite, losses))
        ]
        columns = ["epoch", "training loss", "test loss"]
        return [table("Loss after each epoch", columns, rows)]

    def still(self, s):
        run, s = self.run(s), {**self.settings, **vars(s)}
        fig, [ax] = plots.canvas(width=6.4, height=4.0)
        size = len(self.data[0]) if s["batch"] == "all" else int(s["batch"])
        plots.loss_curves(
            run.train,
            run.test,
            ax=ax,
            steps=run.steps if s["against"] == "steps" else None,
            per_epoch=ceil(len(self.data[0]) / size),
            epochs=min(self.epochs, max(10, 2 * run.diverged[0]))
            if run.diverged
            else self.epochs,
            log=s["logs"],
        )
        return fig


def _rows(a):
    a = np.asarray(a, float)
    return a[:, None] if a.ndim == 1 else a


def _parted(losses, beside):
    """Whether a twin that ended, or stands elsewhere, casts doubt on these losses."""
    if beside is None or len(beside) < 3:
        return True
    return any(
        parted(one, other) for one, other in zip(losses, beside[1:], strict=True)
    )
