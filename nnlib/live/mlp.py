"""The live figures of chapter 2: lines make shapes, layers fold, bumps add up."""

from collections import Counter
from functools import cache
from itertools import combinations, pairwise
from types import SimpleNamespace
from typing import ClassVar

import numpy as np

from .. import plots
from ..activations import Sigmoid, Tanh
from ..backprop import fit
from ..data import circles, gate
from ..gradient_descent import Momentum
from ..loss import SigmoidBCE
from ..mlp import Dense, Identity, Network
from .figure import Figure, Menu, Slider, Switch, Values
from .perceptron import described
from .spec import to_spec
from .text import num, percent, table, term
from .views.hidden import BY_HAND, HiddenSpace
from .views.matrix import MatrixProduct

SUBSCRIPTS = "₁₂₃₄"


# --- four lines make a shape --------------------------------------------------------

WINDOW = (-2.5, 2.5)
CELLS = 64  # of the plane each way, to tell the regions and where to write in them
FEET = (0.85, 0.35, -0.35, 0.55, -0.3, -0.7, 1.0, -0.2)  # all 11 regions in view


@cache
def ring():
    """Class 1 inside class 0: X (40, 2), t (40,)."""
    X, t = circles(n=40, noise=0.06, rng=np.random.default_rng(3))
    return np.round(1.3 * X, 2), t


class FourLines(Figure):
    """Four neurons, each a line; a fifth counts how many of them say yes.

    A line is given by its foot f, the point of it nearest to the origin: the neuron
    says yes where z = f·f − f·x > 0, on the origin's side.
    """

    title, view = "Four lines make a shape", "views/lines"
    controls = (
        Slider("lines", 4, 1, 4, 1, "lines"),
        Slider("threshold", 0.5, 0.5, 3.5, 1.0, "threshold"),
        Values("feet", FEET, -1.9, 1.9, 0.05, "foot"),
    )

    def config(self):
        return {**described(*ring()), "cells": CELLS, "window": WINDOW}

    def votes(self, s, X):
        """Which of the lines say yes to the rows of X: True or False, (n, lines)."""
        feet = np.reshape(s.feet, (4, 2))[: s.lines]
        reach = feet[:, 0] * feet[:, 0] + feet[:, 1] * feet[:, 1]
        x1, x2 = X[:, :1], X[:, 1:]
        return reach - (feet[:, 0] * x1 + feet[:, 1] * x2) > 0

    def regions(self, s):
        """How many regions the lines cut the whole plane into.

        1 + lines + Σ (lines through p − 1) over the points p where lines meet.
        """
        feet = [f for f in np.reshape(s.feet, (4, 2))[: s.lines].tolist() if any(f)]
        feet = [f for i, f in enumerate(feet) if f not in feet[:i]]
        meeting = Counter()
        for (a, b), (c, d) in combinations(feet, 2):
            turn = a * d - b * c
            if abs(turn) > 1e-9:
                p, q = a * a + b * b, c * c + d * d
                meeting[(p * d - q * b) / turn, (q * a - p * c) / turn] += 1
        points = grouped(meeting)
        through = [round((1 + np.sqrt(1 + 8 * pairs)) / 2) for pairs in points]
        return 1 + len(feet) + sum(k - 1 for k in through)

    def caption(self, s):
        X, t = ring()
        right = int(((self.votes(s, X).sum(1) > s.threshold) == t).sum())
        cut = f"{s.lines} line{'s' * (s.lines > 1)} cut the plane into"
        if s.lines == 1:
            cut = "1 line cuts the plane into"
        silent = s.threshold > s.lines
        if silent:
            rule = f"More than {num(s.threshold, 1)} can never say yes"
        elif s.threshold < 1:
            rule = "One yes is enough (OR)"
        elif s.threshold > s.lines - 1:
            rule = "All must say yes (AND)"
        else:
            rule = f"{num(s.threshold + 0.5, 0)} of {s.lines} must say yes"
        return f"{cut} {self.regions(s)} regions. {rule}: {right} of {len(t)} right."

    def seen(self, s):
        """The regions in the window: {votes: (cells, middle of them)}."""
        at = np.linspace(*WINDOW, 2 * CELLS + 1)[1::2]
        grid = np.stack(np.meshgrid(at, at[::-1]), axis=-1).reshape(-1, 2)
        votes = self.votes(s, grid)
        found = {}
        for said in dict.fromkeys(map(tuple, votes.tolist())):
            here = grid[(votes == said).all(1)]
            found[said] = len(here), here.mean(0)
        return found

    def numbers(self, s):
        rows = [
            [
                *("yes" if vote else "no" for vote in said),
                sum(said),
                share / CELLS**2,
                "inside" if sum(said) > s.threshold else "outside",
            ]
            for said, (share, _) in self.seen(s).items()
        ]
        columns = [f"line {k + 1}" for k in range(s.lines)]
        columns += ["yes", "share of the picture", "answer"]
        feet = np.reshape(s.feet, (4, 2))[: s.lines]
        lines = [[k + 1, -f[0], -f[1], f @ f] for k, f in enumerate(feet)]
        return [
            table("The regions in the picture", columns, rows),
            table("The lines", ["line", "w₁", "w₂", "b"], lines),
        ]

    def still(self, s):
        fig, [ax] = plots.canvas(width=4.4, height=4.2)
        X, t = ring()

        def margin(P):
            return self.votes(s, P).sum(1) - s.threshold

        plots.field(margin, ax=ax, x=WINDOW, y=WINDOW)
        for f in np.reshape(s.feet, (4, 2))[: s.lines]:
            plots.line(-f, f @ f, ax=ax)
        plots.points(X, t, ax=ax)
        for said, (share, middle) in self.seen(s).items():
            if share > CELLS:
                plots.note(str(sum(said)), middle, (0, 0), ax=ax, ha="center")
        ax.set(xlabel="x₁", ylabel="x₂")
        return fig


