"""What every figure offers beside its sliders: tables, ghosts, predictions, downloads.

Tried on every figure of the gallery, with keys, against what Python says.
"""

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from alone import agree
from figures import inputs, random_state
from PIL import Image
from reader import (
    axe_faults,
    box,
    caption,
    control,
    frames,
    in_gallery,
    link,
    lively,
    neighbour,
    note,
    open_more,
    picture,
    press,
)

pytestmark = in_gallery


def move(page, shown, state):
    """One step of the figure's first control from `state`; the new state."""
    c = inputs(shown.kind)[0]
    key, _, there = neighbour(state, c)
    control(page, shown.anchor, c).focus()
    page.keyboard.press(key)
    frames(page)
    return there


# --- show the numbers -------------------------------------------------------------


def tables(page, anchor):
    """The tables that the figure shows, their numbers in full."""
    return page.evaluate(
        """anchor => [...document.querySelectorAll(`#${anchor} .nn-tables table`)].map(
            table => ({
                title: table.caption.textContent,
                columns: [...table.tHead.rows[0].cells].map(cell => cell.textContent),
                rows: [...table.tBodies[0].rows].map(row => [...row.cells].map(cell =>
                    cell.dataset.value === undefined ? cell.textContent
                        : cell.dataset.value)),
            }))""",
        anchor,
    )


@pytest.mark.parametrize("seed", [51, 52, 53])
def test_the_numbers_shown_are_python_s(place, show, seed):
    rng = np.random.default_rng(seed)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        press(page, shown.anchor, "Show the numbers")
        wanted = shown.figure.numbers(states[shown.id])
        assert wanted
        agree(tables(page, shown.anchor), wanted)


