"""A live figure in JupyterLab: the same sliders, and Python knows where they stand."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
STARTS_WITHIN = 60  # seconds, for a server on a busy machine
ANSWERS_WITHIN = 60_000  # milliseconds, for a page and a kernel
MAKE = """\
from nnlib.live.perceptron import DrawTheLine
figure = DrawTheLine(data="XOR", b=-1.15)
figure"""
TELL = "print(figure.state.w1, figure.state.b, figure.state.data)\nprint(repr(figure))"
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
    """The address of a notebook with a figure, in a JupyterLab that knows nobody."""
    folder = tmp_path_factory.mktemp("lab")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in (MAKE, TELL)]
    nbformat.write(notebook, folder / "figure.ipynb")
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
        yield f"{address}/lab/tree/figure.ipynb"
    finally:
        process.terminate()  # the server ends its kernels, then itself
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def notebook(browser, lab, outside):
    """The notebook opened in JupyterLab and run from top to bottom."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(ANSWERS_WITHIN)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    outside.requests.clear()
    page.goto(lab)
    page.locator(".jp-NotebookPanel .jp-CodeCell").nth(1).wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle", exact=False).first.wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".nn-figure figcaption").wait_for()
    yield page
    context.close()
    assert errors == []
    assert outside.requests == []


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
