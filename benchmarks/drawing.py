"""The living network under the pen, in a real Chromium: `python -m benchmarks.drawing`.

Frames a second while one draws, as it is and with the processor slowed four times; what goes over the socket; the time
from pen up to the worker's own prediction on the page, and from an edit of a layer to its repainted maps; what a stroke
costs the server while thirty draw and one trains. The machine is noisy: read the ratios.
"""

from playwright.sync_api import Page

from benchmarks.common import publish, served, tenths
from benchmarks.drawers import processor_for_a_stroke
from tests.browser.living import PAD, STAGE, pad
from tests.browser.pages import settled
from tests.browser.server import Server
from tests.browser.test_training import train

STROKES = 3
ANSWERS, EDITS = 9, 9
WATCH = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = now => { window.frames_.push(now - last); last = now; window.watching = requestAnimationFrame(tick); };
  window.watching = requestAnimationFrame(tick);
}"""
WATCHED = "() => { cancelAnimationFrame(window.watching); return window.frames_; }"
UP_TO_ANSWER = """async ([pad, answer, x, y]) => {
  const find = (node, selector) => {
    for (const one of node.querySelectorAll('*')) {
      if (one.matches(selector)) return one;
      const inner = one.shadowRoot && find(one.shadowRoot, selector);
      if (inner) return inner;
    }
  };
  const lifted = new PointerEvent('pointerup', {pointerId: 1, clientX: x, clientY: y, bubbles: true});
  const started = performance.now();
  find(document, pad).dispatchEvent(lifted);
  while (!find(document, answer)) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}"""


def main() -> None:
    """Measure, print and write the table."""
    with served() as (server, page):
        rows = [*_frames(page, server), *_socket(page.context.new_page(), server)]
        rows += [_edits(page.context.new_page(), server), *_costs(page.context.new_page(), server)]
    publish("drawing", "The living network under the pen", ["what", "median", "worst tenth"], rows, NOTE)


NOTE = (
    "keras-log with all its maps, 1280 x 900, software rendering. Frames: time between two frames of the browser while "
    "a mouse draws; computing: what of it the network takes (treatment, forward pass, painting)."
)


def _opened(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/draw")
    pad(page).wait_for()
    page.get_by_text("Nothing to predict yet").wait_for(timeout=120_000)
    settled(page)


def _stroke(page: Page, down: float) -> None:
    box = pad(page).bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + down)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(box["x"] + 30 + 2 * step, box["y"] + down + step % 7)
    page.mouse.up()


def _frames(page: Page, server: Server) -> list[list[str]]:
    _opened(page, server)
    session = page.context.new_cdp_session(page)
    rows = []
    for slower in (1, 4):
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.evaluate(WATCH)
        for stroke in range(STROKES):
            _stroke(page, 30 + 15 * stroke)
        between = page.evaluate(WATCHED)
        computing = page.locator(".living").evaluate("living => living.living.frames")
        name = "" if slower == 1 else f", processor slowed {slower} times"
        rows += [tenths(f"between two frames{name}, ms", between), tenths(f"computing a frame{name}, ms", computing)]
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return rows


def _first_stroke(page: Page, server: Server) -> tuple[list[bytes], list[bytes], int]:
    """What the browser sends until the page is there, and with a stroke; and how many bytes it got before that."""
    sent: list[bytes] = []
    received: list[int] = []

    def watch(socket) -> None:
        socket.on("framesent", lambda frame: sent.append(frame))
        socket.on("framereceived", lambda frame: received.append(len(frame)))

    page.on("websocket", watch)
    _opened(page, server)
    opening, first = list(sent), sum(received)
    sent.clear()
    _stroke(page, 40)
    page.locator(STAGE).first.wait_for()
    settled(page)
    return opening, list(sent), first


def _socket(page: Page, server: Server) -> list[list[str]]:
    _opening, stroke, first = _first_stroke(page, server)
    took = [_pen_up(page, 40 + 12 * number) for number in range(ANSWERS)]
    return [
        ["first load over the socket, kB", f"{first / 1000:.0f}", ""],
        ["messages to the server for a stroke", str(len(stroke)), f"{sum(map(len, stroke)) / 1000:.1f} kB"],
        tenths("pen up to the worker's prediction, ms", took),
    ]


def _pen_up(page: Page, down: float) -> float:
    page.get_by_role("button", name="Clear the drawing").click()
    page.locator(STAGE).first.wait_for(state="detached")
    settled(page)
    box = pad(page).bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + down)
    page.mouse.down()
    page.mouse.move(box["x"] + 150, box["y"] + down + 10, steps=5)
    took = page.evaluate(UP_TO_ANSWER, [PAD, STAGE, box["x"] + 150, box["y"] + down + 10])
    page.mouse.up()
    settled(page)
    return took


REPAINTED = """async (living, value) => {
  const network = living.living;
  const field = [...document.querySelectorAll('input')].find(one => one.ariaLabel?.includes('filters'));
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, String(value));
  field.dispatchEvent(new Event('input', {bubbles: true}));
  const started = performance.now();
  field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true}));
  while (network.maps[1 + network.offset].shape.at(-1) !== value) await new Promise(requestAnimationFrame);
  return performance.now() - started;
}"""


def _edits(page: Page, server: Server) -> list[str]:
    """How many filters the first layer has is changed, and the maps are there."""
    page.goto(f"{server.url}/designer")
    page.locator(".living .block").first.wait_for()
    took = []
    for number in range(EDITS):
        settled(page)
        took.append(page.locator(".living").evaluate(REPAINTED, 8 + number))
    return tenths("edit to repainted maps, ms", took)


def _costs(page: Page, server: Server) -> list[list[str]]:
    """What a stroke costs the server's process: of one who draws, and of thirty while a run trains."""
    opening, (stroke, *_more), _first = _first_stroke(page, server)
    alone = processor_for_a_stroke(server, opening, stroke, visitors=1)
    train(page, server.url, epochs=1000)
    page.get_by_text("Epoch 2 of").wait_for(timeout=90_000)
    page.goto("about:blank")
    many = processor_for_a_stroke(server, opening, stroke, visitors=30)
    return [
        ["server's processor for a stroke, one draws, ms", f"{alone:.1f}", ""],
        ["the same, 30 draw and a run trains, ms", f"{many:.1f}", ""],
    ]


if __name__ == "__main__":
    main()
