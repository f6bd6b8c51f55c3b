"""Several curves on one pair of axes, each with its name beside it, one in front."""

import numpy as np

from .frame import note, palette_of

DASHES = ((0, (5, 2)), (0, (2, 2)), (0, (7, 2, 1, 2)), (0, (1, 1)))


def named_curves(lines, *, ax, chosen, band=None, at=None, log=False):
    """Curves {name: (x, y)}, the `chosen` one in front, a dot on each at x = `at`.

    `band` is a pair (low, high), the spread around the chosen curve. On a logarithmic
    axis zeros are left out. KeyError if no curve is called `chosen`.
    """
    p = palette_of(ax)
    x, _ = lines[chosen]
    if log:
        ax.set_yscale("log")
    if band is not None:
        ax.fill_between(x, *band, color=p["accent"], alpha=0.18, lw=0, zorder=1)
    dashes = iter(DASHES)
    for name, (x, y) in lines.items():
        front = name == chosen
        y = np.where(np.asarray(y) > 0, y, np.nan) if log else np.asarray(y)
        look = {"color": p["accent"], "lw": 2.5, "zorder": 3}
        if not front:
            look = {"color": p["ink"], "lw": 1.3, "ls": next(dashes), "zorder": 2}
        ax.plot(x, y, **look)
        if at is not None:
            size = {"ms": 7 if front else 5, "color": look["color"], "zorder": 4}
            ax.plot(at, np.interp(at, x, y), "o", **size)
        note(name, (x[-1], y[-1]), (7, 0), ax=ax, va="center", annotation_clip=False)
    if at is not None:
        ax.axvline(at, color=p["muted"], ls=":", lw=1.2, zorder=1)
    return ax
