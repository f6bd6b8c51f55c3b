"""More live figures of chapter 5: optimisers at work, runs that fail, over-fitting."""

import copy
import re
from functools import cache
from inspect import signature
from typing import ClassVar, NamedTuple

import numpy as np

from .. import plots
from ..activations import Sigmoid, Tanh
from ..backprop import fit, value_and_grad
from ..gradient_descent import (
    SGD,
    AdaDelta,
    Adagrad,
    Adam,
    Momentum,
    RMSProp,
    SparseAdam,
    inverse_time,
    stopped,
)
from ..loss import MSE, SigmoidBCE
from ..mlp import Dense, Network
from .figure import Figure, Menu, Slider, Switch, Values
from .spec import to_spec
from .text import num, table
from .views.scientific import loss_text
from .views.sizes import size_text
from .views.surface import STEPS, Bowl, NetworkLoss, Ravine, Saddle, _xnor, way_down

# --- the race -----------------------------------------------------------------------


class Race(NamedTuple):
    """A surface to race on, its window set so that the usual start suits it."""

    surface: object
    eta: float
    goal: float  # who has a loss as small as this has arrived


class Standing(NamedTuple):
    """Where a racer stands: its loss, the step at which it arrived, how it got lost."""

    loss: float | None  # None for one that is lost
    arrived: int | None  # None before that
    lost: str = ""


