"""A live figure: real sliders linked to one view, which computes and draws on the page.

    class DrawTheLine(Figure):
        title, view = "Draw the line", "views/line"
        controls = (Slider("w1", 1.0, -3, 3, 0.05, "w₁"), …)
        def config(self): ...        # data for the view, JSON
        def caption(self, s): ...    # one sentence, computed by nnlib
        def numbers(self, s): ...    # what the picture shows, as tables
        def still(self, s): ...      # the same picture, drawn by nnlib.plots

The state `s` holds the value of every control by name; picture and caption are pure
functions of it. The view writes the same caption with its own arithmetic, and the tests
compare the two. In JupyterLab and Binder the sliders are ipywidgets and Python sees
their values; on the static page native inputs take their place.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace

import anywidget
import ipywidgets as widgets
import traitlets

from ..plots import png
from .modules import as_module, style


def decimals(grid):
    """How many decimals the grid's numbers need: low, low + step, …"""
    ends = (f"{x:.10f}".rstrip("0").split(".")[1] for x in (grid.low, grid.step))
    return max(map(len, ends))


def on_grid(grid, value, where):
    """`value`, known to be one of low, low + step, …; else TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{where}: {grid.name} must be a number, got {value!r}.")
    steps = (value - grid.low) / grid.step
    if not grid.low <= value <= grid.high or abs(steps - round(steps)) > 1e-9:
        raise ValueError(
            f"{where}: {grid.name} goes from {grid.low:g} to {grid.high:g} in "
            f"steps of {grid.step:g}; {value:g} is not one of its values."
        )
    return value


def nearest(grid, value):
    """The number of the grid nearest to `value`: 1.15 for 1.1500000000000004."""
    found = grid.low + round((value - grid.low) / grid.step) * grid.step
    return round(found, decimals(grid)) if decimals(grid) else found


@dataclass(frozen=True)
class Slider:
    """Values low, low + step, …, high; whole numbers if all of them are."""

    name: str
    start: float
    low: float
    high: float
    step: float
    label: str

    def check(self, value, where):
        """`value`, known to lie on the grid; else TypeError or ValueError."""
        return on_grid(self, value, where)

    def snap(self, value):
        """The slider's value nearest to `value`: 1.15 for 1.1500000000000004."""
        return nearest(self, value)

    def widget(self, value):
        whole = all(isinstance(n, int) for n in (self.low, self.high, self.step))
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        return kind(
            value=value,
            min=self.low,
            max=self.high,
            step=self.step,
            description=self.label,
            readout_format="d" if whole else f".{decimals(self)}f",
            layout=widgets.Layout(width="auto"),
        )

    def describe(self):
        return {"low": self.low, "high": self.high, "step": self.step}

    trait, link = traitlets.Float, "value"


@dataclass(frozen=True)
class Menu:
    """One of several options, by name."""

    name: str
    start: str
    options: tuple[str, ...]
    label: str

    def check(self, value, where):
        """`value`, known to be an option; else ValueError."""
        if value not in self.options:
            choice = ", ".join(self.options)
            raise ValueError(
                f"{where}: {self.name} must be one of {choice}; got {value!r}."
            )
        return value

    def snap(self, value):
        return value

    def widget(self, value):
        return widgets.Dropdown(
            options=self.options,
            value=value,
            description=self.label,
            layout=widgets.Layout(width="auto"),
        )

    def describe(self):
        return {"options": self.options}

    trait, link = traitlets.Int, "index"


@dataclass(frozen=True)
class Switch:
    """On or off."""

    name: str
    start: bool
    label: str

    def check(self, value, where):
        """`value`, known to be True or False; else TypeError."""
        if not isinstance(value, bool):
            raise TypeError(
                f"{where}: {self.name} must be True or False, got {value!r}."
            )
        return value

    def snap(self, value):
        return value

    def widget(self, value):
        return widgets.Checkbox(value=value, description=self.label, indent=False)

    def describe(self):
        return {}

    trait, link = traitlets.Bool, "value"


