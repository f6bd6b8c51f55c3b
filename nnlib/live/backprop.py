"""The live figures of chapter 6: the backprop bench, gears, and why order matters.

The bugs that a gradient check finds have a room of their own: bugs.py.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from .. import plots
from ..activations import logistic
from ..gradient_descent import numerical_gradient
from ..loss import BCE, MSE, HalfMSE
from .figure import Figure, Menu, Slider, Switch, Values
from .text import num, table

# --- the backprop bench -------------------------------------------------------------

WEIGHTS = (0.1, 0.7, 0.4, 0.2, 0.55, 0.45)
SECOND = ((0.9, 0.4), 0.0)  # the example that the mean and the sum bring in: x, t
LOSSES = {"(y − t)²": MSE(), "½ (y − t)²": HalfMSE(), "cross-entropy": BCE()}
OVER = ("one example", "mean of two", "sum of two")
ORDERS = ("all at once", "w₅ and w₆ first")
STAGES = (("Forward", 7), ("Backward", 7), ("Gradients", 6), ("Update", 7))
CELLS = sum(count for _, count in STAGES)


@dataclass
class Cell:
    """One quantity of the sheet: in symbols, in numbers, and what comes out.

    `values` has one number an example, or one for all; `check` is a gradient by
    central differences.
    """

    name: str
    symbols: str
    numbers: str
    values: list[float]
    check: float | None = None


class BackpropBench(Figure):
    """The lectures' 2-2-1 network by hand: forward, way back, gradients, one update.

    w₁, w₂ lead to the first hidden neuron, w₃, w₄ to the second, w₅, w₆ to the output;
    all neurons are sigmoids without bias. Every cell holds a quantity in symbols, in
    numbers (on the way back: upstream × local) and its value; every gradient stands
    beside its central difference. `slides` rounds as the lecture does: activations,
    losses and gradients to three decimals, slopes of the sigmoid to two.
    """

    title, view = "The backprop bench", "views/bench"
    controls = (
        Slider("step", 7, 0, CELLS, 1, "step"),
        Slider("x1", 0.5, -1.0, 1.0, 0.1, "x₁"),
        Slider("x2", 0.6, -1.0, 1.0, 0.1, "x₂"),
        Slider("eta", 0.1, 0.1, 10.0, 0.1, "η"),
        Menu("target", "1", ("1", "0"), "target t"),
        Menu("loss", "(y − t)²", tuple(LOSSES), "loss of an example"),
        Menu("over", OVER[0], OVER, "examples"),
        Menu("order", ORDERS[0], ORDERS, "update"),
        Switch("slides", False, "round as on the slides"),
        Switch("ask", False, "ask me for the next number"),
        Values("weights", WEIGHTS, -3.0, 3.0, 0.05, "weights"),
    )

    def config(self):
        return {"second": {"x": SECOND[0], "t": SECOND[1]}, "stages": STAGES}

    def caption(self, s):
        cells = sheet(s)
        return f"{self.done(cells, s)}{self.wanted(cells, s)}"

    def done(self, cells, s):
        """The number of step `s.step`, in words."""
        if s.step == 0:
            return (
                "Two inputs, six weights, a target: everything else follows. Press "
                "Step for the first number."
            )
        first, count, stage = stage_of(s.step)
        said = " ".join(working(cells, s)[s.step - 1]).replace(" before", ", before")
        return f"{stage}, {s.step - first} of {count}: {said}."

    def wanted(self, cells, s):
        """The number that the bench asks for, if it asks."""
        if not s.ask:
            return ""
        if s.step == CELLS:
            return " There is nothing left to ask."
        return f" Now you: {cells[s.step].name}?"

    def numbers(self, s):
        cells = sheet(s)[: s.step]
        rows = [[c.name, c.symbols, *_both(c.values)] for c in cells]
        columns = ["quantity", "is", "value", "second example"]
        checked = [[c.name, *c.values, c.check] for c in cells if c.check is not None]
        tables = [table("The sheet", columns, rows)] if rows else []
        if checked:
            columns = ["gradient", "backpropagation", "central difference"]
            tables.append(table("The gradient check", columns, checked))
        return tables

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.4, height=4.4)
        cells, w = sheet(s), np.array(s.weights)
        known = {cell.name: cell.values[0] for cell in cells[: s.step]}
        words = [
            num(known[name], 3) if name in known else "" for name in ("a₁", "a₂", "y")
        ]
        params = [w[:4].reshape(2, 2), None, w[4:].reshape(1, 2), None]
        plots.network(params, [num(s.x1, 1), num(s.x2, 1), *words], ax=left)
        first, shown, _ = stage_of(s.step)
        written = working(cells, s)
        for k in range(first, first + shown):
            symbols, *rest = written[k]
            said = "\n    ".join([symbols, *rest] if k < s.step else [symbols])
            y = 1 - (k - first) / 7
            right.text(0, y, said, va="top", fontsize=9, transform=right.transAxes)
        right.axis("off")
        return fig


def forward(w, x, keep):
    """z₁, a₁, z₂, a₂, z₃, y of the network for one example; keep(v, digits) rounds."""
    z1 = w[0] * x[0] + w[1] * x[1]
    z2 = w[2] * x[0] + w[3] * x[1]
    a1, a2 = keep(logistic(z1), 3), keep(logistic(z2), 3)
    z3 = w[4] * a1 + w[5] * a2
    return z1, a1, z2, a2, z3, keep(logistic(z3), 3)


def exact(v, digits):
    """v as it is: what `rounded` is when nothing is to be rounded."""
    return float(v)


def rounded(v, digits):
    """v with so many decimals, halves away from zero, as a reader rounds by hand."""
    return float(num(v, digits).replace("−", "-"))


def examples(s):
    """The examples (x, t) that state `s` uses."""
    first = ((s.x1, s.x2), float(s.target))
    return [first] if s.over == OVER[0] else [first, SECOND]


def total(s, w, keep=exact):
    """The loss of the network with weights w over the examples of `s`."""
    losses = [loss_of(s, forward(w, x, keep)[-1], t)[0] for x, t in examples(s)]
    return keep(sum(losses) * share(s), 3)


def share(s):
    """What one example counts for: 1 in a sum, 1/2 in a mean of two."""
    return 0.5 if s.over == OVER[1] else 1.0


def loss_of(s, y, t):
    """ℓ and ∂ℓ/∂y of one answer, as nnlib.loss gives them."""
    value, slope = LOSSES[s.loss].value_and_grad(np.array([[y]]), np.array([[t]]))
    return value, float(slope[0, 0])


def one_example(s, x, t, keep):
    """All quantities of one example, forward and back, by name."""
    w, q = s.weights, SimpleNamespace(x=x, t=t)
    q.z1, q.a1, q.z2, q.a2, q.z3, q.y = forward(w, x, keep)
    q.loss, q.dy = loss_of(s, q.y, t)
    q.loss = keep(q.loss, 3)
    q.s1, q.s2, q.s3 = (keep(a * (1 - a), 2) for a in (q.a1, q.a2, q.y))
    q.d3 = q.dy * q.s3
    return q


def way_back(q, w5, w6):
    """∂ℓ/∂a and δ of both hidden neurons, with the weights that the order gives."""
    q.e1, q.e2 = q.d3 * w5, q.d3 * w6
    q.d1, q.d2 = q.e1 * q.s1, q.e2 * q.s2


def sheet(s):
    """The 27 cells of state `s`, whichever step it stands at, in order."""
    keep = rounded if s.slides else exact
    say, w, part = writer(s), s.weights, share(s)
    every = [one_example(s, x, t, keep) for x, t in examples(s)]
    q = every[0]

    def gradient(factors):
        return keep(part * sum(up * local for up, local in factors), 3)

    outer = [[(e.d3, e.a1) for e in every], [(e.d3, e.a2) for e in every]]
    new5, new6 = (w[4 + k] - s.eta * gradient(outer[k]) for k in (0, 1))
    moved = s.order == ORDERS[1]
    w5, w6 = (new5, new6) if moved else (w[4], w[5])
    for e in every:
        way_back(e, w5, w6)
    inner = [
        [(getattr(e, d), e.x[i]) for e in every] for d in ("d1", "d2") for i in (0, 1)
    ]

    def cell(name, symbols, numbers, key):
        return Cell(name, symbols, numbers, [getattr(e, key) for e in every])

    def product(name, of, up, local, key):
        return cell(name, f"{name} = {of}", times(say, [(up, local)], s), key)

    x = [num(v, 1) for v in q.x]
    v = [num(v, 2) for v in w]
    late = " (moved)" if moved else ""
    cells = [
        cell("z₁", "z₁ = w₁ x₁ + w₂ x₂", f"{v[0]}·{x[0]} + {v[1]}·{x[1]}", "z1"),
        cell("a₁", "a₁ = σ(z₁)", f"σ({say(q.z1)})", "a1"),
        cell("z₂", "z₂ = w₃ x₁ + w₄ x₂", f"{v[2]}·{x[0]} + {v[3]}·{x[1]}", "z2"),
        cell("a₂", "a₂ = σ(z₂)", f"σ({say(q.z2)})", "a2"),
        cell(
            *("z₃", "z₃ = w₅ a₁ + w₆ a₂"),
            f"{v[4]}·{say(q.a1)} + {v[5]}·{say(q.a2)}",
            "z3",
        ),
        cell("y", "y = σ(z₃)", f"σ({say(q.z3)})", "y"),
        Cell(
            "L", loss_symbols(s, q.t), loss_numbers(s, every, say), [total(s, w, keep)]
        ),
        cell("∂ℓ/∂y", *slope_words(s, q, say), "dy"),
        cell("σ′(z₃)", "σ′(z₃) = y (1 − y)", f"{say(q.y)} · {say(1 - q.y)}", "s3"),
        product("δ₃", "∂ℓ/∂y · σ′(z₃)", q.dy, q.s3, "d3"),
        product("∂ℓ/∂a₁", f"δ₃ · w₅{late}", q.d3, w5, "e1"),
        product("δ₁", "∂ℓ/∂a₁ · a₁ (1 − a₁)", q.e1, q.s1, "d1"),
        product("∂ℓ/∂a₂", f"δ₃ · w₆{late}", q.d3, w6, "e2"),
        product("δ₂", "∂ℓ/∂a₂ · a₂ (1 − a₂)", q.e2, q.s2, "d2"),
    ]
    check = numerical_gradient(lambda p: total(s, p), np.array(w, float))
    order = (4, 5, 0, 1, 2, 3)
    factors = [*inner, *outer]
    words = ("δ₁ · x₁", "δ₁ · x₂", "δ₂ · x₁", "δ₂ · x₂", "δ₃ · a₁", "δ₃ · a₂")
    over = {OVER[1]: "mean of ", OVER[2]: "sum of "}.get(s.over, "")
    grads = [gradient(f) for f in factors]
    for k in order:
        name = f"∂L/∂w{SUB[k]}"
        symbols, numbers = f"{name} = {over}{words[k]}", times(say, factors[k], s)
        cells.append(Cell(name, symbols, numbers, [grads[k]], float(check[k])))
    new = [w[k] - s.eta * grads[k] for k in range(6)]
    for k in order:
        name, symbols = f"w{SUB[k]} new", f"w{SUB[k]} ← w{SUB[k]} − η ∂L/∂w{SUB[k]}"
        numbers = f"{v[k]} − {num(s.eta, 1)} · {bracket(say(grads[k]))}"
        cells.append(Cell(name, symbols, numbers, [new[k]]))
    cells.append(Cell("L new", "L after the update", "", [total(s, new, keep)]))
    return cells


SUB = "₁₂₃₄₅₆"


def writer(s):
    """How numbers are written: four decimals, or as few as the rounding left."""

    def plain(x, digits=4):
        whole, _, rest = num(x, 5).partition(".")
        rest = rest.rstrip("0")
        return f"{whole}.{rest}" if rest else whole

    return plain if s.slides else lambda x, digits=4: num(x, digits)


def bracket(text):
    """A negative number in brackets, to stand behind another sign."""
    return f"({text})" if text.startswith("−") else text


def times(say, factors, s):
    """upstream × local: of one example with these words, of two as a sum."""
    if len(factors) == 1:
        [(up, local)] = factors
        return f"upstream {say(up)} × local {say(local)}"
    terms = " + ".join(
        f"{bracket(say(up))}·{bracket(say(local))}" for up, local in factors
    )
    return f"½ [{terms}]" if s.over == OVER[1] else terms


def loss_symbols(s, t):
    """The loss over the examples of `s` in symbols; t is the first one's target."""
    over = {OVER[1]: "mean of ", OVER[2]: "sum of "}.get(s.over, "")
    if s.loss != "cross-entropy":
        return f"L = {over}{s.loss}"
    if over:
        return f"L = {over}the cross-entropies"
    return "L = −ln y" if t else "L = −ln(1 − y)"


