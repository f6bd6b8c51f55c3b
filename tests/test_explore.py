"""explore(): a reader's own function behind sliders, in Python and on the page."""

import base64
import copy
import io
import json
import re
import shutil
import subprocess

import ipywidgets as widgets
import matplotlib as mpl
import matplotlib.image
import nbformat
import numpy as np
import pytest
from ipywidgets.embed import embed_data
from reader import ROOT, SMALL, STATE, axe_faults, ready

from book import build, vendor
from book import live as page_state
from nnlib.live import Menu, Slider, Switch, Values, explore
from nnlib.live.perceptron import DrawTheLine
from nnlib.plots import canvas

CHAPTER = "chapters/01_perceptron.html"
mpl.use("agg")


@pytest.fixture(autouse=True)
def no_widget_of_another_test():
    """A page's state holds every widget that its kernel made."""
    widgets.Widget.close_all()


def line(ax, w=1.0, b=0.5):
    x = np.linspace(-3, 3)
    ax.plot(x, w * x + b)


def root(n=4):
    return np.sqrt(n) if n >= 0 else [][n]


def half(n=4):
    """Half of a number."""
    if n == 7:
        raise ValueError("seven cannot\nbe halved")
    if n == 8:
        raise KeyError
    print("asked for", n)
    return n / 2


def image(figure):
    return figure.children[1]


def words(figure):
    """The text that a reader sees, without its markup."""
    return re.sub("<[^>]*>", "", figure.children[2].value)


def pixels(png):
    return matplotlib.image.imread(io.BytesIO(png), format="png")


# --- controls ---------------------------------------------------------------------


def every(a=1.0, b=2, c="x", d=False, e=0.5, f=3):
    return f"{a} {b} {c} {d} {e} {f}"


def test_every_kind_of_control_and_its_start():
    figure = explore(
        every,
        a=(-3.0, 3.0, 0.1),
        b=(1, 8),
        c=["x", "y"],
        d=True,
        e=Slider("e", 0.25, 0.0, 1.0, 0.25, "ε"),
        f=7,
    )
    kinds = [type(widget) for widget in figure.control.values()]
    assert kinds == [
        widgets.FloatSlider,
        widgets.IntSlider,
        widgets.Dropdown,
        widgets.Checkbox,
        widgets.FloatSlider,
    ]
    assert figure.children[0].children == tuple(figure.control.values())
    names = [widget.description for widget in figure.control.values()]
    assert names == ["a", "b", "c", "d", "ε"]
    assert figure.state == {"a": 1.0, "b": 2, "c": "x", "d": True, "e": 0.25}
    assert repr(figure) == (
        "explore(every, a=1.0, b=2, c=x, d=True, e=0.25): 1.0 2 x True 0.25 7"
    )
    assert figure(a=-0.3, c="y") == "-0.3 2 y True 0.25 7"


def test_controls_of_nnlib_keep_their_own_starts():
    figure = explore(
        every, c=Menu("c", "z", ("y", "z"), "c"), d=Switch("d", True, "really?")
    )
    assert figure() == "1.0 2 z True 0.5 3"


def test_without_a_default_a_slider_starts_in_the_middle_and_a_menu_at_its_first():
    def given(a, b, c):
        return (a, b, c)

    figure = explore(given, a=(0.0, 1.0, 0.25), b=(1, 4), c=[np.tanh, np.exp])
    assert figure() == (0.5, 2, np.tanh)
    assert figure.control["c"].options == ("tanh", "exp")
    assert figure(c=np.exp)[2] is figure(c="exp")[2] is np.exp


@pytest.mark.parametrize(
    ("low", "high", "step"),
    [(0, 5, 1), (0, 1.0, 0.01), (-3.0, 3.0, 0.1), (0.0, 100.0, 1.0), (0.0, 2, 0.1)],
)
def test_a_slider_without_a_step_gets_a_round_one(low, high, step):
    control = explore(lambda w: w, w=(low, high)).control["w"]
    assert control.step == step
    assert isinstance(control, widgets.IntSlider) == isinstance(step, int)


def test_what_is_no_control_is_handed_on_as_it_is():
    X = np.eye(2)
    figure = explore(lambda X, k: X[k], X=X, k=(0, 1))
    assert list(figure.control) == ["k"]
    assert figure(k=1).tolist() == [0, 1]


