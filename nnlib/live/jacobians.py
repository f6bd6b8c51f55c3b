"""The live figures of chapter 7: a map seen closely, and Jacobians multiplied."""

from types import SimpleNamespace

import numpy as np

from .. import plots
from ..activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from ..mlp import Dense, Identity, Network
from .figure import Figure, Menu, Slider
from .spec import to_spec
from .text import num, table
from .views.gridmap import MAPS, WINDOW, off
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
        """Behind each layer: J of all so far, singular values of its own and of that."""
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
