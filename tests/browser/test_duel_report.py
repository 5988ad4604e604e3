"""The exported report, opened from a file in a browser that has no network."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from cnn_core.compare.export import read_config
from cnn_core.compare.html_report import to_html
from tests.browser.conftest import new_context
from tests.compare.example import plan, report
from tests.support.waiting import until

pytestmark = pytest.mark.browser

CHARTS = 10  # two learning curves, two confusion matrices, less, four sweeps, shuffled pixels
A4 = 680  # px between the margins
NASTY = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"


class Opened:
    """The report in a tab, with all that it asked for or complained about."""

    def __init__(self, page: Page, html: str, folder):
        self.page, self.asked, self.complaints = page, [], []
        path = folder / "duel.html"
        path.write_text(html, encoding="utf-8")
        page.context.set_offline(True)
        page.route(re.compile("^(?!file:)"), lambda route: route.abort())
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        page.goto(path.as_uri())

    def drawn(self, count: int = CHARTS) -> "Opened":
        expect(self.page.locator(".chart")).to_have_count(count)
        expect(self.page.locator(".js-plotly-plot:has(svg.main-svg)")).to_have_count(count)
        self.page.wait_for_function(
            "window.Plotly && [...document.querySelectorAll('.chart')].every(c => c._fullLayout)"
        )
        return self


@pytest.fixture
def opened(page, tmp_path):
    return lambda made: Opened(page, to_html(made), tmp_path)


@pytest.fixture(scope="module")
def opened_once(browser, tmp_path_factory) -> Iterator[Opened]:
    with new_context(browser) as context:
        yield Opened(context.new_page(), to_html(report()), tmp_path_factory.mktemp("report")).drawn()


@pytest.fixture
def whole(opened_once) -> Page:
    """The example's report on a desk, by day: opened once, because to draw its charts takes three seconds."""
    page = opened_once.page
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(media="screen", color_scheme="light")
    page.evaluate("dispatchEvent(new Event('afterprint')); scrollTo(0, 0)")
    until(lambda: too_wide(page) == [] and fills_its_place(page))
    return page


def too_wide(page: Page) -> list:
    """The charts that are wider than their place."""
    return page.evaluate(
        "[...document.querySelectorAll('.chart')].filter(chart => "
        "chart.querySelector('.main-svg').getBoundingClientRect().width > chart.clientWidth + 1).map(c => c.ariaLabel)"
    )


def fills_its_place(page: Page) -> bool:
    place, drawn = (page.locator(f".chart{inner}").first.bounding_box()["width"] for inner in ("", " .main-svg"))
    return abs(place - drawn) <= 2


def test_it_is_small_and_asks_for_nothing(opened_once):
    assert len(to_html(report()).encode()) < 5_000_000
    it = opened_once
    assert [url for url in it.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert it.complaints == []
    expect(it.page.locator(".notice")).to_be_hidden()


def test_it_has_headings_tables_and_words_for_every_image(whole):
    expect(whole.get_by_role("heading", level=1)).to_have_text("Dense against convolutional")
    numbers = whole.get_by_role("table").first
    expect(numbers.get_by_role("row", name="Test accuracy")).to_contain_text("93.33% (93.00 to 93.60)")
    expect(whole.get_by_role("row", name="batch_size")).to_contain_text("100")
    labels = whole.locator(".chart").evaluate_all("charts => charts.map(chart => chart.ariaLabel)")
    assert all(len(label) > 40 for label in labels)
    assert len(set(labels)) == CHARTS
    expect(whole.get_by_alt_text("0, which big-dense predicts as 1")).to_be_visible()
    assert whole.locator("img").evaluate_all("images => images.every(image => image.naturalWidth === 28)")


def test_hovering_tells_the_number(whole):
    chart = whole.locator("article", has_text="Shift the images").locator(".chart")
    chart.scroll_into_view_if_needed()
    place = chart.locator(".point").nth(3).bounding_box()
    whole.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(chart.locator(".hoverlayer .hovertext")).to_contain_text("big-dense, 3")


@pytest.mark.parametrize("width", [1280, 390])
def test_charts_follow_the_window(whole, width):
    for size in (width, 700, width):
        whole.set_viewport_size({"width": size, "height": 844})
        until(lambda: too_wide(whole) == [] and fills_its_place(whole))
        assert whole.evaluate("document.documentElement.scrollWidth") <= size


def test_it_prints_on_a4(whole):
    before = whole.locator(".chart .main-svg").first.bounding_box()
    pages = re.findall(rb"/Type\s*/Page\b", whole.pdf(prefer_css_page_size=True))
    assert 3 <= len(pages) <= 7
    until(lambda: whole.locator(".chart .main-svg").first.bounding_box() == before)


def test_paper_has_no_cut_charts_and_nothing_to_click(whole):
    whole.emulate_media(media="print", color_scheme="dark")
    whole.set_viewport_size({"width": A4, "height": 1000})
    whole.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert too_wide(whole) == []
    assert whole.evaluate("document.documentElement.scrollWidth") <= A4
    assert whole.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(whole.get_by_text("Look at the configuration")).to_be_hidden()
    expect(whole.get_by_text("Save the configuration")).to_be_hidden()


def test_dark_is_dark(whole):
    whole.emulate_media(color_scheme="dark")
    assert whole.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 23)"


def test_names_of_strangers_are_text(opened):
    made = report(class_names=(NASTY, *"123456789"), device=NASTY, dataset_title=NASTY, versions={NASTY: NASTY})
    side = made.sides[0].model_copy(update={"name": NASTY})
    title = "<script>alert(1)</script>"
    asked = plan(title=title)
    it = opened(made.model_copy(update={"plan": asked, "sides": (side, made.sides[1])})).drawn()
    expect(it.page.get_by_role("heading", level=1)).to_have_text(title)
    assert it.page.title() == title
    expect(it.page.get_by_role("columnheader", name=NASTY, exact=True).first).to_be_visible()
    assert it.page.evaluate("window.hacked") is None
    assert it.complaints == []


def test_what_was_not_measured_is_left_out(opened):
    made = report(seeds=(7,), sweeps=(), less=None, shuffled=None, pictures=())
    page = opened(made).drawn(4).page
    expect(page.get_by_role("heading", name="Experiments that explain why")).to_have_count(0)
    expect(page.get_by_role("heading", name="Right for one, wrong for the other")).to_have_count(0)
    expect(page.get_by_role("row", name="Test accuracy")).to_contain_text("93.00%")
    expect(page.get_by_text("paired t")).to_have_count(0)


def test_an_old_browser_gets_words_for_the_charts(opened, page):
    page.add_init_script("delete window.DecompressionStream")
    it = opened(report())
    expect(it.page.locator(".notice")).to_be_visible()
    expect(it.page.locator(".chart").first).to_contain_text("rose from")
    assert it.complaints == []


def test_the_configuration_is_in_the_file(whole):
    with whole.expect_download() as download:
        whole.get_by_role("link", name="Save the configuration").click()
    saved = download.value.path().read_bytes()
    assert download.value.suggested_filename == "duel.json"
    assert read_config(saved) == report().plan
