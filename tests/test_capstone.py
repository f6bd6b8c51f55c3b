"""Chapter 6 ends with a network of the reader's own code: does it learn to read?

The chapter's cells run here in order, with one answer or another to the exercise that
they lean on: the solution, the empty stub, and a wrong one.
"""

import ast

import numpy as np
import pytest
from test_exercises import CHAPTERS, code_cells, given_names, named, tagged, tags

from nnlib import digits, exercises, logistic, one_hot, train_test_split

[PATH] = [path for path in CHAPTERS if path.stem == "06_backprop"]
NAME = "own_value_and_grad"


def read(answer):
    """What the capstone's cells leave behind, given this cell with an answer."""
    names = given_names(PATH)
    body = ast.parse(answer).body[:-1]
    exec(compile(ast.Module(body, []), "answer", "exec"), names)
    return run(names)


def run(names):
    for cell in code_cells(PATH):
        if "capstone" in tags(cell):
            exec(compile(cell.source, "capstone", "exec"), names)
    return names


def right(names):
    """The share of new digits that the trained parameters read, counted anew."""
    images, labels = digits()
    rng = np.random.default_rng(0)
    _, X, _, T = train_test_split(images, one_hot(labels, 10), rng=rng)
    W1, b1, W2, b2 = names["params"]
    answers = logistic(np.tanh(X @ W1.T + b1) @ W2.T + b2)
    return (answers.argmax(axis=1) == T.argmax(axis=1)).mean()


def test_the_solutions_code_learns_xnor_and_reads_the_digits(capsys):
    names = read(tagged(PATH, "solution")[NAME].source)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "your code"
    assert said[1:3] == [
        f"{w}: your slopes agree with nudging: True" for w in ("W1", "W2")
    ]
    xnor = [float(n) for n in said[3].removeprefix("XNOR: [").rstrip("]").split()]
    assert np.round(xnor).tolist() == [1, 0, 0, 1]
    assert right(names) >= 0.95
    assert f"{right(names):.1%}" in said[-1]


@pytest.mark.parametrize("kind", ["stub", "slip"])
def test_without_a_right_answer_the_library_steps_in_and_says_so(kind, capsys):
    if kind == "stub":
        names = read(tagged(PATH, "exercise")[NAME].source)
    else:
        task = exercises.chapters()["backprop"][NAME]
        slip = next(iter(task.SLIPS.values()))
        names = run({**given_names(PATH), NAME: named(slip, NAME, task().names)})
    said = capsys.readouterr().out
    assert said.startswith("yours is not right yet: the library's code steps in")
    assert right(names) >= 0.95