def grouped(meeting):
    """How many pairs of lines meet in each point: what lies together is one point."""
    points = []
    for (x, y), pairs in meeting.items():
        for one in points:
            if abs(one[0] - x) < 1e-6 and abs(one[1] - y) < 1e-6:
                one[2] += pairs
                break
        else:
            points.append([x, y, pairs])
    return [pairs for _, _, pairs in points]


# --- the hidden layer folds the plane -----------------------------------------------


class FoldedPlane(HiddenSpace):
    """The lectures' XNOR network: its weights stay, all of them times one factor."""

    title = "Two neurons fold the plane"
    fixed: ClassVar = {
        name: value for name, value in BY_HAND.items() if name != "threshold"
    }
    controls = (
        Slider("threshold", 0.5, 0.0, 1.2, 0.05, "threshold"),
        Slider("steep", 1.0, 0.0, 3.0, 0.1, "steepness ×"),
    )


# --- a layer is one matrix product --------------------------------------------------


class ForwardPass(MatrixProduct):
    """Four examples through a layer of three inputs and two neurons."""

    title = "A layer is one product"
    A = ((1.0, 0.5, -1.0), (0.0, 2.0, 1.0), (-0.5, 1.0, 0.5), (1.5, -1.0, 0.0))
    B = ((0.5, -1.0, 2.0), (1.0, 0.5, -0.5))
    bias = (0.1, -0.3)


# --- linear layers collapse ---------------------------------------------------------

DEEPEST, UNITS, GAIN, PIXELS, SEEDS = 8, 8, 1.6, 60, 21
KINDS = {"identity": Identity(), "tanh": Tanh()}
SPAN = (-2.0, 2.0)


def deep(s):
    """A network of s.depth layers with random weights, its biases random too."""
    rng = np.random.default_rng(s.seed)
    sizes = [2, *[UNITS] * (s.depth - 1), 1]
    net = Network.mlp(sizes, hidden=KINDS[s.g], rng=rng)
    for W, b in zip(net.params[::2], net.params[1::2], strict=True):
        W *= GAIN
        b[...] = rng.uniform(-1, 1, len(b))
    return net


def collapsed(net):
    """The one layer that the Dense layers alone amount to: W (1, 2) and b (1,).

    W' = W_L … W_1, and b' follows the same way: b' ← W b' + b.
    """
    W, b = np.eye(net.d_in), np.zeros(net.d_in)
    for V, c in zip(net.params[::2], net.params[1::2], strict=True):
        W, b = V @ W, V @ b + c
    return W, b


