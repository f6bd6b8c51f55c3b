"""How fast the live figures answer, and what a page with figures weighs.

    make bench-web
    python -m benchmarks.bench_web views playground      these pages alone

Every built page with figures, in a headless Chromium:

* answer: from a key on a slider to the first task after the frame that draws picture
  and caption; at full speed and with the processor slowed four times; in the state that
  the page starts with, and with every menu at its last option;
* start: from the navigation to the frame that shows a live slider, with an empty cache;
* weight: every file that the page asks for down to its end, each as gzip -6 makes it;
* play: the time of a frame while the playground trains five epochs in each;
* the engine: see bench_engine.py.

An answer that comes too late is measured again, at most twice: other programs have
bursts. The exit code is 1 if a target is missed.
"""

import gzip
import math
import statistics
import sys
import threading
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from benchmarks import bench_engine
from book import build, serve
from tests.browser import launch

ANSWERS = {
    1: 33,
    4: 70,
}  # ms for 95 of 100 answers, by how much the processor is slowed
START = 1000  # ms
WEIGHT = 700  # KiB
EVENTS = 60  # for each figure, state and speed; its sliders take turns
ROUNDS = 3
VISITS = 5
FRAME = 17.5  # ms on average: 60 frames a second, and what a clock is off
PLAYED = "chapters/playground.html?playground=hidden:8;8,epoch:0"
SIZE = {"width": 1280, "height": 900}
MARK = "application/vnd.jupyter.widget-state+json"

FIGURES = f"""() => {{
    const text = document.querySelector('script[type="{MARK}"]').textContent;
    return Object.values(JSON.parse(text).state)
        .map(model => model.state.config).filter(config => config?.controls)
        .map(({{ id, controls }}) => [id, controls.filter(one => one.options)
            .map(({{ name, options }}) => `${{name}}:${{options.at(-1)}}`).join()]);
}}"""

# timeStamp is when the browser got the key. A message that is posted in an animation
# frame arrives when that frame is drawn.
STOPWATCH = """anchor => {
    const caption = document.querySelector(`#${anchor} figcaption > span`);
    globalThis.answers = [];
    addEventListener('keydown', ({ timeStamp }) => {
        const before = caption.textContent;
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            const moved = caption.textContent !== before;
            answers.push([performance.now() - timeStamp, moved]);
        };
        requestAnimationFrame(() => port2.postMessage(null));
    }, { capture: true });
}"""

AT_ITS_END = """(slider, ahead) =>
    slider.valueAsNumber === Number(ahead ? slider.max : slider.min)"""

FIRST_FRAME = """
    new MutationObserver((_, observer) => {
        if (document.documentElement?.dataset.figures !== 'live') return;
        observer.disconnect();
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { globalThis.startedAfter = performance.now(); };
        requestAnimationFrame(() => port2.postMessage(null));
    }).observe(document, { attributes: true, childList: true, subtree: true });
"""


def answers(page, anchor, slowed):
    """Milliseconds from key to drawn frame, in rising order."""
    sliders = page.locator(f".nn-box:has(#{anchor}) input[type=range]").all()
    ahead = [True] * len(sliders)
    page.evaluate(STOPWATCH, anchor)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    for event in range(EVENTS):
        at = event % len(sliders)
        sliders[at].focus()
        if sliders[at].evaluate(AT_ITS_END, ahead[at]):
            ahead[at] = not ahead[at]
        page.keyboard.press("ArrowRight" if ahead[at] else "ArrowLeft")
        page.wait_for_function("count => answers.length > count", arg=event)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    times, moved = zip(*page.evaluate("answers"), strict=True)
    if sum(moved) < EVENTS / 2:
        sys.exit(
            f"{anchor}: the caption did not answer the keys; nothing was measured."
        )
    return sorted(times)


def share(times, part):
    return times[math.ceil(part * len(times)) - 1]


def report(name, value, target, unit):
    """Print a line; whether the target was met."""
    met = value <= target
    verdict = "pass" if met else "FAIL"
    print(f"{name:72} {value:6.1f} ≤ {target:4} {unit:3}  {verdict}")
    return met


