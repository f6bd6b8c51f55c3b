"""Histograms one below the other on one axis, so that layers can be compared."""

import numpy as np

from .frame import palette_of


def histogram_rows(counts, *, ax, x, names, columns=()):
    """One histogram a row of counts (rows, bins), all over the range x = (low, high).

    Each is as high as its own largest count: shapes are compared, not numbers. `names`
    stand on the left; `columns` are pairs (heading, words a row) on the right.
    """
    p, counts = palette_of(ax), np.asarray(counts, float)
    if counts.ndim != 2 or len(names) != len(counts):
        wanted = "counts (rows, bins) and a name for each row"
        got = f"got shape {counts.shape} and {len(names)} names"
        raise ValueError(f"histogram_rows needs {wanted}, {got}.")
    edges = np.linspace(*x, counts.shape[1] + 1)
    for row, heights in enumerate(counts):
        up = 0.82 * heights / (heights.max() or 1)
        look = {"fc": p["accent"], "ec": p["accent"], "lw": 0.5, "baseline": row + 1}
        ax.stairs(row + 1 - up, edges, fill=True, **look)
        ax.axhline(row + 1, color=p["muted"], lw=0.8)
    rows = np.arange(len(counts)) + 0.7
    ax.set_yticks(rows, names, color=p["ink"], va="center")
    ax.tick_params(axis="y", length=0)
    for k, (heading, words) in enumerate(columns):
        look = {"ha": "right", "xytext": (66 + 42 * k, 0), "fontsize": 9.5}
        head = {**look, "va": "bottom", "color": p["muted"]}
        _beside(heading, -0.05, ax=ax, **head)
        for row, word in zip(rows, words, strict=True):
            _beside(word, row, ax=ax, va="center", color=p["ink"], **look)
    ax.set(xlim=x, ylim=(len(counts), 0))
    ax.spines["left"].set_visible(False)
    ax.grid(False, axis="y")
    return ax


def _beside(text, y, *, ax, **look):
    """Words on the right of the axes, a fixed way off, at height y of the data."""
    at = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    ax.annotate(text, (1, y), annotation_clip=False, **at, **look)
