"""A figure of the reader's own: any Python function behind real sliders.

    def line(ax, w=1.0, b=0.5):
        x = np.linspace(-3, 3)
        ax.plot(x, w * x + b)

    explore(line, w=(-3.0, 3.0, 0.1), b=(-2.0, 2.0))

Each move of a slider calls the function in Python and puts what it gives in the place
of what was there: in JupyterLab and Binder. A page without Python has the picture as it
starts, and says so.
"""

import base64
import contextlib
import html
import inspect
import io
import math
import sys
from numbers import Real

import ipywidgets as widgets
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from ..plots import canvas, png
from .figure import Menu, Slider, Switch

MARK = "nn-explore"  # the class by which the book's build knows such a figure
CONTROLS = (Slider, Menu, Switch)
NEITHER = inspect.Parameter.empty


def explore(fn, /, **sliders):
    """Sliders for the parameters of `fn` named here, and what `fn` gives below them.

    name=(low, high) or (low, high, step)   a slider; whole numbers if all of them are
    name=[…]                                a menu of these options
    name=True or False                      a switch that starts there
    name=Slider(…), Menu(…), Switch(…)      a control of nnlib.live, with its own start
    name=anything else                      no control: `fn` is always given this

    A tuple or list starts at the default that `fn` has for the parameter; without one,
    a slider in the middle and a menu at the first option. `fn` returns a matplotlib
    figure, or a text, number or array to show as text; or it takes `ax` and draws on
    it, and may return a text besides. What it prints is shown too. An error while the
    reader plays is shown until the next value works; one at the start is raised.

    figure(w=0.3) is what `fn` returns there, the other sliders where they stand;
    figure.set(w=0.3) moves the slider. TypeError for a name that is no parameter or a
    parameter without a value, TypeError or ValueError for a start that is off the grid.
    """
    return Explorer(fn, sliders)


class TitledImage(widgets.Image):
    """An ipywidgets picture with a title, the only name that one can have."""

    # without it the front end fails: it gives titles to what has no description
    description = traitlets.Unicode("").tag(sync=True)