def test_fractions_come_as_a_reader_would_type_them():
    figure = explore(lambda n=0.0: repr(n), n=(0.0, 1.0, 0.1))
    figure.control["n"].value = 0.1 + 0.2
    assert words(figure) == figure() == "0.3"


def nameless(n, /):
    return n


WRONG = [
    (3, {"w": (0, 1)}, TypeError, "explore needs a function before the sliders, got 3"),
    (line, {"v": (0, 1)}, TypeError, "line has no parameter 'v'; it takes ax, w, b"),
    (lambda: 1, {"v": (0, 1)}, TypeError, "no parameter 'v'; it takes nothing"),
    (lambda a, b: a, {"a": (0, 1)}, TypeError, "b has no value. Give it a slider"),
    (nameless, {"n": (0, 1)}, TypeError, "n has no name to call it by"),
    (max, {"n": (0, 1)}, TypeError, "Python does not tell the parameters of max"),
    (root, {}, ValueError, r"nothing to move: give it a slider, for example n=\(-3.0"),
    (root, {"n": 3}, ValueError, "nothing to move"),
    (line, {}, ValueError, r"nothing to move: give it a slider, for example w=\(-3.0"),
    (root, {"n": (5, 8)}, ValueError, "n goes from 5 to 8 in steps of 1; 4 is not one"),
    (root, {"n": (0, 9, 3)}, ValueError, "in steps of 3; 4 is not one of its values"),
    (root, {"n": (5, 2)}, ValueError, "n from 5 to 2 in steps of 1 has no values"),
    (root, {"n": (0, 4, 0)}, ValueError, "n from 0 to 4 in steps of 0 has no values"),
    (root, {"n": (0.0, np.inf)}, ValueError, "n from 0 to inf .* has no values"),
    (
        root,
        {"n": (0, 5, 2)},
        ValueError,
        "from 0 to 5 is no whole number of steps of 2",
    ),
    (root, {"n": (1, 2, 3, 4)}, TypeError, r"is \(low, high\) or \(low, high, step\)"),
    (root, {"n": ("a", "b")}, TypeError, r"the slider n is \(low, high\)"),
    (root, {"n": (False, True)}, TypeError, r"the slider n is \(low, high\)"),
    (lambda n=None: n, {"n": (0, 1)}, TypeError, "n must be a number, got None"),
    (root, {"n": [4]}, ValueError, "two or more options .* got 4 for n"),
    (root, {"n": []}, ValueError, "two or more options .* got none for n"),
    (root, {"n": [4, "4"]}, ValueError, "with different names, got 4, 4 for n"),
    (root, {"n": [1, 2]}, ValueError, "n must be one of 1, 2; got '4'"),
    (
        root,
        {"n": Slider("m", 1, 0, 4, 1, "m")},
        ValueError,
        "the control for n is called 'm'",
    ),
    (root, {"n": Slider("n", 9, 0, 4, 1, "n")}, ValueError, "9 is not one of its"),
    (root, {"n": Slider("n", 0, 0, 4, 3, "n")}, ValueError, "no whole number of steps"),
    (lambda n=1: None, {"n": (0, 1)}, TypeError, "gave nothing to show: let it return"),
]


@pytest.mark.parametrize(("fn", "sliders", "error", "message"), WRONG)
def test_what_cannot_work_is_refused_with_its_reason(fn, sliders, error, message):
    with pytest.raises(error, match=message) as caught:
        explore(fn, **sliders)
    assert str(caught.value).startswith("explore") or "gave nothing" in message


def test_a_row_of_values_is_no_control_here():
    """It is edited on a figure's own picture, which explore() has not."""
    with pytest.raises(ValueError, match="nothing to move"):
        explore(root, n=Values("n", (0, 1), 0, 1, 1, "n"))


@pytest.mark.parametrize("act", ["set", "__call__"])
def test_values_that_no_control_can_show_are_refused(act):
    figure = explore(line, w=(-3.0, 3.0, 0.1))
    act = getattr(figure, act)
    with pytest.raises(TypeError, match="has no control 'b'; it has w"):
        act(b=1.0)
    with pytest.raises(ValueError, match="4 is not one of its values"):
        act(w=4.0)
    assert figure.state == {"w": 1.0}


# --- what is seen -----------------------------------------------------------------


