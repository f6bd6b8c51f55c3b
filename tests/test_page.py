"""Live figures on the built pages, in a browser: what a reader sees, does and gets.

Every page with figures is tested: the chapters, and a gallery with every figure that
nnlib has, built here, so that a figure is tested before a chapter shows it. What the
page prints is compared with what Python says of the same state, word for word.
"""

import functools
import http.server
import json
import random
import re
import shutil
import subprocess
import threading
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import nbformat
import numpy as np
import pytest
from figures import BY_TITLE, FIGURES, random_state, values

from book import build, vendor
from nnlib.live import Menu, Slider, Switch

ROOT = Path(__file__).parents[1]
AXE = vendor.CACHE / "axe" / "axe.min.js"
GALLERY = "gallery"
CHAPTERS = [
    f"chapters/{path.stem}.html"
    for path in sorted((ROOT / "chapters").glob("*.ipynb"))
    if "nnlib.live" in path.read_text("utf-8")
]
WIDTHS = {"phone": 390, "desktop": 1280}
QUESTIONS = """
from nnlib.live import ChoiceQuestion, NumberQuestion
ChoiceQuestion(
    "line-moves",
    "You raise `b` while w₁ > 0. What does the line w₁ x₁ + w₂ x₂ + b = 0 do?",
    [
        ("It turns about the origin.", "Turning is what `w` does."),
        ("It moves parallel to itself.", "Yes: b alone < shifts > it."),
        ("Nothing.", "Look at the crossing −b/w₁."),
    ],
    answer=1,
)
---
ChoiceQuestion(
    "xor-or-not", "Can a line do XOR?", [("Yes", "Try it."), ("No", "Right.")], answer=1
)
---
NumberQuestion(
    "neuron-z",
    "How large is z?",
    answer=0.87,
    digits=2,
    praise="Yes: four terms.",
    hint="Multiply first.",
    slips={0.37: "That is the sum without `b`.", -0.87: "The sign is flipped."},
)
---
NumberQuestion(
    "three-quarters", "How many, at best?", answer=0.75, digits=3,
    praise="Three of four.", hint="Count the corners.",
)
"""


# --- the gallery, and any page with figures ---------------------------------------


def gallery_cells():
    cells = [
        f"from {k.__module__} import {k.__name__}\n{k.__name__}()" for k in FIGURES
    ]
    again = 'DrawTheLine(id="against-xor", data="XOR", w1=-1.5, b=0.5)'
    return [*cells, again, *QUESTIONS.strip().split("\n---\n")]


@pytest.fixture(scope="session")
def gallery(tmp_path_factory, built_book):
    """A book made as the real one, whose only chapter shows every figure there is."""
    folder = tmp_path_factory.mktemp("gallery")
    for file in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / file, folder)
    shutil.copytree(ROOT / "book", folder / "book")
    assets = vendor.CACHE / "site"
    shutil.copytree(assets, folder / assets.relative_to(ROOT))
    (folder / "intro.md").write_text("# A gallery\n\nEvery figure there is.\n", "utf-8")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python"}
    notebook.cells = [
        nbformat.v4.new_markdown_cell("# Every figure\n\nOne below the other."),
        *map(nbformat.v4.new_code_cell, gallery_cells()),
    ]
    (folder / "chapters").mkdir()
    nbformat.write(notebook, folder / "chapters" / "01_gallery.ipynb")
    done = subprocess.run(
        build.command(folder), capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "_build" / "html" / "chapters" / "01_gallery.html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def gallery_address(gallery):
    folder = gallery.parents[1]
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        port = running.server_address[1]
        yield f"http://127.0.0.1:{port}/{gallery.relative_to(folder).as_posix()}"
        running.shutdown()


@pytest.fixture(params=[GALLERY, *CHAPTERS])
def place(request):
    """A page with live figures: its file, its address on this machine, its figures."""
    if request.param == GALLERY:
        file = request.getfixturevalue("gallery")
        address = request.getfixturevalue("gallery_address")
    else:
        file = request.getfixturevalue("built_book") / request.param
        address = f"{request.getfixturevalue('server')}/{request.param}"
    figures, questions = inside(file)
    return SimpleNamespace(
        file=file, address=address, figures=figures, questions=questions
    )


STATE = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-state\+json">(.*?)</script>', re.S
)


