"""Softmax as bars, in Python: the lecture's numbers, shifts, temperatures, overflow."""

import numpy as np
import pytest
from figures import random_state

from nnlib import softmax
from nnlib.live.views.bars import ProbabilityBars


def shown(**state):
    figure = ProbabilityBars(**state)
    return figure, figure.caption(figure.state)


def column(figure, at):
    return [row[at] for row in figure.numbers(figure.state)[0]["rows"]]


@pytest.mark.parametrize(
    ("T", "p"),
    [
        (1.0, "(0.868, 0.016, 0.116)"),
        (0.5, "(0.982, 0.000, 0.018)"),
        (2.0, "(0.666, 0.091, 0.244)"),
    ],
)
def test_the_lecture_s_logits_at_three_temperatures(T, p):
    assert f"at T = {T} give p = {p}" in shown(T=T)[1]


@pytest.mark.parametrize("naive", [False, True])
def test_what_is_shown_is_a_softmax(naive):
    rng = np.random.default_rng(62)
    for _ in range(50):
        s = random_state(ProbabilityBars, rng)
        figure, _ = shown(**{**vars(s), "naive": naive, "shift": "0", "T": 1.0})
        p = softmax(np.array([s.z1, s.z2, s.z3]))
        np.testing.assert_allclose(column(figure, 4), p, rtol=1e-12)


@pytest.mark.parametrize("shift", ["+100", "+1000", "−1000"])
def test_a_constant_added_changes_nothing_in_the_safe_form(shift):
    before, after = shown()[0], shown(shift=shift)[0]
    np.testing.assert_allclose(column(before, 4), column(after, 4), rtol=1e-12)
    assert f"{shift[0]} {shift[1:]} at T" in shown(shift=shift)[1]


def test_no_exponent_of_the_safe_form_is_above_zero():
    """So no exp overflows, and the sum is at least 1."""
    figure, said = shown(shift="+1000", T=0.1)
    assert max(column(figure, 2)) == 0.0
    assert max(column(figure, 3)) == 1.0
    assert said.endswith("; safe form, the largest exponent made 0.")


def test_as_written_it_overflows_and_underflows():
    figure, said = shown(naive=True, shift="+1000")
    assert column(figure, 3) == ["∞"] * 3
    assert column(figure, 4) == ["NaN"] * 3
    assert said.endswith("the largest float, 1.8·10³⁰⁸.")
    figure, said = shown(naive=True, shift="−1000")
    assert column(figure, 3) == [0.0] * 3
    assert column(figure, 4) == ["NaN"] * 3
    assert said.endswith("every exp is rounded to 0, and 0/0 is no number.")


def test_one_exp_too_large_spoils_every_probability():
    """∞/∞ is no number, and whatever is finite becomes 0 beside it."""
    figure, _ = shown(naive=True, shift="+1000", T=1.4, z2=-10.0)
    assert column(figure, 3)[0] == "∞"
    assert np.isfinite(column(figure, 3)[1])
    assert column(figure, 4) == ["NaN", 0.0, "NaN"]


def test_a_smaller_shift_is_borne_by_both_forms():
    figure, said = shown(naive=True, shift="+100")
    np.testing.assert_allclose(column(figure, 4), column(shown()[0], 4), rtol=1e-12)
    assert said.endswith("as written, the largest exponent is 102.00.")


@pytest.mark.parametrize("count", [3, 4, 5])
def test_three_to_five_classes_of_any_name(count):
    logits, names = [1.0, 2.0, -1.0, 0.5, 0.0][:count], "abcde"[:count]
    figure = ProbabilityBars(logits, tuple(names))
    np.testing.assert_allclose(column(figure, 4), softmax(np.array(logits)))
    assert column(figure, 0) == list(names)
    assert len(figure.controls) == count + 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0],), "three to five logits, got 2"),
        (([0.0] * 6,), "three to five logits, got 6"),
        (([0.0] * 3, ["one", "two"]), "a name for each logit, got 3 logits, 2 names"),
        (([0.0, 0.0, 11.0],), "z3 goes from -10 to 10 in steps of 0.01"),
    ],
)
def test_bad_logits_and_names_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ProbabilityBars(*arguments)


def test_a_subclass_has_its_own_classes():
    class Sentiment(ProbabilityBars):
        title = "Three feelings"
        logits, names = (0.0, 1.0, 2.0, 3.0), ("bad", "so-so", "good", "great")

    assert [c.name for c in Sentiment.controls][:5] == ["z1", "z2", "z3", "z4", "T"]
    assert column(Sentiment(), 0) == ["bad", "so-so", "good", "great"]
    assert len(ProbabilityBars.controls) == 6
