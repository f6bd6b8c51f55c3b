"""The backprop bench on a page: its numbers in many states, the mistakes it knows."""

from types import SimpleNamespace

import numpy as np
import pytest
from alone import mount, reads
from figures import random_state

from nnlib.live.backprop import CELLS, BackpropBench, Gears, TopologicalOrder, sheet


def start(kind, **changes):
    return SimpleNamespace(**{c.name: c.start for c in kind.controls} | changes)


@pytest.mark.parametrize("kind", [BackpropBench, TopologicalOrder, Gears])
def test_the_page_says_what_python_says_in_sixty_states(page, kind):
    figure = kind()
    mount(page, figure)
    rng = np.random.default_rng(66)
    for _ in range(60):
        reads(page, figure, random_state(kind, rng))


@pytest.mark.parametrize("slides", [False, True])
def test_every_cell_of_the_lectures_example(page, slides):
    figure = BackpropBench()
    mount(page, figure)
    for step in range(CELLS + 1):
        reads(page, figure, start(BackpropBench, step=step, slides=slides))


def asked(page, step):
    """The bench asks for the cell behind `step`; the cells, and a way to answer."""
    figure = BackpropBench(step=step, ask=True)
    mount(page, figure)

    def answer(text):
        page.get_by_role("textbox").fill(text)
        page.get_by_role("button", name="Check").click()
        return page.text_content(".nn-note").strip()

    return {c.name: c.values[0] for c in sheet(figure.state)}, answer


def test_the_bench_asks_for_the_next_number_and_goes_on_when_it_is_right(page):
    cells, answer = asked(page, 9)
    assert page.get_by_label("Next: δ₃ = ∂ℓ/∂y · σ′(z₃). How much is it?").is_visible()
    assert answer("") == "Write a number, for example −0.095."
    assert answer("far") == "Write a number, for example −0.095."
    assert answer("7").startswith("Not 7.0000: the sign is another.")
    assert page.evaluate("values.step") == 9
    assert answer(f"{cells['δ₃']:.3f}") == "Right: δ₃ = −0.1623."
    assert page.evaluate("values.step") == 10
    assert answer("−0,089") == "Right: ∂ℓ/∂a₁ = −0.0892."


@pytest.mark.parametrize(
    ("step", "wrong", "reply"),
    [
        (1, lambda c: c["z₁"], "That is z: the sigmoid of it is asked."),
        (6, lambda c: c["y"] - 1, "That is y − t: the loss is made of it."),
        (7, lambda c: c["y"] - 1, "Half of it: the square brings a factor 2 down."),
        (8, lambda c: c["y"], "That is σ itself, not its slope."),
        (9, lambda c: -c["δ₃"], "The size is right, the sign is not."),
        (9, lambda c: c["∂ℓ/∂y"], "That comes from upstream"),
        (9, lambda c: c["σ′(z₃)"], "That is the local slope"),
        (14, lambda c: c["δ₃"] + c["a₁"], "Along a path slopes are multiplied"),
        (20, lambda c: 0.55 + 0.1 * c["∂L/∂w₅"], "That goes uphill: subtract."),
        (20, lambda c: 0.55 - c["∂L/∂w₅"], "Multiply the gradient by η first."),
        (26, lambda c: c["L"], "That is the loss before the update."),
    ],
)
def test_the_bench_recognises_the_mistake(page, step, wrong, reply):
    cells, answer = asked(page, step)
    assert answer(f"{wrong(cells):.4f}").startswith(reply)
    assert page.evaluate("values.step") == step


def test_at_the_end_nothing_is_asked(page):
    asked(page, CELLS)
    assert not page.get_by_role("textbox").is_visible()
