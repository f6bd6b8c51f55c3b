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


NUDGE = 1e-12  # relative, of all that a twin computes
TRUSTED = 1e-6  # a run and its twin differ by less than this, relatively
SMALL = 1e-3  # what is smaller than this counts as this much


def parted(one, other):
    """Whether a run and its nudged twin are so far apart that no digit is certain.

    Machines round differently, each number by 1e-16 or so. Where nudges of 1e-12 have
    grown to 1e-6, that has grown to 1e-10, and will go on growing.
    """
    return not abs(one - other) <= TRUSTED * max(abs(one), abs(other), SMALL)


def shake(k):
    """Numbers in [−1, 1) that look random, one for each whole number k."""
    return k * 40503 % 65536 / 32768 - 1