def measure_answers(browser, address):
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    page.goto(address)
    passed = []
    for figure, menus in page.evaluate(FIGURES):
        for state in dict.fromkeys(["", menus]):
            query = f"?{urlencode({figure: state})}" if state else ""
            name = f"{figure} ({state or 'start'})"
            for slowed, target in ANSWERS.items():
                for _ in range(ROUNDS):
                    page.goto(address + query)
                    page.wait_for_selector("html[data-figures=live]", state="attached")
                    times = answers(page, f"figure-{figure}", slowed)
                    late = share(times, 0.95)
                    if late <= target:
                        break
                of = f"{name}, {slowed}× slowed" if slowed > 1 else name
                of += f", p50 {share(times, 0.5):.1f}, p95"
                passed.append(report(of, late, target, "ms"))
    context.close()
    return passed


def measure_start(browser, address):
    times = []
    for _ in range(VISITS):
        context = browser.new_context(viewport=SIZE)
        page = context.new_page()
        page.add_init_script(FIRST_FRAME)
        page.goto(address)
        page.wait_for_function("globalThis.startedAfter")
        times.append(page.evaluate("startedAfter"))
        context.close()
    name = f"first live slider, median of {VISITS}, slowest {max(times):.0f}"
    return [report(name, statistics.median(times), START, "ms")]


def measure_weight(browser, address):
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    finished = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(address, wait_until="networkidle")
    for _ in range(100):  # down to the end, for what loads only when seen
        page.mouse.wheel(0, 800)
        if page.evaluate("scrollY + innerHeight >= document.body.scrollHeight - 1"):
            break
    page.wait_for_load_state("networkidle")
    sizes = {
        request.url: len(gzip.compress(request.response().body(), 6))
        for request in finished
        if request.url.startswith("http")
    }
    context.close()
    for url in sorted(sizes, key=sizes.get, reverse=True)[:5]:
        print(f"    {sizes[url] / 1024:6.1f} KiB  {Path(url).name}")
    name = f"{len(sizes)} files, gzipped"
    return [report(name, sum(sizes.values()) / 1024, WEIGHT, "KiB")]


PLAY = """() => new Promise(done => {
    const root = document.querySelector('#figure-playground');
    const buttons = [...root.querySelectorAll('button')];
    const play = buttons.find(({ textContent }) => textContent === 'Play');
    const epoch = () => Number(/after epoch (\\d+)/.exec(root.textContent)?.[1] ?? 0);
    const times = [];
    const frame = now => {
        times.push(now);
        if (epoch() < 250) requestAnimationFrame(frame);
        else done([(times.at(-1) - times[0]) / (times.length - 1), times.length]);
    };
    play.click();
    requestAnimationFrame(frame);
})"""


def measure_play(browser, address):
    """The playground's frames while it plays; the quietest of some rounds counts."""
    context = browser.new_context(viewport=SIZE)
    page = context.new_page()
    rounds = []
    for _ in range(ROUNDS):
        page.goto(address)
        page.wait_for_selector("html[data-figures=live]", state="attached")
        rounds.append(page.evaluate(PLAY))
    context.close()
    frame, frames = min(rounds)
    name = (
        f"playground, 2-8-8-1: a frame while it plays, {250 / frames:.1f} epochs each"
    )
    return [report(name, frame, FRAME, "ms")]


def main():
    pages = sorted(
        path.relative_to(build.PAGES).as_posix()
        for path in build.PAGES.rglob("*.html")
        if MARK in path.read_text("utf-8")
        and (path.stem in sys.argv[1:] or not sys.argv[1:])
    )
    if not pages:
        sys.exit("No built page has a live figure. Build the book with: make book")
    passed = []
    with serve.server(0) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = launch(playwright)
        for page in pages:
            print(page)
            address = f"http://127.0.0.1:{server.server_address[1]}/{page}"
            for measure in (measure_weight, measure_start, measure_answers):
                passed += measure(browser, address)
        home = f"http://127.0.0.1:{server.server_address[1]}/"
        passed += measure_play(browser, home + PLAYED)
        print("the engine")
        for row in bench_engine.measure(browser):
            passed.append(report(*row))
        browser.close()
        server.shutdown()
    missed = passed.count(False)
    print(f"{missed} of {len(passed)} targets missed" if missed else "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
