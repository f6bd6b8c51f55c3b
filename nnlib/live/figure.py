"""A live figure: real sliders linked to one view, which computes and draws on the page.

    class DrawTheLine(Figure):
        title, view = "Draw the line", "views/line"
        controls = (Slider("w1", 1.0, -3, 3, 0.05, "w₁"), …)
        def config(self): ...        # data for the view, JSON
        def caption(self, s): ...    # one sentence, computed by nnlib
        def still(self, s): ...      # the same picture, drawn by nnlib.plots

The state `s` holds the value of every control by name; picture and caption are pure
functions of it. The view writes the same caption with its own arithmetic, and the tests
compare the two. In JupyterLab and Binder the sliders are ipywidgets and Python sees
their values; on the static page native inputs take their place.
"""

import base64
import io
import re
from dataclasses import dataclass
from numbers import Real
from types import SimpleNamespace

import anywidget
import ipywidgets as widgets
import traitlets

from .modules import as_module, style


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
        if isinstance(value, bool) or not isinstance(value, Real):
            raise TypeError(f"{where}: {self.name} must be a number, got {value!r}.")
        steps = (value - self.low) / self.step
        if not self.low <= value <= self.high or abs(steps - round(steps)) > 1e-9:
            raise ValueError(
                f"{where}: {self.name} goes from {self.low:g} to {self.high:g} in "
                f"steps of {self.step:g}; {value:g} is not one of its values."
            )
        return value

    def snap(self, value):
        """The slider's value nearest to `value`: 1.15 for 1.1500000000000004."""
        nearest = self.low + round((value - self.low) / self.step) * self.step
        return round(nearest, self.decimals) if self.decimals else nearest

    @property
    def decimals(self):
        return len(f"{self.step:.10f}".rstrip("0").split(".")[1])

    def widget(self, value):
        whole = all(isinstance(n, int) for n in (self.low, self.high, self.step))
        kind = widgets.IntSlider if whole else widgets.FloatSlider
        return kind(
            value=value,
            min=self.low,
            max=self.high,
            step=self.step,
            description=self.label,
            readout_format="d" if whole else f".{self.decimals}f",
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
        self.control = {c.name: c.widget(self._starts[c.name]) for c in self.controls}
        canvas = View(
            self.view,
            {
                "title": self.title,
                "id": id or kebab(where),
                "controls": [{"name": c.name, **c.describe()} for c in self.controls],
                **self.config(),
            },
            **{
                c.name: (c.trait, getattr(self.control[c.name], c.link))
                for c in self.controls
            },
        )
        for c in self.controls:
            widgets.jslink((self.control[c.name], c.link), (canvas, c.name))
        columns = "repeat(auto-fit, minmax(280px, 1fr))"
        sliders = widgets.GridBox(
            list(self.control.values()),
            layout=widgets.Layout(grid_template_columns=columns),
        )
        super().__init__([canvas, sliders])

    @property
    def state(self):
        """The value of every control by its name, as the sliders stand now."""
        return SimpleNamespace(
            **{c.name: c.snap(self.control[c.name].value) for c in self.controls}
        )

    def config(self):
        """What the view needs beyond its controls, as JSON."""
        return {}

    def caption(self, s):
        """One sentence or two that say what the picture shows in state `s`."""
        raise NotImplementedError

    def still(self, s):
        """State `s` as a matplotlib figure: for paper, and before scripts run."""
        raise NotImplementedError

    def __repr__(self):
        return f"{self.title}. {self.caption(self.state)}"

    def _repr_mimebundle_(self, **kwargs):
        png = io.BytesIO()
        self.still(self.state).savefig(
            png, format="png", dpi=110, metadata={"Software": None}
        )
        picture = base64.b64encode(png.getvalue()).decode()
        live = super()._repr_mimebundle_(**kwargs)
        return {**live, "text/plain": repr(self), "image/png": picture}
