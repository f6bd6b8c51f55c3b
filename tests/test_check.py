"""What `check` says, branch by branch, to the answers that learners hand in."""

import gc
import signal
import sys
import threading
import time
from types import ModuleType

import numpy as np
import pytest

from nnlib import exercises
from nnlib.exercises import Exercise, Verdict, check
from nnlib.exercises._clock import TooSlow, time_limit


class scaled_sum(Exercise):
    """s = c Σ x[i], one number."""

    RETURNS = ("s",)
    PRAISE = "Sums scale."

    def cases(self, rng):
        yield np.array([1.0, 2.0]), 0.5
        yield np.array([3.0]), 1.0
        yield rng.normal(size=20), 3.0

    def truth(self, x, c):
        return c * sum(x.tolist())

    SLIPS = {
        "c is missing.": lambda x, c: x.sum(),
        "Multiply first, then add.": lambda x, c: c * x,
        "Only squares work here.": lambda x, c: c * np.linalg.det(x.reshape(1, 1)),
    }


class halves(Exercise):
    """Two arrays: x/2 and where x > 0."""

    RETURNS = ("h", "positive")
    PRAISE = "Two at once."

    def cases(self, rng):
        yield (np.array([1.0, -2.0]),)
        yield (rng.normal(size=(4, 5)),)

    def truth(self, x):
        return np.array([*(x / 2)]), (x > 0).astype(int)


class applied(Exercise):
    """g(g(x)): an argument that is a function."""

    RETURNS = ("y",)
    PRAISE = "Functions are values."

    def cases(self, rng):
        yield np.cos, 1.0
        yield np.exp, 0.0

    def truth(self, g, x):
        return float(g(g(x)))


class any_root(Exercise):
    """A number whose square is 4: two answers are right."""

    RETURNS = ("r",)
    SEEN = "r²"
    PRAISE = "Either root."

    def cases(self, rng):
        yield ()

    def truth(self):
        return 2.0

    def seen(self, answer):
        return answer * answer

    SLIPS = {"That is 4 itself.": lambda: 4.0}


@pytest.fixture(autouse=True)
def only_these_exercises(monkeypatch):
    room = {c.__name__: c for c in (scaled_sum, halves, applied, any_root)}
    other = {"elsewhere": Exercise}
    monkeypatch.setattr(exercises, "chapters", lambda: {"sums": room, "others": other})


def learner(source):
    """The function that a cell with this source defines, as a notebook compiles it."""
    names = {"np": np}
    exec(compile(source, "<cell 1>", "exec"), names)
    return next(f for f in names.values() if getattr(f, "__code__", None))


def said(source):
    return check(learner(source))


def test_a_verdict_is_its_sentence():
    verdict = Verdict("✓ Correct.")
    assert repr(verdict) == "✓ Correct." == verdict
    states = [Verdict(mark).state for mark in "✓✗○"]
    assert states == ["ok", "wrong", "todo"]


