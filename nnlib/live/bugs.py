"""The live figures of chapter 6 on checking: bugs, the step h, printed formulas."""

from functools import cache
from typing import NamedTuple

import numpy as np

from .. import plots
from ..activations import ReLU, Sigmoid, Softmax, logistic
from ..gradient_descent import numerical_gradient
from .figure import Figure, Menu, Slider, Switch
from .text import num, table
from .views.sizes import power_of_ten, size_text

# --- the bug zoo --------------------------------------------------------------------

LAYERS = (0, 1, 1, 2)  # the parameters of each step through the network: W₂, b₂ twice
ACTIVATIONS = (Sigmoid(), ReLU(), ReLU(), Softmax())
DECAY, RATE = 0.02, 0.5
WRONG = 1e-4  # an error above it is no rounding


class Step(NamedTuple):
    """A line of the way back: what it is given, and what it computes from that."""

    given: str
    code: str


STEPS = {
    "activations": Step("trace, W, b, X, X_before", "trace(W, b, X)"),
    "start": Step("p, T, n", "(p - T) / n"),
    "weights": Step("delta, x, y", "delta.T @ x"),
    "bias": Step("delta", "delta.sum(axis=0)"),
    "collect": Step("so_far, new", "so_far + new"),
    "update": Step("W, dW", "W"),
    "back": Step("delta, W", "delta @ W"),
    "sigmoid": Step("da, z, a", "da * a * (1 - a)"),
    "relu": Step("da, z, a", "da * (z > 0)"),
    "decay": Step("dW, W, decay", "dW + decay * W"),
}
"""The right code of every line, as it is run and as it is printed."""


class Bug(NamedTuple):
    """One line of the way back as somebody wrote it."""

    name: str
    step: str
    code: str


BUGS = {
    "axis": Bug("db is summed along the wrong axis", "bias", "delta.sum(axis=1)"),
    "layer": Bug("dW takes its layer's output for its input", "weights", "delta.T @ y"),
    "mean": Bug("1/N is missing", "start", "p - T"),
    "assign": Bug("= for += where a layer is used twice", "collect", "new"),
    "sign": Bug("the sign is turned: t − p", "start", "(T - p) / n"),
    "slope": Bug(
        "σ′ is taken at a instead of z",
        "sigmoid",
        "da * logistic(a) * (1 - logistic(a))",
    ),
    "decay": Bug("the slope of the weight decay is missing", "decay", "dW"),
    "transpose": Bug("W for Wᵀ on the way back", "back", "delta @ W.T"),
    "softmax": Bug(
        "the slope of softmax is taken twice",
        "start",
        "p * ((p - T) - ((p - T) * p).sum(axis=1, keepdims=True)) / n",
    ),
    "stale": Bug(
        "activations of the batch before", "activations", "trace(W, b, X_before)"
    ),
    "early": Bug("W is updated before δ has passed", "update", f"W - {RATE} * dW"),
    "mask": Bug("ReLU looks at the sign of δ and not of z", "relu", "da * (da > 0)"),
}
"""In the order of their numbers in the menu."""

UNDECIDED = "not yet made"
DIAGNOSES = tuple(
    BUGS[key].name
    for key in (
        *("transpose", "assign", "sign", "early", "mean", "stale"),
        *("slope", "mask", "axis", "softmax", "layer", "decay"),
    )
)
"""In an order that says nothing about the numbers."""


class Setting(NamedTuple):
    """Three W (3, 3), three b (3,), a batch X, its targets T, and the batch before."""

    W: tuple
    b: tuple
    X: np.ndarray
    T: np.ndarray
    before: np.ndarray


@cache
def setting():
    """All is 3 wide, and so is the batch: no shape gives a bug away.

    The seed is one for which no slope is near 0 and no z near the kink of ReLU.
    """
    rng = np.random.default_rng(5646)
    W = tuple(rng.uniform(-1.5, 1.5, (3, 3)).round(2) for _ in range(3))
    b = tuple(rng.uniform(-0.5, 0.5, 3).round(2) for _ in range(3))
    X, before = (rng.uniform(-2, 2, (3, 3)).round(2) for _ in range(2))
    return Setting(W, b, X, np.eye(3)[[0, 2, 1]], before)


