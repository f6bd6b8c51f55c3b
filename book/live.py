"""Sphinx extension: the live figures of nnlib on a static page, without a kernel.

myst-nb writes the widget state of a notebook into its page. Here that state is cut down
to what the page needs: one copy of each front-end module for the whole book instead of
one in every figure, no layout or style models. A model that book/hydrate.js cannot show
stops the build. Under each figure its still picture stays, for print and for readers
without JavaScript; under a question, its text with the answer folded away.

What explore() makes cannot live without a kernel: its picture and words stay as they
start, with a line that says where the sliders move.
"""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from nnlib.live.explore import MARK
from nnlib.live.modules import STATIC, as_module, as_script, needs, style

HERE = Path(__file__).parent
VIEW = "application/vnd.jupyter.widget-view+json"
UNSEEN = {"LayoutModel"}  # how JupyterLab arranges widgets; page.css does it here
VIEWS = {f"views/{path.stem}" for path in STATIC.glob("views/*.js")}
KNOWN = set(
    re.findall(r"^    (\w+Model): ", (HERE / "hydrate.js").read_text("utf-8"), re.M)
)
# a line from say_where_it_runs(), once the page's buttons are known
WHERE_IT_RUNS = f'<p class="{MARK}-note"></p>'


class KeepStill(SphinxPostTransform):
    """Keep picture or text of a live output beside its widget view."""

    default_priority = 3  # myst-nb's SelectMimeType (4) throws the other forms away
    formats = ("html",)

    def run(self, **kwargs):
        page = NbMetadataCollector.get_doc_data(self.env)[self.env.docname]
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {form.get("mime_type"): form for form in bundle.children}
            if VIEW not in forms:
                continue
            [model] = shown_in(forms[VIEW])
            words = page.get("explorers", {}).get(model)
            picture, text = forms.get("image/png"), forms.get("text/html")
            for image in picture.findall(nodes.image) if picture else ():
                image["alt"] = forms["text/plain"].astext().strip()
                image["classes"].append("nn-still" if words is None else MARK)
                image["loading"] = "lazy"
            if words is not None:
                note = nodes.raw("", words + WHERE_IT_RUNS, format="html")
                forms[VIEW].children = []
                forms[VIEW].extend([*(picture.children if picture else ()), note])
            elif picture:
                forms[VIEW].insert(0, picture.children)
            elif text:
                still = nodes.container("", *text.children, classes=["nn-still"])
                forms[VIEW].insert(0, still)


def shown_in(doctree):
    """The models that a page's cells show, in order."""
    script = re.compile(rf'<script type="{re.escape(VIEW)}">(.*)</script>', re.S)
    found = [script.fullmatch(raw.astext()) for raw in doctree.findall(nodes.raw)]
    return [json.loads(view[1])["model_id"] for view in found if view]


def parts(model):
    """The models that a model names."""
    return set(re.findall(r"IPY_MODEL_(\w+)", json.dumps(model["state"])))


def refuse_twice(docname, shown, state):
    """ExtensionError if one figure is shown in two cells: two places of one name."""
    models = state["state"]
    for key in {key for key in shown if shown.count(key) > 1}:
        for part in parts(models[key]):
            config = models[part]["state"].get("config")
            if config:
                raise ExtensionError(
                    f"{docname} shows the figure or question {config['id']} in two "
                    "cells, and a page cannot have one name twice. Make a second one "
                    f'with a name of its own: id="{config["id"]}-again".'
                )


def explorers(state):
    """The models of what explore() made, and of each the words that it shows, as HTML.

    They are below its sliders and its picture. No page without Python can move it.
    """
    models = state["state"]
    found = {}
    for key, model in models.items():
        if MARK in model["state"].get("_dom_classes", ()):
            *_, words = model["state"]["children"]
            words = models[words.removeprefix("IPY_MODEL_")]["state"]
            found[key] = words.get("value", "")
    return found


