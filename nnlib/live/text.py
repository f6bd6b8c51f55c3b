"""Numbers as text, the same in Python as on the page, and numbers glued into prose."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np


def num(x, digits):
    """`x` with `digits` decimals, halves away from zero, a true minus; text.js's num.

    Exact: the decimal expansion of the float is rounded, as JavaScript's toFixed does.
    """
    unit = Decimal(1).scaleb(-digits)
    text = str(abs(Decimal(float(x))).quantize(unit, rounding=ROUND_HALF_UP))
    return f"−{text}" if x < 0 and Decimal(text) else text


def term(x, digits):
    """ "+ 0.50" or "− 0.50": a term after others in a sum."""
    sign = "−" if num(x, digits).startswith("−") else "+"
    return f"{sign} {num(abs(x), digits)}"


def percent(part, whole):
    """ "75 %": `part` of `whole`, rounded halves up."""
    return f"{num(100 * part / whole, 0)} %"


def table(title, columns, rows):
    """One of a figure's `numbers`: rows of numbers and words, in plain Python."""
    plain = [[x if isinstance(x, str) else _plain(x) for x in row] for row in rows]
    return {"title": title, "columns": list(columns), "rows": plain}


def _plain(x):
    return int(x) if isinstance(x, (int, np.integer)) else float(x)


def glue(name, value):
    """Let the prose of this notebook say `value` as {glue:text}`name`.

    myst-nb's own glue where it is installed; elsewhere (the in-browser kernel) the
    value is displayed, so that the reader sees it all the same.
    """
    try:
        from myst_nb import glue as book_glue
    except ImportError:
        from IPython.display import display

        display(value)
    else:
        book_glue(name, value, display=False)