class Explorer(widgets.VBox):
    """What explore() makes; `control` holds its ipywidgets by name."""

    def __init__(self, fn, sliders):
        if not callable(fn):
            raise TypeError(f"explore needs a function before the sliders, got {fn!r}.")
        self._fn, self._name = fn, getattr(fn, "__name__", type(fn).__name__)
        parameters = self._parameters(sliders)
        self._takes_ax = "ax" in parameters and "ax" not in sliders
        self._controls, self._held = {}, {}
        for name, given in sliders.items():
            made = self._control(name, given, parameters[name].default)
            if made is None:
                self._held[name] = given
            else:
                self._controls[name] = made
        if not self._controls:
            first = next((name for name in parameters if name != "ax"), "w")
            raise ValueError(
                f"{self._where} has nothing to move: give it a slider, for example "
                f"{first}=(-3.0, 3.0, 0.1)."
            )
        self._options = {
            name: {label(option): option for option in given}
            for name, given in sliders.items()
            if isinstance(given, list)
        }
        starts = self._checked({c.name: c.start for c in self._controls.values()})
        picture, self._words = self._look(starts)  # an error here is for the author
        self._shown, self._wrong = starts, ""

        self.control = {n: c.widget(starts[n]) for n, c in self._controls.items()}
        for widget in self.control.values():
            widget.observe(self._redraw, "value")
        columns = "repeat(auto-fit, minmax(280px, 1fr))"
        above = widgets.GridBox(
            list(self.control.values()),
            layout=widgets.Layout(grid_template_columns=columns),
        )
        natural = widgets.Layout(align_self="flex-start", max_width="100%")
        self._image = TitledImage(format="png", layout=natural)
        self._text = widgets.HTML()
        super().__init__([above, self._image, self._text])
        self.add_class(MARK)
        self._place(picture)

    @property
    def _where(self):
        return f"explore({self._name})"

    @property
    def state(self):
        """The value of every control by its name, as the sliders stand now."""
        return {n: c.snap(self.control[n].value) for n, c in self._controls.items()}

    def __call__(self, **values):
        """What fn returns at `values`, or the figure that it drew on."""
        result, figure = self._run({**self.state, **self._checked(values)})
        nothing = result is None or isinstance(result, Axes)
        return figure if nothing and figure is not None else result

    def set(self, **values):
        """Move the sliders named to `values`.     returns the figure itself"""
        for name, value in self._checked(values).items():
            self.control[name].value = value
        return self

    def _parameters(self, sliders):
        """fn's parameters by name, known to get each a value from somewhere."""
        try:
            signature = inspect.signature(self._fn)
        except ValueError:
            raise TypeError(
                f"{self._where}: Python does not tell the parameters of {self._name}; "
                f"wrap it: lambda x: {self._name}(x)."
            ) from None
        several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        found = {n: p for n, p in signature.parameters.items() if p.kind not in several}
        for name, parameter in found.items():
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                raise TypeError(f"{self._where}: {name} has no name to call it by.")
            if parameter.default is NEITHER and name not in {*sliders, "ax"}:
                raise TypeError(
                    f"{self._where}: {name} has no value. Give it a slider, for "
                    f"example {name}=(-3.0, 3.0, 0.1), or a default."
                )
        for name in sliders:
            if name not in found:
                known = ", ".join(found) or "nothing"
                raise TypeError(
                    f"{self._where}: {self._name} has no parameter {name!r}; "
                    f"it takes {known}."
                )
        return found

    def _control(self, name, given, default):
        """The control that `given` stands for; None if it is a value to hold."""
        if isinstance(given, CONTROLS):
            if given.name != name:
                raise ValueError(
                    f"{self._where}: the control for {name} is called {given.name!r}."
                )
            made = given
        elif isinstance(given, bool):
            made = Switch(name, given, name)
        elif isinstance(given, tuple):
            made = self._slider(name, given, default)
        elif isinstance(given, list):
            labels = tuple(map(label, given))
            if len(labels) < 2 or len(set(labels)) < len(labels):
                raise ValueError(
                    f"{self._where}: a menu needs two or more options with different "
                    f"names, got {', '.join(labels) or 'none'} for {name}."
                )
            start = given[0] if default is NEITHER else default
            made = Menu(name, label(start), labels, name)
        else:
            return None
        if isinstance(made, Slider):
            self._check_grid(made)
        return made

    def _slider(self, name, given, default):
        numbers = [isinstance(n, Real) and not isinstance(n, bool) for n in given]
        if len(given) not in (2, 3) or not all(numbers):
            raise TypeError(
                f"{self._where}: the slider {name} is (low, high) or "
                f"(low, high, step), got {given!r}."
            )
        low, high, step = given if len(given) == 3 else (*given, usual_step(*given))
        slider = Slider(name, low, low, high, step, name)
        self._check_grid(slider)
        middle = low + round((high - low) / step) // 2 * step
        start = slider.snap(middle) if default is NEITHER else default
        return Slider(name, start, low, high, step, name)

    def _check_grid(self, c):
        size = f"{self._where}: {c.name} from {c.low:g} to {c.high:g}"
        if not (c.low < c.high and c.step > 0 and math.isfinite(c.high - c.low)):
            raise ValueError(f"{size} in steps of {c.step:g} has no values.")
        steps = (c.high - c.low) / c.step
        if abs(steps - round(steps)) > 1e-9:
            raise ValueError(f"{size} is no whole number of steps of {c.step:g}.")

    def _checked(self, values):
        """`values` of controls, each known to be one that its control can show."""
        sure = {}
        for name, value in values.items():
            if name not in self._controls:
                known = ", ".join(self._controls)
                raise TypeError(
                    f"{self._where} has no control {name!r}; it has {known}."
                )
            c = self._controls[name]
            value = label(value) if name in self._options else value
            sure[name] = c.snap(c.check(value, self._where))
        return sure

    def _run(self, state):
        """What fn returns in `state`, and the figure that it drew on if it takes ax."""
        values = {
            name: self._options[name][value] if name in self._options else value
            for name, value in state.items()
        }
        if not self._takes_ax:
            return self._fn(**self._held, **values), None
        figure, [ax] = canvas()
        return self._fn(ax=ax, **self._held, **values), figure

    def _look(self, state):
        """What is to be seen in `state`: a picture as PNG, or b"", and words."""
        printed, before = io.StringIO(), opened()
        try:
            with contextlib.redirect_stdout(printed):
                result, figure = self._run(state)
            mine = sorted(opened() - before)
            if isinstance(result, Axes):
                result = result.figure.figure  # the first may be a part of the second
            if isinstance(result, Picture):
                figure, result = result, None
            elif result is None and figure is None and mine:
                figure = sys.modules["matplotlib.pyplot"].figure(mine[-1])
            picture = b"" if figure is None else png(figure)
        finally:  # else the notebook shows them once more, below the cell
            for number in opened() - before:
                sys.modules["matplotlib.pyplot"].close(number)
        said = [printed.getvalue().rstrip(), "" if result is None else str(result)]
        words = "\n".join(filter(None, said))
        if not picture and not words:
            raise TypeError(
                f"{self._name} gave nothing to show: let it return a matplotlib figure "
                "(without plt.show()), a text, a number or an array, or take ax and "
                "draw on it."
            )
        return picture, words

    def _redraw(self, change):
        state = self.state
        try:
            picture, words = self._look(state)
        except Exception as error:  # the reader plays on: it is told, not thrown
            reason = next(iter(str(error).splitlines()), "")
            self._wrong = f"{type(error).__name__}: {reason}".removesuffix(": ")
            self._place(self._image.value)
        else:
            self._shown, self._words, self._wrong = state, words, ""
            self._place(picture)

    def _place(self, picture):
        """Put picture and words where the last ones were.

        The browser keeps the old picture until the new one is there, so nothing
        flickers; and the sliders are above, where no change of size moves them.
        """
        words = self._words
        if self._wrong:
            words = f"✗ {self._wrong}\n(Still shown: {self._settings(self._shown)}.)"
        style = "margin: 0; line-height: 1.4; white-space: pre-wrap"
        block = f'<pre style="{style}">{html.escape(words)}</pre>' if words else ""
        self._image.layout.display = None if picture else "none"
        self._image.value, self._text.value = picture, block
        self._image.tooltip = repr(self)

    def _settings(self, state):
        return ", ".join(
            f"{n}={v if n in self._options else repr(v)}" for n, v in state.items()
        )

    def __repr__(self):
        drawn = summary(self._fn) if self._image.value else ""
        says = self._wrong or f"{drawn} {self._words}".strip() or "a picture"
        return f"explore({self._name}, {self._settings(self.state)}): {says}"

    def _repr_mimebundle_(self, **kwargs):
        forms = {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}
        if self._image.value:
            forms["image/png"] = base64.b64encode(self._image.value).decode()
        return forms


def label(option):
    """The words for an option in a menu: a function's name, else its text."""
    return getattr(option, "__name__", str(option))


def summary(fn):
    """The first line of what fn's docstring says, "" without one."""
    return next(iter((inspect.getdoc(fn) or "").splitlines()), "")


def usual_step(low, high):
    """1 between whole numbers, else the power of ten that makes 20 to 200 steps."""
    if isinstance(low, int) and isinstance(high, int):
        return 1
    if not 0 < high - low < math.inf:
        return 1.0
    return float(f"1e{math.floor(math.log10((high - low) / 20))}")


def opened():
    """The numbers of the figures that pyplot holds open; none if nobody imported it."""
    plt = sys.modules.get("matplotlib.pyplot")
    return set(plt.get_fignums()) if plt else set()
