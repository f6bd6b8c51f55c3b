"""Loss surfaces over two weights, and how optimisers find their way down them."""

import copy
import re
from collections import namedtuple
from functools import cache
from inspect import signature
from itertools import islice
from typing import ClassVar

import numpy as np

from ... import plots
from ...activations import Sigmoid
from ...backprop import fit, value_and_grad
from ...data import gate
from ...gradient_descent import SGD, Adam, Momentum, RMSProp, constant
from ...loss import SigmoidBCE
from ...mlp import Network
from ..figure import Figure, Menu, Slider, Switch, Values
from ..spec import to_spec
from ..text import num, table
from .scientific import NUDGE, loss_text, parted, rate

STEPS = 100
FAR = 1e6  # a weight beyond this has diverged

Path = namedtuple("Path", "points doubtful off")
"""Point after point; the first step whose digits rounding decides, or None; the step
that went beyond all bounds, or None."""

Point = namedtuple("Point", "w g loss memory")
"""Two weights, the gradient there, the loss, and what the optimiser remembers."""


class Surface:
    """Abstract: a loss L(w₁, w₂), looked at in a window `centre` ± `half`.

    Contour lines are drawn at `levels`. Arguments are numbers or arrays of one shape.
    """

    centre, half = (0.0, 0.0), (2.0, 2.0)
    levels: ClassVar = ()

    def __call__(self, w1, w2):
        raise NotImplementedError

    def slope(self, w1, w2):
        """[∂L/∂w₁, ∂L/∂w₂]"""
        raise NotImplementedError

    def seen(self, centre, half, levels=None):
        """The same surface, looked at in another window."""
        other = copy.copy(self)
        other.centre, other.half = centre, half
        other.levels = self.levels if levels is None else levels
        return other

    def place(self, start):
        """The weights at `start`, counted in halves of the window from its centre."""
        ends = zip(self.centre, self.half, start, strict=True)
        return [centre + half * at for centre, half, at in ends]

    def config(self):
        """The surface as the page reads it."""
        window = {"centre": self.centre, "half": self.half, "levels": self.levels}
        return {"kind": type(self).__name__, **window}


class Bowl(Surface):
    """L = ½ (a w₁² + b w₂²): long and narrow where a and b differ much."""

    half = (10.0, 2.0)
    levels = (0.5, 2, 5, 10, 20, 40, 70, 110)

    def __init__(self, a=1.0, b=50.0):
        self.a, self.b = float(a), float(b)

    def __call__(self, w1, w2):
        return 0.5 * (self.a * w1 * w1 + self.b * w2 * w2)

    def slope(self, w1, w2):
        return [self.a * w1, self.b * w2]

    def config(self):
        return {**super().config(), "a": self.a, "b": self.b}


class Saddle(Surface):
    """L = ½ w₁² − ½ w₂² + ¼ w₂⁴: flat at the pass (0, 0), lowest at (0, ±1)."""

    levels = (-0.2, -0.1, 0, 0.2, 0.5, 1, 1.5, 2, 3)

    def __call__(self, w1, w2):
        return 0.5 * w1 * w1 - 0.5 * w2 * w2 + 0.25 * w2 * w2 * w2 * w2

    def slope(self, w1, w2):
        return [w1, w2 * w2 * w2 - w2]


class Ravine(Surface):
    """L = (1 − w₁)² + k (w₂ − w₁²)²: a bent valley, its floor all but level.

    Source: Rosenbrock, The Computer Journal 3 (1960), 175–184, with k = 100.
    """

    centre = (0.0, 1.0)
    levels = (0.3, 1, 3, 10, 25, 50, 100, 180)

    def __init__(self, k=10.0):
        self.k = float(k)

    def __call__(self, w1, w2):
        u, v = 1.0 - w1, w2 - w1 * w1
        return u * u + self.k * v * v

    def slope(self, w1, w2):
        v = w2 - w1 * w1
        return [-2.0 * (1.0 - w1) - 4.0 * self.k * w1 * v, 2.0 * self.k * v]

    def config(self):
        return {**super().config(), "k": self.k}