def loss_numbers(s, every, say):
    """The same in numbers."""
    if len(every) == 2:
        both = f"{say(every[0].loss)} + {say(every[1].loss)}"
        return f"½ [{both}]" if s.over == OVER[1] else both
    [q] = every
    if s.loss == "cross-entropy":
        return f"−ln {say(q.y if q.t else 1 - q.y)}"
    square = f"({say(q.y)} − {num(q.t, 0)})²"
    return f"½ {square}" if s.loss.startswith("½") else square


def slope_words(s, q, say):
    """∂ℓ/∂y in symbols and in numbers."""
    if s.loss == "cross-entropy":
        words = ("−1 / y", f"−1 / {say(q.y)}")
        if not q.t:
            words = ("1 / (1 − y)", f"1 / {say(1 - q.y)}")
    elif s.loss.startswith("½"):
        words = ("y − t", f"{say(q.y)} − {num(q.t, 0)}")
    else:
        words = ("2 (y − t)", f"2 ({say(q.y)} − {num(q.t, 0)})")
    return f"∂ℓ/∂y = {words[0]}", words[1]


def working(cells, s):
    """The lines of each cell: symbols, numbers, result."""
    say = writer(s)
    now, then = say(cells[-1].values[0], 5), say(cells[6].values[0], 5)
    last = [cells[-1].symbols, f"= {now}", f"before {then}"]
    return [*(lines(cell, say) for cell in cells[:-1]), last]


