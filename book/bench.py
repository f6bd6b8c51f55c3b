"""The directive {bench}: the table of training speed, measured while the book is built.

A library that is not installed where the book is built has a dash in its column.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.errors import ExtensionError

ROOT = Path(__file__).parents[1]
OTHERS = ("numpy", "PyTorch", "scikit-learn")


def measure():
    """What `make bench` measures, the digits only once: {"steps": …, "digits": …}."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = Path(folder) / "numbers.json"
        options = ["--rounds", "40", "--seeds", "1", "--json", numbers]
        command = [sys.executable, "benchmarks/bench_training.py", *options]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if run.returncode:
            raise ExtensionError(f"the benchmark failed: {run.stderr}")
        return json.loads(numbers.read_text("utf-8"))


def row(cells):
    """One row of a table, a text in each cell."""
    entries = [nodes.entry("", nodes.paragraph(text=cell)) for cell in cells]
    return nodes.row("", *entries)


def table(head, rows):
    """A docutils table of texts with one head row."""
    columns = [nodes.colspec(colwidth=1) for _ in head]
    body = nodes.tbody("", *(row(cells) for cells in rows))
    top = nodes.thead("", row(head))
    return nodes.table("", nodes.tgroup("", *columns, top, body, cols=len(head)))


def step_table(steps):
    """Microseconds of nnlib's step, and how many times that the others take."""
    rows = []
    for net, times in steps.items():
        others = (
            f"{times[name] / times['nnlib']:.2f} ×" if name in times else "–"
            for name in OTHERS
        )
        rows.append([net, f"{times['nnlib']:.0f} µs", *others])
    return table(["network", "nnlib", *OTHERS], rows)


class Bench(Directive):
    """Two tables: one training step, and the digits learnt from nothing."""

    def run(self):
        numbers = measure()
        digits = numbers["digits"]
        [(seconds, accuracy)] = digits["shuffled"]
        rows = [
            ["a fifth of the digits, shuffled", f"{accuracy:.1%}"],
            ["the last fifth, by other writers", f"{digits['last fifth'][1]:.1%}"],
        ]
        learnt = f"The 64-64-10 network learnt the digits in {seconds:.2f} seconds."
        return [
            step_table(numbers["steps"]),
            nodes.paragraph(text=learnt),
            table(["tested on", "right"], rows),
        ]


def setup(app):
    app.add_directive("bench", Bench)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
