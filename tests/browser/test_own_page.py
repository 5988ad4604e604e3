"""A page of one's own, opened from a file in a browser that has no network; Keras says what its numbers must be."""

import base64
import io
import re
from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from cnn_core.data.digits import stages
from cnn_core.data.photos import fitted, read_photo, steps
from cnn_core.design.augmentation import DIGIT_NAMES
from cnn_core.design.layers import BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.exchange.weights import Weights, read_weights
from cnn_core.runs.models import READY_MADE, ready_made
from cnn_core.training.build import build, from_bytes, to_bytes
from cnn_core.ui.components.own_page.document import OwnPage, to_html
from tests.browser.living import answer, draw, headings, ink, touch

pytestmark = pytest.mark.browser

NASTY = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>\"<!--"
SEVEN = [(0.2, 0.15), (0.8, 0.15), (0.4, 0.9)]
ROUNDED = 2e-3
"""What float16 may change of a probability; three digits of each weight are kept."""
NUMBERS = """() => {
  const {maps} = document.querySelector(".living").living;
  return [maps[0].values, maps.at(-1).values].map(values => [...values]);
}"""
COLOURED = Network(
    input_shape=(12, 16, 3),
    layers=(
        Conv2D(filters=4, kernel_size=3, activation="relu"),
        MaxPooling2D(),
        BatchNormalization(),
        GlobalAveragePooling2D(),
        Dense(units=3, activation="softmax"),
    ),
)
GREY = COLOURED.changed(input_shape=(12, 16, 1))
ANIMALS = ("cat", "dog", "rare bird")


class Opened:
    """The page in a tab, with all that it asked for or complained about."""

    def __init__(self, page: Page, html: str, folder):
        self.page, self.asked, self.complaints = page, [], []
        path = folder / "mine.html"
        path.write_text(html, encoding="utf-8")
        page.context.set_offline(True)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        page.goto(path.as_uri())
        page.wait_for_function("document.querySelector('.living').living?.maps")

    def numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """What the network sees, 0 to 255, and the probabilities that it gives."""
        seen, shares = self.page.evaluate(NUMBERS)
        return np.array(seen, np.float32), np.array(shares)


@pytest.fixture(scope="module")
def digits() -> OwnPage:
    """That of the ready-made network."""
    model = ready_made("keras-log")
    return OwnPage(
        title="Ada's network",
        how="Draw a digit.",
        network=model.network,
        weights=read_weights(model.load(), model.network),
        class_names=DIGIT_NAMES,
        draws=True,
        facts=[("Made", "by Ada")],
        rows=[{"layer": "1  Conv2D 32, 3×3, relu", "output": "26×26×32", "parameters": "320"}],
        rounding="Your browser computes all numbers.",
    )


def of_animals(network: Network, digits: OwnPage, **changes) -> tuple[keras.Model, OwnPage]:
    """A network with made-up weights that reads pictures of animals, and its page."""
    model = build(network, seed=4)
    random = np.random.default_rng(1)
    arrays = [random.uniform(0.1, 1, weight.shape) * random.choice([-1, 1], weight.shape) for weight in model.weights]
    model.set_weights(
        [np.abs(one) if "variance" in w.path else one for one, w in zip(arrays, model.weights, strict=True)]
    )
    weights = read_weights(to_bytes(model), network)
    return model, replace(digits, network=network, weights=weights, class_names=ANIMALS, draws=False, **changes)


@pytest.fixture
def opened(page, tmp_path) -> Callable[[OwnPage], Opened]:
    return lambda made: Opened(page, to_html(made), tmp_path)


