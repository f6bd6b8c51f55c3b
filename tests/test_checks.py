"""The refusals that no other test meets, and what the checks hand back."""

import re

import numpy as np
import pytest

from nnlib import checks


def test_numbers_become_float64_and_float64_is_not_copied():
    for x in ([[1, 2]], np.ones((1, 2), np.float32), [[True, False]]):
        assert checks.numeric(x, "x").dtype == np.float64
    x = np.ones((2, 2))
    assert checks.numeric(x, "x") is x
    assert checks.batch(x, 2, "here") is x


def test_values_come_back_as_plain_numbers():
    for value in (
        checks.positive(np.float32(0.5), "eta"),
        checks.not_negative(0, "noise"),
        checks.real(np.int64(3), "b"),
    ):
        assert type(value) is float
    assert type(checks.whole(np.int64(3), "n", "here")) is int


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: checks.batch(np.ones(3), None, "here", "P"),
            ValueError,
            "here: P needs shape (batch, d), got (3,). "
            "For a single example write P[None, :].",
        ),
        (
            lambda: checks.finite(np.array([0.0, np.nan]), "x"),
            ValueError,
            "x must be finite, found nan at index 1.",
        ),
        (
            lambda: checks.positive(float("nan"), "eta"),
            ValueError,
            "eta must be positive and finite, got nan.",
        ),
        (
            lambda: checks.real(1j, "b"),
            TypeError,
            "b must be a number, got 1j.",
        ),
        (
            lambda: checks.whole("3", "n", "here"),
            TypeError,
            "here: n must be a whole number, got '3' (str).",
        ),
    ],
)
def test_refused(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
