"""Looking inside in a real Chromium: a cover by hand, and a climb that is watched and stopped."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import settled
from tests.browser.test_training import train
from tests.support.waiting import until

pytestmark = pytest.mark.browser

SHARES = "living => [...living.living.maps.at(-1).values]"
"""Of the living network, what it gives to each class."""


def test_a_cover_by_hand_changes_what_the_network_reads(server, page):
    page.goto(f"{server.url}/inside?view=cover&class=6")
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    settled(page)
    covered = page.get_by_test_id("stMetric").filter(has_text="Covered").get_by_test_id("stMetricValue")
    expect(covered).to_have_text("0.0%")
    canvas.scroll_into_view_if_needed()
    settled(page)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=5)
    page.mouse.up()
    expect(covered).not_to_have_text("0.0%")
    assert float(covered.inner_text().strip("%")) > 95
    metric = page.get_by_test_id("stMetric").filter(has_text="With the covers").get_by_test_id("stMetricValue")
    whole = page.get_by_test_id("stMetric").filter(has_text="All of it").get_by_test_id("stMetricValue")
    expect(metric).not_to_have_text(whole.inner_text())
    page.get_by_role("button", name="Uncover all").click()
    expect(covered).to_have_text("0.0%")


def test_a_climb_is_watched_and_stopped(server, page):
    page.goto(f"{server.url}/inside?view=ascent&what=all&layer=2&steps=300")
    page.get_by_role("button", name="Climb").click()
    sheet = page.get_by_test_id("stMain").get_by_test_id("stImage")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(sheet.first).to_be_visible()  # what there is so far
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Climb")).to_be_visible()


def test_the_time_machine_is_turned_by_keys_and_plays_to_the_end(server, page):
    run_id = train(page, server.url, epochs=3)
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Time machine").click()
    timeline = page.locator(".timeline")
    expect(timeline.locator(".matrix canvas")).to_be_visible()
    settled(page)
    clock, told = timeline.get_by_role("status"), timeline.locator(".told")
    expect(clock).to_have_text("Epoch 3 of 3")
    filters = timeline.locator(".filters canvas").first
    trained = filters.evaluate("canvas => canvas.toDataURL()")
    shares = page.locator(".living").evaluate(SHARES)

    timeline.get_by_role("slider").focus()
    page.keyboard.press("Home")
    expect(clock).to_have_text("Epoch 0 of 3")
    expect(told).to_contain_text("Before the training")
    until(lambda: filters.evaluate("canvas => canvas.toDataURL()") != trained)
    until(lambda: page.locator(".living").evaluate(SHARES) != shares)  # the network below has its first weights again
    expect(timeline.locator(".tile[data-state=unread]")).to_have_count(20)

    timeline.get_by_role("button", name="Play").click()
    expect(clock).to_have_text("Epoch 3 of 3")
    until(lambda: filters.evaluate("canvas => canvas.toDataURL()") == trained)
    until(lambda: page.locator(".living").evaluate(SHARES) == shares)
    assert run_id in page.url


def test_a_layer_is_chosen_on_the_picture_by_mouse_and_by_keys(server, page):
    page.goto(f"{server.url}/inside?view=maps&model=keras-log&layer=0")
    settled(page)
    page.get_by_role("button", name="Look into: 64 filters combine edges").click()
    expect(page.get_by_text("Map, of 64")).to_be_visible()
    expect(page.get_by_role("combobox", name=re.compile("Layer"))).to_have_value("3: Conv2D, 64 maps")
    settled(page)
    page.get_by_role("button", name="Look into: 32 filters").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Map, of 32")).to_be_visible()
    expect(page.get_by_role("button", name="Look into: One line")).to_have_count(0)
