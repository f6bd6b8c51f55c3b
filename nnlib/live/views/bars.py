"""Logits into probabilities: softmax with a temperature, a shift, and its overflow."""

import numpy as np

from ... import plots
from ...activations import softmax
from ..figure import Figure, Menu, Slider, Switch
from ..text import num, table, term
from .sizes import size_text

SHIFTS = {"0": 0.0, "+100": 100.0, "+1000": 1000.0, "−1000": -1000.0}
LETTERS = "₁₂₃₄₅"


class ProbabilityBars(Figure):
    """p = softmax((z + c) / T), bar by bar, in the safe form or as it is written.

    Three to five `logits` in steps of 0.01 from −10 to 10, and a name for each class.
    A subclass sets `logits` and `names` once for all; arguments set them for one.
    """

    title, view = "Logits into probabilities", "views/bars"
    logits = (2.0, -1.99, -0.01)
    names = ("class 0", "class 1", "class 2")

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.controls = _controls(cls.logits)

    def __init__(self, logits=None, names=None, *, id=None, **starts):
        if logits is not None:
            self.logits = tuple(logits)
            self.names = tuple(f"class {k}" for k in range(len(self.logits)))
            self.controls = _controls(self.logits)
        if names is not None:
            self.names = tuple(names)
        if len(self.names) != len(self.logits):
            told = f"{len(self.logits)} logits, {len(self.names)} names"
            raise ValueError(f"ProbabilityBars: a name for each logit, got {told}.")
        super().__init__(id=id, **starts)

    def config(self):
        return {"names": self.names, "shifts": SHIFTS}

    def terms(self, s):
        """z, the exponents, their exponentials and p, as state `s` computes them."""
        z = np.array([getattr(s, f"z{k + 1}") for k in range(len(self.logits))])
        u = (z + SHIFTS[s.shift]) / s.T
        exponents = u if s.naive else u - u.max()
        with np.errstate(all="ignore"):  # to overflow is what the naive form is for
            e = np.exp(exponents)
            return z, exponents, e, e / e.sum() if s.naive else softmax(u)

    def caption(self, s):
        z, exponents, e, p = self.terms(s)
        logits = ", ".join(num(v, 2) for v in z)
        shift = "" if s.shift == "0" else f" {term(SHIFTS[s.shift], 0)}"
        scale = f" at T = {num(s.T, 1)}"
        found = ", ".join(map(probability, p))
        said = f"Logits ({logits}){shift}{scale} give p = ({found})"
        if not s.naive:
            return f"{said}; safe form, the largest exponent made 0."
        if not np.isfinite(e.sum()):
            why = "the sum of the exp is beyond the largest float, 1.8·10³⁰⁸"
            return f"{said}: as written it overflows, {why}."
        if not e.sum():
            return (
                f"{said}: as written every exp is rounded to 0, and 0/0 is no number."
            )
        return f"{said}; as written, the largest exponent is {num(exponents.max(), 2)}."

    def numbers(self, s):
        z, exponents, e, p = self.terms(s)
        rows = [
            [name, *(v if np.isfinite(v) else written(v) for v in map(float, four))]
            for name, four in zip(
                self.names, zip(z, exponents, e, p, strict=True), strict=True
            )
        ]
        columns = ["class", "logit z", "exponent", "exp(exponent)", "probability p"]
        return [table("Softmax", columns, rows)]

    def still(self, s):
        fig, [ax] = plots.canvas(width=5.2, height=0.7 + 0.85 * len(self.logits))
        _, exponents, e, p = self.terms(s)
        notes = [
            f"exp({num(u, 2)}) = {exponential(v)}"
            for u, v in zip(exponents, e, strict=True)
        ]
        plots.probability_bars(p, ax=ax, names=self.names, notes=notes)
        return fig


def probability(p):
    """Three decimals, or NaN where there is no number."""
    return "NaN" if np.isnan(p) else num(p, 3)


def exponential(e):
    """exp(…) in a few digits."""
    return size_text(e) if np.isfinite(e) else written(e)


def written(x):
    """A float that is no number, in a table of numbers."""
    return "NaN" if np.isnan(x) else "∞"


def _controls(logits):
    if not 3 <= len(logits) <= 5:
        raise ValueError(f"ProbabilityBars: three to five logits, got {len(logits)}.")
    sliders = [
        Slider(f"z{k + 1}", float(z), -10.0, 10.0, 0.01, f"z{LETTERS[k]}")
        for k, z in enumerate(logits)
    ]
    return (
        *sliders,
        Slider("T", 1.0, 0.1, 5.0, 0.1, "temperature"),
        Menu("shift", "0", tuple(SHIFTS), "add to every z"),
        Switch("naive", False, "as written, exp(z)/Σ exp(z)"),
    )


ProbabilityBars.controls = _controls(ProbabilityBars.logits)
