"""Live figures to look at: colours, room, paper, no scripts, no server, axe-core."""

import re
from itertools import combinations
from types import SimpleNamespace
from urllib.parse import urlencode

import numpy as np
import pytest
from figures import inputs, random_state, values
from reader import (
    CHAPTERS,
    GALLERY,
    WIDTHS,
    answers,
    axe_faults,
    caption,
    check,
    control,
    frames,
    in_gallery,
    inside,
    link,
    neighbour,
    picture,
    plain,
)


def luminance(colour):
    channels = re.findall(r"\d+", colour)[:3]
    if colour.startswith("#"):
        channels = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in (int(n) / 255 for n in channels)
    ]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


COLOURS = """() => {
    const root = getComputedStyle(document.querySelector('.nn-figure'));
    const all = (selector, property) => [
        ...new Set([...document.querySelectorAll(selector)]
            .map(node => getComputedStyle(node)[property])),
    ];
    const marks = ['.nn-class0', '.nn-class1']
        .map(mark => `.nn-plane ${mark} > :first-child`).join();
    return {
        page: all('body', 'backgroundColor'),
        planes: all('.nn-plane', 'backgroundColor'),
        fields: ['field0', 'field1']
            .map(name => root.getPropertyValue(`--nn-${name}`).trim()),
        texts: all('.nn-plane text', 'fill'),
        words: [...new Set([...document.querySelectorAll('.nn-live *')]
            .filter(one => !one.closest('svg') && [...one.childNodes]
                .some(part => part.nodeType === 3 && part.data.trim()))
            .map(one => getComputedStyle(one).color))],
        marks: all(marks, 'fill'),
        lines: all('.nn-plane :is(.nn-line, .nn-wrong, .nn-curve, .nn-ring)', 'stroke'),
    };
}"""


def faint(fronts, grounds, least):
    """The pairs of colours that can hardly be told apart."""
    return [(f, g) for f in fronts for g in grounds if contrast(f, g) < least]


@in_gallery
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_suit_the_theme_and_can_be_told_apart(place, show, scheme):
    rng = np.random.default_rng(45)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    with_note = f"{link(place.address, states)},nonsense"
    page = show(with_note, color_scheme=scheme)
    assert page.get_attribute("html", "data-theme") == scheme
    seen = page.evaluate(COLOURS)
    grounds = seen["page"] + seen["planes"]
    dark = scheme == "dark"
    assert all((luminance(c) < 0.1) == dark for c in grounds + seen["fields"])
    assert all(seen.values())
    assert faint(seen["texts"], seen["planes"], 4.5) == []
    assert faint(seen["words"], grounds, 4.5) == []
    under = seen["fields"] + seen["planes"]
    assert faint(seen["marks"] + seen["lines"], under, 3) == []


@in_gallery
def test_a_change_of_theme_repaints_the_fields(place, show):
    page = show(place.address, color_scheme="light")
    corners = """() => [...document.querySelectorAll('.nn-field')].map(field => {
        const context = document.createElement('canvas').getContext('2d');
        context.drawImage(field, 2, 2, 1, 1, 0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data];
    })"""
    light = page.evaluate(corners)
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark' }")
    frames(page)
    dark = page.evaluate(corners)
    painted = [alpha > 0 for *_, alpha in light]
    assert any(painted)
    for before, after, field in zip(light, dark, painted, strict=True):
        assert (max(after[:3]) < 100 < min(before[:3])) == field


# Where one text covers another, or leaves its picture, a reader sees a smudge.
TEXTS = """() => [...document.querySelectorAll('.nn-live .nn-plane svg')].map(svg => {
    const rect = node => {
        const { left, right, top, bottom } = node.getBoundingClientRect();
        return [left, right, top, bottom];
    };
    return {
        figure: svg.closest('.nn-figure').id,
        box: rect(svg),
        texts: [...svg.querySelectorAll('text')].filter(node => node.textContent)
            .map(node => [node.textContent, rect(node)]),
    };
})"""


def overlap(one, other):
    width = min(one[1], other[1]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[2], other[2])
    return width > 1 and height > 3  # a line of text has air above and below


