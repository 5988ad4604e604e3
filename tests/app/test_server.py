"""The server before anybody visits: a real process, as on a desktop where Streamlit was never run."""

import socket
import stat

import pytest
from streamlit import config

from cnn_core.settings import Settings
from cnn_core.ui.kit.startup import send_at_once
from cnn_core.ui.kit.upload_box import limit_uploads
from tests.browser.server import Server, free_port
from tests.engine.conftest import until


def test_connections_send_at_once():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        send_at_once()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("limits", "most"), [({}, 191), ({"max_dataset_bytes": 500 * 2**20 + 1}, 501), ({"uploads": False}, 0)]
)
def test_the_server_takes_files_as_large_as_the_page_says(limits, most):
    before = config.get_option("server.maxUploadSize")
    try:
        limit_uploads(Settings(**limits))
        assert config.get_option("server.maxUploadSize") == most
    finally:
        config.set_option("server.maxUploadSize", before)


@pytest.fixture
def desktop(tmp_path, monkeypatch):
    """Somebody's first start, with a screen and a browser that notes what it is to open."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER", str(browser))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("HOME", str(tmp_path))
    server = Server(tmp_path, free_port(), headless=False).start()
    yield server
    server.kill()


def test_the_first_start_asks_nothing_opens_the_browser_and_has_a_worker_before_a_visit(desktop):
    until(lambda: (desktop.home / "opened").exists())
    assert (desktop.home / "opened").read_text().strip() == desktop.url
    until(lambda: len(desktop.workers()) == 1)  # the one that trains