def only(state, roots):
    """Widget state of these models, all that they are made of, and their links.

    What a cell made and did not show is no part of its page.
    """
    models, kept, more = state["state"], set(), set(roots)
    while more:
        kept |= more
        more = set().union(*(parts(models[key]) for key in more)) - kept
    kept |= {
        key
        for key, model in models.items()
        if model["model_name"] == "LinkModel" and parts(model) <= kept
    }
    return {**state, "state": {k: m for k, m in models.items() if k in kept}}


def slim(state):
    """Widget state for the page, and the front-end modules that it needs, in order."""
    models, modules, ids = {}, [], []
    for key, model in state["state"].items():
        name = model["model_name"]
        if name in UNSEEN or name.endswith("StyleModel"):
            continue
        values = model["state"]
        if name not in KNOWN:
            raise ExtensionError(
                f"book/hydrate.js has no input for the widget {name}: use one of "
                f"{', '.join(sorted(KNOWN))}, or teach it."
            )
        if name == "AnyModel":
            view = values.get("view")
            if view not in VIEWS or values["_esm"] != as_module(view):
                raise ExtensionError(
                    "this page holds an anywidget that is not nnlib's."
                )
            modules += needs(view)
            ids.append(values["config"]["id"])
        values = {
            k: v for k, v in values.items() if k == "_options_labels" or k[0] != "_"
        }
        values = {k: v for k, v in values.items() if k not in ("layout", "style")}
        models[key] = {"model_name": name, "state": values}
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise ExtensionError(
            f"two figures or questions of one page are called {', '.join(twice)}: "
            "give one of them another id."
        )
    return {**state, "state": models}, list(dict.fromkeys(modules))


def slim_pages(app, env):
    """Cut down the widget state of every page just read; note the modules it needs."""
    for docname, page in getattr(env, "nb_metadata", {}).items():
        files = page.get("js_files", {})
        if "ipywidgets_state" not in files or "live_modules" in page:
            continue
        path, attributes = files["ipywidgets_state"]
        state = json.loads(attributes["body"])
        shown = shown_in(env.get_doctree(docname))
        refuse_twice(docname, shown, state)
        page["explorers"] = explorers(state)
        state = only(state, [key for key in shown if key not in page["explorers"]])
        state, page["live_modules"] = slim(state)
        body = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
        body = body.replace("<", "\\u003c")  # else </script> or <!-- could end it
        files["ipywidgets_state"] = (path, {**attributes, "body": body})


def add_modules(app, pagename, templatename, context, doctree):
    """Load the front-end modules of the page, in the order of their imports."""
    modules = NbMetadataCollector.get_doc_data(app.env)[pagename].get("live_modules")
    if modules is None:
        return
    for module in [*modules, "hydrate"]:
        app.add_js_file(f"live/{module}.js", loading_method="defer")
    app.add_css_file("live/figure.css")


def say_where_it_runs(app, pagename, templatename, context, doctree):
    """Under what needs Python: where to move its sliders, Binder if the page has it."""
    groups = context.get("header_buttons", [])
    buttons = [button for group in groups for button in group.get("buttons", [])]
    binder = [button["url"] for button in buttons if button.get("text") == "Binder"]
    links = [f'<a href="{escape(url)}">Binder</a>' for url in binder]
    places = " or ".join([*links, "JupyterLab"])
    line = f"This one runs Python: open the notebook in {places} to move its sliders."
    note = WHERE_IT_RUNS.replace("></", f">{line}</")
    context["body"] = context.get("body", "").replace(WHERE_IT_RUNS, note)


def write_modules(app, error):
    """Put every module and the style sheet where the pages look for them."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir) / "_static" / "live"
    for source in STATIC.rglob("*.js"):
        name = source.relative_to(STATIC).with_suffix("").as_posix()
        target = out / f"{name}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(as_script(name), encoding="utf-8")
    (out / "hydrate.js").write_text((HERE / "hydrate.js").read_text("utf-8"), "utf-8")
    page = (HERE / "page.css").read_text("utf-8")
    (out / "figure.css").write_text(style() + page, "utf-8")


def setup(app):
    app.add_post_transform(KeepStill)
    app.connect("env-updated", slim_pages)
    app.connect("html-page-context", add_modules)
    app.connect("html-page-context", say_where_it_runs, priority=900)
    app.connect("build-finished", write_modules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
