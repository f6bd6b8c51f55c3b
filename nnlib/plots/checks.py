"""Slopes against the differences that check them."""

import numpy as np

from .frame import legend, palette_of


def agreement(central, found, *, ax, wrong, hollow, other=None):
    """Each slope found (n,) over its central difference (n,): right ones on y = x.

    `wrong` (n,) brings the marks off the line to the front; `hollow` (n,), for biases,
    are diamonds; `other` (n,) are slopes to compare with, as crosses.
    """
    p = palette_of(ax)
    given = [central, found, *([] if other is None else [other])]
    reach = 1.08 * np.abs(given).max()
    ax.plot([-reach, reach], [-reach, reach], color=p["muted"], ls="--", lw=1.2)
    kinds = (("weights", ~hollow, "o"), ("biases", hollow, "D"))
    for name, these, shape in kinds:
        for flags, colour in ((~wrong, p["muted"]), (wrong, p["accent"])):
            at = these & flags
            face = p["background"] if shape == "D" else colour
            look = {"color": colour, "mfc": face, "ls": "none", "ms": 7}
            label = name if flags is wrong else None
            ax.plot(central[at], found[at], shape, label=label, zorder=3, **look)
    if other is not None:
        look = {"color": p["ink"], "ms": 8, "mew": 1.6, "zorder": 4}
        ax.plot(central, other, "x", label="as diagnosed", **look)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    return legend(ax=ax, loc="upper left")