@functools.cache
def inside(file):
    """The figures and questions of a built page, as Python knows them."""
    [state] = STATE.findall(file.read_text("utf-8"))
    figures, questions = [], []
    for model in json.loads(state)["state"].values():
        if model["model_name"] != "AnyModel":
            continue
        config = model["state"]["config"]
        if model["state"]["view"] == "views/question":
            questions.append(SimpleNamespace(**config))
        else:
            figures.append(Shown(config, model["state"]))
    return figures, questions


class Shown:
    """A figure on a page: its anchor, its class, where its controls start."""

    def __init__(self, config, at):
        self.id = config["id"]
        self.anchor = f"figure-{self.id}"
        self.kind = BY_TITLE[config["title"]]
        starts = {
            c.name: c.options[at[c.name]] if isinstance(c, Menu) else at[c.name]
            for c in self.kind.controls
        }
        self.figure = self.kind(id=self.id, **starts)
        self.start = SimpleNamespace(**starts)

    def says(self, state):
        return f"{self.kind.title}. {self.figure.caption(state)}"


def link(address, states):
    """The address that asks for `states`, a dictionary from anchors to states."""
    asked = {
        anchor: ",".join(f"{k}:{in_link(v)}" for k, v in vars(state).items())
        for anchor, state in states.items()
    }
    return f"{address}?{urlencode(asked)}"


def in_link(value):
    return str(value).lower() if isinstance(value, bool) else value


def ready(page):
    page.wait_for_selector("html[data-figures=live]", state="attached")
    frames(page)
    return page


def frames(page):
    """Wait until what was asked for is painted."""
    page.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


@pytest.fixture
def show(visit):
    """show(address, …) opens a page with live figures, asked as `visit` asks."""

    def open_live(address, **options):
        return ready(visit(address, **options))

    return open_live


def caption(page, anchor):
    """What the figure's caption says, without the note about links."""
    return page.evaluate(
        """anchor => [...document.getElementById(anchor)
            .querySelectorAll('figcaption > :not(.nn-note)')]
            .map(part => part.textContent).join('')""",
        anchor,
    )


def note(page, anchor):
    return page.text_content(f"#{anchor} .nn-note").strip()


def picture(page, anchor):
    """All that is drawn in the figure: its SVG and its pixels."""
    return page.evaluate(
        """anchor => [...document.getElementById(anchor)
            .querySelectorAll('.nn-plots svg, .nn-plots canvas')]
            .map(part => part.toDataURL ? part.toDataURL() : part.outerHTML).join()""",
        anchor,
    )


ROLES = {Slider: "slider", Menu: "combobox", Switch: "checkbox"}


def box(page, anchor):
    """The figure with its controls."""
    return page.locator(f".nn-live > .nn-box:has(#{anchor})")


def control(page, anchor, c):
    """The input of control `c`, found as a screen reader finds it: by role and name."""
    return box(page, anchor).get_by_role(ROLES[type(c)], name=c.label, exact=True)


def shown_value(page, anchor, c):
    """What the input says: a number, an option, True or False."""
    return control(page, anchor, c).evaluate(
        """input => input.type === 'range' ? input.valueAsNumber
            : input.type === 'checkbox' ? input.checked
            : input.selectedOptions[0].textContent"""
    )


def shown_state(page, shown):
    return SimpleNamespace(
        **{c.name: shown_value(page, shown.anchor, c) for c in shown.kind.controls}
    )