def test_a_moved_slider_calls_the_function_and_replaces_the_picture():
    calls = []

    def traced(ax, w=1.0, b=0.5):
        calls.append((w, b))
        line(ax, w, b)

    figure = explore(traced, w=(-3.0, 3.0, 0.1), b=(-2.0, 2.0))
    place, before = image(figure), image(figure).value
    figure.control["w"].value = -0.3
    assert calls == [(1.0, 0.5), (-0.3, 0.5)]
    assert image(figure) is place
    assert place.value != before
    assert pixels(place.value).shape == pixels(before).shape
    figure.control["w"].value = 1.0
    assert place.value == before
    assert words(figure) == ""
    assert repr(figure) == "explore(traced, w=1.0, b=0.5): a picture"


def test_set_moves_the_slider_and_a_call_does_not():
    figure = explore(half, n=(0, 10))
    assert figure(n=10) == 5
    assert (figure.control["n"].value, words(figure)) == (4, "asked for 4\n2.0")
    assert figure.set(n=10) is figure
    assert (figure.control["n"].value, words(figure)) == (10, "asked for 10\n5.0")


def by_pyplot(n=1, give=True):
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    ax.plot([0, n])
    if n == 3:
        raise ValueError("three")
    return figure if give else None


WAYS = {
    "takes ax": line,
    "takes ax and returns it": lambda ax, w=1.0: ax.plot([0, w]) and ax,
    "gives its own figure": lambda w=1.0: canvas()[0],
    "gives its own axes": lambda w=1.0: canvas()[1][0],
    "gives pyplot's figure": lambda w=1.0: by_pyplot(),
    "leaves it to pyplot": lambda w=1.0: by_pyplot(give=False),
}


@pytest.mark.parametrize("fn", WAYS.values(), ids=WAYS)
def test_pictures_of_any_make_are_shown_alone(fn):
    import matplotlib.pyplot as plt

    mine = plt.figure()
    figure = explore(fn, w=(-3.0, 3.0, 0.1))
    figure.control["w"].value = 0.5
    assert plt.get_fignums() == [mine.number]
    plt.close(mine)
    assert pixels(image(figure).value).shape[1] > 300
    assert image(figure).layout.display is None
    assert words(figure) == ""


def test_no_figure_of_pyplot_stays_behind_an_error():
    import matplotlib.pyplot as plt

    figure = explore(by_pyplot, n=(1, 4))
    figure.control["n"].value = 3
    assert words(figure).startswith("✗ ValueError: three")
    assert plt.get_fignums() == []


def test_a_call_gives_the_figure_that_was_drawn_on():
    figure = explore(line, w=(-3.0, 3.0, 0.1))
    [ax] = figure(w=0.3).axes
    assert np.allclose(np.diff(ax.lines[0].get_ydata()), 0.3 * 6 / 49)
    assert figure(w=0.3) is not figure(w=0.3)
    returning = explore(WAYS["takes ax and returns it"], w=(-3.0, 3.0, 0.1))
    assert len(returning().axes[0].lines) == 1


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (0.125, "0.125"),
        ("a < b & c", "a &lt; b &amp; c"),
        (np.eye(2), "[[1. 0.]\n [0. 1.]]"),
    ],
)
def test_numbers_texts_and_arrays_are_shown_as_text(result, text):
    figure = explore(lambda n=1: result, n=(0, 3))
    assert words(figure) == text
    assert image(figure).layout.display == "none"
    assert "image/png" not in figure._repr_mimebundle_()
    assert repr(figure) == f"explore(<lambda>, n=1): {result}"


def test_a_picture_may_have_words_besides():
    def both(ax, n=1):
        """A line of no height."""
        print("printed")
        ax.plot([0, n])
        return f"as long as {n}"

    figure = explore(both, n=(1, 3))
    assert image(figure).value
    assert words(figure) == "printed\nas long as 1"
    assert figure(n=2) == "as long as 2"
    said = "explore(both, n=1): A line of no height. printed\nas long as 1"
    assert repr(figure) == image(figure).tooltip == said


def test_what_is_printed_does_not_end_up_elsewhere(capsys):
    figure = explore(half, n=(0, 10))
    figure.set(n=6)
    assert capsys.readouterr().out == ""
    assert words(figure) == "asked for 6\n3.0"


