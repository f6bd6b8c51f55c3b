"""Matrices, probabilities and histograms on a page of their own: states by the dozen,

entries edited on the picture, figures with other matrices and classes, a piece alone.
"""

import numpy as np
import pytest
from alone import READ, mount, reads
from figures import random_state

from nnlib.live import modules
from nnlib.live.views.bars import ProbabilityBars
from nnlib.live.views.histograms import LayerHistograms
from nnlib.live.views.matrix import MatrixProduct
from nnlib.live.views.sizes import power_of_ten, size_text


@pytest.mark.parametrize("kind", [MatrixProduct, ProbabilityBars, LayerHistograms])
def test_the_page_says_what_python_says_in_sixty_states(page, kind):
    figure = kind()
    mount(page, figure)
    rng = np.random.default_rng(63)
    for _ in range(60):
        reads(page, figure, random_state(kind, rng))


OWN = [
    ([[1.0, 2.0]], [[1.0, 2.0], [3.0, 4.0]], {"names": ("J₂", "J₁", "J")}),
    ([[0.25]], [[-4.0]], {}),
    (np.ones((2, 3)), np.ones((4, 2)), {}),
    (np.ones((2, 3)), np.ones((3, 4)), {"transpose": True}),
    (np.linspace(-1, 1, 24).reshape(2, 12), np.linspace(2, -2, 36).reshape(12, 3), {}),
]


@pytest.mark.parametrize(("A", "B", "settings"), OWN)
def test_any_two_matrices(page, A, B, settings):
    figure = MatrixProduct(A, B, **settings)
    mount(page, figure)
    for transpose in (True, False):
        for step in {0, 1, getattr(figure.state, "step", 0)}:
            state = figure.state
            state.transpose = transpose
            if hasattr(state, "step"):
                state.step = step
            reads(page, figure, state)
    assert page.get_by_role("slider").count() == 0


@pytest.mark.parametrize("logits", [(0.5, 1.0, 1.5, -2.0), (1.0, 1.0, 1.0, 2.0, 9.99)])
def test_four_and_five_classes(page, logits):
    figure = ProbabilityBars(logits, tuple("abcde"[: len(logits)]))
    mount(page, figure)
    reads(page, figure, figure.state)
    lengths = page.eval_on_selector_all(
        "rect[class^=nn-bars-][height='18']",
        "all => all.map(b => +b.getAttribute('width'))",
    )
    p = [row[4] for row in figure.numbers(figure.state)[0]["rows"]]
    np.testing.assert_allclose(
        np.divide(lengths, max(lengths)), p / np.max(p), atol=0.02
    )
    shapes = page.eval_on_selector_all(
        "svg > g:last-child > *:not(text)",
        "all => all.map(one => one.getAttribute('points')).filter(Boolean)",
    )
    corners = [len(points.split()) for points in shapes]
    assert corners == [3, 4, 5][: len(logits) - 2]


# --- entries are edited on the picture --------------------------------------------


def entry(page, name):
    return page.get_by_role("slider", name=name, exact=True)


@pytest.fixture
def product(page):
    mount(page, MatrixProduct())
    return page


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ("ArrowRight", 1),
        ("ArrowLeft", -1),
        ("ArrowUp", 1),
        ("Shift+ArrowDown", -10),
        ("PageUp", 10),
    ],
)
def test_keys_edit_an_entry_which_keeps_the_focus(product, key, steps):
    here = entry(product, "W, row 3, column 2")
    here.focus()
    for _ in range(2):
        product.keyboard.press(key)
        product.evaluate(READ, {})
    changed = round(-1.1 + 2 * steps * 0.1, 1)
    wanted = [1.2, 0.4, -0.6, 0.9, 0.3, changed]
    assert product.evaluate("values.right") == wanted
    assert product.evaluate("document.activeElement.ariaLabel") == "W, row 3, column 2"
    assert float(here.get_attribute("aria-valuenow")) == changed


def test_an_entry_stops_at_the_end_of_its_range(product):
    here = entry(product, "b, row 1, column 3")
    here.focus()
    for _ in range(12):
        product.keyboard.press("PageUp")
    assert product.evaluate("values.bias") == [0.1, -0.2, 9.9]


def test_a_pull_to_the_side_edits_an_entry(product):
    for name, pull, wanted in [
        ("X, row 1, column 1", 36, 1.1),
        ("X, row 1, column 1", -60, 0.1),
        ("X, row 4, column 2", 12, -0.1),
    ]:
        box = entry(product, name).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        product.mouse.move(x, y)
        product.mouse.down()
        product.mouse.move(x + pull, y, steps=5)
        product.mouse.up()
        product.mouse.move(x, y)
        product.evaluate(READ, {})
        at = {"X, row 1, column 1": 0, "X, row 4, column 2": 7}[name]
        assert product.evaluate("values.left")[at] == wanted


def stops(page):
    return page.eval_on_selector_all(
        ".nn-board [role=slider][tabindex='0']", "all => all.map(one => one.ariaLabel)"
    )


def test_the_tab_key_stops_at_the_entries_of_the_sum_at_hand(product):
    assert set(stops(product)) == {
        *("X, row 2, column 1", "X, row 2, column 2"),
        *("W, row 3, column 1", "W, row 3, column 2"),
        "b, row 1, column 3",
    }
    product.evaluate(READ, {"step": 7})
    assert "X, row 3, column 1" in stops(product)
    assert "W, row 1, column 2" in stops(product)
    product.evaluate(READ, {"transpose": False})
    assert set(stops(product)) == {
        *("X, row 1, column 1", "X, row 1, column 2"),
        *(f"W, row {i}, column 1" for i in (1, 2, 3)),
    }
    product.evaluate(READ, {"transpose": True, "step": 0})
    assert len(stops(product)) == 3