def set_by_keyboard(page, anchor, c, value):
    """Move the control from where it stands to `value` with keys alone."""
    here = control(page, anchor, c)
    here.focus()
    if isinstance(c, Switch):
        if here.is_checked() != value:
            page.keyboard.press("Space")
        return
    options = values(c)
    at = options.index(shown_value(page, anchor, c))
    to = options.index(value)
    if isinstance(c, Slider) and to < abs(to - at):
        page.keyboard.press("Home")
        at = 0
    elif isinstance(c, Slider) and len(options) - 1 - to < abs(to - at):
        page.keyboard.press("End")
        at = len(options) - 1
    forward, back = KEYS[type(c)]
    for _ in range(abs(to - at)):
        page.keyboard.press(forward if to > at else back)


def near(shown, rng):
    """A state that few keys reach: every control some steps on, or at an end."""
    state = {}
    for c in shown.kind.controls:
        options = values(c)
        at = options.index(getattr(shown.start, c.name))
        steps = [at - 5, at - 2, at + 1, at + 3, at + 4]
        ends = [0, len(options) - 1] if isinstance(c, Slider) else []
        to = rng.choice([k for k in [*steps, *ends] if 0 <= k < len(options)] or [at])
        state[c.name] = options[to]
    return SimpleNamespace(**state)


def test_the_chapters_with_figures_are_the_pages_tested(built_book):
    live = [
        path.relative_to(built_book).as_posix()
        for path in sorted(built_book.rglob("*.html"))
        if STATE.search(path.read_text("utf-8"))
    ]
    assert live == CHAPTERS


def test_every_figure_is_somewhere_to_be_seen(gallery):
    figures, questions = inside(gallery)
    assert {shown.kind for shown in figures} == set(FIGURES)
    assert len(questions) == 4


# --- the page prints Python's numbers ---------------------------------------------


def test_captions_are_python_s_when_keys_move_the_controls(place, show):
    page = show(place.address)
    rng = random.Random(21)
    for shown in place.figures:
        assert caption(page, shown.anchor) == shown.says(shown.start)
        for _ in range(2):
            state = near(shown, rng)
            for c in shown.kind.controls:
                set_by_keyboard(page, shown.anchor, c, getattr(state, c.name))
            frames(page)
            assert shown_state(page, shown) == state
            assert caption(page, shown.anchor) == shown.says(state)


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_captions_are_python_s_in_the_states_of_links(place, show, seed):
    rng = np.random.default_rng(seed)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        assert shown_state(page, shown) == states[shown.id]
        assert caption(page, shown.anchor) == shown.says(states[shown.id])
        assert note(page, shown.anchor) == ""


def test_readouts_show_the_values_of_the_sliders(place, show):
    rng = np.random.default_rng(34)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        for c in shown.kind.controls:
            if not isinstance(c, Slider):
                continue
            value = getattr(states[shown.id], c.name)
            here = control(page, shown.anchor, c)
            told = here.locator("xpath=following-sibling::output").text_content()
            assert told == here.get_attribute("aria-valuetext")
            assert float(told.replace("−", "-")) == value


# --- controls and buttons ---------------------------------------------------------


KEYS = {
    Slider: ("ArrowRight", "ArrowLeft"),
    Menu: ("ArrowDown", "ArrowUp"),
    Switch: ("Space", "Space"),
}


def changed(state, c, value):
    return SimpleNamespace(**{**vars(state), c.name: value})


def neighbour(state, c):
    """The key that moves control `c` one step, the key back, and the new state."""
    options = values(c)
    at = options.index(getattr(state, c.name))
    forward, back = KEYS[type(c)]
    if at + 1 < len(options):
        return forward, back, changed(state, c, options[at + 1])
    return back, forward, changed(state, c, options[at - 1])


def lively(shown):
    """A state in which one step of any control changes what Python says."""
    rng = np.random.default_rng(41)
    for _ in range(200):
        state = random_state(shown.kind, rng)
        said = shown.says(state)
        steps = [neighbour(state, c)[2] for c in shown.kind.controls]
        if all(shown.says(step) != said for step in steps):
            return state
    raise AssertionError(f"{shown.kind.__name__}: in no state does every control count")


