"""What is where: {course}, {figures}, {exercises}, read off the pages themselves.

A listing is empty while pages are read. When all of them are known it is filled with
what they hold: the figures that their cells show, the exercises by their tags and
headings, the time that each chapter says it takes. So no list can fall behind.
"""

import ast
import functools
import importlib
import inspect
import json
import pkgutil
import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

import nnlib.live
from nnlib.live import Figure

FOLDER = Path(__file__).parents[1] / "chapters"
VIEW = "application/vnd.jupyter.widget-view+json"
SHOWN = re.compile(rf'<script type="{re.escape(VIEW)}">(.*)</script>', re.S)
TIME = re.compile(
    r"Time: about (\d+) minutes, and (as|twice as) long again for the exercises"
)


class Listing(nodes.General, nodes.Element):
    """Stands where a list comes once all pages are read; `make` names its kind."""


# --- what a page holds ------------------------------------------------------------


@functools.cache
def kinds():
    """{title: class} of every live figure."""
    found = {}
    for module in pkgutil.walk_packages(nnlib.live.__path__, "nnlib.live."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Figure) and value.view:
                found[value.title] = value
    return found


def section(node):
    """The id and the title of the section that holds the node."""
    while not isinstance(node, nodes.section):
        node = node.parent
    return node["ids"][0], node.next_node(nodes.title).astext()


def figures(env, page):
    """(anchor, class, id and title of the section) for each figure, in order."""
    files = NbMetadataCollector.get_doc_data(env)[page].get("js_files", {})
    if "ipywidgets_state" not in files:
        return
    _, attributes = files["ipywidgets_state"]
    models = json.loads(attributes["body"])["state"]
    for raw in env.get_doctree(page).findall(nodes.raw):
        view = SHOWN.fullmatch(raw.astext())
        box = models.get(json.loads(view[1])["model_id"]) if view else None
        for child in box["state"]["children"] if box else ():
            config = models[child.removeprefix("IPY_MODEL_")]["state"].get("config", {})
            if "controls" in config:
                kind = kinds()[config["title"]]
                yield f"figure-{config['id']}", kind, *section(raw)


def exercises(env, page):
    """(id and title of the section, first line of the docstring, bug hunt or not)."""
    for cell in env.get_doctree(page).findall(nodes.container):
        if "tag_exercise" in cell["classes"]:
            source = cell.next_node(nodes.literal_block).astext()
            *_, last = ast.parse(source).body
            asked = {f.name: f for f in ast.parse(source).body if hasattr(f, "name")}
            function = asked[last.value.args[0].id]
            task = ast.get_docstring(function).partition("\n")[0]
            yield *section(cell), task, "tag_bug-hunt" in cell["classes"]


def minutes(env, page):
    """How long the chapter says it takes: to read, and for the exercises."""
    found = TIME.search(" ".join(env.get_doctree(page).astext().split()))
    if not found:
        raise ExtensionError(f"{page} does not say how long it takes: {TIME.pattern}")
    reading = int(found[1])
    return reading, reading * (2 if found[2] == "twice as" else 1)


# --- the listings -----------------------------------------------------------------


def pages():
    """{page: title} of the notebooks: the chapters in order, then what is beside them.

    The title of a chapter starts with its number.
    """
    found = {}
    for path in sorted(FOLDER.glob("*.ipynb")):
        [first, *_] = json.loads(path.read_text("utf-8"))["cells"]
        title = "".join(first["source"]).partition("\n")[0].removeprefix("# ")
        number = f"{int(path.stem[:2])}. " if path.stem[0].isdigit() else ""
        found[f"chapters/{path.stem}"] = number + title
    return found


def count(n, what):
    return f"{n} {what}{'' if n == 1 else 's'}"


def link(app, here, page, anchor, text):
    reference = nodes.reference("", "", nodes.inline(text=text), internal=True)
    reference["refuri"] = app.builder.get_relative_uri(here, page) + (
        f"#{anchor}" if anchor else ""
    )
    return reference


def plain(title):
    """A section's title without its number."""
    return re.sub(r"^\d+\. ", "", title)