@dataclass(frozen=True)
class Values:
    """A row of numbers on one grid, edited on the picture itself: no widget of its own.

    As many as at the start, or from `least` to `most` where these are given.
    """

    name: str
    start: tuple[float, ...]
    low: float
    high: float
    step: float
    label: str
    least: int | None = None
    most: int | None = None

    def check(self, value, where):
        """`value` as a tuple, known to fit; else TypeError or ValueError."""
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise TypeError(f"{where}: {self.name} must be numbers, got {value!r}.")
        values = tuple(on_grid(self, one, where) for one in value)
        least, most = self.counts
        if not least <= len(values) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise ValueError(
                f"{where}: {self.name} holds {wanted} numbers, got {len(values)}."
            )
        return values

    @property
    def counts(self):
        """The fewest and the most numbers that the row may hold."""
        n = len(self.start)
        least = n if self.least is None else self.least
        return least, n if self.most is None else self.most

    def snap(self, value):
        return tuple(nearest(self, one) for one in value)

    def describe(self):
        grid = {"low": self.low, "high": self.high, "step": self.step}
        return {**grid, "least": self.counts[0], "most": self.counts[1]}

    trait = traitlets.List


def kebab(name):
    """WhatABiasDoes → what-a-bias-does."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


class View(anywidget.AnyWidget):
    """The front-end half of a figure or a question: `view` names its module."""

    view = traitlets.Unicode().tag(sync=True)
    config = traitlets.Dict().tag(sync=True)
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, view, config, **linked):
        for name in linked:
            if hasattr(type(self), name):
                raise ValueError(
                    f"A widget has a {name!r} already: rename the control."
                )
        kinds = {name: kind().tag(sync=True) for name, (kind, _) in linked.items()}
        self.add_traits(**kinds)
        starts = {name: start for name, (_, start) in linked.items()}
        super().__init__(
            view=view, config=config, _esm=as_module(view), _css=style(), **starts
        )


class Figure(widgets.VBox):
    """Abstract: a view above its controls, with a still picture for paper.

    Keyword arguments set where the controls start; `id` (kebab-case, by default the
    class's name) is the figure's anchor and must be unique on its page. TypeError for
    an unknown argument, ValueError for a start that the control cannot show.
    """

    title = ""
    view = ""
    controls = ()

    def __init__(self, *, id=None, **starts):
        where = type(self).__name__
        names = [control.name for control in self.controls]
        for name in starts:
            if name not in names:
                known = ", ".join(names)
                raise TypeError(f"{where} has no {name!r}; it takes {known} and id.")
        self._starts = {
            c.name: c.check(starts.get(c.name, c.start), where) for c in self.controls
        }
        with_widget = [c for c in self.controls if not isinstance(c, Values)]
        self.control = {c.name: c.widget(self._starts[c.name]) for c in with_widget}
        self.canvas = View(
            self.view,
            {
                "title": self.title,
                "id": id or kebab(where),
                "controls": [
                    {"name": c.name, "label": c.label, **c.describe()}
                    for c in self.controls
                ],
                **self.config(),
            },
            **{c.name: (c.trait, self._raw(c)) for c in self.controls},
        )
        for c in with_widget:
            widgets.jslink((self.control[c.name], c.link), (self.canvas, c.name))
        columns = "repeat(auto-fit, minmax(280px, 1fr))"
        sliders = widgets.GridBox(
            list(self.control.values()),
            layout=widgets.Layout(grid_template_columns=columns),
        )
        super().__init__([self.canvas, sliders])

    def _raw(self, c):
        """How the view is told the start of control `c`."""
        if isinstance(c, Values):
            return list(self._starts[c.name])
        return getattr(self.control[c.name], c.link)

    @property
    def state(self):
        """The value of every control by its name, as the sliders stand now."""
        now = {name: widget.value for name, widget in self.control.items()}
        return SimpleNamespace(
            **{
                c.name: c.snap(now.get(c.name, getattr(self.canvas, c.name)))
                for c in self.controls
            }
        )

    def config(self):
        """What the view needs beyond its controls, as JSON."""
        return {}

    def caption(self, s):
        """One sentence or two that say what the picture shows in state `s`."""
        raise NotImplementedError

    def numbers(self, s):
        """What the picture shows in state `s`, as tables to read and to copy.

        A list of {"title": str, "columns": [str, …], "rows": [[number or str, …], …]}.
        """
        raise NotImplementedError

    def still(self, s):
        """State `s` as a matplotlib figure: for paper, and before scripts run."""
        raise NotImplementedError

    def __repr__(self):
        return f"{self.title}. {self.caption(self.state)}"

    def _repr_mimebundle_(self, **kwargs):
        picture = base64.b64encode(png(self.still(self.state))).decode()
        live = super()._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "image/png": picture}
