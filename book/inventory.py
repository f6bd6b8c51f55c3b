"""What the lectures hold, on the page: {taught}, {errata}, {lectures}.

The rows are those of tests/inventory, the places where they are taught those of
tests/inventory/taught. A chapter that names its places must name one for each of its
rows, or the build stops. An erratum stands with the words that are printed, where, what
is right, the chapter that says so, and the test that guards it: one that computes the
printed form to be false and ours to be true, or, where there is nothing to compute, the
one that finds our words on the page.
"""

import ast
import tomllib
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.errors import ExtensionError

INVENTORY = Path(__file__).parents[1] / "tests" / "inventory"
TESTS = INVENTORY.parent
CHAPTERS = Path(__file__).parents[1] / "chapters"
IN_WORDS = "tests/test_coverage.py: test_what_is_taught_stands_at_its_anchor"
HEAD = ("row", "what", "where")


def read(path):
    """The rows of one file of the inventory."""
    [rows] = tomllib.loads(path.read_text("utf-8")).values()
    return rows


def chapters():
    """{stem: its places}, for the chapters that name them."""
    files = sorted((INVENTORY / "taught").glob("*.toml"))
    return {path.stem: read(path) for path in files}


def places(rows, taught):
    """Each row's id, what it is, and (stem, anchor), or what it still waits for."""
    found = []
    for row in rows:
        stem = row["chapter"]
        anchors = {one["id"]: one["anchor"] for one in taught.get(stem, [])}
        if stem in taught and row["id"] not in anchors:
            raise ExtensionError(f"{row['id']} {row['title']!r} has no place in {stem}")
        place = (stem, anchors[row["id"]]) if stem in taught else stem
        found.append((row["id"], row["title"], place))
    return found


def where(place):
    """The last cell of a row: a link to the place, or what it waits for."""
    if isinstance(place, str):
        pages = [path.stem for path in CHAPTERS.glob(f"[0-9]*_{place}.ipynb")]
        words = f"chapter {int(pages[0][:2])}" if pages else "a later chapter"
        return nodes.paragraph(text=place if place == "planned" else words)
    stem, anchor = place
    [page] = [path.stem for path in CHAPTERS.glob(f"[0-9]*_{stem}.ipynb")]
    link = nodes.reference("", f"chapter {int(page[:2])}", internal=True)
    link["refuri"] = f"{page}.html#{anchor}"
    return nodes.paragraph("", "", link)


def table(rows):
    """The rows of `places` as a table with links."""
    cells = [
        [nodes.paragraph(text=key), nodes.paragraph(text=title), where(place)]
        for key, title, place in rows
    ]
    top = [nodes.paragraph(text=name) for name in HEAD]

    def row(cells):
        return nodes.row("", *(nodes.entry("", cell) for cell in cells))

    widths = [nodes.colspec(colwidth=width) for width in (1, 6, 2)]
    body = nodes.tbody("", *map(row, cells))
    head = nodes.thead("", row(top))
    return nodes.table("", nodes.tgroup("", *widths, head, body, cols=len(HEAD)))


class Taught(Directive):
    """The table of the file of tests/inventory that is named: concepts or errata."""

    required_arguments = 1

    def run(self):
        rows = read(INVENTORY / f"{self.arguments[0]}.toml")
        return [table(places(rows, chapters()))]


def guards():
    """{id: ["test_lectures_x.py::test_name", …]}: which tests are marked with it."""
    found = {}
    for path in sorted(TESTS.glob("test_lectures*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for mark in getattr(node, "decorator_list", []):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "covers":
                    for key in map(ast.literal_eval, mark.args):
                        tests = found.setdefault(key, [])
                        tests.append(f"{path.name}::{node.name}")
    return found


def guarded(key, tests):
    """In words, which test guards the erratum."""
    if key not in tests:
        return IN_WORDS
    return ", ".join(f"tests/{test.replace('::', ': ')}" for test in tests[key])


def printed_in(erratum, names):
    """Which lectures print it, and where."""
    return "; ".join(
        f"{names[place['lecture']]}, {place['where']}" for place in erratum["places"]
    )


def line(label, *content):
    return nodes.paragraph("", "", nodes.strong(text=f"{label}: "), *content)


def entry(erratum, place, names, tests):
    """One erratum as a definition: its title, and what there is to say of it."""
    key = erratum["id"]
    term = nodes.term("", f"{key}. {erratum['title']}", ids=[f"erratum-{key.lower()}"])
    source = nodes.emphasis(text=f" ({printed_in(erratum, names)})")
    [chapter] = where(place).children
    return nodes.definition_list_item(
        "",
        term,
        nodes.definition(
            "",
            line("Printed", nodes.Text(erratum["printed"]), source),
            line("Right", nodes.Text(erratum["right"])),
            line("Put right in", chapter),
            line("Guarded by", nodes.inline(text=guarded(key, tests))),
        ),
    )


class Errata(Directive):
    """All errata of the class that is named: A, B or C."""

    required_arguments = 1

    def run(self):
        rows = read(INVENTORY / "errata.toml")
        found = {key: place for key, _, place in places(rows, chapters())}
        names = {one["key"]: short(one) for one in read(INVENTORY / "lectures.toml")}
        tests = guards()
        return [
            nodes.definition_list(
                "",
                *(
                    entry(row, found[row["id"]], names, tests)
                    for row in rows
                    if row["class"] == self.arguments[0]
                ),
                classes=["errata"],
            )
        ]


def short(lecture):
    return f"lecture {lecture['number']}"


class Lectures(Directive):
    """The five lectures: title, author and institution as far as they are given."""

    def run(self):
        items = []
        for one in read(INVENTORY / "lectures.toml"):
            by = [one[k] for k in ("author", "institution") if one[k] != "not given"]
            known = ", ".join(by) or "Author and institution not given"
            title = one["title"][0].upper() + one["title"][1:]
            text = f"{title}. {known}. What is in it: {one['about']}."
            items.append(nodes.list_item("", nodes.paragraph(text=text)))
        return [nodes.enumerated_list("", *items, enumtype="arabic", suffix=".")]


def setup(app):
    app.add_directive("taught", Taught)
    app.add_directive("errata", Errata)
    app.add_directive("lectures", Lectures)
    return {"parallel_read_safe": True}
