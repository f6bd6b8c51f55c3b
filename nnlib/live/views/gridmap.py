"""Maps of the plane, and the Jacobian as what is left of one when you look closely."""

from collections import namedtuple

import numpy as np

from ... import plots
from ...activations import Tanh
from ...jacobians import network_jacobian
from ...mlp import Dense, Network
from ..figure import Figure, Menu, Slider, Switch
from ..spec import to_spec
from ..text import num, percent, table

Map = namedtuple("Map", "f J")
"""f takes points (n, 2) to points (n, 2); J takes a point (2,) to (2, 2)."""

WINDOW = (-2.0, 2.0)
LAYER = Network([Dense.of(np.array([[1.5, -0.5], [0.5, 1.0]]), np.zeros(2)), Tanh()])
STRAIGHT = {
    "turn by 30°": [[np.sqrt(0.75), -0.5], [0.5, np.sqrt(0.75)]],
    "shear": [[1.0, 1.0], [0.0, 1.0]],
    "stretch and turn over": [[1.5, 0.0], [0.0, -0.5]],
    "onto a line": [[1.0, 1.0], [0.5, 0.5]],
}


def straight(A):
    """x ↦ A x, its own best approximation."""
    A = np.array(A)
    return Map(lambda X: X @ A.T, lambda x: A)


MAPS = {
    "x₁² x₂ and 5 x₁ + sin x₂": Map(
        lambda X: np.stack(
            [X[:, 0] ** 2 * X[:, 1], 5 * X[:, 0] + np.sin(X[:, 1])], axis=1
        ),
        lambda x: np.array([[2 * x[0] * x[1], x[0] ** 2], [5.0, np.cos(x[1])]]),
    ),
    "a layer: tanh W x": Map(LAYER, lambda x: network_jacobian(LAYER, x[None])[0]),
    "polar: x₁ cos x₂ and x₁ sin x₂": Map(
        lambda X: X[:, :1] * np.stack([np.cos(X[:, 1]), np.sin(X[:, 1])], axis=1),
        lambda x: np.array(
            [
                [np.cos(x[1]), -x[0] * np.sin(x[1])],
                [np.sin(x[1]), x[0] * np.cos(x[1])],
            ]
        ),
    ),
    **{name: straight(A) for name, A in STRAIGHT.items()},
}
CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2


class GridMap(Figure):
    """A grid and its image, a small square and its image, and what J makes of it.

    `closeup` shows the square's image alone, in a window that shrinks with it.
    """

    title, view = "The Jacobian, seen closely", "views/gridmap"
    controls = (
        Menu("map", "x₁² x₂ and 5 x₁ + sin x₂", tuple(MAPS), "f"),
        Slider("x1", 0.7, *WINDOW, 0.05, "x₁"),
        Slider("x2", -0.4, *WINDOW, 0.05, "x₂"),
        Slider("h", 0.6, 0.1, 1.0, 0.1, "side h"),
        Switch("closeup", False, "close up"),
    )

    def config(self):
        return {
            "window": WINDOW,
            "straight": STRAIGHT,
            "layer": to_spec(LAYER),
            "images": {name: image(f) for name, (f, _) in MAPS.items()},
        }

    def caption(self, s):
        J, det, error = closely(s)
        rows = "; ".join(" ".join(num(value, 2) for value in row) for row in J)
        turned = ", turned over" if det < -0.0005 else ""
        flat = abs(det) < 0.0005
        area = "nothing is left of an area" if flat else f"areas × {num(abs(det), 3)}"
        share = percent(error, s.h * np.linalg.norm(J, axis=0).max())
        seen = f" Close up: {share} of its longest side." if s.closeup else ""
        return (
            f"At ({num(s.x1, 2)}, {num(s.x2, 2)}): J = [{rows}], {area}{turned}. "
            f"The parallelogram's corners are off by up to {num(error, 3)}.{seen}"
        )

    def numbers(self, s):
        f, _ = MAPS[s.map]
        J, det, _ = closely(s)
        x = np.array([s.x1, s.x2])
        rows = [["∂y₁", *J[0]], ["∂y₂", *J[1]]]
        points = [["x", *x], ["f(x)", *f(x[None])[0]]]
        sizes = [s.h / 2**k for k in range(5)]
        return [
            table("The Jacobian J", ["", "∂x₁", "∂x₂"], rows),
            table("The point", ["", "first", "second"], points),
            table("Areas", ["det J", "factor"], [[det, abs(det)]]),
            table("Closer and closer", ["h", "error"], [[h, off(s, h)] for h in sizes]),
        ]

    def still(self, s):
        fig, (left, right) = plots.canvas(2, width=4.2, height=4.0)
        f, _ = MAPS[s.map]
        J, *_ = closely(s)
        at = np.array([s.x1, s.x2])
        near = at[:, None] + 1.5 * s.h * np.array([-1, 1])
        x, y, lines = (*near, 7) if s.closeup else (WINDOW, WINDOW, 17)
        plots.bent_grid(lambda X: X, ax=left, x=WINDOW, y=WINDOW, lines=17)
        plots.cell(lambda X: X, np.eye(2), at, s.h, ax=left)
        plots.bent_grid(f, ax=right, x=x, y=y, lines=lines)
        plots.cell(f, J, at, s.h, ax=right)
        left.set(xlabel="x₁", ylabel="x₂", xlim=WINDOW, ylim=WINDOW, aspect="equal")
        right.set(xlabel="y₁", ylabel="y₂", aspect="equal")
        return fig


def image(f):
    """The square window that holds f's image of the grid: [low, high] for each axis.

    One scale for both axes, so that areas look as large as they are.
    """
    ends = np.linspace(*WINDOW, 81)
    grid = np.stack(np.meshgrid(ends, ends), axis=-1).reshape(-1, 2)
    low, high = f(grid).min(0), f(grid).max(0)
    middle, half = (low + high) / 2, 0.56 * (high - low).max() + 0.05
    return np.stack([middle - half, middle + half], axis=1).round(2).tolist()


def off(s, h):
    """How far J's parallelogram is from the image of a square's corners, at worst."""
    f, J = MAPS[s.map]
    x = np.array([s.x1, s.x2])
    straight = f(x[None])[0] + h * CORNERS @ J(x).T
    return np.linalg.norm(f(x + h * CORNERS) - straight, axis=1).max()


def closely(s):
    """J at the point of state `s`, its determinant, and the error at the corners."""
    J = MAPS[s.map].J(np.array([s.x1, s.x2]))
    return J, J[0, 0] * J[1, 1] - J[0, 1] * J[1, 0], off(s, s.h)