# fmt: off
SAID = {
    "right": (
        "def scaled_sum(x, c):\n    return c * x.sum()",
        "✓ Correct. Sums scale."),
    "right as a whole number, where numbers are wanted": (
        "def any_root():\n    return -2",
        "✓ Correct. Either root."),
    "right, from a list of two": (
        "def halves(x):\n    return [x / 2, (x > 0).astype(int)]",
        "✓ Correct. Two at once."),
    "right, with a function for an argument": (
        "def applied(g, x):\n    return g(g(x))",
        "✓ Correct. Functions are values."),
    "right, with an index of three dots": (
        "def scaled_sum(x, c):\n    k = 0\n    return c * x[None][..., k:].sum()",
        "✓ Correct. Sums scale."),
    "stub": (
        "def scaled_sum(x, c):\n    return ...",
        "○ Your turn: replace the `...`, then run this cell again."),
    "stub with its gap inside": (
        "def scaled_sum(x, c):\n    s = ...\n    return c * s",
        "○ Your turn: replace the `...`, then run this cell again."),
    "stub with its gap in a helper": (
        "def scaled_sum(x, c):\n    return sum(map(lambda v: ..., x))",
        "○ Your turn: replace the `...`, then run this cell again."),
    "stub with one gap filled": (
        "def halves(x):\n    h = x / 2\n    return h, ...",
        "○ Your turn: replace the `...`, then run this cell again."),
    "a known slip": (
        "def scaled_sum(x, c):\n    return sum(x)",
        "✗ c is missing."),
    "a slip of the wrong shape": (
        "def scaled_sum(x, c):\n    return x * c",
        "✗ Multiply first, then add."),
    "a slip that raises on some inputs": (
        "def scaled_sum(x, c):\n    return x.reshape(1, 1)[0, 0] * c",
        "✗ Only squares work here."),
    "a slip of what counts": (
        "def any_root():\n    return -4.0",
        "✗ That is 4 itself."),
    "unknown numbers": (
        "def scaled_sum(x, c):\n    return c + x.sum()",
        "✗ For x = [1.0, 2.0], c = 0.5: expected s = 1.5, got 3.5."),
    "numbers that differ late": (
        "def scaled_sum(x, c):\n    return c * x.sum() + 1e-6 / 3",
        "✗ For x = [1.0, 2.0], c = 0.5: expected s = 1.5, got 1.50000033."),
    "what counts differs": (
        "def any_root():\n    return 3.0",
        "✗ expected r² = 4.0, got 9.0."),
    "the second value": (
        "def halves(x):\n    return x / 2, (x < 0).astype(int)",
        "✗ For x = [1.0, -2.0]: expected positive = [1, 0], got [0, 1]."),
    "a function is named": (
        "def applied(g, x):\n    return x + 1",
        "✗ For g = cos, x = 1.0: expected y = 0.8576, got 2.0."),
    "None": (
        "def scaled_sum(x, c):\n    s = c * x.sum()",
        "✗ For x = [1.0, 2.0], c = 0.5: your function returns None. "
        "Does it end with `return …`?"),
    "one value None": (
        "def halves(x):\n    return x / 2, None",
        "✗ For x = [1.0, -2.0]: `positive` should be an array of shape (2,), "
        "got None."),
    "too few values": (
        "def halves(x):\n    return x / 2",
        "✗ For x = [1.0, -2.0]: return 2 values, `return h, positive`; "
        "got an array."),
    "too many values": (
        "def halves(x):\n    return x, x, x",
        "✗ For x = [1.0, -2.0]: return 2 values, `return h, positive`; "
        "got a tuple of 3."),
    "an array for a number": (
        "def scaled_sum(x, c):\n    return np.array([c * x.sum()])",
        "✗ For x = [1.0, 2.0], c = 0.5: `s` should be one number, "
        "got an array of shape (1,)."),
    "a number for an array": (
        "def halves(x):\n    return 0.5, (x > 0).astype(int)",
        "✗ For x = [1.0, -2.0]: `h` should be an array of shape (2,), "
        "got one number."),
    "a column for a row": (
        "def halves(x):\n    return x[:, None] / 2, (x > 0).astype(int)",
        "✗ For x = [1.0, -2.0]: `h` should be an array of shape (2,), "
        "got an array of shape (2, 1)."),
    "a list of the right shape": (
        "def halves(x):\n    return (x / 2).tolist(), (x > 0).astype(int)",
        "✗ For x = [1.0, -2.0]: `h` is a list of 2: return a numpy array, "
        "`np.array(h)`."),
    "a list of another shape": (
        "def halves(x):\n    return [0.5], (x > 0).astype(int)",
        "✗ For x = [1.0, -2.0]: `h` should be an array of shape (2,), "
        "got an array of shape (1,)."),
    "ragged": (
        "def halves(x):\n    return [[1], [1, 2]], x",
        "✗ For x = [1.0, -2.0]: `h` should be an array of shape (2,), "
        "got a list of 2."),
    "text": (
        "def scaled_sum(x, c):\n    return 'three'",
        "✗ For x = [1.0, 2.0], c = 0.5: `s` should be one number, got a str."),
    "a generator": (
        "def scaled_sum(x, c):\n    yield c * x.sum()",
        "✗ For x = [1.0, 2.0], c = 0.5: `s` should be one number, "
        "got a generator."),
    "True and False for 1 and 0": (
        "def halves(x):\n    return x / 2, x > 0",
        "✗ For x = [1.0, -2.0]: `positive` holds True and False; "
        "`.astype(int)` makes them 1 and 0."),
    "real for whole": (
        "def halves(x):\n    return x / 2, 1.0 * (x > 0)",
        "✗ For x = [1.0, -2.0]: `positive` should have dtype int64, got float64."),
    "single precision": (
        "def halves(x):\n    return (x / 2).astype('f4'), (x > 0).astype(int)",
        "✗ For x = [1.0, -2.0]: `h` should have dtype float64, got float32."),
    "nan": (
        "def halves(x):\n    return x * [1, np.nan], (x > 0).astype(int)",
        "✗ For x = [1.0, -2.0]: `h` contains nan, first at [1]."),
    "inf": (
        "def scaled_sum(x, c):\n    return float('inf')",
        "✗ For x = [1.0, 2.0], c = 0.5: `s` contains inf."),
    "an exception": (
        "# my try\ndef scaled_sum(x, c):\n    s = c * x.sum()\n    return s + y",
        "✗ For x = [1.0, 2.0], c = 0.5: your code raised NameError, in line 4 of "
        "the cell: name 'y' is not defined."),
    "an exception without words": (
        "def scaled_sum(x, c):\n    assert c > 1",
        "✗ For x = [1.0, 2.0], c = 0.5: your code raised AssertionError, in line 2 "
        "of the cell."),
    "leaving": (
        "def scaled_sum(x, c):\n    raise SystemExit",
        "✗ For x = [1.0, 2.0], c = 0.5: your code raised SystemExit, in line 2 of "
        "the cell."),
    "a warning of numpy": (
        "def scaled_sum(x, c):\n    big = 1e3 * x\n    return np.exp(big)[0]",
        "✗ For x = [1.0, 2.0], c = 0.5: numpy warned, in line 3 of the cell: "
        "overflow encountered in exp."),
    "an input changed": (
        "def scaled_sum(x, c):\n    x *= c\n    return x.sum()",
        "✗ Your function changes its argument `x` in place. Compute a new value "
        "instead: an array is shared with the caller, and `+=` or `x[…] = …` writes "
        "into it."),
    "another first line": (
        "def scaled_sum(x):\n    return x.sum()",
        "✗ Keep the first line as it was given: `def scaled_sum(x, c):`"),
    "arguments in another order": (
        "def scaled_sum(c, x):\n    return c * x.sum()",
        "✗ Keep the first line as it was given: `def scaled_sum(x, c):`"),
    "a misspelt name": (
        "def scaledsum(x, c):\n    return c * x.sum()",
        "✗ There is no exercise named `scaledsum`. Did you mean `scaled_sum`? "
        "The chapter `sums` has scaled_sum, halves, applied, any_root."),
    "a name of nothing": (
        "def f(x):\n    return x",
        "✗ There is no exercise named `f`. The chapter `sums` has scaled_sum, halves, "
        "applied, any_root; chapter `others` has elsewhere."),
}
# fmt: on


