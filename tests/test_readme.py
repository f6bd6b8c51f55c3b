"""The README keeps its word: its example prints what it shows, its map is true."""

import contextlib
import importlib
import io
import re
from pathlib import Path

import nbformat
from figures import figures_of

from nnlib.exercises import chapters

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def test_the_example_prints_what_is_shown():
    (example,), (shown,) = blocks("python"), blocks("text")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example, {})
    assert printed.getvalue() == shown
    assert len(example.splitlines()) <= 12


def test_it_is_short_and_its_links_lead_somewhere():
    assert len(README.splitlines()) <= 100
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert missing == []


ANNEXES = {"gradient_descent": ["optimisers"], "backprop": ["bugs"]}


def count(module):
    """How many figures a module of nnlib.live has, as the map says it."""
    shown = len(list(figures_of(importlib.import_module(f"nnlib.live.{module}"))))
    return f"[{shown}](nnlib/live/{module}.py)"


def test_the_map_lists_every_chapter_and_counts_what_it_has():
    rows = [row.split("|")[1:-1] for row in README.splitlines() if "| [" in row]
    stems = [path.stem for path in sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))]
    assert len(rows) == len(stems)
    for stem, row in zip(stems, rows, strict=True):
        module = stem.partition("_")[2]
        chapter, library, figures, exercises = map(str.strip, row)
        notebook = nbformat.read(ROOT / "chapters" / f"{stem}.ipynb", as_version=4)
        title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
        assert chapter == f"[{int(stem[:2])}. {title}](chapters/{stem}.ipynb)"
        assert library == f"[{module}](nnlib/{module}.py)"
        rooms = [module, *ANNEXES.get(module, [])]
        assert figures == " + ".join(map(count, rooms))
        asked = len(chapters()[module])
        assert exercises == f"[{asked}](nnlib/exercises/{module}.py)"


def test_contributing_names_files_that_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"`([\w./]+/[\w./]*|[\w]+\.(?:js|py|json|md|txt|yml))`", text)
    rooms = (ROOT, ROOT / "nnlib", ROOT / "nnlib/live/static", ROOT / "book")
    lost = [n for n in named if not any((room / n).exists() for room in rooms)]
    assert len(named) > 20
    assert lost == []
