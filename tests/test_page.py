"""Live figures on the built pages, in a browser: numbers, keys, buttons, links.

Every figure is tested where it stands, on a chapter's page, and again in a gallery of
all that nnlib has. What the page prints is compared with what Python says of the same
state, word for word.
"""

import functools
import random
from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest
from figures import FIGURES, inputs, random_state
from reader import (
    CHAPTERS,
    STATE,
    box,
    caption,
    changed,
    control,
    frames,
    in_gallery,
    inside,
    link,
    lively,
    near,
    neighbour,
    note,
    open_more,
    picture,
    press,
    ready,
    set_by_keyboard,
    shown_value,
    stands_at,
)

from nnlib.live import Slider


def test_the_chapters_with_figures_are_the_pages_tested(built_book):
    live = [
        path.relative_to(built_book).as_posix()
        for path in sorted(built_book.rglob("*.html"))
        if STATE.search(path.read_text("utf-8"))
    ]
    assert live == CHAPTERS


def test_every_figure_is_somewhere_to_be_seen(gallery, built_book):
    figures, questions = inside(gallery)
    assert {shown.kind for shown in figures} == set(FIGURES)
    assert len(questions) == 4
    on_pages = [inside(built_book / chapter)[0] for chapter in CHAPTERS]
    assert {shown.kind for figures in on_pages for shown in figures} == set(FIGURES)


# --- the page prints Python's numbers ---------------------------------------------


def test_captions_are_python_s_when_keys_move_the_controls(place, show):
    page = show(place.address)
    rng = random.Random(21)
    for shown in place.figures:
        assert caption(page, shown.anchor) == shown.says(shown.start)
        for _ in range(2):
            state = near(shown, rng)
            for c in inputs(shown.kind):
                set_by_keyboard(page, shown.anchor, c, getattr(state, c.name))
            frames(page)
            assert stands_at(page, shown, state)
            assert caption(page, shown.anchor) == shown.says(state)


@in_gallery
@pytest.mark.parametrize("seed", [31, 32])
def test_captions_are_python_s_in_the_states_of_links(place, show, seed):
    rng = np.random.default_rng(seed)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        assert stands_at(page, shown, states[shown.id])
        assert caption(page, shown.anchor) == shown.says(states[shown.id])
        assert note(page, shown.anchor) == ""


@in_gallery
def test_readouts_show_the_values_of_the_sliders(place, show):
    rng = np.random.default_rng(34)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        for c in inputs(shown.kind):
            if not isinstance(c, Slider):
                continue
            value = getattr(states[shown.id], c.name)
            here = control(page, shown.anchor, c)
            told = here.locator("xpath=following-sibling::output").text_content()
            assert told == here.get_attribute("aria-valuetext")
            assert float(told.replace("−", "-")) == value


# --- controls and buttons ---------------------------------------------------------


