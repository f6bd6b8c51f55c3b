"""What nbval cannot see: notebooks stored unrun, noisy, unsafe or hard to read."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from book import notebooks

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
LONGEST = 15  # lines of a cell that a reader still reads
UNREAD = {"exercise", "solution", "remove-input"}  # worked on, folded or hidden
BAD_TEXT = {
    r"\b0x[0-9a-f]{6,}": "a memory address",
    r"(?<![\w.:/])/(tmp|home|root|Users|private|usr|opt|var|mnt|srv)/|\b[A-Z]:\\": (
        "an absolute path"
    ),
    r"Wall time|CPU times|\d (s|ms|µs) ±": "a time",
    r"(?i)<script|<iframe|javascript:|<[^>]*\son\w+\s*=": "a script",
    r"(?i)//(?!www\.w3\.org/)[\w.-]+\.[a-z]{2,}": "an outside address",
}
PICTURE = re.compile(r"<Figure size .*>|<IPython\.core\.display\.(Image|SVG) object>")


def tags(cell):
    return set(cell.metadata.get("tags", []))


def texts(out):
    """Every text of an output, whatever its kind."""
    values = [out.get("text", ""), out.get("evalue", ""), *out.get("traceback", [])]
    values += out.get("data", {}).values()
    return ["".join(v) if isinstance(v, list) else str(v) for v in values]


def faults(nb):
    """All that is wrong with a stored notebook, one sentence each."""
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield "the cells were not run once, in order"
    if notebooks.text(notebooks.stored(nb)) != notebooks.text(nb):
        yield "it is not in the stored form"
    for cell in code:
        where = f"cell {cell.execution_count}"
        yield from (f"{where}: {fault}" for fault in cell_faults(cell))
        for out in cell.outputs:
            yield from (f"{where}: {fault}" for fault in output_faults(cell, out))


def cell_faults(cell):
    if cell.source.rstrip().endswith(";"):
        yield "nbval shows the output that a trailing ; hides: use plt.show()"
    if cell.source.count("\n") >= LONGEST and not tags(cell) & UNREAD:
        yield f"more than {LONGEST} lines"
    if {"raises-exception", "nbval-ignore-output"} <= tags(cell):
        yield "with both tags nbval passes whatever happens"
    if "nbval-skip" in tags(cell) or "NBVAL_" in cell.source:
        yield "every cell is run, and tags say how it is compared"


def output_faults(cell, out):
    if out.output_type == "error" and "raises-exception" not in tags(cell):
        yield f"{out.ename}: {out.evalue}"
    if out.get("name") == "stderr":
        yield f"it writes to stderr: {out.text}"
    data = out.get("data", {})
    kinds = sorted(m for m in data if m.startswith("image/") or "javascript" in m)
    if kinds:
        yield f"its output holds {kinds[0]}"
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    if PICTURE.search(data.get("text/plain", "")) and len(alt.split()) < 5:
        yield "a picture without alt text (mystnb.image.alt) that says what it shows"
    for pattern, name in BAD_TEXT.items():
        if any(re.search(pattern, text) for text in texts(out)):
            yield f"its output holds {name}"


def test_there_are_chapters():
    assert CHAPTERS


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_a_chapter_is_stored_clean(path):
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    assert not list(faults(nb))
    assert notebooks.is_stored(path)


def notebook(source="1 + 1", outputs=None, count=1, **metadata):
    """A notebook of one code cell, in the stored form but for what a test changes."""
    cell = new_code_cell(source, execution_count=count, metadata=metadata, id="a")
    shown = new_output("execute_result", {"text/plain": "2"}, execution_count=count)
    cell.outputs = [shown] if outputs is None else outputs
    return new_notebook(cells=[cell], metadata=notebooks.NOTEBOOK_METADATA)


def shown(text, mime="text/plain"):
    return [new_output("display_data", {mime: text})]


def stream(text, name="stdout"):
    return [new_output("stream", name=name, text=text)]


ERROR = [new_output("error", ename="ValueError", evalue="no", traceback=[])]
FIGURE = "<Figure size 640x480 with 1 Axes>"
ALT = {"image": {"alt": "The sigmoid rises from 0 to 1."}}

CLEAN = {
    "plain": notebook(),
    "figure with alt text": notebook(outputs=shown(FIGURE), mystnb=ALT),
    "long solution": notebook("a\n" * 20 + "b", tags=["solution"]),
    "wanted error": notebook(outputs=ERROR, tags=["raises-exception"]),
    "html without scripts": notebook(outputs=shown("<b>a < b</b>", "text/html")),
    "a drawing's name space": notebook(
        outputs=shown('<svg xmlns="http://www.w3.org/2000/svg">', "text/html")
    ),
    "a fraction": notebook(outputs=stream("z = 0.87, home/away, 3//2, on = 1")),
    "no code": new_notebook(
        cells=[new_markdown_cell("hi", id="a")], metadata=notebooks.NOTEBOOK_METADATA
    ),
}
FAULTY = {
    "unrun": (notebook(count=None, outputs=[]), "not run once"),
    "run twice": (notebook(count=2, outputs=[]), "not run once"),
    "picture": (notebook(outputs=shown("iVBO", "image/png")), "holds image/png"),
    "drawing": (notebook(outputs=shown("<svg/>", "image/svg+xml")), "image/svg+xml"),
    "timed": (notebook(execution={"iopub.execute_input": "2020"}), "stored form"),
    "semicolon": (notebook("plt.plot(x);\n"), "trailing ;"),
    "long": (notebook("a\n" * 15 + "b"), "more than 15 lines"),
    "deaf": (
        notebook(tags=["raises-exception", "nbval-ignore-output"]),
        "both tags",
    ),
    "skipped": (notebook(tags=["nbval-skip"]), "every cell is run"),
    "skipped by comment": (notebook("# NBVAL_SKIP\n1"), "every cell is run"),
    "error": (notebook(outputs=ERROR), "ValueError: no"),
    "stderr": (notebook(outputs=stream("careful", "stderr")), "stderr: careful"),
    "no alt text": (notebook(outputs=shown(FIGURE)), "alt text"),
    "poor alt text": (
        notebook(outputs=shown(FIGURE), mystnb={"image": {"alt": "a plot"}}),
        "alt text",
    ),
    "address": (notebook(outputs=shown("<Line2D at 0x7f0a1b2c3d>")), "memory address"),
    "path": (notebook(outputs=stream("in /home/ann/nn/a.py")), "absolute path"),
    "Windows path": (notebook(outputs=stream(r"C:\nn\a.py")), "absolute path"),
    "time": (notebook(outputs=stream("Wall time: 3 s")), "holds a time"),
    "script": (notebook(outputs=shown("<script>", "text/html")), "a script"),
    "handler": (notebook(outputs=shown("<b onclick='a()'>", "text/html")), "a script"),
    "javascript": (
        notebook(outputs=shown("1", "application/javascript")),
        "javascript",
    ),
    "frame": (notebook(outputs=shown("<iframe>", "text/html")), "a script"),
    "link": (notebook(outputs=shown("https://example.org/a", "text/html")), "outside"),
    "bare link": (notebook(outputs=shown("src='//cdn.org/a'", "text/html")), "outside"),
}


@pytest.mark.parametrize("nb", CLEAN.values(), ids=CLEAN)
def test_a_clean_notebook_has_no_fault(nb):
    nbformat.validate(nb)
    assert not list(faults(nb))


@pytest.mark.parametrize(("nb", "sentence"), FAULTY.values(), ids=FAULTY)
def test_a_fault_is_found(nb, sentence):
    assert any(sentence in fault for fault in faults(nb))


def test_the_stored_form_drops_what_nbval_does_not_compare_and_keeps_the_rest():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    figure = new_output(
        "display_data",
        {"text/plain": "One neuron", "image/png": "iVBO", **view},
        metadata={"image/png": {"width": 3}},
    )
    only_a_view = new_output("display_data", view)
    failed = new_output("error", ename="E", evalue="no", traceback=["/home/ann/a.py"])
    nb = notebook(
        outputs=[figure, only_a_view, failed], count=7, tags=[], scrolled=True
    )
    nb.metadata["widgets"] = {"state": {}}
    before = notebooks.text(nb)
    kept = notebooks.stored(nb)
    assert notebooks.text(nb) == before
    assert kept.metadata == notebooks.NOTEBOOK_METADATA
    (cell,) = kept.cells
    assert (cell.id, cell.execution_count, cell.metadata) == ("a", 1, {})
    assert [out.output_type for out in cell.outputs] == ["display_data", "error"]
    assert cell.outputs[0].data == {"text/plain": "One neuron"}
    assert cell.outputs[0].metadata == {}
    assert cell.outputs[1].traceback == []
    assert notebooks.stored(kept) == kept


def test_a_notebook_is_run_in_its_folder_and_written_only_if_it_changes(
    tmp_path, capsys
):
    path = tmp_path / "a.ipynb"
    (tmp_path / "data.txt").write_text("87")
    path.write_text(notebooks.text(notebook("open('data.txt').read()", [], None)))
    assert notebooks.main(["--check", str(path)]) == 1
    assert notebooks.main([str(path)]) == 0
    time = path.stat().st_mtime_ns
    assert notebooks.main([str(path)]) == 0
    assert path.stat().st_mtime_ns == time
    assert notebooks.main(["--check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "a.ipynb is not in the stored form: run `make notebooks`.",
        "a.ipynb: stored",
        "a.ipynb: unchanged",
    ]
    (cell,) = nbformat.read(path, as_version=4).cells
    assert cell.outputs[0].data["text/plain"] == "'87'"


def test_a_notebook_that_fails_is_named_and_not_written(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    path.write_text(notebooks.text(notebook("1 / 0", [])))
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    assert said.startswith("a.ipynb was not stored, a cell failed:")
    assert "ZeroDivisionError" in said


def test_a_percent_script_makes_the_same_notebook_twice(tmp_path):
    script = tmp_path / "a.py"
    script.write_text(
        "# %% [markdown]\n# hi\n\n# %% tags=['setup']\nx = 2\n\n# %%\nx\n\n# %%\nx\n"
    )
    first, second = notebooks.draft(script), notebooks.draft(script)
    assert first == second
    assert len({cell.id for cell in first.cells}) == 4
    nbformat.validate(first)


def test_the_command_line_says_how_to_make_a_notebook():
    run = subprocess.run(
        [sys.executable, ROOT / "book" / "notebooks.py", "--new", "a.py"],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "--new needs the notebook to write" in run.stderr
