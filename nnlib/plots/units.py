"""What the neurons of a layer add up to: a row each, a mark for each example."""

import numpy as np

from .frame import SHAPES, palette_of


def unit_rows(z, t, *, ax, flat=(), x=None):
    """z (examples, units) as rows of marks, the first unit on top; t tells classes.

    The classes of a row stand one above the other. `flat` are ranges (low, high) to
    shade, None for an end that has no end; x is the range to draw.
    """
    p, z, t = palette_of(ax), np.asarray(z, float), np.asarray(t)
    low, high = x if x is not None else (z.min(), z.max())
    for start, end in flat:
        ends = low if start is None else start, high if end is None else end
        ax.axvspan(*ends, color=p["grid"], lw=0, zorder=0)
    ax.axvline(0, color=p["muted"], lw=1, zorder=1)
    rows = np.arange(1, z.shape[1] + 1)
    for k in np.unique(t):
        y = np.broadcast_to(rows + (0.16 if k else -0.16), z[t == k].shape)
        look = {"c": p[f"class{k}"], "marker": SHAPES[k], "label": f"class {k}"}
        ax.scatter(z[t == k], y, s=16, lw=0, zorder=3, **look)
    ax.set(xlim=(low, high), ylim=(z.shape[1] + 0.5, 0.5))
    ax.set_yticks(rows)
    ax.grid(False, axis="y")
    return ax
