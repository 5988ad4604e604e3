"""The stepper on its page, by mouse, finger and keyboard."""

import numpy as np
import pytest
from playwright.sync_api import expect

from cnn_core.learn.convolution import convolve
from cnn_core.learn.filters import READY, over_channels
from cnn_core.learn.pooling import pool
from cnn_core.learn.slide import Slide
from cnn_core.ui.learn.images import GRID
from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser
CARD = """root => {
    const {card, maps} = root.living, {block, channel} = card.place;
    return {channel, values: [...maps[block.index + 1].values].filter((_, n) => n % block.shape[2] === channel)};
}"""
MAP = "window => [...window.stepper.steps.output.values]"


@pytest.fixture
def grid(server, page):
    """The page with the small grid and the notes' filter."""
    page.goto(f"{server.url}/convolution?image=grid")
    page.locator(".window .boards").wait_for()
    settled(page)
    return page


def values(page) -> list[float]:
    return page.locator(".window").evaluate(MAP)


def touch_cell(page, board: str, row: int, column: int) -> None:
    """With the mouse, on a board of the small grid without a frame."""
    canvas = page.locator(f".board.{board} .marks")
    canvas.scroll_into_view_if_needed()
    box, side = canvas.bounding_box(), page.locator(".window").evaluate(f"window => window.stepper.{board}.cell")
    page.mouse.move(box["x"] + (column - 0.5) * side, box["y"] + (row - 0.5) * side)
    page.mouse.down()
    page.mouse.up()


def by_hand(kernel=None) -> np.ndarray:
    return convolve(GRID, over_channels(READY["notes"][1], 1) if kernel is None else kernel, 0, Slide(2), Slide(2))


def test_a_cell_that_is_touched_says_where_it_comes_from_and_a_pixel_where_it_goes(grid):
    assert values(grid) == by_hand().ravel().tolist()
    touch_cell(grid, "output", 3, 4)
    expect(grid.locator(".said")).to_have_text("Row 3, column 4: 1·0 + 0·1 + 2·1 + 1·2 = 4.")
    assert by_hand()[2, 3] == 4
    expect(grid.locator(".sum")).to_contain_text("4")
    touch_cell(grid, "input", 1, 1)
    expect(grid.locator(".note")).to_contain_text("Row 1, column 1 is looked at once")
    touch_cell(grid, "input", 3, 3)
    expect(grid.locator(".note")).to_contain_text("Row 3, column 3 is looked at 4 times")


def test_play_needs_no_server_and_ends_with_the_whole_map(page, server):
    sent: list[int] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    page.goto(f"{server.url}/convolution?image=grid")
    page.locator(".window .boards").wait_for()
    settled(page)
    sent.clear()
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(page.locator(".player output")).to_have_text("25 / 25")
    assert sent == []


def test_by_keyboard_alone(grid):
    output = grid.locator(".board.output .marks")
    output.focus()
    grid.keyboard.press("Home")
    expect(grid.locator(".said")).to_contain_text("Row 1, column 1:")
    grid.keyboard.press("ArrowRight")
    grid.keyboard.press("ArrowDown")
    expect(grid.locator(".said")).to_contain_text("Row 2, column 2:")
    grid.keyboard.press("End")
    expect(grid.locator(".said")).to_contain_text("Row 5, column 5:")
    grid.keyboard.press("Space")
    expect(grid.get_by_role("button", name="Pause")).to_be_visible()
    grid.keyboard.press("Space")
    slider = grid.get_by_role("slider", name="The cell that the window fills")
    slider.focus()
    grid.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "Row 1, column 1: 4")


def test_a_weight_is_typed_and_what_is_no_number_is_said_and_loses_nothing(grid):
    weight = grid.get_by_label("Weight 1 of the filter")
    weight.fill("−1,5")
    weight.press("Tab")
    kernel = np.array([[-1.5, 1], [1, 2]], np.float32)[..., np.newaxis]
    until(lambda: values(grid) == by_hand(kernel).ravel().tolist())
    expect(grid.get_by_label("Weight 2 of the filter")).to_be_focused()
    expect(grid.get_by_role("button", name="Filters as they were")).to_be_visible()
    expect(grid.get_by_label("Weight 2 of the filter")).to_be_focused()
    weight.fill("many")
    weight.press("Tab")
    expect(grid.get_by_role("alert").filter(has_text="“many” is no number here")).to_be_visible()
    assert values(grid) == by_hand(kernel).ravel().tolist()
    grid.get_by_role("button", name="Filters as they were").click()
    until(lambda: values(grid) == by_hand().ravel().tolist())