class NetworkLoss(Surface):
    """The loss of a network over two of its weights, all others left as they are.

    `which` names them: (number of the parameter in net.params, place in its row-major
    entries), twice. The network is copied.
    """

    def __init__(self, net, loss, X, T, which, *, centre, half, levels):
        self.net, self.loss, self.X, self.T = copy.deepcopy(net), loss, X, T
        self.which, self.centre, self.half, self.levels = which, centre, half, levels

    def set(self, w):
        for (param, entry), value in zip(self.which, w, strict=True):
            self.net.params[param].flat[entry] = value

    def __call__(self, w1, w2):
        found = []
        for w in zip(np.ravel(w1), np.ravel(w2), strict=True):
            self.set(w)
            out = self.net.trace(self.X)[-1]
            found.append(self.loss.equations(out, self.T)[0] / len(self.X))
        return np.reshape(found, np.shape(w1))[()]

    def slope(self, w1, w2):
        self.set((w1, w2))
        grads = value_and_grad(self.net, self.loss, self.X, self.T)[1]
        return [grads[param].flat[entry].item() for param, entry in self.which]

    def config(self):
        self.set(self.centre)
        return {
            **super().config(),
            "network": to_spec(self.net),
            "loss": to_spec(self.loss),
            "X": self.X.tolist(),
            "T": self.T.tolist(),
            "which": self.which,
        }


@cache
def _xnor():
    """A trained 2-2-1 network for XNOR: the weights of its second hidden unit for x₁
    and its first for x₁. Weights to two decimals, so that any machine has the same."""
    X, t = gate("XNOR")
    T = t[:, None].astype(float)
    rng = np.random.default_rng(5)
    net = Network.mlp([2, 2, 1], hidden=Sigmoid(), rng=rng)
    for _ in fit(net, SigmoidBCE(), Adam(0.05), X, T, epochs=300):
        pass
    for p in net.params:
        p[:] = p.round(2)
    which = ((0, 0), (0, 2))
    levels = (0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 2)
    window = {"centre": (0.0, 0.0), "half": (12.0, 12.0), "levels": levels}
    return NetworkLoss(net, SigmoidBCE(), X, T, which, **window)


