"""Every exercise of every chapter: its two cells, its slips, and the mutants that must
not pass for a solution."""

import ast
import contextlib
import io
import itertools
from pathlib import Path

import nbformat
import numpy as np
import pytest
from mutants import mutants

from nnlib import exercises

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("[0-9]*.ipynb"))
EXERCISES = [
    pytest.param(stem, name, room[name], id=f"{stem}-{name}")
    for stem, room in exercises.chapters().items()
    for name in room
]

# Mutants that are right answers too: {exercise: {the changed line: why it is right}}.
A_COMPARISON_COUNTS = "in a difference, numpy's True and False count as 1 and 0"
NO_SIGN = "a square has no sign"
SAME_ROWS = "both have one entry for each row"
ONE_A_LAYER = "weights and biases have one entry a layer"
ONE_A_NODE = "S has a row, and grad an entry, for each node"
EQUIVALENT = {
    "sigmoid_slope": {
        "a = 1 / (1 + np.exp(z))": "this a is 1 − σ(z), and a (1 − a) is the same",
    },
    "stable_logistic": {
        "return np.where(z > 0, 1, e) / (1 + e)": "at z = 0 both numerators are 1",
    },
    "perceptron_update": {"y = x @ w + b > 0": A_COMPARISON_COUNTS},
    "train_perceptron": {
        "error = t[i] - (X[i] @ w + b > 0)": A_COMPARISON_COUNTS,
        "for i in range(len(t)):": "t has one entry for each row of X",
    },
    "strip": {
        "v = np.array([1.0, -2.0])": "any weight below −½ silences the first neuron",
        "v = np.array([1.0, -5.0])": "any weight below −½ silences the first neuron",
    },
    "deep_forward": {
        "for W, b in zip(weights, biases):": ONE_A_LAYER,
        "for W, b in zip(weights, biases, strict=False):": ONE_A_LAYER,
    },
    "mean_squared_error": {"r = t - y": NO_SIGN},
    "one_hot_targets": {"T[np.arange(len(T)), t] = 1.0": SAME_ROWS},
    "log_sum_exp": {
        "m = (z + 1).max()": "any shift does, as long as nothing overflows",
        "m = (z - 1).max()": "any shift does, as long as nothing overflows",
    },
    "cross_entropy": {
        "right = Z[np.arange(len(Z)), t]": SAME_ROWS,
        "right = Z[np.arange(len(all_scores)), t]": SAME_ROWS,
    },
    "logits_slope": {"return (Y - T) / len(T)": SAME_ROWS},
    "sure_and_wrong": {
        "return np.logaddexp(s, 0).mean()": "a sum has no order",
    },
    "shapes_agree": {
        "return ((Y[:, -1] - t) ** 2).mean()": "the only column is the last one too",
        "return ((t - Y[:, 0]) ** 2).mean()": NO_SIGN,
    },
    "graph_gradients": {"for i in reversed(range(len(grad))):": ONE_A_NODE},
    "own_value_and_grad": {
        "n = len(T)": SAME_ROWS,
        "loss = np.logaddexp((1 - 2 * T) * Z, 0).sum(axis=1).mean()": (
            "a sum has no order"
        ),
    },
    "nudged": {
        "for at in np.ndindex(slopes.shape):": "slopes have the shape of W",
        "step = np.zeros(slopes.shape)": "slopes have the shape of W",
    },
    "batch_slope": {
        "return 2 / len(t) * X.T @ (X @ w - t)": SAME_ROWS,
        "return 2 / len(X) * X.T @ (X @ w - t)": SAME_ROWS,
    },
    "sgd_epoch": {
        "for start in range(0, len(X), size):": SAME_ROWS,
        "for start in range(0, len(t), size):": SAME_ROWS,
    },
    "square_luck": {
        "return np.maximum(0, X @ W.T + b)": "the larger of two has no order",
    },
    "tanh_net_jacobian": {
        "return W2 @ D.T @ W1": "a diagonal matrix is its own transpose",
    },
}


def code_cells(path):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def function(source):
    return next(n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef))


def tagged(path, tag):
    """{name of the function: cell} for the chapter's cells with this tag."""
    cells = [c for c in code_cells(path) if tag in tags(c)]
    return {function(c.source).name: c for c in cells}


TASKS = [
    pytest.param(path, name, id=f"{path.stem}-{name}")
    for path in CHAPTERS
    for name in tagged(path, "exercise")
]


def given_names(path):
    """What the chapter imports: all that an exercise may use."""
    names = {}
    for cell in code_cells(path):
        imports = [
            n
            for n in ast.parse(cell.source).body
            if isinstance(n, ast.Import | ast.ImportFrom)
        ]
        exec(compile(ast.Module(imports, []), "imports", "exec"), names)
    return names


def verdict(source, names):
    """What the cell's last line, check(…), says."""
    *body, last = ast.parse(source).body
    names = dict(names)
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def named(slip, name, parameters):
    """`slip` under the learner's name and signature."""
    head = f"{', '.join(parameters)}"
    learner = eval(f"lambda {head}: slip({head})", {"slip": slip})
    learner.__name__ = name
    return learner


