"""Every concept and every misprint of the lectures has its place in a chapter.

inventory/taught/<chapter>.toml names for each row an anchor of the built page, and
words or a number that must stand there as the reader sees them.
"""

import html
import re
import tomllib
from html.parser import HTMLParser

import pytest
from lectures import HERE, table
from reader import ROOT

from book import inventory

PAGES = ROOT / "_build" / "html" / "chapters"
ROWS = [*table("concepts"), *table("errata")]
TAUGHT = {
    path.stem: tomllib.loads(path.read_text("utf-8"))["taught"]
    for path in sorted((HERE / "inventory" / "taught").glob("*.toml"))
}
PLACES = [(stem, row) for stem, rows in TAUGHT.items() for row in rows]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"}


class Section(HTMLParser):
    """The words of the element with this id, its scripts left out."""

    def __init__(self, anchor):
        super().__init__()
        self.anchor, self.depth, self.silent, self.words = anchor, 0, 0, []

    def handle_starttag(self, tag, attributes):
        if tag in VOID:
            return
        if self.depth or dict(attributes).get("id") == self.anchor:
            self.depth += 1
            self.silent += tag in ("script", "style")

    def handle_endtag(self, tag):
        if self.depth and tag not in VOID:
            self.depth -= 1
            self.silent -= tag in ("script", "style")

    def handle_data(self, data):
        if self.depth and not self.silent:
            self.words.append(data)


def words(page, anchor):
    section = Section(anchor)
    section.feed(page.read_text("utf-8"))
    return " ".join("".join(section.words).split())


def page_of(stem):
    [path] = PAGES.glob(f"[0-9]*_{stem}.html")
    return path


@pytest.mark.parametrize("stem", TAUGHT)
def test_a_chapter_has_all_its_rows_once(stem):
    wanted = sorted(row["id"] for row in ROWS if row["chapter"] == stem)
    assert sorted(row["id"] for row in TAUGHT[stem]) == wanted


@pytest.mark.parametrize(
    ("stem", "row"), PLACES, ids=[f"{stem}-{row['id']}" for stem, row in PLACES]
)
def test_what_is_taught_stands_at_its_anchor(stem, row):
    assert set(row) == {"id", "anchor", "says"}
    assert row["says"] in words(page_of(stem), row["anchor"])


def test_every_chapter_names_its_places():
    stems = [path.stem.partition("_")[2] for path in PAGES.glob("[0-9]*.html")]
    assert {*stems} == {*TAUGHT}


def test_the_page_of_places_lists_every_row_and_links_to_it():
    page = (PAGES / "coverage.html").read_text("utf-8")
    for row in ROWS:
        assert f">{row['id']}<" in page
    for stem, row in PLACES:
        assert f'href="{page_of(stem).name}#{row["anchor"]}"' in page
    planned = [row for row in ROWS if row["chapter"] == "planned"]
    assert len(re.findall(r"<td><p>planned</p></td>", page)) >= len(planned) > 10


def test_a_row_without_its_place_stops_the_build():
    rows = [{"id": "A2.35", "chapter": "mlp", "title": "Several lines"}]
    with pytest.raises(inventory.ExtensionError, match=r"A2\.35 .* no place in mlp"):
        inventory.places(rows, {"mlp": []})


# --- the errata ---------------------------------------------------------------------


def test_the_page_of_errata_lists_each_with_its_lecture_chapter_and_test():
    page = PAGES / "errata.html"
    text = page.read_text("utf-8")
    guards = inventory.guards()
    for row in table("errata"):
        entry = erratum(text, row["id"])
        assert row["title"] in entry
        for place in row["places"]:
            number = 1 + LECTURES.index(place["lecture"])
            assert f"lecture {number}, {place['where']}" in entry
        for test in guards.get(row["id"], ["::what_is_taught"]):
            assert test.partition("::")[2] in entry


def test_the_page_of_errata_names_the_five_lectures():
    the_lectures = words(PAGES / "errata.html", "the-lectures")
    for row in table("lectures"):
        for key in ("title", "author", "institution"):
            given = row[key].removeprefix("untitled ")
            assert given == "not given" or given in the_lectures


LECTURES = [row["key"] for row in table("lectures")]


def erratum(text, key):
    """The words of one entry, from its title to the next."""
    anchor = f'id="erratum-{key.lower()}"'
    entry = text[text.index(anchor) :].partition("</dd>")[0]
    plain = html.unescape(re.sub(r"<[^>]*>", "", entry[len(anchor) + 1 :]))
    return plain.replace("’", "'")  # as the table writes it
