"""One drawing in front of both networks of a duel, and the digit dragged by hand, in a real Chromium."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.living import draw, pad, touch
from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser

SEVEN = [(0.2, 0.2), (0.75, 0.2), (0.4, 0.85)]
NAMES = ["Ready-made dense network", "Ready-made CNN"]
SHARES = "duel => duel.duel.contenders.map(contender => [...contender.shares])"
ROW = """() => {
    const chart = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.layout?.shapes?.length);
    const titles = chart && {digit: chart.layout.yaxis.title.text, title: chart.layout.xaxis.title.text};
    return chart && {...titles, mark: chart.layout.shapes[0].x0, lines: chart._fullData.map(line => [...line.y])};
}"""


@pytest.fixture
def board(server, page) -> Page:
    """The duel page before any duel, ready for the pen."""
    return opened(page, server.url)


def opened(page: Page, url: str) -> Page:
    page.goto(f"{url}/duel")
    pad(page).wait_for()
    page.get_by_role("heading", name="Already measured").wait_for()
    settled(page)
    pad(page).scroll_into_view_if_needed()
    return page


def field(page: Page) -> Locator:
    return page.locator(".field canvas")


def shares(page: Page) -> list[list[float]]:
    """What each network gives every digit just now, in the browser."""
    return page.locator(".duel").first.evaluate(SHARES)


def row(page: Page) -> dict:
    """The worker's chart, once there is one."""
    page.wait_for_function(f"Boolean(({ROW})())")
    return page.evaluate(ROW)


def drag(page: Page, right: int, down: int, let_go: bool = True) -> None:
    """Pull the digit by so many pixels of the field."""
    field(page).scroll_into_view_if_needed()
    box = field(page).bounding_box()
    x, y, cell = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"] / 28
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right * cell, y + down * cell, steps=6)
    if let_go:
        page.mouse.up()


def test_both_networks_answer_side_by_side_and_the_worker_agrees(board):
    draw(board, SEVEN)
    expect(board.locator(".contender h2")).to_have_text(NAMES)
    expect(board.locator(".contender strong")).to_have_text(["7", "7"])
    expect(board.locator(".side .bars .first span")).to_have_text(["7", "7"])
    told = row(board)
    assert told["mark"] == 0
    assert told["digit"] == "Confidence in 7"
    for line, mine in zip(told["lines"], shares(board), strict=True):
        assert line[10] == pytest.approx(mine[7], abs=0.01)
    first, second = (side.bounding_box() for side in board.locator(".side").all())
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] < second["x"]


def test_a_pulled_digit_changes_both_answers_at_once_and_the_worker_follows_when_it_is_let_go(server, page):
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    board = opened(page, server.url)
    draw(board, SEVEN)
    row(board)
    settled(board)
    middle = shares(board)
    sent.clear()
    drag(board, 6, -3, let_go=False)
    expect(board.locator(".where")).to_have_text("6 px right, 3 px up")
    until(lambda: all(one != other for one, other in zip(shares(board), middle, strict=True)))
    assert sent == [], "nobody is asked before the digit is let go"
    board.mouse.up()
    until(lambda: row(board)["mark"] == 6)
    assert row(board)["title"] == "Moved right (pixels), 3 up"
    for line, mine in zip(row(board)["lines"], shares(board), strict=True):
        assert line[16] == pytest.approx(mine[7], abs=0.02)
    assert 0 < sum(sent) < 40_000


def test_keys_escape_a_double_click_and_a_button_move_the_digit(board):
    draw(board, SEVEN)
    row(board)
    where, said = board.locator(".where"), board.locator(".stage .said")
    field(board).focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown"):
        board.keyboard.press(key)
    expect(where).to_have_text("2 px left, 1 px down")
    expect(said).to_contain_text("2 px left, 1 px down. Ready-made dense network predicts ")
    expect(said).to_contain_text(". Ready-made CNN predicts ")
    until(lambda: row(board)["mark"] == -2)
    board.keyboard.press("Escape")
    expect(said).to_contain_text("In the middle.")
    until(lambda: row(board)["mark"] == 0)
    for _ in range(14):
        board.keyboard.press("ArrowUp")
    expect(where).to_have_text("10 px up")
    board.get_by_role("button", name="Back to the middle").click()
    expect(said).to_contain_text("In the middle.")
    drag(board, 3, 0)
    expect(where).to_have_text("3 px right")
    field(board).dblclick()
    expect(said).to_contain_text("In the middle.")
    expect(board.get_by_role("button", name="Back to the middle")).to_be_disabled()


def test_the_maps_show_every_place_and_lead_there(board):
    draw(board, SEVEN)
    expect(board.get_by_role("img", name="Ready-made CNN still predicts your digit at")).to_be_visible()
    until(lambda: "of 441 places" in board.locator(".map canvas").last.get_attribute("aria-label"))
    map_ = board.locator(".map canvas").first
    box = map_.bounding_box()
    map_.click(position={"x": box["width"] * 14.5 / 21, "y": box["height"] * 6.5 / 21})
    expect(board.locator(".where")).to_have_text("4 px right, 4 px up")
    until(lambda: row(board)["mark"] == 4)
    board.get_by_label("Your digit is").select_option("1")
    until(lambda: row(board)["digit"] == "Confidence in 1")


def test_another_drawing_stands_in_the_middle_and_an_empty_pad_is_no_digit(board):
    draw(board, SEVEN)
    drag(board, 5, 5)
    until(lambda: row(board)["mark"] == 5)
    draw(board, [(0.3, 0.5), (0.6, 0.5)])
    until(lambda: row(board)["mark"] == 0)
    expect(board.locator(".where")).to_have_text("Drag it, or use arrow keys.")
    board.get_by_role("button", name="Clear the drawing").click()
    expect(board.locator(".contender strong")).to_have_text(["–", "–"])
    expect(board.locator(".stage .said")).to_have_text("Nothing is drawn yet.")


def test_what_explains_a_value_leaves_its_own_network_in_view(board):
    draw(board, SEVEN)
    row(board)
    side = board.locator(".side").last
    map_ = side.locator(".block canvas").first
    map_.scroll_into_view_if_needed()
    settled(board)
    map_.click(position={"x": 6, "y": 6})
    card = side.locator(".card")
    expect(card.get_by_role("heading")).to_have_text("Map 1 of 32")
    card_box, map_box = card.bounding_box(), map_.bounding_box()
    assert card_box["x"] + card_box["width"] <= map_box["x"]
    assert card_box["y"] >= 0
    assert card_box["y"] + card_box["height"] <= 900


def test_in_the_dark_all_of_it_is_dark(server, browser):
    context = browser.new_context(color_scheme="dark", viewport={"width": 1280, "height": 900})
    page = opened(context.new_page(), server.url)
    expect(page.locator(".living.dark")).to_have_count(3)
    context.close()


def test_a_finger_on_a_phone(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = opened(context.new_page(), server.url)
    touch(page, SEVEN)
    expect(page.locator(".contender strong")).to_have_text(["7", "7"])
    row(page)
    settled(page)
    field(page).scroll_into_view_if_needed()
    touch(page, [(0.5, 0.5), (0.5, 0.5 + 4 / 28)], on=field(page))
    expect(page.locator(".where")).to_have_text("4 px down")
    until(lambda: row(page)["title"] == "Moved right (pixels), 4 down")
    first, second = (card.bounding_box() for card in page.locator(".contender").all())
    assert first["x"] + first["width"] < second["x"], "both answers are seen together"
    above, below = (side.bounding_box() for side in page.locator(".side").all())
    assert above["y"] + above["height"] < below["y"]
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    context.close()
