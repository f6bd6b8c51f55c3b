"""The directive {taught}: where each row of the inventory is taught.

The rows are those of tests/inventory, the places those of tests/inventory/taught. A
chapter that names its places must name one for each of its rows, or the build stops.
"""

import tomllib
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.errors import ExtensionError

INVENTORY = Path(__file__).parents[1] / "tests" / "inventory"
CHAPTERS = Path(__file__).parents[1] / "chapters"
HEAD = ("row", "what", "where")
WAITING = {"planned": "planned", "intro": "chapter 1 and the front page"}


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
        return nodes.paragraph(text=WAITING.get(place, words))
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


def setup(app):
    app.add_directive("taught", Taught)
    return {"parallel_read_safe": True}
