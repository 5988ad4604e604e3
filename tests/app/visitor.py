"""A visitor without a browser: what a real server's script sends for a page."""

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.browser.server import Server


def visit(server: Server, page: str, query: str = "") -> list[Element]:
    """All elements of the page, in the order in which its script made them; `page` is its address, '' is Home."""
    socket = connect(f"ws://localhost:{server.port}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
    ask, answer, found = BackMsg(), ForwardMsg(), []
    ask.rerun_script.page_name, ask.rerun_script.query_string = page, query
    with socket:
        socket.send(ask.SerializeToString())
        while answer.WhichOneof("type") != "script_finished":
            answer.ParseFromString(socket.recv(timeout=60))
            if answer.delta.WhichOneof("type") == "new_element":
                found.append(Element.FromString(answer.delta.new_element.SerializeToString()))
    return found


def crashes(elements: list[Element]) -> list[str]:
    """What Streamlit's bare error pages say."""
    return [element.exception.message for element in elements if element.WhichOneof("type") == "exception"]


def alerts(elements: list[Element]) -> list[str]:
    """The errors and warnings in words, as they are read."""
    found = [element.alert.body for element in elements if element.WhichOneof("type") == "alert"]
    return [body.replace("\\", "").replace("\u2060", "") for body in found]
