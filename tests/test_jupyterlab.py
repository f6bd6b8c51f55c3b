"""Figures in JupyterLab: real sliders, and Python knows where they stand."""

import base64
import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import matplotlib.image
import nbformat
import numpy as np
import pytest

from nnlib.live.explore import png
from nnlib.plots import canvas

ROOT = Path(__file__).parents[1]
STARTS_WITHIN = 60  # seconds, for a server on a busy machine
ANSWERS_WITHIN = 60_000  # milliseconds, for a page and a kernel
MAKE = """\
from nnlib.live.perceptron import DrawTheLine
figure = DrawTheLine(data="XOR", b=-1.15)
figure"""
TELL = "print(figure.state.w1, figure.state.b, figure.state.data)\nprint(repr(figure))"
EXPLORE = """\
from nnlib.live import explore

def line(ax, w=1.0, b=0.5):
    if w < 0.8:
        raise ValueError("too flat")
    ax.plot([-1, 1], [b - w, b + w])
    ax.set(ylim=(-3, 3))
    return f"from {b - w:.1f} to {b + w:.1f}"

figure = explore(line, w=(-1.0, 3.0, 0.1), b=(-2.0, 2.0))
figure"""
NOTEBOOKS = {"figure": (MAKE, TELL), "explore": (EXPLORE, "print(figure)")}
# JupyterLab asks for news of itself otherwise
NO_NEWS = {"checkForUpdates": False, "doNotDisturbMode": True, "fetchNews": "false"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, process, log):
    """Until the server answers; its log if it dies or stays silent."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/api", timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"JupyterLab does not answer:\n{log.read_text('utf-8')}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of the workspaces of a JupyterLab with NOTEBOOKS, new to it all."""
    folder = tmp_path_factory.mktemp("lab")
    for name, cells in NOTEBOOKS.items():
        notebook = nbformat.v4.new_notebook()
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        notebook.cells = [nbformat.v4.new_code_cell(text) for text in cells]
        nbformat.write(notebook, folder / f"{name}.ipynb")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(NO_NEWS))
    port = free_port()
    own = {
        name: str(folder / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    }
    environment = (
        os.environ
        | own
        | {
            "IPYTHONDIR": str(folder / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
            "PYTHONPATH": os.pathsep.join(
                [str(ROOT), os.environ.get("PYTHONPATH", "")]
            ),
        }
    )
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"),
    ]
    log = folder / "lab.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield f"{address}/lab/workspaces"
    finally:
        process.terminate()  # the server ends its kernels, then itself
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def opened(browser, lab, outside):
    """opened(name, shown) opens a notebook, runs it, and waits for what it shows."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(ANSWERS_WITHIN)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    outside.requests.clear()

    def run(name, shown):
        # a workspace of its own: JupyterLab opens again what was open in the last one
        page.goto(f"{lab}/{name}/tree/{name}.ipynb")
        page.locator(".jp-NotebookPanel .jp-CodeCell").nth(1).wait_for()
        page.get_by_text("Python 3 (ipykernel) | Idle", exact=False).first.wait_for()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.locator(shown).wait_for()
        return page

    yield run
    context.close()
    assert errors == []
    assert outside.requests == []


@pytest.fixture
def notebook(opened):
    """The notebook with a live figure, run from top to bottom."""
    return opened("figure", ".nn-figure figcaption")


def told(page):
    """What the last cell prints, run again: lines of text."""
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell").nth(1)
    before = cell.locator(".jp-InputPrompt").text_content()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        """([cell, before]) => {
            const now = cell.querySelector('.jp-InputPrompt').textContent;
            return /\\[\\d+\\]/.test(now) && now !== before;
        }""",
        arg=[cell.element_handle(), before],
    )
    return " ".join(
        cell.locator(".jp-OutputArea-output").all_inner_texts()
    ).splitlines()


def wait_until_told(page, lines):
    """Python hears of the sliders a little after the figure does."""
    end = time.monotonic() + 20
    while time.monotonic() < end and told(page) != lines:
        pass  # each question takes a round trip through the kernel
    assert told(page) == lines


def caption(page):
    return page.text_content(".nn-figure figcaption").strip()


def test_sliders_move_the_figure_and_python_knows(notebook):
    page = notebook
    assert caption(page) == (
        "Draw the line. z = 1.00 x₁ + 1.00 x₂ − 1.15 on XOR: 1 of 4 right (25 %)."
    )
    wait_until_told(page, ["1.0 -1.15 XOR", caption(page)])

    figure = page.locator(".jp-OutputArea-output:has(.nn-figure)")
    sliders = figure.locator(".noUi-handle")
    sliders.first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    # (1, 0) is exactly on the line, though the slider says 1.1500000000000004
    page.get_by_text("z = 1.15 x₁ + 1.00 x₂ − 1.15 on XOR: 1 of 4").first.wait_for()
    wait_until_told(page, ["1.15 -1.15 XOR", caption(page)])
    sliders.nth(2).focus()
    page.keyboard.press("Home")
    # not by keys: in a menu, JupyterLab takes the arrows for a walk through the cells
    figure.locator("select").select_option("OR")
    page.get_by_text("z = 1.15 x₁ + 1.00 x₂ − 3.00 on OR: 1 of 4").first.wait_for()
    wait_until_told(page, ["1.15 -3.0 OR", caption(page)])

    figure.get_by_role("button", name="Reset sliders").click()
    page.get_by_text("z = 1.00 x₁ + 1.00 x₂ − 1.15 on XOR").first.wait_for()
    wait_until_told(page, ["1.0 -1.15 XOR", caption(page)])


def test_python_moves_the_sliders_too(notebook):
    page = notebook
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell").nth(1)
    cell.locator(".cm-content").fill('figure.control["w2"].value = -0.25')
    told(page)
    page.get_by_text("z = 1.00 x₁ − 0.25 x₂ − 1.15 on XOR").first.wait_for()
    readout = page.locator(".jp-OutputArea-output .widget-readout").nth(1)
    assert readout.text_content() == "−0.25"
    cell.locator(".cm-content").fill(TELL)
    wait_until_told(page, ["1.0 -1.15 XOR", caption(page)])


# --- explore() --------------------------------------------------------------------

SEEN = """image => {
    const seen = (window.seen = []);
    const look = () => {
        seen.push([image.isConnected, image.offsetWidth, image.offsetHeight]);
        requestAnimationFrame(look);
    };
    look();
}"""
PIXELS = """async image => {
    await image.decode();
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [image.naturalWidth, image.naturalHeight];
    copy.getContext('2d').drawImage(image, 0, 0);
    return copy.toDataURL().split(',')[1];
}"""


def decoded(data):
    return matplotlib.image.imread(io.BytesIO(base64.b64decode(data)), format="png")


@contextlib.contextmanager
def filmed(page):
    """Every frame that Chromium paints meanwhile, as PNG in base64."""
    frames, camera = [], page.context.new_cdp_session(page)

    def keep(frame):
        frames.append(frame["data"])
        camera.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    camera.on("Page.screencastFrame", keep)
    camera.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    yield frames
    camera.send("Page.stopScreencast")


def ink(frame, box):
    """The share of dark pixels in the frame at the place of `box`."""
    top, left = round(box["y"]), round(box["x"])
    part = decoded(frame)[top : top + round(box["height"]), left:][
        :, : round(box["width"]), :3
    ]
    return float((part.mean(axis=-1) < 0.6).mean())


def test_a_real_slider_redraws_the_picture_without_a_flicker(opened):
    page = opened("explore", ".nn-explore img")
    figure = page.locator(".jp-OutputArea-output:has(.nn-explore)")
    image, text = figure.locator("img").element_handle(), figure.locator("pre")
    assert text.text_content() == "from -0.5 to 1.5"
    names = {}
    exec(EXPLORE, names)

    def shows(**values):
        picture, [ax] = canvas()
        names["line"](ax, **values)
        python = base64.b64encode(png(picture))
        return np.allclose(decoded(image.evaluate(PIXELS)), decoded(python))

    assert shows(w=1.0, b=0.5)
    image.evaluate(SEEN)
    figure.locator(".noUi-handle").first.focus()
    with filmed(page) as film:
        for _ in range(8):
            page.keyboard.press("ArrowRight")
        page.get_by_text("from -1.3 to 2.3").first.wait_for()
        assert shows(w=1.8, b=0.5)
    box = image.bounding_box()
    shares = [ink(frame, box) for frame in film]
    assert len(film) > 3
    assert 0.5 * max(shares) < min(shares)
    assert told(page) == ["explore(line, w=1.8, b=0.5): from -1.3 to 2.3"]

    page.get_by_text("from -1.3 to 2.3").first.wait_for()
    figure.locator(".noUi-handle").first.focus()
    page.keyboard.press("Home")
    page.get_by_text("✗ ValueError: too flat").first.wait_for()
    assert text.text_content().endswith("(Still shown: w=1.8, b=0.5.)")
    assert shows(w=1.8, b=0.5)
    page.keyboard.press("End")
    page.get_by_text("from -2.5 to 3.5").first.wait_for()
    assert shows(w=3.0, b=0.5)
    assert figure.locator("img").get_attribute("title") == (
        "explore(line, w=3.0, b=0.5): from -2.5 to 3.5"
    )
    seen = page.evaluate("window.seen")
    assert len(seen) > 50
    assert {*map(tuple, seen)} == {(True, *seen[0][1:])}