class OptimiserRace(Figure):
    """Six optimisers race down a loss over two weights, from one start, with one η.

    Each race has its own η, which the slider doubles and halves, and another winner;
    AdaDelta knows no η. The ledger tells what the chosen one has in hand. The path is
    nnlib's, step by step; where rounding takes over, no numbers are given.
    """

    title, view = "Optimiser race", "views/race"
    races: ClassVar = {
        "round bowl": Race(
            Bowl(1, 1).seen(
                (0.0, 0.0), (100.0, 100.0), (200, 800, 2000, 4000, 6000, 8000)
            ),
            eta=0.5,
            goal=0.01,
        ),
        "ravine": Race(Bowl(), eta=0.025, goal=0.05),
        "saddle": Race(Saddle().seen((0.0, -0.81), (2.0, 1.0)), eta=1.0, goal=-0.2),
        "bent valley": Race(Ravine(), eta=0.1, goal=0.05),
        "network for XNOR": Race(
            _xnor().seen((-2.0, -8.0), (10.0, 10.0)), eta=0.1, goal=0.1
        ),
        "small bowl": Race(
            Bowl(1, 2).seen(
                (0.0, 0.0), (0.2, 0.2), (0.002, 0.005, 0.01, 0.02, 0.03, 0.045)
            ),
            eta=0.0005,
            goal=0.0001,
        ),
    }
    optimisers: ClassVar = {
        "SGD": SGD(1.0),
        "momentum": Momentum(1.0),
        "Adagrad": Adagrad(1.0),
        "RMSProp": RMSProp(1.0),
        "AdaDelta": AdaDelta(),
        "Adam": Adam(1.0),
    }
    controls = (
        Slider("step", 60, 0, STEPS, 1, "step"),
        Slider("doublings", 0, -6, 6, 1, "η doubled"),
        Menu("race", "ravine", tuple(races), "race"),
        Menu("chosen", "Adam", tuple(optimisers), "ledger of"),
        Values("start", (-0.8, 0.8), -1.0, 1.0, 0.05, "start"),
    )

    def __init__(self, *, id=None, **starts):
        self._routes = {}
        super().__init__(id=id, **starts)

    def config(self):
        return {
            "races": {
                name: {"surface": f.config(), "eta": eta, "goal": goal}
                for name, (f, eta, goal) in self.races.items()
            },
            "optimisers": [
                {"name": name, "spec": to_spec(opt), "own": self.own(name)}
                for name, opt in self.optimisers.items()
            ],
            "steps": STEPS,
        }

    def own(self, name):
        """The learning rate of an optimiser that goes by none but its own, or None."""
        opt = self.optimisers[name]
        return opt.lr(0) if isinstance(opt, AdaDelta) else None

    def eta(self, s, name):
        return self.own(name) or self.races[s.race].eta * 2.0**s.doublings

    def route(self, s, name):
        """How the optimiser `name` goes in state `s`: a Path, computed once."""
        surface, eta = self.races[s.race].surface, self.eta(s, name)
        key = (s.race, eta, tuple(s.start), name)
        if key not in self._routes:
            opt = self.optimisers[name]
            self._routes[key] = way_down(surface, opt, eta, surface.place(s.start))
        return self._routes[key]

    def standing(self, s, name):
        """Where the optimiser `name` stands at this step."""
        points, doubtful, off = self.route(s, name)
        certain = points[: s.step + 1][:doubtful]
        goal = self.races[s.race].goal
        arrived = next((k for k, p in enumerate(certain) if p.loss <= goal), None)
        if off is not None and s.step >= off:
            return Standing(None, None, "diverged")
        if doubtful is not None and s.step >= doubtful:
            return Standing(None, arrived, "chaotic")
        return Standing(points[s.step].loss, arrived)

    def caption(self, s):
        surface, eta, goal = self.races[s.race]
        w1, w2 = surface.place(s.start)
        all_ = [(name, self.standing(s, name)) for name in self.optimisers]
        there = [(a.arrived, name) for name, a in all_ if a.arrived is not None]
        there.sort(key=lambda one: one[0])
        groups = {
            f"Down to loss {size_text(goal, 1)}": [
                f"{name} at step {step}" for step, name in there
            ]
            or ["none yet"],
            "On the way": [
                f"{name} at loss {loss_text(a.loss)}"
                for name, a in all_
                if a.arrived is None and not a.lost
            ],
            "Diverged": [name for name, a in all_ if a.lost == "diverged"],
            "Chaotic by now": [
                name for name, a in all_ if a.lost == "chaotic" and a.arrived is None
            ],
        }
        eta = size_text(eta * 2.0**s.doublings)
        race = f"{s.race}, η = {eta}, from ({num(w1, 2)}, {num(w2, 2)}), step {s.step}"
        said = [f"{how}: {', '.join(who)}" for how, who in groups.items() if who]
        return f"{'. '.join([race, *said, self.last_step(s)])}."

    def last_step(self, s):
        name, lost = s.chosen, self.standing(s, s.chosen).lost
        if lost:
            return f"The last step of {name}: {lost}"
        return f"The last step of {name}: ({', '.join(map(size_text, self.moved(s)))})"

    def moved(self, s):
        """By how much the last step of the chosen one moved each weight."""
        points = self.route(s, s.chosen).points
        return np.subtract(points[s.step].w, points[max(s.step - 1, 0)].w)

    def numbers(self, s):
        rows = []
        for name in self.optimisers:
            a = self.standing(s, name)
            rows.append([name, self.eta(s, name), a.lost or a.loss])
        race = table("The race", ["optimiser", "η", "loss"], rows)
        return [race, self.ledger(s)]

    def ledger(self, s):
        """What the chosen optimiser has in hand, as a table."""
        title, columns = f"{s.chosen}, step {s.step}", ["quantity", "w₁", "w₂"]
        lost = self.standing(s, s.chosen).lost
        if lost:
            return table(title, columns, [[lost, "", ""]])
        w, g, loss, memory = self.route(s, s.chosen).points[s.step]
        rows = [["w now", *w], ["last step", *self.moved(s)], ["slope g", *g]]
        rows += [[name, *values] for name, values in memory.items()]
        return table(title, columns, [*rows, ["loss", loss, ""]])

    def still(self, s):
        surface = self.races[s.race].surface
        fig, (left, right) = plots.canvas(2, width=4.8, height=4.0)
        ends = zip(surface.centre, surface.half, strict=True)
        x, y = [(centre - half, centre + half) for centre, half in ends]
        plots.contours(surface, ax=left, x=x, y=y, levels=surface.levels)
        for kind, name in enumerate(self.optimisers):
            points = [p.w for p in self.route(s, name).points[: s.step + 1]]
            plots.descent(points, ax=left, label=name, kind=kind)
        plots.legend(ax=left, loc="upper right")
        left.set(xlabel="w₁", ylabel="w₂")
        board = self.ledger(s)
        rows = [
            (name, [_shown(x) for x in values if x != ""], "")
            for name, *values in board["rows"]
        ]
        plots.ledger((board["title"], "w₁", "w₂"), rows, ax=right, most=6)
        return fig