def test_shown_numbers_follow_the_controls_and_can_be_hidden(place, show):
    states = {shown.id: lively(shown) for shown in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        press(page, shown.anchor, "Show the numbers")
        there = move(page, shown, states[shown.id])
        agree(tables(page, shown.anchor), shown.figure.numbers(there))
        press(page, shown.anchor, "Hide the numbers")
        assert not page.locator(f"#{shown.anchor} .nn-tables").is_visible()


def test_numbers_are_copied_in_full(place, show):
    page = show(place.address, permissions=["clipboard-read", "clipboard-write"])
    for shown in place.figures:
        press(page, shown.anchor, "Show the numbers")
        press(page, shown.anchor, "Copy the numbers")
        page.wait_for_function(
            "id => document.querySelector(`#${id} .nn-note`).textContent",
            arg=shown.anchor,
        )
        copied = page.evaluate("navigator.clipboard.readText()").split("\n\n")
        wanted = shown.figure.numbers(shown.start)
        assert len(copied) == len(wanted)
        for text, table in zip(copied, wanted, strict=True):
            title, columns, *rows = text.split("\n")
            read = [row.split("\t") for row in rows]
            one = {"title": title, "columns": columns.split("\t"), "rows": read}
            agree([one], [table])


# --- two settings compared --------------------------------------------------------


def ghosts(page, anchor):
    """What is drawn of an earlier setting."""
    return page.evaluate(
        """anchor => [...document.querySelectorAll(`#${anchor} .nn-ghost`)]
            .map(ghost => ghost.innerHTML).join('')""",
        anchor,
    )


def comparing(page, place):
    """The figures of the page that can show an earlier setting."""
    for shown in place.figures:
        open_more(page, shown.anchor)
        keep = box(page, shown.anchor).get_by_role("button", name="Keep to compare")
        if keep.count():
            yield shown


def test_the_setting_before_stays_as_a_ghost(place, show):
    states = {shown.id: lively(shown) for shown in place.figures}
    page = show(link(place.address, states))
    some = list(comparing(page, place))
    assert len(some) > len(place.figures) / 2
    for shown in some:
        state = states[shown.id]
        assert ghosts(page, shown.anchor) == "", shown.id
        seen = False
        for c in inputs(shown.kind):
            key, _, state = neighbour(state, c)
            control(page, shown.anchor, c).focus()
            page.keyboard.press(key)
            frames(page)
            seen = seen or ghosts(page, shown.anchor) != ""
        assert seen, shown.id


def test_a_kept_setting_stays_until_it_is_let_go(place, show):
    states = {shown.id: lively(shown) for shown in place.figures}
    page = show(link(place.address, states))
    for shown in comparing(page, place):
        keep = box(page, shown.anchor).get_by_role("button", name="Keep to compare")
        keep.press("Enter")
        assert keep.get_attribute("aria-pressed") == "true"
        there = move(page, shown, states[shown.id])
        kept = ghosts(page, shown.anchor)
        key, undo, _ = neighbour(there, inputs(shown.kind)[0])
        for there_and_back in (key, undo):  # the ghost may be drawn on the axes of now
            page.wait_for_timeout(800)  # longer than one gesture
            page.keyboard.press(there_and_back)
            frames(page)
        assert ghosts(page, shown.anchor) == kept, shown.id
        keep.press("Enter")
        assert keep.get_attribute("aria-pressed") == "false"


# --- predict first ----------------------------------------------------------------


def veiled(page, anchor):
    return page.evaluate(
        """anchor => [...document.querySelectorAll(`#${anchor} .nn-plots > *`)].some(
            piece => getComputedStyle(piece.firstChild).visibility === 'hidden')""",
        anchor,
    )


def test_the_result_waits_for_a_prediction(place, show):
    states = {shown.id: lively(shown) for shown in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        press(page, shown.anchor, "Predict first")
        assert not veiled(page, shown.anchor)
        there = move(page, shown, states[shown.id])
        words = page.locator(f"#{shown.anchor} figcaption")
        assert veiled(page, shown.anchor)
        assert words.inner_text().strip() == f"{shown.kind.title}."
        here = box(page, shown.anchor)
        show_me = here.get_by_role("button", name="Show me")
        show_me.press("Enter")
        assert veiled(page, shown.anchor)
        assert "Write first what you expect" in note(page, shown.anchor)
        page.keyboard.type("it <b>grows</b>")
        page.keyboard.press("Enter")
        frames(page)
        assert not veiled(page, shown.anchor)
        assert caption(page, shown.anchor) == shown.says(there)
        assert note(page, shown.anchor) == "You predicted: it <b>grows</b>"
        move(page, shown, there)
        assert veiled(page, shown.anchor)
        press(page, shown.anchor, "Predict first")
        assert not veiled(page, shown.anchor)


# --- pictures to take away --------------------------------------------------------


def saved(page, anchor, kind):
    open_more(page, anchor)
    button = box(page, anchor).get_by_role("button", name=f"Save {kind}", exact=True)
    with page.expect_download() as waiting:
        button.press("Enter")
    open_more(page, anchor)
    assert waiting.value.suggested_filename == (
        f"{anchor.removeprefix('figure-')}.{kind.lower()}"
    )
    with open(waiting.value.path(), "rb") as file:
        return file.read()


def colours(image):
    return len(image.convert("RGB").getcolors(maxcolors=2**24))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_saved_as_they_are_seen(place, show, scheme):
    page = show(place.address, color_scheme=scheme, reduced_motion="reduce")
    for shown in place.figures:
        plots = page.locator(f"#{shown.anchor} .nn-plots")
        plots.scroll_into_view_if_needed()
        frames(page)
        size = plots.bounding_box()
        text = saved(page, shown.anchor, "SVG").decode()
        root = ET.fromstring(text)
        assert "var(" not in text
        assert not re.search(r'(?:href|src)="(?!data:|#)', text)
        assert root.find("{*}desc").text == shown.figure.caption(shown.start)
        image = Image.open(io.BytesIO(saved(page, shown.anchor, "PNG")))
        wide, high = image.size
        assert (wide, high) == pytest.approx(
            (2 * size["width"], 2 * size["height"]), abs=4
        )
        seen = Image.open(io.BytesIO(plots.screenshot()))
        assert colours(image) > 20
        gap = np.abs(
            np.asarray(image.convert("RGB").resize((80, 45)), float)
            - np.asarray(seen.convert("RGB").resize((80, 45)), float)
        )
        assert gap.mean() < 4, shown.id


# --- marks that can be moved ------------------------------------------------------


def test_every_mark_follows_the_arrow_keys_and_says_where_it_stands(place, show):
    page = show(place.address)
    moved = 0
    for shown in place.figures:
        marks = page.locator(f"#{shown.anchor} .nn-handle:visible")
        for k in range(min(marks.count(), 4)):
            mark = marks.nth(k)
            before = mark.get_attribute("aria-valuenow")
            drawn = picture(page, shown.anchor)
            mark.focus()
            page.keyboard.press("ArrowRight")
            frames(page)
            after = mark.get_attribute("aria-valuenow")
            assert float(after) > float(before), (shown.id, k)
            assert mark.evaluate("mark => mark === document.activeElement"), shown.id
            assert picture(page, shown.anchor) != drawn, shown.id
            page.keyboard.press("ArrowLeft")
            frames(page)
            assert mark.get_attribute("aria-valuenow") == before
            moved += 1
    assert moved > 8


# --- all of it is open to all -----------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_when_everything_is_open(place, show, scheme):
    page = show(place.address, color_scheme=scheme, reduced_motion="reduce")
    for shown in place.figures:
        press(page, shown.anchor, "Show the numbers")
        press(page, shown.anchor, "Predict first")
        move(page, shown, shown.start)
    assert axe_faults(page) == []


def test_nothing_is_drawn_that_was_not_asked_for(place, show):
    page = show(place.address)
    for shown in place.figures:
        before = picture(page, shown.anchor)
        open_more(page, shown.anchor)
        frames(page)
        assert picture(page, shown.anchor) == before
