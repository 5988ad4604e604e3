"""A server that cannot write into its home folder: every page says so in words, and what needs no writing goes on."""

from pathlib import Path

import pytest

from cnn_core.errors import StudioError
from cnn_core.settings import Settings
from cnn_core.ui.kit import services
from tests.app.visitor import alerts, crashes, visit
from tests.browser.server import Server, free_port

PAGES = ("", "browse", "augmentation", "designer", "live", "run", "runs", "draw", "duel")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Its home is below a file: nobody can make it, not even root."""
    folder = tmp_path_factory.mktemp("read-only")
    (folder / "file").write_text("")
    server = Server(folder, free_port(), studio=folder / "file" / "home").start()
    yield server
    server.kill()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_in_words_what_is_wrong_where_and_what_to_do(server, page):
    shown = visit(server, page, "run=0123456789&duel=0123456789" if page in ("run", "duel") else "")
    assert crashes(shown) == []
    first = alerts(shown)[0]
    assert str(server.studio) in first
    assert "CNN_STUDIO_HOME" in first


def test_what_needs_no_writing_goes_on(server):
    assert any(element.HasField("bidi_component") for element in visit(server, ""))
    assert any(element.HasField("bidi_component") for element in visit(server, "designer"))
    assert any(element.HasField("imgs") for element in visit(server, "browse"))


@pytest.mark.parametrize("home", ["/proc", "/proc/cnn-studio"])
def test_a_folder_that_is_there_but_not_to_be_written_is_noticed(monkeypatch, home):
    if not Path("/proc").exists():
        pytest.skip("only Linux has a folder that not even root can write to")
    monkeypatch.setattr(services, "settings", lambda: Settings(home=home))
    assert isinstance(services.fault(), StudioError)


def test_a_folder_that_can_be_written_is_no_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(services, "settings", lambda: Settings(home=tmp_path / "new"))
    assert services.fault() is None