def lines(cell, say):
    """One cell's symbols, numbers, and result with what stands beside it."""
    value, *second = (say(v) for v in cell.values)
    also = f"; second example {second[0]}" if second else ""
    if cell.check is not None:
        also = f"; by central differences {num(cell.check, 6)}"
    return [cell.symbols, f"= {cell.numbers}", f"= {value}{also}"]


def stage_of(step):
    """The stage in which `step` is: its first cell, how many it has, its name."""
    first = 0
    for stage, count in STAGES:
        if step <= first + count:
            return first, count, stage
        first += count
    raise AssertionError(step)


def _both(values):
    return values if len(values) == 2 else [values[0], ""]


# --- why the order matters ----------------------------------------------------------

NAMES = "abcd"
DOUBLINGS = tuple((NAMES[k], "+", NAMES[k - 1], NAMES[k - 1]) for k in (1, 2, 3))
WAYS = ("in topological order", "each path by itself", "at once with what has come")
MANY = 20  # doublings of which the caption tells the cost


class TopologicalOrder(Figure):
    """b = a + a, c = b + b, d = c + c: three ways to walk the graph back.

    In topological order every node waits until all its arrows have come; each path by
    itself is right, and doubles its work with every node; a node that hands on at once
    what has arrived so far hands some of it on twice.
    """

    title, view = "Why the order matters", "views/order"
    controls = (
        Slider("step", 3, 0, 14, 1, "step"),
        Menu("way", WAYS[2], WAYS, "walk back"),
    )

    def config(self):
        steps = [{"name": n, "op": op, "args": args} for n, op, *args in DOUBLINGS]
        return {"graph": {"inputs": ["a"], "steps": steps}, "many": MANY}

    def walked(self, s):
        """The arrows walked by step `s.step`, and each node's ∂d/∂node so far."""
        return walk(s.way, s.step)

    def caption(self, s):
        arrows, grad = self.walked(s)
        every, final = walk(s.way, 14)
        if not arrows:
            count = len(every)
            return f"d = 8a, so ∂d/∂a is 8. Walking back {s.way} takes {count} arrows."
        of, to, _, upstream = arrows[-1]
        said = (
            f"Arrow {len(arrows)} of {len(every)}: {of} hands {upstream} × 1 to {to}, "
            f"which now holds {grad[to]}."
        )
        if len(arrows) < len(every):
            return said
        verdict = "right" if final["a"] == 8 else "wrong: the answer is 8"
        cost = (2 * MANY) if s.way == WAYS[0] else 2 ** (MANY + 1) - 2
        return (
            f"{said} ∂d/∂a = {final['a']} is {verdict}. With {MANY} doublings this way "
            f"walks {cost:,} arrows."
        )

    def numbers(self, s):
        arrows, grad = self.walked(s)
        rows = [
            [k + 1, f"{of} → {to}", upstream, upstream]
            for k, (of, to, _, upstream) in enumerate(arrows)
        ]
        nodes = [
            [name, 2**k, grad.get(name, "not yet")] for k, name in enumerate(NAMES)
        ]
        tables = [table("Nodes, a = 1", ["node", "value", "∂d/∂node so far"], nodes)]
        if rows:
            columns = ["step", "arrow", "upstream", "handed on"]
            tables.append(table("The arrows walked", columns, rows))
        return tables

    def still(self, s):
        arrows, grad = self.walked(s)
        words = {
            name: [
                f"{name} = {NAMES[k - 1]} + {NAMES[k - 1]}" if k else name,
                f"{2**k}",
                f"∂ {grad[name]}" if name in grad else "",
            ]
            for k, name in enumerate(NAMES)
        }
        passed = {}
        for of, to, _, _ in arrows:
            passed[to, of] = passed.get((to, of), 0) + 1
        labels = {edge: f"{count} times" for edge, count in passed.items()}
        fig, [ax] = plots.canvas(width=8.4, height=2.6)
        plots.graph(words, DOUBLINGS, labels, ax=ax)
        return fig