def trace(W, b, X):
    """Z and A: what every step through the network made; A[0] is the batch."""
    Z, A = [], [X]
    for k, g in zip(LAYERS, ACTIVATIONS, strict=True):
        Z.append(A[-1] @ W[k].T + b[k])
        A.append(g(Z[-1]))
    return Z, A


def cost(W, b, X, T):
    """Cross-entropy, and ½ DECAY times the sum of all squared weights."""
    p = trace(W, b, X)[1][-1]
    squares = sum((w * w).sum() for w in W)
    return -np.log((p * T).sum(axis=1)).mean() + DECAY / 2 * squares


@cache
def program(bug):
    """The lines of the way back as functions, one of them with a bug (or None)."""
    code = {step: line.code for step, line in STEPS.items()}
    if bug is not None:
        code[BUGS[bug].step] = BUGS[bug].code
    return {
        step: eval(f"lambda {line.given}: {code[step]}", {"logistic": logistic})
        for step, line in STEPS.items()
    }


def backprop(bug, W, b, X, T, before):
    """dW and db, lists of three, as the code with this bug (or None) computes them."""
    do, weights = program(bug), W
    p = trace(W, b, X)[1][-1]
    Z, A = do["activations"](trace, W, b, X, before)
    dW, db = ([np.zeros_like(part) for part in parts] for parts in (W, b))
    W = list(W)
    delta = do["start"](p, T, len(X))
    for step in (3, 2, 1, 0):
        k = LAYERS[step]
        new = do["weights"](delta, A[step], A[step + 1])
        dW[k] = do["collect"](dW[k], new)
        db[k] = do["collect"](db[k], do["bias"](delta))
        W[k] = do["update"](W[k], new)
        if step:
            slope = do["sigmoid" if step == 1 else "relu"]
            delta = slope(do["back"](delta, W[k]), Z[step - 1], A[step])
    return [do["decay"](*pair, DECAY) for pair in zip(dW, weights, strict=True)], db


SUBSCRIPTS = "₁₂₃"
GROUPS = [f"{letter}{k}" for k in SUBSCRIPTS for letter in "Wb"]
SLOPES = [
    f"{letter}{k}[{place}]"
    for k in SUBSCRIPTS
    for letter, places in (
        ("W", [f"{i}, {j}" for i in "123" for j in "123"]),
        ("b", "123"),
    )
    for place in places
]
"""What the 36 slopes are called, W before b, layer by layer."""


def in_a_row(by_weight, by_bias):
    """Slopes by W and by b, in the order of SLOPES.                       (36,)"""
    pairs = zip(by_weight, by_bias, strict=True)
    return np.concatenate([part.ravel() for pair in pairs for part in pair])


@cache
def slopes(bug):
    """What the code with this bug says of all slopes.                     (36,)"""
    return in_a_row(*backprop(bug, *setting()))


@cache
def differences():
    """The central differences of the cost.                                (36,)"""
    W, b, X, T, _ = setting()
    W, b = [w.copy() for w in W], [part.copy() for part in b]
    found = [
        [numerical_gradient(lambda _: cost(W, b, X, T), part) for part in parts]
        for parts in (W, b)
    ]
    return in_a_row(*found)


def wrong(bug):
    """Which of the slopes are further off than rounding explains.         (36,)"""
    central = differences()
    return np.abs(slopes(bug) - central) / (1e-3 + np.abs(central)) > WRONG


def worst(bug):
    """The place in SLOPES where the code with this bug is furthest off."""
    central = differences()
    return np.argmax(np.abs(slopes(bug) - central) / (1e-3 + np.abs(central)))


def groups(flags):
    """The parameters in which any of 36 flags is set: W₁, b₁ and W₂."""
    names = [name[:2] for name, flag in zip(SLOPES, flags, strict=True) if flag]
    *most, last = dict.fromkeys(names)
    return f"{', '.join(most)} and {last}" if most else last


