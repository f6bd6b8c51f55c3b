"""The pages around the chapters say what is so: words, notation, library, indexes."""

import importlib
import inspect
import re
from html import unescape
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from docutils import nodes
from lectures import rng
from reader import inside
from test_coverage import words

import nnlib
from book import api, citation, indexes, reference
from nnlib import (
    BCE,
    CE,
    MSE,
    SGD,
    Dense,
    HalfMSE,
    Momentum,
    Network,
    Perceptron,
    Softmax,
    Step,
    Tanh,
    denominator_layout,
    jvp,
    logistic,
    network_jacobian,
    one_hot,
    value_and_grad,
    vjp,
)

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
STEMS = [path.stem.partition("_")[2] for path in CHAPTERS]
TERMS = reference.read("glossary", "term")
SYMBOLS = reference.read("notation", "symbol")
TRANSLATIONS = reference.read("notation", "translation")
CORE = [*STEMS, "data"]


def chapter(stem):
    """The file name, without its suffix, of the chapter with this stem."""
    return CHAPTERS[STEMS.index(stem)].stem


def page(built_book, name):
    return (built_book / "reference" / f"{name}.html").read_text("utf-8")


# --- glossary -----------------------------------------------------------------------


@pytest.mark.parametrize("row", TERMS, ids=[row["term"] for row in TERMS])
def test_a_term_stands_where_it_is_said_to_be_taught(built_book, row):
    file = built_book / "chapters" / f"{chapter(row['chapter'])}.html"
    says = row.get("says", row["term"]).lower()
    assert says in words(file, row["anchor"]).lower()


def test_the_glossary_explains_each_term_once_and_links_to_its_place(built_book):
    text = page(built_book, "glossary")
    keys = [reference.key(row["term"]) for row in TERMS]
    assert len(set(keys)) == len(keys) > 90
    assert re.findall(r'<dt id="(term-[^"]*)"', text) == sorted(
        keys,
        key=lambda key: next(
            r["term"].lower() for r in TERMS if key == reference.key(r["term"])
        ),
    )
    for row in TERMS:
        assert set(row) <= {"term", "means", "chapter", "anchor", "says"}
        assert row["means"].endswith((".", "*."))
        assert (
            f'href="../chapters/{chapter(row["chapter"])}.html#{row["anchor"]}"' in text
        )


def test_a_place_is_named_by_its_section_and_a_lost_one_is_noticed():
    title = nodes.title(text="2. A layer")
    box = nodes.note("", nodes.paragraph(text="…"), ids=["box-layers"])
    tree = nodes.section("", title, box, ids=["a-layer"])
    assert reference.title_at(tree, "a-layer") == "A layer"
    assert reference.title_at(tree, "box-layers") == "A layer"
    assert reference.title_at(tree, "box-lost") is None


# --- notation -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def worked():
    """A 3-4-2 network at work: the names that the table of symbols computes with."""
    X = rng().normal(size=(5, 3))
    T = one_hot([0, 1, 1, 0, 1], 2)
    net = Network.mlp([3, 4, 2], hidden=Tanh(), out=Softmax(), rng=rng(1))
    A, loss = net.trace(X), CE()
    u, v = rng(2).normal(size=(5, 2)), rng(3).normal(size=(5, 3))
    delta = loss.grad(A[4], T)
    for k in (3, 2, 1):
        delta = net.layers[k].vjp(A[k], A[k + 1], delta)
    sizes = {"n": 5, "d": 3, "K": 2, "d_l": 4, "d_{l-1}": 3}
    names = {"X": X, "T": T, "net": net, "layer": net.layers[0], "A": A, "loss": loss}
    names |= {"u": u, "v": v, "delta": delta, "i": 3, "j": 2}
    tools = {f.__name__: f for f in (value_and_grad, network_jacobian, vjp, jvp)}
    tools |= {"SGD": SGD, "Momentum": Momentum, "Tanh": Tanh, "logistic": logistic}
    return names | tools, sizes


@pytest.mark.parametrize("row", SYMBOLS, ids=[row["is"][:40] for row in SYMBOLS])
def test_a_symbol_has_the_shape_and_the_code_that_the_table_gives(worked, row):
    names, sizes = worked
    if not row["code"]:
        assert "size" not in row
        return
    value = eval(row["code"], dict(names))
    if "size" in row:
        assert np.shape(value) == tuple(sizes[name] for name in row["size"])
    else:
        assert callable(value) or isinstance(value, list)


