"""The page of speeds: measured anew by each build, honest about what was not there."""

import re

import pytest

from book import bench


def cells(table):
    return [[entry.astext() for entry in row] for row in table.findall(bench.nodes.row)]


def test_a_library_that_was_not_there_has_a_dash():
    steps = {"2-2-1": {"nnlib": 20.4, "numpy": 15.3}}
    assert cells(bench.step_table(steps)) == [
        ["network", "nnlib", "numpy", "PyTorch", "scikit-learn"],
        ["2-2-1", "20 µs", "0.75 ×", "–", "–"],
    ]


def test_a_benchmark_that_fails_stops_the_build(monkeypatch, tmp_path):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "bench_training.py").write_text("1 / 0")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    with pytest.raises(bench.ExtensionError, match="ZeroDivisionError"):
        bench.measure()


def test_the_page_shows_every_network_and_the_digits(built_book):
    page = (built_book / "chapters" / "speed.html").read_text("utf-8")
    for net in ("2-2-1", "2-16-16-1", "2-64-64-1", "64-64-10"):
        assert re.search(rf"<td><p>{net}</p></td>\s*<td><p>\d+ µs</p></td>", page)
    assert re.search(r"last fifth, by other writers</p></td>\s*<td><p>9\d\.\d%", page)