@pytest.mark.parametrize(("source", "sentence"), SAID.values(), ids=SAID)
def test_what_is_said(source, sentence):
    assert said(source) == sentence


@pytest.mark.parametrize(
    ("body", "beginning"),
    [("np.linalg.inv(x)", "LinAlgError"), ("scaled_sum(x, c)", "RecursionError")],
)
def test_the_line_is_the_cells_own(body, beginning):
    assert said(f"def scaled_sum(x, c):\n    return {body}").startswith(
        "✗ For x = [1.0, 2.0], c = 0.5: "
        f"your code raised {beginning}, in line 2 of the cell: "
    )


def test_a_large_answer_is_told_by_its_first_difference():
    sentence = said(
        "def halves(x):\n"
        "    h = x / 2\n"
        "    if x.ndim == 2:\n"
        "        h[2, 1] = 7\n"
        "    return h, (x > 0).astype(int)"
    )
    assert sentence.startswith("✗ For x of shape (4, 5): expected h at [2, 1] = ")
    assert sentence.endswith(", got 7.0.")


@pytest.mark.parametrize(
    ("answer", "name"),
    [(1.5, "a float"), (np.ones(3), "an array"), (print, "a builtin")],
)
def test_only_functions_are_checked(answer, name):
    assert check(answer).startswith(f"✗ check takes the function itself, got {name}")


