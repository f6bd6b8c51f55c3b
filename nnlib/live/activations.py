"""The live figures of chapter 3: activations, and what their slopes decide."""

from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np

from .. import plots
from ..activations import Heaviside, LeakyReLU, Linear, ReLU, Sigmoid, Step, Tanh
from ..backprop import fit, value_and_grad
from ..data import circles, gate
from ..gradient_descent import SGD
from ..loss import MSE
from ..mlp import Dense, Identity, Network
from .figure import Figure, Menu, Slider, Switch
from .spec import to_spec
from .text import num, percent, table
from .views.function import FLAT, FunctionAndDerivative, places
from .views.histograms import ACTIVATIONS, INITS, LayerHistograms
from .views.sizes import size_text

WIDTH, DEEPEST, DRAWS = 32, 20, 20
OWN = "as nnlib draws"  # Glorot's weights, He's in front of ReLU and leaky ReLU
NAMED = ("sigmoid", "tanh", "ReLU")
STOPS = 50  # moments of a training that a room of the museum shows


class ActivationExplorer(FunctionAndDerivative):
    """Every activation of nnlib that works number by number, as far out as z = ±10."""

    title = "Activation explorer"
    functions: ClassVar = {
        "sigmoid": Sigmoid(),
        "tanh": Tanh(),
        "ReLU": ReLU(),
        "leaky ReLU 0.01": LeakyReLU(),
        "leaky ReLU 0.3": LeakyReLU(0.3),
        "step at 0": Step(0),
        "step at ½": Step(0.5),
        "Heaviside": Heaviside(),
        "identity": Identity(),
        "linear ½ z + 1": Linear(0.5, 1),
    }
    ranges: ClassVar = {
        "sigmoid": "(0, 1)",
        "tanh": "(−1, 1)",
        "ReLU": "[0, ∞)",
        "step at 0": "0 or 1",
        "step at ½": "0 or 1",
        "Heaviside": "0, ½ or 1",
    }
    controls = (
        Slider("z", 2.0, -10.0, 10.0, 0.05, "z"),
        Menu("g", "sigmoid", tuple(functions), "activation"),
    )

    def about(self, name):
        """Which values g takes, and how steep it gets where it has a slope."""
        g, z = self.functions[name], self.grid
        steepest = np.abs(g.derivative(z, g(z))).max()
        values = self.ranges.get(name, "all numbers")
        return f"Values: {values}; steepest slope: {num(steepest, 2)}."


class Arriving(NamedTuple):
    """|∂L/∂x| at depths 1 to DEEPEST: median, least and most of the draws."""

    median: np.ndarray
    least: np.ndarray
    most: np.ndarray


class GradientThroughDepth(Figure):
    """How much of a slope at the end of a network arrives at its input, by depth.

    `depth` layers of 32 neurons, the activation after each, biases 0. L is the mean of
    what the last layer answers, |∂L/∂x| a length; x is drawn from U(−√3, √3), of mean
    square 1. The seeds 0 to 19 draw x first, then the weights, layer by layer.
    """

    title, view = "The gradient through depth", "views/depth"
    controls = (
        Slider("depth", 10, 1, DEEPEST, 1, "layers"),
        Menu("g", "sigmoid", tuple(ACTIVATIONS), "activation"),
        Menu("init", OWN, (OWN, *INITS), "initial weights"),
    )

    def config(self):
        return {
            "activations": {name: to_spec(g) for name, g in ACTIVATIONS.items()},
            "named": NAMED,
            "width": WIDTH,
            "deepest": DEEPEST,
            "draws": DRAWS,
        }

    def shown(self, s):
        """The activations in the picture, and what arrives with each."""
        names = [*NAMED, *([] if s.g in NAMED else [s.g])]
        return {name: arriving(name, s.init) for name in names}

    def caption(self, s):
        shown = self.shown(s)
        sizes = [f"{g} {size_text(a.median[s.depth - 1])}" for g, a in shown.items()]
        layers = "1 layer" if s.depth == 1 else f"{s.depth} layers"
        said = (
            f"{layers}, {s.init}: median |∂L/∂x| of {DRAWS} draws: {', '.join(sizes)}."
        )
        if s.depth == 1:
            return said
        first, *_, last = shown[s.g].median[: s.depth]
        factor = (last / first) ** (1 / (s.depth - 1))
        return f"{said} With {s.g}, a factor of {size_text(factor)} for each layer."

    def numbers(self, s):
        shown, depths = self.shown(s), range(1, DEEPEST + 1)
        medians = [a.median for a in shown.values()]
        _, least, most = shown[s.g]
        return [
            table(
                "Median size of ∂L/∂x",
                ["layers", *shown],
                zip(depths, *medians, strict=True),
            ),
            table(
                f"The draws with {s.g}",
                ["layers", "least", "most"],
                zip(depths, least, most, strict=True),
            ),
        ]

    def still(self, s):
        fig, [ax] = plots.canvas(width=6.4, height=4.0)
        shown, depths = self.shown(s), np.arange(1, DEEPEST + 1)
        lines = {name: (depths, a.median) for name, a in shown.items()}
        band = shown[s.g].least, shown[s.g].most
        plots.named_curves(lines, ax=ax, chosen=s.g, band=band, at=s.depth, log=True)
        ax.set(xlabel="layers", ylabel="median |∂L/∂x|", xlim=(1, DEEPEST))
        ax.set_xticks([1, 5, 10, 15, DEEPEST])
        return fig