def photo(width: int, height: int) -> bytes:
    """A PNG in soft colours."""
    small = np.random.default_rng(5).integers(0, 256, (5, 7, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


def choose(page: Page, content: bytes, name: str = "mine.png") -> None:
    page.locator("input[type=file]").last.set_input_files({"name": name, "mimeType": "image/png", "buffer": content})


def test_it_is_small_and_asks_for_nothing_but_itself(opened, digits):
    assert len(to_html(digits).encode()) < 1_000_000
    it = opened(digits)
    expect(it.page.get_by_role("heading", level=1)).to_have_text("Ada's network")
    expect(it.page.get_by_text("Draw a digit here")).to_be_visible()
    assert len(headings(it.page)) == 8
    assert [url for url in it.asked if not url.startswith("data:")] == [it.page.url]
    assert it.complaints == []


def test_it_reads_a_seven_as_keras_does(opened, digits):
    it = opened(digits)
    draw(it.page, SEVEN)
    expect(answer(it.page)).to_have_text("7")
    seen, shares = it.numbers()
    png = it.page.evaluate("document.querySelector('.living').living.pad.told().png").partition(",")[2]
    drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L"), np.float32) / 255
    np.testing.assert_array_equal(seen.reshape(28, 28), stages(drawn).final)
    model = from_bytes((READY_MADE / "keras-log.keras").read_bytes())
    image = seen.reshape(1, 28, 28, 1)
    np.testing.assert_allclose(shares, model.predict_on_batch(image)[0], atol=ROUNDED)
    model.set_weights([weight.astype(np.float16).astype(np.float32) for weight in model.get_weights()])
    np.testing.assert_allclose(shares, model.predict_on_batch(image)[0], atol=1e-5)
    it.page.get_by_role("button", name="Clear the drawing").click()
    expect(it.page.get_by_text("Draw a digit here")).to_be_visible()
    assert it.complaints == []


def test_a_value_tells_where_it_comes_from(opened, digits):
    it = opened(digits)
    draw(it.page, SEVEN)
    it.page.locator(".living .block.maps canvas").first.click(position={"x": 20, "y": 20})
    card = it.page.get_by_role("dialog")
    expect(card).to_contain_text("Map 1 of 32")
    expect(card).to_contain_text("+ bias")
    it.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert it.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(browser, digits, tmp_path, scheme):
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, color_scheme=scheme) as context:
        made = replace(digits, title="Donaudampfschifffahrtsgesellschaft" * 3, facts=[("Made", "W" * 200)])
        it = Opened(context.new_page(), to_html(made), tmp_path)
        touch(it.page, SEVEN)
        expect(answer(it.page)).to_have_text("7")
        assert ink(it.page) > 1000
        assert it.page.evaluate("document.documentElement.scrollWidth") <= 390
        paper = it.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(14, 17, 23)"}[scheme]
        assert it.page.locator(".living.dark").count() == (scheme == "dark")
        bars = it.page.locator(".living .answer").bounding_box()
        assert bars["y"] + bars["height"] < 844, "the answer is seen while one draws"


def test_names_of_strangers_are_text(opened, digits):
    names = [f"{NASTY}{number}" for number in range(10)]
    row = {"layer": NASTY, "output": NASTY, "parameters": NASTY}
    made = replace(
        digits, title=NASTY, how=NASTY, class_names=names, facts=[(NASTY, NASTY)], rows=[row], rounding=NASTY
    )
    it = opened(made)
    expect(it.page.get_by_role("heading", level=1)).to_have_text(NASTY)
    assert it.page.title() == NASTY
    draw(it.page, SEVEN)
    expect(answer(it.page)).to_have_text(f"{NASTY}7")
    expect(it.page.locator("dd")).to_have_text(NASTY)
    assert it.page.locator("main img").count() == 0
    assert it.page.evaluate("window.hacked") is None
    assert it.complaints == []


@pytest.mark.parametrize(("network", "swapped"), [(COLOURED, False), (GREY, False), (GREY, True)])
def test_a_picture_is_treated_and_read_as_in_the_studio(opened, digits, network, swapped):
    model, made = of_animals(network, digits)
    it = opened(made)
    expect(it.page.get_by_text("No picture yet")).to_be_visible()
    content = photo(331, 200)
    choose(it.page, content)
    expect(it.page.get_by_text("No picture yet")).to_be_hidden()
    swap = it.page.get_by_role("checkbox", name="Swap light and dark")
    expect(swap).to_have_count(int(network.input_shape[2] == 1))
    if swapped:
        swap.check()
    seen, shares = it.numbers()
    pixels = read_photo(content, max_bytes=10**7, max_pixels=10**7)[1]
    image = steps(pixels, network.input_shape, inverted=swapped)[-1].image
    np.testing.assert_array_equal(seen.reshape(network.input_shape), image)
    np.testing.assert_allclose(shares, model.predict_on_batch(image[np.newaxis])[0], atol=ROUNDED)
    expect(answer(it.page)).to_have_text(ANIMALS[int(shares.argmax())])
    assert it.complaints == []


def test_a_large_photo_is_read_too_and_what_is_none_is_refused_in_words(opened, digits):
    it = opened(of_animals(COLOURED, digits)[1])
    choose(it.page, b"no picture at all", "letter.png")
    expect(it.page.get_by_role("alert")).to_have_text("“letter.png” cannot be read as a picture.")
    content = photo(1600, 1100)
    choose(it.page, content)
    expect(it.page.get_by_text("No picture yet")).to_be_hidden()
    expect(it.page.get_by_text("cannot be read")).to_be_hidden()
    pixels = read_photo(content, max_bytes=10**7, max_pixels=10**7)[1]
    seen = it.numbers()[0].reshape(COLOURED.input_shape)
    assert np.abs(seen - fitted(pixels, COLOURED.input_shape).astype(np.float32)).max() <= 3
    assert it.complaints == []


def test_examples_are_there_to_begin_with(opened, digits):
    images = np.random.default_rng(2).integers(0, 256, (2, *COLOURED.input_shape), np.uint8)
    model, made = of_animals(COLOURED, digits, examples=[("cat", images[0]), ("dog", images[1])])
    it = opened(made)
    np.testing.assert_array_equal(it.numbers()[0].reshape(COLOURED.input_shape), images[0])
    it.page.get_by_role("button", name="Test image: dog").click()
    seen, shares = it.numbers()
    np.testing.assert_array_equal(seen.reshape(COLOURED.input_shape), images[1])
    np.testing.assert_allclose(shares, model.predict_on_batch(images[1:])[0], atol=ROUNDED)


TWO_AT_ONCE = """async ([first, second]) => {
  const file = text => new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], "mine.png");
  for (const content of [first, second]) {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(file(content));
    document.body.dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true}));
  }
}"""


def test_of_two_pictures_dropped_at_once_the_last_one_counts(opened, digits):
    images = np.random.default_rng(2).integers(0, 256, (1, *GREY.input_shape), np.uint8)
    it = opened(of_animals(GREY, digits, examples=[("cat", images[0])])[1])
    swap = it.page.get_by_role("checkbox", name="Swap light and dark")
    expect(swap).to_have_count(0)
    large, small = photo(2400, 1500), photo(50, 40)
    it.page.evaluate(TWO_AT_ONCE, [base64.b64encode(one).decode() for one in (large, small)])
    expect(swap).to_be_visible()
    pixels = read_photo(small, max_bytes=10**7, max_pixels=10**7)[1]
    expected = steps(pixels, GREY.input_shape)[-1].image
    np.testing.assert_array_equal(it.numbers()[0].reshape(GREY.input_shape), expected)
    it.page.get_by_role("button", name="Test image: cat").click()
    expect(swap).to_have_count(0)
    np.testing.assert_array_equal(it.numbers()[0].reshape(GREY.input_shape), images[0])


def test_weights_that_float16_cannot_hold_are_sent_whole(opened, digits):
    model, made = of_animals(COLOURED, digits)
    arrays = [[array.copy() for array in of_layer] for of_layer in made.weights.arrays]
    arrays[2][-1] *= 1e6  # a variance
    model.set_weights([array for of_layer in arrays for array in of_layer])
    it = opened(
        replace(made, weights=Weights(arrays, "scaled"), examples=[("cat", np.full((12, 16, 3), 90, np.uint8))])
    )
    seen, shares = it.numbers()
    expected = model.predict_on_batch(seen.reshape(1, 12, 16, 3))[0]
    np.testing.assert_allclose(shares, expected, atol=1e-5)


def test_without_javascript_it_says_what_to_do(browser, digits, tmp_path):
    path = tmp_path / "mine.html"
    path.write_text(to_html(digits), encoding="utf-8")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(path.as_uri())
        expect(page.get_by_text("Open this file in a browser")).to_be_visible()
        expect(page.get_by_role("row", name=re.compile("Conv2D"))).to_be_visible()
