"""The camera: pictures of a visitor's own things are taken, kept in the browser, and told to Python."""

import base64
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from cnn_core.data.taught import SIDE
from cnn_core.ui.components.camera import component
from cnn_core.ui.use.taken import pixels
from tests.browser.components.conftest import COMPONENTS
from tests.support.waiting import until

SITE = "https://components.test"  # a secure page: only such a one gets a camera
BEGIN = """
async data => {
  const {default: call} = await import("/camera/main.js");
  document.body.innerHTML = '<div class="camera"></div>';
  window.told = [];
  window.give = data => call({data, parentElement: document.body, setTriggerValue: (name, value) => told.push(value)});
  window.leave = window.give(data);
}
"""
EMPTY = """<!doctype html><meta name=viewport content="width=device-width">
<link rel=stylesheet href="/camera/camera.css">"""
NO_CAMERA = "Object.defineProperty(Navigator.prototype, 'mediaDevices', {get: () => undefined})"
FAILS = "void (navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s'); })"


def _answer(route: Route) -> None:
    path = COMPONENTS / route.request.url.removeprefix(f"{SITE}/")
    kind = {".js": "text/javascript", ".css": "text/css"}.get(path.suffix)
    body = path.read_text(encoding="utf-8") if kind else EMPTY
    route.fulfill(body=body, content_type=kind or "text/html")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A secure page with a browser of its own, and a clock that goes on when a test says so."""
    context = browser.new_context()
    context.route(f"{SITE}/**", _answer)
    page = context.new_page()
    page.clock.install(time=0)
    page.goto(f"{SITE}/")
    page.clock.pause_at(1000)
    yield page
    context.close()


@pytest.fixture
def sent(monkeypatch) -> Callable[..., dict[str, Any]]:
    """What Python sends to the component."""

    def data(show: Callable = component.things_box, *args: Any, **changed: Any) -> dict[str, Any]:
        noted = []
        monkeypatch.setattr(component, "mounted", lambda *_args, **_more: lambda **more: noted.append(more["data"]))
        if show is component.things_box:
            args = args or ((), ())
            changed = {"number": 0, "refused": (), "added": ()} | changed
        show(*args, key="camera", on_told=lambda: None, **changed)
        return noted[0]

    return data


@pytest.fixture
def things(page, sent) -> Page:
    """The rows, on a page."""
    page.evaluate(BEGIN, sent())
    expect(row(page, 1)).to_be_visible()
    return page


def row(page: Page, number: int) -> Locator:
    return page.locator(".thing").nth(number - 1)


def tiles(page: Page, number: int = 1) -> Locator:
    return row(page, number).locator(".tiles img")


def told(page: Page) -> list[dict]:
    return page.evaluate("told")


def picture(colour: str = "red", size: tuple[int, int] = (90, 60), name: str = "a.png") -> dict[str, Any]:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def add(page: Page, number: int, *files: dict[str, Any]) -> None:
    row(page, number).locator("input[type=file]").set_input_files(list(files))


def heard(page: Page, sent: Callable, **changed: Any) -> None:
    """Python has taken all that was told."""
    messages = [component.Told.model_validate(message) for message in told(page)]
    known = {key for message in messages for key in message.pictures}
    page.evaluate("give", sent(component.things_box, messages[-1].things, known, number=messages[-1].number, **changed))


def camera_on(page: Page) -> Locator:
    """The button to hold, once the camera's picture is there."""
    row(page, 1).get_by_role("button", name="Use the camera").click()
    expect(row(page, 1).locator("video")).to_be_visible()
    seen(page)
    return row(page, 1).get_by_role("button", name="Hold to take pictures: Thing 1")


def seen(page: Page) -> None:
    """Wait until the camera's picture is there."""
    until(lambda: page.evaluate("document.querySelector('video').videoWidth > 0"))


def tracks(page: Page) -> list[str]:
    return page.evaluate("stream.getTracks().map(track => track.readyState)")


