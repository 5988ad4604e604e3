"""The kinds of values a layer's arguments take, and the words that say what a field expects."""

import reprlib
import types
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator, Field, Strict, ValidationError
from pydantic.fields import FieldInfo

from cnn_core.errors import DesignError

Shape = tuple[int, ...]
"""(height, width, channels) of a feature map or (values,) of a vector, without the batch, always channels last."""

MAX_NAME = 80
"""Characters of a network's name."""

Count = Annotated[int, Strict(), Field(ge=1, le=65_536)]
Units = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
Side = Annotated[int, Strict(), Field(ge=1, le=1024)]
Edge = Annotated[int, Strict(), Field(ge=0, le=1024)]
Share = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)]
Flag = Annotated[bool, Strict()]

Padding = Literal["valid", "same"]
ActivationName = Literal[
    "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "silu", "leaky_relu", "relu6", "softplus",
    "softsign", "exponential", "hard_sigmoid", "mish",
]  # fmt: skip


def _twice(value: Any) -> Any:
    """Keras's shorthand: one number stands for height and width."""
    return (value, value) if isinstance(value, int) and not isinstance(value, bool) else value


def _edges(value: Any) -> Any:
    """Keras's shorthands of ``ZeroPadding2D``: 1, (1, 2) and ((1, 1), (2, 2))."""
    value = _twice(value)
    return tuple(map(_twice, value)) if isinstance(value, list | tuple) else value


Pair = Annotated[tuple[Side, Side], BeforeValidator(_twice)]
Edges = Annotated[tuple[tuple[Edge, Edge], tuple[Edge, Edge]], BeforeValidator(_edges)]
Activation_ = Annotated[ActivationName, BeforeValidator(lambda value: "linear" if value is None else value)]


def expectation(model: type[BaseModel], name: str) -> str:
    """What field ``name`` of ``model`` accepts, e.g. "a whole number from 1 to 65,536"."""
    field = model.model_fields[name]
    return _words(field.annotation, field.metadata)


def _words(annotation: Any, metadata: list[Any]) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(map(str, arguments))
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys("null" if part is type(None) else _inner(part) for part in arguments))
    if origin is tuple:
        return f"a list of {_length(arguments, metadata)}, each {_inner(arguments[0])}"
    if annotation in (int, float):
        return ("a whole number" if annotation is int else "a number") + _bounds(metadata)
    return {bool: "true or false", str: "text" + _bounds(metadata)}.get(annotation, "an object")


def _inner(annotation: Any) -> str:
    field = FieldInfo.from_annotation(annotation)
    return _words(field.annotation, field.metadata)


def _length(arguments: tuple, metadata: list[Any]) -> str:
    longest = [rule.max_length for rule in metadata if isinstance(rule, MaxLen)]
    return f"at most {longest[0]}" if longest else str(len(arguments))


def _bounds(metadata: list[Any]) -> str:
    limits = {type(rule): rule for rule in metadata}
    if MaxLen in limits:
        return f" of {limits[MinLen].min_length if MinLen in limits else 0} to {limits[MaxLen].max_length} characters"
    low = f" from {limits[Ge].ge:,}" if Ge in limits else f" above {limits[Gt].gt:,}" if Gt in limits else ""
    return low + (f" to {limits[Le].le:,}" if Le in limits else "")


Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")
NAMED = 5
"""How many layers at fault an error names."""


def checked(model: type[Model], data: Any, place: str) -> Model:
    """``model`` made of ``data``. Raises DesignError that names ``place``, the fields at fault and what they accept."""
    if not isinstance(data, dict):
        received = f"{type(data).__name__}: {reprlib.repr(data)}"
        raise DesignError(f"{place} is not described by names and values", expected="an object", received=received)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise DesignError(f"{place}: {_complaints(model, data, error)}") from None


def each(items: list[Any], make: Callable[[int, Any], Made]) -> list[Made]:
    """``make(number, item)`` of all items, counted from 1. Raises one DesignError for all of them that it refuses."""
    made, refused = [], []
    for number, item in enumerate(items, start=1):
        try:
            made.append(make(number, item))
        except DesignError as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused:
        whats = [error.what + (f" (received {error.received})" if error.received else "") for error in refused[:NAMED]]
        more = [f"And {len(refused) - NAMED} more layers"] if len(refused) > NAMED else []
        raise DesignError(". ".join(whats + more), expected=refused[0].expected)
    return made


def _complaints(model: type[BaseModel], data: dict, error: ValidationError) -> str:
    """The first three faults of ``data`` in words, each with the field, what it accepts and what it got."""
    faults: dict[str, str] = {}
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(fault["loc"][0])
        faults.setdefault(name, _complaint(model, data, name))
    more = [f"and {len(faults) - 3} more"] if len(faults) > 3 else []
    return "; ".join([*list(faults.values())[:3], *more])


def _complaint(model: type[BaseModel], data: dict, name: str) -> str:
    if name not in model.model_fields:
        known = ", ".join(field for field in model.model_fields if field != "type")
        return f"{reprlib.repr(name)} is not known here (known: {known or 'no arguments'})"
    if name not in data:
        return f"{name} is missing; it must be {expectation(model, name)}"
    return f"{name} must be {expectation(model, name)}, received {reprlib.repr(data[name])}"
