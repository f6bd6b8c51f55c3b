"""The shape of the code base: its size, its reading order, its names, its promises."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

import nnlib

ROOT = Path(nnlib.__file__).parents[1]
CHAPTERS = [
    "perceptron",
    "mlp",
    "activations",
    "loss",
    "gradient_descent",
    "backprop",
    "jacobians",
]
READING_ORDER = ["checks", *CHAPTERS, "data"]
OUTSIDE = {"__init__"}  # the table of contents
LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.ENDMARKER,
}

MODULES = {path.stem: path for path in sorted((ROOT / "nnlib").glob("*.py"))}
CORE = [stem for stem in READING_ORDER if stem in MODULES]
SOURCE = {stem: path.read_text("utf-8") for stem, path in MODULES.items()}
TREE = {stem: ast.parse(text) for stem, text in SOURCE.items()}

every_room = pytest.mark.parametrize("stem", CORE)
DEFINITIONS = (ast.ClassDef, ast.FunctionDef)


def docstring_lines(tree):
    """The numbers of the lines that docstrings stand on."""
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *DEFINITIONS)) and ast.get_docstring(node):
            lines |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def tokens_and_lines(text, skip):
    """How many tokens, on how many lines, outside comments and the lines to skip."""
    count, lines = 0, set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in LAYOUT and token.start[0] not in skip:
            count += 1
            lines |= set(range(token.start[0], token.end[0] + 1))
    return count, len(lines)


def tracked():
    """Every file of the repository that git knows and that is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


# --- size -------------------------------------------------------------------------


def test_every_module_has_its_place():
    assert set(MODULES) - OUTSIDE <= set(READING_ORDER)


def test_the_core_can_be_read_in_an_hour():
    sizes = {s: len(SOURCE[s].splitlines()) for s in MODULES}
    assert sum(sizes.values()) <= 1200, sizes


def test_functions_fit_a_page():
    long = [
        f"{stem}.{node.name}: {node.end_lineno - node.lineno + 1}"
        for stem in [*CORE, "__init__"]
        for node in ast.walk(TREE[stem])
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 25
    ]
    assert not long


def test_a_third_is_explanation():
    """By length, not by lines: a docstring's line says twice as much as one of code."""
    words = total = 0
    for stem in CORE:
        explained = docstring_lines(TREE[stem])
        for number, line in enumerate(SOURCE[stem].splitlines(), 1):
            total += len(line.strip())
            words += len(line.strip()) * (number in explained)
    assert 0.3 <= words / total <= 0.45


def test_lines_are_not_crammed():
    pairs = [tokens_and_lines(SOURCE[s], docstring_lines(TREE[s])) for s in CORE]
    tokens, lines = map(sum, zip(*pairs, strict=True))
    assert tokens / lines <= 11


# --- reading order ----------------------------------------------------------------


@every_room
def test_imports_come_from_numpy_python_or_earlier_chapters(stem):
    earlier = READING_ORDER[: READING_ORDER.index(stem)]
    for node in ast.walk(TREE[stem]):
        if isinstance(node, ast.ImportFrom) and node.level:
            assert node.level == 1
            names = [node.module] if node.module else [n.name for n in node.names]
            assert set(names) <= set(earlier), f"{stem} imports {names}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            whole = [n.name for n in node.names]
            names = [node.module] if isinstance(node, ast.ImportFrom) else whole
            roots = {name.split(".")[0] for name in names}
            assert roots <= {"numpy", *sys.stdlib_module_names}, f"{stem}: {roots}"


def test_importing_nnlib_needs_numpy_alone():
    program = (
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "before = set(sys.modules)\n"
        "import nnlib\n"
        "print(nnlib.__file__, *sys.modules.keys() - before, sep='\\n')\n"
    )
    run = [sys.executable, "-I", "-c", program]
    output = subprocess.run(run, capture_output=True, check=True, text=True).stdout
    where, *names = output.splitlines()
    roots = {name.split(".")[0] for name in names if "cython" not in name}
    assert Path(where) == MODULES["__init__"]
    assert roots - sys.stdlib_module_names == {"nnlib", "numpy"}


# --- names ------------------------------------------------------------------------


def test_every_public_name_explains_itself():
    silent = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sorted((ROOT / "nnlib").rglob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, DEFINITIONS)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent


def test_every_module_explains_itself():
    paths = sorted((ROOT / "nnlib").rglob("*.py"))
    assert all(ast.get_docstring(ast.parse(p.read_text("utf-8"))) for p in paths)


def test_no_public_name_is_a_module_s():
    """`from nnlib import loss` must not give here a function and there a module."""
    rooms = {*MODULES, *READING_ORDER, "live", "exercises"}
    defined = {
        node.name
        for tree in TREE.values()
        for node in tree.body
        if isinstance(node, DEFINITIONS)
    }
    assert not defined & rooms
    assert not set(nnlib.__all__) & rooms


def test_all_that_is_exported_exists_once():
    assert len(set(nnlib.__all__)) == len(nnlib.__all__)
    assert all(hasattr(nnlib, name) for name in nnlib.__all__)
    imported = {
        name.asname or name.name
        for node in TREE["__init__"].body
        if isinstance(node, ast.ImportFrom) and node.level
        for name in node.names
    }
    assert set(nnlib.__all__) == imported


def test_one_stem_everywhere():
    """chapters/06_backprop.ipynb: a backprop in nnlib, live, exercises and tests."""
    missing = []
    for notebook in sorted((ROOT / "chapters").glob("0[1-7]_*.ipynb")):
        number, stem = notebook.stem.split("_", 1)
        assert stem == CHAPTERS[int(number) - 1]
        rooms = [f"nnlib/{stem}.py", f"nnlib/live/{stem}.py"]
        rooms += [f"nnlib/exercises/{stem}.py", f"tests/test_{stem}.py"]
        missing += [room for room in rooms if not (ROOT / room).is_file()]
    assert not missing


def test_every_room_has_its_tests():
    rooms = {*MODULES} - {"__init__"}
    assert {s for s in rooms if not (ROOT / f"tests/test_{s}.py").is_file()} == set()


def test_nobody_is_sent_to_somebody_else_s_package():
    """On the package index the name nnlib is not ours."""
    wrong = re.compile(rb"pip3?\s+install\s+(-\S+\s+)*[\"']?nnlib\b")
    assert wrong.search(b" ".join([b"pip", b"install", b"-U", b"nnlib"]))
    assert [str(path) for path in tracked() if wrong.search(path.read_bytes())] == []
