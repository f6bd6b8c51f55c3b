"""Record the README's moving picture from the built book.

    python -m book.picture

Run it with the Python of .venv after a change that shows: it plays the learning rule in
a real browser and writes book/learning-rule.gif.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser import launch

from . import build

PICTURE = Path(__file__).with_name("learning-rule.gif")
PAGE = build.PAGES / "chapters" / "01_perceptron.html"
STATE = "learning-rule=step:0,eta:1,data:blobs near,start:zero"
FRAMES, PAUSE = 16, 500  # ms for each frame; the last one stays four times as long


def frames(page):
    """The figure before the first correction, then after each of the next ones."""
    figure = page.locator("#figure-learning-rule")
    live = figure.locator("xpath=ancestor::div[contains(@class, 'nn-live')]")
    for _ in range(FRAMES):
        picture = Image.open(io.BytesIO(live.screenshot()))
        yield picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=48)
        figure.get_by_role("button", name="Step", exact=True).click()
        page.mouse.move(0, 0)


def main():
    if build.stale():
        sys.exit("The book is not built from these sources; run `make book` first.")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(f"{PAGE.as_uri()}?{STATE}")
        page.wait_for_selector("html[data-figures=live]")
        first, *rest = frames(page)
        browser.close()
    pauses = [PAUSE] * len(rest) + [4 * PAUSE]
    first.save(PICTURE, save_all=True, append_images=rest, duration=pauses, loop=0)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
