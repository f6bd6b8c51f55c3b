"""nbval, as this project runs it, is red for wrong answers and green for right ones."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from book import notebooks

ROOT = Path(__file__).parents[1]
SETUP = "from nnlib.exercises import check"
ANSWER = "def weighted_sum(x, w, b):\n    return {}\n\n\ncheck(weighted_sum)"
FIGURE = """\
class Figure:
    def _repr_mimebundle_(self, **kwargs):
        view = {{"model_id": "0", "version_major": 2, "version_minor": 0}}
        return {{
            "application/vnd.jupyter.widget-view+json": view,
            "image/png": "iVBORw0KGgo=",
            "text/plain": "One neuron: z = {}.",
        }}


Figure()"""
FAILING = "raise ValueError('x needs shape {}')"

CELLS = {  # name of the cell: (its source, what stands in the gap when it is right)
    "answer": (ANSWER, "x @ w + b"),
    "figure": (FIGURE, "0.87"),
    "error": (FAILING, "(3,)"),
}
WRONG = {  # (cell, what stands in the gap): nbval must see the difference
    "stub": ("answer", "..."),
    "wrong": ("answer", "x @ w"),
    "crash": ("answer", "x + nothing"),
    "silent": ("answer", "None"),
    "other_number": ("figure", "0.37"),
    "other_error": ("error", "(2,)"),
}


def example():
    """A small chapter, run and stored: a solution, a live figure, a wanted error."""
    cells = [new_code_cell(SETUP)]
    cells += [new_code_cell(source.format(gap)) for source, gap in CELLS.values()]
    cells[-1].metadata["tags"] = ["raises-exception"]
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def failures(tmp_path_factory):
    """{notebook: numbers of the cells that nbval finds wrong}, from one pytest run."""
    folder = tmp_path_factory.mktemp("chapters")
    right = notebooks.stored(notebooks.executed(example(), folder))
    (folder / "right.ipynb").write_text(notebooks.text(right), encoding="utf-8")
    for name, (cell, gap) in WRONG.items():
        nb = notebooks.stored(right)
        source, _ = CELLS[cell]
        nb.cells[1 + list(CELLS).index(cell)].source = source.format(gap)
        (folder / f"{name}.ipynb").write_text(notebooks.text(nb), encoding="utf-8")
    options = ["-c", ROOT / "pyproject.toml", "-rA", "--color=no"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    line = r"^(PASSED|FAILED) .*?(\w+)\.ipynb::Cell (\d+)"
    cells = re.findall(line, run.stdout, re.MULTILINE)
    found = {name: [] for _, name, _ in cells}
    for state, name, number in cells:
        if state == "FAILED":
            found[name].append(int(number))
    assert len(cells) == (1 + len(WRONG)) * (1 + len(CELLS)), run.stdout + run.stderr
    return found


def test_the_stored_form_is_green_though_pictures_and_views_are_not_in_it(failures):
    assert failures["right"] == []


@pytest.mark.parametrize(("name", "cell"), [(n, c) for n, (c, _) in WRONG.items()])
def test_a_wrong_cell_is_red_and_only_that(failures, name, cell):
    assert failures[name] == [1 + list(CELLS).index(cell)]