def test_the_readers_stop_button_works():
    with pytest.raises(KeyboardInterrupt):
        said("def scaled_sum(x, c):\n    raise KeyboardInterrupt")


LOOPS = {
    "on one line": "def scaled_sum(x, c):\n    while True: pass",
    "in a comprehension": "def scaled_sum(x, c):\n    return [0 for _ in iter(int, 1)]",
    "that catches exceptions": (
        "def scaled_sum(x, c):\n"
        "    while True:\n"
        "        try:\n"
        "            1 / 0\n"
        "        except Exception:\n"
        "            pass"
    ),
}
IN_ANY_THREAD = dict(LOOPS)
if hasattr(signal, "setitimer"):  # an alarm rings again; a tracer cannot
    LOOPS["after a bare except"] = (
        "def scaled_sum(x, c):\n"
        "    try:\n"
        "        while True: s = c + c + sum(x)\n"
        "    except: pass\n"
        "    while True: pass"
    )
SLOW = "✗ Your code was still running after 0.2 seconds, in line "


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS)
def test_an_endless_loop_is_ended(source, monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    assert said(source).startswith(SLOW)


@pytest.mark.parametrize("source", IN_ANY_THREAD.values(), ids=IN_ANY_THREAD)
def test_an_endless_loop_is_ended_in_any_thread(source, monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    verdicts = []
    in_a_thread(lambda: verdicts.append(said(source)))
    assert verdicts
    assert verdicts[0].startswith(SLOW)


def test_a_collector_callback_does_not_swallow_the_end(monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    source = "def scaled_sum(x, c):\n    while True:\n        a = []; a.append(a)"

    def linger(phase, info):  # most of the time is spent in here
        end = time.perf_counter() + 0.01
        while time.perf_counter() < end:
            pass

    gc.callbacks.append(linger)
    try:
        test_an_endless_loop_is_ended_in_any_thread(source, monkeypatch)
    finally:
        gc.callbacks.remove(linger)


def test_an_endless_stub_is_still_to_do(monkeypatch):
    monkeypatch.setattr(exercises, "SECONDS", 0.2)
    assert said("def scaled_sum(x, c):\n    s = ...\n    while s: pass").state == "todo"


def handlers():
    """What a time limit may set and has to put back."""
    if not hasattr(signal, "setitimer"):
        return sys.gettrace()
    timer = signal.getitimer(signal.ITIMER_REAL)
    return sys.gettrace(), timer, signal.getsignal(signal.SIGALRM)


def spin():
    while True:
        pass


def in_a_thread(function):
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    thread.join(20)


@pytest.mark.parametrize("run", [lambda f: f(), in_a_thread], ids=["here", "thread"])
def test_the_limit_leaves_nothing_behind(run):
    states = []

    def use():
        states.append(handlers())
        with time_limit(60, globals()):
            pass
        states.append(handlers())
        with pytest.raises(TooSlow), time_limit(0.05, globals()):
            spin()
        states.append(handlers())

    run(use)
    assert len(states) == 3
    assert states[0] == states[1] == states[2]


def test_chapters_are_found_by_their_modules(monkeypatch):
    monkeypatch.undo()
    found = exercises.chapters()
    assert "perceptron" in found
    assert not [stem for stem in found if stem.startswith("_")]
    assert isinstance(exercises.perceptron, ModuleType)
