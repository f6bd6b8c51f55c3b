"""Every live figure of the course, and states of it that its controls can show."""

import importlib
import inspect
import pkgutil
from decimal import Decimal
from types import SimpleNamespace

import nnlib.live
from nnlib.live import Figure, Menu, Slider, Values


def live_modules():
    """The modules in nnlib.live that define a figure: a chapter's or a view's."""
    for found in pkgutil.walk_packages(nnlib.live.__path__, "nnlib.live."):
        module = importlib.import_module(found.name)
        if any(True for _ in figures_of(module)):
            yield module


def figures_of(module):
    for _, kind in inspect.getmembers(module, inspect.isclass):
        own = kind.__module__ == module.__name__
        if own and issubclass(kind, Figure) and kind.view:
            yield kind


FIGURES = [kind for module in live_modules() for kind in figures_of(module)]
BY_TITLE = {kind.title: kind for kind in FIGURES}


def grid(slider):
    """The slider's values, each the float that a reader would type."""
    low, high, step = (Decimal(str(n)) for n in (slider.low, slider.high, slider.step))
    values = [low + k * step for k in range(int((high - low) / step) + 1)]
    return [int(v) if isinstance(slider.low, int) else float(v) for v in values]


def inputs(kind):
    """The controls that have an input of their own; the others are on the picture."""
    return [c for c in kind.controls if not isinstance(c, Values)]


def values(control):
    """All that `control` can say; of a row of numbers its ends and its start."""
    if isinstance(control, Slider):
        return grid(control)
    if isinstance(control, Values):
        n = len(control.start)
        return [(control.low,) * n, control.start, (control.high,) * n]
    return list(control.options) if isinstance(control, Menu) else [False, True]


def random_state(kind, rng):
    """A state of figure `kind`, every control somewhere on its grid."""
    return SimpleNamespace(**{c.name: anything(c, rng) for c in kind.controls})


def anything(control, rng):
    """A value of the control; a row of values keeps the length of its start."""
    if isinstance(control, Values):
        return tuple(anything(entry(control), rng) for _ in control.start)
    return values(control)[rng.integers(len(values(control)))]


def entry(row):
    """One number of a row of values, as a slider."""
    return Slider(row.name, row.low, row.low, row.high, row.step, row.label)


def starting_state(kind):
    return SimpleNamespace(**{c.name: c.start for c in kind.controls})
