"""The layers of a functional model in their order, where each feeds only the next."""

from typing import Any, NoReturn

from cnn_core.design.formats.keras.layer import Item, short
from cnn_core.errors import DesignError


def in_line(items: list[Item], outputs: Any) -> list[Item]:
    """``items`` from the input to the output. Raises DesignError naming where the model branches.

    Args:
        outputs: the model's ``output_layers``; one, the last in line.
    """
    by_name = {_name(item): item for item in items}
    before = {name: _only_source(name, item) for name, item in by_name.items()}
    starts = [name for name, source in before.items() if source is None]
    if len(starts) != 1:
        _refuse(f"The model has {len(starts)} inputs")
    after: dict[str | None, list[str]] = {}
    for name, source in before.items():
        after.setdefault(source, []).append(name)
    line = starts
    while followers := after.get(line[-1]):
        if len(followers) > 1:
            _refuse(f"{_called(by_name[line[-1]])} feeds {len(followers)} layers: {short(', '.join(followers))}")
        line.append(followers[0])
    if len(line) < len(items):  # names that occur twice, or a ring apart from the line
        lost = next((item for name, item in by_name.items() if name not in line), items[-1])
        _refuse(f"{_called(lost)} is not in line with the others")
    if set(_sources(outputs)) - {line[-1]}:
        _refuse("The model has an output before its last layer")
    return [by_name[name] for name in line]


def _name(item: Item) -> str:
    name = item.get("name", item["config"].get("name"))
    if not isinstance(name, str):
        _refuse(f"A layer ({short(item['class_name'])}) has no name")
    return name


def _only_source(name: str, item: Item) -> str | None:
    """The layer whose output this one takes; None for the input."""
    sources = _sources(item.get("inbound_nodes"))
    if len(sources) > 1:
        _refuse(f"{_called(item)} takes the outputs of {len(sources)} layers: {short(', '.join(sources))}")
    return sources[0] if sources else None


def _sources(nodes: Any) -> list[str]:
    """The names in inbound nodes: Keras 2 wrote ``[name, 0, 0, ...]``, Keras 3 a tensor with its ``keras_history``."""
    found, waiting = [], [nodes]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list):
            is_source = len(part) > 2 and isinstance(part[0], str)
            found += part[:1] if is_source else []
            waiting.extend(reversed(part[is_source:]))
    return found


def _called(item: Item) -> str:
    return f"Layer {short(_name(item))} ({short(item['class_name'])})"


def _refuse(what: str) -> NoReturn:
    raise DesignError(
        what,
        expected="one line of layers, each feeding only the next",
        todo="Branches cannot be opened here. Open a model without them.",
    )