# --- errors -----------------------------------------------------------------------


def test_an_error_while_playing_is_shown_and_goes():
    figure = explore(half, n=(0, 10))
    figure.control["n"].value = 7
    assert words(figure) == "✗ ValueError: seven cannot\n(Still shown: n=4.)"
    assert repr(figure) == "explore(half, n=7): ValueError: seven cannot"
    figure.control["n"].value = 8
    assert words(figure) == "✗ KeyError\n(Still shown: n=4.)"
    figure.control["n"].value = 6
    assert words(figure) == "asked for 6\n3.0"
    assert repr(figure) == "explore(half, n=6): asked for 6\n3.0"


def test_the_last_picture_stays_under_an_error():
    def broken(ax, n=1):
        ax.plot([0, n])
        return 1 / (3 - n)

    figure = explore(broken, n=(1, 5))
    figure.control["n"].value = 2
    before = image(figure).value
    figure.control["n"].value = 3
    assert image(figure).value == before
    assert words(figure) == (
        "✗ ZeroDivisionError: division by zero\n(Still shown: n=2.)"
    )
    figure.control["n"].value = 4
    assert image(figure).value != before
    assert words(figure) == "-1.0"


def test_an_error_at_the_start_is_the_author_s():
    with pytest.raises(ValueError, match="seven cannot"):
        explore(half, n=Slider("n", 7, 0, 10, 1, "n"))
    assert widgets.Widget.get_manager_state()["state"] == {}


def test_a_call_raises_what_the_function_raises():
    with pytest.raises(ValueError, match="seven cannot"):
        explore(half, n=(0, 10))(n=7)


# --- on paper and on the page -----------------------------------------------------


def test_a_notebook_gets_the_sliders_a_picture_and_a_sentence():
    forms = explore(line, w=(-3.0, 3.0, 0.1))._repr_mimebundle_()
    assert set(forms) == {page_state.VIEW, "image/png", "text/plain"}
    assert forms["text/plain"] == "explore(line, w=1.0): a picture"
    assert pixels(base64.b64decode(forms["image/png"])).shape[1] > 300
    again = explore(line, w=(-3.0, 3.0, 0.1))._repr_mimebundle_()
    assert again["image/png"] == forms["image/png"]


def test_the_page_s_state_holds_nothing_of_it():
    figure = DrawTheLine()
    its_own = set(widgets.Widget.get_manager_state()["state"])
    with_words = explore(half, n=(0, 10))
    with_a_picture = explore(line, w=(-3.0, 3.0, 0.1), b=[0.5, 1.5])
    DrawTheLine(b=-1.5)  # of the same name, and shown nowhere
    views = [with_words, figure, with_a_picture]
    full = copy.deepcopy(embed_data(views)["manager_state"])
    found = page_state.explorers(full)
    assert set(found) == {with_words.model_id, with_a_picture.model_id}
    assert "asked for 4\n2.0</pre>" in found[with_words.model_id]
    assert found[with_a_picture.model_id] == ""
    alone = {key: model for key, model in full["state"].items() if key in its_own}
    kept = page_state.only(full, [figure.model_id])
    assert set(kept["state"]) == its_own
    assert page_state.slim(kept) == page_state.slim({**full, "state": alone})


@pytest.fixture
def small_book(tmp_path, built_book):
    """small_book(cells, url) builds a copy of the book with one chapter of `cells`."""

    def make(*cells, url=""):
        config = (ROOT / "_config.yml").read_text("utf-8")
        config, changed = re.subn(r'\n  url: ".*"\n', f'\n  url: "{url}"\n', config)
        assert changed == 1
        (tmp_path / "_config.yml").write_text(config, "utf-8")
        (tmp_path / "_toc.yml").write_text(SMALL, "utf-8")
        shutil.copytree(ROOT / "book", tmp_path / "book")
        assets = vendor.CACHE / "site"
        shutil.copytree(assets, tmp_path / assets.relative_to(ROOT))
        (tmp_path / "intro.md").write_text("# A page\n\nOf words.\n", "utf-8")
        notebook = nbformat.v4.new_notebook()
        title = nbformat.v4.new_markdown_cell("# A chapter\n\nOf cells.")
        notebook.cells = [title, *map(nbformat.v4.new_code_cell, cells)]
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python"}
        (tmp_path / "chapters").mkdir()
        nbformat.write(notebook, tmp_path / "chapters" / "01_chapter.ipynb")
        done = subprocess.run(
            build.command(tmp_path), capture_output=True, text=True, encoding="utf-8"
        )
        page = tmp_path / "_build" / "html" / "chapters" / "01_chapter.html"
        return " ".join((done.stdout + done.stderr).split()), page

    return make