def test_delta_and_the_gradient_are_what_the_table_says(worked):
    names, _ = worked
    _, [dW, db, *_] = value_and_grad(*(names[k] for k in ("net", "loss", "X", "T")))
    assert np.allclose(names["delta"].T @ names["X"], dW)
    assert np.allclose(names["delta"].sum(axis=0), db)


def rows_of_the_chapters():
    """{"mlp: layer $l$": the cells of the five lectures}, from the chapters' ends."""
    found = {}
    for stem, path in zip(STEMS, CHAPTERS, strict=True):
        cells = nbformat.read(path, as_version=4).cells
        [text] = [c.source for c in cells if "**In other words.**" in c.source]
        table = text.split("| here |")[1].split("\n\n")[0].splitlines()[2:]
        for line in table:
            name, *rest = (cell.strip() for cell in line.strip("|").split(" | "))
            found[f"{stem}: {name.strip('| ')}"] = [cell.strip("| ") for cell in rest]
    return found


def alike(cell):
    """A cell in one way of writing: as the chapters differ in small things."""
    cell = cell.replace(" (any)", ", any").replace("error-term", "error term")
    return cell.replace(r"^\top", r"^{\mathsf T}").replace(r"\top", r"\mathsf T")


def test_each_row_at_the_end_of_a_chapter_is_translated_alike():
    rows = rows_of_the_chapters()
    named = [name for row in TRANSLATIONS for name in row["like"]]
    assert sorted(named) == sorted(rows)
    assert len(rows) > 40
    differ = [
        (name, theirs, row[lecture])
        for row in TRANSLATIONS
        for name in row["like"]
        for lecture, theirs in zip(reference.LECTURES, rows[name], strict=True)
        for part in alike(theirs).split(", ")
        if part != "–" and part not in alike(row[lecture])
    ]
    assert differ == []


def test_the_page_of_notation_holds_every_row(built_book):
    text = page(built_book, "notation").replace("’", "'")
    assert text.count("<tr") == len(SYMBOLS) + len(TRANSLATIONS) + 4
    assert {row["group"] for row in SYMBOLS} == {"data", "network", "learning"}
    for row in TRANSLATIONS:
        assert f"<p>{row['what']}</p>" in text


class TestWhereTheNumbersDifferToo:
    """The list at the end of the page of notation, each line of it computed."""

    W, x = rng(4).normal(size=(2, 3)), rng(5).normal(size=3)

    def test_a_neuron_in_a_column(self):
        nus = self.W.T
        assert np.allclose(nus.T @ self.x, self.W @ self.x)
        assert not np.allclose(nus @ self.W @ self.x, self.x)

    def test_a_threshold_is_minus_the_bias(self):
        sums, θ = np.array([[0.69], [0.5], [0.4]]), 0.5
        neuron = Perceptron(1)
        neuron.w, neuron.b = np.array([1.0]), -θ
        assert neuron.predict(sums).tolist() == Step(θ)(sums).ravel().tolist()

    def test_a_one_before_the_inputs(self):
        b = np.array([0.3, -0.2])
        with_one = np.column_stack([b, self.W]) @ np.array([1.0, *self.x])
        assert np.allclose(with_one, Dense.of(self.W, b)(self.x[None])[0])

    def test_half_a_square_halves_the_slopes(self):
        Y, T = rng(6).normal(size=(4, 1)), rng(7).normal(size=(4, 1))
        assert np.allclose(HalfMSE().grad(Y, T) * 2, MSE().grad(Y, T))

    def test_a_sum_takes_an_nth_of_the_rate(self):
        Y, T = rng(6).normal(size=(4, 1)), rng(7).normal(size=(4, 1))
        of_the_sum = 2 * (Y - T)
        assert np.allclose(0.1 / len(Y) * of_the_sum, 0.1 * MSE().grad(Y, T))

    def test_the_other_layout_runs_the_other_way_round(self):
        J1, J2 = rng(8).normal(size=(3, 4)), rng(9).normal(size=(2, 3))
        theirs = denominator_layout(J1) @ denominator_layout(J2)
        assert np.allclose(theirs, (J2 @ J1).T)

    def test_the_lines_are_the_ones_tested_here(self):
        text = (ROOT / "reference" / "notation.md").read_text("utf-8")
        lines = re.findall(r"^\* \*\*(.*?)\.\*\*", text, re.M)
        tests = [name for name in vars(type(self)) if name.startswith("test_")]
        assert (
            len(lines) == len(tests) == 7
        )  # of the numbers' order nothing is computed


