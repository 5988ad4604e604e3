"""The server itself: what it does once, before anybody visits."""

import logging
import os
import socket
import threading
import time
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psutil
import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.settings import settings
from cnn_core.ui import startup
from cnn_core.ui.upload_box import limit_uploads

FIRST_VISIT = 5  # seconds in which the first visitor has the processor, when there is one


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """For `st.App`: Streamlit enters it when its socket listens, and leaves it when the server ends."""
    with suppress(OSError, psutil.Error):  # only slower without
        send_at_once()
    limit_uploads(settings())
    threading.Thread(target=_get_ready, daemon=True).start()
    if not st.get_option("server.headless"):
        webbrowser.open(f"http://localhost:{st.get_option('server.port')}")  # as Streamlit does when it has no App
    yield
    from cnn_core.ui import services  # not at the top: see _get_ready

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


def _get_ready() -> None:
    """Import the first page while a browser still loads Streamlit, and start the workers even if nobody comes."""
    startup.first_page()
    time.sleep(FIRST_VISIT)
    startup.everything()
    from cnn_core.ui import services  # not at the top: the server does not listen before this module is imported

    if problem := services.fault():
        logging.getLogger(__name__).error("%s", problem)
    services.start()


def tell(error: Exception) -> bool:
    """For `st.App`: a StudioError that nothing on the page has caught becomes words on it; whether it did."""
    if not isinstance(error, StudioError):
        return False
    from cnn_core.ui import errors, services

    if str(error) != str(services.fault()):  # that one stands at the top of every page
        errors.show_error(error)
    return True
