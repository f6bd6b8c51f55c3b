"""A ledger: names, their numbers on the right, how they came about below."""

from .frame import palette_of

EACH = 0.2  # of a column of numbers, in parts of the width


def ledger(heads, rows, *, ax, most=None):
    """`rows` are (name, values, below), texts all; `heads` the title, then a column's.

    `below`, a line under the name, may be empty. There is room for `most` rows.
    """
    p = palette_of(ax)
    most = len(rows) if most is None else most
    title, *columns = heads
    ax.text(0, 0, title, color=p["ink"], weight="bold", va="center")
    _numbers(columns, 0, p["muted"], ax)
    for k, (name, values, below) in enumerate(rows, 1):
        ax.axhline(k - 0.5, color=p["grid"], lw=1)
        up = k - 0.18 if below else k
        ax.text(0, up, name, color=p["ink"], va="center", fontsize=10)
        _numbers(values, up, p["ink"], ax, weight="bold", fontsize=10)
        small = {"color": p["muted"], "fontsize": 8.5, "va": "center"}
        ax.text(0.03, k + 0.22, below, **small)
    ax.set(xlim=(0, 1), ylim=(most + 0.5, -0.5))
    ax.set_axis_off()
    return ax


def _numbers(texts, y, colour, ax, **look):
    for k, words in enumerate(reversed(texts)):
        place = {"ha": "right", "va": "center", "color": colour}
        ax.text(1 - k * EACH, y, words, **place, **look)
