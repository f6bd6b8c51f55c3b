"""A ledger on paper: names on the left, numbers in columns on the right."""

import pytest

from nnlib.plots import PALETTE, canvas, ledger

ROWS = [("m", ["0.5", "−2.0"], ""), ("loss", ["7"], "how it came about")]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_names_numbers_and_what_stands_below_are_where_they_belong(theme):
    _, [ax] = canvas(theme=theme)
    assert ledger(("Adam", "w₁", "w₂"), ROWS, ax=ax) is ax
    at = {text.get_text(): text for text in ax.texts}
    assert list(at) == [
        *("Adam", "w₂", "w₁"),
        *("m", "−2.0", "0.5", ""),
        *("loss", "7", "how it came about"),
    ]
    places = {words: text.get_position() for words, text in at.items()}
    assert places["0.5"] == (pytest.approx(0.8), 1)
    assert places["−2.0"] == (1, 1)
    assert places["7"][0] == 1
    assert places["loss"][1] < 2 < places["how it came about"][1]
    assert at["m"].get_color() == PALETTE[theme]["ink"]
    assert at["how it came about"].get_color() == PALETTE[theme]["muted"]


def test_there_is_room_for_as_many_rows_as_asked_for():
    _, [ax] = canvas()
    ledger(("Adam",), ROWS, ax=ax, most=6)
    assert ax.get_ylim() == (6.5, -0.5)
    ledger(("Adam",), ROWS, ax=ax)
    assert ax.get_ylim() == (2.5, -0.5)