def _shown(x):
    return x if isinstance(x, str) else size_text(x, 4)


# --- one step by hand ---------------------------------------------------------------

LAST = 5  # steps
FIRST_W = 1.0
RAISED = "⁰¹²³⁴⁵"
# what each line computes; its recurrence; the same with numbers: {g} is a number, {(g)}
# one in brackets if it is negative, {t} the step as an exponent. A 0 is the old value.
W_LINE = ("w", "w ← w − Δ", "{w0} − {(delta)}")
ADAM_LINES = (
    ("m", "m ← β₁ m + (1 − β₁) g", "0.9 · {(m0)} + 0.1 · {(g)}"),
    ("v", "v ← β₂ v + (1 − β₂) g²", "0.999 · {v0} + 0.001 · {(g)}²"),
)
RULES = {
    "SGD": (("delta", "Δ = η g", "0.1 · {(g)}"), W_LINE),
    "momentum": (
        ("v", "v ← β v + g", "0.9 · {(v0)} + {(g)}"),
        ("delta", "Δ = η v", "0.1 · {(v)}"),
        W_LINE,
    ),
    "Nesterov": (
        ("v", "v ← β v + g", "0.9 · {(v0)} + {(g)}"),
        ("delta", "Δ = η (g + β v)", "0.1 · ({g} + 0.9 · {(v)})"),
        W_LINE,
    ),
    "Adagrad": (
        ("s", "s ← s + g²", "{s0} + {(g)}²"),
        ("delta", "Δ = η g / (√s + ε)", "0.1 · {(g)} / (√{s} + 10⁻¹⁰)"),
        W_LINE,
    ),
    "RMSProp": (
        ("s", "s ← ρ s + (1 − ρ) g²", "0.99 · {s0} + 0.01 · {(g)}²"),
        ("delta", "Δ = η g / (√s + ε)", "0.1 · {(g)} / (√{s} + 10⁻⁸)"),
        W_LINE,
    ),
    "AdaDelta": (
        ("s", "s ← ρ s + (1 − ρ) g²", "0.9 · {s0} + 0.1 · {(g)}²"),
        ("d", "d = g √(u + ε) / √(s + ε)", "{g} · √({u0} + 10⁻⁶) / √({s} + 10⁻⁶)"),
        ("u", "u ← ρ u + (1 − ρ) d²", "0.9 · {u0} + 0.1 · {(d)}²"),
        ("delta", "Δ = η d", "1 · {(d)}"),
        W_LINE,
    ),
    "Adam": (
        *ADAM_LINES,
        ("m_hat", "m̂ = m / (1 − β₁ᵗ)", "{m} / (1 − 0.9{t})"),
        ("v_hat", "v̂ = v / (1 − β₂ᵗ)", "{v} / (1 − 0.999{t})"),
        ("delta", "Δ = η m̂ / (√v̂ + ε)", "0.1 · {(m_hat)} / (√{v_hat} + 10⁻⁸)"),
        W_LINE,
    ),
    "SparseAdam": (
        *ADAM_LINES,
        (
            "rate",
            "r = η √(1 − β₂ᵗ) / (1 − β₁ᵗ)",
            "0.1 · √(1 − 0.999{t}) / (1 − 0.9{t})",
        ),
        ("delta", "Δ = r m / (√v + ε)", "{rate} · {(m)} / (√{v} + 10⁻⁸)"),
        W_LINE,
    ),
    "SparseAdam at rest": (
        ("m", "m stays, for g = 0", "{m0}"),
        ("v", "v stays, for g = 0", "{v0}"),
        ("delta", "Δ = 0", "0"),
        W_LINE,
    ),
}


class Step(NamedTuple):
    """What a step starts from and where it leads: memory by its names in nnlib."""

    g: float
    memory: dict
    w: float
    after: float


