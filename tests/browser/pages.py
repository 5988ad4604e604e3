"""What tests ask of a page, whatever is on it."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Frame, Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

FINISHED = ForwardMsg.FINISHED_SUCCESSFULLY
WAIT = 60_000  # ms for whatever is waited for: a busy machine is no failure
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


class Tab:
    """A page of the app that goes from one address to the next as Back and Forward do, and is loaded only once.

    To load one anew and to compile its JavaScript takes three seconds of the processor.
    """

    def __init__(self, page: Page, url: str):
        self.page = page
        page.on("websocket", self._hear)
        page.goto(url)

    def go(self, address: str) -> None:
        """Show this address, "/" for Home; returns when its script has ended."""
        self.page.locator(IDLE).wait_for()
        with self._socket.expect_event("framereceived", _ends, timeout=WAIT):
            self.page.evaluate(
                "to => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }", address
            )

    def _hear(self, socket: WebSocket) -> None:
        self._socket = socket


def _ends(frame: str | bytes) -> bool:
    """Whether the server says with it that a script has come to its end, and not only a part that repeats itself."""
    message = ForwardMsg.FromString(frame)
    return message.WhichOneof("type") == "script_finished" and message.script_finished == FINISHED


class Tabs:
    """New tabs, one after another, each of a visitor who was never here.

    They are of one context, in which one tab of the same site stays: so the browser's process of the pages lives on, in
    which their JavaScript is compiled. A page that is loaded in a new one takes half as much again of the processor.
    """

    def __init__(self, context: BrowserContext):
        self._context, self._origins = context, set()
        self._stays = context.new_page()
        self._stays.route("**", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
        self._stays.goto("http://localhost/")
        self._stays.unroute_all()
        self._session = context.new_cdp_session(self._stays)
        context.on("page", lambda page: page.on("framenavigated", self._note))

    def new(self) -> Page:
        self._forget_stored()  # once more: a page that was just being closed may have stored something after that
        self._origins.clear()
        return self._context.new_page()

    def forget(self) -> None:
        """Close them, and let the browser forget what sites have stored and what it was told."""
        for page in self._context.pages:
            if page != self._stays:
                page.close()
        self._context.unroute_all()
        self._context.set_offline(False)
        self._context.clear_permissions()
        self._forget_stored()

    def _forget_stored(self) -> None:
        self._context.clear_cookies()
        kinds = "cache_storage,file_systems,indexeddb,local_storage,service_workers"
        for origin in self._origins:
            self._session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": kinds})

    def _note(self, frame: Frame) -> None:
        site = urlsplit(frame.url)
        if site.netloc:
            self._origins.add(f"{site.scheme}://{site.netloc}")


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