def test_one_key_moves_picture_and_caption_and_another_moves_them_back(place, show):
    states = {shown.id: lively(shown) for shown in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        state = states[shown.id]
        drawn, said = picture(page, shown.anchor), caption(page, shown.anchor)
        for c in shown.kind.controls:
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
        wanted = here.locator("button, input, select")
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
    session = page.context.new_cdp_session(page)
    for live in page.locator(".nn-live").all():
        live.scroll_into_view_if_needed()
        frames(page)
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


def press(page, anchor, name, key="Enter"):
    button = box(page, anchor).get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press(key)
    frames(page)


def test_reset_brings_back_the_start(place, show):
    rng = np.random.default_rng(42)
    fresh = show(place.address)
    drawn = {shown.id: picture(fresh, shown.anchor) for shown in place.figures}
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    for shown in place.figures:
        press(page, shown.anchor, "Reset sliders")
        assert shown_state(page, shown) == shown.start
        assert caption(page, shown.anchor) == shown.says(shown.start)
        assert picture(page, shown.anchor) == drawn[shown.id]


def played(page, place):
    """The figures that can be played, each with its slider of steps and its start."""
    for shown in place.figures:
        if (
            box(page, shown.anchor)
            .get_by_role("button", name="Play", exact=True)
            .count()
        ):
            [steps] = [c for c in shown.kind.controls if c.name in ("step", "epoch")]
            yield shown, steps


def test_play_step_and_restart_by_keyboard(place, show):
    page = show(place.address)
    for shown, steps in played(page, place):
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


def test_playing_stops_at_the_end_and_starts_anew_from_there(place, show):
    page = show(place.address)
    for shown, steps in played(page, place):
        at = functools.partial(shown_value, page, shown.anchor, steps)
        before = -1
        while at() > before:
            before = at()
            press(page, shown.anchor, "Step")
        last = at()
        assert 0 < last <= steps.high
        said = shown.says(changed(shown.start, steps, last))
        assert caption(page, shown.anchor) == said
        press(page, shown.anchor, "Play")
        assert at() == 0
        input_ = control(page, shown.anchor, steps).element_handle()
        page.wait_for_function("input => input.valueAsNumber === 1", arg=input_)


def test_no_name_of_a_place_is_taken_twice(place, show):
    page = show(place.address)
    names = page.evaluate(
        "[...document.querySelectorAll('[id]')].map(one => one.id).sort()"
    )
    assert len(names) == len(set(names))
    anchors = {shown.anchor for shown in place.figures}
    assert anchors | {f"question-{one.id}" for one in place.questions} <= set(names)


def test_there_is_something_to_play(gallery, gallery_address, show):
    figures, _ = inside(gallery)
    page = show(gallery_address)
    assert list(played(page, SimpleNamespace(figures=figures)))


# --- links to a state -------------------------------------------------------------


def test_a_copied_link_shows_the_same_state_elsewhere(place, show):
    rng = np.random.default_rng(43)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(
        link(place.address, states), permissions=["clipboard-read", "clipboard-write"]
    )
    for shown in place.figures[:2]:
        for c in shown.kind.controls:
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
        assert shown_state(other, shown) == states[shown.id]
        assert caption(other, shown.anchor) == shown.says(states[shown.id])
        other.wait_for_function(
            """id => Math.abs(document.getElementById(id).getBoundingClientRect().top)
                < innerHeight / 2""",
            arg=shown.anchor,
        )


def test_without_a_clipboard_the_address_holds_the_link(place, show):
    page = show(place.address)
    shown = place.figures[-1]
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error()) }"
    )
    c = shown.kind.controls[0]
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
    assert shown_state(page, shown) == state
    assert caption(page, shown.anchor) == shown.says(state)