class OneStepByHand(Figure):
    """One weight, one step: each line of an optimiser's recurrence with its numbers.

    The weight starts at 1 with η = 0.1, for AdaDelta 1; all else is nnlib's default.
    All steps before this one had the slope `before`, this one has the slope `g`.
    """

    title, view = "One step by hand", "views/step"
    optimisers: ClassVar = {
        "SGD": SGD(0.1),
        "momentum": Momentum(0.1),
        "Nesterov": Momentum(0.1, nesterov=True),
        "Adagrad": Adagrad(0.1),
        "RMSProp": RMSProp(0.1),
        "AdaDelta": AdaDelta(),
        "Adam": Adam(0.1),
        "SparseAdam": SparseAdam(0.1),
    }
    controls = (
        Menu("optimiser", "Adam", tuple(optimisers), "optimiser"),
        Slider("t", 3, 1, LAST, 1, "step t"),
        Slider("g", 2.0, -4.0, 4.0, 0.5, "slope g now"),
        Slider("before", 2.0, -4.0, 4.0, 0.5, "slope before"),
    )

    def config(self):
        return {
            "optimisers": {name: to_spec(f) for name, f in self.optimisers.items()},
            "rules": RULES,
            "start": FIRST_W,
            "last": LAST,
        }

    def steps(self, s, name):
        """The steps 1 to t of the optimiser `name`, by nnlib."""
        opt, w = copy.deepcopy(self.optimisers[name]), np.array([FIRST_W])
        opt.bind([w])
        names = list(signature(opt.move).parameters)[3:]
        found = []
        for t in range(1, s.t + 1):
            g = s.g if t == s.t else s.before
            memory = {n: a.item() for n, a in zip(names, opt.state[0], strict=True)}
            old = w.item()
            opt.step([w], [np.array([g])])
            found.append(Step(g, memory, old, w.item()))
        return found

    def lines(self, s):
        """[symbols, the same with numbers, result] for each line of this step."""
        here = self.steps(s, s.optimiser)[-1]
        known = quantities(s.optimiser, s.t, here)
        rest = s.optimiser == "SparseAdam" and here.g == 0
        rule = RULES["SparseAdam at rest" if rest else s.optimiser]
        return [
            [symbols, filled(numbers, known, s.t), known[name]]
            for name, symbols, numbers in rule
        ]

    def caption(self, s):
        here, sgd = (self.steps(s, name)[-1] for name in (s.optimiser, "SGD"))
        slopes = f"slope {num(s.g, 1)}"
        if s.t > 1:
            slopes = f"{slopes} after slopes of {num(s.before, 1)}"
        delta = f"Δ = {digits(here.w - here.after)}"
        if s.optimiser != "SGD":
            delta = f"{delta}, where SGD goes {digits(sgd.w - sgd.after)}"
        way = f"from {digits(here.w)} to {digits(here.after)}"
        return f"{s.optimiser}, step {s.t}, {slopes}: {delta}. The weight moves {way}."

    def numbers(self, s):
        columns = ["line", "with numbers", "result"]
        steps = self.steps(s, s.optimiser)
        rows = [[t, a.g, a.w - a.after, a.after] for t, a in enumerate(steps, start=1)]
        return [
            table(f"{s.optimiser}, step {s.t}", columns, self.lines(s)),
            table("All steps", ["step", "slope", "Δ", "w after it"], rows),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.8, height=4.2)
        rows = [(name, [digits(x)], below) for name, below, x in self.lines(s)]
        heads = f"{s.optimiser}, step {s.t}", "result"
        plots.ledger(heads, rows, ax=left, most=6)
        ways = {
            name: [FIRST_W, *(a.after for a in self.steps(s, name))]
            for name in dict.fromkeys(("SGD", s.optimiser))
        }
        lines = {name: (np.arange(s.t + 1), way) for name, way in ways.items()}
        plots.named_curves(lines, ax=right, chosen=s.optimiser, at=s.t)
        far = np.abs(np.subtract([*ways.values()], FIRST_W)).max()
        half = 1.15 * max(0.2, far)
        right.set(xlabel="step", ylabel="w", xlim=(0, LAST))
        right.set_ylim(FIRST_W - half, FIRST_W + half)
        return fig


