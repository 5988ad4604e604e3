"""The designer in a real Chromium: what a visitor clicks, types, reloads and shares."""

import json

import pytest
from playwright.sync_api import Page, expect

from cnn_core.design.layers import Conv2D, Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from tests.browser.living import headings
from tests.browser.pages import ROW, settled, upload
from tests.support.waiting import until

pytestmark = pytest.mark.browser

TYPE_AND_WAIT = """async (value) => {
    const total = () => document.querySelector('[data-testid=stMetricValue]').innerText;
    const input = document.querySelector('input[aria-label=filters]'), before = total();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, value);
    input.dispatchEvent(new Event('input', {bubbles: true}));
    const start = performance.now();
    input.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));
    while (total() === before)
        await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""


TABLE = "[data-testid=data-grid-canvas]"


def open_designer(page: Page, server, network: Network = PRESETS["keras-log"].network) -> None:
    page.goto(f"{server.url}/designer?design={network.to_token()}")
    expect(page.get_by_role("button", name="Train this network")).to_be_visible()
    expect(page.locator(TABLE)).to_be_visible()
    expect(page.locator(".living .block").first).to_be_visible()
    settled(page)  # the table stands where it stays


def parameters(page: Page):
    return page.locator("[data-testid=stMetricValue]").first


def click_row(page: Page, row: int) -> None:
    table = page.locator(TABLE)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 120, box["y"] + ROW * (row + 1.5))
    expect(page.get_by_text(f"{row} · ")).to_be_visible()


def type_pair(page: Page, label: str, text: str) -> None:
    box = page.locator(f"input[aria-label*={label}]").first
    box.click()
    box.fill(text)
    box.press("Enter")


def test_edit_undo_reload_and_share(server, page, browser):
    open_designer(page, server)
    expect(parameters(page)).to_have_text("93,322")
    click_row(page, 3)
    filters = page.locator("input[aria-label=filters]").first  # an old one may still be on its way out
    expect(filters).to_have_value("64")
    filters.fill("16")
    filters.press("Enter")
    expect(parameters(page)).not_to_have_text("93,322")
    edited = parameters(page).inner_text()
    page.wait_for_function("old => !location.href.includes(old)", arg=PRESETS["keras-log"].network.to_token())
    page.reload()
    expect(parameters(page)).to_have_text(edited)
    other = browser.new_page()
    other.goto(page.url)
    expect(parameters(other)).to_have_text(edited)
    other.close()


def test_back_and_forward_go_to_the_design_of_the_address(server, page):
    open_designer(page, server)
    first = page.url
    click_row(page, 3)
    filters = page.locator("input[aria-label=filters]").first
    filters.fill("16")
    filters.press("Enter")
    page.wait_for_function("first => location.href !== first", arg=first)
    settled(page)
    second, edited = page.url, parameters(page).inner_text()

    page.go_back()
    expect(parameters(page)).to_have_text("93,322")
    settled(page)
    assert page.url == first
    page.go_forward()
    expect(parameters(page)).to_have_text(edited)
    settled(page)
    assert page.url == second


def test_undo_brings_the_widgets_back_too(server, page):
    open_designer(page, server)
    filters = page.locator("input[aria-label=filters]").first  # an old one may still be on its way out
    for value in ("8", "24"):
        filters.fill(value)
        filters.press("Enter")
        expect(page.get_by_text(f"3·3·1·{value} + {value}")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(filters).to_have_value("8")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(filters).to_have_value("32")
    expect(parameters(page)).to_have_text("93,322")


def test_an_impossible_kernel_is_explained_and_mended(server, page):
    open_designer(page, server)
    click_row(page, 3)
    type_pair(page, "kernel_size", "20")
    expect(page.get_by_text("⌊(13 − 20)/1⌋ + 1 = −6").first).to_be_visible()
    expect(page.get_by_role("button", name="Train this network")).to_be_disabled()
    page.get_by_role("button", name="Set kernel_size 7×7 in layer 3").click()
    expect(page.get_by_text("⌊(13 − 7)/1⌋ + 1 = 7")).to_be_visible()
    expect(page.get_by_role("button", name="Train this network")).to_be_enabled()


def test_a_double_click_removes_one_layer(server, page):
    network = Network(layers=tuple(Conv2D(filters=n, padding="same") for n in range(1, 9)))
    open_designer(page, server, network)
    # Both before the server can have answered the first: a click on the button that it shows then is meant.
    page.get_by_role("button", name="Delete Conv2D 1").evaluate("button => { button.click(); button.click(); }")
    is_open = "design => location.href.endsWith(design)"
    page.wait_for_function(is_open, arg=network.remove(0).to_token())
    settled(page)
    # It comes after both clicks: one Undo brings back what one took away.
    page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_function(is_open, arg=network.to_token())


def test_two_hundred_layers_stay_usable(server, page):
    """Against a design of four layers on the same machine: on 2 cores about 5 times as long."""
    took = []
    for count in (4, 200):
        open_designer(page, server, Network(layers=tuple(Conv2D(filters=4, padding="same") for _ in range(count))))
        took.append(min(page.evaluate(TYPE_AND_WAIT, str(value)) for value in (5, 6, 7)))
    assert took[1] < 20 * took[0]


def test_training_is_one_click_away(server, page):
    open_designer(page, server)
    page.get_by_role("button", name="Train this network").click()
    page.wait_for_url("**/live*")


def test_on_a_phone_nothing_is_wider_than_the_screen(server, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    open_designer(page, server)
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    page.close()


def test_a_refused_value_waits_in_its_field_and_so_does_training(server, page):
    open_designer(page, server)
    click_row(page, 3)
    filters = page.locator("input[aria-label=filters]").first  # an old one may still be on its way out
    expect(filters).to_have_value("64")
    filters.fill("1000000000")
    filters.press("Enter")
    expect(page.get_by_text("Not taken: filters must be a whole number from 1 to 65,536")).to_be_visible()
    train = page.get_by_role("button", name="Train this network")
    expect(train).to_be_disabled()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Training").click()
    expect(page.get_by_text("Training waits for a field in the designer, layer 3 (Conv2D)")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    page.get_by_role("link", name="Open in the designer").click()
    expect(filters).to_have_value("1000000000")
    expect(train).to_be_disabled()
    filters.fill("16")
    filters.press("Enter")
    expect(page.get_by_text("3·3·32·16 + 16")).to_be_visible()
    expect(train).to_be_enabled()


def test_a_model_of_vectors_is_opened_as_images_with_a_click(server, page):
    open_designer(page, server)
    dense = {"units": 10, "activation": "softmax", "batch_input_shape": [None, 784], "name": "_read_ it"}
    plain = {"class_name": "Sequential", "config": [{"class_name": "Dense", "config": dense}], "keras_version": "2.0.8"}
    page.get_by_role("button", name="File").click()
    upload(page, {"name": "model.json", "mimeType": "application/json", "buffer": json.dumps(plain).encode()})
    expect(page.get_by_text("takes a vector of 784 values")).to_be_visible()
    expect(parameters(page)).to_have_text("93,322")
    page.get_by_role("button", name="Open it as Flatten after 28×28×1").click()
    expect(parameters(page)).to_have_text("7,850")
    expect(page.get_by_text("name: _read_ it (layer 2)")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(parameters(page)).to_have_text("93,322")


def test_the_picture_is_the_editor(server, page):
    """A click chooses a layer, + adds one, a pull moves it, Delete removes it; the numbers and the link follow."""
    network = PRESETS["lesson"].network
    open_designer(page, server, network)
    heads = page.locator(".living .block header")
    heads.nth(2).click()
    expect(page.get_by_text("3 · Conv2D")).to_be_visible()

    page.locator(".living .plus select").nth(1).select_option("Dropout")
    expect(page.get_by_text("2 · Dropout")).to_be_visible()
    until(lambda: headings(page)[:3] == ["Conv2D", "Dropout", "MaxPooling2D"])

    start, end = heads.nth(1).bounding_box(), heads.nth(3).bounding_box()
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"], end["y"] + 5, steps=8)
    page.mouse.up()
    until(lambda: headings(page)[:4] == ["Conv2D", "MaxPooling2D", "Conv2D", "Dropout"])

    page.locator(".living .block").nth(3).focus()
    page.keyboard.press("Delete")
    until(lambda: headings(page)[:4] == ["Conv2D", "MaxPooling2D", "Conv2D", "MaxPooling2D"])
    page.wait_for_function("token => location.href.endsWith(token)", arg=network.to_token())


def test_an_edit_shows_in_the_maps(server, page):
    open_designer(page, server, PRESETS["lesson"].network)
    maps = page.locator(".living .block canvas").first
    before = maps.evaluate("canvas => canvas.toDataURL()")
    filters = page.locator("input[aria-label=filters]").first
    filters.fill("7")
    filters.press("Enter")
    expect(page.locator(".living .block footer").first).to_have_text("26×26×7")
    until(lambda: maps.evaluate("canvas => canvas.toDataURL()") != before)


def test_a_colour_network_without_an_image_has_no_pad_and_says_so(server, page):
    layers = (Conv2D(filters=4), Flatten(), Dense(units=10, activation="softmax"))
    open_designer(page, server, Network(input_shape=(32, 32, 3), layers=layers))
    assert page.locator(".living .paper").count() == 0
    shown = page.locator(".living .seen canvas")
    assert shown.evaluate("canvas => canvas.width") == 32
    black = shown.evaluate("""canvas => canvas.getContext("2d").getImageData(0, 0, 32, 32)
                                              .data.slice(0, 3).every(value => value == 0)""")
    assert not black, "nothing is shown: that is not a black image"
    expect(page.get_by_text("The chosen data set has no image of this size.")).to_be_visible()