def test_what_a_link_cannot_have_is_named_and_the_rest_is_taken(place, show):
    shown = next(s for s in place.figures if s.kind.__name__ == "DrawTheLine")
    bad = ["w1:9", "b:", "w3:1", "data:and", "nonsense", "<b>:<i>"]
    asked = {shown.id: ",".join([*bad[:3], "w2:0.26", *bad[3:]])}
    page = show(f"{place.address}?{urlencode(asked)}")
    assert note(page, shown.anchor) == (
        f"The link asks for {', '.join(bad)}, which this figure does not have."
    )
    state = SimpleNamespace(**{**vars(shown.start), "w2": 0.25})  # 0.26 is off the grid
    assert shown_state(page, shown) == state
    assert caption(page, shown.anchor) == shown.says(state)
    press(page, shown.anchor, "Reset sliders")
    assert note(page, shown.anchor) == ""


# --- what a screen reader is told -------------------------------------------------


def test_a_new_caption_is_announced_once_when_the_control_rests(place, show):
    page = show(place.address)
    for shown in place.figures:
        said = page.locator(f"#{shown.anchor} .nn-said")
        assert said.get_attribute("role") == "status"
        assert said.text_content() == ""
        told = said.evaluate_handle(
            """said => {
                const told = [];
                const note = () => told.push(said.textContent);
                new MutationObserver(note).observe(said, { childList: true });
                return told;
            }"""
        )
        first = shown.kind.controls[0]
        state = shown.start
        control(page, shown.anchor, first).focus()
        for _ in range(3):
            key, _, state = neighbour(state, first)
            page.keyboard.press(key)
            frames(page)
        page.wait_for_function("told => told.length", arg=told)
        words = shown.says(state).removeprefix(f"{shown.kind.title}. ")
        assert told.json_value() == [words]


def test_nothing_is_announced_that_nobody_asked_for(place, show):
    rng = np.random.default_rng(44)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states))
    page.wait_for_timeout(700)  # longer than the quiet after which a caption is told
    assert set(page.locator(".nn-said").all_text_contents()) == {""}


# --- questions --------------------------------------------------------------------


def verdicts(page):
    """What each question of the page answers now: (id, state, words)."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.nn-live .nn-question')].map(one => {
            const { dataset, textContent } = one.querySelector('.nn-verdict');
            const id = one.id.replace('question-', '');
            return [id, dataset.state ?? null, textContent];
        })"""
    )


def plain(words):
    return words.replace("`", "")


def choose(page, question, at):
    """Choose an option of a choice question with the keyboard, from any other."""
    radios = page.locator(f"#question-{question.id} input[type=radio]")
    here = radios.evaluate_all("all => all.findIndex(one => one.checked)")
    radios.nth(max(here, 0)).focus()
    if here < 0:
        page.keyboard.press("Space")
    for _ in range((at - max(here, 0)) % len(question.options)):
        page.keyboard.press("ArrowDown")


def write(page, question, text):
    page.locator(f"#question-{question.id} input[type=text]").fill(text)


def check(page, question, key="Enter"):
    page.locator(f"#question-{question.id} button").focus()
    page.keyboard.press(key)


def answers(question):
    """(how to answer, state, reply) for every kind of answer; the right one is last."""
    if hasattr(question, "options"):
        pairs = list(enumerate(question.options))
        pairs.append(pairs.pop(question.answer))
        for at, (_, reply) in pairs:
            state = "right" if at == question.answer else "wrong"
            yield functools.partial(choose, at=at), state, reply
        return
    digits, right = question.digits, question.answer
    example = f"Write a number with {digits} decimals, for example {0:.{digits}f}."
    for text in ("", "  ", "abc", "1.2.3", "--1"):
        yield functools.partial(write, text=text), "open", example
    for wrong, reply in question.slips:
        yield functools.partial(write, text=f"{wrong:.{digits}f}"), "wrong", reply
    for text in (
        f"{right + 1234.5:.{digits}f}",
        f"{right + 3 * 10**-digits!r}",
        "-7e9",
    ):
        yield functools.partial(write, text=text), "wrong", question.hint
    decimals = f"{right:.{digits}f}"
    sign = decimals.replace("-", "−")
    for text in (decimals, f" {sign} ", sign.replace(".", ","), repr(right)):
        yield functools.partial(write, text=text), "right", question.praise


