"""Matrices as rectangles of their sizes, and what it costs to multiply them."""

import numpy as np
from matplotlib.patches import Rectangle

from .frame import note, palette_of

MANY = 5  # rectangles: beside more of them there is room for their names alone


def to_scale(shapes, *, ax, names, diagonal=()):
    """One rectangle a matrix, side by side: `shapes` [(rows, columns), …] to scale.

    `diagonal` lists the numbers of those that have nothing beside their diagonal.
    """
    p = palette_of(ax)
    gap = 0.12 * max(max(shape) for shape in shapes)
    tallest, x = max(rows for rows, _ in shapes), 0.0
    for k, ((rows, columns), name) in enumerate(zip(shapes, names, strict=True)):
        corner = (x, (tallest - rows) / 2)
        look = {"fc": "none" if k in diagonal else p["grid"], "ec": p["ink"], "lw": 1.2}
        ax.add_patch(Rectangle(corner, columns, rows, **look))
        if k in diagonal:
            ax.plot([x, x + columns], [corner[1] + rows, corner[1]], color=p["ink"])
        words = f"{name}\n{rows}×{columns}" if len(shapes) <= MANY else name
        note(words, (x + columns / 2, 0), (0, -6), ax=ax, ha="center", va="top")
        x += columns + gap
    ax.set(xlim=(-gap, x), ylim=(-0.7 * tallest, 1.1 * tallest), aspect="equal")
    ax.set_axis_off()
    return ax


def log_bars(counts, *, ax, names):
    """A bar from 1 for each count on a logarithmic axis, the cheapest in colour."""
    p, counts = palette_of(ax), np.asarray(counts)
    rows = np.arange(len(counts))
    colours = [p["accent" if n == counts.min() else "muted"] for n in counts]
    ax.barh(rows, counts, 0.5, color=colours)
    for row, n in zip(rows, counts, strict=True):
        note(f"{n:,}", (n, row), (4, 0), ax=ax, va="center")
    ax.set(xscale="log", xlim=(1, 60 * counts.max()), ylim=(len(counts) - 0.4, -0.6))
    ax.set_yticks(rows, names, color=p["ink"])
    ax.grid(False, axis="y")
    return ax
