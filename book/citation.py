"""The directive {cite-this}: CITATION.cff as a sentence and as BibTeX."""

from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive

FILE = Path(__file__).parents[1] / "CITATION.cff"


def read():
    return yaml.safe_load(FILE.read_text("utf-8"))


def authors(cited):
    return [
        one.get("name") or f"{one['given-names']} {one['family-names']}"
        for one in cited["authors"]
    ]


def sentence(cited):
    """Author (year). Title (version). Address."""
    names = ", ".join(authors(cited))
    names = names[0].upper() + names[1:]
    year = cited["date-released"].year
    text = f"{names} ({year}). {cited['title']} (version {cited['version']})."
    return f"{text} {cited['url']}" if "url" in cited else text


def bibtex(cited):
    """An entry of type misc, which every style of BibTeX knows."""
    fields = {
        # braces in braces keep BibTeX from reading a group as first and last names
        "author": " and ".join(f"{{{name}}}" for name in authors(cited)),
        "title": cited["title"],
        "year": cited["date-released"].year,
        "version": cited["version"],
        "url": cited.get("url"),
    }
    lines = [f"  {key} = {{{value}}}," for key, value in fields.items() if value]
    return "\n".join(["@misc{neural_networks_course,", *lines, "}"])


class CiteThis(Directive):
    """The two forms, one below the other."""

    def run(self):
        cited = read()
        entry = bibtex(cited)
        return [
            nodes.block_quote("", nodes.paragraph(text=sentence(cited))),
            nodes.literal_block(entry, entry, language="bibtex"),
        ]


def setup(app):
    app.add_directive("cite-this", CiteThis)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
