"""Sizes from far below to far above one as text, the same as pieces/sizes.js writes."""

from decimal import ROUND_HALF_UP, Context, Decimal

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(power):
    """10⁻³ for −3."""
    return f"10{str(power).translate(RAISED)}"


def size_text(x, digits=3):
    """`x` to so many significant digits: 0.0421, 12.3, 4,210, 1.23·10⁻⁷, −2·10⁶.

    As it stands from 10⁻⁴ to below 10⁵. The exact value of the float is rounded, halves
    away from zero, as JavaScript's toExponential does.
    """
    if x == 0:
        return "0"
    rounding = Context(prec=digits, rounding=ROUND_HALF_UP)
    exact = rounding.create_decimal(Decimal(float(abs(x))))
    sign, power = "−" if x < 0 else "", exact.adjusted()
    if -4 <= power <= 4:
        return f"{sign}{exact:,.{max(digits - 1 - power, 0)}f}"
    head = f"{exact.scaleb(-power, Context(prec=digits)):.{digits - 1}f}"
    return f"{sign}{head}·{power_of_ten(power)}"
