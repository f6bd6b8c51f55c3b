"""The live figures of chapter 5: slopes, steps, learning rates, batches."""

from functools import cache
from math import exp

import numpy as np

from .. import plots
from ..activations import logistic
from ..backprop import fit
from ..gradient_descent import SGD
from ..loss import MSE
from ..mlp import Dense, Network
from .figure import Figure, Menu, Slider
from .spec import to_spec
from .text import num, table
from .views.scientific import loss_text, rate
from .views.sizes import power_of_ten, size_text

# --- one weight, one example ---------------------------------------------------------

X, T = 0.5, 1.0  # the example: the loss (1 − ½ w)² is lowest at w = t / x = 2
WINDOW = (-4.0, 8.0)  # of w


def parabola(w):
    """(t − w x)², for numbers and arrays."""
    return (T - w * X) ** 2


def parabola_slope(w):
    """d/dw (t − w x)²"""
    return -2 * X * (T - w * X)


class TangentOnParabola(Figure):
    """One weight, one example: the slope at w says which way the loss falls."""

    title, view = "The slope says which way", "views/tangent"
    controls = (
        Slider("w", -1.0, *WINDOW, 0.1, "w"),
        Slider("eta", 1.0, 0.2, 4.0, 0.2, "η"),
    )

    def config(self):
        return {"x": X, "t": T, "window": WINDOW}

    def step(self, s):
        """Where one step of gradient descent takes w."""
        return s.w - s.eta * parabola_slope(s.w)

    def caption(self, s):
        slope, there = parabola_slope(s.w), self.step(s)
        said = (
            f"w = {num(s.w, 1)} answers {num(s.w * X, 2)} where {num(T, 0)} is right: "
            f"loss {num(parabola(s.w), 2)}, slope {num(slope, 2)}."
        )
        if slope == 0:
            return f"{said} This is the lowest point: no step moves w, whatever η is."
        way = "negative, so w must grow" if slope < 0 else "positive, so w must shrink"
        return (
            f"{said} It is {way}: w − η · slope = {num(there, 2)} for "
            f"η = {num(s.eta, 1)}, and the loss there is {num(parabola(there), 2)}."
        )

    def numbers(self, s):
        there = self.step(s)
        rows = [
            ["w", s.w, there],
            ["answer w x", s.w * X, there * X],
            ["loss (t − w x)²", parabola(s.w), parabola(there)],
            ["slope −2 x (t − w x)", parabola_slope(s.w), parabola_slope(there)],
        ]
        return [table("One step", ["quantity", "before", "after"], rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2)
        p = plots.palette_of(left)
        y, slope, there = parabola(s.w), parabola_slope(s.w), self.step(s)
        plots.curve(parabola, ax=left, x=WINDOW)
        plots.tangent(s.w, y, slope, ax=left, reach=2)
        left.plot(s.w, y, "o", color=p["accent"], ms=8, zorder=4)
        left.plot([there, there], [y, parabola(there)], ":", color=p["muted"])
        arrow = {"arrowstyle": "-|>", "color": p["accent"], "lw": 2, "shrinkA": 0}
        left.annotate("", (there, y), (s.w, y), arrowprops=arrow)
        left.set(xlabel="w", ylabel="loss", ylim=(-0.7, 9.5))
        ends = np.array([0.0, 1.0])
        right.plot(ends, s.w * ends, color=p["ink"])
        right.plot(ends, there * ends, "--", color=p["muted"])
        right.plot([X, X], [s.w * X, T], color=p["wrong"])
        right.plot(X, T, "o", color=p["accent"], ms=8, zorder=3)
        right.set(xlabel="x", ylabel="y", xlim=ends, ylim=(-2.5, 4.5))
        return fig


# --- the same parabola, step after step ----------------------------------------------

STEPS, LOWEST = 50, 2.0
LIMIT = 4.0  # 2 / L″, and L″ = 2 x² = ½
LOSSES = (1e-8, 1e4)  # of the loss curve's axis
NARROW, BROAD = 3.0, 25.0  # of the window, to either side of the lowest point


def parabola_path(eta):
    """w before each of STEPS steps from 0, and after the last."""
    path = [0.0]
    for _ in range(STEPS):
        path.append(path[-1] - eta * parabola_slope(path[-1]))
    return np.array(path)


def regime(eta):
    """What becomes of a run with this learning rate, in words."""
    if eta < LIMIT / 2:
        return "w creeps down one side"
    if eta == LIMIT / 2:
        return "w lands in one step"
    if eta < LIMIT:
        return "w jumps from side to side and comes closer"
    return "w goes to and fro for ever" if eta == LIMIT else "w is thrown out"


class LearningRates(Figure):
    """One parabola, one start, many learning rates: below 2 / L″ = 4 it converges."""

    title, view = "Learning rates on a parabola", "views/rates"
    controls = (
        Slider("eta", 0.5, 0.1, 4.5, 0.1, "η"),
        Slider("step", 12, 0, STEPS, 1, "step"),
    )

    def config(self):
        return {
            "x": X,
            "t": T,
            "steps": STEPS,
            "lowest": LOWEST,
            "limit": LIMIT,
            "losses": LOSSES,
            "narrow": NARROW,
            "broad": BROAD,
        }

    def caption(self, s):
        w = parabola_path(s.eta)[s.step]
        side = "below" if s.eta < LIMIT else "not below"
        return (
            f"η = {num(s.eta, 1)} is {side} 2/L″ = {num(LIMIT, 0)}: {regime(s.eta)}. "
            f"Each step multiplies the distance to w = {num(LOWEST, 0)} by "
            f"1 − η/2 = {num(1 - 2 * X * X * s.eta, 2)}. After step {s.step}: "
            f"w = {num(w, 2)}, loss {loss_text(parabola(w))}."
        )

    def numbers(self, s):
        path = parabola_path(s.eta)[: s.step + 1]
        rows = [[k, w, parabola_slope(w), parabola(w)] for k, w in enumerate(path)]
        return [table("The path", ["step", "w", "slope", "loss"], rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2)
        p = plots.palette_of(left)
        path = parabola_path(s.eta)[: s.step + 1]
        half = np.clip(1.15 * np.abs(path - LOWEST).max(), NARROW, BROAD)
        ends = (LOWEST - half, LOWEST + half)
        plots.curve(parabola, ax=left, x=ends)
        left.plot(path, parabola(path), "o-", color=p["accent"], lw=1.3, ms=4)
        left.plot(path[-1], parabola(path[-1]), "D", color=p["accent"], ms=8)
        high = 1.05 * parabola(ends[1])
        left.set(xlabel="w", ylabel="loss", ylim=(-0.07 * high, high))
        losses = parabola(path)
        losses[losses == 0] = np.nan  # where a logarithm does not go
        right.plot(losses, "o-", color=p["accent"], ms=3)
        right.set(xlabel="step", ylabel="loss", yscale="log", ylim=LOSSES)
        right.set_xlim(0, STEPS)
        return fig


# --- a sigmoid neuron on its plateau -------------------------------------------------

LONG, EVERY = 400, 20  # steps that the figure goes, and those that its table lists
REACH = (-7.0, 5.0)  # of w in the pictures
FIRST, MOST = -6.0, 10_000  # where descent starts, and the most steps before it stops


def sure(w):
    """(1 − σ(w))²: the squared error of a sigmoid neuron whose target is 1."""
    off = 1 - logistic(w)
    return off * off


def sure_slope(w):
    """d/dw (1 − σ(w))²"""
    a = logistic(w)
    return -2 * (1 - a) * (1 - a) * a


@cache
def descent(start, eta, steps):
    """w before each of so many steps, and after the last."""
    path = [float(start)]
    for _ in range(steps):
        path.append(path[-1] - eta * float(sure_slope(path[-1])))
    return np.array(path)


def draw_plateau(start, *, ax):
    """The loss against w, a cross where descent starts."""
    plots.curve(sure, ax=ax, x=REACH)
    ax.plot(start, sure(start), "x", color=plots.palette_of(ax)["ink"], ms=9)
    ax.set(xlabel="w", ylabel="loss", ylim=(-0.03, 1.08))


class SlopeIsNotDistance(Figure):
    """Loss and slope of a sigmoid neuron, step by step: one falls, the other grows."""

    title, view = "The loss falls, the slope grows", "views/slope"
    controls = (
        Slider("step", 230, 0, LONG, 1, "step"),
        Slider("start", FIRST, -6.0, 2.0, 0.5, "start w"),
    )

    def config(self):
        return {"long": LONG, "every": EVERY, "reach": REACH}

    def steepest(self, s):
        """The step before which the slope is at its steepest: it grows until then."""
        return int(np.abs(sure_slope(descent(s.start, 1.0, LONG))).argmax())

    def caption(self, s):
        path = descent(s.start, 1.0, LONG)
        sizes, top = np.abs(sure_slope(path)), self.steepest(s)
        said = (
            f"From w = {num(s.start, 1)} with η = 1, after step {s.step}: "
            f"w = {num(path[s.step], 2)}, loss {num(sure(path[s.step]), 4)}, "
            f"slope {num(-sizes[s.step], 4)}."
        )
        if s.step == 0:
            return f"{said} The loss has yet to fall."
        if top == 0:
            return f"{said} Loss and slope have both become smaller at every step."
        grown = f"from {num(sizes[0], 4)} to {num(sizes[min(s.step, top)], 4)} in size"
        if s.step <= top:
            return f"{said} The loss fell at every step, and the slope grew: {grown}."
        return (
            f"{said} The loss fell at every step; the slope grew until step {top}, "
            f"{grown}, and shrinks since."
        )

    def numbers(self, s):
        path = descent(s.start, 1.0, LONG)
        rows = [
            [k, path[k], sure(path[k]), sure_slope(path[k])]
            for k in range(0, s.step + 1, EVERY)
        ]
        return [table("The way down", ["step", "w", "loss", "slope"], rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2)
        p = plots.palette_of(left)
        path = descent(s.start, 1.0, LONG)[: s.step + 1]
        draw_plateau(path[0], ax=left)
        at = path[-1]
        plots.tangent(at, sure(at), sure_slope(at), ax=left)
        left.plot(at, sure(at), "o", color=p["accent"], ms=8, zorder=4)
        right.plot(sure(path), color=p["accent"], label="loss")
        sizes = np.abs(sure_slope(path))
        right.plot(sizes, color=p["good"], ls=(0, (5, 2)), label="size of the slope")
        right.set(xlabel="step", xlim=(0, LONG), ylim=(-0.03, 1.08))
        plots.legend(ax=right, loc="upper right")
        return fig


# --- learning rates by factors of ten ------------------------------------------------

INPUTS = (0.5, 0.6)  # of a 2-2-1 network without biases, whose target is 1
WEIGHTS = (0.1, 0.7, 0.4, 0.2, 0.55, 0.45)  # two into each hidden unit, two out of it
GOALS = (0.1, 0.05, 0.01)
RATES = tuple(k / 4 for k in range(-12, 9))  # log₁₀ η
DECADES = (0.0, -1.0, -2.0, -3.0)


def sigmoid(z):
    """σ(z) of one number, an array's overhead saved 80,000 times."""
    return 1 / (1 + exp(-z))


@cache
def losses(eta):
    """The loss (1 − y)² before each step, until it is below the last of GOALS."""
    (x1, x2), (w1, w2, w3, w4, w5, w6) = INPUTS, WEIGHTS
    found = []
    while True:
        h1, h2 = sigmoid(w1 * x1 + w2 * x2), sigmoid(w3 * x1 + w4 * x2)
        y = sigmoid(w5 * h1 + w6 * h2)
        found.append((1 - y) * (1 - y))
        if found[-1] < GOALS[-1]:
            return np.array(found)
        delta = -2 * (1 - y) * y * (1 - y)
        delta1, delta2 = delta * w5 * h1 * (1 - h1), delta * w6 * h2 * (1 - h2)
        w1, w2 = w1 - eta * delta1 * x1, w2 - eta * delta1 * x2
        w3, w4 = w3 - eta * delta2 * x1, w4 - eta * delta2 * x2
        w5, w6 = w5 - eta * delta * h1, w6 - eta * delta * h2


def steps_below(log_eta, goal):
    """How many steps it takes until the loss is below the goal."""
    return int((losses(rate(log_eta)) < goal).argmax())


class StepsByOrders(Figure):
    """How many steps a small network needs, for learning rates over five decades."""

    title, view = "Learning rates by factors of ten", "views/orders"
    controls = (
        Slider("log_eta", -1.0, RATES[0], RATES[-1], 0.25, "log₁₀ η"),
        Menu("goal", "0.01", tuple(map(str, GOALS)), "loss below"),
    )

    def config(self):
        return {
            "inputs": INPUTS,
            "weights": WEIGHTS,
            "goals": GOALS,
            "rates": RATES,
            "decades": DECADES,
        }

    def caption(self, s):
        goal = float(s.goal)
        steps = steps_below(s.log_eta, goal)
        said = (
            f"η = {rate(s.log_eta):g}: step {steps:,} is the first with a loss below "
            f"{s.goal}, and η · steps = {size_text(rate(s.log_eta) * steps)}."
        )
        if s.log_eta - 1 >= RATES[0]:
            said += (
                f" With a tenth of this η: step {steps_below(s.log_eta - 1, goal):,}."
            )
        if s.log_eta + 1 <= RATES[-1]:
            said += f" With ten times it: step {steps_below(s.log_eta + 1, goal):,}."
        return said

    def numbers(self, s):
        counts = [(rate(r), steps_below(r, float(s.goal))) for r in RATES]
        rows = [[eta, steps, eta * steps] for eta, steps in counts]
        columns = ["η", "steps", "η · steps"]
        return [table(f"Steps until the loss is below {s.goal}", columns, rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2)
        p, goal = plots.palette_of(left), float(s.goal)
        etas, counts = zip(
            *((rate(r), steps_below(r, goal)) for r in RATES), strict=True
        )
        left.loglog(etas, counts, color=p["ink"], lw=1.3)
        ten = [rate(r) for r in DECADES]
        left.plot(ten, [steps_below(r, goal) for r in DECADES], "o", color=p["ink"])
        at = steps_below(s.log_eta, goal)
        left.plot(rate(s.log_eta), at, "D", color=p["accent"], ms=9)
        left.set(xlabel="η", ylabel=f"steps until the loss is below {s.goal}")
        left.set_ylim(0.7, 1e5)
        for r in DECADES:
            right.plot(losses(rate(r)), color=p["ink"], lw=1, ls=(0, (5, 2)))
        right.plot(losses(rate(s.log_eta)), color=p["accent"])
        right.plot(at, losses(rate(s.log_eta))[at], "D", color=p["accent"], ms=9)
        right.axhline(goal, color=p["muted"], ls=":")
        right.set(xlabel="step", ylabel="loss", xscale="log", xlim=(0.8, 5e4))
        return fig


class WhenToStop(Figure):
    """Three rules for stopping a run that starts on a plateau: where each ends it."""

    title, view = "When to stop", "views/stop"
    controls = (
        Slider("log_tol", -3.0, -7.0, -1.0, 1.0, "log₁₀ tol."),
        Slider("log_eta", -1.0, -1.0, 1.0, 0.5, "log₁₀ η"),
        Slider("patience", 20, 1, 200, 1, "patience"),
        Slider("log_limit", 4.0, 1.0, 4.0, 1.0, "log₁₀ limit"),
    )

    def config(self):
        return {"first": FIRST, "most": MOST, "reach": REACH}

    def stops(self, s):
        """{rule: step} of nnlib.stopped's two tolerances, and of patience.

        A rule that has not ended the run by then is ended by the limit.
        """
        limit, tol = round(10**s.log_limit), rate(s.log_tol)
        eta, wait = rate(s.log_eta), s.patience
        path = descent(FIRST, eta, MOST)[: limit + 1]
        loss, sizes = sure(path), np.abs(sure_slope(path[:-1]))
        gained = np.full(limit, np.inf)
        gained[wait - 1 :] = loss[:-wait] - loss[wait:]
        rules = {
            "short step": eta * sizes < tol,
            "small slope": sizes < tol,
            "no gain": gained < tol,
        }
        return {
            name: int(ends.argmax()) + 1 if ends.any() else None
            for name, ends in rules.items()
        }

    def places(self, s):
        """(name, step, w, whether the rule itself ended the run) of each rule."""
        limit, path = round(10**s.log_limit), descent(FIRST, rate(s.log_eta), MOST)
        found = self.stops(s).items()
        ends = [(name, step or limit, step is not None) for name, step in found]
        return [(name, step, path[step], own) for name, step, own in ends]

    def caption(self, s):
        said = [
            f"{name} {'' if own else 'not before the limit, '}at step {step:,}, "
            f"loss {size_text(sure(w))}"
            for name, step, w, own in self.places(s)
        ]
        return (
            f"η = {rate(s.log_eta):g}, tolerance {power_of_ten(round(s.log_tol))}, "
            f"patience {s.patience}. Each rule stops the run: {'; '.join(said)}."
        )

    def numbers(self, s):
        rows = [
            [name, step, w, sure(w), sure_slope(w)]
            for name, step, w, _ in self.places(s)
        ]
        columns = ["rule", "step", "w", "loss", "slope"]
        return [table("Where each rule stops", columns, rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2)
        path = descent(FIRST, rate(s.log_eta), MOST)
        draw_plateau(path[0], ax=left)
        limit = round(10**s.log_limit)
        steps = np.arange(1, limit + 1)
        right.plot(
            steps, sure(path[1 : limit + 1]), color=plots.palette_of(right)["accent"]
        )
        for kind, (name, step, w, _) in enumerate(self.places(s)):
            plots.descent([(w, sure(w))], ax=left, kind=kind)
            plots.descent([(step, sure(w))], ax=right, label=name, kind=kind)
        right.set(xlabel="step", ylabel="loss", xscale="log", ylim=(-0.03, 1.08))
        right.set_xlim(0.8, 1.3 * MOST)
        plots.legend(ax=right, loc="lower left")
        return fig


# --- a few examples at a time --------------------------------------------------------

N, EPOCHS = 64, 10
BEGIN = (-0.5, 1.0)  # w and b
SEEN = {"x": (-1.0, 3.0), "y": (-1.5, 1.5)}  # the window of w and b
LEVELS = (0.3, 0.5, 0.8, 1.2, 1.8, 2.6, 3.6)
EXCESS = (1e-6, 10.0)  # of the axis of losses above the lowest


@cache
def examples():
    """x and t (N,): a line with noise."""
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, N).round(2)
    return x, (1.5 * x - 0.5 + 0.5 * rng.normal(size=N)).round(2)


@cache
def best():
    """w and b of the lowest loss, and that loss."""
    x, t = examples()
    w, b = np.linalg.lstsq(np.column_stack([x, np.ones(N)]), t)[0].tolist()
    return w, b, float(((w * x + b - t) ** 2).mean())


def excess(w, b):
    """How far the loss at w and b is above the lowest: a bowl, exactly."""
    x = examples()[0]
    dw, db = w - best()[0], b - best()[1]
    return (x * x).mean() * dw * dw + 2 * x.mean() * dw * db + db * db


def scatter(size):
    """How far slopes of batches scatter at the lowest point, where that of all is 0.

    The root of the mean square, over all batches that can be drawn: s √((N − B) /
    (N − 1) / B) with s that of single examples.
    """
    x, t = examples()
    w, b, _ = best()
    each = 2 * (w * x + b - t)[:, None] * np.column_stack([x, np.ones(N)])
    one = np.sqrt((each * each).sum(axis=1).mean())
    return one * np.sqrt((N - size) / (N - 1) / size)


@cache
def way(size, eta):
    """w and b before each step of all epochs, and after the last.     (steps + 1, 2)"""
    x, t = examples()
    net = Network([Dense.of([[BEGIN[0]]], [BEGIN[1]])])
    rng = np.random.default_rng(0)
    run = {"epochs": EPOCHS, "batch_size": size, "rng": rng}
    path = [BEGIN]
    for _ in fit(net, MSE(), SGD(eta), x[:, None], t[:, None], **run):
        path.append([p.item() for p in net.params])
    return np.array(path)


class BatchNoise(Figure):
    """A line fitted by batches of any size: many rough steps or a few good ones."""

    title, view = "Batches and their noise", "views/batches"
    controls = (
        Slider("B", 4, 1, N, 1, "batch size"),
        Slider("eta", 0.2, 0.02, 0.5, 0.02, "η"),
        Slider("epoch", 5, 0, EPOCHS, 1, "epoch"),
    )

    def config(self):
        x, t = examples()
        return {
            "x": x.tolist(),
            "t": t.tolist(),
            "loss": to_spec(MSE()),
            "begin": BEGIN,
            "best": best(),
            "epochs": EPOCHS,
            "window": SEEN,
            "levels": LEVELS,
            "excess": EXCESS,
        }

    def path(self, s):
        """w and b up to the chosen epoch, and how many steps an epoch has."""
        per_epoch = -(-N // s.B)
        return way(s.B, s.eta)[: s.epoch * per_epoch + 1], per_epoch

    def caption(self, s):
        path, _ = self.path(s)
        one = scatter(1)
        return (
            f"Batches of {s.B}, η = {num(s.eta, 2)}, epoch {s.epoch}, step "
            f"{len(path) - 1}: loss {size_text(excess(*path[-1]))} above the lowest. "
            f"There the slope is 0: what a batch says of it scatters by "
            f"{num(scatter(s.B), 2)}, a single example by {num(one, 2)}, and "
            f"{num(one, 2)}/√{s.B} = {num(one / np.sqrt(s.B), 2)}."
        )

    def numbers(self, s):
        path, per_epoch = self.path(s)
        each = [[e, e * per_epoch, *path[e * per_epoch]] for e in range(s.epoch + 1)]
        rows = [[*row, best()[2] + excess(*row[2:])] for row in each]
        sizes = [1, 2, 4, 8, 16, 32, N]
        noise = [[B, scatter(B), scatter(1) / np.sqrt(B)] for B in sizes]
        return [
            table("The way", ["epoch", "step", "w", "b", "loss"], rows),
            table(
                "Slopes of batches at the lowest point",
                ["batch size B", "scatter", "one example's / √B"],
                noise,
            ),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2)
        path, per_epoch = self.path(s)
        plots.contours(
            lambda w, b: best()[2] + excess(w, b), ax=left, levels=LEVELS, **SEEN
        )
        plots.descent(path, ax=left)
        left.plot(*best()[:2], "+", color=plots.palette_of(left)["accent"], ms=12)
        left.set(xlabel="w", ylabel="b")
        x = np.arange(len(path)) / per_epoch
        right.semilogy(x, excess(*path.T), color=plots.palette_of(right)["accent"])
        right.set(xlabel="epoch", ylabel="loss above the lowest")
        right.set(xlim=(0, EPOCHS), ylim=EXCESS)
        return fig
