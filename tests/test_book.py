"""The built book: what every page promises, before any figure is looked at."""

import gzip
import json
import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from reader import SMALL, STATE, axe_faults

from book import build, vendor

ROOT = Path(__file__).parents[1]
FOLDERS = ("chapters", "reference")
PAGES = [
    "intro.html",
    *(
        f"{folder}/{path.stem}.html"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).iterdir())
        if path.suffix in (".ipynb", ".md")
    ),
    "search.html",
]
FIGURES_BUDGET = 150 * 1024
TEXT_PAGE_BUDGET = 200 * 1024
FRONT_PAGE_BUDGET = 300 * 1024  # with its live figure and five questions
WIDTHS = {"desktop": 1280, "phone": 390}
ADDRESS = "https://github.com/owner/course"
EVERY_PAGE = pytest.mark.parametrize("path", PAGES)


class Tags(HTMLParser):
    """The tags of a page, each with its attributes, in order."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def values(self, tag, attribute):
        return [a[attribute] for t, a in self.tags if t == tag and a.get(attribute)]


def read(folder, path):
    return (folder / path).read_text("utf-8")


def tags(folder, path):
    return Tags(read(folder, path))


def loaded(page):
    """The addresses that a browser fetches by itself to show the page."""
    for tag, attributes in page.tags:
        if "src" in attributes:
            yield attributes["src"]
        if tag == "link" and attributes.get("rel") not in ("next", "prev", "search"):
            yield attributes["href"]


def visible(page, selector):
    return [part for part in page.locator(selector).all() if part.is_visible()]


def test_every_chapter_has_a_page(built_book):
    built = {p.relative_to(built_book).as_posix() for p in built_book.rglob("*.html")}
    built = {path for path in built if not path.startswith("_")}
    assert built == {*PAGES, "index.html"}


@EVERY_PAGE
def test_nothing_is_loaded_from_elsewhere(built_book, path):
    addresses = list(loaded(tags(built_book, path)))
    assert addresses
    assert not [a for a in addresses if re.match(r"(?!data:)[\w+-]+:|//", a)]


def test_no_style_sheet_loads_from_elsewhere(built_book):
    sheets = list(built_book.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text("utf-8")
        assert not re.findall(r"url\(\s*[\"']?(?:https?:)?//|@import\s*[\"']\w+:", text)


@EVERY_PAGE
def test_no_script_twice_and_none_too_many(built_book, path):
    page = tags(built_book, path)
    scripts = [script.partition("?")[0] for script in page.values("script", "src")]
    assert len(scripts) == len(set(scripts))
    assert "thebe" not in read(built_book, path).lower()
    assert not re.findall("fontawesome|embed-amd|require", " ".join(scripts))


def test_every_page_has_its_own_description(built_book):
    texts = {}
    for path in PAGES:
        (texts[path],) = (
            attributes["content"]
            for tag, attributes in tags(built_book, path).tags
            if tag == "meta" and attributes.get("name") == "description"
        )
    assert len(set(texts.values())) == len(PAGES)
    assert all(20 <= len(text) <= 162 for text in texts.values()), texts
    article = read(built_book, "intro.html").partition("<article")[2]
    first = re.sub("<[^>]*>", "", re.search("<p>(.*?)</p>", article, re.S)[1])
    start = unescape(texts["intro.html"]).removesuffix(" …")
    assert " ".join(first.split()).startswith(start)


@EVERY_PAGE
def test_language_icon_and_theme_are_set(built_book, path):
    page = tags(built_book, path)
    assert page.values("html", "lang") == ["en"]
    assert any("favicon.svg" in link for link in page.values("link", "href"))
    assert page.values("body", "data-default-mode") == ["auto"]


def live_anchors(file):
    """The anchors that figures bring with them when they come to life."""
    states = STATE.findall(file.read_text("utf-8"))
    models = [m for text in states for m in json.loads(text)["state"].values()]
    configs = [m["state"]["config"] for m in models if m["model_name"] == "AnyModel"]
    return {f"figure-{config['id']}" for config in configs if "controls" in config}


def test_internal_links_lead_somewhere(built_book):
    names = {
        path: {a.get("id") for _, a in tags(built_book, path).tags}
        | live_anchors(built_book / path)
        for path in PAGES
    }
    broken = []
    for path in PAGES:
        page = tags(built_book, path)
        for link in page.values("a", "href") + list(loaded(page)):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            here = built_book / path
            target = (here.parent / unquote(parts.path)) if parts.path else here
            name = target.resolve().relative_to(built_book).as_posix()
            anchors = names.get(name, ())
            if not target.is_file() or (
                name in names and parts.fragment not in {"", *anchors}
            ):
                broken.append(f"{path}: {link}")
    assert broken == []


@EVERY_PAGE
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(visit, path, scheme, width):
    size = {"width": WIDTHS[width], "height": 900}
    page = visit(path, color_scheme=scheme, viewport=size, reduced_motion="reduce")
    assert page.get_attribute("html", "data-theme") == scheme
    page.wait_for_load_state("networkidle")
    # a figure that never came to life would hide its faults
    views = page.locator("script[type='application/vnd.jupyter.widget-view+json']")
    assert page.locator(".nn-live").count() == views.count()
    assert axe_faults(page) == []


@EVERY_PAGE
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_sideways(visit, path, width):
    page = visit(path, viewport={"width": WIDTHS[width], "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@EVERY_PAGE
def test_the_page_works_without_a_server(visit, built_book, path):
    page = visit((built_book / path).as_uri())
    page.wait_for_load_state("networkidle")
    assert page.locator("h1:visible").count() == 1


@EVERY_PAGE
def test_formulas_are_set_and_mathjax_stays_away_where_there_are_none(visit, path):
    page = visit(path)
    formulas = page.locator(".math").count()
    loads = page.evaluate("Boolean(window.MathJax)")
    assert loads == (formulas > 0)
    if loads:
        page.wait_for_function("window.MathJax.startup?.promise")
        page.evaluate("MathJax.startup.promise")
    assert page.locator(".math > mjx-container").count() == formulas
    assert page.locator("mjx-merror").count() == 0


def test_one_search_at_a_time(visit):
    page = visit("intro.html", viewport={"width": 1280, "height": 800})
    assert len(visible(page, ".search-button__button, input[type=search]")) == 1
    page.keyboard.press("Control+k")
    assert len(visible(page, "input[type=search]")) == 1


def test_search_finds_a_page(visit):
    page = visit("search.html?q=neural")
    page.wait_for_selector(".search a[href*='intro.html']")


def test_icons_come_from_the_cut_fonts(visit, built_book):
    fonts = []
    page = visit("intro.html", viewport={"width": 390, "height": 800})
    page.on("request", lambda request: fonts.append(Path(request.url).name))
    page.reload(wait_until="networkidle")
    fonts = [name for name in fonts if ".woff" in name or ".ttf" in name]
    assert fonts == ["icons.woff"]
    icons = page.locator("[class*='fa-']").count()
    assert icons >= 10
    assert (built_book / "_static" / "icons.woff").stat().st_size < 8 * 1024


@pytest.mark.parametrize(
    ("path", "budget"),
    [("reference/exercises.html", TEXT_PAGE_BUDGET), ("intro.html", FRONT_PAGE_BUDGET)],
)
def test_a_page_without_formulas_is_light(visit, built_book, path, budget):
    page = visit(path)
    files = []
    page.on("request", lambda request: files.append(urlsplit(request.url).path[1:]))
    page.reload(wait_until="networkidle")
    size = sum(len(gzip.compress((built_book / f).read_bytes())) for f in set(files))
    assert size <= budget, f"{size / 1024:.0f} KiB"


def test_ten_figures_weigh_little(built_book):
    """Scripts, styles and state of a page with ten figures; stills load when seen."""
    path = "chapters/views.html"
    html = (built_book / path).read_text("utf-8")
    assert len(live_anchors(built_book / path)) >= 10
    stills = re.findall(r'<img[^>]*class="[^"]*nn-still[^"]*"[^>]*>', html)
    assert len(stills) >= 10
    assert all('loading="lazy"' in still for still in stills)
    used = [urlsplit(link).path for link in loaded(tags(built_book, path))]
    live = {(built_book / path).parent / name for name in used if "/live/" in name}
    assert len(live) > 20
    size = sum(len(gzip.compress(file.read_bytes())) for file in live)
    whole = gzip.compress(html.encode())
    size += len(whole) - len(gzip.compress(STATE.sub("", html).encode()))
    assert size <= FIGURES_BUDGET, f"{size / 1024:.0f} KiB"


def test_reduced_motion_stops_every_transition(visit):
    durations = """() => [...document.querySelectorAll('*')].flatMap(part => {
        const style = getComputedStyle(part);
        return [style.transitionDuration, style.animationDuration];
    }).filter(duration => /[1-9]/.test(duration)).length"""
    moving = visit("intro.html", reduced_motion="no-preference").evaluate(durations)
    still = visit("intro.html", reduced_motion="reduce").evaluate(durations)
    assert moving > 0
    assert still == 0


def test_the_colour_button_goes_through_its_modes(visit):
    page = visit("intro.html", color_scheme="dark")
    seen = []
    for _ in range(3):
        page.locator(".theme-switch-button").click()
        modes = page.evaluate("({...document.documentElement.dataset})")
        seen.append((modes["mode"], modes["theme"]))
    assert sorted(seen) == [("auto", "dark"), ("dark", "dark"), ("light", "light")]


@EVERY_PAGE
def test_without_javascript_the_text_stands_and_no_dead_button_shows(visit, path):
    page = visit(path, java_script_enabled=False)
    assert page.locator("h1:visible").count() == 1
    assert visible(page, ".pst-js-only") == []


@pytest.fixture
def small_book(tmp_path, built_book):
    """small_book(url, text) builds a copy of the book with one page and one chapter."""

    def make(url="", text=""):
        config = (ROOT / "_config.yml").read_text("utf-8")
        config, changed = re.subn(r'\n  url: ".*"\n', f'\n  url: "{url}"\n', config)
        assert changed == 1
        (tmp_path / "_config.yml").write_text(config, "utf-8")
        (tmp_path / "_toc.yml").write_text(SMALL, "utf-8")
        shutil.copytree(ROOT / "book", tmp_path / "book")
        assets = vendor.CACHE / "site"
        shutil.copytree(assets, tmp_path / assets.relative_to(ROOT))
        (tmp_path / "intro.md").write_text(f"# A page\n\n{text}\n", "utf-8")
        notebook = nbformat.v4.new_notebook()
        notebook.cells = [nbformat.v4.new_markdown_cell("# A chapter", id="title")]
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python"}
        (tmp_path / "chapters").mkdir()
        nbformat.write(notebook, tmp_path / "chapters" / "01_chapter.ipynb")
        done = subprocess.run(
            build.command(tmp_path), capture_output=True, text=True, encoding="utf-8"
        )
        return done, tmp_path / "_build" / "html"

    return make


def outward(pages):
    return [
        link
        for link in tags(pages, "chapters/01_chapter.html").values("a", "href")
        if urlsplit(link).netloc
    ]


def test_without_an_address_no_button_needs_one(small_book):
    done, pages = small_book(url="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert outward(pages) == []


def test_with_an_address_the_buttons_lead_there(small_book):
    done, pages = small_book(url=ADDRESS)
    assert done.returncode == 0, done.stdout + done.stderr
    links = outward(pages)
    chapter = "lab/tree/chapters/01_chapter.ipynb"
    assert f"https://mybinder.org/v2/gh/owner/course/main?urlpath={chapter}" in links
    assert ADDRESS in links
    assert any(link.startswith(f"{ADDRESS}/issues/new") for link in links)


def test_a_warning_stops_the_build(small_book):
    done, _ = small_book(text="[nowhere](missing.md)")
    assert done.returncode != 0
    assert "missing.md" in done.stdout + done.stderr
