"""Start-up: what the server does before anybody visits, and what it imports when.

It is imported before the server listens, so at its top it imports little; the rest is imported once, by one thread.
plotly looks at pandas whenever it makes a figure, as soon as anybody has begun to import it: a script that drew while
another one still imported pandas ended in an error page. So imports have one lock, and scripts wait for it.
"""

import gc
import logging
import os
import signal
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from pkgutil import walk_packages

import psutil
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.server_util import get_url

import cnn_core.ui
from cnn_core.errors import StudioError
from cnn_core.settings import settings
from cnn_core.ui.kit.upload_box import limit_uploads

FAREWELL = 3  # seconds that browsers have to take what they have asked for when the server ends
TIDIED = 300  # seconds between two looks for what is kept too long
FIRST_VISIT = 5  # seconds in which the first visitor has the processor, when there is one
FIRST_PAGE = ("cnn_core.ui.start.home", "cnn_core.ui.kit.services", "cnn_core.ui.kit.frame")
WHEN_ASKED = (
    "cnn_core.compare.gather",
    "cnn_core.compare.ready",
    "cnn_core.compare.robustness",
    "cnn_core.engine.engine",
    "cnn_core.runs.store",
    "pyarrow.pandas_compat",
    "pyarrow.vendored.version",
    "scipy.ndimage",
    "scipy.special",
)
"""What modules import only inside of functions; with all other pages it is more than half a second of work."""

_ONE_THREAD = threading.RLock()


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """For `st.App`: Streamlit enters it when its socket listens, and leaves it when the server ends."""
    # While there is a folder `pages`, Streamlit takes the app for an old-style one until st.navigation has run: the
    # first deep link to a fresh server would end in "Page not found".
    PagesManager.uses_pages_directory = False
    with suppress(OSError, psutil.Error):  # only slower without
        send_at_once()
    end_soon()
    limit_uploads(settings())
    ended = threading.Event()
    threading.Thread(target=_get_ready, args=(ended,), daemon=True).start()
    threading.Thread(target=_keep_tidy, args=(ended,), daemon=True).start()
    if not st.get_option("server.headless"):
        webbrowser.open(get_url("localhost"))  # as Streamlit does when it has no App
    yield
    ended.set()
    from cnn_core.ui.kit import services

    services.stop()


def send_at_once() -> None:
    """Set TCP_NODELAY for all connections that will be made to this process; they have it from the listening socket.

    Without it the second packet of an answer waits 40 ms for the browser to confirm the first. asyncio sets it only on
    sockets that were made with a protocol number, and Streamlit 1.67 makes its own without (uvicorn's issue 3149 is the
    same). benchmarks/responsiveness.py: half a second until the first page can be used.
    """
    for connection in psutil.Process().net_connections("tcp"):
        if connection.status == psutil.CONN_LISTEN:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def tell(error: Exception) -> bool:
    """For `st.App`: a StudioError that nothing on the page has caught becomes words on it; whether it did."""
    if not isinstance(error, StudioError):
        return False
    from cnn_core.ui.kit import errors, services

    if str(error) != str(services.fault()):  # that one stands at the top of every page
        errors.show_error(error)
    return True


def end_soon() -> None:
    """Let the server end though a browser holds a connection.

    uvicorn waits for them for ever, unless somebody presses Ctrl+C once more, and Streamlit 1.67 has no setting for it.
    The server is known by its handler of signals, which it has set before it enters `lifespan`.
    """
    server = getattr(signal.getsignal(signal.SIGINT), "__self__", None)
    if config := getattr(server, "config", None):
        config.timeout_graceful_shutdown = FAREWELL


@cache  # every script run asks for it
def first_page() -> None:
    """Import what Home needs until its button is there. Returns when that is done, by whichever thread."""
    _load(FIRST_PAGE)


@cache
def everything() -> None:
    """Import what any page needs. Nothing opens the store, asks the engine or draws a figure before this."""
    pieces = (module.name for module in walk_packages(cnn_core.ui.__path__, "cnn_core.ui."))
    _load((*WHEN_ASKED, *pieces))


def workers() -> None:
    """Start the workers before anybody asks for them; nothing where a fault forbids it, which pages tell."""
    from cnn_core.ui.kit import services

    if not services.fault():
        _start()


@st.cache_resource(show_spinner=False)
def _start() -> None:
    from cnn_core.ui.kit import services

    services.engine()
    services.shelf().tidy()
    # What is loaded now stays for good: a garbage collection need not look at it again (40 ms each).
    gc.collect()
    gc.freeze()


def _get_ready(ended: threading.Event) -> None:
    """Import the first page while a browser still loads Streamlit, and start the workers even if nobody comes."""
    first_page()
    if ended.wait(FIRST_VISIT):
        return
    everything()
    from cnn_core.ui.kit import services

    if problem := services.fault():
        logging.getLogger(__name__).error("%s", problem)
    if not ended.is_set():
        workers()


def _keep_tidy(ended: threading.Event) -> None:
    """Again and again delete what is kept too long: nobody need come for that."""
    while not ended.wait(TIDIED):
        from cnn_core.ui.kit import rules, services

        with suppress(StudioError):  # the next time
            if not services.fault():
                rules.forget_oldest()


def _load(names: Iterable[str]) -> None:
    with _ONE_THREAD:
        for name in names:
            import_module(name)