def test_an_entry_keeps_its_name_when_the_matrix_is_turned(product):
    here = entry(product, "W, row 3, column 1")
    before = here.bounding_box()
    assert here.text_content() == "0.3"
    product.evaluate(READ, {"transpose": False})
    after = here.bounding_box()
    assert here.text_content() == "0.3"
    assert (before["x"], before["y"]) != (after["x"], after["y"])


def test_an_entry_keeps_the_focus_while_the_product_is_played(product):
    entry(product, "X, row 3, column 1").focus()
    for step in (7, 8, 11):
        product.evaluate(READ, {"step": step})
        focused = product.evaluate("document.activeElement.ariaLabel")
        assert focused == "X, row 3, column 1"


def framed(page):
    return page.eval_on_selector_all(
        ".nn-cell-framed",
        "all => all.map(cell => cell.parentElement.textContent).sort()",
    )


def words(page):
    return page.eval_on_selector_all(
        ".nn-board text", "all => all.map(one => one.textContent)"
    )


def test_row_column_bias_and_cell_are_framed(product):
    assert framed(product) == sorted(["1.5", "0.4", "0.3", "−1.1", "0.5", "0.51"])


def test_the_sum_is_spelt_out_below(product):
    assert {
        "Z₂₃ = X₂₁ Wᵀ₁₃ + X₂₂ Wᵀ₂₃ + b₃",
        "= 1.5·0.3 + 0.4·(−1.1) + 0.5",
        "= 0.51",
        "4×2 · 2×3",
        "→ 4×3",
    } <= set(words(product))


def test_the_picture_itself_refuses_what_does_not_conform(product):
    product.evaluate(READ, {"transpose": False})
    said = words(product)
    assert {"no Z", "2 ≠ 3", "inner sizes 2 and 3 differ: transpose W."} <= set(said)
    assert "Z (4×3)" not in said
    assert "+ b" not in said


def test_negative_numbers_are_hatched(product):
    hatched = product.eval_on_selector_all(
        ".nn-board rect[fill^=url]",
        """all => all.filter(one => one.getAttribute('visibility') === 'inherit')
            .map(one => one.parentElement.textContent)""",
    )
    shown = [text for text in words(product) if text.startswith("−")]
    assert sorted(hatched) == sorted(shown)
    assert len(hatched) == 8


# --- a heat map alone -------------------------------------------------------------

ALONE = """([options, values, look]) => {
    const { HeatMap } = nnlibModules['pieces/matrix'];
    const map = new HeatMap(options);
    document.body.replaceChildren(map.element);
    map.resize(360);
    map.draw(values, look);
    const svg = map.element.querySelector('svg').getBoundingClientRect();
    return [...map.element.querySelectorAll('text')].filter(one => one.textContent)
        .map(one => {
            const { left, right, top, bottom } = one.getBoundingClientRect();
            const inside = left >= svg.left && right <= svg.right
                && top >= svg.top && bottom <= svg.bottom;
            return [one.textContent, inside];
        });
}"""


@pytest.fixture
def alone(page):
    for part in modules.needs("pieces/matrix"):
        page.add_script_tag(content=modules.as_script(part))

    def draw(options, values, look=None):
        return page.evaluate(ALONE, [{"label": "J", **options}, values, look or {}])

    draw.page = page
    return draw


def test_a_jacobian_alone(alone):
    J = [[0.25, -1.5], [2.0, 0.0], [None, 1.0]]
    options = {"shape": [3, 2], "name": "J", "rows": ["y₁", "y₂", "y₃"]}
    drawn = alone(options, J, {"frames": [[0, 1]]})
    assert all(inside for _, inside in drawn)
    found = [text for text, _ in drawn]
    wanted = ["0.25", "−1.50", "2.00", "0.00", "1.00"]
    wanted += ["1", "2", "y₁", "y₂", "y₃", "J (3×2)"]
    assert sorted(found) == sorted(wanted)
    assert framed(alone.page) == ["−1.50"]


@pytest.mark.parametrize(
    ("columns", "first"), [(4, "−0.12"), (8, "−0.12"), (9, "−0.1"), (14, None)]
)
def test_numbers_lose_decimals_before_they_leave_their_cells(alone, columns, first):
    values = [[-0.123] * columns]
    drawn = [text for text, _ in alone({"shape": [1, columns]}, values)]
    labels = columns + 2  # of columns, of the row, and the shape
    numbers = drawn[: len(drawn) - labels]
    assert numbers == ([first] * columns if first else [])


# --- sizes as text ----------------------------------------------------------------


def test_sizes_are_written_alike(page):
    for part in modules.needs("pieces/sizes"):
        page.add_script_tag(content=modules.as_script(part))
    rng = np.random.default_rng(64)
    some = [0.0, 1.0, 9.995, 99950.0, 99999.0, 0.125, 1e-4, 9.9999e-5, 5e-324, 1.7e308]
    some += (rng.normal(size=400) * 10.0 ** rng.integers(-30, 30, 400)).tolist()
    some += [s * k / 2**p for s in (1, -1) for p in (1, 3, 8) for k in range(1, 60, 7)]
    cases = [(x, digits) for x in some for digits in (1, 2, 3)]
    got = page.evaluate(
        "all => all.map(one => nnlibModules['pieces/sizes'].sizeText(...one))", cases
    )
    assert got == [size_text(*case) for case in cases]
    powers = list(range(-330, 310, 7))
    found = page.evaluate(
        "all => all.map(nnlibModules['pieces/sizes'].powerOfTen)", powers
    )
    assert found == [power_of_ten(p) for p in powers]