CELLS = [
    "from nnlib.live import explore\nfrom nnlib.live.perceptron import DrawTheLine",
    "explore(lambda n: f'{n} < 9 & so', n=(1, 4))",
    "explore(lambda ax, n: ax.plot([0, n]) and 'drawn', n=(1, 4))",
    "unseen = DrawTheLine()\nDrawTheLine()",
]


def test_a_page_with_an_address_leads_to_its_notebook(small_book, visit):
    said, file = small_book(*CELLS, url="https://github.com/owner/course")
    assert file.exists(), said
    page = ready(visit(file.as_uri()))
    link = (
        "https://mybinder.org/v2/gh/owner/course/main"
        "?urlpath=lab/tree/chapters/01_chapter.ipynb"
    )
    buttons = page.locator(".article-header-buttons a[href*=mybinder]")
    assert buttons.get_attribute("href") == link
    notes = page.locator(".nn-explore-note")
    where = "open the notebook in Binder or JupyterLab to move its sliders."
    assert notes.all_text_contents() == [f"This one runs Python: {where}"] * 2
    links = notes.locator("a").all()
    assert [one.get_attribute("href") for one in links] == [link] * 2
    told = page.locator("pre:has(+ .nn-explore-note)").all_text_contents()
    assert told == ["2 < 9 & so", "drawn"]
    assert page.locator("img.nn-explore").count() == 1
    assert page.locator(".nn-live").count() == 1  # the figure beside them


def test_one_figure_in_two_cells_stops_the_build(small_book):
    said, _ = small_book(CELLS[0], "line = DrawTheLine()\nline", "line")
    assert (
        "chapters/01_chapter shows the figure or question draw-the-line in two cells, "
        "and a page cannot have one name twice. Make a second one with a name of its "
        'own: id="draw-the-line-again".'
    ) in said


@pytest.fixture(params=["scripts", "no scripts", "print"])
def played(request, visit):
    """Chapter 1 where its last figure is, with scripts, without, and on paper."""
    page = visit(CHAPTER, java_script_enabled=request.param != "no scripts")
    if request.param != "no scripts":
        ready(page)
    if request.param == "print":
        page.emulate_media(media="print")
    return page


def test_the_chapter_ends_with_a_still_picture_and_one_honest_line(played):
    cell = played.locator(".cell:has(.nn-explore)")
    picture = cell.locator("img")
    picture.scroll_into_view_if_needed()
    picture.wait_for()  # it is loaded when it comes near
    assert picture.evaluate("img => img.complete && img.naturalWidth") > 300
    alt = picture.get_attribute("alt")
    assert alt.startswith("explore(bent, w3=0.0, b=-0.5, name=XOR): What a neuron")
    assert alt.endswith("XOR: 3 of 4 right")
    output = cell.locator(".cell_output")
    # what comes into sight late on a long page has no words before that
    output.get_by_text("XOR: 3 of 4 right", exact=True).first.wait_for()
    shown = output.inner_text()
    assert shown.split("\n")[0] == "XOR: 3 of 4 right"
    line = "This one runs Python: open the notebook in JupyterLab to move its sliders."
    assert cell.locator(".nn-explore-note").text_content() == line
    assert shown.count("sliders") == 1
    dead = "input, select, button:not(.copybtn), .nn-live, script, .widget-subarea *"
    assert cell.locator(".cell_output").locator(dead).count() == 0


def test_no_model_of_it_is_in_the_page(built_book):
    [state] = STATE.findall((built_book / CHAPTER).read_text("utf-8"))
    models = json.loads(state)["state"].values()
    labels = {model["state"].get("description") for model in models}
    assert "w₁" in labels
    assert not labels & {"w3", "name"}
    assert {model["model_name"] for model in models} <= page_state.KNOWN


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_around_it(visit, scheme):
    page = ready(visit(CHAPTER, color_scheme=scheme))
    assert axe_faults(page) == []
