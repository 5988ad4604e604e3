"""Looking inside in a real Chromium: a cover by hand, and a climb that is watched and stopped."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import settled

pytestmark = pytest.mark.browser


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
