"""A pydantic model as widgets, from its fields' types, bounds and descriptions: a new field needs no UI code."""

import math
import re
import types
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import streamlit as st
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cnn_core.design.fields import checked
from cnn_core.errors import StudioError
from cnn_core.ui.kit import session
from cnn_core.ui.kit.wording import literal

Model = TypeVar("Model", bound=BaseModel)
SIDES = ("height", "width", "channels")
EDGES = {"height": ("top", "bottom"), "width": ("left", "right")}
USUAL = (1, 2, 3, 5, 7)
UNSET = "not set"
KEPT = "session"
"""A field keeps what is written in it while another page is shown: it may be what its model could not take."""


def form(model: Model, key: str, *, columns: int = 2, skip: tuple[str, ...] = ("type",)) -> Model:
    """Show the fields of `model` as widgets and give the model they make.

    A value that is out of the question stays in its widget, which says so, and the model keeps the one before;
    `refused` tells. When `model` was changed from outside since the last call (an undo, a preset), the widgets show
    the new values.

    Args:
        key: sets these widgets apart from those of other forms.
        columns: how many widgets stand beside each other on a wide screen.
        skip: fields that are not shown and keep their value.
    """
    version, shown = session.get(f"form.{key}", (0, None))
    if shown != model:
        version += 1  # new keys: a widget that is on screen keeps its text when only its value is reset here
    fields = [name for name in type(model).model_fields if name not in skip]
    narrow = [name for name in fields if not _is_edges(type(model).model_fields[name])]
    values, faults = dict(model), []
    for start in range(0, len(narrow), columns):
        for place, name in zip(st.columns(columns), narrow[start : start + columns], strict=False):
            with place:
                values[name] = _field(model, name, f"{key}.{version}.{name}", faults)
    for name in (name for name in fields if name not in narrow):
        values[name] = _field(model, name, f"{key}.{version}.{name}", faults)
    model = checked(type(model), values, "These settings")
    session.put(f"form.{key}", (version, model))
    session.put(f"form.{key}.refused", "; ".join(faults))
    return model


def refused(key: str) -> str:
    """What the widgets of that form hold and its model does not, in words; empty when they agree."""
    return session.get(f"form.{key}.refused", "")


def renew(key: str) -> None:
    """Let the widgets of that form show its model's values, whatever they hold now."""
    version, _ = session.get(f"form.{key}", (0, None))
    session.put(f"form.{key}", (version, None))
    session.put(f"form.{key}.refused", "")


def _field(model: BaseModel, name: str, key: str, faults: list[str]) -> Any:
    """The widget of one field, and what it makes of it: a value that it cannot take is only added to `faults`."""
    kept = getattr(model, name)
    value = _widget(name, type(model).model_fields[name], kept, key)
    try:
        checked(type(model), dict(model) | {name: value}, "Not taken")  # all other fields are right: it is this one
    except StudioError as error:
        faults.append(error.what.removeprefix("Not taken: "))
        st.caption(f":red[:material/error: {literal(error.what)}. It is still {literal(_shown(kept))}.]")
        return kept
    return value


def _shown(value: Any) -> str:
    """A field's value as its widget shows it."""
    if isinstance(value, tuple):
        return "×".join(map(_shown, value))
    return UNSET if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _widget(name: str, field: FieldInfo, value: Any, key: str) -> Any:
    """The widget for a field of that type, showing `value`."""
    kind, metadata = _parts(field)
    help_text = field.description
    if get_origin(kind) is Literal:
        options = get_args(kind)
        return st.selectbox(name, options, index=options.index(value), key=key, help=help_text, persist_state=KEPT)
    if kind is bool:
        return st.toggle(name, value, key=key, help=help_text, persist_state=KEPT)
    if isinstance(field.json_schema_extra, dict):
        low, high = _bounds(metadata)  # a field that has a unit is an amount within bounds: a slider
        shown = "%d " + field.json_schema_extra["unit"].replace("%", "%%")
        return st.slider(
            name, low, high, value, format=shown.replace(" °", "°"), key=key, help=help_text, persist_state=KEPT
        )
    if kind in (int, float):
        return _number(name, kind, value, key, help_text)
    if get_origin(kind) is tuple:
        return _tuple(name, kind, value, key, help_text, optional=type(None) in get_args(field.annotation))
    return st.text_input(name, value, key=key, help=help_text, persist_state=KEPT)


