"""A pydantic model as widgets, from its fields' types, bounds and descriptions: a new field needs no UI code."""

import math
import types
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import streamlit as st
from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cnn_core.design.fields import checked
from cnn_core.errors import StudioError
from cnn_core.ui import state

Model = TypeVar("Model", bound=BaseModel)
SIDES = ("height", "width")
EDGES = (("top", "bottom"), ("left", "right"))
SMALLEST = 1e-9  # a widget has no "greater than": this is as near to an open bound as one can type


def form(model: Model, key: str, *, columns: int = 2, skip: tuple[str, ...] = ("type",)) -> Model:
    """Show the fields of `model` as widgets and give the model they make.

    A value that is out of the question is named in an error, and `model` comes back as it was. When `model` was changed
    from outside since the last call (an undo, a preset), the widgets show the new values.

    Args:
        key: sets these widgets apart from those of other forms.
        columns: how many widgets stand beside each other on a wide screen.
        skip: fields that are not shown and keep their value.
    """
    if state.get(f"form.{key}") != model:
        state.reset_widgets(f"{key}.")
    names = [name for name in type(model).model_fields if name not in skip]
    values = dict(model)
    for start in range(0, len(names), columns):
        for place, name in zip(st.columns(columns), names[start : start + columns], strict=False):
            with place:
                values[name] = _widget(name, type(model).model_fields[name], values[name], f"{key}.{name}")
    try:
        model = checked(type(model), values, "These settings")
    except StudioError as error:
        st.error(str(error), icon=":material/error:")
        return model
    state.put(f"form.{key}", model)
    return model


def _widget(name: str, field: FieldInfo, value: Any, key: str) -> Any:
    """The widget for a field of that type, showing `value`."""
    kind, metadata = _parts(field)
    help_text = field.description
    if get_origin(kind) is Literal:
        options = get_args(kind)
        return st.selectbox(name, options, index=options.index(value), key=key, help=help_text)
    if kind is bool:
        return st.toggle(name, value, key=key, help=help_text)
    if kind in (int, float):
        return _number(name, kind, metadata, value, key, help_text)
    if get_origin(kind) is tuple:
        return _pair(name, kind, value, key, help_text)
    return st.text_input(name, value, key=key, help=help_text)


def _number(name: str, kind: type, metadata: list, value: Any, key: str, help_text: str | None) -> Any:
    low, high = _bounds(metadata, kind)
    return st.number_input(
        name,
        min_value=low,
        max_value=high,
        value=value if value is None else kind(value),
        step=1 if kind is int else _step(value),
        format=None if kind is int else "%g",
        key=key,
        help=help_text,
        placeholder="not set",
    )


def _pair(name: str, kind: Any, value: Any, key: str, help_text: str | None) -> Any:
    """Height and width beside each other; a padding has two edges for each. All empty means None."""
    result = []
    for index, place in enumerate(st.columns(2, vertical_alignment="bottom")):
        inner = FieldInfo.from_annotation(get_args(kind)[index])
        one = None if value is None else value[index]
        with place:
            if get_origin(inner.annotation) is tuple:
                rules = FieldInfo.from_annotation(get_args(inner.annotation)[0]).metadata
                edges = zip(EDGES[index], one, strict=True)
                result.append(
                    tuple(_number(f"{name}, {edge}", int, rules, v, f"{key}.{edge}", help_text) for edge, v in edges)
                )
            else:
                label = f"{name}, {SIDES[index]}"
                result.append(_number(label, int, inner.metadata, one, f"{key}.{index}", help_text))
    given = [side for side in result if side is not None]
    return tuple(given[0] if side is None else side for side in result) if given else None


def _parts(field: FieldInfo) -> tuple[Any, list]:
    """The type without its None, and the rules that bound it."""
    if get_origin(field.annotation) not in (Union, types.UnionType):
        return field.annotation, field.metadata
    inner = next(part for part in get_args(field.annotation) if part is not type(None))
    parsed = FieldInfo.from_annotation(inner)
    return parsed.annotation, [*parsed.metadata, *field.metadata]


def _bounds(metadata: list, kind: type) -> tuple[Any, Any]:
    low = high = None
    for rule in metadata:
        if isinstance(rule, Ge):
            low = kind(rule.ge)
        elif isinstance(rule, Gt):
            low = kind(rule.gt) + (1 if kind is int else SMALLEST)
        elif isinstance(rule, Le):
            high = kind(rule.le)
        elif isinstance(rule, Lt):
            high = kind(rule.lt) - (1 if kind is int else SMALLEST)
    return low, high


def _step(value: float | None) -> float:
    """A tenth of the value's own power of ten, so that 0.001 does not jump to 0.011."""
    return 10.0 ** (math.floor(math.log10(value)) - 1) if value else 0.05