@in_gallery
def test_one_key_moves_picture_and_caption_and_another_moves_them_back(place, show):
    states = {shown.id: lively(shown) for shown in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        state = states[shown.id]
        drawn, said = picture(page, shown.anchor), caption(page, shown.anchor)
        for c in inputs(shown.kind):
            key, undo, there = neighbour(state, c)
            control(page, shown.anchor, c).focus()
            page.keyboard.press(key)
            frames(page)
            assert picture(page, shown.anchor) != drawn, c.name
            assert caption(page, shown.anchor) == shown.says(there) != said, c.name
            page.keyboard.press(undo)
            frames(page)
            assert caption(page, shown.anchor) == said, c.name
            assert picture(page, shown.anchor) == drawn, c.name


def test_the_tab_key_visits_every_control_and_button_in_order(place, show):
    page = show(place.address)
    for shown in place.figures:
        here = box(page, shown.anchor)
        open_more(page, shown.anchor)
        wanted = here.locator(":is(button, input, select, [tabindex='0']):visible")
        wanted.first.focus()
        visited = []
        for _ in range(wanted.count()):
            visited.append(page.evaluate("document.activeElement.outerHTML"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outline")
            assert "none" not in outline
            page.keyboard.press("Tab")
        assert visited == wanted.evaluate_all("all => all.map(one => one.outerHTML)")
        assert not here.evaluate("here => here.contains(document.activeElement)")


INTERACTIVE = {
    "button",
    "checkbox",
    "combobox",
    "figure",
    "group",
    "image",
    "radio",
    "slider",
    "spinbutton",
    "textbox",
}


def test_everything_that_moves_has_a_name(place, show):
    page = show(place.address)
    # what is out of sight is in no reader's tree, and comes in sight only in time
    page.add_style_tag(content="* { content-visibility: visible !important }")
    frames(page)
    session = page.context.new_cdp_session(page)
    for live in page.locator(".nn-live").all():
        live.evaluate("here => { globalThis.here = here; }")
        found = session.send("Runtime.evaluate", {"expression": "here"})["result"]
        tree = session.send(
            "Accessibility.queryAXTree", {"objectId": found["objectId"]}
        )["nodes"]
        named = [
            (node["role"]["value"], node.get("name", {}).get("value", "").strip())
            for node in tree
            if not node["ignored"] and node["role"]["value"] in INTERACTIVE
        ]
        assert named
        assert all(name for _, name in named), named
        # two of one role and one name cannot be told apart by ear
        assert len(set(named)) == len(named)


@in_gallery
def test_reset_brings_back_the_start(place, show):
    rng = np.random.default_rng(42)
    fresh = show(place.address)
    drawn = {shown.id: picture(fresh, shown.anchor) for shown in place.figures}
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        press(page, shown.anchor, "Reset sliders")
        assert stands_at(page, shown, shown.start)
        assert caption(page, shown.anchor) == shown.says(shown.start)
        assert picture(page, shown.anchor) == drawn[shown.id]


PLAYED = ("step", "epoch", "layers")


@pytest.fixture
def players(gallery, gallery_address, show):
    """A page, and its figures that can be played, each with its slider of steps."""
    page = show(gallery_address)
    with_play = [
        (shown, next(c for c in inputs(shown.kind) if c.name in PLAYED))
        for shown in inside(gallery)[0]
        if box(page, shown.anchor)
        .get_by_role("button", name="Play", exact=True)
        .count()
    ]
    assert with_play
    return page, with_play


def test_play_step_and_restart_by_keyboard(players):
    page, with_play = players
    for shown, steps in with_play:
        here = box(page, shown.anchor)
        at = functools.partial(shown_value, page, shown.anchor, steps)

        def says(step, shown=shown, steps=steps):
            return shown.says(changed(shown.start, steps, step))

        press(page, shown.anchor, "Restart")
        press(page, shown.anchor, "Step", "Space")
        press(page, shown.anchor, "Step")
        assert at() == 2
        assert caption(page, shown.anchor) == says(2)
        press(page, shown.anchor, "Play")
        input_ = control(page, shown.anchor, steps).element_handle()
        page.wait_for_function("input => input.valueAsNumber >= 4", arg=input_)
        press(page, shown.anchor, "Pause", "Space")
        stopped = at()
        assert caption(page, shown.anchor) == says(stopped)
        page.wait_for_timeout(600)  # more than one beat of the player
        assert at() == stopped
        assert here.get_by_role("button", name="Play", exact=True).count() == 1
        press(page, shown.anchor, "Restart")
        assert at() == 0
        assert caption(page, shown.anchor) == says(0)


def test_playing_stops_at_the_end_and_starts_anew_from_there(players):
    page, with_play = players
    for shown, steps in with_play:
        at = functools.partial(shown_value, page, shown.anchor, steps)
        before = -1
        if steps.high > 60:  # a long way, and the last is the slider's
            control(page, shown.anchor, steps).press("End")
            frames(page)
        while at() > before:
            before = at()
            press(page, shown.anchor, "Step")
        last = at()
        assert 0 < last <= steps.high
        said = shown.says(changed(shown.start, steps, last))
        assert caption(page, shown.anchor) == said
        press(page, shown.anchor, "Play")
        assert at() < last
        input_ = control(page, shown.anchor, steps).element_handle()
        page.wait_for_function("input => input.valueAsNumber >= 1", arg=input_)


def test_no_name_of_a_place_is_taken_twice(place, show):
    page = show(place.address)
    names = page.evaluate(
        "[...document.querySelectorAll('[id]')].map(one => one.id).sort()"
    )
    assert len(names) == len(set(names))
    anchors = {shown.anchor for shown in place.figures}
    assert anchors | {f"question-{one.id}" for one in place.questions} <= set(names)


# --- links to a state -------------------------------------------------------------


@in_gallery
def test_a_copied_link_shows_the_same_state_elsewhere(place, show):
    rng = np.random.default_rng(43)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(
        link(place.address, states), permissions=["clipboard-read", "clipboard-write"]
    )
    for shown in place.figures[-2:]:
        for c in inputs(shown.kind):
            if isinstance(c, Slider):
                key, _, states[shown.id] = neighbour(states[shown.id], c)
                control(page, shown.anchor, c).focus()
                page.keyboard.press(key)
        press(page, shown.anchor, "Copy link")
        page.wait_for_function(
            "id => document.querySelector(`#${id} .nn-note`).textContent",
            arg=shown.anchor,
        )
        assert note(page, shown.anchor) == "The link to this state is on the clipboard."
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.endswith(f"#{shown.anchor}")
        other = show(copied)
        assert stands_at(other, shown, states[shown.id])
        assert caption(other, shown.anchor) == shown.says(states[shown.id])
        other.wait_for_function(
            """id => Math.abs(document.getElementById(id).getBoundingClientRect().top)
                < innerHeight / 2""",
            arg=shown.anchor,
        )


@in_gallery
def test_without_a_clipboard_the_address_holds_the_link(place, show):
    page = show(place.address)
    shown = place.figures[-1]
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }"
    )
    c = inputs(shown.kind)[0]
    key, _, state = neighbour(shown.start, c)
    control(page, shown.anchor, c).focus()
    page.keyboard.press(key)
    press(page, shown.anchor, "Copy link")
    page.wait_for_url(f"**#{shown.anchor}")
    assert note(page, shown.anchor) == (
        "The address of this page now holds this state: copy it from there."
    )
    page.reload()
    ready(page)
    assert stands_at(page, shown, state)
    assert caption(page, shown.anchor) == shown.says(state)


def test_what_a_link_cannot_have_is_named_and_the_rest_is_taken(
    gallery, gallery_address, show
):
    shown = next(s for s in inside(gallery)[0] if s.id == "draw-the-line")
    bad = ["w1:9", "b:", "w3:1", "data:and", "nonsense", "<b>:<i>"]
    asked = {shown.id: ",".join([*bad[:3], "w2:0.26", *bad[3:]])}
    page = show(f"{gallery_address}?{urlencode(asked)}")
    assert note(page, shown.anchor) == (
        f"The link asks for {', '.join(bad)}, which this figure does not have."
    )
    state = SimpleNamespace(**{**vars(shown.start), "w2": 0.25})  # 0.26 is off the grid
    assert stands_at(page, shown, state)
    assert caption(page, shown.anchor) == shown.says(state)
    press(page, shown.anchor, "Reset sliders")
    assert note(page, shown.anchor) == ""


# --- what a screen reader is told -------------------------------------------------


@in_gallery
def test_a_new_caption_is_announced_once_when_the_control_rests(place, show):
    page = show(place.address)
    told = {}
    for shown in place.figures:
        said = page.locator(f"#{shown.anchor} .nn-said")
        assert said.get_attribute("role") == "status"
        assert said.text_content() == ""
        here = said.evaluate_handle(
            """said => {
                const told = [];
                const note = () => told.push(said.textContent);
                new MutationObserver(note).observe(said, { childList: true });
                return told;
            }"""
        )
        first = inputs(shown.kind)[0]
        state = shown.start
        control(page, shown.anchor, first).focus()
        for _ in range(3):
            key, _, state = neighbour(state, first)
            page.keyboard.press(key)
            frames(page)
        told[shown.id] = here, shown.says(state)
    for shown in place.figures:
        here, says = told[shown.id]
        page.wait_for_function("told => told.length", arg=here)
        assert here.json_value() == [says.removeprefix(f"{shown.kind.title}. ")]


@in_gallery
def test_nothing_is_announced_that_nobody_asked_for(place, show):
    rng = np.random.default_rng(44)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    page.wait_for_timeout(700)  # longer than the quiet after which a caption is told
    assert set(page.locator(".nn-said").all_text_contents()) == {""}