def test_a_pixel_that_is_clicked_can_be_typed(grid):
    touch_cell(grid, "input", 2, 2)
    grid.mouse.move(5, 5)  # over others, as on the way to the field
    field = grid.get_by_label("Row 2, column 2")
    expect(field).to_have_value("2")
    field.fill("7")
    field.press("Enter")
    changed = GRID.copy()
    changed[1, 1] = 7
    kernel = over_channels(READY["notes"][1], 1)
    until(lambda: values(grid) == convolve(changed, kernel, 0, Slide(2), Slide(2)).ravel().tolist())
    field.fill("")
    field.press("Enter")
    expect(grid.get_by_role("alert").filter(has_text="is no number here")).to_be_visible()
    settled(grid)
    step = grid.get_by_label("Step (strides)").first
    step.scroll_into_view_if_needed()
    settled(grid)  # a list that is open closes when the page scrolls
    step.click()
    grid.get_by_role("option", name="3", exact=True).click()
    settled(grid)
    touch_cell(grid, "input", 3, 3)
    expect(grid.locator(".note")).to_contain_text("No window reaches row 3, column 3")


def test_the_grid_is_painted_and_is_there_after_another_page(grid):
    grid.get_by_role("button", name="Paint").click()
    touch_cell(grid, "input", 1, 6)
    expect(grid.get_by_role("button", name="Grid as it was")).to_be_visible()
    changed = GRID.copy()
    changed[0, 5] = 1
    kernel = over_channels(READY["notes"][1], 1)
    painted = convolve(changed, kernel, 0, Slide(2), Slide(2)).ravel().tolist()
    assert values(grid) == painted
    grid.get_by_role("link", name="Home").first.click()
    grid.locator(".window").wait_for(state="detached")
    grid.get_by_role("link", name="Convolution").click()
    grid.locator(".window .boards").wait_for()
    until(lambda: values(grid) == painted)


def test_another_filter_makes_another_map(grid):
    grid.get_by_role("button", name="Upright edges").click()
    expect(grid.get_by_text("Map 4×4")).to_be_visible()
    expect(grid.get_by_text("looked at once, one in the middle 9 times")).to_be_visible()
    kernel = over_channels(READY["vertical"][1], 1)
    assert values(grid) == convolve(GRID, kernel, 0, Slide(3), Slide(3)).ravel().tolist()


def test_a_finger_on_a_phone(server, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}/convolution?image=grid")
    page.locator(".window .boards").wait_for()
    settled(page)
    canvas = page.locator(".board.output .marks")
    canvas.scroll_into_view_if_needed()
    side = page.locator(".window").evaluate("window => window.stepper.output.cell")
    canvas.tap(position={"x": 1.5 * side, "y": 0.5 * side})
    expect(page.locator(".said")).to_contain_text("Row 1, column 2:")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()


def test_pooling_shows_which_number_is_kept(server, page):
    page.goto(f"{server.url}/pooling?image=grid")
    page.locator(".window .boards").wait_for()
    settled(page)
    touch_cell(page, "output", 2, 2)
    expect(page.locator(".said")).to_have_text("Row 2, column 2: 2, 1, 1, 2. the largest: 2.")
    expect(page.locator(".grid .kept")).to_have_count(1)
    page.get_by_role("button", name="Average").click()
    expect(page.locator(".said")).to_have_text("Row 2, column 2: 2, 1, 1, 2. their average: 1.50.")
    assert values(page) == pool(GRID, "average", Slide(2, 2), Slide(2, 2)).ravel().tolist()


def test_both_stages_of_a_separable_convolution_are_mixed_by_hand(grid):
    grid.get_by_text("The same with fewer parameters").click()
    grid.locator(".window").nth(1).locator(".boards").wait_for()
    settled(grid)
    both = grid.locator(".window").nth(1)
    both.get_by_role("button", name="Red alone").click()
    cell = both.evaluate("window => window.stepper.steps.arithmetic(window.stepper.player.at)")
    red, green, blue = (part["sum"] for part in cell["parts"])
    assert cell["sum"] == pytest.approx(red)
    both.get_by_label("Weight 2 of the second stage").fill("-2")
    both.get_by_label("Weight 2 of the second stage").press("Enter")
    changed = "window => window.stepper.steps.arithmetic(window.stepper.player.at).sum"
    until(lambda: both.evaluate(changed) == pytest.approx(red - 2 * green, abs=1e-4))
    assert blue != 0


def test_the_living_network_leads_to_the_window_of_a_layer_at_work(server, page):
    """From a map of the second convolution to the same map by hand: the same drawing, the same numbers."""
    page.goto(f"{server.url}/designer")
    page.locator(".living .block").first.wait_for()
    settled(page)
    page.locator(".living .block").nth(2).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator(".living .card").wait_for()
    asked = page.locator(".living").evaluate(CARD)
    page.get_by_role("button", name="Move this window by hand").click()
    expect(page.get_by_role("heading", name="Convolution")).to_be_visible()
    page.locator(".window .boards").wait_for()
    settled(page)
    shown = page.locator(".window").evaluate(
        "root => ({chosen: root.stepper.chosen, values: [...root.stepper.steps.output.values]})"
    )
    assert shown["chosen"] == asked["channel"]
    np.testing.assert_allclose(shown["values"], asked["values"], atol=1e-3)
    assert np.std(shown["values"]) > 0.01
    expect(page.locator(".sum")).to_contain_text("(the other 31 maps)")
    page.locator(".incoming button").nth(4).click()
    expect(page.locator(".board.input h3")).to_have_text("Map 5 of 32 that come in, 13×13")
    expect(page.locator(".incoming button").nth(4)).to_be_focused()
