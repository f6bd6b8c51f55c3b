"""The live figures of chapter 7: a map seen closely, and Jacobians multiplied."""

from types import SimpleNamespace

import numpy as np

from .. import plots
from ..activations import Softmax
from .figure import Figure, Menu, Slider
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
        """J, det J, and for every side: the error, and the error over the longest side."""
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
    """p = softmax(z) and its Jacobian diag(p) − p pᵀ, the column of one logit framed."""

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
