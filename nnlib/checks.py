"""What nnlib refuses, and how it says so: where, what was needed, what came, what next.

Every public entry of the package asks here once, before anything changes; the loops
inside trust what they get. The equations never have to look at this file.
"""

import numbers

import numpy as np


def numeric(x, name):
    """`x` as a float64 array. TypeError for text, objects, complex or uint8."""
    try:
        x = np.asarray(x)
    except ValueError:
        lengths = ", ".join(str(len(row)) for row in x)
        raise ValueError(
            f"the rows of {name} have different lengths: {lengths}."
        ) from None
    if x.dtype == np.uint8:
        raise TypeError(
            f"{name} has dtype uint8, which wraps around at 256; "
            f"convert with {name}.astype(float) / 255."
        )
    if np.iscomplexobj(x):
        raise TypeError(f"{name} must be real, got {x.dtype}.")
    if x.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold numbers, got dtype {x.dtype}.")
    return x.astype(np.float64, copy=False)


def finite(x, name):
    """`x`, known to hold no nan and no inf; else ValueError names the first place."""
    if not np.isfinite(x).all():
        at = np.argwhere(~np.isfinite(x))[0]
        place = (
            f"row {at[0]}, column {at[1]}"
            if x.ndim == 2
            else f"index {', '.join(map(str, at))}"
        )
        what = "nan" if np.isnan(x[tuple(at)]) else "inf"
        raise ValueError(f"{name} contains {what}, first at {place}.")
    return x


def batch(x, d_in, where, name="x"):
    """`x` as a finite float64 batch (n, d_in), n ≥ 1; ValueError says what is off."""
    x = numeric(x, name)
    if x.ndim == 2 and len(x) == 0:
        raise ValueError(f"the batch is empty: {name} has shape {x.shape}.")
    if x.ndim != 2 or (d_in is not None and x.shape[1] != d_in):
        advice = ""
        if x.ndim == 1:
            advice = f" For a single example write {name}[None, :]."
        elif x.ndim > 2:
            advice = f" Flatten each example first: {name}.reshape(len({name}), -1)."
        elif x.ndim == 2 and len(x) == d_in:
            advice = f" {name} looks transposed: rows are examples, so pass {name}.T."
        wanted = "(batch, d)" if d_in is None else f"(batch, {d_in})"
        raise ValueError(
            f"{where}: {name} needs shape {wanted}, got {x.shape}.{advice}"
        )
    return finite(x, name)


def whole(value, name, where, low=1):
    """`value` as an int ≥ `low`. TypeError for 3.0 or True, ValueError below `low`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        kind = type(value).__name__
        raise TypeError(
            f"{where}: {name} must be a whole number, got {value!r} ({kind})."
        )
    if value < low:
        raise ValueError(f"{where}: {name} must be at least {low}, got {value}.")
    return int(value)


def real(value, name):
    """`value` as a float. TypeError if it is no number (True is none either)."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, got {value!r}.")
    return float(value)


def positive(value, name):
    """`value` as a float in (0, inf). TypeError if no number, ValueError outside."""
    if not 0 < real(value, name) < np.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}.")
    return float(value)


def not_negative(value, name):
    """`value` as a float in [0, inf). TypeError if no number, ValueError outside."""
    if not 0 <= real(value, name) < np.inf:
        raise ValueError(f"{name} must be 0 or more and finite, got {value}.")
    return float(value)


def generator(rng, where):
    """`rng`, once it is known to be a numpy Generator: every run can be repeated."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{where}: rng must be a numpy Generator, got {rng!r}; "
            f"write rng=np.random.default_rng(0), so that the run can be repeated."
        )
    return rng
