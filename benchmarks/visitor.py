"""A visitor without a browser: speaks Streamlit's own protocol and paints nothing, as browsers have machines to do."""

import asyncio
import json
import time
from contextlib import suppress

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.browser.server import Server

ANSWER_SECONDS = 120  # a server that says nothing for so long has stopped
AGAIN = ForwardMsg.FINISHED_EARLY_FOR_RERUN


class Visitor:
    """Opens pages, touches what is on them, and looks at each part again as often as the page told the browser to.

    Attributes:
        query: what the page's address says after its question mark.
        refreshes: seconds from asking for one to its end.
        faults: what Streamlit's bare error boxes said.
        told: errors in words, as the pages showed them.
    """

    def __init__(self, server: Server):
        self.refreshes: list[float] = []
        self.faults: list[str] = []
        self.told: list[str] = []
        self._address = server.url.replace("http", "ws") + "/_stcore/stream"
        self._socket: WebSocketClientConnection
        self.query, self._page = "", ""
        self._widgets: dict[str, str] = {}  # on the page: the ids, each with the part of the page that it belongs to
        self._old: set[str] = set()  # those of the page before, which are seen until the new one is there
        self._values: dict[str, WidgetState] = {}
        self._timers: dict[str, asyncio.Task] = {}
        self._turn, self._end = asyncio.Lock(), asyncio.Event()

    async def arrive(self) -> None:
        """Open a connection; no page yet."""
        self._socket = await websocket_connect(self._address, subprotocols=["streamlit"])
        self._reading = asyncio.create_task(self._read())

    def leave(self) -> None:
        """Close the tab."""
        self._rest()
        self._reading.cancel()
        self._socket.close()

    async def visit(self, page: str, query: str = "") -> float:
        """Open the page at this address; seconds until all of it was sent."""
        begun = time.perf_counter()
        async with self._turn:  # whatever is still answered is about the page before
            self._page, self.query = "", query
            await self._send(page_name=page)
        return time.perf_counter() - begun

    async def press(self, key: str) -> float:
        """Press the button of this key; seconds until the answer was sent, on whatever page that leads to."""
        name = self._named(key)
        return await self._ask(WidgetState(id=name, trigger_value=True), fragment_id=self._widgets[name])

    async def touch(self, key: str, **value: object) -> float:
        """Give the widget of this key a value, by the name that the protocol has for its kind."""
        self.fill(key, **value)
        return await self._ask(fragment_id=self._widgets[self._named(key)])

    def fill(self, key: str, **value: object) -> None:
        """The same where a form waits for its button."""
        name = self._named(key)
        self._values[name] = WidgetState(id=name, **value)

    async def tell(self, key: str, **state: object) -> float:
        """What the component of this key tells."""
        return await self.touch(key, json_value=json.dumps(state))

    def sees(self, key: str) -> bool:
        """Whether there is such a widget on the page."""
        return any(name.endswith(key) for name in self._widgets)

    def key_of(self, part: str) -> str:
        """The whole key of a widget on the page, of which only a part is known."""
        return self._first(part, [name for name in self._widgets if part in name])

    def _named(self, key: str) -> str:
        return self._first(key, [name for name in self._widgets if name.endswith(key)])

    def _first(self, asked: str, found: list[str]) -> str:
        if not found:
            raise LookupError(f"nothing here is called {asked}: {self.told or list(self._widgets)}")
        return found[0]

    async def _ask(self, *touched: WidgetState, **state: object) -> float:
        """Whatever was asked before is answered first: seconds, with the wait for that."""
        begun = time.perf_counter()
        async with self._turn:
            await self._send(*touched, **state)
        return time.perf_counter() - begun

    async def _send(self, *touched: WidgetState, **state: object) -> None:
        """Until it is answered."""
        message = BackMsg()
        rerun = message.rerun_script
        rerun.page_script_hash, rerun.query_string = self._page, self.query
        for name, value in state.items():
            setattr(rerun, name, value)
        rerun.widget_states.widgets.extend([*self._values.values(), *touched])
        self._end.clear()
        await self._socket.write_message(message.SerializeToString(), binary=True)
        await asyncio.wait_for(self._end.wait(), ANSWER_SECONDS)

    async def _read(self) -> None:
        while (message := await self._socket.read_message()) is not None:
            self._hear(ForwardMsg.FromString(message))

    def _hear(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session" if not message.metadata.run.fragment_ids:
                self._rest()
                self._old, self.told = set(self._widgets), []
            case "navigation":
                self._page = message.navigation.page_script_hash or self._page
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta":
                self._see(message.delta)
            case "auto_rerun":
                self._look_again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                for name in message.stop_auto_rerun.fragment_ids:
                    self._rest(name)
            case "script_finished" if message.script_finished != AGAIN:
                for name in self._old:
                    del self._widgets[name]
                self._old = set()
                self._end.set()

    def _see(self, delta: Delta) -> None:
        kind = delta.new_element.WhichOneof("type")
        if kind is None:
            return
        element = getattr(delta.new_element, kind)
        if kind == "exception":
            self.faults.append(f"{element.type}: {element.message}")
        elif kind == "alert" and element.format == element.ERROR:
            self.told.append(element.body)
        elif name := getattr(element, "id", ""):
            self._widgets[name] = delta.fragment_id
            self._old.discard(name)

    def _look_again(self, fragment: str, interval: float) -> None:
        if fragment not in self._timers:
            self._timers[fragment] = asyncio.create_task(self._refresh(fragment, interval))

    async def _refresh(self, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            if not self._turn.locked():
                # What it hears may end this timer, and must not end the answer.
                await asyncio.shield(asyncio.create_task(self._look(fragment)))

    async def _look(self, fragment: str) -> None:
        begun = time.perf_counter()
        async with self._turn:
            if fragment in self._timers:  # the page may just have been left: the server is silent about its parts
                await self._send(fragment_id=fragment, is_auto_rerun=True)
                self.refreshes.append(time.perf_counter() - begun)

    def _rest(self, *fragments: str) -> None:
        for name in fragments or list(self._timers):
            with suppress(KeyError):
                self._timers.pop(name).cancel()
