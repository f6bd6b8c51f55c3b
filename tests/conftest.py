"""What many tests share: the built book, a server for it, a browser without a world."""

import functools
import http.server
import os
import re
import socketserver
import threading
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from browser import launch
from filelock import FileLock
from playwright.sync_api import sync_playwright
from reader import CHAPTERS, GALLERY, build_gallery, inside, ready

from book import build, serve
from nnlib.live import modules

LONG = ("test_page", "test_stage", "test_looks", "test_setup", "test_jupyterlab")


def pytest_collection_modifyitems(items):
    """The files that take minutes come first: at the end no worker stands idle."""
    place = {name: at for at, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A skipped test fails: what is not checked must not look as if it were."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def built_book(tmp_path_factory):
    """The folder of the built book, built now unless nothing changed since."""
    shared = tmp_path_factory.getbasetemp().parent
    with FileLock(shared / "book.lock"):
        if build.stale():
            assert build.build() == 0, "the book does not build: see the output above"
    return build.PAGES


@pytest.fixture(scope="session")
def server(built_book):
    """The address of the built book on this machine, without a final slash."""
    with serve.server(0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


# Chromium asks these on its own account (updates, accounts, lists of bad pages), flags
# or not; no page of the book names one.
CHROMIUMS_OWN = re.compile(
    r"(accounts|clients\d|android\.clients|www)\.google\.com|\w+\.gvt1\.com|"
    r"(update|safebrowsing\w*|content-autofill|[\w-]+-pa)\.googleapis\.com"
)


class Refusal(socketserver.StreamRequestHandler):
    """Answer every request for another host with an error, and remember it."""

    def handle(self):
        request = self.rfile.readline().decode("latin-1").strip()
        # a connection that says nothing is one that Chromium keeps ready
        if request and not CHROMIUMS_OWN.search(request):
            self.server.requests.append(request)
        self.wfile.write(b"HTTP/1.1 502 Refused\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture(scope="session")
def outside():
    """A proxy that refuses everything: its address, and the requests it was asked."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusal) as proxy:
        proxy.daemon_threads = True
        proxy.requests = []
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{proxy.server_address[1]}"
        yield SimpleNamespace(address=address, requests=proxy.requests)
        proxy.shutdown()


# One for each file of tests: while Playwright's synchronous interface runs, no other
# code in the process can start an event loop.
@pytest.fixture(scope="module")
def browser(outside):
    """A headless Chromium for which the world ends at this machine."""
    # Chromium itself asks nothing of a proxy for this machine's own addresses
    with sync_playwright() as playwright:
        running = launch(playwright, f"--proxy-server={outside.address}")
        yield running
        running.close()


@pytest.fixture
def page(browser):
    """An empty page, as wide as a phone, with the figures' style sheet."""
    page = browser.new_page(viewport={"width": 390, "height": 900})
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_style_tag(content=modules.style())
    yield page
    page.close()
    assert faults == []


@pytest.fixture
def visit(browser, server, outside):
    """visit("intro.html", color_scheme="dark") opens a page and returns it.

    Keywords are those of Playwright's new_context; an address with a scheme is opened
    as it is. When the test ends, the page must have had no error, no failed request and
    no wish to reach another host.
    """
    contexts, faults = [], []
    outside.requests.clear()

    def open_page(path, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning")
                and faults.append(f"{message.type}: {message.text}")
            ),
        )
        page.on(
            "request",
            lambda request: (
                urlsplit(request.url).hostname not in (None, "127.0.0.1")
                and faults.append(f"outside: {request.url}")
            ),
        )
        page.on(
            "response",
            lambda answer: (
                answer.status >= 400 and faults.append(f"{answer.status} {answer.url}")
            ),
        )
        page.goto(path if "://" in path else f"{server}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []
    assert outside.requests == []


@pytest.fixture(scope="session")
def gallery(tmp_path_factory, built_book):
    """A page with every figure there is, in a book made as the real one is."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "gallery"
    with FileLock(shared / "gallery.lock"):
        if not folder.exists():
            build_gallery(folder)
    return folder / "_build" / "html" / "chapters" / "01_gallery.html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def gallery_address(gallery):
    folder = gallery.parents[1]
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        port = running.server_address[1]
        yield f"http://127.0.0.1:{port}/{gallery.relative_to(folder).as_posix()}"
        running.shutdown()


@pytest.fixture(params=CHAPTERS)
def place(request):
    """A page with live figures: its file, its address on this machine, its figures.

    Every figure stands on a chapter's page; what is tried in many states, or needs no
    page around it, is tried in the gallery instead (reader.in_gallery).
    """
    if request.param == GALLERY:
        file = request.getfixturevalue("gallery")
        address = request.getfixturevalue("gallery_address")
    else:
        file = request.getfixturevalue("built_book") / request.param
        address = f"{request.getfixturevalue('server')}/{request.param}"
    figures, questions = inside(file)
    return SimpleNamespace(
        name=request.param,
        file=file,
        address=address,
        figures=figures,
        questions=questions,
    )


@pytest.fixture
def show(visit):
    """show(address, …) opens a page with live figures, asked as `visit` asks."""

    def open_live(address, **options):
        return ready(visit(address, **options))

    return open_live
