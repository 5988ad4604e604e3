"""A pydantic model as widgets, from its fields' types, bounds and descriptions: a new field needs no UI code."""

import math
import re
from typing import Any, TypeVar

import streamlit as st
from pydantic import BaseModel

from cnn_core.design.arithmetic import sides
from cnn_core.design.fields import Kind, complaints, kind
from cnn_core.language import Text, _, joined
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.wording import literal

Model = TypeVar("Model", bound=BaseModel)
SIDES = ("height", "width", "channels")
EDGES = {"height": ("top", "bottom"), "width": ("left", "right")}
USUAL = (1, 2, 3, 5, 7)
UNSET = "none"
"""What stands for None among the options of a box."""
KEPT = "session"
"""A field keeps what is written in it while another page is shown: it may be what its model could not take."""
_SHOWN: Slot[tuple[int, BaseModel | None]] = Slot("form", (0, None))
"""Of each form: how often its widgets were made anew, and the model that they show."""
_REFUSED: Slot[Text | None] = Slot("form.refused", None)


def form(
    model: Model, key: str, *, columns: int = 2, skip: tuple[str, ...] = ("type",), only: tuple[str, ...] = ()
) -> Model:
    """Show the fields of `model` as widgets and give the model they make.

    A value that is out of the question stays in its widget, which says so, and the model keeps the one before;
    `refused` tells. When `model` was changed from outside since the last call (an undo, a preset), the widgets show
    the new values.

    Args:
        key: sets these widgets apart from those of other forms.
        columns: how many widgets stand beside each other on a wide screen.
        skip: fields that are not shown and keep their value.
        only: the fields that are shown, in this order; none of them named: all but `skip`.
    """
    version, shown = _SHOWN.of(key).get()
    fields = list(only) or [name for name in type(model).model_fields if name not in skip]
    if type(shown) is not type(model) or any(getattr(shown, name) != getattr(model, name) for name in fields):
        version += 1  # new keys: a widget that is on screen keeps its text when only its value is reset here
    narrow = [name for name in fields if not _is_edges(kind(type(model), name))]
    values = dict(model)
    faults: list[Text] = []
    for start in range(0, len(narrow), columns):
        for place, name in zip(st.columns(columns), narrow[start : start + columns], strict=False):
            with place:
                values[name] = _field(model, name, f"{key}.{version}.{name}", faults)
    for name in (name for name in fields if name not in narrow):
        values[name] = _field(model, name, f"{key}.{version}.{name}", faults)
    model = type(model).model_validate(values)
    _SHOWN.of(key).put((version, model))
    _REFUSED.of(key).put(joined(faults, "; ") if faults else None)
    return model


def refused(key: str) -> Text | None:
    """What the widgets of that form hold and its model does not, in words; None when they agree."""
    return _REFUSED.of(key).get()


def renew(key: str) -> None:
    """Let the widgets of that form show its model's values, whatever they hold now."""
    version, _model = _SHOWN.of(key).get()
    _SHOWN.of(key).put((version, None))
    _REFUSED.of(key).put(None)


def _field(model: BaseModel, name: str, key: str, faults: list[Text]) -> Any:
    """The widget of one field, and what it makes of it: a value that it cannot take is only added to `faults`."""
    kept = getattr(model, name)
    value = _widget(model, name, kept, key)
    problem = complaints(type(model), dict(model) | {name: value})  # all other fields are right: it is this one
    if problem is None:
        return value
    faults.append(problem)
    told = _("Not taken: {problem}. It is still {value}.", problem=literal(str(problem)), value=literal(_shown(kept)))
    st.caption(f":red[:material/error: {told}]")
    return kept