def test_held_it_takes_five_pictures_a_second_and_let_go_none(things):
    camera_on(things).hover()
    things.mouse.down()
    expect(tiles(things)).to_have_count(1)
    things.clock.run_for(1000)
    expect(tiles(things)).to_have_count(6)
    things.mouse.up()
    things.clock.run_for(1000)
    expect(tiles(things)).to_have_count(6)
    expect(tiles(things, 2)).to_have_count(0)
    expect(row(things, 1).locator(".count")).to_have_text("6 pictures")


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_it_is_held_by_a_key_as_well_and_the_focus_stays_on_it(things, key):
    row(things, 1).get_by_role("button", name="Use the camera").focus()
    things.keyboard.press("Enter")
    hold = row(things, 1).get_by_role("button", name="Hold to take pictures")
    expect(hold).to_be_focused()
    seen(things)
    things.keyboard.down(key)
    things.clock.run_for(400)
    things.keyboard.up(key)
    things.clock.run_for(1000)
    expect(tiles(things)).to_have_count(3)
    expect(things.locator(".heard")).to_have_text("Thing 1: 3 pictures")


def test_a_click_of_a_screen_reader_takes_one(things):
    camera_on(things).evaluate("button => button.click()")
    things.clock.run_for(1000)
    expect(tiles(things)).to_have_count(1)


def test_files_become_small_squares_of_their_middle(things):
    wide = Image.new("RGB", (900, 300), "blue")
    wide.paste("red", (300, 0, 600, 300))
    file = BytesIO()
    wide.save(file, "PNG")
    add(things, 1, {"name": "wide.png", "mimeType": "image/png", "buffer": file.getvalue()}, picture("lime"))
    expect(tiles(things)).to_have_count(2)
    urls = tiles(things).evaluate_all("images => images.map(image => image.src)")
    jpegs = [base64.b64decode(url.removeprefix("data:image/jpeg;base64,")) for url in urls]
    assert all(Image.open(BytesIO(jpeg)).format == "JPEG" and len(jpeg) < 30_000 for jpeg in jpegs)
    red, lime = map(pixels, jpegs)
    assert red.shape == lime.shape == (SIDE, SIDE, 3)
    assert np.abs(red.astype(int) - (255, 0, 0)).max() < 30, "not stretched, nothing of the sides"
    assert np.abs(lime.astype(int) - (0, 255, 0)).max() < 10


def test_what_is_no_picture_is_refused_beside_its_row_and_nothing_else_is_lost(things):
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    broken = {"name": "broken.png", "mimeType": "image/png", "buffer": picture()["buffer"][:50]}
    add(things, 2, picture(), note, picture("blue"), broken)
    problem = row(things, 2).get_by_role("alert")
    expect(problem).to_have_text("No picture that this browser can read: note.txt, broken.png")
    expect(tiles(things, 2)).to_have_count(2)
    expect(row(things, 1).locator(".problem")).to_be_empty()
    add(things, 2, picture("lime"))
    expect(tiles(things, 2)).to_have_count(3)
    expect(row(things, 2).locator(".problem")).to_be_empty()


def test_a_reload_finds_all_of_it_again(things, sent):
    row(things, 1).get_by_role("textbox").fill("My cup")
    add(things, 1, picture(), picture("blue"))
    things.get_by_role("button", name="Add another thing").click()
    add(things, 3, picture("lime"))
    expect(tiles(things, 3)).to_have_count(1)
    row(things, 1).get_by_role("button", name="Remove picture 1 of My cup").click()
    expect(tiles(things)).to_have_count(1)
    left = tiles(things).get_attribute("src")
    kept(things, pictures=2)

    things.reload()
    things.evaluate(BEGIN, sent())
    expect(row(things, 1).get_by_role("textbox")).to_have_value("My cup")
    expect(tiles(things)).to_have_attribute("src", left)
    expect(things.locator(".thing")).to_have_count(3)
    until(lambda: told(things))
    (message,) = told(things)
    assert len(message["pictures"]) == 2, "a new visit is told everything"
    assert [thing["name"] for thing in message["things"]] == ["My cup", "Thing 2", "Thing 3"]


KEPT = """
() => new Promise(resolve => {
  const opening = indexedDB.open("cnn-studio-teach");
  opening.onsuccess = () => {
    const counting = opening.result.transaction("pictures").objectStore("pictures").count();
    counting.onsuccess = () => { opening.result.close(); resolve(counting.result - 1); };
  };
})
"""


def kept(page: Page, pictures: int) -> None:
    """Wait until the browser keeps so many."""
    until(lambda: page.evaluate(KEPT) == pictures)


