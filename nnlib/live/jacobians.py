"""The live figures of chapter 7: a map seen closely, and Jacobians multiplied."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from .. import plots
from ..activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from ..jacobians import network_jacobian
from ..mlp import Dense, Identity, Network
from .figure import Figure, Menu, Slider
from .spec import to_spec
from .text import num, table
from .views.gridmap import MAPS, WINDOW, off
from .views.matrix import factor
from .views.sizes import size_text

SUBSCRIPTS = "₁₂₃"


def rows_of(name, M, rows, columns):
    """The matrix M as a table, its rows and columns called by what they are."""
    cells = [[row, *values] for row, values in zip(rows, M, strict=True)]
    return table(name, ["", *columns], cells)


# --- a map, seen closely ------------------------------------------------------------

LENS = "x₁² x₂ and 5 x₁ + sin x₂"
HALVINGS = 6


class JacobianLens(Figure):
    """A point of f = (x₁² x₂, 5 x₁ + sin x₂), a square about it, and J's parallelogram.

    The square's side is 1 / 2^halvings; what is left of f's bend falls as its square.
    """

    title, view = "The Jacobian lens", "views/lens"
    controls = (
        Slider("x1", 0.7, *WINDOW, 0.05, "x₁"),
        Slider("x2", -0.4, *WINDOW, 0.05, "x₂"),
        Slider("halvings", 1, 0, HALVINGS, 1, "halvings"),
    )

    def config(self):
        return {"window": WINDOW, "map": LENS, "halvings": HALVINGS}

    def seen(self, s):
        """J, det J, and for each side the corners' error, as it is and as a share."""
        J = MAPS[LENS].J(np.array([s.x1, s.x2]))
        at = SimpleNamespace(map=LENS, x1=s.x1, x2=s.x2)
        errors = [off(at, 1 / 2**k) for k in range(HALVINGS + 2)]
        longest = np.linalg.norm(J, axis=0).max()
        shares = [2**k * error / longest for k, error in enumerate(errors)]
        return J, J[0, 0] * J[1, 1] - J[0, 1] * J[1, 0], errors, shares

    def caption(self, s):
        J, det, errors, shares = self.seen(s)
        rows = "; ".join(" ".join(num(value, 2) for value in row) for row in J)
        turned = ", turned over" if det < -0.0005 else ""
        flat = abs(det) < 0.0005
        area = "nothing is left of an area" if flat else f"areas × {num(abs(det), 3)}"
        k = s.halvings
        return (
            f"At ({num(s.x1, 2)}, {num(s.x2, 2)}): J = [{rows}], {area}{turned}. "
            f"Side {side(k)}: the parallelogram's corners are off by up to "
            f"{size_text(errors[k])}, {num(100 * shares[k], 1)} % of its longest side; "
            f"with half the side, {num(errors[k] / errors[k + 1], 1)} times less."
        )

    def numbers(self, s):
        J, det, errors, shares = self.seen(s)
        closer = [[1 / 2**k, errors[k], shares[k]] for k in range(HALVINGS + 1)]
        columns = ["side", "error", "error / longest side"]
        return [
            rows_of("The Jacobian J", J, ["∂y₁", "∂y₂"], ["∂x₁", "∂x₂"]),
            table("Areas", ["det J", "factor"], [[det, abs(det)]]),
            table("Closer and closer", columns, closer),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        f, J = MAPS[LENS]
        at, h = np.array([s.x1, s.x2]), 1 / 2**s.halvings
        near = at[:, None] + 1.5 * h * np.array([-1, 1])
        plots.bent_grid(lambda X: X, ax=left, x=WINDOW, y=WINDOW, lines=17)
        plots.cell(lambda X: X, np.eye(2), at, h, ax=left)
        plots.bent_grid(f, ax=right, x=near[0], y=near[1], lines=7)
        plots.cell(f, J(at), at, h, ax=right)
        left.set(xlabel="x₁", ylabel="x₂", xlim=WINDOW, ylim=WINDOW, aspect="equal")
        right.set(xlabel="y₁", ylabel="y₂", aspect="equal")
        return fig


def side(halvings):
    """1/4 for two halvings of 1."""
    return f"1/{2**halvings}" if halvings else "1"


# --- softmax: outputs that compete --------------------------------------------------

LOGITS = (2.0, -1.99, -0.01)
KEYS = ("z₁", "z₂", "z₃")


class SoftmaxJacobian(Figure):
    """p = softmax(z) and its Jacobian diag(p) − p pᵀ, a logit's column framed."""

    title, view = "Raise one, lower the others", "views/softmax"
    controls = (
        *(
            Slider(f"z{k + 1}", z, -6.0, 6.0, 0.01, KEYS[k])
            for k, z in enumerate(LOGITS)
        ),
        Menu("raised", KEYS[0], KEYS, "raise"),
    )

    def seen(self, s):
        """p (3,), J (3, 3), and the number of the raised logit."""
        z = np.array([[s.z1, s.z2, s.z3]])
        return Softmax()(z)[0], Softmax().jacobian(z)[0], KEYS.index(s.raised)

    def caption(self, s):
        p, J, j = self.seen(s)
        shares, changes = (", ".join(num(v, 3) for v in row) for row in (p, J[:, j]))
        return (
            f"p = ({shares}). Raise {s.raised} by a little ε: p changes by ({changes}) "
            f"ε, together {num(J[:, j].sum(), 3)}. The largest entry of J is "
            f"{num(J.max(), 3)}, and none can exceed ¼."
        )

    def numbers(self, s):
        p, J, _ = self.seen(s)
        columns = [*(f"∂{z}" for z in KEYS), "sum"]
        rows = np.column_stack([J, J.sum(1)])
        return [
            table("Softmax", ["class", "p"], [[k + 1, v] for k, v in enumerate(p)]),
            rows_of(
                "J = diag(p) − p pᵀ", rows, [f"∂p{k}" for k in SUBSCRIPTS], columns
            ),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.6, height=3.4)
        p, J, j = self.seen(s)
        names = [f"p{k}" for k in SUBSCRIPTS]
        plots.probability_bars(p, ax=left, names=names)
        column = [(i, j) for i in range(len(p))]
        sides = {"rows": names, "columns": KEYS}
        name = "J = diag(p) − p pᵀ"
        plots.heat_map(J, ax=right, name=name, digits=3, mark=column, **sides)
        return fig


# --- a network bends the plane, layer by layer --------------------------------------

DEEPEST, RADIUS = 8, 0.3
ANGLE = 0.7
TURN = np.array([[np.cos(ANGLE), -np.sin(ANGLE)], [np.sin(ANGLE), np.cos(ANGLE)]])
BIAS = np.array([0.3, -0.2])
BENDS = {
    "tanh": Tanh(),
    "sigmoid": Sigmoid(),
    "ReLU": ReLU(),
    "leaky ReLU": LeakyReLU(0.1),
    "identity": Identity(),
}


def singular_values(J, det):
    """The largest and the smallest factor by which J (2, 2) stretches a step.

    √((a+d)² + (c−b)²)/2 + √((a−d)² + (b+c)²)/2, and |det J| over it: exact where the
    two are far apart, as they are behind many layers, if det is.
    """
    (a, b), (c, d) = J
    largest = (np.hypot(a + d, c - b) + np.hypot(a - d, b + c)) / 2
    return largest, abs(det) / largest if largest else 0.0


class NetworkAsMap(Figure):
    """Layers of two neurons, W a turn times a scale: the grid behind each of them.

    A turn stretches nothing, so what is lost in a layer is lost by g's slope.
    """

    title, view = "A network bends the plane", "views/bends"
    controls = (
        Slider("layers", 3, 0, DEEPEST, 1, "layers"),
        Menu("g", "tanh", tuple(BENDS), "activation"),
        Slider("scale", 1.0, 0.5, 4.0, 0.1, "scale of W"),
        Slider("x1", 0.5, *WINDOW, 0.1, "x₁"),
        Slider("x2", 0.5, *WINDOW, 0.1, "x₂"),
    )

    def config(self):
        kinds = {name: to_spec(g) for name, g in BENDS.items()}
        look = {"window": WINDOW, "deepest": DEEPEST, "radius": RADIUS}
        return {"kinds": kinds, "turn": TURN.tolist(), "bias": BIAS.tolist(), **look}

    def map(self, s, layers):
        """The points after so many layers, X (n, 2) → (n, 2)."""
        each = [Dense.of(s.scale * TURN, BIAS), BENDS[s.g]]
        return Network(each * layers) if layers else lambda X: X

    def steps(self, s):
        """Behind each layer: J so far, singular values of the layer alone and of J."""
        x, J, det = np.array([[s.x1, s.x2]]), np.eye(2), 1.0
        found = [(J, (1.0, 1.0), (1.0, 1.0))]
        layer, g = self.map(s, 1).layers
        for _ in range(DEEPEST):
            z = layer(x)
            own = g.jacobian(z)[0] @ layer.W
            area = own[0, 0] * own[1, 1] - own[0, 1] * own[1, 0]
            x, J, det = g(z), own @ J, area * det
            found.append((J, singular_values(own, area), singular_values(J, det)))
        return found

    def caption(self, s):
        if not s.layers:
            return "No layer yet: J is the identity, its singular values are 1 and 1."
        *_, (high, low) = self.steps(s)[s.layers]
        layers = f"{s.layers} layer{'s' * (s.layers > 1)}"
        each = " and ".join(size_text(v ** (1 / s.layers)) for v in (high, low))
        return (
            f"{layers}, {s.g}, W = {num(s.scale, 1)} × a turn: at ({num(s.x1, 1)}, "
            f"{num(s.x2, 1)}) the singular values of J are {size_text(high)} and "
            f"{size_text(low)}, areas × {size_text(high * low)}. "
            f"That is × {each} for each layer."
        )

    def numbers(self, s):
        steps = self.steps(s)
        rows = [
            [k, *own, *product, product[0] * product[1]]
            for k, (_, own, product) in enumerate(steps)
        ]
        columns = ["layer", "its σ₁", "its σ₂", "σ₁ of all", "σ₂ of all", "areas ×"]
        J, *_ = steps[s.layers]
        return [
            table("Singular values", columns, rows),
            rows_of("J of the layers shown", J, ["∂a₁", "∂a₂"], ["∂x₁", "∂x₂"]),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        p = plots.palette_of(left)
        f, steps = self.map(s, s.layers), self.steps(s)
        x, angles = np.array([s.x1, s.x2]), np.linspace(0, 2 * np.pi, 73)
        circle = RADIUS * np.column_stack([np.cos(angles), np.sin(angles)])
        plots.bent_grid(f, ax=left, x=WINDOW, y=WINDOW)
        left.plot(*f(x + circle).T, color=p["accent"])
        left.plot(*(f(x[None]) + circle @ steps[s.layers][0].T).T, "--", color=p["ink"])
        left.set(xlabel="a₁", ylabel="a₂", aspect="equal")
        own, product = (np.array([step[k] for step in steps]) for k in (1, 2))
        right.semilogy(product[:, 0], color=p["accent"], label="σ₁ of all layers")
        right.semilogy(product[:, 1], "--", color=p["ink"], label="σ₂ of all layers")
        counts = np.arange(1, DEEPEST + 1)
        right.semilogy(counts, own[1:], "o", mfc="none", color=p["muted"], ms=5)
        right.axvline(s.layers, color=p["muted"], ls=":", lw=1.5)
        right.set(xlabel="layers", ylabel="singular values")
        plots.legend(ax=right)
        return fig


# --- a chain of Jacobians -----------------------------------------------------------

FIRST = np.array([[1.2, -0.5], [0.4, 0.9], [-0.8, 0.6]])
OFFSET = np.array([0.1, -0.2, 0.3])
SECOND = np.array([[0.7, -1.1, 0.5], [0.3, 0.8, -0.6]])
CHAIN = Network([Dense.of(FIRST, OFFSET), Tanh(), Dense.of(SECOND, np.zeros(2))])
NOTHING = "nothing"
FACTORS = ("J₁", "J₂", "J₃", "J₁ᵀ", "J₂ᵀ", "J₃ᵀ")


def shape_of(M):
    """2×3"""
    return "×".join(map(str, M.shape))


class ChainOfJacobians(Figure):
    """Three places for the Jacobians of a network 2 → 3 → 3 → 2, in any order.

    J₁ = W₁, J₂ = diag(tanh'(z)) and J₃ = W₂; a product of them may not exist, or exist
    and be no derivative of anything.
    """

    title, view = "A chain of Jacobians", "views/chain"
    controls = (
        Menu("left", "J₁", (*FACTORS, NOTHING), "left"),
        Menu("middle", "J₂", (*FACTORS, NOTHING), "middle"),
        Menu("right", "J₃", (*FACTORS, NOTHING), "right"),
        Slider("x1", 0.5, *WINDOW, 0.1, "x₁"),
        Slider("x2", -1.0, *WINDOW, 0.1, "x₂"),
    )

    def config(self):
        return {"net": to_spec(CHAIN), "nothing": NOTHING}

    def jacobians(self, s):
        """Every factor by its name, and J = J₃ J₂ J₁."""
        x = np.array([[s.x1, s.x2]])
        A = CHAIN.trace(x)[:-1]
        layers = [f.jacobian(a)[0] for f, a in zip(CHAIN.layers, A, strict=True)]
        each = dict(zip(FACTORS, [*layers, *(J.T for J in layers)], strict=True))
        return each, network_jacobian(CHAIN, x)[0]

    def placed(self, s):
        """The factors [(name, matrix), …], left to right; their product or None; J."""
        each, J = self.jacobians(s)
        names = [one for one in (s.left, s.middle, s.right) if one != NOTHING]
        factors = [(name, each[name]) for name in names]
        if not factors or self.clash(factors):
            return factors, None, J
        product = factors[0][1]
        for _, M in factors[1:]:
            product = product @ M
        return factors, product, J

    def clash(self, factors):
        """The first two neighbours whose inner sizes differ, or None."""
        for one, other in pairwise(factors):
            if one[1].shape[1] != other[1].shape[0]:
                return one, other
        return None

    def caption(self, s):
        factors, product, J = self.placed(s)
        if not factors:
            return "No factor is placed yet."
        names = " ".join(name for name, _ in factors)
        shapes = " · ".join(shape_of(M) for _, M in factors)
        if product is None:
            (one, A), (other, B) = self.clash(factors)
            return (
                f"{names}, that is {shapes}: refused. A row of {one} has {A.shape[1]} "
                f"numbers, a column of {other} has {B.shape[0]}."
            )
        said = f"{names}, that is {shapes}, is {shape_of(product)}"
        if len(factors) == 1:
            said = f"{names} alone is {shapes}"
        if same(product, J):
            return f"{said}: it is J = ∂y/∂x, numerator layout."
        if same(product, J.T):
            return f"{said}: it is Jᵀ, which takes ∂L/∂y back to ∂L/∂x."
        if product.shape != J.shape:
            return f"{said}. It exists, but is no ∂y/∂x: that is {shape_of(J)}."
        gap = size_text(np.abs(product - J).max(), 2)
        return f"{said}. The shape is that of ∂y/∂x, the numbers are not: off by {gap}."

    def numbers(self, s):
        factors, product, J = self.placed(s)
        tables = [
            counted(f"{place}: {name}", M) for place, (name, M) in enumerate(factors, 1)
        ]
        if product is not None:
            tables.append(counted("The product", product))
        return [*tables, counted("J = ∂y/∂x", J)]

    def still(self, s):
        fig, [ax] = plots.canvas(width=6.4, height=4.2)
        factors, product, _ = self.placed(s)
        at, below = 0, max([2, *(len(M) for _, M in factors)]) + 2
        for name, M in factors:
            plots.heat_map(M, name=name, ax=ax, at=(at, 0))
            at += M.shape[1] + 0.8
        if product is not None:
            plots.heat_map(product, name="the product", ax=ax, at=(0, below))
        elif factors:
            (one, A), (other, B) = self.clash(factors)
            words = f"{one} · {other}: {A.shape[1]} ≠ {B.shape[0]}, no product"
            plots.note(words, (0, below + 1), (0, 0), ax=ax)
        ax.set(xlim=(-0.5, max(at, 4)), ylim=(below + 4, -0.5))
        return fig


def same(A, B):
    """Whether A and B are one matrix, but for rounding."""
    return A.shape == B.shape and np.abs(A - B).max() < 1e-12


def counted(name, M):
    """The matrix M as a table, its rows and columns counted from 1."""
    columns = [f"column {j + 1}" for j in range(M.shape[1])]
    return rows_of(f"{name}, {shape_of(M)}", M, range(1, len(M) + 1), columns)


# --- what the whole Jacobian costs --------------------------------------------------

WAYS = ("full product", "column by column", "row by row")


class CostCounter(Figure):
    """The multiplications that J takes: whole, by columns (jvp) and by rows (vjp).

    A walk multiplies a vector by every W, and by the hidden layers' slopes one by one.
    The full product starts with the identity and has the slopes as diagonal matrices.
    """

    title, view = "What a Jacobian costs", "views/cost"
    controls = (
        Slider("inputs", 64, 1, 64, 1, "inputs"),
        Slider("hidden", 32, 1, 64, 1, "hidden"),
        Slider("outputs", 10, 1, 64, 1, "outputs"),
        Slider("layers", 2, 2, 6, 1, "layers"),
    )

    def sizes(self, s):
        return [s.inputs, *[s.hidden] * (s.layers - 1), s.outputs]

    def costs(self, s):
        """Multiplications of one walk, and of all J in each of WAYS."""
        weights = sum(m * n for m, n in pairwise(self.sizes(s)))
        slopes = (s.layers - 1) * s.hidden
        walk = weights + slopes
        full = s.inputs * (weights + slopes * s.hidden)
        return walk, [full, s.inputs * walk, s.outputs * walk]

    def caption(self, s):
        _, (full, columns, rows) = self.costs(s)
        walks = [counted_of(n, "walk") for n in (s.inputs, s.outputs)]
        less = size_text(max(s.inputs, s.outputs) / min(s.inputs, s.outputs))
        if s.inputs == s.outputs:
            verdict = "As many outputs as inputs: rows and columns cost the same"
        elif s.outputs < s.inputs:
            verdict = f"Fewer outputs than inputs: rows are {less} times cheaper"
        else:
            verdict = f"Fewer inputs than outputs: columns are {less} times cheaper"
        sizes = " → ".join(map(str, self.sizes(s)))
        return (
            f"{sizes}: {full:,} multiplications as a full product, {columns:,} column "
            f"by column ({walks[0]} forward), {rows:,} row by row ({walks[1]} back). "
            f"{verdict}."
        )

    def numbers(self, s):
        walk, costs = self.costs(s)
        walks = ["", s.inputs, s.outputs]
        rows = list(zip(WAYS, walks, ["", walk, walk], costs, strict=True))
        columns = ["way", "walks", "multiplications of one", "of all J"]
        factors = [[name, shape[0], shape[1]] for name, shape in self.factors(s)]
        return [
            table("The cost of J", columns, rows),
            table("The factors of J", ["factor", "rows", "columns"], factors),
        ]

    def factors(self, s):
        """W and diag(g') by turns, the output's first: [(name, (rows, columns)), …]."""
        sizes, found = self.sizes(s), []
        for k in range(s.layers, 0, -1):
            found.append((f"W{DIGITS[k]}", (sizes[k], sizes[k - 1])))
            found.append((f"D{DIGITS[k - 1]}", (sizes[k - 1], sizes[k - 1])))
        return found[:-1]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.8, height=3.4)
        names, shapes = zip(*self.factors(s), strict=True)
        slopes = range(1, len(names), 2)
        plots.to_scale(shapes, ax=left, names=names, diagonal=slopes)
        _, costs = self.costs(s)
        plots.log_bars(costs, ax=right, names=WAYS)
        right.set_xlabel("multiplications")
        return fig


DIGITS = "₀₁₂₃₄₅₆"


def counted_of(n, word):
    """1 walk, 2 walks."""
    return f"{n} {word}{'s' * (n > 1)}"


# --- two layouts --------------------------------------------------------------------

LAYOUTS = ("numerator", "denominator")
PARTIALS = 6  # of b (3,) by x (2,)
FORMULAS = {
    # what: formula and shape in the numerator layout, the same in the denominator's
    "row i, column j, for m outputs of n inputs": (
        ("∂yᵢ / ∂xⱼ", "m×n"),
        ("∂yⱼ / ∂xᵢ", "n×m"),
    ),
    "chain rule, b of a of x": (
        ("∂b/∂x = ∂b/∂a · ∂a/∂x", "k×m · m×n"),
        ("∂b/∂x = ∂a/∂x · ∂b/∂a", "n×m · m×k"),
    ),
    "dense, z = W x + b": (("∂z/∂x = W", "m×n"), ("∂z/∂x = Wᵀ", "n×m")),
    "elementwise, a = g(z)": (
        ("∂a/∂z = diag(g′(z))", "m×m"),
        ("∂a/∂z = diag(g′(z))", "m×m"),
    ),
    "softmax, p of z": (
        ("∂p/∂z = diag(p) − p pᵀ", "m×m"),
        ("∂p/∂z = diag(p) − p pᵀ", "m×m"),
    ),
    "a loss: one number": (("∂L/∂x is a row", "1×n"), ("∂L/∂x is a column", "n×1")),
    "a walk back, vjp": (("Jᵀ u", "n×m · m"), ("J u", "n×m · m")),
    "a walk forward, jvp": (("J v", "m×n · n"), ("Jᵀ v", "m×n · n")),
}


class LayoutSwitch(Figure):
    """The chapter's formulas in both layouts, and one product worked out in each.

    a = (x₁², x₁ x₂) and b = (a₁ a₂, a₁ + 3 a₂, a₂²): ∂b/∂a is 3×2 in the numerator
    layout, ∂a/∂x is 2×2, which its transpose is too.
    """

    title, view = "The same derivatives, laid out twice", "views/layouts"
    controls = (
        Menu("form", "numerator", LAYOUTS, "the layout"),
        Slider("partial", 2, 1, PARTIALS, 1, "derivative"),
        Slider("x1", 1.5, *WINDOW, 0.5, "x₁"),
        Slider("x2", -1.0, *WINDOW, 0.5, "x₂"),
    )

    def config(self):
        return {"layouts": LAYOUTS, "formulas": self.formulas()}

    def formulas(self):
        """[what, formula, shape] in each layout."""
        return [
            [[what, *both[k]] for what, both in FORMULAS.items()]
            for k in range(len(LAYOUTS))
        ]

    def seen(self, s):
        """The factors as they stand in the product, their names, the cell (i, j)."""
        a1, a2 = s.x1 * s.x1, s.x1 * s.x2
        inner = np.array([[2 * s.x1, 0.0], [s.x2, s.x1]])
        outer = np.array([[a2, a1], [1.0, 3.0], [0.0, 2 * a2]])
        i, j = divmod(s.partial - 1, 2)
        if s.form == "numerator":
            return (outer, inner), ("∂b/∂a", "∂a/∂x"), (i, j)
        return (inner.T, outer.T), ("∂a/∂x", "∂b/∂a"), (j, i)

    def caption(self, s):
        (A, B), names, (i, j) = self.seen(s)
        row, column = divmod(s.partial - 1, 2)
        terms = zip(A[i], B[:, j], strict=True)
        figures = " + ".join(f"{factor(u, 2)}·{factor(v, 2)}" for u, v in terms)
        return (
            f"{s.form.capitalize()} layout: ∂b/∂x = {' · '.join(names)}, "
            f"{shape_of(A)} · {shape_of(B)}, is {shape_of(A @ B)}. "
            f"∂b{SUBSCRIPTS[row]}/∂x{SUBSCRIPTS[column]} stands in row {i + 1}, "
            f"column {j + 1}: {figures} = {num((A @ B)[i, j], 2)}."
        )

    def numbers(self, s):
        (A, B), names, _ = self.seen(s)
        formulas = self.formulas()[LAYOUTS.index(s.form)]
        return [
            table("Formulas", ["what", "formula", "shape"], formulas),
            *(counted(name, M) for name, M in zip(names, (A, B), strict=True)),
            counted("∂b/∂x", A @ B),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.8, height=4.8)
        p = plots.palette_of(left)
        formulas = self.formulas()[LAYOUTS.index(s.form)]
        for k, (what, formula, shape) in enumerate(formulas):
            left.text(0, k, what, fontsize=8, color=p["muted"], va="bottom")
            left.text(0, k + 0.05, formula, va="top", color=p["ink"])
            left.text(1, k + 0.05, shape, va="top", ha="right", color=p["muted"])
        left.set(xlim=(0, 1), ylim=(len(formulas) - 0.2, -0.8))
        left.set_axis_off()
        (A, B), names, cell = self.seen(s)
        named = (*names, "∂b/∂x")
        plots.product(A, B, A @ B, ax=right, names=named, cell=cell)
        right.set_title(f"{s.form} layout", fontsize=12)
        return fig
