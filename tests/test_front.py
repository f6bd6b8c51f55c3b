"""The front page says within five seconds what this is; what it asks can be done."""

import pytest
from reader import caption, control, frames, inside, ready

SCREENS = {"desktop": (1280, 720), "phone": (390, 844)}


@pytest.fixture(params=SCREENS)
def front(request, visit, built_book):
    """The front page as it opens: page, height of the screen, figure, its slider."""
    width, height = SCREENS[request.param]
    page = ready(visit("intro.html", viewport={"width": width, "height": height}))
    [shown] = inside(built_book / "intro.html")[0]
    w2 = next(c for c in shown.kind.controls if c.name == "w2")
    return page, height, shown.anchor, control(page, shown.anchor, w2)


def test_a_live_figure_and_a_way_to_move_it_are_in_sight_at_once(front):
    page, height, anchor, slider = front
    for part in (page.locator(f"#{anchor} .nn-plots"), slider):
        box = part.bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= height


def test_what_the_first_lines_ask_for_can_be_done(front):
    page, _, anchor, slider = front
    assert "20 of 40 right" in caption(page, anchor)
    slider.focus()
    said = []
    for _ in range(60):
        page.keyboard.press("ArrowRight")
        frames(page)
        said.append(caption(page, anchor))
    assert any("40 of 40 right" in words for words in said)