def quantities(name, t, step):
    """All that the lines of a rule speak of, by the names in RULES."""
    g, memory, w, _ = step
    q = {"g": g, "w0": w, **{f"{n}0": value for n, value in memory.items()}}
    if name in ("momentum", "Nesterov"):
        q["v"] = 0.9 * q["v0"] + g
        q["delta"] = 0.1 * (g + 0.9 * q["v"] if name == "Nesterov" else q["v"])
    elif name == "Adagrad":
        q["s"] = q["s0"] + g * g
        q["delta"] = 0.1 * g / (np.sqrt(q["s"]) + 1e-10)
    elif name == "RMSProp":
        q["s"] = 0.99 * q["s0"] + 0.01 * g * g
        q["delta"] = 0.1 * g / (np.sqrt(q["s"]) + 1e-8)
    elif name == "AdaDelta":
        q["s"] = 0.9 * q["s0"] + 0.1 * g * g
        q["d"] = q["delta"] = g * np.sqrt((q["u0"] + 1e-6) / (q["s"] + 1e-6))
        q["u"] = 0.9 * q["u0"] + 0.1 * q["d"] ** 2
    elif name == "SGD":
        q["delta"] = 0.1 * g
    elif name == "SparseAdam" and g == 0:
        q |= {"m": q["m0"], "v": q["v0"], "delta": 0.0}
    else:
        m, v = 0.9 * q["m0"] + 0.1 * g, 0.999 * q["v0"] + 0.001 * g * g
        q |= {"m": m, "v": v, "m_hat": m / (1 - 0.9**t), "v_hat": v / (1 - 0.999**t)}
        q["rate"] = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        adam = 0.1 * q["m_hat"] / (np.sqrt(q["v_hat"]) + 1e-8)
        sparse = q["rate"] * m / (np.sqrt(v) + 1e-8)
        q["delta"] = adam if name == "Adam" else sparse
    return {**q, "w": w - q["delta"]}


def filled(numbers, known, t):
    """A line of a rule with its numbers, such as "0.1 · (−2.000)"."""

    def text(found):
        name = found[1]
        if name == "t":
            return RAISED[t]
        value = digits(known[name.strip("()")])
        return f"({value})" if name[0] == "(" and value[0] == "−" else value

    return re.sub(r"\{(.*?)\}", text, numbers)


def digits(x):
    """Four digits of x; what rounding leaves beyond the twelfth is dropped before."""
    return size_text(0 if abs(x) < 1e-15 else float(f"{x:.11e}"), 4)


# --- the museum of runs -------------------------------------------------------------

STOPS = 50  # moments of a run that a room shows
DIVERGED = 1e6  # a weight beyond this has
WB = ((0, 0), (1, 0))  # the only weight and the only bias, as NetworkLoss names them


