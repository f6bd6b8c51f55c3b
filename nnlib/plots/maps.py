"""A map of the plane: the image of its grid, and of one small square."""

import numpy as np

from .frame import palette_of

LINES = 13  # of the grid, each way


def bent_grid(f, *, ax, x, y, lines=LINES):
    """The image under f of a grid over the ranges x and y; f takes points (n, 2)."""
    p = palette_of(ax)
    along = np.linspace(0, 1, 121)
    for fixed, moving, turn, colour in ((x, y, 1, "class0"), (y, x, -1, "class1")):
        for at in np.linspace(*fixed, lines):
            line = np.full((len(along), 2), at)
            line[:, 1] = moving[0] + along * (moving[1] - moving[0])
            P = line[:, ::turn]
            ax.plot(*f(P).T, color=p[colour], lw=0.8, alpha=0.7, zorder=1)
    return ax


def cell(f, J, at, h, *, ax):
    """The image of the square of side h about `at`, and the parallelogram of J."""
    p = palette_of(ax)
    edge = h * (np.linspace(0, 1, 21) - 0.5)
    half = np.full(len(edge), h / 2)
    sides = np.concatenate(
        [
            np.stack(side, axis=1)
            for side in (
                (edge, -half),
                (half, edge),
                (edge[::-1], half),
                (-half, edge[::-1]),
            )
        ]
    )
    here = f(np.array([at]))[0]
    ax.fill(*f(at + sides).T, fc=p["accent"], alpha=0.25, ec=p["accent"], lw=2)
    ax.plot(*(here + sides @ np.asarray(J).T).T, "--", color=p["ink"], lw=1.5, zorder=4)
    ax.plot(*here, "o", color=p["ink"], ms=5, zorder=5)
    return ax
