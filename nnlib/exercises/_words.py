"""What a check says: outcomes of the learner's code compared and put into sentences."""

import traceback
import warnings
from types import CodeType

import numpy as np


def outcome(function, args):
    """What `function(*args)` returns, or the exception it raises: both are results.

    numpy's RuntimeWarnings (overflow, division by zero) count as exceptions.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            return function(*args)
        except (Exception, SystemExit) as error:
            return error


def alike(a, b):
    """Whether two outcomes agree: exceptions in type, answers in shape and numbers."""
    if isinstance(a, BaseException) or isinstance(b, BaseException):
        return type(a) is type(b)
    if isinstance(a, tuple) or isinstance(b, tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(alike, a, b))
    a, b = numbers(a), numbers(b)
    if a is None or b is None:
        return False
    close = {"rtol": 1e-9, "atol": 1e-12, "equal_nan": True}
    return a.shape == b.shape and np.allclose(a, b, **close)


def numbers(value):
    """`value` as an array of numbers, or None if it is none."""
    array = outcome(np.asarray, (value,))
    return array if getattr(array, "dtype", np.dtype(object)).kind in "biufc" else None


def form(name, got, want):
    """Why `got` has not the type, shape and dtype of `want`; None if it has."""
    want, array = np.asarray(want), numbers(got)
    if array is None:
        return f"`{name}` should be {shape(want)}, got {kind(got)}."
    if array.shape != want.shape:
        return f"`{name}` should be {shape(want)}, got {shape(array)}."
    if want.ndim and not isinstance(got, np.ndarray):
        return f"`{name}` is {kind(got)}: return a numpy array, `np.array({name})`."
    if want.dtype.kind == "i" and array.dtype.kind == "b":
        return f"`{name}` holds True and False; `.astype(int)` makes them 1 and 0."
    allowed = {"i": "iu", "f": "iuf", "b": "b"}[want.dtype.kind]
    if array.dtype.kind not in allowed or array.dtype == np.float32:
        return f"`{name}` should have dtype {want.dtype}, got {array.dtype}."
    bad = ~np.isfinite(array) & np.isfinite(want)
    if bad.any():
        at = np.argwhere(bad)[0].tolist()
        where = f", first at {at}" if at else ""
        return f"`{name}` contains {array[tuple(at)]}{where}."
    return None


def difference(name, got, want, close):
    """The sentence on numbers that differ: all of them, or of many the first."""
    where = ""
    if want.size > 12:
        at = np.argwhere(~close)[0].tolist()
        got, want, where = got[tuple(at)], want[tuple(at)], f" at {at}"
    digits = next(d for d in (4, 8, 17) if d == 17 or show(got, d) != show(want, d))
    return f"expected {name}{where} = {show(want, digits)}, got {show(got, digits)}."


def raised(error, answer=None):
    """The sentence on an exception in the learner's code, with its line in the cell."""
    line = place(error, answer) if answer else ""
    if isinstance(error, Warning):
        return f"numpy warned{line}: {error}."
    message = str(error).strip().rstrip(".")
    colon = ": " if message else ""
    return f"your code raised {type(error).__name__}{line}{colon}{message}."


def place(error, answer):
    """`, in line n`: the innermost line of the learner's cell that was running."""
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == answer.__code__.co_filename
    ]
    return f", in line {lines[-1]} of the cell" if lines else ""


def unfinished(code):
    """Whether a `...` still stands in the code (`x[..., 0]` is no gap)."""
    return any(
        part is ... or (isinstance(part, CodeType) and unfinished(part))
        for part in code.co_consts
    )


def shape(array):
    """What `array` is, by its shape."""
    return f"an array of shape {array.shape}" if array.ndim else "one number"


def kind(value):
    """How a sentence names a value: `a float`, `an array`, `a tuple of 3`, `None`."""
    name = "array" if isinstance(value, np.ndarray) else type(value).__name__
    count = f" of {len(value)}" if isinstance(value, tuple | list) else ""
    article = "an" if name[0] in "aeiou" else "a"
    return "None" if value is None else f"{article} {name}{count}"


def given(value):
    """An argument in a sentence: small ones in full, large ones by their shape."""
    if callable(value):
        return f"= {value.__name__}"
    large = np.size(value) > 12
    return f"of shape {np.shape(value)}" if large else f"= {show(value, 4)}"


def show(value, digits):
    """`value` as Python writes it, rounded to `digits` decimals."""
    array = np.asarray(value)
    rounded = array if array.dtype.kind in "biu" else np.round(array, digits)
    return str(rounded.tolist())