@cache
def _line():
    """x and t of 20 points near a line, as columns."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 2, 20).round(2)
    t = 0.8 * x - 0.5 + rng.normal(0, 0.3, 20)
    return x[:, None], t[:, None].round(2)


@cache
def _classes():
    """x and t of 20 points of class 0, then 20 of class 1, as columns."""
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(centre, 0.5, 20) for centre in (-0.3, 0.3)])
    return x[:, None].round(2), np.repeat([0.0, 1.0], 20)[:, None]


class Run(NamedTuple):
    """How a neuron y = w x + b, or σ of it, is trained: SGD, `batch` rows a step."""

    lr: object
    rows: object = _line  # () → X, T
    loss: object = MSE()
    sigmoid: bool = False
    start: tuple = (-1.5, 1.5)
    batch: int = 20
    shuffled: bool = True
    summed: bool = False  # the loss of a step is the sum over its rows, not their mean
    cleared: bool = True  # before a step the slopes of the step before are forgotten
    small_change: float = 0.0  # stop where a step is shorter


class Room(NamedTuple):
    """A run that fails, the same with its cure, and the window to see both in."""

    ill: Run
    cure: str
    well: Run
    each: int  # steps between two stops
    centre: tuple = (0.5, -0.25)
    half: tuple = (3.0, 3.0)
    levels: tuple = (0.1, 0.5, 1, 2, 4, 8, 16)


class Course(NamedTuple):
    """(w, b) and the loss of all rows before each step and at the end, and that end."""

    points: np.ndarray  # (steps + 1, 2)
    losses: np.ndarray  # (steps + 1,)
    end: str  # "diverged", "stopped", or "" if the run went on to the last step


_SORTED = Run(2.0, _classes, SigmoidBCE(), start=(-1.0, 0.0), batch=2, shuffled=False)
_FLAT = Run(5.0, _classes, start=(-8.0, -4.0), sigmoid=True, batch=40)
ROOMS = {
    "η too large": Room(Run(0.65), "η = 0.3 for 0.65", Run(0.3), 1),
    "a sum for a mean": Room(
        Run(0.1, summed=True), "the mean over the rows", Run(0.1), 1
    ),
    "slopes never cleared": Room(
        Run(0.1, cleared=False), "clear them before each step", Run(0.1), 1
    ),
    "examples in order": Room(
        _SORTED,
        "shuffle each epoch",
        _SORTED._replace(shuffled=True),
        4,
        (1.5, 0.5),
        (4.0, 4.0),
        (0.55, 0.6, 0.7, 0.9, 1.2, 1.6, 2),
    ),
    "stopped on a plateau": Room(
        _FLAT._replace(small_change=0.02),
        "go on to the last step",
        _FLAT,
        12,
        (-1.0, -2.0),
        (10.0, 5.0),
        (0.2, 0.25, 0.3, 0.4, 0.49, 0.6, 0.7),
    ),
    "η never falls": Room(
        Run(0.3, batch=1),
        "η falls as 1 / (1 + t / 20)",
        Run(inverse_time(0.3, rate=0.05), batch=1),
        8,
    ),
}


class MuseumOfRuns(Figure):
    """Six trainings of a neuron with one weight and one bias that fail, and cures.

    On the left the way over the loss surface, on the right the loss of all examples
    before each step. A room and its cure share examples, start and seed.
    """

    title, view = "Museum of runs", "views/runs"
    controls = (
        Slider("step", 0, 0, STOPS, 1, "time"),
        Switch("cure", False, "with the cure"),
        Menu("room", "η too large", tuple(ROOMS), "room"),
    )

    def config(self):
        rooms = {}
        for name, room in ROOMS.items():
            runs = [
                {**run._asdict(), "rows": None, "loss": to_spec(run.loss)}
                for run in (room.ill, room.well)
            ]
            for run in runs:
                run["lr"] = to_spec(run["lr"]) if callable(run["lr"]) else run["lr"]
            rooms[name] = {
                "runs": runs,
                "cure": room.cure,
                "each": room.each,
                "losses": reach(name),
                "surface": surface(name).config(),
            }
        return {"rooms": rooms, "stops": STOPS}

    def caption(self, s):
        room, course = ROOMS[s.room], course_of(s.room, s.cure)
        at, last = s.step * room.each, len(course.losses) - 1
        here = min(at, last)
        w, b = course.points[here]
        where = f"w = {size_text(w)}, b = {size_text(b)}"
        half = course.losses[here // 2 : here + 1]
        state = (
            f"loss {size_text(course.losses[here])}, on the second half of the way "
            f"from {size_text(half.min())} to {size_text(half.max())}"
        )
        name = f"{s.room}, cured ({room.cure})" if s.cure else s.room
        if at >= last and course.end:
            return f"{name}: {course.end} at step {last:,}, {where}, {state}."
        return f"{name}, step {at:,}: {where}, {state}."

    def numbers(self, s):
        each, course = ROOMS[s.room].each, course_of(s.room, s.cure)
        rows = [
            [k, *course.points[k], course.losses[k]]
            for k in range(0, s.step * each + 1, each)
            if k < len(course.losses)
        ]
        return [table("The run so far", ["step", "w", "b", "loss"], rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.8, height=3.8)
        room, f = ROOMS[s.room], surface(s.room)
        ends = zip(f.centre, f.half, strict=True)
        x, y = [(centre - half, centre + half) for centre, half in ends]
        plots.contours(f, ax=left, x=x, y=y, levels=f.levels)
        at = s.step * room.each
        plots.descent(course_of(s.room, s.cure).points[: at + 1], ax=left, kind=1)
        left.set(xlabel="w", ylabel="b", title=s.room)
        names = {False: "as it is", True: "with the cure"}
        runs = {name: course_of(s.room, cure).losses for cure, name in names.items()}
        lines = {name: (np.arange(len(y)), y) for name, y in runs.items()}
        plots.named_curves(lines, ax=right, chosen=names[s.cure], at=at, log=True)
        right.set(xlabel="step", ylabel="loss", ylim=reach(s.room))
        return fig


def reach(name):
    """The losses that the picture of a room reaches to, of both runs."""
    both = np.concatenate([course_of(name, cure).losses for cure in (False, True)])
    low, high = np.log10(both.min()), np.log10(min(both.max(), 1e6))
    return [float(10 ** (low - 0.1)), float(10 ** (high + 0.1))]


@cache
def surface(name):
    """The loss over w and b that a room's runs go down."""
    room = ROOMS[name]
    X, T = room.ill.rows()
    window = {"centre": room.centre, "half": room.half, "levels": room.levels}
    return NetworkLoss(_neuron(room.ill), room.ill.loss, X, T, WB, **window)