def walk(way, most):
    """The first `most` arrows of a walk back, and what each node holds after them."""
    grad, arrows = {NAMES[-1]: 1}, []

    def visit(k, upstream):
        for which in (0, 1):
            if len(arrows) == most:
                return
            here = grad[NAMES[k]] if upstream is None else upstream
            arrows.append((NAMES[k], NAMES[k - 1], which, here))
            grad[NAMES[k - 1]] = grad.get(NAMES[k - 1], 0) + here
            if way != WAYS[0] and k > 1:
                visit(k - 1, here if way == WAYS[1] else None)

    if way == WAYS[0]:
        for k in (3, 2, 1):
            visit(k, None)
    else:
        visit(3, 1 if way == WAYS[1] else None)
    return arrows, grad


# --- gears --------------------------------------------------------------------------


class Gears(Figure):
    """Wheels in a row: turns multiply along a road, and add where two roads meet."""

    title, view = "Gears in a row", "views/gears"
    controls = (
        Slider("turn", 0.1, 0.0, 1.0, 0.05, "turns of x"),
        Slider("r1", 2.0, 0.5, 3.0, 0.5, "u for a turn of x"),
        Slider("r2", 2.0, 0.5, 3.0, 0.5, "v for a turn of u"),
        Slider("r3", 1.5, 0.5, 3.0, 0.5, "y for a turn of v"),
        Slider("road", 0.0, 0.0, 3.0, 0.5, "second road, y for a turn of x"),
        Switch("faster", False, "read “r times faster” as 1 + r"),
    )

    def ratios(self, s):
        """How often each wheel turns for a turn of the one before it."""
        return [r + s.faster for r in (s.r1, s.r2, s.r3)]

    def turns(self, s):
        """Turns of x, u, v and y."""
        r1, r2, r3 = self.ratios(s)
        u = s.turn * r1
        return s.turn, u, u * r2, u * r2 * r3 + s.turn * s.road

    def caption(self, s):
        ratios = [num(r, 1) for r in self.ratios(s)]
        r1, r2, r3 = self.ratios(s)
        said = f"dy/dx = {' · '.join(ratios)} = {num(r1 * r2 * r3, 2)}"
        if s.road:
            total = num(r1 * r2 * r3 + s.road, 2)
            said = (
                f"dy/dx = {' · '.join(ratios)} + {num(s.road, 1)} = {total}: along a "
                "road slopes multiply, where roads meet they add"
            )
        return (
            f"{said}. While x turns {num(s.turn, 2)} times, y turns "
            f"{num(self.turns(s)[-1], 2)} times."
        )

    def numbers(self, s):
        named = zip("xuvy", [1.0, *self.ratios(s)], self.turns(s), strict=True)
        columns = ["wheel", "turns for a turn of the one before", "turns"]
        return [table("The wheels", columns, [list(row) for row in named])]

    def still(self, s):
        fig, [ax] = plots.canvas(width=8.0, height=3.0)
        p = plots.palette_of(ax)
        ratios = self.ratios(s)
        for k, (name, turns) in enumerate(zip("xuvy", self.turns(s), strict=True)):
            for radius, teeth, colour in wheels(k, ratios):
                angle = (-1) ** k * turns
                ax.plot(*gear((k, 0), radius, teeth, angle).T, color=p[colour])
            hand = 0.3 * np.array(
                [np.sin(2 * np.pi * angle), np.cos(2 * np.pi * angle)]
            )
            ax.plot([k, k + hand[0]], [0, hand[1]], color=p["ink"], lw=3)
            ax.text(k, -1.05, f"{name}: {num(turns, 2)}", ha="center")
        ax.set(xlim=(-0.8, 3.8), ylim=(-1.2, 0.9), aspect="equal")
        ax.axis("off")
        return fig


TOOTH = 0.05  # how far a tooth stands out
TEETH = 26  # of a wheel of radius 1


def wheels(k, ratios):
    """The wheels on shaft k, (radius, teeth, colour): the driven, then the driver.

    Shafts stand one apart, so a pair that turns r times as fast has radii r / (1 + r)
    and 1 / (1 + r).
    """
    driven = [] if k == 0 else [(1 / (1 + ratios[k - 1]), "class0")]
    drives = [] if k == len(ratios) else [(ratios[k] / (1 + ratios[k]), "class1")]
    return [(radius, max(6, round(TEETH * radius)), c) for radius, c in driven + drives]


def gear(centre, radius, teeth, turns):
    """The outline of a gear wheel as points (n, 2)."""
    corner = np.arange(4 * teeth + 1)
    angle = 2 * np.pi * ((corner - 0.5) / (4 * teeth) + turns)
    r = radius + np.where(corner // 2 % 2, TOOTH, -TOOTH) / 2
    return np.array(centre) + np.stack([r * np.sin(angle), r * np.cos(angle)], axis=1)