def same_fingerprint(bug, other):
    """Whether two bugs leave the same slopes behind."""
    return bool(np.abs(slopes(bug) - slopes(other)).max() < 1e-9)


class BugZoo(Figure):
    """Twelve bugs of a way back, each known by what a gradient check says of it.

    The network: Dense, sigmoid, then one Dense layer twice, ReLU after each, and Dense,
    softmax, all 3 wide; cross-entropy of a batch of three, with weight decay. On the
    left backprop ÷ central difference wherever the two differ, on the right one against
    the other. A diagnosis is checked by running the code with the bug that it names.
    """

    title, view = "The bug zoo", "views/zoo"
    controls = (
        Menu("bug", "#1", tuple(f"#{k + 1}" for k in range(len(BUGS))), "bug"),
        Menu("diagnosis", UNDECIDED, (UNDECIDED, *DIAGNOSES), "diagnosis"),
        Switch("check", False, "check the diagnosis"),
    )

    def config(self):
        given = setting()
        return {
            "W": [w.tolist() for w in given.W],
            "b": [part.tolist() for part in given.b],
            "X": given.X.tolist(),
            "T": given.T.tolist(),
            "before": given.before.tolist(),
            "decay": DECAY,
            "rate": RATE,
            "bugs": [
                [key, bug.name, bug.code, STEPS[bug.step].code]
                for key, bug in BUGS.items()
            ],
            "undecided": UNDECIDED,
            "limit": WRONG,
        }

    def planted(self, s):
        """The bug behind the number."""
        return [*BUGS][int(s.bug[1:]) - 1]

    def named(self, s):
        """The bug that the diagnosis names, or None."""
        found = [key for key, bug in BUGS.items() if bug.name == s.diagnosis]
        return found[0] if found else None

    def checked(self, s):
        """The bug of a diagnosis that is checked, or None."""
        return self.named(s) if s.check else None

    def caption(self, s):
        bug = self.planted(s)
        flags, at = wrong(bug), worst(bug)
        found, central = slopes(bug)[at], differences()[at]
        return (
            f"Bug {s.bug}: {flags.sum()} of {len(SLOPES)} slopes are wrong, in "
            f"{groups(flags)}. Furthest off is {SLOPES[at]}: backprop "
            f"{num(found, 4)}, central difference {num(central, 4)}, ratio "
            f"{num(found / central, 2)}.{self.verdict(s)}"
        )

    def verdict(self, s):
        """What the caption says of the diagnosis."""
        bug, guess = self.planted(s), self.named(s)
        if guess is None:
            return " There is no diagnosis to check." if s.check else ""
        if not s.check:
            return f" Diagnosis, not yet checked: “{s.diagnosis}”."
        if same_fingerprint(bug, guess):
            line = BUGS[bug]
            return (
                f" Right, “{s.diagnosis}”: the same fingerprint. The code says "
                f"“{line.code}” where “{STEPS[line.step].code}” belongs."
            )
        at = np.argmax(np.abs(slopes(guess) - slopes(bug)))
        said, seen = (slopes(one)[at] / differences()[at] for one in (guess, bug))
        return (
            f" Not “{s.diagnosis}”: it would leave {SLOPES[at]} with the ratio "
            f"{num(said, 2)} and not {num(seen, 2)}."
        )

    def numbers(self, s):
        bug, guess = self.planted(s), self.checked(s)
        central = differences()
        columns = {"backprop": slopes(bug), "central difference": central}
        if guess is not None:
            columns["with the diagnosed bug"] = slopes(guess)
        ratios = [num(ratio, 3) for ratio in slopes(bug) / central]
        words = ["wrong" if flag else "right" for flag in wrong(bug)]
        counts = [
            [name, sum(flag for one, flag in self.flags(bug) if one == name)]
            for name in GROUPS
        ]
        rows = zip(SLOPES, *columns.values(), ratios, words, strict=True)
        return [
            table("Wrong slopes", ["parameter", "wrong"], counts),
            table("Every slope", ["slope", *columns, "ratio", "it is"], rows),
        ]

    def flags(self, bug):
        """(parameter, whether wrong) for every slope."""
        return [(n[:2], int(f)) for n, f in zip(SLOPES, wrong(bug), strict=True)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.4, height=4.8)
        bug, guess = self.planted(s), self.checked(s)
        found, central, flags = slopes(bug), differences(), wrong(bug)
        ratios = np.where(flags, found / central, np.nan).reshape(3, 12)
        for k, row in enumerate(ratios):
            W, b = row[:9].reshape(3, 3), row[9:, None]
            plots.heat_map(W, ax=left, at=(0, 4.2 * k), columns=["", f"W{k + 1}", ""])
            plots.heat_map(b, ax=left, at=(3.6, 4.2 * k), columns=[f"b{k + 1}"])
        ticks = [(k, j) for k, j in np.ndindex(3, 12) if not flags[12 * k + j]]
        for k, j in ticks:
            at = (j % 3 + 0.5, j // 3 + 0.5) if j < 9 else (4.1, j - 8.5)
            plots.note(
                "✓", (at[0], 4.2 * k + at[1]), (0, 0), ax=left, ha="center", va="center"
            )
        left.set_title("backprop ÷ central difference", fontsize=11)
        bias = np.array([name.startswith("b") for name in SLOPES])
        other = None if guess is None else slopes(guess)
        plots.agreement(central, found, ax=right, wrong=flags, hollow=bias, other=other)
        right.set(xlabel="central difference", ylabel="backprop")
        right.set_title(f"{s.bug}: diagnosis {self.said(s)}", fontsize=10)
        return fig

    def said(self, s):
        """The diagnosis in a few words, and what the check says of it."""
        guess = self.checked(s)
        if guess is None:
            return s.diagnosis
        right = same_fingerprint(self.planted(s), guess)
        return f"{s.diagnosis} {'✓' if right else '✗'}"


# --- the microscope -----------------------------------------------------------------

BIAS, TARGET = -0.5, 0.25
PRECISIONS = {"64 bits": np.float64, "32 bits": np.float32}
PLACES = {
    "on a smooth stretch": 1.3,
    "0.003 beside the kink": 0.503,
    "on the kink": 0.5,
}
POWERS = range(1, 17)
STEP_SIZES = [float(f"{m}e-{k}") for k in POWERS for m in (5, 2, 1)][2:]  # from 0.1
SEEN = np.linspace(-2, 2, 161)  # what the microscope shows, in steps of h
FAINTEST = 1e-14  # the least error on the axis


def tied_loss(w, kind=np.float64):
    """(w ReLU(w + b) − t)², a weight used twice, every operation rounded to `kind`.

    Sums and products alone: a page rounds them as numpy does, to the last bit.
    """
    w = kind(w)
    z = w + kind(BIAS)
    off = w * (z if z > 0 else kind(0)) - kind(TARGET)
    return off * off


def tied_slope(w):
    """dL/dw: one term for each place where w stands; 0 is ReLU's slope at the kink."""
    z = w + BIAS
    a = max(z, 0.0)
    return 2 * (w * a - TARGET) * (a + w * (z > 0))


class Estimates(NamedTuple):
    """What one difference quotient says of the slope, and the other."""

    one_sided: float
    central: float


def estimates(w, h, kind):
    """(L(w + h) − L(w)) / h and (L(w + h) − L(w − h)) / 2h, in `kind`'s arithmetic."""
    w, h = kind(w), kind(h)
    up, here, down = (tied_loss(at, kind) for at in (w + h, w, w - h))
    central = (up - down) / (kind(2) * h)
    return Estimates(float((up - here) / h), float(central))


@cache
def mistakes(place, precision):
    """|estimate − slope| for each of STEP_SIZES, one-sided and central.     (46, 2)"""
    kind = PRECISIONS[precision]
    w = kind(PLACES[place])
    found = [estimates(w, h, kind) for h in STEP_SIZES]
    return np.abs(np.array(found) - tied_slope(float(w)))


class CheckMicroscope(Figure):
    """How far off a difference quotient is, by its step h, and the loss as h sees it.

    L = (w ReLU(w + b) − t)² with b = −½ and t = ¼. On the left both quotients' errors
    against h; on the right L from w − 2h to w + 2h, rises in units of h: the tangent of
    backprop's slope, and the secant that stands in for it.
    """

    title, view = "The gradient check under the microscope", "views/microscope"
    controls = (
        Slider("e", -5, -16, -1, 1, "e in h = 10ᵉ"),
        Menu("where", "on a smooth stretch", tuple(PLACES), "w lies"),
        Menu("precision", "64 bits", tuple(PRECISIONS), "precision"),
    )

    def config(self):
        return {
            "places": PLACES,
            "bias": BIAS,
            "target": TARGET,
            "steps": STEP_SIZES,
            "faintest": FAINTEST,
        }

    def caption(self, s):
        off = mistakes(s.where, s.precision)
        at = STEP_SIZES.index(float(f"1e{s.e}"))
        one_sided, central = (size_text(x, 2) for x in off[at])
        w = float(PRECISIONS[s.precision](PLACES[s.where]))
        said = (
            f"h = {power_of_ten(s.e)} in {s.precision}, {s.where}: backprop says "
            f"{num(tied_slope(w), 4)}. The one-sided difference is off by {one_sided}, "
            f"the central one by {central}."
        )
        if s.where == "on the kink":
            right = 2 * (w * (w + BIAS) - TARGET) * w
            return (
                f"{said} No h helps: the slope is {num(0, 2)} on the left of the kink, "
                f"{num(right, 2)} on its right."
            )
        first, second = (size_text(STEP_SIZES[k], 1) for k in off.argmin(axis=0))
        return f"{said} They are best with h = {first} and h = {second}."

    def numbers(self, s):
        off = mistakes(s.where, s.precision)
        rows = [[h, *both] for h, both in zip(STEP_SIZES, off, strict=True)]
        columns = ["h", "one-sided, off by", "central, off by"]
        return [table("The errors", columns, rows)]

    def magnified(self, s):
        """(L(w + u h) − L(w)) / h at each u of SEEN."""
        kind = PRECISIONS[s.precision]
        w, h = kind(PLACES[s.where]), kind(float(f"1e{s.e}"))
        here = tied_loss(w, kind)
        rises = [tied_loss(w + kind(u) * h, kind) - here for u in SEEN]
        return np.array([float(rise / h) for rise in rises])

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.4, height=4.0)
        p = plots.palette_of(left)
        off = np.maximum(mistakes(s.where, s.precision), FAINTEST)
        for errors, look in zip(off.T, LOOKS, strict=True):
            left.loglog(STEP_SIZES, errors, **look(p))
        left.axvline(float(f"1e{s.e}"), color=p["muted"], ls=":", lw=1.2)
        left.set(xlabel="h", ylabel="off by", ylim=(FAINTEST, 30))
        left.set_xticks([1e-16, 1e-12, 1e-8, 1e-4])
        plots.legend(ax=left)
        seen = self.magnified(s)
        kind = PRECISIONS[s.precision]
        w = float(kind(PLACES[s.where]))
        right.plot(SEEN, seen, color=p["ink"])
        right.axline((0, 0), slope=tied_slope(w), color=p["muted"], ls="--", lw=1.2)
        one_sided, central = estimates(w, float(f"1e{s.e}"), kind)
        middle = (seen[40] + seen[120]) / 2
        right.axline((0, 0), slope=one_sided, **LOOKS[0](p))
        right.axline((0, middle), slope=central, **LOOKS[1](p))
        reach = 1.1 * max(np.abs(seen).max(), 2 * abs(tied_slope(w))) or 1.0
        right.set(xlim=(-2, 2), ylim=(-reach, reach))
        right.set(xlabel="steps of h from w", ylabel="rise of L, in h")
        return fig


