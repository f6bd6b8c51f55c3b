"""What every page of the book gets beyond the theme: a Sphinx extension.

The page templates beside this file drop what costs much and name the theme's buttons;
here are the parts that need to know the book: the buttons that only a repository makes
sense of, and a description for search engines.
"""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

DESCRIPTION_LENGTH = 160
# myst-nb names every hidden cell alike, whatever its visible title says
HIDDEN = '<summary aria-label="Toggle hidden content">'


def check_assets(app, config):
    """MathJax must be there before the build starts: without it, pages show raw TeX."""
    if not (Path(app.confdir) / ".cache/site/mathjax").exists():
        raise ExtensionError("MathJax is missing. Fetch it with: python book/vendor.py")


def repository_buttons(app, config):
    """Binder, source and issue buttons lead nowhere without an address."""
    options = config.html_theme_options
    known = bool(options.get("repository_url"))
    options["use_repository_button"] = options["use_issues_button"] = known
    if not known:
        options["launch_buttons"] = {}


def describe(app, page, template, context, doctree):
    """A description: the page's own, else its first paragraph that is words alone."""
    if 'name="description"' in context.get("metatags", ""):
        return
    text = f"{context.get('title', '')}: {app.config.html_title}"
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        in_text = isinstance(paragraph.parent, nodes.section)
        if in_text and not any(paragraph.findall(nodes.math)):
            text = " ".join(paragraph.astext().split())
            break
    if len(text) > DESCRIPTION_LENGTH:
        text = text[: text.rfind(" ", 0, DESCRIPTION_LENGTH)] + " …"
    tag = f'<meta name="description" content="{escape(text)}">'
    context["metatags"] = context.get("metatags", "") + tag


def drop_idle_mathjax(app, page, template, context, doctree):
    """Load MathJax where there are formulas; Sphinx also loads it on their contents."""
    if app.env.get_domain("math").data["has_equations"].get(page):
        return
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "mathjax" not in str(script.filename)
        and "MathJax" not in str(script.attributes.get("body"))
    ]


def name_hidden_cells(app, page, template, context, doctree):
    """Let the title of a hidden cell be its name."""
    context["body"] = context.get("body", "").replace(HIDDEN, "<summary>")


def setup(app):
    app.connect("config-inited", check_assets)
    app.connect("config-inited", repository_buttons)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", drop_idle_mathjax, priority=900)
    app.connect("html-page-context", name_hidden_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