def _neuron(run):
    w, b = run.start
    return Network([Dense.of([[w]], [b]), *([Sigmoid()] if run.sigmoid else [])])


@cache
def course_of(name, cure):
    """The Course of a room's run, ill or well."""
    room = ROOMS[name]
    run = room.well if cure else room.ill
    X, T = run.rows()
    net, opt, rng = _neuron(run), SGD(run.lr), np.random.default_rng(0)
    points, losses, kept = [run.start], [run.loss(net(X), T)], 0
    while len(losses) <= STOPS * room.each:
        order = rng.permutation(len(X)) if run.shuffled else np.arange(len(X))
        for rows in np.split(order, range(run.batch, len(X), run.batch)):
            _, new = value_and_grad(net, run.loss, X[rows], T[rows])
            slopes = np.concatenate(new, axis=None) * (run.batch if run.summed else 1)
            kept = slopes if run.cleared else kept + slopes
            opt.step(net.params, [kept[:1, None], kept[1:]])
            points.append([p.item() for p in net.params])
            losses.append(run.loss(net(X), T))
            change = np.subtract(points[-1], points[-2])
            if np.abs(points[-1]).max() > DIVERGED:
                return Course(np.array(points), np.array(losses), "diverged")
            if stopped(len(losses) - 1, change, kept, small_change=run.small_change):
                return Course(np.array(points), np.array(losses), "stopped")
            if len(losses) > STOPS * room.each:
                break
    return Course(np.array(points), np.array(losses), "")


# --- over-fitting -------------------------------------------------------------------

EPOCHS, EVERY = 2000, 20
HIDDEN, REACH = 20, 4.0
OPTIMISER = {"lr": 0.05, "beta": 0.9}
DECAYS = ("0", "0.001", "0.003", "0.01", "0.03", "0.1")
SPAN, TALL, LOSSES = (-1.0, 1.0), (-2.2, 3.0), (0.05, 1.2)
CURVE = np.linspace(*SPAN, 21)  # of the table


def truth(x):
    """What the examples scatter about."""
    return np.sin(3 * x)


@cache
def noisy():
    """Training x, t (12, 1) and test x, t (41, 1): sin 3x with noise of 0.4."""
    rng = np.random.default_rng(8)
    x = np.sort(rng.uniform(*SPAN, 12)).round(2)
    t = truth(x) + rng.normal(0, 0.4, 12)
    x_test = np.linspace(*SPAN, 41)
    t_test = truth(x_test) + rng.normal(0, 0.4, 41)
    return [a.round(2)[:, None] for a in (x, t, x_test, t_test)]


def fresh():
    """The network before training: 20 steep tanh units, so that it can bend."""
    rng = np.random.default_rng(0)
    W, b = rng.uniform(-REACH, REACH, (HIDDEN, 1)), rng.uniform(-REACH, REACH, HIDDEN)
    return Network([Dense.of(W, b), Tanh(), Dense(HIDDEN, 1, rng=rng)])


class Fitted(NamedTuple):
    """A training, seen every EVERY epochs: training and test loss, and the weights."""

    train: np.ndarray
    test: np.ndarray
    params: list


@cache
def fitted(decay):
    """The Fitted of a training with this weight decay, given as text."""
    x, t, x_test, t_test = noisy()
    net, opt = fresh(), Momentum(**OPTIMISER, weight_decay=float(decay))
    losses, params = [], []

    def look():
        losses.append([MSE()(net(x), t), MSE()(net(x_test), t_test)])
        params.append([p.copy() for p in net.params])

    look()
    for epoch, *_ in fit(net, MSE(), opt, x, t, epochs=EPOCHS):
        if epoch % EVERY == 0:
            look()
    return Fitted(*np.transpose(losses), params)