def test_every_answer_has_its_reply_and_disturbs_no_other_question(place, show):
    page = show(place.address)
    assert place.questions
    expected = {one.id: (None, "") for one in place.questions}
    empty = "Choose one answer first: a guess counts."
    for question in place.questions:
        if hasattr(question, "options"):
            check(page, question)
            expected[question.id] = ("open", empty)
            assert {i: (s, w) for i, s, w in verdicts(page)} == expected
        for answer, state, reply in answers(question):
            answer(page, question)
            check(page, question, "Space" if state == "wrong" else "Enter")
            expected[question.id] = (state, plain(reply))
            assert {i: (s, w) for i, s, w in verdicts(page)} == expected
    page.reload()
    ready(page)
    assert {i: (s, w) for i, s, w in verdicts(page)} == expected
    for question in place.questions:
        if hasattr(question, "options"):
            radios = page.locator(f"#question-{question.id} input[type=radio]")
            at = radios.evaluate_all("all => all.findIndex(one => one.checked)")
            assert at == question.answer


def test_enter_answers_and_the_reply_is_announced(place, show):
    page = show(place.address)
    for question in place.questions:
        verdict = page.locator(f"#question-{question.id} .nn-verdict")
        assert verdict.get_attribute("role") == "status"
        if not hasattr(question, "options"):
            write(page, question, f"{question.answer:.{question.digits}f}")
            page.keyboard.press("Enter")
            assert verdict.text_content() == plain(question.praise)


@pytest.mark.parametrize("text", ["3/4", "0,75", "75%", ".75", "+0.750", "7.5e-1"])
def test_a_number_may_be_written_in_many_ways(gallery_address, show, text):
    page = show(gallery_address)
    page.locator("#question-three-quarters input").fill(text)
    page.keyboard.press("Enter")
    assert page.text_content("#question-three-quarters .nn-verdict") == "Three of four."


def test_code_in_a_question_is_code_and_html_is_text(gallery_address, show):
    page = show(gallery_address)
    assert page.text_content("#question-line-moves legend code") == "b"
    question = SimpleNamespace(id="line-moves", options=[0, 1, 2])
    choose(page, question, 1)
    check(page, question)
    told = page.text_content("#question-line-moves .nn-verdict")
    assert told == "Yes: b alone < shifts > it."


def test_questions_work_where_nothing_may_be_stored(gallery_address, show):
    page = show(gallery_address)
    page.add_init_script(
        """for (const name of ['getItem', 'setItem']) {
            const works = Storage.prototype[name];
            Storage.prototype[name] = function (key, ...rest) {
                if (key.startsWith('nnlib:')) throw new DOMException('refused');
                return works.call(this, key, ...rest);
            };
        }"""
    )
    page.reload()
    ready(page)
    write(page, SimpleNamespace(id="neuron-z"), "0.37")
    page.keyboard.press("Enter")
    assert (
        page.text_content("#question-neuron-z .nn-verdict")
        == "That is the sum without b."
    )