def _number(name: str, kind: type, value: Any, key: str, help_text: str | None) -> Any:
    # No bounds for the widget: it would keep a number beyond them to itself, and go on with the one before. And no
    # whole numbers: it would read 3.5 as 3 and 1e9 as 1, and say nothing.
    number = st.number_input(
        name,
        value=value if value is None else float(value),
        step=1.0 if kind is int else _step(value),
        format="%g",
        key=key,
        help=help_text,
        persist_state=KEPT,
        placeholder=UNSET,
    )
    return int(number) if kind is int and number is not None and number.is_integer() else number


def _tuple(name: str, kind: Any, value: Any, key: str, help_text: str | None, optional: bool) -> Any:
    """A number for each part, or one box for a pair such as a kernel_size, which is nearly always square."""
    parts = get_args(kind)
    if len(parts) == 2 and not _is_edges(FieldInfo.from_annotation(kind)):
        return _pair(name, value, key, help_text, optional)
    results = []
    for place, side, part, one in zip(st.columns(len(parts)), SIDES, parts, value, strict=False):
        with place:
            results.append(_part(name, side, part, one, f"{key}.{side}", help_text))
    return tuple(results)


def _is_edges(field: FieldInfo) -> bool:
    """Whether it is the padding of four edges: too much for half a row."""
    kind, _ = _parts(field)
    return get_origin(kind) is tuple and get_origin(FieldInfo.from_annotation(get_args(kind)[0]).annotation) is tuple


def _part(name: str, side: str, part: Any, value: Any, key: str, help_text: str | None) -> Any:
    """One side of a shape, or both edges of one side of a padding."""
    field = FieldInfo.from_annotation(part)
    if get_origin(field.annotation) is not tuple:
        return _number(side, int, value, key, help_text)
    return tuple(
        _part(name, edge, edge_part, one, f"{key}.{edge}", help_text)
        for edge, edge_part, one in zip(EDGES[side], get_args(field.annotation), value, strict=True)
    )


def _pair(name: str, value: Any, key: str, help_text: str | None, optional: bool) -> Any:
    """Height and width in one box: the usual sizes to choose from, anything else ("3×5", "4") to type."""
    usual = [(side, side) for side in USUAL]
    options = ([None] if optional else []) + sorted({*usual, *([value] if value else [])})
    written = [_times(pair) for pair in options]
    chosen = st.selectbox(
        name,
        written,
        index=written.index(_times(value)),
        key=key,
        help=help_text,
        persist_state=KEPT,
        accept_new_options=True,
    )
    return read_pair(chosen)


def _times(pair: tuple[int, int] | None) -> str:
    return UNSET if pair is None else f"{pair[0]}×{pair[1]}"


def read_pair(text: str | None) -> Any:
    """(3, 5) from "3×5", "3x5" or "3, 5"; (4, 4) from "4"; None when unset; text that is neither, as it is."""
    if text in (None, UNSET):
        return None
    numbers = re.findall(r"-?\d+", text)
    rest = re.sub(r"-?\d+|[×xX*,;()\s]", "", text)
    if rest or len(numbers) not in (1, 2) or max(map(len, numbers)) > 9:
        return text
    return int(numbers[0]), int(numbers[-1])


def _parts(field: FieldInfo) -> tuple[Any, list]:
    """The type without its None, and the rules that bound it."""
    if get_origin(field.annotation) not in (Union, types.UnionType):
        return field.annotation, field.metadata
    inner = next(part for part in get_args(field.annotation) if part is not type(None))
    parsed = FieldInfo.from_annotation(inner)
    return parsed.annotation, [*parsed.metadata, *field.metadata]


def _bounds(metadata: list) -> tuple[int, int]:
    """The lowest and the highest amount."""
    low = next(rule.ge for rule in metadata if isinstance(rule, Ge))
    return low, next(rule.le for rule in metadata if isinstance(rule, Le))


def _step(value: float | None) -> float:
    """A tenth of the value's own power of ten, so that 0.001 does not jump to 0.011."""
    return 10.0 ** (math.floor(math.log10(value)) - 1) if value else 0.05
