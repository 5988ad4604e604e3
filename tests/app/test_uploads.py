"""A server that takes no files: no page has a box for one, no action takes one, and the server refuses them."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import import_module  # the canvas in some pages can only be imported while an app runs
from types import SimpleNamespace

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from cnn_core.errors import RightsError
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.build import files
from cnn_core.ui.data import own
from cnn_core.ui.kit import services, upload_box
from cnn_core.ui.train import bring_in
from cnn_core.ui.use import taken
from tests.app.test_teach import jpeg, key, things
from tests.browser.server import Server, free_port
from tests.support.pages import elements, opened

SHOT = "teach-shot"
SENTENCE = "This server takes no files and no pictures."
BOXED = {
    "data": (pages.BROWSE, {"view": "own"}),
    "augmentation": (pages.AUGMENTATION, {}),
    "designer": (pages.DESIGNER, {}),
    "duel": (pages.DUEL, {}),
    "teach": (pages.TEACH, {}),
    "convolution": (pages.CONVOLUTION, {"image": "picture"}),
    "draw": (pages.DRAW, {}),
    "runs": (pages.RUNS, {}),
}


@pytest.fixture
def closed(monkeypatch) -> None:
    """This server takes no files."""
    monkeypatch.setattr(upload_box, "settings", lambda: settings().model_copy(update={"uploads": False}))


def boxes(app) -> list[str]:
    """What takes a file or a picture on the page."""
    found = [one for one in elements(app._tree) if getattr(one, "type", "") in ("file_uploader", "camera_input")]
    mine = [one for one in elements(app._tree) if getattr(one, "key", None) in (taken.BOX, SHOT)]
    return [str(one.type) for one in [*found, *mine]]


@pytest.mark.parametrize("name", ["data", "designer", "duel", "teach", "convolution", "runs"])
def test_with_files_these_pages_have_a_box(name):
    page, query = BOXED[name]
    app = opened(page, **query)
    assert boxes(app)
    assert SENTENCE not in [box.value for box in (*app.caption, *app.info)]


@pytest.mark.parametrize("name", BOXED)
def test_no_page_has_a_box(closed, name):
    page, query = BOXED[name]
    app = opened(page, **query)
    assert not boxes(app)
    if name not in ("augmentation", "draw"):  # there an image can be given in other ways, and this one is not offered
        assert SENTENCE in [box.value for box in (*app.caption, *app.info)]


def test_an_image_of_ones_own_is_not_offered(closed):
    assert "Image" not in opened(pages.DRAW).segmented_control(key="draw-way").options
    ways = next(one for one in opened(pages.AUGMENTATION).selectbox if one.label == "Image")
    assert "My image" not in ways.options


def sent(name: str) -> SimpleNamespace:
    return SimpleNamespace(name=name, getvalue=lambda: b"{}", file_id="1")


def test_what_a_forged_click_sends_is_refused(closed, monkeypatch):
    kept, told, before = [], [], services.catalogue().entries()
    monkeypatch.setattr(type(services.shelf()), "keep", lambda *asked: kept.append(asked))
    monkeypatch.setattr(own, "let_go", lambda file: None)
    own.FILE.of(0).put(sent("birds.zip"))
    own._receive(0)
    assert "takes no files" in str(own.PROBLEM.take())
    with pytest.raises(RightsError, match="takes no files"):
        own._begin(None, None, "birds", None)
    monkeypatch.setattr(files, "later", told.append)
    monkeypatch.setattr(files, "errors_told", lambda **_more: pytest.raises(RightsError, match="takes no files"))
    files.FILE.of(0).put(sent("network.json"))
    files._open_file(0)
    with pytest.raises(RightsError, match="takes no files"):
        import_module("cnn_core.ui.use.teach")._begin(things(Red=5, Blue=5))
    with pytest.raises(RightsError, match="takes no files"):
        bring_in._begin([], "birds", None, None)
    assert not kept
    assert services.catalogue().entries() == before


@pytest.mark.parametrize("takes", [True, False])
def test_pictures_that_a_browser_tells_of_are_taken_only_where_files_are(request, monkeypatch, takes):
    if not takes:
        request.getfixturevalue("closed")
    show_another = import_module("cnn_core.ui.use.show_another")
    shown = show_another.Shown.model_construct(key=key(1), jpeg=jpeg("red"), live=False)
    told = SimpleNamespace(number=1, things=(), pictures={})
    monkeypatch.setattr(show_another, "told_shot", lambda name: shown)
    monkeypatch.setattr(taken, "told_things", lambda name: told)
    show_another._receive()
    taken.receive()
    assert (show_another._SHOWN.take() is not None) == takes
    assert (taken._TAKEN.take().number == 1) == takes


@pytest.fixture(params=["true", "false"])
def server(request, tmp_path, monkeypatch) -> Iterator[tuple[Server, bool]]:
    monkeypatch.setenv("CNN_STUDIO_UPLOADS", request.param)
    server = Server(tmp_path, free_port()).start()
    yield server, request.param == "true"
    server.kill()


def test_the_server_itself_takes_a_file_only_where_files_are_taken(server):
    """By Streamlit's own address for files, which needs no box."""
    server, takes = server
    address = f"ws://localhost:{server.port}/_stcore/stream"
    ask, answer = BackMsg(), ForwardMsg()
    ask.rerun_script.page_name = "learn"
    with connect(address, subprotocols=["streamlit"], max_size=None) as socket:
        socket.send(ask.SerializeToString())
        while answer.WhichOneof("type") != "new_session":
            answer.ParseFromString(socket.recv(timeout=60))
        session = answer.new_session.initialize.session_id
        assert put(server, session) == (204 if takes else 413)


def put(server: Server, session: str) -> int:
    """The status that a small file gets."""
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nhello\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    address = f"{server.url}/_stcore/upload_file/{session}/f1"
    asked = urllib.request.Request(address, body, kind | xsrf(server), method="PUT")
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def xsrf(server: Server) -> dict[str, str]:
    """What a browser says to be let in: the cookie of the page, twice."""
    with urllib.request.urlopen(f"{server.url}/_stcore/health", timeout=30) as answer:
        cookies = answer.headers.get_all("Set-Cookie") or []
    token = next((cookie.split(";")[0] for cookie in cookies if "xsrf" in cookie.lower()), "=")
    return {"Cookie": token, "X-Xsrftoken": token.partition("=")[2]}