def test_another_language_costs_nothing(things, sent):
    add(things, 1, picture(), picture("blue"))
    expect(tiles(things)).to_have_count(2)
    data = sent()
    things.evaluate("give", data | {"words": data["words"] | {"add": "Bilder hinzufügen"}})
    expect(row(things, 1).get_by_role("button", name="Bilder hinzufügen")).to_be_visible()
    expect(tiles(things)).to_have_count(2)


def test_a_removal_can_be_undone(things):
    add(things, 1, picture(), picture("blue"))
    expect(tiles(things)).to_have_count(2)
    things.get_by_role("button", name="Add another thing").click()
    expect(row(things, 3).get_by_role("textbox")).to_be_focused()
    row(things, 1).get_by_role("button", name="Remove Thing 1").click()
    expect(things.locator(".thing")).to_have_count(2)
    things.get_by_role("button", name="Undo").click()
    expect(things.locator(".thing")).to_have_count(3)
    expect(tiles(things)).to_have_count(2)
    expect(things.get_by_role("button", name="Undo")).to_be_hidden()
    kept(things, pictures=2)


def test_whoever_removes_pictures_by_keyboard_stays_among_them(things):
    add(things, 1, picture(), picture("blue"), picture("lime"))
    expect(tiles(things)).to_have_count(3)
    row(things, 1).get_by_role("button", name="Remove picture 2 of Thing 1").focus()
    things.keyboard.press("Enter")
    expect(row(things, 1).get_by_role("button", name="Remove picture 2 of Thing 1")).to_be_focused()
    expect(tiles(things)).to_have_count(2)


def test_there_are_two_to_six_things(things):
    expect(row(things, 1).get_by_role("button", name="Remove Thing 1")).to_be_hidden()
    for _ in range(4):
        things.get_by_role("button", name="Add another thing").click()
    expect(things.locator(".thing")).to_have_count(6)
    expect(things.get_by_role("button", name="Add another thing")).to_be_hidden()
    names = [row(things, number).get_by_role("textbox").input_value() for number in range(1, 7)]
    assert names == [f"Thing {number}" for number in range(1, 7)]


def test_a_hundred_pictures_are_enough(things):
    hold = camera_on(things)
    hold.hover()
    things.mouse.down()
    things.clock.run_for(21_000)
    expect(tiles(things)).to_have_count(100)
    expect(row(things, 1).get_by_role("alert")).to_contain_text("100 pictures of a thing are enough")
    things.mouse.up()


def test_without_a_camera_there_are_files(page, sent):
    page.evaluate(NO_CAMERA)
    page.evaluate(BEGIN, sent())
    expect(page.get_by_text("lends its camera only to secure pages")).to_be_visible()
    expect(page.get_by_role("button", name="Use the camera")).to_have_count(0)
    add(page, 1, picture())
    expect(tiles(page)).to_have_count(1)


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "NotAllowedError": "does not let this page use the camera",
        "NotFoundError": "There is no camera here",
        "NotReadableError": "another program may have it",
    }.items(),
)
def test_why_there_is_no_camera_is_said_and_files_still_work(things, name, words):
    things.evaluate(FAILS % name)
    row(things, 2).get_by_role("button", name="Use the camera").click()
    expect(row(things, 2).get_by_role("alert")).to_contain_text(words)
    expect(row(things, 1).locator(".problem")).to_be_empty()
    add(things, 2, picture())
    expect(tiles(things, 2)).to_have_count(1)


def test_only_a_phone_is_offered_its_own_camera(browser, sent):
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844})
    context.route(f"{SITE}/**", _answer)
    phone = context.new_page()
    phone.goto(f"{SITE}/")
    phone.evaluate(BEGIN, sent())
    inputs = row(phone, 1).locator("input[type=file]")
    expect(inputs).to_have_count(2)
    assert [one.get_attribute("capture") for one in inputs.all()] == ["environment", None]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    small = [box for box in map(Locator.bounding_box, phone.get_by_role("button").all()) if box and box["height"] < 44]
    assert small == []
    context.close()