FITTED = """width => innerWidth === width
    && [...document.querySelectorAll('.nn-plane:not([hidden])')].every(plane =>
        plane.querySelector('svg').viewBox.baseVal.width === plane.clientWidth)"""


def resized(page, width):
    """The page at another width, what is out of sight laid out as well."""
    page.set_viewport_size({"width": width, "height": 900})
    page.add_style_tag(content="* { content-visibility: visible !important }")
    page.wait_for_function(FITTED, arg=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def contains(box, rect):
    (left, right, top, bottom), (x1, x2, y1, y2) = box, rect
    return left - 1 <= x1 and x2 <= right + 1 and top - 1 <= y1 and y2 <= bottom + 1


def corner(shown, end):
    """Every control at its first or last value."""
    return SimpleNamespace(**{c.name: values(c)[end] for c in shown.kind.controls})


@pytest.mark.parametrize(
    ("place", "state"),
    [
        *((GALLERY, state) for state in ("first", "last", "random")),
        *((chapter, "start") for chapter in CHAPTERS),
    ],
    indirect=["place"],
)
def test_nothing_is_cut_or_covered(place, show, state):
    rng = np.random.default_rng(46)
    states = {
        s.id: {
            "start": s.start,
            "first": corner(s, 0),
            "last": corner(s, -1),
            "random": random_state(s.kind, rng),
        }[state]
        for s in place.figures
    }
    page = show(link(place.address, states))
    faults = []
    for width in WIDTHS.values():
        resized(page, width)
        for plane in page.evaluate(TEXTS):
            for text, rect in plane["texts"]:
                if not contains(plane["box"], rect):
                    faults.append((width, plane["figure"], text, "leaves its picture"))
            for (one, a), (other, b) in combinations(plane["texts"], 2):
                if overlap(a, b):
                    faults.append((width, plane["figure"], one, "covers", other))
    assert faults == []


SPILLED_AND_ROWS = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const spills = one => {
        const { left, right, width } = one.getBoundingClientRect();
        if (!width || one.closest('svg, .nn-said')) return false;
        const holds = !one.matches('select, input')
            && getComputedStyle(one).display !== 'inline';
        return left < -0.5 || right > innerWidth + 0.5
            || (holds && one.scrollWidth > one.clientWidth + 1);
    };
    const described = part => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        return [part.matches('[type=checkbox]') ? 'box' : part.localName,
            [left, right, top, bottom]];
    };
    return [
        all('.nn-live, .nn-live *').filter(spills)
            .map(one => one.outerHTML.slice(0, 120)),
        all('.nn-live .nn-control').map(row => [...row.children].map(described)),
    ];
}"""
LEAST = {"input": 120, "select": 120, "box": 18}  # widths that a thumb can use


def test_an_equation_and_its_number_fit_a_phone(place, show):
    page = show(place.address, viewport={"width": WIDTHS["phone"], "height": 900})
    page.wait_for_function(
        """() => [...document.querySelectorAll('div.math')]
            .every(one => one.querySelector('mjx-math'))"""
    )
    too_wide = page.evaluate(
        """[...document.querySelectorAll('div.math')].filter(one => {
            const width = part => part?.getBoundingClientRect().width ?? 0;
            const parts = ['mjx-math', '.eqno'].map(name => one.querySelector(name));
            return parts.reduce((sum, part) => sum + width(part), 0) > one.clientWidth;
        }).map(({ id }) => id)"""
    )
    assert too_wide == []


@in_gallery
def test_controls_have_room(place, show):
    # without motion: the theme's sidebar slides in where the page becomes wide
    page = show(place.address, reduced_motion="reduce")
    for width in (320, 390, 768, 1280):
        resized(page, width)
        spilled, rows = page.evaluate(SPILLED_AND_ROWS)
        assert spilled == []
        assert rows
        for row in rows:
            for tag, (left, right, *_) in row:
                assert right - left >= LEAST.get(tag, 0), (width, row)
            for (one, a), (other, b) in combinations(row, 2):
                assert not overlap(a, b), f"{width}: {one} covers {other}"


# --- other ways to read -----------------------------------------------------------


@in_gallery
def test_under_reduced_motion_nothing_moves_by_itself(place, show):
    page = show(place.address, reduced_motion="reduce")
    drawn = {shown.id: picture(page, shown.anchor) for shown in place.figures}
    assert (
        page.evaluate(
            """[...document.querySelectorAll('.nn-live *')].filter(node => {
            const style = getComputedStyle(node);
            return /[1-9]/.test(style.transitionDuration + style.animationDuration);
        }).length"""
        )
        == 0
    )
    page.wait_for_timeout(500)
    assert page.evaluate("document.getAnimations().length") == 0
    assert {s.id: picture(page, s.anchor) for s in place.figures} == drawn


def test_without_javascript_pictures_and_questions_stand(place, visit):
    page = visit(place.address, java_script_enabled=False)
    stills = page.locator("img.nn-still").all()
    assert len(stills) == len(place.figures)
    for still, shown in zip(stills, place.figures, strict=True):
        still.scroll_into_view_if_needed()
        assert still.is_visible()
        assert still.get_attribute("alt") == repr(shown.figure)
        assert still.evaluate("img => img.complete && img.naturalWidth") > 300
    questions = page.locator(".nn-still .nn-question").all()
    assert len(questions) == len(place.questions)
    for folded, question in zip(questions, place.questions, strict=True):
        text = folded.locator(".nn-question-text")
        assert text.is_visible()
        assert text.text_content() == plain(question.text)
        answer = folded.locator("details > p")
        assert not answer.is_visible()
        folded.locator("summary").press("Enter")
        assert answer.is_visible()
        if hasattr(question, "options"):
            told = plain(" ".join(question.options[question.answer]))
        else:
            told = f"{question.answer:.{question.digits}f}. {plain(question.praise)}"
        assert answer.text_content() == told
    assert page.locator(".nn-live").count() == 0


def test_with_javascript_the_stills_give_way(place, show):
    page = show(place.address)
    assert page.locator(".nn-live").count() == len(place.figures + place.questions)
    assert not [s for s in page.locator(".nn-still").all() if s.is_visible()]


def test_print_has_the_still_pictures(place, show):
    page = show(place.address, color_scheme="dark")
    page.emulate_media(media="print")
    stills = page.locator("img.nn-still").all()
    assert len(stills) == len(place.figures)
    assert all(still.is_visible() for still in stills)
    assert not [one for one in page.locator(".nn-live").all() if one.is_visible()]
    assert all(q.is_visible() for q in page.locator(".nn-still .nn-question").all())
    sheet = page.pdf()
    assert len(re.findall(rb"/Subtype\s*/Image", sheet)) >= len(place.figures)


def test_from_a_file_the_figures_live_too(place, show):
    rng = np.random.default_rng(47)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.file.as_uri(), states))
    for shown in place.figures:
        state = states[shown.id]
        assert caption(page, shown.anchor) == shown.says(state)
        first = inputs(shown.kind)[0]
        key, _, there = neighbour(state, first)
        control(page, shown.anchor, first).focus()
        page.keyboard.press(key)
        frames(page)
        assert caption(page, shown.anchor) == shown.says(there)


@in_gallery
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_words_and_lines_stay_readable(place, show, scheme):
    page = show(place.address, forced_colors="active", color_scheme=scheme)
    seen = page.evaluate(COLOURS)
    grounds = seen["page"] + seen["planes"]
    assert faint(seen["texts"] + seen["words"], grounds, 4.5) == []
    assert faint(seen["lines"], seen["planes"] + seen["fields"], 3) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_in_figures_and_answers(
    gallery, gallery_address, show, scheme, width
):
    """The chapters' own pages, with their figures live, are in test_book.py."""
    size = {"width": WIDTHS[width], "height": 900}
    page = show(
        f"{gallery_address}?{urlencode({'one-neuron': 'nonsense'})}",
        color_scheme=scheme,
        viewport=size,
        reduced_motion="reduce",
    )
    for question in inside(gallery)[1]:
        [*_, (answer, _, _)] = answers(question)
        answer(page, question)
        check(page, question)
    assert axe_faults(page) == []
