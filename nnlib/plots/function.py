"""A function of one number looked at closely: its tangent, its flat ranges."""

from .frame import palette_of


def tangent(x, y, slope, *, ax, reach=1.5):
    """The straight line through (x, y) with this slope, `reach` to either side."""
    ends = [x - reach, x + reach]
    heights = [y - reach * slope, y + reach * slope]
    ax.plot(ends, heights, color=palette_of(ax)["ink"], lw=1.6, zorder=3)
    return ax


def ranges(found, *, ax, label=None):
    """Shade these ranges (low, high) of x from top to bottom."""
    for low, high in found:
        ax.axvspan(low, high, color=palette_of(ax)["grid"], lw=0, zorder=0, label=label)
        label = None
    return ax