@pytest.mark.parametrize("why", ["it goes", "the page is hidden", "it is turned off"])
def test_the_camera_is_off_when_nobody_looks(things, why):
    camera_on(things)
    things.evaluate("window.stream = document.querySelector('video').srcObject")
    assert tracks(things) == ["live"]
    if why == "it goes":
        things.evaluate("leave()")
    elif why == "the page is hidden":
        things.evaluate("Object.defineProperty(document, 'hidden', {get: () => true})")
        things.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    else:
        row(things, 1).get_by_role("button", name="Turn off").click()
        expect(row(things, 1).get_by_role("button", name="Use the camera")).to_be_focused()
    assert tracks(things) == ["ended"]


def test_python_is_told_each_picture_once_and_waited_for(things, sent):
    until(lambda: len(told(things)) == 1)  # the two empty things
    add(things, 1, picture(), picture("blue"))
    expect(tiles(things)).to_have_count(2)
    assert len(told(things)) == 1, "it has not answered yet"
    heard(things, sent)
    until(lambda: len(told(things)) == 2)
    assert len(told(things)[1]["pictures"]) == 2
    heard(things, sent)
    heard(things, sent)
    assert len(told(things)) == 2, "it knows all of it"
    row(things, 1).get_by_role("textbox").fill("Cup")
    until(lambda: len(told(things)) == 3)
    assert told(things)[2]["pictures"] == {}
    assert told(things)[2]["things"][0]["name"] == "Cup"


def test_what_is_lost_on_the_way_is_told_again(things):
    until(lambda: len(told(things)) == 1)
    things.clock.run_for(6000)
    until(lambda: len(told(things)) == 2)
    assert told(things)[1]["things"] == told(things)[0]["things"]


def test_what_python_adds_is_there_and_what_it_refuses_is_gone(things, sent):
    until(lambda: len(told(things)) == 1)
    add(things, 1, picture())
    expect(tiles(things)).to_have_count(1)
    heard(things, sent)
    until(lambda: len(told(things)) == 2)
    (refused,) = told(things)[1]["pictures"]
    thing, jpeg = told(things)[1]["things"][1]["key"], base64.b64decode(told(things)[1]["pictures"][refused])
    more = component.Added("0123456789ab", thing, jpeg)
    heard(things, sent, refused=[refused], added=[more])
    expect(tiles(things)).to_have_count(0)
    expect(row(things, 1).get_by_role("alert")).to_contain_text("could not be read on the server")
    expect(tiles(things, 2)).to_have_count(1)
    until(lambda: told(things)[-1]["things"][1]["pictures"] == ["0123456789ab"])
    row(things, 2).get_by_role("button", name="Remove picture").click()
    heard(things, sent, added=[more])
    expect(tiles(things, 2)).to_have_count(0)


def test_a_picture_is_shown_to_the_network_and_live_ones_when_it_has_answered(page, sent):
    page.evaluate(BEGIN, sent(component.shot_box, "", None))
    page.get_by_role("button", name="Use the camera").click()
    seen(page)
    page.get_by_role("button", name="Take a picture").click()
    (still,) = told(page)
    assert not still["live"]
    assert pixels(base64.b64decode(still["jpeg"])).shape == (SIDE, SIDE, 3)
    expect(page.get_by_alt_text("The picture that was read")).to_be_visible()

    page.get_by_role("button", name="Live").click()
    page.clock.run_for(2000)
    assert len(told(page)) == 2, "the next one waits for the answer"
    assert told(page)[1]["live"]
    page.evaluate("give", sent(component.shot_box, told(page)[1]["key"], None))
    page.clock.run_for(300)
    assert len(told(page)) == 3
    page.get_by_role("button", name="Live").click()
    page.evaluate("give", sent(component.shot_box, told(page)[2]["key"], None))
    page.clock.run_for(20_000)
    assert len(told(page)) == 3


def test_a_file_is_shown_to_the_network_and_seen_again_after_the_page_was_left(page, sent):
    page.evaluate(BEGIN, sent(component.shot_box, "", None))
    page.locator("input[type=file]").set_input_files({"name": "x.txt", "mimeType": "text/plain", "buffer": b"x"})
    expect(page.get_by_role("alert")).to_have_text("No picture that this browser can read: x.txt")
    page.locator("input[type=file]").set_input_files(picture())
    until(lambda: told(page))
    shown = component.Shown.model_validate(told(page)[0])
    page.reload()
    page.evaluate(BEGIN, sent(component.shot_box, shown.key, shown))
    expect(page.get_by_alt_text("The picture that was read")).to_be_visible()
    assert told(page) == []
