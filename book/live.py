"""Sphinx extension: the live figures of nnlib on a static page, without a kernel.

myst-nb writes the widget state of a notebook into its page. Here that state is cut down
to what the page needs: one copy of each front-end module for the whole book instead of
one in every figure, no layout or style models. A model that book/hydrate.js cannot show
stops the build. Under each figure its still picture stays, for print and for readers
without JavaScript; under a question, its text with the answer folded away.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError
from sphinx.transforms.post_transforms import SphinxPostTransform

from nnlib.live.modules import STATIC, as_module, as_script, needs, style

HERE = Path(__file__).parent
VIEW = "application/vnd.jupyter.widget-view+json"
UNSEEN = {"LayoutModel"}  # how JupyterLab arranges widgets; page.css does it here
VIEWS = {f"views/{path.stem}" for path in STATIC.glob("views/*.js")}
KNOWN = set(
    re.findall(r"^    (\w+Model): ", (HERE / "hydrate.js").read_text("utf-8"), re.M)
)


class KeepStill(SphinxPostTransform):
    """Keep picture or text of a live output beside its widget view."""

    default_priority = 3  # myst-nb's SelectMimeType (4) throws the other forms away
    formats = ("html",)

    def run(self, **kwargs):
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {form.get("mime_type"): form for form in bundle.children}
            still = forms.get("image/png") or forms.get("text/html")
            if VIEW not in forms or still is None:
                continue
            for image in still.findall(nodes.image):
                image["alt"] = forms["text/plain"].astext().strip()
                image["classes"].append("nn-still")
                image["loading"] = "lazy"
            if still is forms.get("text/html"):
                still = nodes.container("", *still.children, classes=["nn-still"])
                forms[VIEW].insert(0, still)
            else:
                forms[VIEW].insert(0, still.children)


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
    for page in getattr(env, "nb_metadata", {}).values():
        files = page.get("js_files", {})
        if "ipywidgets_state" not in files or "live_modules" in page:
            continue
        path, attributes = files["ipywidgets_state"]
        state, page["live_modules"] = slim(json.loads(attributes["body"]))
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
    app.connect("build-finished", write_modules)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
