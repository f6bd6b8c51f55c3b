"""Numbers of any size as text, and how long a run's digits can be trusted."""

from decimal import ROUND_HALF_UP, Context, Decimal

from ..text import num

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(x, digits=3):
    """`x` to so many significant digits: 0.0421, 12.3, 4,210, 1.23·10⁻⁷.

    Halves away from zero, on the exact decimal expansion of the float: the text that
    static/pieces/scientific.js writes.
    """
    exact = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(abs(Decimal(x)))
    sign = "−" if x < 0 else ""
    if not exact:
        return "0"
    power = exact.adjusted()
    if not -4 <= power <= 4:
        head = num(exact.scaleb(-power), digits - 1)
        return f"{sign}{head}·10{str(power).translate(SUPERSCRIPTS)}"
    return f"{sign}{exact:,.{max(digits - 1 - power, 0)}f}"


def loss_text(loss):
    """A loss to three digits; next to nothing is called that: its digits are noise."""
    return "below 10⁻⁸" if abs(loss) < 1e-8 else short(loss)


def rate(exponent):
    """η = 10^exponent to three digits, so that what is shown is what is used.

    0.1 for −1, 0.178 for −0.75: the same float as the page's.
    """
    return float(f"{10**exponent:.2e}")


NUDGE = 1e-10  # relative, of what a run starts from
TRUSTED = 1e-5  # a run and its nudged twin differ by less than this, relatively
SMALL = 1e-3  # what is smaller than this counts as this much


def parted(one, other):
    """Whether a run and its nudged twin are so far apart that no digit is certain.

    Rounding differs from machine to machine by about 1e-16 a step. Where a nudge of
    1e-10 has grown to 1e-5, rounding has grown a hundred thousand times as well.
    """
    return not abs(one - other) <= TRUSTED * max(abs(one), abs(other), SMALL)
