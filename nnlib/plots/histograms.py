"""Histograms one below the other on one axis, so that layers can be compared."""

import numpy as np

from .frame import palette_of


def histogram_rows(counts, *, ax, x, names, columns=()):
    """One histogram a row of counts (rows, bins), over the common range x = (low, high).

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
    beside = {"transform": ax.get_yaxis_transform(), "fontsize": 9.5}
    for k, (heading, words) in enumerate(columns):
        at = 1.16 + 0.19 * k
        ax.text(at, -0.1, heading, ha="right", va="bottom", color=p["muted"], **beside)
        for row, word in zip(rows, words, strict=True):
            ax.text(at, row, word, ha="right", va="center", color=p["ink"], **beside)
    ax.set(xlim=x, ylim=(len(counts), 0))
    ax.spines["left"].set_visible(False)
    ax.grid(False, axis="y")
    return ax
