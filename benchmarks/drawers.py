"""People who draw on one server, without browsers: they say to it what a browser once said."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.browser.server import Server

EACH = 5  # strokes of each
PAUSE = 1.0  # seconds between two strokes of one


def processor_for_a_stroke(server: Server, opening: list[bytes], stroke: bytes, visitors: int) -> float:
    """Milliseconds of the server's process, beside what it takes anyhow, while so many draw at their ease.

    Args:
        opening: what a browser has sent until the page was there.
        stroke: what it has sent when the pen was lifted.
    """
    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop in this one
        return thread.submit(asyncio.run, _measured(server, opening, stroke, visitors)).result()


async def _measured(server: Server, opening: list[bytes], stroke: bytes, visitors: int) -> float:
    sockets = [await _opened(server, opening) for _ in range(visitors)]
    process = psutil.Process(server.process.pid)
    anyhow, seconds = await _taken(process, asyncio.sleep(EACH * PAUSE))
    strokes = asyncio.gather(*(_draw(socket, stroke, place / visitors) for place, socket in enumerate(sockets)))
    taken, longer = await _taken(process, strokes)
    for socket in sockets:
        socket.close()
    return 1000 * (taken - anyhow * longer / seconds) / (visitors * EACH)


async def _taken(process: psutil.Process, work: asyncio.Future) -> tuple[float, float]:
    """Seconds of the processor, and on the clock."""
    before, start = sum(process.cpu_times()[:2]), time.monotonic()
    await work
    return sum(process.cpu_times()[:2]) - before, time.monotonic() - start


async def _opened(server: Server, opening: list[bytes]) -> WebSocketClientConnection:
    address = server.url.replace("http", "ws") + "/_stcore/stream"
    socket = await websocket_connect(address, subprotocols=["streamlit"])
    for message in opening:
        await _said(socket, message)
    return socket


async def _draw(socket: WebSocketClientConnection, stroke: bytes, late: float) -> None:
    await asyncio.sleep(late * PAUSE)
    for _ in range(EACH):
        await _said(socket, stroke)
        await asyncio.sleep(PAUSE)


async def _said(socket: WebSocketClientConnection, message: bytes) -> None:
    """The message is sent, and what it makes the server do is done."""
    await socket.write_message(message, binary=True)
    while (heard := await socket.read_message()) is not None:
        if ForwardMsg.FromString(heard).WhichOneof("type") == "script_finished":
            return
    raise ConnectionError("the server has hung up")