# --- looks ------------------------------------------------------------------------


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
        words: all('.nn-live :is(figcaption, label, legend, output, button, select)',
            'color'),
        marks: all(marks, 'fill'),
        lines: all('.nn-plane :is(.nn-line, .nn-wrong, .nn-curve, .nn-ring)', 'stroke'),
    };
}"""


def faint(fronts, grounds, least):
    """The pairs of colours that can hardly be told apart."""
    return [(f, g) for f in fronts for g in grounds if contrast(f, g) < least]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_suit_the_theme_and_can_be_told_apart(place, show, scheme):
    rng = np.random.default_rng(45)
    states = {s.id: random_state(s.kind, rng) for s in place.figures}
    page = show(link(place.address, states), color_scheme=scheme)
    assert page.get_attribute("html", "data-theme") == scheme
    seen = page.evaluate(COLOURS)
    grounds = seen["page"] + seen["planes"]
    dark = scheme == "dark"
    assert all((luminance(c) < 0.1) == dark for c in grounds + seen["fields"])
    assert len(seen["marks"]) == 2
    assert faint(seen["texts"], seen["planes"], 4.5) == []
    assert faint(seen["words"], grounds, 4.5) == []
    under = seen["fields"] + seen["planes"]
    assert faint(seen["marks"] + seen["lines"], under, 3) == []


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


def corner(shown, end):
    """Every control at its first or last value."""
    return SimpleNamespace(**{c.name: values(c)[end] for c in shown.kind.controls})


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("state", ["start", "first", "last", "random"])
def test_nothing_is_cut_or_covered(place, show, width, state):
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
    page = show(
        link(place.address, states), viewport={"width": WIDTHS[width], "height": 900}
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    faults = []
    for plane in page.evaluate(TEXTS):
        left, right, top, bottom = plane["box"]
        for text, (x1, x2, y1, y2) in plane["texts"]:
            if not (
                left - 1 <= x1 and x2 <= right + 1 and top - 1 <= y1 <= y2 <= bottom + 1
            ):
                faults.append(f"{plane['figure']}: {text!r} leaves its picture")
        for (one, a), (other, b) in combinations(plane["texts"], 2):
            if overlap(a, b):
                faults.append(f"{plane['figure']}: {one!r} covers {other!r}")
    assert faults == []


SPILLED = """() => {
    const spills = one => {
        const { left, right, width } = one.getBoundingClientRect();
        if (!width || one.closest('svg, .nn-said')) return false;
        const holds = !one.matches('select, input')
            && getComputedStyle(one).display !== 'inline';
        return left < -0.5 || right > innerWidth + 0.5
            || (holds && one.scrollWidth > one.clientWidth + 1);
    };
    return [...document.querySelectorAll('.nn-live, .nn-live *')].filter(spills)
        .map(one => one.outerHTML.slice(0, 120));
}"""

ROWS = """() => [...document.querySelectorAll('.nn-live .nn-control')].map(row =>
    [...row.children].map(part => {
        const { left, right, top, bottom } = part.getBoundingClientRect();
        return [part.matches('[type=checkbox]') ? 'box' : part.localName,
            [left, right, top, bottom]];
    }))"""
LEAST = {"input": 120, "select": 120, "box": 18}  # widths that a thumb can use


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_controls_have_room(place, show, width):
    page = show(place.address, viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(SPILLED) == []
    rows = page.evaluate(ROWS)
    assert rows
    for row in rows:
        for tag, (left, right, *_) in row:
            assert right - left >= LEAST.get(tag, 0), row
        for (one, a), (other, b) in combinations(row, 2):
            assert not overlap(a, b), f"{one} covers {other}"


# --- other ways to read -----------------------------------------------------------


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
        folded.locator("summary").click()
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
        first = shown.kind.controls[0]
        key, _, there = neighbour(state, first)
        control(page, shown.anchor, first).focus()
        page.keyboard.press(key)
        frames(page)
        assert caption(page, shown.anchor) == shown.says(there)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_words_and_lines_stay_readable(place, show, scheme):
    page = show(place.address, forced_colors="active", color_scheme=scheme)
    seen = page.evaluate(COLOURS)
    grounds = seen["page"] + seen["planes"]
    assert faint(seen["texts"] + seen["words"], grounds, 4.5) == []
    assert faint(seen["lines"], seen["planes"] + seen["fields"], 3) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_while_figures_live(place, show, scheme, width):
    size = {"width": WIDTHS[width], "height": 900}
    page = show(
        f"{place.address}?{urlencode({place.figures[0].id: 'nonsense'})}",
        color_scheme=scheme,
        viewport=size,
        reduced_motion="reduce",
    )
    for question in place.questions:
        [*_, (answer, _, _)] = answers(question)
        answer(page, question)
        check(page, question)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert len(found["passes"]) > 10
    assert [
        (fault["id"], node["html"])
        for fault in found["violations"]
        for node in fault["nodes"]
    ] == []
