"""Drawing with a real pen on the real canvas, read by the real networks."""

import itertools

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser

CORNER_SEVEN = [(14, 16), (64, 16), (32, 90)]


@pytest.fixture
def board(server, page):
    """The drawing page, ready for the pen."""
    page.goto(server.url)
    page.get_by_role("link", name="Draw a digit").first.click()
    page.locator("canvas.upper-canvas").wait_for()
    page.get_by_text("Nothing to predict yet").wait_for()
    return page


def draw(page, points):
    box = page.locator("canvas.upper-canvas").bounding_box()
    page.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=8)
    page.mouse.up()


def answers(page, stage):
    """What the ready-made networks, the first two, read at this stage: 0 the raw drawing, -1 the treated digit."""
    page.locator("[data-testid=stTable] tbody tr").first.wait_for()
    rows = page.locator("[data-testid=stTable] tbody tr").all()
    return [cell.inner_text()[0] for cell in rows[stage].locator("td").all()[:2]]


def ink_on_canvas(page):
    """How many pixels of the canvas are not black."""
    return page.locator("canvas.dc-canvas.lower-canvas").evaluate(
        """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                           .data.filter((value, index) => index % 4 == 0 && value > 128).length"""
    )


def test_a_seven_in_the_corner_is_read_as_a_seven(board):
    draw(board, CORNER_SEVEN)
    assert answers(board, -1) == ["7", "7"]
    assert board.get_by_role("img", name="Centred").count() == 1
    chart = board.locator("[data-testid=stPlotlyChart]")
    assert chart.locator("text", has_text="%").count() >= 2


def test_the_drawing_outlives_reruns_and_another_page_and_can_be_cleared(board):
    draw(board, CORNER_SEVEN)
    answers(board, -1)
    drawn = ink_on_canvas(board)
    assert drawn > 500

    treated = board.get_by_role("img", name="Centred")
    before = treated.get_attribute("src")
    draw(board, [(200, 200), (260, 260)])
    expect(treated).not_to_have_attribute("src", before)
    settled(board)
    assert ink_on_canvas(board) > drawn, "the answer to one stroke must not wipe it before the next"

    board.get_by_role("link", name="Home").first.click()
    board.get_by_role("heading", name="Draw a digit").wait_for(state="detached")
    board.get_by_role("link", name="Draw a digit").first.click()
    answers(board, -1)
    until(lambda: ink_on_canvas(board) > drawn)  # the drawing is still there after another page

    board.get_by_role("button", name="Clear", exact=True).click()
    board.get_by_text("Nothing to predict yet").wait_for()
    until(lambda: ink_on_canvas(board) == 0)


def test_a_finger_on_a_phone(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}/draw")
    page.locator("canvas.upper-canvas").wait_for()
    page.get_by_text("Nothing to predict yet").wait_for()
    touch(page, [(60, 60), (200, 60), (120, 230)])
    assert answers(page, -1) == ["7", "7"]
    context.close()


def touch(page, points):
    box = page.locator("canvas.upper-canvas").bounding_box()
    session = page.context.new_cdp_session(page)
    for kind, spot in [("touchStart", points[0]), *(("touchMove", spot) for spot in along(points)), ("touchEnd", None)]:
        spots = [{"x": box["x"] + spot[0], "y": box["y"] + spot[1]}] if spot else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})


def along(points, steps=8):
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        for step in range(1, steps + 1):
            yield x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps


def test_a_picture_of_a_digit(board, tmp_path):
    picture = Image.new("L", (240, 320), 230)
    ImageDraw.Draw(picture).line([(60, 60), (180, 60), (100, 280)], fill=40, width=22, joint="curve")
    picture.save(tmp_path / "seven.jpg")
    board.get_by_text("Image", exact=True).click()
    board.locator("input[type=file]").set_input_files(tmp_path / "seven.jpg")
    assert answers(board, -1) == ["7", "7"]
