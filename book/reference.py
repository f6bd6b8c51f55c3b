"""Glossary and notation: {terms}, {symbols}, {translations}, from tables beside this.

glossary.toml and notation.toml hold words in Markdown; each row names the chapter and
the anchor where the matter is taught. An anchor that is not on that page stops the
build. The tests find the term at its anchor, compute what a symbol stands for, and hold
the translations against those at the end of the chapters.
"""

import functools
import re
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

HERE = Path(__file__).parent
CHAPTERS = HERE.parent / "chapters"
LECTURES = {
    "nlp": "NLP slides",
    "ucl": "COMP0087 (UCL)",
    "nus": "CS2109S (NUS)",
    "jang": "note by H. Jang",
    "notes": "handwritten notes",
}


def read(name, table):
    """The rows of one table of one file beside this one."""
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))[table]


def key(term):
    """The anchor of a term: "mini-batch" → term-mini-batch."""
    return "term-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


class Place(nodes.Inline, nodes.Element):
    """A link to where something is taught; its words are known when that page is."""


def place(row):
    return Place(stem=row["chapter"], anchor=row["anchor"])


def title_at(doctree, anchor):
    """The title, without number, of the section that is or holds this anchor."""
    for node in doctree.findall(nodes.Element):
        if anchor in node.get("ids", ()):
            while not isinstance(node, nodes.section):
                node = node.parent
            return re.sub(r"^\d+\. ", "", node.next_node(nodes.title).astext())
    return None


def link_places(app, doctree, here):
    """Replace each place by a link: chapter 2, “A layer”."""
    for one in list(doctree.findall(Place)):
        [path] = CHAPTERS.glob(f"[0-9]*_{one['stem']}.ipynb")
        page = f"chapters/{path.stem}"
        title = title_at(tree(app.env, page), one["anchor"])
        if title is None:
            raise ExtensionError(f"{page} has no anchor {one['anchor']!r}")
        text = f"chapter {int(path.stem[:2])}, “{title}”"
        link = nodes.reference("", "", nodes.inline(text=text), internal=True)
        target = app.builder.get_relative_uri(here, page)
        link["refuri"] = f"{target}#{one['anchor']}"
        one.replace_self(link)


@functools.cache
def tree(env, page):
    """The page's doctree, read from disk once a build."""
    return env.get_doctree(page)


class FromTable(SphinxDirective):
    """Abstract: a directive that writes rows of a table."""

    def words(self, text):
        """Markdown within a line as nodes."""
        found, _ = self.state.inline_text(text, self.lineno)
        return found

    def cell(self, text):
        return nodes.entry("", nodes.paragraph("", "", *self.words(text)))

    def table(self, head, widths, rows):
        """A table of entries below a row of texts, named like its directive."""
        columns = [nodes.colspec(colwidth=width) for width in widths]
        top = nodes.row("", *(self.cell(text) for text in head))
        body = nodes.tbody("", *(nodes.row("", *row) for row in rows))
        group = nodes.tgroup(
            "", *columns, nodes.thead("", top), body, cols=len(columns)
        )
        return nodes.table("", group, classes=[self.name])


class Terms(FromTable):
    """The glossary: each term, what it means, and where it is taught."""

    def run(self):
        rows = sorted(read("glossary", "term"), key=lambda row: row["term"].lower())
        return [
            nodes.definition_list(
                "", *(self.item(row) for row in rows), classes=["listing"]
            )
        ]

    def item(self, row):
        where = nodes.paragraph("", "Taught in ", place(row), classes=["where"])
        means = nodes.paragraph("", "", *self.words(row["means"]))
        term = nodes.term("", "", *self.words(row["term"]), ids=[key(row["term"])])
        return nodes.definition_list_item("", term, nodes.definition("", means, where))


class Symbols(FromTable):
    """The course's own notation, one group of it."""

    required_arguments = 1

    def run(self):
        head = ["written", "is", "shape", "in code", "taught in"]
        rows = [
            [
                *map(self.cell, (row["symbol"], row["is"], shape(row))),
                self.cell(f"`{row['code']}`" if row["code"] else "–"),
                nodes.entry("", nodes.paragraph("", "", place(row))),
            ]
            for row in read("notation", "symbol")
            if row["group"] == self.arguments[0]
        ]
        return [self.table(head, (2, 4, 2, 2, 3), rows)]


def shape(row):
    """The shape of a symbol as Markdown, for example $n × d$ set as a formula."""
    if "size" not in row:
        return "–"
    product = r" \times ".join(row["size"])
    return f"${product}$" if product else "a number"


class Translations(FromTable):
    """The same thing in the notation of the five lectures."""

    def run(self):
        head = ["", "here", *LECTURES.values()]
        rows = [
            [self.cell(row[part]) for part in ("what", "here", *LECTURES)]
            for row in read("notation", "translation")
        ]
        return [self.table(head, (3, 3, 3, 3, 3, 3, 3), rows)]


def setup(app):
    app.add_node(Place)
    app.add_directive("terms", Terms)
    app.add_directive("symbols", Symbols)
    app.add_directive("translations", Translations)
    app.connect("doctree-resolved", link_places)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
