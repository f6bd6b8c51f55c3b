"""The tables of the lectures' numbers and misprints are whole, and each has its test.

The tests themselves stand in test_lectures_layers.py (chapters 1 to 3), _training.py
(4 and 5) and _gradients.py (6 and 7); lectures.py says how they are named and marked.
"""

import re
from collections import Counter

import pytest
from lectures import table
from test_structure import CHAPTERS

from book.inventory import guards

LECTURES = [row["key"] for row in table("lectures")]
ENTRIES = {row["id"]: row for name in ("errata", "examples") for row in table(name)}
CONCEPTS = table("concepts")
GUARDS = guards()
PLACES = {*CHAPTERS, "planned"}
FIELDS = {"id", "chapter", "title", "printed", "right", "places", "has_numeric_check"}

# how many misprints there are of each class, and how many concepts in each part
CLASSES = {"A": 23, "B": 37, "C": 17}
EXAMPLES = 46
PARTS = {"A0": 15, "A1": 19, "A2": 28, "A3": 16, "A4": 23, "A5": 19, "A6": 27}
PARTS |= {"A7": 5, "A8": 16}


def test_the_five_lectures_are_named():
    assert LECTURES == ["nlp", "ucl", "nus", "jang", "notes"]
    for number, row in enumerate(table("lectures"), 1):
        assert row["number"] == number
        assert {*row} == {"number", "key", "title", "author", "institution", "about"}
        assert all(row.values())


def test_no_misprint_and_no_example_is_missing():
    errata, examples = table("errata"), table("examples")
    assert len({row["id"] for row in errata + examples}) == len(errata + examples)
    assert Counter(row["class"] for row in errata) == CLASSES
    for letter, count in CLASSES.items():
        ids = [row["id"] for row in errata if row["class"] == letter]
        extra = ["E-A1b", "E-A16b"] if letter == "A" else []
        numbers = range(1, count - len(extra) + 1)
        assert {*ids} == {*(f"E-{letter}{n}" for n in numbers), *extra}
    assert len(examples) == EXAMPLES
    stems = {row["id"].split(".")[0] for row in examples}
    assert stems == {*(f"B{n}" for n in range(1, 15)), "B4b"}


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_says_what_where_and_whether(key):
    entry = ENTRIES[key]
    fields = FIELDS | ({"class"} if key.startswith("E-") else set())
    checked = entry["has_numeric_check"]
    assert {*entry} == fields | (set() if checked else {"reason"})
    assert checked in (True, False)
    assert entry["chapter"] in PLACES
    assert all(entry[field] for field in fields - {"has_numeric_check"})
    assert checked or entry["reason"]
    for place in entry["places"]:
        assert {*place} == {"lecture", "lines", "where"}
        assert place["lecture"] in LECTURES
        assert re.fullmatch(r"\d+(–\d+)?(, \d+(–\d+)?)*", place["lines"])
        assert place["where"]


CHECKED = [key for key, row in ENTRIES.items() if row["has_numeric_check"]]


@pytest.mark.parametrize("key", CHECKED)
def test_every_number_is_guarded_by_a_test_of_its_lecture(key):
    assert key in GUARDS, f"no test is marked @covers({key!r})"
    lectures = {place["lecture"] for place in ENTRIES[key]["places"]}
    for test in GUARDS[key]:
        name = test.split("::test_")[1]
        assert lectures & {*name.split("_")}, f"{test} names none of {lectures}"


def test_no_test_covers_what_is_not_there():
    assert {*GUARDS} - {*CHECKED} == set()
    for tests in GUARDS.values():
        assert len({*tests}) == len(tests)


def test_every_concept_of_the_lectures_is_listed_once():
    ids = [row["id"] for row in CONCEPTS]
    parts = [part for part, count in PARTS.items() for _ in range(count)]
    assert ids == [f"{part}.{n}" for n, part in enumerate(parts, 1)]
    for row in CONCEPTS:
        assert {*row} <= {"id", "title", "chapter", "errata", "examples"}
        assert row["title"]
        assert row["chapter"] in PLACES
        assert {*row.get("errata", []), *row.get("examples", [])} <= {*ENTRIES}
    titles = Counter(row["title"] for row in CONCEPTS)
    assert [title for title, count in titles.items() if count > 1] == []


def test_the_concepts_between_them_name_every_misprint_and_example():
    """So that each has a place in the chapters where it is put right."""
    kinds = ("errata", "examples")
    named = {key for row in CONCEPTS for kind in kinds for key in row.get(kind, [])}
    assert {*ENTRIES} - named == set()
