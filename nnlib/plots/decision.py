"""A probability over the plane: its border at a threshold, and a margin beside it."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from .frame import palette_of


def levels(f, *, ax, x, y, at=0.5, beside=None):
    """p = f(X) over the plane by tint, the line p = `at`, and dashed lines `beside` it.

    f takes points (n, 2) and gives probabilities (n,); x and y are the ranges to draw.
    """
    p = palette_of(ax)
    across, up = np.linspace(*x, 161), np.linspace(*y, 161)
    grid = np.stack(np.meshgrid(across, up), axis=-1)
    shade = np.reshape(f(grid.reshape(-1, 2)), grid.shape[:2])
    tints = LinearSegmentedColormap.from_list("p", [p["field0"], p["field1"]])
    place = {"extent": (*x, *y), "origin": "lower", "zorder": 0}
    ax.imshow(shade, tints, vmin=0, vmax=1, **place)
    lines = [(at, "-", 1.6)]
    if beside is not None:
        lines += [(at - beside, "--", 1), (at + beside, "--", 1)]
    for level, dash, width in lines:
        if shade.min() < level < shade.max():
            look = {"colors": p["ink"], "linestyles": [dash], "linewidths": width}
            ax.contour(across, up, shade, levels=[level], **look)
    ax.grid(False)
    ax.set(xlim=x, ylim=y, aspect="equal")
    return ax