def test_every_chapter_with_checks_has_a_notebook_and_all_its_exercises():
    asked = {path.stem[3:]: list(tagged(path, "exercise")) for path in CHAPTERS}
    checked = {stem: list(room) for stem, room in exercises.chapters().items()}
    assert {stem: names for stem, names in asked.items() if names} == checked


def test_no_name_serves_two_chapters():
    names = [n for room in exercises.chapters().values() for n in room]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("stem", "name", "exercise"), EXERCISES)
class TestCheck:
    def test_it_has_words_for_success_and_three_slips(self, stem, name, exercise):
        assert exercise.PRAISE
        assert len(exercise.SLIPS) >= 3

    def test_its_truth_is_accepted(self, stem, name, exercise):
        task = exercise()
        assert exercises.check(named(task.truth, name, task.names)).state == "ok"

    def test_its_inputs_are_the_same_every_time(self, stem, name, exercise):
        first, second = (
            list(exercise().cases(np.random.default_rng(0))) for _ in range(2)
        )
        pairs = zip(itertools.chain(*first), itertools.chain(*second), strict=True)
        for a, b in pairs:
            np.testing.assert_array_equal(a, b)

    def test_one_input_is_of_size_one(self, stem, name, exercise):
        cases = exercise().cases(np.random.default_rng(0))
        assert any(
            np.ndim(a) == 0 or 1 in np.shape(a) for args in cases for a in args[:1]
        )

    def test_every_slip_gets_its_own_hint(self, stem, name, exercise):
        task = exercise()
        for hint, slip in exercise.SLIPS.items():
            assert exercises.check(named(slip, name, task.names)) == f"✗ {hint}"

    def test_no_slip_is_only_an_exception(self, stem, name, exercise):
        cases = list(exercise().cases(np.random.default_rng(0)))
        for hint, slip in exercise.SLIPS.items():
            results = [exercises.outcome(slip, args) for args in cases]
            assert not all(isinstance(r, Exception) for r in results), hint


@pytest.mark.parametrize(("path", "name"), TASKS)
class TestCells:
    def test_stub_and_solution_ask_the_same(self, path, name):
        stub = function(tagged(path, "exercise")[name].source)
        solution = tagged(path, "solution")[name]
        answer = function(solution.source)
        assert ast.dump(stub.args) == ast.dump(answer.args)
        assert ast.get_docstring(stub) == ast.get_docstring(answer)
        assert len(ast.get_docstring(stub).splitlines()) >= 3, "shapes and a number"
        assert solution.source.startswith("# Solution\n")
        assert "..." not in solution.source.replace(ast.get_docstring(answer), "")

    def test_solution_stands_right_after_its_stub_and_is_folded(self, path, name):
        cells = code_cells(path)
        stub = next(i for i, c in enumerate(cells) if is_task(c, "exercise", name))
        assert is_task(cells[stub + 1], "solution", name)
        metadata = cells[stub + 1].metadata
        assert "hide-cell" in metadata.tags
        assert metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
        assert metadata.mystnb.code_prompt_show == "Show the solution"

    def test_stub_is_to_do(self, path, name):
        stub = tagged(path, "exercise")[name]
        said = verdict(stub.source, given_names(path))
        if "bug-hunt" in tags(stub):  # its bug is the first slip, which tells a symptom
            planted = next(iter(exercises.chapters()[path.stem[3:]][name].SLIPS))
            assert said == f"✗ {planted}"
        else:
            assert said.state == "todo"

    def test_solution_is_accepted(self, path, name):
        solution = tagged(path, "solution")[name].source
        assert verdict(solution, given_names(path)).state == "ok"

    def test_mutants_of_the_solution_are_rejected(self, path, name, monkeypatch):
        monkeypatch.setattr(exercises, "SECONDS", 0.5)
        solution = tagged(path, "solution")[name].source
        names, survivors, count = given_names(path), [], 0
        lines = ast.unparse(ast.parse(solution)).splitlines()
        with contextlib.redirect_stdout(io.StringIO()):
            for mutant in mutants(solution):
                count += 1
                if verdict(mutant, names).state == "ok":
                    changed = set(mutant.splitlines()) - set(lines)
                    survivors.append(
                        "; ".join(sorted(line.strip() for line in changed))
                    )
        assert count >= 10
        assert len(survivors) <= 2, "\n".join(survivors)
        assert set(survivors) == set(EQUIVALENT.get(name, {}))

    def test_no_other_cell_leans_on_the_answer(self, path, name):
        for cell in code_cells(path):
            own = any(is_task(cell, tag, name) for tag in ("exercise", "solution"))
            if not own and "capstone" not in tags(cell):
                nodes = ast.walk(ast.parse(cell.source))
                assert name not in {n.id for n in nodes if isinstance(n, ast.Name)}


def is_task(cell, tag, name):
    return tag in tags(cell) and function(cell.source).name == name