class LossSurface(Figure):
    """Contour lines of a loss over two weights; optimisers race from a common start.

    `surfaces` maps names to Surfaces; `optimisers` maps names to optimisers whose
    constant learning rates are multiples of the slider's: Adam(1.0) takes η, Adam(10)
    takes ten times η. A twin, moved by a hair after each step, tells where rounding
    takes over: from there on no numbers are given.
    """

    title, view = "Loss surface", "views/surface"
    surfaces: ClassVar = {
        "½(w₁² + 50 w₂²)": Bowl(),
        "saddle": Saddle(),
        "ravine": Ravine(),
        "a network for XNOR": _xnor(),
    }
    optimisers: ClassVar = {
        "SGD": SGD(1.0),
        "momentum": Momentum(1.0),
        "RMSProp": RMSProp(1.0),
        "Adam": Adam(1.0),
    }
    controls = (
        Slider("step", 20, 0, STEPS, 1, "step"),
        Slider("log_eta", -1.5, -3.0, 1.0, 0.25, "log₁₀ η"),
        Menu("surface", "½(w₁² + 50 w₂²)", tuple(surfaces), "surface"),
        Switch("sgd", True, "SGD"),
        Switch("momentum", True, "momentum"),
        Switch("rmsprop", False, "RMSProp"),
        Switch("adam", True, "Adam"),
        Values("start", (-0.8, 0.8), -1.0, 1.0, 0.05, "start"),
    )

    def __init__(self, surfaces=None, optimisers=None, *, id=None, **starts):
        if surfaces is not None:
            self.surfaces = surfaces
        if optimisers is not None:
            self.optimisers = optimisers
        if surfaces is not None or optimisers is not None:
            self.controls = self._own_controls()
        self._paths = {}
        super().__init__(id=id, **starts)

    def _own_controls(self):
        names = tuple(self.surfaces)
        step, eta, _, *_, start = type(self).controls
        switches = (Switch(_word(name), True, name) for name in self.optimisers)
        return (
            step,
            eta,
            Menu("surface", names[0], names, "surface"),
            *switches,
            start,
        )

    def config(self):
        return {
            "surfaces": {name: f.config() for name, f in self.surfaces.items()},
            "optimisers": [
                {
                    "name": name,
                    "switch": _word(name),
                    "times": opt.lr(0),
                    "spec": to_spec(opt),
                }
                for name, opt in self.optimisers.items()
            ],
            "steps": STEPS,
        }

    # ---- the race ----------------------------------------------------------------

    def path(self, s, name):
        """How the optimiser `name` goes in state `s`, computed once."""
        key = (s.surface, s.log_eta, tuple(s.start), name)
        if key not in self._paths:
            surface, opt = self.surfaces[s.surface], self.optimisers[name]
            eta = rate(s.log_eta) * opt.lr(0)
            self._paths[key] = way_down(surface, opt, eta, surface.place(s.start))
        return self._paths[key]

    def racing(self, s):
        """The names of the optimisers that are switched on."""
        return [name for name in self.optimisers if getattr(s, _word(name))]

    # ---- what it says ------------------------------------------------------------

    def caption(self, s):
        at = self.surfaces[s.surface].place(s.start)
        start = f"({num(at[0], 2)}, {num(at[1], 2)})"
        how = f"{s.surface}, η = {rate(s.log_eta):g}, from {start}, step {s.step:g}"
        states = [f"{name} {self._stands(s, name)}" for name in self.racing(s)]
        return f"{how}: {'; '.join(states) or 'no optimiser is switched on'}."

    def _stands(self, s, name):
        path = self.path(s, name)
        if path.doubtful is not None and s.step >= path.doubtful:
            return "chaotic by now"
        if path.off is not None and s.step >= path.off:
            return f"diverged at step {path.off}"
        return f"at loss {loss_text(path.points[int(s.step)].loss)}"

    def numbers(self, s):
        surface = self.surfaces[s.surface]
        w = surface.place(s.start)
        start = table("The start", ["w₁", "w₂", "loss"], [[*w, surface(*w)]])
        return [start, *(self._table(s, name) for name in self.racing(s))]

    def _table(self, s, name):
        title, columns = f"{name}, step {s.step:g}", ["quantity", "w₁", "w₂"]
        path = self.path(s, name)
        lost = [step for step in (path.doubtful, path.off) if step is not None]
        if lost and s.step >= min(lost):
            return table(title, columns, [[self._stands(s, name), "", ""]])
        w, g, loss, memory = path.points[int(s.step)]
        rows = [["w", *w], ["∂L/∂w", *g], *([n, *m] for n, m in memory.items())]
        return table(title, columns, [*rows, ["loss", loss, ""]])

    def still(self, s):
        surface = self.surfaces[s.surface]
        fig, [ax] = plots.canvas(width=6.4, height=4.8)
        window = [
            (centre - half, centre + half)
            for centre, half in zip(surface.centre, surface.half, strict=True)
        ]
        plots.contours(surface, ax=ax, x=window[0], y=window[1], levels=surface.levels)
        for name in self.racing(s):
            points = [p.w for p in self.path(s, name).points[: int(s.step) + 1]]
            kind = list(self.optimisers).index(name)
            plots.descent(points, ax=ax, label=name, kind=kind)
        if self.racing(s):
            plots.legend(ax=ax, loc="upper right")
        ax.set(xlabel="w₁", ylabel="w₂")
        return fig


def way_down(surface, opt, eta, start):
    """The Path of a copy of `opt` with learning rate eta: STEPS steps from `start`."""
    twins = [_walk(surface, opt, eta, start, nudge) for nudge in (0, NUDGE)]
    points, doubtful = [], None
    for step, (here, beside) in enumerate(islice(zip(*twins, strict=True), STEPS + 1)):
        if not all(abs(w) <= FAR for w in here.w):
            return Path(points, doubtful, step)
        if doubtful is None and any(map(parted, here.w, beside.w)):
            doubtful = step
        points.append(here)
    return Path(points, doubtful, None)


def _walk(surface, opt, eta, start, nudge):
    """Point after point, without an end."""
    opt, w = copy.deepcopy(opt), np.array(start)
    opt.lr = constant(eta)
    opt.bind([w])
    names = list(signature(opt.move).parameters)[3:]
    while True:
        with np.errstate(all="ignore"):
            g = surface.slope(*w.tolist())
            memory = {n: a.tolist() for n, a in zip(names, opt.state[0], strict=True)}
            yield Point(w.tolist(), g, float(surface(*w.tolist())), memory)
            opt.advance([np.array(g)])
            w *= 1 + nudge


def _word(name):
    """A name as a control's: "½ Adam" → "_adam"."""
    return re.sub(r"\W+", "_", name.lower())