def _shown(value: Any) -> str:
    """A field's value as its widget shows it."""
    if isinstance(value, tuple):
        return "×".join(map(_shown, value))
    return _("not set") if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _widget(model: BaseModel, name: str, value: Any, key: str) -> Any:
    """The widget for a field of that kind, showing `value`."""
    what, field = kind(type(model), name), type(model).model_fields[name]
    label = field_label(type(model), name)
    shared: dict[str, Any] = {"key": key, "help": _(field.description or ""), "persist_state": KEPT}
    if isinstance(field.json_schema_extra, dict):  # a field that has a unit is an amount within bounds: a slider
        shown = "%d " + str(field.json_schema_extra["unit"]).replace("%", "%%")
        return st.slider(label, what.low, what.high, value, format=shown.replace(" °", "°"), **shared)
    match what.base:
        case "choice":
            return st.selectbox(label, what.choices, index=what.choices.index(value), **shared)
        case "flag":
            return st.toggle(label, value, **shared)
        case "whole" | "real":
            return _number(label, value, whole=what.base == "whole", **shared)
        case "tuple":
            return _tuple(label, what, value, **shared)
    return st.text_input(label, value, **shared)


def field_label(model: type[BaseModel], name: str) -> str:
    """Plain words, and the name in code beside them. No Markdown: it is also what a screen reader reads aloud."""
    title = model.model_fields[name].title
    return f"{_(title)} ({name})" if title else name


def _number(name: str, value: Any, *, whole: bool, **shared: Any) -> Any:
    # No bounds for the widget: it would keep a number beyond them to itself, and go on with the one before. And no
    # whole numbers: it would read 3.5 as 3 and 1e9 as 1, and say nothing.
    number = st.number_input(
        name,
        value=value if value is None else float(value),
        step=1.0 if whole else _step(value),
        format="%g",
        placeholder=_("not set"),
        **shared,
    )
    return int(number) if whole and number is not None and number.is_integer() else number


def _tuple(name: str, what: Kind, value: Any, *, key: str, **shared: Any) -> Any:
    """A number for each part, or one box for a pair such as a kernel_size, which is nearly always square."""
    if len(what.parts) == 2 and not _is_edges(what):
        return _pair(name, value, optional=what.optional, key=key, **shared)
    results = []
    for place, side, part, one in zip(st.columns(len(what.parts)), SIDES, what.parts, value, strict=False):
        with place:
            results.append(_part(side, part, one, key=f"{key}.{side}", **shared))
    return tuple(results)


def _is_edges(what: Kind) -> bool:
    """Whether it is the padding of four edges: too much for half a row."""
    return what.base == "tuple" and what.parts[0].base == "tuple"


def _part(side: str, what: Kind, value: Any, *, key: str, **shared: Any) -> Any:
    """One side of a shape, or both edges of one side of a padding."""
    if what.base != "tuple":
        return _number(_SIDE_NAMES[side](), value, whole=True, key=key, **shared)
    edges = zip(EDGES[side], what.parts, value, strict=True)
    return tuple(_part(edge, part, one, key=f"{key}.{edge}", **shared) for edge, part, one in edges)


_SIDE_NAMES = {
    "height": lambda: _("height"),
    "width": lambda: _("width"),
    "channels": lambda: _("channels"),
    "top": lambda: _("top"),
    "bottom": lambda: _("bottom"),
    "left": lambda: _("left"),
    "right": lambda: _("right"),
}


def _pair(name: str, value: Any, *, optional: bool, **shared: Any) -> Any:
    """Height and width in one box: the usual sizes to choose from, anything else ("3×5", "4") to type."""
    usual = [(side, side) for side in USUAL]
    options = [*([UNSET] if optional else []), *map(sides, sorted({*usual, *([value] if value else [])}))]
    chosen = st.selectbox(
        name,
        options,
        index=options.index(sides(value) if value else UNSET),
        format_func=lambda option: _("not set") if option == UNSET else option,
        accept_new_options=True,
        **shared,
    )
    return read_pair(chosen)


def read_pair(text: str | None) -> Any:
    """(3, 5) from "3×5", "3x5" or "3, 5"; (4, 4) from "4"; None when unset; text that is neither, as it is."""
    if text in (None, UNSET):
        return None
    numbers = re.findall(r"-?\d+", text)
    rest = re.sub(r"-?\d+|[×xX*,;()\s]", "", text)
    if rest or len(numbers) not in (1, 2) or max(map(len, numbers)) > 9:
        return text
    return int(numbers[0]), int(numbers[-1])


def _step(value: float | None) -> float:
    """A tenth of the value's own power of ten, so that 0.001 does not jump to 0.011."""
    return 10.0 ** (math.floor(math.log10(value)) - 1) if value else 0.05
