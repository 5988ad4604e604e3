"""Share, in a real browser: the link is copied by keyboard, its code can be scanned, a stranger sees the same."""

from collections.abc import Iterator
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.living import answer, draw, ink, pad, worker_says
from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser
ADVICE = "Only this computer can open the link"


def shared(page: Page) -> Locator:
    """The dialog with the link of the page."""
    page.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text(ADVICE)).to_be_visible()
    expect(link_box(page)).not_to_have_value("")
    return page.get_by_role("dialog")


def link_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="The link")


def link_of(page: Page) -> str:
    shared(page)
    return link_box(page).input_value()


@pytest.fixture
def stranger(browser) -> Iterator[Page]:
    """Another browser, which has kept nothing of this studio."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("mode", "width"), [("light", 1280), ("dark", 390)])
def test_the_code_on_the_screen_is_read_as_the_link(server, browser, mode, width):
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=mode)
    page.goto(f"{server.url}/designer")
    page.get_by_role("heading", name="Designer").wait_for()
    settled(page)
    if width == 390:
        page.get_by_test_id("stExpandSidebarButton").click()
    link = link_of(page)
    code = page.get_by_role("img", name="QR code of the link")
    expect(code).to_be_in_viewport(ratio=1)
    until(lambda: [found.text for found in zxingcpp.read_barcodes(seen(code))] == [link])
    page.close()


def seen(what: Locator) -> Image.Image:
    return Image.open(BytesIO(what.screenshot())).convert("L")


def test_a_stranger_sees_the_same_variants(server, page, stranger):
    page.goto(f"{server.url}/augmentation")
    page.get_by_role("button", name="Photos").click()
    expect(page.get_by_role("radio", name="contrast")).to_be_visible()
    page.get_by_role("button", name="New seed").click()
    expect(page.get_by_text("seed 42.")).not_to_be_visible()
    page.get_by_role("spinbutton", name="Which, of 400").fill("9")
    page.get_by_role("spinbutton", name="Which, of 400").press("Enter")
    settled(page)
    stranger.goto(link_of(page))
    until(lambda: variants(stranger) == variants(page))  # a worker may still be at those of the page itself
    assert len(variants(page)) == 13
    expect(stranger.get_by_role("spinbutton", name="Which, of 400")).to_have_value("9")


def variants(page: Page) -> list[tuple[str, str]]:
    """Of the first row of images, what each shows and how it was made."""
    images = page.get_by_test_id("stImage").first.locator("xpath=..").locator("img")
    return images.evaluate_all("images => images.slice(0, 13).map(image => [image.src, image.alt])")


def test_a_stranger_sees_the_same_image_as_numbers(server, page, stranger):
    page.goto(f"{server.url}/browse")
    page.get_by_role("radio", name="One image").click()
    page.get_by_role("radio", name="Test").click()
    box = page.get_by_role("spinbutton", name="Image number, 0 to 999")
    box.fill("123")
    box.press("Enter")
    expect(page.get_by_text("x_test[123]")).to_be_visible()
    numbers = page.get_by_test_id("stHtml").locator("pre").inner_text()
    stranger.goto(link_of(page))
    expect(stranger.get_by_text("x_test[123]")).to_be_visible()
    expect(stranger.get_by_test_id("stHtml").locator("pre")).to_have_text(numbers, use_inner_text=True)


def test_a_stranger_sees_the_same_drawing_read_by_the_same_network(server, page, stranger):
    page.goto(f"{server.url}/draw?models=keras-log.dnn-500x3")  # the server may have runs of other tests
    pad(page).wait_for()
    settled(page)
    page.get_by_role("button", name="Remove Ready-made CNN").click()
    expect(page.locator(".living .block")).to_have_count(5)
    draw(page)
    expect(answer(page)).to_have_text("7")
    worker_says(page)
    stranger.goto(link_of(page))
    until(lambda: abs(ink(stranger) - ink(page)) < 0.01 * ink(page))
    expect(answer(stranger)).to_have_text("7")
    (told,) = worker_says(stranger)
    assert told.split()[0] == "7"
    expect(stranger.locator(".answers .network h3")).to_have_text("Ready-made dense network")


@pytest.mark.parametrize("clipboard", [True, False], ids=["clipboard", "plain http"])
def test_the_link_is_copied_by_keyboard(server, browser, clipboard):
    context = browser.new_context()
    page = context.new_page()
    if clipboard:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    else:  # as for a page that did not come by https or from this computer
        page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})")
    page.goto(f"{server.url}/browse")
    page.get_by_role("heading", name="Data", exact=True).wait_for()
    settled(page)
    page.get_by_role("button", name="Share", exact=True).press("Enter")
    expect(link_box(page)).not_to_have_value("")
    link = link_box(page).input_value()
    page.keyboard.press("Tab")  # the button that closes the dialog
    page.keyboard.press("Tab")
    expect(link_box(page)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    box = page.get_by_role("combobox").first  # something to paste into
    box.focus()
    page.keyboard.press("Control+v")
    expect(box).to_have_value(link)
    context.close()