class LinearCollapse(Figure):
    """A deep network: with nothing between its layers it is one neuron, one line."""

    title, view = "Deep, and how bent", "views/collapse"
    controls = (
        Slider("depth", 5, 1, DEEPEST, 1, "layers"),
        Menu("g", "identity", tuple(KINDS), "between"),
        Slider("seed", 5, 0, SEEDS - 1, 1, "seed"),
    )

    def config(self):
        kinds = {name: to_spec(layer) for name, layer in KINDS.items()}
        look = {"units": UNITS, "gain": GAIN, "cells": PIXELS, "span": SPAN}
        return {"kinds": kinds, **look}

    def both(self, s):
        """The network, its collapsed layer, and z of each over the picture's cells."""
        net = deep(s)
        W, b = collapsed(net)
        at = np.linspace(*SPAN, 2 * PIXELS + 1)[1::2]
        grid = np.stack(np.meshgrid(at, at[::-1]), axis=-1).reshape(-1, 2)
        return net, W[0], b[0], net(grid)[:, 0], (grid @ W.T + b)[:, 0]

    def same(self, s):
        """In how many cells network and collapsed layer say the same; of how many."""
        *_, z, flat = self.both(s)
        return int(((z > 0) == (flat > 0)).sum()), len(z)

    def caption(self, s):
        net, w, b, _, _ = self.both(s)
        count = sum(p.size for p in net.params)
        layers = f"{s.depth} layer{'s' * (s.depth > 1)}"
        line = f"z = {num(w[0], 2)} x₁ {term(w[1], 2)} x₂ {term(b, 2)}"
        between = "" if s.depth == 1 else f", {s.g} between them"
        return (
            f"{layers}{between}, seed {s.seed}: {count} numbers. "
            f"Multiplied out, the layers make {line}: "
            f"the same answer in {percent(*self.same(s))} of the picture."
        )

    def numbers(self, s):
        net, w, b, z, flat = self.both(s)
        off = np.abs(z - flat).max() / np.abs(z).max()
        sizes = [
            [k + 1, *W.shape, float(np.linalg.matrix_rank(W))]
            for k, W in enumerate(net.params[::2])
        ]
        return [
            table("The layers", ["layer", "rows", "columns", "rank"], sizes),
            table(
                "Multiplied out",
                ["w₁", "w₂", "b", "largest difference from the network, in z's"],
                [[*w, b, 0.0 if off < 1e-9 else off]],
            ),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        net, w, b, _, _ = self.both(s)
        plots.field(net, ax=left, x=SPAN, y=SPAN)
        left.set(xlabel="x₁", ylabel="x₂")

        def cut(x):
            return np.column_stack([x, np.zeros_like(x)])

        plots.curve(lambda x: net(cut(x))[:, 0], ax=right, x=SPAN, label="network")
        p = plots.palette_of(right)
        ends = np.array(SPAN)
        right.plot(ends, w[0] * ends + b, "--", color=p["muted"], label="one layer")
        right.set(xlabel="x₁, where x₂ = 0", ylabel="z")
        plots.legend(ax=right)
        return fig


def agreement(depth, g):
    """The share of the picture where network and line agree: median of the seeds."""
    figure = LinearCollapse()
    states = [SimpleNamespace(depth=depth, g=g, seed=k) for k in range(SEEDS)]
    return float(np.median([np.divide(*figure.same(s)) for s in states]))


# --- bumps approximate anything -----------------------------------------------------

MOST, STEEP, TURN = 40, 200.0, 2 * np.pi
TARGETS = {
    "sin x": np.sin,
    "a valley": lambda x: np.abs(x - np.pi) / np.pi * 2 - 1,
    "a chirp": lambda x: np.sin(x * x / 2),
}
GRID = np.linspace(0, TURN, 2001)[20:-20]  # the two ends, half a bump each, left out


def bumps(target, m):
    """A network with one input and m pairs of steep hidden units, a bump a pair.

    Bump k is v_k (σ(κ (x − left)) − σ(κ (x − right))), v_k the target at its middle.
    """
    edges = np.linspace(0, TURN, m + 1)
    ends = np.concatenate([edges[:-1], edges[1:]])
    v = TARGETS[target]((edges[:-1] + edges[1:]) / 2)
    hidden = Dense.of(np.full((2 * m, 1), STEEP), -STEEP * ends)
    output = Dense.of(np.concatenate([v, -v])[None], [0.0])
    return Network([hidden, Sigmoid(), output])


@cache
def error(target, m):
    """The root of the mean square by which m bumps miss the target."""
    y = bumps(target, m)(GRID[:, None])[:, 0]
    return float(np.sqrt(np.mean((y - TARGETS[target](GRID)) ** 2)))


class Bumps(Figure):
    """A sum of bumps against a curve, and how its error falls with their number."""

    title, view = "Bumps approximate anything", "views/bumps"
    controls = (
        Slider("m", 5, 1, MOST, 1, "bumps"),
        Menu("target", "sin x", tuple(TARGETS), "curve"),
    )

    def config(self):
        errors = {
            name: [error(name, m) for m in range(1, MOST + 1)] for name in TARGETS
        }
        every = np.linspace(0, TURN, 241)
        curves = {name: f(every).tolist() for name, f in TARGETS.items()}
        heights = {
            name: [
                f((np.arange(m) + 0.5) * TURN / m).tolist() for m in range(1, MOST + 1)
            ]
            for name, f in TARGETS.items()
        }
        look = {"steep": STEEP, "turn": TURN, "grid": len(GRID)}
        return {"errors": errors, "curves": curves, "heights": heights, **look}

    def caption(self, s):
        off = error(s.target, s.m)
        pairs = f"{s.m} bump{'s' * (s.m > 1)}, {2 * s.m} hidden neurons"
        said = f"{s.target}: {pairs}, error {num(off, 4)} (root mean square)"
        if s.m % 2:
            return f"{said}."
        half = error(s.target, s.m // 2)
        return f"{said}, {num(off / half, 2)} times that of {s.m // 2}."

    def numbers(self, s):
        edges = np.linspace(0, TURN, s.m + 1)
        heights = TARGETS[s.target]((edges[:-1] + edges[1:]) / 2)
        rows = [
            [k + 1, edges[k], edges[k + 1], height] for k, height in enumerate(heights)
        ]
        every = [[m, error(s.target, m)] for m in (1, 2, 5, 10, 20, 40)]
        return [
            table("The bumps", ["bump", "from", "to", "height"], rows),
            table("The error", ["bumps", "error"], every),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2)
        p = plots.palette_of(left)
        x = np.linspace(0, TURN, 2001)
        left.plot(x, TARGETS[s.target](x), "--", color=p["muted"], label=s.target)
        y = bumps(s.target, s.m)(x[:, None])[:, 0]
        left.plot(x, y, color=p["accent"], label="network")
        left.set(xlabel="x", ylabel="y")
        plots.legend(ax=left)
        counts = np.arange(1, MOST + 1)
        right.loglog(counts, [error(s.target, m) for m in counts], color=p["accent"])
        right.plot([s.m], [error(s.target, s.m)], "D", color=p["accent"], ms=8)
        right.set(xlabel="bumps", ylabel="error")
        return fig


# --- how many parameters ------------------------------------------------------------


class ParameterCount(Figure):
    """Every line of the diagram is a weight; a bias is a line from a constant 1."""

    title, view = "Every line is a number", "views/count"
    controls = (
        Slider("n", 4, 1, 8, 1, "inputs n"),
        Slider("m", 3, 1, 8, 1, "hidden m"),
        Slider("k", 3, 1, 5, 1, "outputs k"),
        Switch("biased", False, "biases in the output layer"),
    )

    def counts(self, s):
        """Numbers of W₁, b₁, W₂, b₂, from a network of that shape."""
        rng = np.random.default_rng(0)
        net = Network.mlp([s.n, s.m, s.k], hidden=Sigmoid(), rng=rng)
        sizes = [p.size for p in net.params]
        return sizes if s.biased else [*sizes[:3], 0]

    def caption(self, s):
        first, b1, second, b2 = self.counts(s)
        total = first + b1 + second + b2
        output = f"k(m+1) = {second + b2}" if s.biased else f"km = {second}"
        return (
            f"The hidden layer has m(n+1) = {first + b1} numbers, the output layer "
            f"{output}: {total} in all."
        )

    def numbers(self, s):
        names = ["W₁", "b₁", "W₂", "b₂"]
        shapes = [f"{s.m}×{s.n}", f"{s.m}", f"{s.k}×{s.m}", f"{s.k}"]
        rows = [list(row) for row in zip(names, shapes, self.counts(s), strict=True)]
        return [table("The parameters", ["name", "shape", "numbers"], rows)]

    def still(self, s):
        fig, [ax] = plots.canvas(width=5.2, height=4.2)
        p = plots.palette_of(ax)
        columns = [(s.n, True), (s.m, s.biased), (s.k, False)]
        places = [spread(units, one) for units, one in columns]
        for k, (here, there) in enumerate(pairwise(places)):
            for y in here:
                for y2 in there[: columns[k + 1][0]]:
                    ax.plot([k, k + 1], [y, y2], color=p["muted"], lw=0.8, zorder=1)
        for k, ((units, _), ys) in enumerate(zip(columns, places, strict=True)):
            fill = [p["accent"]] * units + [p["background"]] * (len(ys) - units)
            ax.scatter([k] * len(ys), ys, s=120, c=fill, ec=p["ink"], zorder=3)
        ax.set_xticks(range(3), ["inputs", "hidden", "outputs"])
        ax.set(yticks=[], xlim=(-0.4, 2.4), ylim=(-0.08, 1.08))
        ax.grid(False)
        return fig


def spread(units, one):
    """The heights of a column's circles in (0, 1), from the top; the constant last."""
    n = units + one
    return [1 - (i + 0.5) / n for i in range(n)]


# --- which starts learn XNOR --------------------------------------------------------

EPOCHS, STARTS = 300, 20


@cache
def learnt(width, seed):
    """A run on XNOR: its loss before each epoch and at the end, how many are right."""
    X, t = gate("XNOR")
    T = t[:, None].astype(float)
    rng = np.random.default_rng(seed)
    net = Network.mlp([2, width, 1], hidden=Sigmoid(), rng=rng)
    loss = SigmoidBCE()
    run = fit(net, loss, Momentum(0.5), X, T, epochs=EPOCHS)
    losses = [value for _, _, value in run] + [loss(net(X), T)]
    return losses, int(((net(X)[:, 0] > 0) == t).sum())


class XnorSeeds(Figure):
    """Twenty runs that differ in nothing but the random weights they start from."""

    title, view = "Twenty starts", "views/seeds"
    controls = (
        Slider("width", 2, 2, 4, 1, "neurons"),
        Slider("seed", 0, 0, STARTS - 1, 1, "start"),
    )

    def config(self):
        X, t = gate("XNOR")
        return {
            "X": X.tolist(),
            "t": t.tolist(),
            "hidden": to_spec(Sigmoid()),
            "loss": to_spec(SigmoidBCE()),
            "optimiser": to_spec(Momentum(0.5)),
            "epochs": EPOCHS,
            "starts": STARTS,
        }

    def runs(self, s):
        return [learnt(s.width, seed) for seed in range(STARTS)]

    def caption(self, s):
        runs = self.runs(s)
        learners = sum(right == 4 for _, right in runs)
        losses, right = runs[s.seed]
        return (
            f"{s.width} hidden neurons, {EPOCHS} epochs: {learners} of {STARTS} starts "
            f"learn XNOR. Start {s.seed} ends at a loss of {num(losses[-1], 3)}, with "
            f"{right} of 4 right."
        )

    def numbers(self, s):
        rows = [
            [seed, losses[0], losses[-1], right]
            for seed, (losses, right) in enumerate(self.runs(s))
        ]
        columns = ["start", "first loss", "last loss", "right"]
        return [table(f"{s.width} hidden neurons on XNOR", columns, rows)]

    def still(self, s):
        fig, [ax] = plots.canvas(width=5.6, height=4.0)
        p = plots.palette_of(ax)
        for seed, (losses, right) in enumerate(self.runs(s)):
            look = {"color": p["muted"], "lw": 1, "ls": "-" if right == 4 else "--"}
            if seed == s.seed:
                look |= {"color": p["accent"], "lw": 3, "zorder": 3}
            ax.plot(losses, **look)
        ax.set(yscale="log", xlim=(0, EPOCHS), ylim=(0.005, 2))
        ax.set(xlabel="epoch", ylabel="loss")
        return fig