class Overfitting(Figure):
    """A network of 20 tanh units learns twelve noisy points, and then their noise.

    On the left what it answers, on the right training and test loss; full-batch SGD
    with momentum on the squared error. Stopping early takes the weights of the epoch
    with the least test loss so far.
    """

    title, view = "Over-fitting", "views/overfit"
    controls = (
        Slider("step", EPOCHS // EVERY, 0, EPOCHS // EVERY, 1, "time"),
        Menu("decay", "0", DECAYS, "weight decay λ"),
        Switch("early", False, "stop early"),
    )

    def config(self):
        x, t, x_test, t_test = noisy()
        return {
            "train": np.hstack([x, t]).tolist(),
            "test": np.hstack([x_test, t_test]).tolist(),
            "network": to_spec(fresh()),
            "optimiser": to_spec(Momentum(**OPTIMISER)),
            "epochs": EPOCHS,
            "every": EVERY,
            "span": SPAN,
            "tall": TALL,
            "losses": LOSSES,
            "truth": truth(np.linspace(*SPAN, 81)).tolist(),
        }

    def shown(self, s):
        """At which stop the network is looked at, and the best stop up to the epoch."""
        best = int(np.argmin(fitted(s.decay).test[: s.step + 1]))
        return (best if s.early else s.step), best

    def answers(self, s, x):
        """What the network says for each x of an array."""
        net, (at, _) = fresh(), self.shown(s)
        for p, known in zip(net.params, fitted(s.decay).params[at], strict=True):
            p[:] = known
        return net(np.reshape(x, (-1, 1)))[:, 0]

    def caption(self, s):
        run, (at, best) = fitted(s.decay), self.shown(s)
        epoch = f"epoch {s.step * EVERY:,}"
        if s.early:
            epoch = f"{epoch}, stopped at {at * EVERY:,}"
        least = "the least so far"
        if at != best:
            times = num(run.test[at] / run.test[best], 1)
            least = f"{times} times that of epoch {best * EVERY:,}"
        return (
            f"λ = {s.decay}, {epoch}: training loss {size_text(run.train[at])}, "
            f"test loss {size_text(run.test[at])}, {least}."
        )

    def numbers(self, s):
        run, (at, _) = fitted(s.decay), self.shown(s)
        stops = range(0, s.step + 1, 5)
        losses = [[k * EVERY, run.train[k], run.test[k]] for k in stops]
        said = zip(CURVE, self.answers(s, CURVE), strict=True)
        return [
            table("The losses", ["epoch", "training", "test"], losses),
            table(f"What it says, epoch {at * EVERY}", ["x", "y"], said),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.8, height=3.8)
        p, run, (at, best) = plots.PALETTE["light"], fitted(s.decay), self.shown(s)
        x, t, x_test, t_test = noisy()
        grid = np.linspace(*SPAN, 201)
        left.plot(grid, truth(grid), color=p["muted"], ls=":", label="sin 3x")
        left.plot(grid, self.answers(s, grid), color=p["accent"], label="the network")
        left.plot(x_test, t_test, "s", color=p["good"], ms=4, label="test")
        left.plot(x, t, "o", color=p["accent"], ms=7, label="training")
        left.set(xlabel="x", ylabel="y", xlim=SPAN, ylim=TALL)
        left.locator_params(axis="x", nbins=5)
        plots.legend(ax=left, loc="upper left")
        epochs = np.arange(s.step + 1) * EVERY
        right.plot(epochs, run.train[: s.step + 1], color=p["accent"], label="training")
        dashed = {"color": p["good"], "ls": (0, (5, 2))}
        right.plot(epochs, run.test[: s.step + 1], label="test", **dashed)
        right.axvline(best * EVERY, color=p["muted"], ls=":", lw=1.2)
        right.plot(at * EVERY, run.train[at], "o", color=p["accent"])
        right.plot(at * EVERY, run.test[at], "s", color=p["good"])
        right.set(xlabel="epoch", ylabel="loss", yscale="log")
        right.set(xlim=(0, EPOCHS), ylim=LOSSES)
        plots.legend(ax=right, loc="upper right")
        return fig
