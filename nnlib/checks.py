"""What nnlib refuses, and how it says so: where, what was needed, what came, what next.
Every public entry asks here once, before anything changes; inside, all is trusted."""

from functools import partial
from numbers import Integral, Real

import numpy as np


def require(good, message):
    """ValueError with this message, unless `good`."""
    if not good:
        raise ValueError(message)


def holds(good, x, rule):
    """`x`, if all of `good` is true; else ValueError: the rule and its first breach."""
    if not good.all():
        at = tuple(np.argwhere(~good)[0])
        where = f"row {at[0]}, column {at[1]}" if len(at) == 2 else f"index {at[0]}"
        raise ValueError(f"{rule}, found {x[at]:g} at {where}.")
    return x


def numeric(x, name):
    """`x` as a float64 array. TypeError for text, objects, complex or uint8."""
    try:
        x = np.asarray(x)
    except ValueError:
        lengths = ", ".join(str(len(row)) for row in x)
        unequal = f"the rows of {name} have different lengths: {lengths}."
        raise ValueError(unequal) from None
    if x.dtype == np.uint8:
        advice = f"convert with {name}.astype(float) / 255."
        raise TypeError(f"{name} has dtype uint8, which wraps around at 256; {advice}")
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {x.dtype}.")
    return x.astype(np.float64, copy=False)


def finite(x, name):
    """`x`, known to hold no nan and no inf; else ValueError names the first place."""
    return holds(np.isfinite(x), x, f"{name} must be finite")


def zero_or_one(t):
    """`t`, each entry 0 or 1; else ValueError names the first that is neither."""
    return holds((t == 0) | (t == 1), t, "targets must be 0 or 1")


def batch(x, d_in, where, name="x"):
    """`x` as a finite float64 batch (n, d_in), n ≥ 1; ValueError says what is off."""
    x = numeric(x, name)
    if x.ndim == 2 and (d_in is None or x.shape[1] == d_in):
        require(len(x), f"the batch is empty: {name} has shape {x.shape}.")
        return finite(x, name)
    advice = ""
    if x.ndim == 1:
        advice = f" For a single example write {name}[None, :]."
    elif x.ndim > 2:
        advice = f" Flatten each example first: {name}.reshape(len({name}), -1)."
    elif x.ndim == 2 and len(x) == d_in:
        advice = f" {name} looks transposed: rows are examples, so pass {name}.T."
    wanted = f"{where}: {name} needs shape (batch, {d_in or 'd'})"
    raise ValueError(f"{wanted}, got {x.shape}.{advice}")


def whole(value, name, where, low=1):
    """`value` as an int ≥ `low`. TypeError for 3.0 or True, ValueError below `low`."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        got = f"{value!r} ({type(value).__name__})"
        raise TypeError(f"{where}: {name} must be a whole number, got {got}.")
    require(value >= low, f"{where}: {name} must be at least {low}, got {value}.")
    return int(value)


def real(value, name, rule="be real", good=lambda v: True):
    """`value` as a float. TypeError if it is no number, ValueError if not `good`."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}.")
    require(good(value), f"{name} must {rule}, got {value}.")
    return float(value)


positive = partial(real, rule="be positive and finite", good=lambda v: 0 < v < np.inf)
not_negative = partial(
    real, rule="be 0 or more and finite", good=lambda v: 0 <= v < np.inf
)
fraction = partial(real, rule="lie in [0, 1)", good=lambda v: 0 <= v < 1)


def generator(rng, where):
    """`rng`, once it is known to be a numpy Generator: every run can be repeated."""
    if not isinstance(rng, np.random.Generator):
        advice = "write rng=np.random.default_rng(0), so that the run can be repeated"
        raise TypeError(
            f"{where}: rng must be a numpy Generator, got {rng!r}; {advice}."
        )
    return rng
