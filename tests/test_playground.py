"""The playground: its program is its run, in Python as on the page."""

import random
import re
from html import unescape
from types import SimpleNamespace

import numpy as np
import pytest
from reader import box, caption, frames, link, note, press

import nnlib
from nnlib.live import Menu, Slider
from nnlib.live.playground import (
    ACTIVATIONS,
    DATA,
    DRAWN,
    HORIZON,
    Playground,
    execute,
    facts,
    program,
    settings,
    triples,
)

ANCHOR = "figure-playground"
START = SimpleNamespace(**{c.name: c.start for c in Playground.controls})


def states(seed, count):
    """States all over the playground, every control somewhere on its grid."""
    rng = random.Random(seed)
    for _ in range(count):
        state = {}
        for c in Playground.controls:
            if isinstance(c, Menu):
                state[c.name] = rng.choice(c.options)
            elif isinstance(c, Slider):
                steps = round((c.high - c.low) / c.step)
                state[c.name] = c.snap(c.low + rng.randint(0, steps) * c.step)
        state["epoch"] = rng.choice([0, 1, 7, rng.randint(0, HORIZON)])
        state["hidden"] = tuple(
            float(rng.randint(1, 8)) for _ in range(rng.randint(0, 6))
        )
        drawn = [
            (rng.randint(-40, 40) / 20, rng.randint(-40, 40) / 20, rng.randint(0, 3))
            for _ in range(rng.randint(2, 30))
        ]
        state["points"] = tuple(float(v) for point in drawn for v in point)
        edits = [
            (rng.randint(0, state["epoch"]), rng.randint(0, 40), rng.randint(-9, 9) / 4)
            for _ in range(rng.choice([0, 0, 1, 3]))
        ]
        state["edits"] = tuple(float(v) for edit in edits for v in edit)
        yield SimpleNamespace(**state)


def loss_of(text):
    """What the copied program prints, run as a reader would run it."""
    said = []
    exec(text, {"print": said.append})
    return float(re.fullmatch(r"epoch \d+: (.*)", said[0])[1])


@pytest.fixture
def playground(gallery_address, show):
    """Open the playground in a state; the page."""

    def open_at(state, **settings):
        return show(link(gallery_address, {"playground": state}), **settings)

    return open_at


# --- the program ------------------------------------------------------------------


def test_the_program_names_every_setting():
    state = SimpleNamespace(
        **{
            **vars(START),
            **{
                "task": "many classes",
                "data": "four blobs",
                "activation": "leaky ReLU",
            },
            **{"loss": "log loss of p", "optimiser": "Nesterov", "lr": -2.5},
            **{"schedule": "cosine", "batch": "32", "decay": "0.01", "seed": 7},
            **{"epoch": 12, "hidden": (3.0, 5.0)},
        }
    )
    text = program(state)
    for part in (
        "nn.blobs(n=200, noise=0.3, rng=np.random.default_rng(1), classes=4)",
        "T = nn.one_hot(t, 4)",
        "nn.Network.mlp([2, 3, 5, 4], hidden=nn.LeakyReLU(0.01), out=nn.Softmax()",
        "loss = nn.CE()",
        "nn.Momentum(nn.cosine(0.0032, steps=1500), nesterov=True, weight_decay=0.01)",
        "epochs=12, batch_size=32, rng=rng",
        "default_rng(7)",
    ):
        assert part in text, part


def test_every_option_makes_a_program_that_runs():
    for c in Playground.controls:
        if not isinstance(c, Menu):
            continue
        for option in c.options:
            state = SimpleNamespace(
                **{
                    **vars(START),
                    "epoch": 2,
                    "points": (0.0, 1.0, 0.0) * 6,
                    c.name: option,
                }
            )
            names, whole = execute(program(state))
            assert whole, option
            assert len(names.history) == 3


