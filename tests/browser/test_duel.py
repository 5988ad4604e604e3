"""A duel as a person sees it: from the start to the report that is handed out."""

import re

import pytest
from playwright.sync_api import Page, expect

from cnn_core.compare.charts import SWEEPS
from tests.browser.living import draw, pad
from tests.browser.pages import settled

pytestmark = pytest.mark.browser

SIDES = ("Dense network, 3 × 500", "Small CNN, 25-50")


def curves(page: Page) -> dict[str, int]:
    """How many points each side has on the accuracy chart, by the name in the legend."""
    return page.evaluate("""() => {
        const counts = {};
        for (const trace of document.querySelector('.js-plotly-plot')?._fullData ?? [])
            counts[trace.name] = (counts[trace.name] ?? 0) + (trace.x?.length ?? 0);
        return counts;
    }""")


def start(page: Page, url: str, images: int, epochs: int = 20) -> None:
    """Start the duel that the page offers, with few images and without experiments."""
    page.goto(f"{url}/duel")
    box = page.get_by_role("spinbutton", name="Training images")
    box.fill(str(images))
    box.press("Enter")
    if epochs != 20:
        page.get_by_text("The recipe that both follow").click()
        box = page.get_by_role("spinbutton", name="Times through the images")
        box.fill(str(epochs))
        box.press("Enter")
    for experiment in ("Learn from less", "Shuffle the pixels"):
        page.get_by_text(experiment, exact=True).click()
    expect(page.get_by_text(re.compile("^2 trainings, one after another"))).to_be_visible()
    page.get_by_role("button", name="Start the duel").click()
    page.wait_for_url(re.compile("duel="))


def test_both_learn_on_one_chart_and_the_report_can_be_handed_out(server, page, tmp_path):
    start(page, server.url, images=400)
    page.wait_for_function("document.querySelectorAll('.js-plotly-plot').length == 2")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    both = page.wait_for_function(
        """() => {
            const names = new Set([...(document.querySelector('.js-plotly-plot')?._fullData ?? [])]
                .filter(trace => trace.x?.length).map(trace => trace.name));
            return names.size == 2 && [...names];
        }""",
        timeout=120_000,
    )
    assert set(both.json_value()) == set(SIDES)

    page.reload()
    expect(page.get_by_role("heading", name=" against ".join(SIDES))).to_be_visible()
    expect(page.get_by_text("Finished").first).to_be_visible(timeout=120_000)
    expect(page.get_by_text("on the 1,000 test images")).to_be_visible()
    expect(page.get_by_role("cell", name="898,510")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("button", name="Report (.html)").click()
    download.value.save_as(tmp_path / "report.html")
    assert 100_000 < (tmp_path / "report.html").stat().st_size < 5_000_000
    assert "898,510" in (tmp_path / "report.html").read_text(encoding="utf-8")

    page.get_by_role("tab", name="Mistakes").click()
    expect(page.get_by_text(re.compile("^Only .* predicts these right$")).first).to_be_visible()

    page.get_by_role("tab", name="Drag your digit").click()
    expect(page.locator(".contender h2")).to_have_text(SIDES)
    pad(page).wait_for()
    settled(page)
    draw(page, [(0.2, 0.2), (0.75, 0.2), (0.4, 0.85)])
    expect(page.locator(".contender strong").first).to_have_text(re.compile("^[0-9]$"))
    expect(page.get_by_text(re.compile("^The further a drawing is moved"))).to_be_visible()
    expect(page.locator(".side .block canvas").first).to_be_visible()

    page.get_by_role("tab", name="Experiments").click()
    page.get_by_role("button", name="Measure it").click()
    expect(page.get_by_text(re.compile("Waiting for a worker|Asking the networks"))).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    expect(page.get_by_text(SWEEPS["shift"][0], exact=True)).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Measure it")).to_have_count(0)
    page.get_by_role("button", name="New duel").click()
    page.get_by_role("link", name=re.compile(" against ".join(SIDES))).first.click()
    expect(page.get_by_text("on the 1,000 test images").first).to_be_visible()


def test_a_stopped_duel_says_so_and_a_link_opens_in_a_second_tab(server, page):
    start(page, server.url, images=4_000, epochs=500)  # it goes on however slow the machine is
    page.wait_for_function("document.querySelector('.js-plotly-plot')?._fullData?.[0]?.x?.length > 0", timeout=120_000)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    for tab in (page, other):
        expect(tab.get_by_text("Stopped").first).to_be_visible(timeout=120_000)
        expect(tab.get_by_text("This duel has no result yet")).to_be_visible()