def figure_list(app, here, listing):
    """Each figure of one page: a link, what it is, where, and its name in Python."""
    page, items = listing["page"], []
    for anchor, kind, place, title in figures(app.env, page):
        what = inspect.getdoc(kind).partition("\n\n")[0].partition(". ")[0].rstrip(".")
        items.append(
            nodes.definition_list_item(
                "",
                nodes.term("", "", link(app, here, page, anchor, kind.title)),
                nodes.definition(
                    "",
                    nodes.paragraph("", f"{' '.join(what.split())}."),
                    nodes.paragraph(
                        "",
                        "",
                        nodes.Text("In “"),
                        link(app, here, page, place, plain(title)),
                        nodes.Text("”. In Python: "),
                        nodes.literal(text=kind.__name__),
                        nodes.Text(", from "),
                        nodes.literal(text=kind.__module__),
                        classes=["where"],
                    ),
                ),
            )
        )
    return [nodes.definition_list("", *items, classes=["listing"])]


def exercise_list(app, here, listing):
    """Each exercise of one page: a link, and what is asked."""
    page, items = listing["page"], []
    for anchor, title, task, hunt in exercises(app.env, page):
        words = [nodes.Text(task)]
        if hunt:
            words = [nodes.strong(text="Find the bug. "), *words]
        items.append(
            nodes.definition_list_item(
                "",
                nodes.term("", "", link(app, here, page, anchor, title)),
                nodes.definition("", nodes.paragraph("", "", *words)),
            )
        )
    return [nodes.definition_list("", *items, classes=["listing"])]


def course(app, here, listing):
    """The map: each chapter with what it is about, what it holds, how long it takes."""
    items, hours = [], [0, 0]
    for page, words in listing["lines"].items():
        times = minutes(app.env, page)
        hours = [total + more for total, more in zip(hours, times, strict=True)]
        shown = len(list(figures(app.env, page)))
        asked = len(list(exercises(app.env, page)))
        facts = (
            f"{count(shown, 'figure')}, {count(asked, 'exercise')}; "
            f"{times[0]} + {times[1]} minutes"
        )
        title = app.env.titles[page].astext()
        items.append(
            nodes.list_item(
                "",
                nodes.paragraph("", "", link(app, here, page, "", title)),
                nodes.paragraph("", "", *words),
                nodes.paragraph("", facts, classes=["where"]),
            )
        )
    reading, asking = (round(total / 60) for total in hours)
    each = sum(hours) / len(items) / 60
    whole = (
        f"All {len(items)} chapters together: about {reading} hours to read and play "
        f"with, and {asking} for the exercises. That is an hour and a half a chapter."
    )
    if not 1.25 <= each < 1.75:
        raise ExtensionError(f"a chapter takes {each:.2f} hours: mend the sentence")
    return [
        nodes.enumerated_list("", *items, classes=["course"], enumtype="arabic"),
        nodes.paragraph("", whole),
    ]


MAKE = {"figures": figure_list, "exercises": exercise_list, "course": course}


class PerPage(Directive):
    """A section for each page that holds some, its listing in it."""

    def run(self):
        return [
            nodes.section(
                "",
                nodes.title(text=title),
                Listing(make=self.name, page=page),
                ids=[f"in-{page.rpartition('/')[2]}"],
            )
            for page, title in pages().items()
            if self.name == "figures" or "exercise" in tags(page)
        ]


def tags(page):
    cells = json.loads((FOLDER.parent / f"{page}.ipynb").read_text("utf-8"))["cells"]
    return {tag for cell in cells for tag in cell["metadata"].get("tags", ())}


class Course(SphinxDirective):
    """The map of the course; each line of the content is `stem: what you find out`."""

    has_content = True

    def run(self):
        lines = dict(line.split(": ", 1) for line in self.content)
        found = {
            p.partition("_")[2]: p for p in pages() if p[len("chapters/")].isdigit()
        }
        if [*lines] != [*found]:
            raise ExtensionError(f"the map needs a line each for {', '.join(found)}")
        words = {
            found[stem]: self.state.inline_text(line, self.lineno)[0]
            for stem, line in lines.items()
        }
        return [Listing(make="course", lines=words)]


def fill(app, doctree, here):
    for listing in list(doctree.findall(Listing)):
        listing.replace_self(MAKE[listing["make"]](app, here, listing))


def setup(app):
    app.add_node(Listing)
    app.add_directive("figures", PerPage)
    app.add_directive("exercises", PerPage)
    app.add_directive("course", Course)
    app.connect("doctree-resolved", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