# --- the library --------------------------------------------------------------------


@pytest.mark.parametrize("module", CORE)
def test_every_public_name_has_an_entry_that_is_its_source(built_book, module):
    text = unescape(re.sub(r"<[^>]+>", "", page(built_book, "api")))
    room = importlib.import_module(f"nnlib.{module}")
    found = list(api.public(room))
    assert found
    for name, statement, said in found:
        assert api.signature(name, getattr(room, name)) in text
        assert said is None or said in text
        where, source = api.source(room, statement)
        assert where in text
        assert source in inspect.getsource(room)
        assert source in text


def test_no_public_name_is_left_out(built_book):
    shown = [name for m in CORE for name, *_ in api.public(vars(nnlib)[m])]
    assert sorted(shown) == sorted(nnlib.__all__)
    text = page(built_book, "api")
    assert all(f'id="nnlib-{name}"' in text for name in shown)
    assert " at 0x" not in text


def test_a_signature_names_its_defaults():
    assert api.signature("Dense", Dense) == "Dense(d_in, d_out, *, rng, init=glorot)"
    assert api.signature("BCE", BCE) == "BCE()"
    assert api.signature("GATES", nnlib.GATES) == "GATES"


# --- indexes, map -------------------------------------------------------------------


def test_the_index_of_figures_lists_every_figure_of_every_page(built_book):
    text = page(built_book, "figures")
    listed = re.findall(r'<dt>.*?href="\.\./([^"#]*)#(figure-[^"]*)"', text)
    wanted = [
        (f"{name}.html", figure.anchor)
        for name in indexes.pages()
        for figure in inside(built_book / f"{name}.html")[0]
    ]
    assert sorted(listed) == sorted(wanted)
    assert len(listed) > 50


def test_the_index_of_exercises_lists_every_exercise(built_book):
    text = page(built_book, "exercises")
    known = nnlib.exercises.chapters()
    for stem in STEMS:
        inside_section = text.split(f'id="in-{chapter(stem)}"')[1].split("</section>")[
            0
        ]
        assert inside_section.count("<dt>") == len(known[stem])
    assert text.count("Find the bug.") == sum(
        "bug-hunt" in cell.metadata.get("tags", ())
        for path in CHAPTERS
        for cell in nbformat.read(path, as_version=4).cells
    )


def test_the_map_counts_what_the_chapters_hold(built_book):
    text = (built_book / "intro.html").read_text("utf-8")
    cards = text.split(' course">')[1].split("</ol>")[0].split("<li>")[1:]
    assert len(cards) == len(STEMS)
    for stem, card in zip(STEMS, cards, strict=True):
        name = f"chapters/{chapter(stem)}.html"
        assert f'href="{name}"' in card
        shown = len(inside(built_book / name)[0])
        asked = len(nnlib.exercises.chapters()[stem])
        assert f"{shown} figures, {asked} exercises; " in card


# --- changelog, citation ------------------------------------------------------------


def test_version_title_and_date_are_the_same_everywhere():
    cited = citation.read()
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\S+) \((.*)\)$", changes, re.M)
    assert cited["version"] == nnlib.__version__ == newest[1]
    assert str(cited["date-released"]) == newest[2]
    assert cited["title"] == config["title"]
    assert citation.authors(cited) == [config["author"]]
    licences = re.search(
        r'^license = "(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M
    )
    assert " AND ".join(cited["license"]) == licences[1]


def test_the_page_shows_what_to_copy(built_book):
    text = unescape(re.sub(r"<[^>]+>", "", page(built_book, "cite")))
    cited = citation.read()
    assert citation.sentence(cited) in text
    assert citation.bibtex(cited) in text


def test_people_and_an_address_are_cited_too():
    cited = citation.read() | {
        "authors": [
            {"given-names": "Ada", "family-names": "Byron"},
            {"name": "a team"},
        ],
        "url": "https://example.org/course",
    }
    assert citation.sentence(cited).startswith("Ada Byron, a team (2026). Neural")
    assert citation.sentence(cited).endswith("https://example.org/course")
    assert "author = {{Ada Byron} and {a team}}," in citation.bibtex(cited)
    assert "url = {https://example.org/course}," in citation.bibtex(cited)
