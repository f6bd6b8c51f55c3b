"""A loss over two weights: contour lines, and ways down."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from .frame import palette_of

# one colour, dash and marker an optimiser, as in the live figures
KINDS = (
    ("ink", "-", "o"),
    ("accent", (0, (6, 3)), "s"),
    ("good", (0, (1.5, 2)), "^"),
    ("wrong", (0, (7, 2, 1.5, 2)), "D"),
    ("class3", (0, (3, 2)), "v"),
    ("class2", (0, (10, 2)), "P"),
)


def contours(f, *, ax, x, y, levels, points=81):
    """Where f(w₁, w₂) has one of these levels, f on arrays; the higher the greyer."""
    p = palette_of(ax)
    across, up = np.linspace(*x, points), np.linspace(*y, points)
    heights = f(*np.meshgrid(across, up))
    shades = LinearSegmentedColormap.from_list("height", [p["background"], p["grid"]])
    bands = [-np.inf, *levels, np.inf]
    shade = np.digitize(heights, bands) - 1
    ax.imshow(shade, shades, extent=(*x, *y), origin="lower", aspect="auto", zorder=0)
    drawn = ax.contour(
        across, up, heights, levels=levels, colors=p["muted"], linewidths=0.9
    )
    for text in ax.clabel(drawn, fontsize=8):
        text.set_color(p["ink"])
    ax.grid(False)
    ax.set(xlim=x, ylim=y)
    return ax


def descent(points, *, ax, label=None, kind=0):
    """A path through points (n, 2), its end marked; `kind` is its look, one of six."""
    p = palette_of(ax)
    colour, dash, marker = KINDS[kind % len(KINDS)]
    points = np.asarray(points, float)
    ax.plot(*points.T, color=p[colour], ls=dash, lw=1.8)
    end = {"marker": marker, "ms": 8, "mec": p["background"], "color": p[colour]}
    ax.plot(*points[-1], ls="none", label=label, **end)
    return ax
