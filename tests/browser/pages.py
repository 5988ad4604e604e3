"""What tests ask of a page, whatever is on it."""

from playwright.sync_api import Page, expect

IDLE = "[data-testid=stApp][data-test-script-state=notRunning]"
ROW = 35  # px, the height of a row of st.dataframe


def settled(page: Page, within: str = "[data-testid=stMain]") -> None:
    """Wait until the page's script has ended and nothing has moved or changed its size for five frames."""
    page.locator(IDLE).wait_for()
    page.evaluate(
        """async within => {
        const places = () => JSON.stringify([...document.querySelectorAll(`${within} *`)]
            .map(element => element.getBoundingClientRect()));
        let before = '', same = 0;
        while (same < 5) {
            await new Promise(requestAnimationFrame);
            const now = places();
            same = now === before ? same + 1 : 0;
            before = now;
        }
    }""",
        within,
    )


def go(page: Page, address: str) -> None:
    """Let a page of the app show another one of its addresses, as Back and Forward do; "/" is Home.

    What is loaded and compiled already stays: a new page takes three seconds of the processor for that. When this
    returns, the script of the new address has begun to run.
    """
    page.locator(IDLE).wait_for()
    page.evaluate(
        """async address => {
        const begun = new Promise(done => new MutationObserver(done).observe(
            document.querySelector("[data-testid=stApp]"), {attributeFilter: ["data-test-script-state"]}));
        history.pushState({}, "", address);
        dispatchEvent(new PopStateEvent("popstate"));
        await begun;
    }""",
        address,
    )


def upload(page: Page, file: object) -> None:
    """Give a file to the first box for files, once the page rests: a box that is just being made would forget it."""
    box = page.locator("input[type=file]").first
    box.wait_for(state="attached")
    settled(page)
    box.set_input_files(file)


def tick(page: Page, *names: str) -> None:
    """Tick the rows of the first table with these names (or untick them): boxes on a canvas, where only a mouse gets.

    Inside the canvas is a table for screen readers, which tells where a row is and whether it is ticked.
    """
    table = page.get_by_test_id("stDataFrame").first
    for name in names:
        row = table.locator("canvas tr").filter(has=page.get_by_text(name, exact=True))
        row.wait_for(state="attached")
        before, place = row.get_attribute("aria-selected"), int(row.get_attribute("aria-rowindex"))
        table.locator(".dvn-scroller").click(position={"x": 18, "y": ROW * (place - 0.5)})
        expect(row).to_have_attribute("aria-selected", "false" if before == "true" else "true")