LOOKS = (
    lambda p: {"color": p["good"], "ls": (0, (6, 2)), "label": "one-sided"},
    lambda p: {"color": p["accent"], "label": "central"},
)


# --- printed formulas ---------------------------------------------------------------

W1 = np.array([[0.5, -0.3], [0.8, 0.2], [-0.6, 0.9]])  # the net of the notes, 2-3-1
W2, X1, T1 = np.array([0.7, -0.4, 0.3]), np.array([0.8, -0.5]), 0.9
A_JANG, ROW_JANG, T_JANG = (0.9, 0.3), 0.4, 0.2  # a[1], W[1, 1] and the target
PASSES = 1e-7


def bend(z):
    """σ'(z)."""
    return logistic(z) * (1 - logistic(z))


def impostor(x):
    """1 / (1 − e^−x), printed as σ."""
    return 1 / (1 - np.exp(-x))


class Notes(NamedTuple):
    """The net of the notes: z and h of its hidden layer, the output's sum, y and e."""

    z: np.ndarray
    h: np.ndarray
    total: float
    y: float
    e: float


def notes(W=W1, w=W2):
    """One pass of x through the net of the notes."""
    z = W @ X1
    h = logistic(z)
    total = w @ h
    return Notes(z, h, total, logistic(total), T1 - logistic(total))


