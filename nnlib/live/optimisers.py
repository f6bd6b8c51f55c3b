"""More live figures of chapter 5: optimisers at work, runs that fail, over-fitting."""

from typing import ClassVar, NamedTuple

import numpy as np

from .. import plots
from ..gradient_descent import SGD, AdaDelta, Adagrad, Adam, Momentum, RMSProp
from .figure import Figure, Menu, Slider, Values
from .spec import to_spec
from .text import num, table
from .views.scientific import loss_text
from .views.sizes import size_text
from .views.surface import STEPS, Bowl, Ravine, Saddle, _xnor, way_down

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
        Slider("doublings", 0, -6, 6, 1, "doublings of η"),
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
