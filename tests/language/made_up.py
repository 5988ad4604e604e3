"""A made-up language: every marked text stands in ⟦ ⟧. What a page shows outside of them nobody could translate."""

import gettext
import json
import re
import struct
from collections.abc import Collection, Iterator
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from cnn_core import language
from cnn_core.compare import sentences
from cnn_core.design.augmentation import Augmentation
from cnn_core.design.layers import DESIGN_TYPES
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.ui.kit.lesson import parts
from tests.compare.made_up import SENTENCES

CODE = "xx"
NOT_READ = {
    "id", "key", "icon", "type", "url", "href", "src", "page_script_hash", "element_type", "color", "theme", "config",
    "form_id", "file_id", "deferred_file_id", "url_path", "page_name", "markup_type", "selection_mode", "format",
    "group_id", "fragment_id", "language", "code_text", "page", "default", "selection_state",
    "selection_default", "component_name", "js_content", "css_content", "html_content",
    "js_source_path", "css_source_path", "json", "divider", "query_string", "data_type", "tag", "default_value",
    "query_params", "raw_value", "step",
}  # fmt: skip
"""Fields of Streamlit's messages that hold no text for a reader."""
NOT_DRAWN = {"type", "mode", "color", "line", "marker", "font", "template", "hoverinfo", "orientation", "colorscale"}
"""Entries of a figure that hold no text for a reader."""


class MadeUp(gettext.NullTranslations):
    """Marks what is looked up."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, one: str, many: str, n: int) -> str:
        return f"⟦{one if n == 1 else many}⟧"


def learn(patch: pytest.MonkeyPatch) -> None:
    """Let the studio speak it, beside English."""
    real = language.catalogue
    patch.setitem(language.LANGUAGES, CODE, "Made up")
    patch.setattr(language, "catalogue", lambda code: MadeUp() if code == CODE else real(code))
    patch.setitem(sentences.BY_LANGUAGE, CODE, SENTENCES)
    read = language.lesson
    patch.setattr(language, "lesson", lambda name: _marked(read(name)) if language.spoken() == CODE else read(name))


def _marked(lesson: str) -> str:
    """Its text, and each thing that it says to try."""
    text, tries = parts(lesson)
    return "\n".join([f"⟦{text}⟧", "", *(f"{number}. ⟦{one}⟧" for number, one in enumerate(tries, start=1))])


def unmarked(app: AppTest, names: Collection[str] = ()) -> list[str]:
    """The texts of a page with words that are not marked, no names of code and no `names` that visitors have given."""
    shown = dict.fromkeys(text for message in _messages(app) for text in _texts(message))
    given = sorted(filter(None, names), key=len, reverse=True)  # of two that begin alike, the whole one
    called = re.compile("|".join(rf"\b{re.escape(name)}\b(?: \(\w+\))?" for name in given) or r"(?!)")
    return [text for text in shown if _words(called.sub(" ", text.replace("\\", "")))]


def _messages(app: AppTest) -> Iterator[Message]:
    waiting = list(app._tree.children.values())
    while waiting:
        node = waiting.pop()
        if isinstance(getattr(node, "proto", None), Message):
            yield node.proto
        waiting.extend(getattr(node, "children", {}).values())


def _texts(message: Message) -> Iterator[str]:
    columns = json.loads(getattr(message, "columns", "") or "{}") if message.DESCRIPTOR.name == "Dataframe" else {}
    for column in columns.values():
        yield from (column[name] for name in ("label", "help") if column.get(name))
    for field, value in message.ListFields():
        if field.name in NOT_READ or (columns and field.name == "columns"):
            continue
        if field.name == "spec":
            yield from _drawn(json.loads(value))
        elif field.type == field.TYPE_BYTES and message.DESCRIPTOR.name == "BidiComponent":
            yield from _of_component(value)
        elif field.type == field.TYPE_BYTES:
            yield from _tabled(value, columns)
        elif field.message_type and field.message_type.GetOptions().map_entry:
            continue
        elif field.type == field.TYPE_MESSAGE:
            for inner in value if field.is_repeated else [value]:
                yield from _tabled(inner.data, columns) if field.name == "arrow_data" else _texts(inner)
        elif field.type == field.TYPE_STRING:
            yield from value if field.is_repeated else [value]


def _of_component(data: bytes) -> Iterator[str]:
    """The texts that living networks are sent; the names in their braces are filled in by the browser."""
    (length,) = struct.unpack("<I", data[:4])
    head = json.loads(data[4 : 4 + length])
    sides = head.get("sides", [])  # of a duel's board; the room for its networks is sent no text
    networks = [side["network"] for side in sides] or [head]
    waiting = [head.get("words", {}), *(side[name] for side in sides for name in ("title", "facts"))]
    for network in networks:
        waiting += [*({**block, "keras": ""} for block in network.get("blocks", [])), network.get("fault") or ""]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        else:
            yield re.sub(r"\{\w+\}", " ", part)


def _drawn(part: Any, name: str = "") -> Iterator[str]:
    """The texts in a figure of plotly's."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in NOT_DRAWN and not key.startswith(("bdata", "dtype")):
                yield from _drawn(value, key)
    elif isinstance(part, list):
        for value in part:
            yield from _drawn(value, name)
    elif isinstance(part, str) and name in ("text", "name", "title", "hovertemplate", "ticktext", "label", "labels"):
        yield part


def _tabled(data: bytes, named: Collection[str]) -> Iterator[str]:
    """The texts in a table; those of its columns that are `named` stand elsewhere."""
    table = pa.ipc.open_stream(data).read_all()
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name not in named and not name.startswith("__"):  # a row's number
            yield name
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            yield from (text for text in column.to_pylist() if text)


def _names() -> set[str]:
    """Words of the code that stand on pages as they are."""
    names = {*DESIGN_TYPES, *language.LANGUAGES.values(), "Made", "MNIST", "Studio", "KiB", "MiB", "GiB"}
    names |= {
        "mine", "dnn", "cnn", "one-hot", "hot", "html", "dtype",
        "uint", "float", "csv", "json", "Max", "Average", "Global", "Zero", "Batch", 
        "Separable", "Depthwise", "Normalization", "Pooling", "keras", "log",
    }  # fmt: skip
    for model in (Recipe, Network, Augmentation, *DESIGN_TYPES.values()):
        for name, field in model.model_fields.items():
            names |= {name, *re.findall(r"'(\w+)'", str(field.annotation))}
    return {word.lower() for name in names for word in (name, *re.findall(r"[^\W\d_]+", name))}


_KNOWN = _names()
_SKIPPED = re.compile(
    r"```.*?```|`[^`]*`|:material/\w+:|:(?:small|red|gray|green|blue|orange|violet)(?:-badge)?(?=\[)|%\{[^}]*\}|</?\w+[^>]*>|data:\S+|&\w+;",
    re.DOTALL,
)


def _words(text: str) -> list[str]:
    """The words of a text outside of marks that are no names of code."""
    rest = _SKIPPED.sub(" ", text.replace("\\", "").replace("\u2060", ""))
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", rest)) != rest:
        rest = shorter
    return [word for word in re.findall(r"[^\W\d_]{3,}", rest) if word.lower() not in _KNOWN]
