"""The kinds of values a layer's arguments take, and the words that say what a field expects."""

import reprlib
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

from annotated_types import Ge, Gt, Le, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator, Field, Strict, ValidationError
from pydantic.fields import FieldInfo

from cnn_core.errors import DesignError, Words
from cnn_core.language import Text, joined

Shape = tuple[int, ...]
"""(height, width, channels) of a feature map or (values,) of a vector, without the batch, always channels last."""

MAX_NAME = 80
"""Characters of a network's name."""

Whole = Annotated[int, Strict()]
Count = Annotated[int, Strict(), Field(ge=1, le=65_536)]
Units = Annotated[int, Strict(), Field(ge=1, le=1_000_000)]
Side = Annotated[int, Strict(), Field(ge=1, le=1024)]
Edge = Annotated[int, Strict(), Field(ge=0, le=1024)]
Fraction = Annotated[float, Strict(), Field(ge=0, le=1, allow_inf_nan=False)]
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


@dataclass(frozen=True)
class Kind:
    """What a field takes, unpacked from its annotation: for words here, and for the widgets of a form.

    Attributes:
        base: "choice", "flag", "whole", "real", "text", "tuple" or "object".
        optional: whether it may be None too.
        choices: of a choice.
        low, above, high: bounds of a number, or of a text's length; None where there is none.
        parts: of a tuple; of one of any length, the kind of each.
        longest: of a tuple of any length; None where `parts` says it.
    """

    base: str
    optional: bool = False
    choices: tuple[Any, ...] = ()
    low: Any = None
    above: Any = None
    high: Any = None
    parts: tuple["Kind", ...] = ()
    longest: int | None = None


@cache
def kind(model: type[BaseModel], name: str) -> Kind:
    """What field ``name`` of ``model`` takes."""
    return _kind(model.model_fields[name])


_BASES = {bool: "flag", int: "whole", float: "real", str: "text"}


def _kind(field: FieldInfo) -> Kind:
    annotation, arguments = field.annotation, get_args(field.annotation)
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in arguments if part is not type(None)]
        return replace(
            _kind(FieldInfo.from_annotation(inner[0])) if len(inner) == 1 else Kind("object"),
            optional=len(inner) < len(arguments),
        )
    if get_origin(annotation) is Literal:
        return Kind("choice", choices=arguments)
    rules = {type(rule): rule for rule in field.metadata}
    if get_origin(annotation) is tuple:
        parts = tuple(_kind(FieldInfo.from_annotation(part)) for part in arguments if part is not Ellipsis)
        return Kind("tuple", parts=parts, longest=rules[MaxLen].max_length if MaxLen in rules else None)
    return Kind(
        _BASES.get(cast(type, annotation), "object"),
        low=rules[Ge].ge if Ge in rules else rules[MinLen].min_length if MinLen in rules else None,
        above=rules[Gt].gt if Gt in rules else None,
        high=rules[Le].le if Le in rules else rules[MaxLen].max_length if MaxLen in rules else None,
    )


def expectation(model: type[BaseModel], name: str) -> Text:
    """What field ``name`` of ``model`` accepts, e.g. "a whole number from 1 to 65,536"."""
    return _words(kind(model, name))


def _words(kind: Kind) -> Text:
    if kind.optional:
        return Text("{one} or null", one=_words(replace(kind, optional=False)))
    match kind.base:
        case "choice":
            return Text("one of {choices}", choices=", ".join(map(str, kind.choices)))
        case "tuple" if kind.longest is not None:
            return Text("a list of at most {count}, each {one}", count=kind.longest, one=_words(kind.parts[0]))
        case "tuple":
            return Text("a list of {count}, each {one}", count=len(kind.parts), one=_words(kind.parts[0]))
        case "whole" | "real":
            return _bounded(Text("a whole number") if kind.base == "whole" else Text("a number"), kind)
        case "text" if kind.high is not None:
            return Text("text of {low} to {high} characters", low=kind.low or 0, high=kind.high)
        case "text":
            return Text("text")
        case "flag":
            return Text("true or false")
    return Text("an object")


def _bounded(number: Text, kind: Kind) -> Text:
    values = {"number": number, "low": kind.low, "above": kind.above, "high": kind.high}
    match kind.low is not None, kind.above is not None, kind.high is not None:
        case True, _, True:
            return Text("{number} from {low:,} to {high:,}", **values)
        case True, _, False:
            return Text("{number} from {low:,}", **values)
        case False, True, True:
            return Text("{number} above {above:,} and up to {high:,}", **values)
        case False, True, False:
            return Text("{number} above {above:,}", **values)
        case False, False, True:
            return Text("{number} up to {high:,}", **values)
    return number


Model = TypeVar("Model", bound=BaseModel)
Made = TypeVar("Made")
NAMED = 5
"""How many layers at fault an error names."""


def checked(model: type[Model], data: Any, place: Words) -> Model:
    """``model`` made of ``data``. Raises DesignError that names ``place``, the fields at fault and what they accept."""
    if not isinstance(data, dict):
        raise DesignError(
            Text("{place} is not described by names and values", place=place),
            expected=Text("an object"),
            received=f"{type(data).__name__}: {reprlib.repr(data)}",
        )
    if (problem := complaints(model, data)) is not None:
        raise DesignError(Text("{place}: {problem}", place=place, problem=problem))
    return model.model_validate(data)


def complaints(model: type[BaseModel], data: dict[str, Any]) -> Text | None:
    """The first three faults of ``data``: the field, what it accepts and what it got. None when all is well."""
    try:
        model.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        names = list(dict.fromkeys(str(fault["loc"][0]) for fault in faults))
        more = [Text("and {count} more", count=len(names) - 3)] if len(names) > 3 else []
        return joined([*(_complaint(model, data, name) for name in names[:3]), *more], "; ")
    return None


def _complaint(model: type[BaseModel], data: dict[str, Any], name: str) -> Text:
    if name not in model.model_fields:
        known = ", ".join(field for field in model.model_fields if field != "type")
        return Text(
            "{name} is not known here (known: {known})", name=reprlib.repr(name), known=known or Text("nothing")
        )
    expected = expectation(model, name)
    if name not in data:
        return Text("{name} is missing; it must be {expected}", name=name, expected=expected)
    received = reprlib.repr(data[name])
    return Text("{name} must be {expected}, received {received}", name=name, expected=expected, received=received)


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
        more = [Text("And {count} more layers", count=len(refused) - NAMED)] if len(refused) > NAMED else []
        raise DesignError(joined([*map(_refusal, refused[:NAMED]), *more], ". "), expected=refused[0].expected)
    return made


def _refusal(error: DesignError) -> Words:
    if not error.received:
        return error.what
    return Text("{what} (received {received})", what=error.what, received=error.received)
