"""Pages with live figures, for tests in a browser: what is on them, how to use them.

A figure on a page is found, read and moved as a reader does it: by role and name, with
keys. What it should say comes from Python's figure in the same state.
"""

import functools
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import nbformat
import numpy as np
import pytest
from figures import BY_TITLE, FIGURES, inputs, random_state, values

from book import build, vendor
from nnlib.live import Menu, Slider, Switch

ROOT = Path(__file__).parents[1]
AXE = vendor.CACHE / "axe" / "axe.min.js"
GALLERY = "gallery"
SOURCES = [*sorted((ROOT / "chapters").glob("*.ipynb")), ROOT / "intro.md"]
CHAPTERS = [
    path.relative_to(ROOT).with_suffix(".html").as_posix()
    for path in SOURCES
    if "nnlib.live" in path.read_text("utf-8")
]
# the contents of a book that tests make: a front page and one chapter
SMALL = "format: jb-book\nroot: intro\nchapters:\n  - glob: chapters/*\n"
# what only kit.js and hydrate.js decide is tried on one page
in_gallery = pytest.mark.parametrize("place", [GALLERY], indirect=True)
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


# --- what is on a page ------------------------------------------------------------


def build_gallery(folder):
    """A copy of the book in `folder`, its only chapter a page with every figure."""
    folder.mkdir()
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "_toc.yml").write_text(SMALL, "utf-8")
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


def gallery_cells():
    cells = [
        f"from {k.__module__} import {k.__name__}\n{k.__name__}()" for k in FIGURES
    ]
    again = 'DrawTheLine(id="against-xor", data="XOR", w1=-1.5, b=0.5)'
    return [*cells, again, *QUESTIONS.strip().split("\n---\n")]


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
        starts = {c.name: meaning(c, at[c.name]) for c in self.kind.controls}
        self.figure = self.kind(id=self.id, **starts)
        self.start = SimpleNamespace(**starts)

    def says(self, state):
        return f"{self.kind.title}. {self.figure.caption(state)}"


def meaning(c, raw):
    """What the model's value of control `c` stands for."""
    return c.options[raw] if isinstance(c, Menu) else c.snap(raw)


def link(address, states):
    """The address that asks for `states`, a dictionary from anchors to states."""
    asked = {
        anchor: ",".join(f"{k}:{in_link(v)}" for k, v in vars(state).items())
        for anchor, state in states.items()
    }
    return f"{address}?{urlencode(asked)}"


def in_link(value):
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else value


def ready(page):
    page.wait_for_selector("html[data-figures=live]", state="attached")
    frames(page)
    return page


def axe_faults(page):
    """What axe-core finds wrong or cannot decide about contrast: (rule, element)."""
    # It takes what is out of sight, and lines that reach beyond their plane, to cover
    # the words of the whole page, and then says nothing about any contrast.
    page.add_style_tag(
        content="* { content-visibility: visible !important }"
        ".nn-plane svg > * { display: none }"
    )
    # the page's head stays in view and may cover a button of what was scrolled to last;
    # the contents beside it are scrolled to the page's own line, past their title
    page.evaluate(
        """for (const part of [window, ...document.querySelectorAll('.bd-sidebar')])
            part.scrollTo({ top: 0, behavior: 'instant' })"""
    )
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run({ resultTypes: ['violations', 'incomplete'] })")
    assert len(found["passes"]) > 10
    undecided = [fault for fault in found["incomplete"] if "contrast" in fault["id"]]
    return [
        (fault["id"], node["html"])
        for fault in found["violations"] + undecided
        for node in fault["nodes"]
    ]


def frames(page):
    """Wait until what was asked for is computed and painted."""
    page.evaluate(
        """new Promise(done => {
            const look = () => requestAnimationFrame(() =>
                document.querySelector('.nn-figure[aria-busy=true]') ? look() : done());
            requestAnimationFrame(look);
        })"""
    )


# --- what a figure shows, and how to move it --------------------------------------


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
    """All that is drawn in the figure, SVG and pixels, but the trace of before."""
    return page.evaluate(
        """anchor => [...document.getElementById(anchor)
            .querySelectorAll('.nn-plots svg, .nn-plots canvas')]
            .map(part => {
                if (part.toDataURL) return part.toDataURL();
                const copy = part.cloneNode(true);
                for (const ghost of copy.querySelectorAll('.nn-ghost')) ghost.remove();
                return copy.outerHTML;
            }).join()""",
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


def stands_at(page, shown, state):
    """Whether every input of the figure says what `state` does."""
    return all(
        shown_value(page, shown.anchor, c) == getattr(state, c.name)
        for c in inputs(shown.kind)
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
    state = dict(vars(shown.start))
    for c in inputs(shown.kind):
        options = values(c)
        at = options.index(getattr(shown.start, c.name))
        steps = [at - 5, at - 2, at + 1, at + 3, at + 4]
        ends = [0, len(options) - 1] if isinstance(c, Slider) else []
        to = rng.choice([k for k in [*steps, *ends] if 0 <= k < len(options)] or [at])
        state[c.name] = options[to]
    return SimpleNamespace(**state)


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
        steps = [neighbour(state, c)[2] for c in inputs(shown.kind)]
        if all(shown.says(step) != said for step in steps):
            return state
    raise AssertionError(f"{shown.kind.__name__}: in no state does every control count")


def open_more(page, anchor):
    """Show the buttons that a figure keeps folded away."""
    box(page, anchor).get_by_role("button", name="More", exact=True).press("Enter")


def press(page, anchor, name, key="Enter"):
    button = box(page, anchor).get_by_role("button", name=name, exact=True)
    if not button.count():
        open_more(page, anchor)
    button.focus()
    page.keyboard.press(key)
    frames(page)


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
    slips = [round(wrong, digits) for wrong, _ in question.slips]
    near = (right + k * 10**-digits for k in range(3, 30))
    for text in (
        f"{right + 1234.5:.{digits}f}",
        f"{next(x for x in near if round(x, digits) not in slips)!r}",
        "-7e9",
    ):
        yield functools.partial(write, text=text), "wrong", question.hint
    decimals = f"{right:.{digits}f}"
    sign = decimals.replace("-", "−")
    for text in (decimals, f" {sign} ", sign.replace(".", ","), repr(right)):
        yield functools.partial(write, text=text), "right", question.praise