def with_output_weight(p):
    """The notes' net with p for the first weight of its output."""
    return notes(w=np.array([p, *W2[1:]]))


def with_hidden_weight(p):
    """The notes' net with p for the weight of hidden neuron 2 for input 1."""
    W = W1.copy()
    W[1, 0] = p
    return notes(W=W)


def of_output(p):
    """−e φ'(ω⁽²⁾h) h₁ of the notes' net, as often as the factor in front says."""
    net = with_output_weight(p)
    return -net.e * bend(net.total) * net.h[0]


def of_hidden(p, *, row):
    """∂loss/∂ω⁽¹⁾₂₁, the hidden slope taken at z of this row."""
    net = with_hidden_weight(p)
    return -2 * net.e * bend(net.total) * W2[1] * bend(net.z[row]) * X1[0]


def of_sum(p):
    """∂(ω⁽²⁾h)/∂ω⁽¹⁾₂₁."""
    return W2[1] * bend(with_hidden_weight(p).z[1]) * X1[0]


def delta_jang(p):
    """δ₁ = (ŷ₁ − y₁) σ'(z₁) with p for W[1, 2]."""
    z = ROW_JANG * A_JANG[0] + p * A_JANG[1]
    return (logistic(z) - T_JANG) * bend(z)


def loss_jang(p):
    """½ (ŷ₁ − y₁)²: the part of the loss that W[1, 2] can change."""
    z = ROW_JANG * A_JANG[0] + p * A_JANG[1]
    return (logistic(z) - T_JANG) ** 2 / 2


