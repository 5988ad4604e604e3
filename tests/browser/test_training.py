"""Training as a person sees it: in a real Chromium, on a real server, with real deaths."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnn_core.design.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from tests.browser.living import headings
from tests.browser.pages import settled
from tests.support.waiting import until

pytestmark = pytest.mark.browser

EPOCHS = 12
SMALL = Network(
    layers=(
        Conv2D(filters=8, kernel_size=3, activation="relu"),
        MaxPooling2D(pool_size=2),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
)
"""Its epochs take half a second."""

LOSS = "document.querySelector('.st-key-run-loss .js-plotly-plot')?._fullData?.[0]?.x"
"""The epochs of the points of the training curve in the loss chart."""


def points(page: Page) -> int:
    """How many points the training curve of the loss chart has on screen."""
    return page.evaluate(f"{LOSS}?.length ?? 0")


def reached(page: Page) -> float:
    """The epoch at which the training curve on screen ends."""
    return page.evaluate(f"{LOSS}.at(-1)")


def wait_for_the_last_epoch(page: Page) -> None:
    """The curve on screen has come to its end; it is drawn a moment after the badge says Finished."""
    page.wait_for_function(f"{LOSS}?.at(-1) === {EPOCHS}")


def wait_for_points(page: Page, at_least: int) -> int:
    """Wait until the chart shows that many points; how many it shows then."""
    until(lambda: points(page) >= at_least)
    return points(page)


def train(page: Page, url: str, epochs: int = EPOCHS, network: Network = SMALL) -> str:
    """Start a network from the training page; the run's id."""
    page.goto(f"{url}/live?design={network.to_token()}")
    settled(page)  # the recipe of the last visit is back
    box = page.get_by_role("spinbutton", name="epochs")
    box.fill(str(epochs))
    box.press("Enter")
    expect(page.get_by_text(f"{57 * epochs:,} in all")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url(re.compile("run="))
    return page.url.split("run=")[1][:10]


def test_design_train_watch_stop(server, page):
    """From the designer to a stopped run whose results can be looked at."""
    page.goto(f"{server.url}/designer")
    page.get_by_role("button", name="Train this network").click()
    page.wait_for_url(re.compile("/live"))
    train(page, server.url, epochs=1000, network=PRESETS["keras-log"].network)
    first = wait_for_points(page, 3)
    within = page.evaluate(f"{LOSS}[0]")
    assert 0 < within < 1, "points arrive within the first epoch"
    assert wait_for_points(page, first + 3) > first
    expect(page.get_by_text(re.compile(r"Epoch \d+ of 1,?000 · step \d+ of 57 · .* left"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()  # how long that takes is measured in benchmarks/responsiveness.py
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible()
    expect(page.get_by_text("Stopped").first).to_be_visible()


def test_charts_are_loaded_before_the_first_point_is_awaited(server, page):
    page.goto(f"{server.url}/live")
    page.locator(".living .block").first.wait_for()
    page.wait_for_function("performance.getEntriesByType('resource').some(one => one.name.includes('PlotlyChart'))")
    assert page.locator(".js-plotly-plot").count() == 0


def test_the_setup_shows_its_network_at_work_and_fits_on_the_screen(server, page):
    page.goto(f"{server.url}/live?design={PRESETS['keras-log'].network.to_token()}")
    page.locator(".living .block").first.wait_for()
    settled(page)
    expect(page.locator(".living .bars .first")).to_have_count(1)
    assert headings(page)[0] == "Conv2D"
    assert page.locator(".living .plus").count() == 0, "it is edited in the designer"
    box = page.locator(".living").bounding_box()
    assert box["y"] + box["height"] < 900


def test_a_recipe_out_of_range_is_named_and_cannot_be_trained(server, page):
    page.goto(f"{server.url}/live")
    rate = page.get_by_role("spinbutton", name="learning_rate")
    rate.fill("-1")
    rate.press("Enter")
    expect(page.get_by_text("Training waits for the recipe: learning_rate must be")).to_be_visible()
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_disabled()
    rate.fill("0.01")
    rate.press("Enter")
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled()


def test_a_reload_before_the_training_keeps_the_choices(server, page):
    page.goto(f"{server.url}/live")
    page.wait_for_url(re.compile("recipe="))
    settled(page)
    before = page.url
    box = page.get_by_role("spinbutton", name="epochs")
    box.fill("7")
    box.press("Enter")
    expect(page.get_by_text("399 in all")).to_be_visible()
    page.wait_for_url(lambda url: url != before)
    page.reload()
    expect(page.get_by_text("399 in all")).to_be_visible()
    expect(box).to_have_value("7")


def test_reload_another_tab_and_another_page_stop_nothing(server, page):
    run_id = train(page, server.url)
    wait_for_points(page, 2)
    page.reload()
    before = wait_for_points(page, 2)
    other = page.context.new_page()
    other.goto(f"{server.url}/live?run={run_id}")
    assert wait_for_points(other, before) >= before
    other.close()
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    page.goto(f"{server.url}/live?run={run_id}")
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible()
    wait_for_the_last_epoch(page)


def test_a_killed_trainer_fails_its_run_in_words_and_the_next_one_works(own_server, page):
    train(page, own_server.url, epochs=200, network=PRESETS["keras-log"].network)
    wait_for_points(page, 2)
    busiest = max(own_server.workers(), key=lambda worker: worker.cpu_times().user)
    busiest.kill()
    expect(page.get_by_text("The training process ended unexpectedly")).to_be_visible(timeout=120_000)
    wait_for_points(page, 2)  # the curve is kept
    train(page, own_server.url, epochs=1)
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=120_000)


def test_a_killed_server_loses_nothing_and_one_click_resumes(own_server, page):
    run_id = train(page, own_server.url)
    expect(page.get_by_text(re.compile("Epoch [3-9] of"))).to_be_visible(timeout=120_000)
    own_server.kill()
    own_server.start()
    page.goto(f"{own_server.url}/live?run={run_id}")
    expect(page.get_by_text("Interrupted").first).to_be_visible()
    wait_for_points(page, 3)
    assert 2 <= reached(page) < EPOCHS, "the curve is kept"
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=120_000)
    wait_for_the_last_epoch(page)
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible()


def test_a_click_on_a_cell_shows_its_pictures(server, page):
    run_id = train(page, server.url, epochs=1, network=PRESETS["keras-log"].network)
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible(timeout=120_000)
    tiles = page.locator(".learning .tile")
    expect(tiles).to_have_count(20)
    right = page.locator(".learning .tile[data-state=right]").count()
    expect(page.locator(".learning").get_by_text(f"{right} of 20 right")).to_be_visible()
    expect(page.locator(".learning .filters canvas")).to_have_count(32)
    matrix = page.locator(".st-key-results-confusion .js-plotly-plot")
    expect(matrix.locator(".nsewdrag").first).to_be_visible()
    matrix.scroll_into_view_if_needed()
    settled(page)
    count = matrix.evaluate("plot => plot._fullData[0].z[1][1]")
    box = matrix.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.15)
    page.mouse.click(box["x"] + box["width"] * 0.15, box["y"] + box["height"] * 0.15)
    expect(page.get_by_text(f"1 predicted as 1: {int(count):,}")).to_be_visible()
    assert run_id in page.url


def test_the_model_can_be_taken_away_in_another_form(server, page):
    """Its forms are still looked at when one has been prepared, though the whole page ran again."""
    train(page, server.url, epochs=1)
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible(timeout=120_000)
    settled(page)
    page.get_by_role("button", name="Take it with you").click()
    page.get_by_role("button", name="Model for other programs").click()
    dialog = page.get_by_role("dialog", name="Model for other programs")
    dialog.get_by_role("button", name="Prepare TensorFlow Lite").click()
    expect(page.get_by_role("button", name="Python script")).to_have_count(
        0
    )  # what was open before hides no part of it
    expect(dialog.get_by_text(re.compile(r"new process: largest difference 0(\.0\d+)?\."))).to_be_visible(
        timeout=180_000
    )
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download TensorFlow Lite").click()
    with zipfile.ZipFile(download.value.path()) as file:
        assert {Path(name).name for name in file.namelist()} == {"model.tflite", "about.json", "example.py"}
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="On the test set")).to_be_visible()
    expect(dialog).to_have_count(0)


def test_a_deep_link_as_the_first_request_to_a_fresh_server(fresh_server, page):
    """Inside the app's navigation, and without Streamlit's complaint that there is no such page."""
    page.goto(f"{fresh_server.url}/duel")
    expect(page.get_by_role("heading", name="Duel")).to_be_visible()
    expect(page.get_by_role("link", name="Designer").first).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
