"""Drawing with a real pen on the real pad: the living network at once, and the worker's predictions below it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.browser.living import STAGE, answer, draw, ink, move_pen, pad, touch, watched_board, worker_says
from tests.browser.pages import settled, upload
from tests.support.waiting import until

pytestmark = pytest.mark.browser


@pytest.fixture
def board(server, page):
    """The drawing page, ready for the pen."""
    page.goto(server.url)
    page.get_by_role("link", name="Draw a digit").first.click()
    page.get_by_role("heading", name="Draw a digit").wait_for()
    pad(page).wait_for()
    page.get_by_text("Nothing to predict yet").wait_for()
    settled(page)
    return page


def digits(page, stage=-1):
    """What the ready-made networks, the first two, read at this stage."""
    return [told.split()[0] for told in worker_says(page, stage)[:2]]


def test_the_network_on_the_page_and_the_worker_agree(board):
    draw(board)
    expect(answer(board)).to_have_text("7")
    row, other, *_of_other_tests = worker_says(board)  # the server may have runs
    assert other.split()[0] == "7"
    shares = board.locator(".living").evaluate("living => [...living.living.maps.at(-1).values]")
    assert row.split()[0] == str(int(np.argmax(shares)))
    assert float(row.split()[1].rstrip("%")) == pytest.approx(100 * max(shares), abs=0.1)
    assert board.get_by_role("img", name="Centred").count() == 1


def test_no_message_is_sent_while_the_pen_moves(page, server):
    sent = watched_board(page, f"{server.url}/draw")
    move_pen(page)
    expect(page.locator(".living .bars .first")).to_have_count(1)
    assert sent == []
    page.mouse.up()
    page.locator(STAGE).first.wait_for()
    settled(page)
    assert sent
    assert sum(sent) < 40_000


def test_the_drawing_outlives_reruns_and_other_pages_and_can_be_undone_and_cleared(board):
    draw(board)
    worker_says(board)
    drawn = ink(board)
    assert drawn > 500

    treated = board.get_by_role("img", name="Centred")
    before = treated.get_attribute("src")
    draw(board, [(0.7, 0.7), (0.92, 0.92)])
    expect(treated).not_to_have_attribute("src", before)
    settled(board)
    assert ink(board) > drawn, "the answer to one stroke must not wipe it before the next"

    board.get_by_role("button", name="Undo the last stroke").click()
    expect(treated).to_have_attribute("src", before)
    assert ink(board) == drawn

    board.get_by_role("link", name="Home").first.click()
    board.get_by_role("heading", name="Draw a digit").wait_for(state="detached")
    until(lambda: ink(board) == drawn)  # one drawing, on whatever page
    board.get_by_role("link", name="Draw a digit").first.click()
    worker_says(board)
    until(lambda: ink(board) == drawn)

    board.get_by_role("button", name="Clear the drawing").click()
    board.get_by_text("Nothing to predict yet").wait_for()
    assert ink(board) == 0


def test_thick_lines_in_a_small_digit_are_told_and_a_thinner_pen_helps(board):
    warning = board.get_by_text("Thick lines for so small a digit")
    draw(board)
    expect(warning).to_be_visible()
    thick = ink(board)
    board.get_by_role("button", name="Undo the last stroke").click()
    expect(warning).to_be_hidden()

    board.get_by_role("button", name="Pen: medium").click()
    board.get_by_role("button", name="Pen: thick").click()
    expect(board.get_by_role("button", name="Pen: thin")).to_be_visible()
    draw(board)
    until(lambda: 0 < ink(board) < thick)
    worker_says(board)
    expect(warning).to_be_hidden()
    expect(board.get_by_role("button", name="Pen: thin")).to_be_visible()


def test_a_finger_on_a_phone(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}/draw")
    pad(page).wait_for()
    page.get_by_text("Nothing to predict yet").wait_for()
    settled(page)
    touch(page, [(0.2, 0.2), (0.7, 0.2), (0.4, 0.85)])
    expect(answer(page)).to_have_text("7")
    until(lambda: digits(page) == ["7", "7"])
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    context.close()


def test_a_value_tells_where_it_came_from_by_mouse_and_by_keys(board):
    draw(board)
    expect(answer(board)).to_have_text("7")
    board.locator(".living .block canvas").nth(2).click(position={"x": 8, "y": 8})
    card = board.locator(".living .card")
    expect(card.get_by_role("heading")).to_have_text("Map 1 of 64")
    expect(card.get_by_text("Products")).to_be_visible()
    board.keyboard.press("Escape")
    expect(card).to_be_hidden()

    board.locator(".living .block").first.focus()
    board.keyboard.press("ArrowRight")
    expect(card.get_by_role("heading")).to_have_text("Map 2 of 32")
    board.keyboard.press("Enter")
    place = card.locator(".where").inner_text()
    board.keyboard.press("ArrowDown")
    expect(card.locator(".where")).not_to_have_text(place)
    board.keyboard.press("Escape")
    expect(card).to_be_hidden()
    board.set_viewport_size({"width": 1100, "height": 900})  # it is laid out anew, and what has the focus keeps it
    settled(board)
    expect(board.locator(".living .block").first).to_be_focused()

    board.locator(".living .bars div").nth(7).click()
    expect(card.get_by_role("heading")).to_have_text("Value 8 of 10")
    expect(card.get_by_text("after softmax")).to_be_visible()


def test_strokes_are_arranged_as_objects_and_the_prediction_follows(board):
    draw(board, [(0.2, 0.2), (0.7, 0.2), (0.4, 0.85)])
    assert digits(board) == ["7", "7"]
    board.get_by_text("Arrange", exact=True).click()
    board.locator("canvas.upper-canvas").wait_for()
    settled(board)
    board.locator("canvas.upper-canvas").hover()
    board.get_by_role("button", name="Edit").click()
    treated = board.get_by_role("img", name="Drawing")
    before = treated.get_attribute("src")
    box = board.locator("canvas.upper-canvas").bounding_box()
    board.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.2 * box["height"])  # on the bar of the seven
    board.mouse.down()
    board.mouse.move(box["x"] + 0.55 * box["width"], box["y"] + 0.4 * box["height"], steps=6)
    board.mouse.up()
    expect(treated).not_to_have_attribute("src", before)
    board.get_by_text("Draw", exact=True).click()
    until(lambda: ink(board) > 500)


def test_a_picture_of_a_digit(board, tmp_path):
    picture = Image.new("L", (240, 320), 230)
    ImageDraw.Draw(picture).line([(60, 60), (180, 60), (100, 280)], fill=40, width=22, joint="curve")
    picture.save(tmp_path / "seven.jpg")
    board.get_by_text("Image", exact=True).click()
    upload(board, tmp_path / "seven.jpg")
    assert digits(board) == ["7", "7"]
