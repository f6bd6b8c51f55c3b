"""Matrices as heat maps, the numbers in their cells, and the product of two of them."""

import numpy as np
from matplotlib.patches import Rectangle

from .frame import note, palette_of

STRONGEST = 0.5  # opacity of the largest entry: the number on it stays readable


def heat_map(M, *, ax, name="", digits=2, rows=(), columns=(), at=(0, 0), mark=()):
    """The matrix M (n, d), one cell an entry; its name and shape stand below it.

    An entry is orange where positive, blue and hatched where negative, the stronger
    the larger. nan leaves its cell empty: not known yet. `rows` and `columns` label
    the sides; `mark` lists the cells (i, j) to frame; `at` is the upper left corner,
    in cells, so that several matrices share the axes.
    """
    p, M = palette_of(ax), np.asarray(M, float)
    if M.ndim != 2 or not M.size:
        raise ValueError(f"heat_map needs a matrix (n, d), got shape {M.shape}.")
    known = np.abs(M[np.isfinite(M)])
    largest = known.max(initial=0) or 1
    for i, j in np.ndindex(M.shape):
        _cell(M[i, j], (at[0] + j, at[1] + i), largest, digits, ax=ax)
    for i, j in mark:
        place = (at[0] + j, at[1] + i)
        ax.add_patch(Rectangle(place, 1, 1, fc="none", ec=p["ink"], lw=2.2, zorder=4))
    words = {"color": p["muted"], "fontsize": 9}
    for i, label in enumerate(rows):
        ax.text(at[0] - 0.2, at[1] + i + 0.5, label, ha="right", va="center", **words)
    for j, label in enumerate(columns):
        ax.text(at[0] + j + 0.5, at[1] - 0.2, label, ha="center", va="bottom", **words)
    n, d = M.shape
    if name:
        below = f"{name}  ({n}×{d})"
        where = (at[0] + d / 2, at[1] + n + 0.3)
        ax.text(*where, below, ha="center", va="top", color=p["ink"])
    _brackets(at, n, d, ax=ax)
    return _bare(ax)


def product(
    A, B, C, *, ax, names=("A", "B", "C"), digits=(2, 2, 2), bias=None, cell=()
):
    """C = A B (+ bias), B above C and A on its left: each cell where row meets column.

    A (n, d), B (d, k), C (n, k), bias (k,). `cell` = (i, j) frames row i of A, column
    j of B and their cell of C. Where the inner sizes differ there is no C: pass None,
    and the place that it would have stays crossed out.
    """
    A, B = np.asarray(A, float), np.asarray(B, float)
    (n, d), (inner, k) = A.shape, B.shape
    i, j = cell or (None, None)
    left, top = d + 0.8, 0
    below = inner + 1.2 + (1.3 if bias is not None else 0)
    row = [(i, m) for m in range(d)] if cell else []
    column = [(m, j) for m in range(inner)] if cell else []
    numbers = [str(m + 1) for m in range(max(n, k))]
    place = {"ax": ax, "at": (left, top)}
    heat_map(B, digits=digits[1], columns=numbers[:k], mark=column, **place)
    title = f"{names[1]}  ({inner}×{k})"
    p = palette_of(ax)
    ax.text(left + k / 2, -0.85, title, ha="center", va="bottom", color=p["ink"])
    if bias is not None:
        at = (left, below - 1.65)
        marked = [(0, j)] if cell else []
        heat_map([bias], digits=digits[1], rows=["+ b"], at=at, mark=marked, ax=ax)
    sides = {"rows": numbers[:n], "mark": row, "at": (0, below), "ax": ax}
    heat_map(A, name=names[0], digits=digits[0], **sides)
    if C is None:
        _crossed((left, below), n, k, ax=ax)
        note(
            f"{d} ≠ {inner}", (left + k / 2, below + n / 2), (0, 0), ax=ax, ha="center"
        )
    else:
        marked = [(i, j)] if cell else []
        at = (left, below)
        heat_map(C, name=names[2], digits=digits[2], mark=marked, at=at, ax=ax)
    ax.set(xlim=(-0.8, left + k + 0.2), ylim=(below + n + 1.2, -1.7))
    return ax


def _cell(value, at, largest, digits, *, ax):
    p = palette_of(ax)
    look = {"fc": "none", "ec": p["grid"], "lw": 0.8}
    if np.isfinite(value):
        words = f"{value:.{digits}f}".replace("-", "−")
        shown = words.strip("−0.")
        words = words if shown else words.removeprefix("−")
        colour = p["class1" if value > 0 else "class0"]
        look["fc"] = (colour, STRONGEST * abs(value) / largest)
        if value < 0 and shown:
            look |= {"hatch": "////", "ec": (colour, 0.35)}
        x, y = at[0] + 0.5, at[1] + 0.5
        ax.text(x, y, words, ha="center", va="center", color=p["ink"], fontsize=10)
    ax.add_patch(Rectangle(at, 1, 1, **look))


def _crossed(at, n, d, *, ax):
    p = palette_of(ax)
    (x, y), muted = at, {"color": p["muted"], "lw": 1.2, "ls": "--"}
    ax.add_patch(Rectangle(at, d, n, fc="none", ec=p["muted"], ls="--", lw=1.2))
    ax.plot([x, x + d], [y, y + n], **muted)
    ax.plot([x, x + d], [y + n, y], **muted)


def _brackets(at, n, d, *, ax):
    (x, y), ink = at, {"color": palette_of(ax)["ink"], "lw": 1.6}
    for side, inwards in ((x - 0.05, 0.18), (x + d + 0.05, -0.18)):
        xs = [side + inwards, side, side, side + inwards]
        ax.plot(xs, [y - 0.1, y - 0.1, y + n + 0.1, y + n + 0.1], **ink)


def _bare(ax):
    """No axes, rows counted downwards, room for what has been drawn."""
    ax.set_axis_off()
    ax.set_aspect(0.72)  # cells wider than high: a number fits
    ax.autoscale_view()
    if not ax.yaxis_inverted():
        ax.invert_yaxis()
    return ax