def test_an_edit_is_made_when_it_was_and_training_goes_on():
    edited = SimpleNamespace(**{**vars(START), "epoch": 4, "edits": (2.0, 5.0, -3.0)})
    plain = SimpleNamespace(**{**vars(START), "epoch": 4})
    other, same = (execute(program(s))[0] for s in (edited, plain))
    assert other.history[:2] == same.history[:2]
    assert other.history[2] != same.history[2]
    at_once = SimpleNamespace(**{**vars(edited), "epoch": 2})
    flat = np.concatenate([p.ravel() for p in execute(program(at_once))[0].net.params])
    assert flat[5] == -3.0


def test_settings_are_checked_by_name():
    assert settings(epoch=5, hidden=[2, 3]).hidden == (2, 3)
    with pytest.raises(
        TypeError, match="settings has no 'layers'; it takes task, data"
    ):
        settings(layers=3)
    with pytest.raises(ValueError, match="settings: epoch goes from 0 to 300"):
        settings(epoch=301)


def test_two_points_are_the_least():
    state = SimpleNamespace(**{**vars(START), "data": DRAWN, "points": (0.0, 1.0, 1.0)})
    assert program(state) == ""
    figure = Playground(id="one-point", data=DRAWN, points=state.points)
    assert "Draw two points" in repr(figure)
    assert figure.numbers(state)[0]["title"] == "Nothing to show"
    assert facts(state).n == 1


def test_what_is_no_whole_triple_does_not_count():
    assert triples((1.0, 2.0, 0.0, 3.0, 4.0)) == [(1.0, 2.0, 0.0)]


def test_a_run_that_diverges_says_when_and_what_to_do():
    state = SimpleNamespace(
        **{
            **vars(START),
            "task": "one number",
            "data": "spirals",
            "activation": "identity",
        },
    )
    state.lr, state.epoch, state.loss = 0.5, 50, "squared error"
    said = Playground(id="wild").caption(state)
    epoch = int(re.fullmatch(r"Diverged in epoch (\d+): try a smaller .*", said)[1])
    before = SimpleNamespace(**{**vars(state), "epoch": epoch - 1})
    assert execute(program(before))[1]
    assert not execute(program(SimpleNamespace(**{**vars(state), "epoch": epoch})))[1]


def test_the_playground_has_all_that_nnlib_has():
    """Every activation, loss, optimiser, schedule and cloud is on a menu."""
    text = "".join(program(s) for s in states(1, 200))
    for layer in ACTIVATIONS.values():
        assert f"hidden=nn.{layer!r}" in text
    kinds = (nnlib.Loss, nnlib.Optimiser)
    for name in nnlib.__all__:
        thing = getattr(nnlib, name)
        if isinstance(thing, type) and issubclass(thing, kinds) and thing not in kinds:
            assert f"nn.{name}(" in text, name
    for name in ("step_decay", "inverse_time", "cosine"):
        assert f"nn.{name}(" in text, name
    for line in DATA.values():
        assert line in text


# --- on the page ------------------------------------------------------------------


def test_copied_code_gives_the_pages_loss(playground):
    """Twenty states by a fixed sampler: the same text, and the same loss to 1e-9."""
    agreed = 0
    for state in states(60, 20):
        page = playground(state, permissions=["clipboard-read", "clipboard-write"])
        press(page, ANCHOR, "Copy as nnlib code")
        page.wait_for_function(
            "() => document.querySelector('#figure-playground .nn-note').textContent"
        )
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == program(state)
        assert page.locator(f"#{ANCHOR} pre").text_content() == copied
        press(page, ANCHOR, "Show the numbers")
        shown = page.locator(f"#{ANCHOR} .nn-tables table")
        if "Diverged" in caption(page, ANCHOR):
            with pytest.raises(FloatingPointError):
                loss_of(copied)
            continue
        last = shown.nth(1).locator("tbody tr").last.locator("td").nth(1)
        agreed += 1
        loss = float(last.get_attribute("data-value"))
        assert loss == pytest.approx(loss_of(copied), rel=1e-9, abs=1e-12), state
    assert agreed >= 10


