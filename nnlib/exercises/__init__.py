"""The checks behind the exercises. A cell ends with `check(my_function)`.

`check` finds the exercise that bears the function's name, calls the function on many
inputs, and answers in one sentence. It never raises, so "Run all" runs through, and it
knows the usual mistakes by their results: a wrong answer is told what went wrong.

One module a chapter, one class an exercise: see `Exercise`.
"""

import copy
import importlib
import inspect
import pkgutil
from difflib import get_close_matches
from types import FunctionType

import numpy as np

from ._clock import TooSlow, time_limit
from ._words import (
    alike,
    difference,
    form,
    given,
    kind,
    outcome,
    place,
    raised,
    unfinished,
)

SECONDS = 5.0  # for all inputs of one check together; right answers take milliseconds
STATES = {"✓": "ok", "✗": "wrong", "○": "todo"}


class Verdict(str):
    """What a check found, in words for the reader; `state` is ok, wrong or todo."""

    __slots__ = ()

    @property
    def state(self):
        return STATES[self[0]]

    __repr__ = str.__str__  # a notebook shows the sentence, not a quoted string


class Exercise:
    """What a right answer is, and the wrong ones we know.

    A subclass is named like the learner's function, and `truth` takes its arguments.
    The attributes name the returned values (RETURNS), say what was gained (PRAISE) and
    give each known mistake its hint (SLIPS: hint → a function that makes the mistake).
    If several answers are right, `seen` computes what counts of an answer, and SEEN
    says what that is.
    """

    RETURNS = ("result",)
    SEEN = None
    PRAISE = ""
    SLIPS = {}
    rtol, atol = 1e-9, 1e-12

    def cases(self, rng):
        """Tuples of arguments: corner cases, then random shapes, n = 1 among them."""
        raise NotImplementedError

    def truth(self, *args):
        """The right answer: slow, obvious, in another way than the solution."""
        raise NotImplementedError

    def seen(self, answer, *args):
        """What counts of an answer: all of it, unless an exercise says otherwise."""
        return answer

    @property
    def names(self):
        """The names of the arguments, from the signature of `truth`."""
        return list(inspect.signature(self.truth).parameters)

    def verdict(self, answer):
        """What `check` says to this function."""
        if list(inspect.signature(answer).parameters) != self.names:
            head = f"def {answer.__name__}({', '.join(self.names)}):"
            return Verdict(f"✗ Keep the first line as it was given: `{head}`")
        cases = list(self.cases(np.random.default_rng(0)))
        given, results = copy.deepcopy(cases), []
        try:
            with time_limit(SECONDS, answer.__globals__):
                results.extend(outcome(answer, args) for args in given)
        except TooSlow as stopped:
            fault = (
                f"Your code was still running after {SECONDS:g} seconds"
                f"{place(stopped, answer)}. Does a loop never end?"
            )
        else:
            fault = self.fault(answer, cases, given, results)
        if fault is None:
            return Verdict(f"✓ Correct. {self.PRAISE}")
        if unfinished(answer.__code__):
            return Verdict("○ Your turn: replace the `...`, then run this cell again.")
        return Verdict(f"✗ {fault}")

    def fault(self, answer, cases, given, results):
        """The one sentence these results call for; None if all of them are right."""
        truths = [self.truth(*copy.deepcopy(args)) for args in cases]
        wrong = (
            self._wrong(answer, *triple)
            for triple in zip(cases, results, truths, strict=True)
        )
        changed, first = self._changed(cases, given), next(filter(None, wrong), None)
        return changed or (first and (self._slip(cases, results) or first))

    def _changed(self, cases, given):
        for before, after in zip(cases, given, strict=True):
            for name, old, new in zip(self.names, before, after, strict=True):
                if not callable(old) and not alike(old, new):
                    return (
                        f"Your function changes its argument `{name}` in place. "
                        f"Compute a new value instead: an array is shared with the "
                        f"caller, and `+=` or `{name}[…] = …` writes into it."
                    )

    def _slip(self, cases, results):
        ours = [self._seen(*pair) for pair in zip(results, cases, strict=True)]
        for hint, slip in self.SLIPS.items():
            theirs = (
                self._seen(outcome(slip, copy.deepcopy(args)), args) for args in cases
            )
            if all(map(alike, ours, theirs)):
                return hint

    def _seen(self, result, args):
        if isinstance(result, BaseException):
            return result
        return outcome(self.seen, (result, *copy.deepcopy(args)))

    def _wrong(self, answer, args, got, want):
        """What is wrong with one result; None if nothing is."""
        if isinstance(got, BaseException):
            fault = raised(got, answer)
        else:
            fault = self._form(got, want) or self._difference(args, got, want)
        if fault is None or not args:
            return fault
        pairs = zip(self.names, args, strict=True)
        return f"For {', '.join(f'{name} {given(x)}' for name, x in pairs)}: {fault}"

    def _form(self, got, want):
        if got is None:
            return "your function returns None. Does it end with `return …`?"
        if not isinstance(want, tuple):
            return form(self.RETURNS[0], got, want)
        if not isinstance(got, tuple | list) or len(got) != len(want):
            return (
                f"return {len(want)} values, `return {', '.join(self.RETURNS)}`; "
                f"got {kind(got)}."
            )
        return next(filter(None, map(form, self.RETURNS, got, want)), None)

    def _difference(self, args, got, want):
        names = (self.SEEN,) if self.SEEN else self.RETURNS
        got, want = self._seen(got, args), self._seen(want, args)
        if isinstance(got, BaseException):
            return f"using what you return raised {type(got).__name__}: {got}"
        if not isinstance(want, tuple):
            got, want = (got,), (want,)
        for name, ours, theirs in zip(names, got, want, strict=True):
            close = np.isclose(ours, theirs, rtol=self.rtol, atol=self.atol)
            if not close.all():
                return difference(name, np.asarray(ours), np.asarray(theirs), close)
        return None


def check(answer):
    """The verdict on `answer`, a function named like an exercise. Never raises."""
    if not isinstance(answer, FunctionType):
        return Verdict(
            f"✗ check takes the function itself, got {kind(answer)}: "
            "write `check(name)` without calling it."
        )
    for exercises in chapters().values():
        if answer.__name__ in exercises:
            return exercises[answer.__name__]().verdict(answer)
    return Verdict(f"✗ {unknown(answer.__name__)}")


def chapters():
    """{stem: {name: Exercise class}}, in the order in which they are defined."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            room = vars(importlib.import_module(f"{__name__}.{module.name}"))
            found[module.name] = {
                name: value
                for name, value in room.items()
                if isinstance(value, type)
                and issubclass(value, Exercise)
                and value is not Exercise
            }
    return found


def unknown(name):
    """A sentence for a name without exercise: the chapter that it was meant for."""
    every = chapters()
    near = get_close_matches(name, [n for names in every.values() for n in names], 1)
    lists = [
        f"chapter `{stem}` has {', '.join(names)}"
        for stem, names in every.items()
        if not near or near[0] in names
    ]
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return f"There is no exercise named `{name}`.{meant} The {'; '.join(lists)}."