def xnor_sum(p):
    """z = −0.5 + a₁ + a₂ of the XNOR network at x₁ = p, x₂ = 0."""
    return -0.5 + logistic(4 * p - 6) + logistic(2 - 4 * p)


class Card(NamedTuple):
    """A formula as it is printed and as it should be, and what it is the slope of."""

    of: str
    by: str
    slope: str
    as_printed: str
    corrected: str
    function: object
    printed: object
    right: object


CARDS = {
    "COMP0087: the slope of σ": Card(
        of="σ",
        by="x",
        slope="dσ/dx",
        as_printed="dσ/dx = −e⁻ˣ/(1 + e⁻ˣ)²",
        corrected="dσ/dx = e⁻ˣ/(1 + e⁻ˣ)²",
        function=logistic,
        printed=lambda x: -np.exp(-x) / (1 + np.exp(-x)) ** 2,
        right=lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2,
    ),
    "COMP0087: σ itself": Card(
        of="σ",
        by="x",
        slope="dσ/dx",
        as_printed="σ = 1/(1 − e⁻ˣ) and dσ/dx = σ (1 − σ)",
        corrected="σ = 1/(1 + e⁻ˣ) and dσ/dx = σ (1 − σ)",
        function=logistic,
        printed=lambda x: impostor(x) * (1 - impostor(x)),
        right=bend,
    ),
    "handwritten notes: update of layer 2": Card(
        of="loss",
        by="ω₁₁⁽²⁾",
        slope="∂loss/∂ω₁₁⁽²⁾",
        as_printed="Δω = −2 ∂loss/∂ω = 2eφ′(ω⁽²⁾h)h₁",
        corrected="Δω = −α ∂loss/∂ω = 2αeφ′(ω⁽²⁾h)h₁",
        function=lambda p: with_output_weight(p).e ** 2,
        printed=of_output,
        right=lambda p: 2 * of_output(p),
    ),
    "handwritten notes: slope of the sum": Card(
        of="ω⁽²⁾h",
        by="ω₂₁⁽¹⁾",
        slope="∂(ω⁽²⁾h)/∂ω₂₁⁽¹⁾",
        as_printed="∂(ω⁽²⁾h)/∂ωᵢⱼ⁽¹⁾ = ψ′(ω⁽²⁾h) ω₁ᵢ⁽²⁾ ψ′(zᵢ) xⱼ",
        corrected="∂(ω⁽²⁾h)/∂ωᵢⱼ⁽¹⁾ = ω₁ᵢ⁽²⁾ ψ′(zᵢ) xⱼ",
        function=lambda p: with_hidden_weight(p).total,
        printed=lambda p: bend(with_hidden_weight(p).total) * of_sum(p),
        right=of_sum,
    ),
    "handwritten notes: the hidden index": Card(
        of="loss",
        by="ω₂₁⁽¹⁾",
        slope="∂loss/∂ω₂₁⁽¹⁾",
        as_printed="∂loss/∂ωᵢⱼ⁽¹⁾ = −2eφ′(ω⁽²⁾h) ω₁ᵢ⁽²⁾ φ′(ω₁ⱼ⁽¹⁾x) xⱼ, z₁ for all i",
        corrected="∂loss/∂ωᵢⱼ⁽¹⁾ = −2eφ′(ω⁽²⁾h) ω₁ᵢ⁽²⁾ φ′(zᵢ) xⱼ",
        function=lambda p: with_hidden_weight(p).e ** 2,
        printed=lambda p: of_hidden(p, row=0),
        right=lambda p: of_hidden(p, row=1),
    ),
    "H. Jang: δ times a": Card(
        of="L",
        by="W₁₂",
        slope="∂L/∂W₁₂",
        as_printed="∂L/∂W = δ a without a transpose, row by row δᵢaᵢ",
        corrected="∂L/∂W = δ aᵀ, entry by entry δᵢaⱼ",
        function=loss_jang,
        printed=lambda p: delta_jang(p) * A_JANG[0],
        right=lambda p: delta_jang(p) * A_JANG[1],
    ),
    "CS2109S: the output of XNOR": Card(
        of="z",
        by="x₁",
        slope="∂z/∂x₁",
        as_printed="z = −0.5 + x₁ + x₂",
        corrected="z = −0.5 + a₁ + a₂",
        function=xnor_sum,
        printed=np.ones_like,
        right=lambda x: 4 * bend(4 * x - 6) - 4 * bend(2 - 4 * x),
    ),
}
"""The misprints of five lectures that a gradient check can find, by lecture."""