def test_the_links_of_its_page_ask_for_what_there_is(built_book, show):
    html = (built_book / "chapters" / "playground.html").read_text("utf-8")
    links = re.findall(r'href="(\?playground=[^"#]*)#figure-playground"', html)
    assert len(links) == 5
    drawn = set()
    for address in links:
        page = show(f"chapters/playground.html{unescape(address)}")
        assert note(page, ANCHOR) == "", address
        drawn.add(caption(page, ANCHOR))
    assert len(drawn) == len(links)


# --- what the reader works with ---------------------------------------------------


def words(page):
    return page.locator(f"#{ANCHOR} figcaption").inner_text()


def test_layers_and_units_come_and_go_by_keyboard(playground):
    page = playground(START)
    for name, layers in [
        ("+1 hidden layer", "2–4–4–1"),
        ("+1 unit in layer 2", "2–4–5–1"),
        ("−1 unit in layer 1", "2–3–5–1"),
        ("−1 hidden layer", "2–3–1"),
    ]:
        press(page, ANCHOR, name)
        assert f" {layers} after epoch 0" in words(page)
    for _ in range(2):
        press(page, ANCHOR, "−1 unit in layer 1")
    less = box(page, ANCHOR).get_by_role(
        "button", name="−1 unit in layer 1", exact=True
    )
    assert " 2–1–1 after" in words(page)
    assert less.is_disabled()


def test_a_weight_is_set_from_the_epoch_of_the_moment_on(playground):
    page = playground(SimpleNamespace(**{**vars(START), "epoch": 3}))
    here = box(page, ANCHOR)
    here.get_by_label("weight", exact=True).select_option(index=5)
    here.get_by_label("value", exact=True).fill("-1.5")
    press(page, ANCHOR, "Set weight")
    edited = SimpleNamespace(**{**vars(START), "epoch": 3, "edits": (3.0, 5.0, -1.5)})
    said = Playground(id="edited").caption(edited)
    assert caption(page, ANCHOR) == f"Playground. {said}"
    here.get_by_label("value", exact=True).fill("99")
    press(page, ANCHOR, "Set weight")
    assert "must be" in note(page, ANCHOR) or not page.evaluate(
        "document.querySelector('#nn-weight-value-playground').validity.valid"
    )
    assert caption(page, ANCHOR).startswith(f"Playground. {said}")


def test_points_are_drawn_pasted_and_removed(playground):
    page = playground(SimpleNamespace(**{**vars(START), "data": DRAWN}))
    assert "Draw two points" in words(page)
    field = page.locator(f"#{ANCHOR} .nn-plane:has(canvas.nn-field)").first
    field.scroll_into_view_if_needed()
    size = field.bounding_box()
    field.click(position={"x": size["width"] / 2, "y": size["height"] / 3})
    frames(page)
    pasted = box(page, ANCHOR).get_by_label("points, one a line: x₁ x₂ class")
    pasted.fill("0.5 -1 1\n\n-1; 0.25; 0\n")
    press(page, ANCHOR, "Add these points")
    assert "2–4–1 after epoch 0" in words(page)
    pasted.fill("1 1 1\n1 1\n")
    press(page, ANCHOR, "Add these points")
    assert 'Line 2, "1 1": write x₁ x₂ class' in note(page, ANCHOR)
    pasted.fill("1 7 1")
    press(page, ANCHOR, "Add these points")
    assert "from −2 to 2" in note(page, ANCHOR)
    press(page, ANCHOR, "Remove all points")
    assert "Draw two points" in words(page)


def test_the_gradient_check_names_the_worst_weight(playground):
    page = playground(SimpleNamespace(**{**vars(START), "epoch": 2}))
    press(page, ANCHOR, "Check gradients")
    names, _ = execute(program(SimpleNamespace(**{**vars(START), "epoch": 2})))
    worst = nnlib.check_gradients(names.net, names.loss, names.X, names.T)
    told = note(page, ANCHOR)
    error = re.search(r"worst at layers\[\d\]\.[Wb]\[[\d, ]+\], error (.*)\.", told)[1]
    assert float(error.replace("−", "-")) < 1e-6
    assert worst.error < 1e-6
