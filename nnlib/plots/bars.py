"""Probabilities as bars: a class told by its shape, its colour and its name."""

import numpy as np

from .frame import SHAPES, note, palette_of


def probability_bars(p, *, ax, names, before=None, notes=()):
    """One bar from 0 to p[k] for each class k, its value written at the end.  p (k,)

    `before` (k,) are earlier probabilities, drawn as dashed outlines; `notes` are a
    few words for each bar. nan is no probability: the bar is missing, the word stands.
    """
    palette, p = palette_of(ax), np.asarray(p, float)
    rows = np.arange(len(p))
    looks = [class_look(k, palette) for k in rows]
    drawn = np.nan_to_num(p)
    colours = [colour for colour, _ in looks]
    ax.barh(rows, drawn, 0.5, color=colours, ec=palette["background"])
    if before is not None:
        outline = {"fc": "none", "ec": palette["muted"], "ls": "--", "lw": 1.5}
        ax.barh(rows, before, 0.62, **outline)
    for k, (colour, shape) in enumerate(looks):
        ax.plot([-0.035], [k], shape, color=colour, ms=8, clip_on=False)
        words = "NaN" if np.isnan(p[k]) else f"{p[k]:.3f}"
        note(words, (drawn[k], k), (5, 0), ax=ax, va="center")
    for k, words in enumerate(notes):
        small = {"color": palette["muted"], "fontsize": 9}
        ax.text(0, k - 0.33, words, va="bottom", **small)
    ax.axvline(0, color=palette["ink"], lw=1)
    ax.set_yticks(rows, names, color=palette["ink"])
    ax.tick_params(axis="y", length=0, pad=16)
    ax.set(xlim=(0, 1.16), ylim=(len(p) - 0.5, -0.8), xlabel="probability")
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.grid(False, axis="y")
    return ax


def class_look(k, palette):
    """The colour and the marker of class k: its own up to 3, then a grey pentagon."""
    own = k < len(SHAPES)
    return (palette[f"class{k}"], SHAPES[k]) if own else (palette["muted"], "p")