class PrintedFormula(Figure):
    """Formulas as lectures print them, and the gradient check as the judge.

    On the left what the formula is the slope of, with the tangent that it claims; on
    the right the formula against central differences, over the whole range.
    """

    title, view = "The printed formula", "views/formula"
    controls = (
        Menu("card", "COMP0087: the slope of σ", tuple(CARDS), "formula"),
        Slider("p", 0.7, -1.9, 1.9, 0.2, "point"),
        Switch("corrected", False, "corrected"),
    )
    grid = np.linspace(-1.9, 1.9, 20).round(1)
    fine = np.linspace(-2, 2, 160)  # an even number: 0 is the impostor's pole

    def config(self):
        cards = [
            {
                "name": name,
                "of": card.of,
                "by": card.by,
                "slope": card.slope,
                "asPrinted": card.as_printed,
                "right": card.corrected,
            }
            for name, card in CARDS.items()
        ]
        net = {"W": W1.tolist(), "w": W2.tolist(), "x": X1.tolist(), "t": T1}
        jang = {"a": A_JANG, "w": ROW_JANG, "t": T_JANG}
        return {"cards": cards, "notes": net, "jang": jang, "passes": PASSES}

    def formula(self, s):
        """The slope by the formula chosen, at each of many points."""
        card = CARDS[s.card]
        f = card.right if s.corrected else card.printed
        return lambda points: np.array([float(f(p)) for p in points])

    def central(self, s, points):
        """The central differences at each of many points."""
        f = CARDS[s.card].function
        return np.array(
            [numerical_gradient(lambda x: f(x[0]), np.array([p]))[0] for p in points]
        )

    def caption(self, s):
        card = CARDS[s.card]
        [found], [central] = self.formula(s)([s.p]), self.central(s, [s.p])
        text = card.corrected if s.corrected else card.as_printed
        passes = agrees(found, central)
        said = (
            f"{said_of(s).capitalize()}: {text}. At {card.by} = {num(s.p, 1)} "
            f"it gives {card.slope} = {num(found, 4)}; the central difference is "
            f"{num(central, 4)}. The check {'passes' if passes else 'fails'}."
        )
        if card.printed is CARDS["COMP0087: σ itself"].printed and not s.corrected:
            return (
                f"{said} The printed σ is {num(impostor(s.p), 3)} here, no "
                "probability, but this is its slope: judged by itself alone it would "
                "pass."
            )
        return said

    def numbers(self, s):
        card = CARDS[s.card]
        formulas = [
            np.array([float(f(p)) for p in self.grid])
            for f in (card.printed, card.right)
        ]
        central = self.central(s, self.grid)
        verdicts = [
            [
                "passes" if agrees(*pair) else "fails"
                for pair in zip(f, central, strict=True)
            ]
            for f in formulas
        ]
        columns = [card.by, "central difference", "as printed", "corrected"]
        rows = zip(self.grid, central, *formulas, *verdicts, strict=True)
        more = ["printed: it", "corrected: it"]
        return [table(f"Slopes: {card.slope}", [*columns, *more], rows)]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.4, height=3.8)
        p, card = plots.palette_of(left), CARDS[s.card]
        f = np.array([float(card.function(x)) for x in self.fine])
        [slope] = self.formula(s)([s.p])
        left.plot(self.fine, f, color=p["ink"])
        here = float(card.function(s.p))
        plots.tangent(s.p, here, slope, ax=left)
        left.plot(s.p, here, "D", color=p["accent"], ms=8)
        left.set(xlabel=card.by, ylabel=card.of, ylim=window(f, f))
        central, found = self.central(s, self.grid), self.formula(s)(self.fine)
        right.plot(self.fine, found, color=p["accent"], label=said_of(s))
        seen = [found]
        if s.corrected:
            seen.append(np.array([float(card.printed(x)) for x in self.fine]))
            look = {"color": p["muted"], "ls": "--", "lw": 1.5}
            right.plot(self.fine, seen[1], label="as printed", **look)
        right.plot(self.grid, central, "o", color=p["ink"], ms=5, label="differences")
        right.axvline(s.p, color=p["muted"], ls=":", lw=1.2)
        right.set(
            xlabel=card.by,
            ylabel=card.slope,
            ylim=window(central, np.concatenate(seen)),
        )
        plots.legend(ax=right)
        return fig


def said_of(s):
    """Which of the two formulas is shown."""
    return "corrected" if s.corrected else "as printed"


def agrees(found, central):
    """Whether a slope passes the gradient check."""
    return bool(abs(found - central) / (1e-3 + abs(central)) < PASSES)


def window(values, others):
    """The range of the values, and of the others as far as they are not far away."""
    span = np.ptp(values) or 1.0
    known = others[np.isfinite(others)]
    low = max(min(values.min(), known.min()), values.min() - 5 * span)
    high = min(max(values.max(), known.max()), values.max() + 5 * span)
    margin = 0.08 * (high - low)
    return [low - margin, high + margin]