class SignalsThroughDepth(LayerHistograms):
    """Ten layers before training, a histogram each, in powers of ten."""

    title = "Ten layers, one by one"
    controls = (
        Menu("show", "gradients ∂ℓ/∂z", ("activations a", "gradients ∂ℓ/∂z"), "show"),
        Slider("depth", 10, 1, 10, 1, "layers"),
        Menu("g", "sigmoid", tuple(ACTIVATIONS), "activation"),
        Menu("init", "Glorot", tuple(INITS), "initial weights"),
        Slider("seed", 0, 0, 20, 1, "seed"),
    )
    fixed: ClassVar = {"logs": True}


@cache
def arriving(g, init):
    """What arrives at the input of networks with these activations and weights."""
    runs = np.array([_sizes(ACTIVATIONS[g], init, seed) for seed in range(DRAWS)])
    return Arriving(np.median(runs, axis=0), runs.min(axis=0), runs.max(axis=0))


def _sizes(g, init, seed):
    """|∂L/∂x| for the first layer alone, for the first two, …, for all of them."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-np.sqrt(3), np.sqrt(3), (1, WIDTH))
    if init == OWN:
        net = Network.mlp([WIDTH] * (DEEPEST + 1), hidden=g, out=g, rng=rng)
    else:
        new = {"rng": rng, "init": INITS[init]}
        pairs = [(Dense(WIDTH, WIDTH, **new), g) for _ in range(DEEPEST)]
        net = Network([layer for pair in pairs for layer in pair])
    A, sizes = net.trace(x), []
    for depth in range(1, DEEPEST + 1):
        delta = np.full((1, WIDTH), 1 / WIDTH)
        for k in reversed(range(2 * depth)):
            delta = net.layers[k].vjp(A[k], A[k + 1], delta)
        sizes.append(np.sqrt((delta**2).sum()))
    return sizes


class StepCannotLearn(Figure):
    """The loss of one neuron against its weight: with a step, and with a sigmoid.

    a = g(w x) with x = 1 and no bias; the target is 1, the loss (a − 1)². A round is a
    step of gradient descent with η = 1, which goes by the slope and nothing else.
    """

    title, view = "Why a step cannot learn", "views/staircase"
    activations: ClassVar = {"step": Step(), "sigmoid": Sigmoid()}
    controls = (
        Slider("w", -1.0, -4.0, 4.0, 0.05, "w at the start"),
        Slider("step", 0, 0, 50, 1, "rounds"),
    )

    def config(self):
        specs = {name: to_spec(g) for name, g in self.activations.items()}
        return {"activations": specs}

    def walk(self, name, s):
        """w, the loss and its slope before training and after every round.  (n + 1, 3)

        The walk is nnlib's: a network of one Dense layer without bias, MSE and SGD(1).
        """
        net = Network([Dense.of([[s.w]], [0]), self.activations[name]])
        W, b = net.params
        rows, x, t = [], np.ones((1, 1)), np.ones((1, 1))
        for _ in range(s.step + 1):
            loss, (slope, _) = value_and_grad(net, MSE(), x, t)
            rows.append([W.item(), loss, slope.item()])
            SGD(1.0).step([W, b], [slope, 0 * b])
        return np.array(rows)

    def caption(self, s):
        step, sigmoid = (self.walk(name, s)[-1] for name in self.activations)
        rounds = "1 round" if s.step == 1 else f"{s.step} rounds"
        when = f"After {rounds}" if s.step else "At the start"
        no_slope = "no slope, a leap" if step[0] == 0 else _slope_text(step[2])
        return (
            f"{when}: with a step w = {num(step[0], 2)}, loss {num(step[1], 4)}, "
            f"{no_slope}; with a sigmoid w = {num(sigmoid[0], 2)}, "
            f"loss {num(sigmoid[1], 4)}, {_slope_text(sigmoid[2])}."
        )

    def numbers(self, s):
        columns = ["rounds", "w", "loss", "slope"]
        return [
            table(
                f"With a {name}",
                columns,
                [[k, *row] for k, row in enumerate(self.walk(name, s))],
            )
            for name in self.activations
        ]

    def still(self, s):
        fig, axes = plots.canvas(2, height=3.8)
        for ax, (name, g) in zip(axes, self.activations.items(), strict=True):
            walked = self.walk(name, s)
            w, loss, slope = walked[-1]
            leaps = [0.0] if name == "step" else []
            plots.curve(lambda w, g=g: (g(w) - 1) ** 2, ax=ax, x=(-4, 4), jumps=leaps)
            if w not in leaps:
                plots.tangent(w, loss, slope, ax=ax)
            ax.plot(*walked[:, :2].T, "o", color=plots.PALETTE["light"]["ink"], ms=4)
            ax.plot(w, loss, "D", color=plots.PALETTE["light"]["accent"], ms=8)
            ax.set(xlabel="w", ylabel="loss", title=f"with a {name}", ylim=(-0.1, 1.15))
        return fig


def _slope_text(slope):
    """A slope with four decimals; 0 where it is exactly that."""
    return "slope 0" if slope == 0 else f"slope {num(slope, 4)}"


class Training(NamedTuple):
    """A training to look at: `phases` are pairs (rounds, learning rate)."""

    net: Network
    X: np.ndarray
    T: np.ndarray
    phases: tuple


class Course(NamedTuple):
    """What became of it: at each stop, and the loss after every round, 0 first."""

    losses: np.ndarray  # (rounds + 1,)
    z: np.ndarray  # (STOPS + 1, examples, units) of the first layer
    right: list  # how many answers


class Museum(Figure):
    """Abstract: a training that fails without an error message, and its cure.

    On the left the loss after each round, on the right z of every neuron of the first
    layer for every example; shaded is where the activation has a slope below 0.05. The
    training is full-batch SGD on the squared error. A room says how it is set up, with
    the cure or without, and what the caption tells of the neurons.
    """

    each = 20  # rounds between two stops
    g = Sigmoid()  # of the first layer
    told = "flat"  # or "dead", or "apart": what the caption says of the neurons

    @classmethod
    def training(cls, cure):
        """The Training of this room, with the cure or without."""
        raise NotImplementedError

    def config(self):
        runs = [self.training(cure) for cure in (False, True)]
        return {
            "runs": [
                {
                    "net": to_spec(run.net),
                    "X": run.X.tolist(),
                    "t": run.T[:, 0].astype(int).tolist(),
                    "phases": run.phases,
                }
                for run in runs
            ],
            "stops": STOPS,
            "each": self.each,
            "losses": self.window(),
            "flat": flat(self.g),
            "told": self.told,
        }

    def window(self):
        """The losses that the picture reaches to, of both runs."""
        both = np.concatenate([_course(type(self), c).losses for c in (False, True)])
        low, high = np.log10(both.min()), np.log10(both.max())
        return [float(10 ** (low - 0.2)), float(10 ** (high + 0.2))]

    def caption(self, s):
        course, t = _course(type(self), s.cure), self.training(s.cure).T
        when = f"After {s.step * self.each:,} rounds" if s.step else "Before training"
        loss = size_text(course.losses[s.step * self.each], 4)
        answers = f"{course.right[s.step]} of {len(t)} right"
        return f"{when}: loss {loss}, {answers}. {self.said(course.z[s.step])}"

    def said(self, z):
        """What the caption tells of z (examples, units)."""
        if self.told == "apart":
            apart = np.ptp(z, axis=1).max()
            return f"The neurons' z lie at most {size_text(apart)} apart."
        if self.told == "dead":
            dead = int((z <= 0).all(axis=0).sum())
            return f"{dead} of {z.shape[1]} neurons are dead: z ≤ 0 for every point."
        slopes = np.abs(self.g.derivative(z, self.g(z)))
        few = int((slopes < FLAT).sum())
        return f"g′(z) < {FLAT} for {percent(few, z.size)} of all z."

    def numbers(self, s):
        course = _course(type(self), s.cure)
        z = course.z[s.step]
        losses = course.losses[:: self.each]
        rounds = [k * self.each for k in range(STOPS + 1)]
        units = [f"neuron {k}" for k in range(1, z.shape[1] + 1)]
        ends = np.stack([z.min(axis=0), z.max(axis=0)], axis=1)
        return [
            table("Loss", ["rounds", "loss"], zip(rounds, losses, strict=True)),
            table(
                "z of the neurons now",
                ["neuron", "least", "most"],
                [[name, *both] for name, both in zip(units, ends, strict=True)],
            ),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.8, height=3.8)
        names = {False: "as it is", True: "with the cure"}
        runs = {names[cure]: _course(type(self), cure).losses for cure in names}
        lines = {name: (np.arange(len(y)), y) for name, y in runs.items()}
        at = s.step * self.each
        plots.named_curves(lines, ax=left, chosen=names[s.cure], at=at, log=True)
        left.set(xlabel="rounds", ylabel="loss", ylim=self.window())
        left.locator_params(axis="x", nbins=4)
        t = self.training(s.cure).T[:, 0].astype(int)
        z = _course(type(self), s.cure).z
        plots.unit_rows(z[s.step], t, ax=right, flat=flat(self.g), x=reach(z))
        right.set(xlabel="z of every example", ylabel="neuron")
        return fig


def _controls(cure):
    return (
        Slider("step", 0, 0, STOPS, 1, "time"),
        Switch("cure", False, f"cure: {cure}"),
    )


def _column(t):
    return t[:, None].astype(float)


@cache
def _rings():
    X, t = circles(n=100, noise=0.1, rng=np.random.default_rng(0))
    return X, _column(t)


class MuseumSaturated(Museum):
    """One sigmoid neuron that starts wrong and sure is to learn OR."""

    title, view = "Room 1, saturated", "views/museum"
    controls = _controls("small weights")

    @classmethod
    def training(cls, cure):
        X, t = gate("OR")
        sure = Dense.of([[-20, -20]], [10])
        small = Dense(2, 1, rng=np.random.default_rng(0))
        net = Network([small if cure else sure, Sigmoid()])
        return Training(net, X, _column(t), ((STOPS * cls.each, 1.0),))


class MuseumDead(Museum):
    """ReLU neurons on the rings, after two rounds with a learning rate of 2."""

    title, view, told, each = "Room 2, dead", "views/museum", "dead", 40
    g = ReLU()
    controls = _controls("no careless rounds")

    @classmethod
    def training(cls, cure):
        net = Network.mlp([2, 8, 1], hidden=cls.g, rng=np.random.default_rng(0))
        careless = 0 if cure else 2
        rest = STOPS * cls.each - careless
        phases = ((rest, 0.1),) if cure else ((careless, 2.0), (rest, 0.1))
        return Training(net, *_rings(), phases)


class MuseumEqual(Museum):
    """Four tanh neurons that all start with the same weights are to learn XNOR."""

    title, view, told, each = "Room 3, all equal", "views/museum", "apart", 60
    g = Tanh()
    controls = _controls("weights at random")

    @classmethod
    def training(cls, cure):
        X, t = gate("XNOR")
        equal = [Dense.of(np.full((4, 2), 0.5), np.zeros(4)), cls.g]
        end = [Dense.of(np.full((1, 4), 0.5), [0]), Sigmoid()]
        rng = np.random.default_rng(0)
        drawn = Network.mlp([2, 4, 1], hidden=cls.g, out=Sigmoid(), rng=rng)
        net = drawn if cure else Network([*equal, *end])
        return Training(net, X, _column(t), ((STOPS * cls.each, 1.0),))


class MuseumUnscaled(Museum):
    """The rings, the second input in other units: a thousand times, plus 5,000."""

    title, view = "Room 4, unscaled", "views/museum"
    g = Tanh()
    controls = _controls("standardise the inputs")

    @classmethod
    def training(cls, cure):
        X, T = _rings()
        X = X * [1, 1000] + [0, 5000]
        if cure:
            X = (X - X.mean(axis=0)) / X.std(axis=0)
        rng = np.random.default_rng(0)
        net = Network.mlp([2, 8, 1], hidden=cls.g, out=Sigmoid(), rng=rng)
        return Training(net, X, T, ((STOPS * cls.each, 0.3),))


@cache
def _course(room, cure):
    """The Course of a room's training."""
    net, X, T, phases = room.training(cure)
    loss = MSE()
    losses, z, right = [], [], []

    def look():
        A = net.trace(X)
        z.append(A[1].copy())
        right.append(int(((A[-1] > 0.5) == T).sum()))

    for rounds, eta in phases:
        for _ in range(rounds):
            if len(losses) % room.each == 0:
                look()
            # a fit of one round: the picture is taken between two of them
            losses += [value for *_, value in fit(net, loss, SGD(eta), X, T, epochs=1)]
    look()
    losses.append(loss(net(X), T))
    return Course(np.array(losses), np.stack(z), right)


def flat(g):
    """Where |g'| < 0.05, the ends of the line as None."""
    low, high = -10.0, 10.0
    found = places(g, np.linspace(low, high, 801))["flat"]
    outer = {low: None, high: None}
    return [[outer.get(end, end) for end in ends] for ends in found]


def reach(z):
    """The window for all these z: from −4 to 4, or a little more than what there is."""
    low, high = min(-4.0, float(z.min())), max(4.0, float(z.max()))
    margin = 0.05 * (high - low)
    return [low - margin, high + margin]
