"""The layers of a functional model in their order, where each feeds only the next."""

from typing import Any, NoReturn

from cnn_core.design.formats.keras.layer import Item, short
from cnn_core.errors import DesignError
from cnn_core.language import Text


def in_line(items: list[Item], outputs: Any) -> list[Item]:
    """``items`` from the input to the output. Raises DesignError naming where the model branches.

    Args:
        outputs: the model's ``output_layers``; one, the last in line.
    """
    by_name = {_name(item): item for item in items}
    before = {name: _only_source(name, item) for name, item in by_name.items()}
    starts = [name for name, source in before.items() if source is None]
    if len(starts) != 1:
        _refuse(Text.plural("The model has {n} input", "The model has {n} inputs", len(starts)))
    after: dict[str | None, list[str]] = {}
    for name, source in before.items():
        after.setdefault(source, []).append(name)
    line = starts
    while followers := after.get(line[-1]):
        if len(followers) > 1:
            layer, names = _called(by_name[line[-1]]), short(", ".join(followers))
            _refuse(Text("{layer} feeds {count} layers: {names}", layer=layer, count=len(followers), names=names))
        line.append(followers[0])
    if len(line) < len(items):  # names that occur twice, or a ring apart from the line
        lost = next((item for name, item in by_name.items() if name not in line), items[-1])
        _refuse(Text("{layer} is not in line with the others", layer=_called(lost)))
    if set(_sources(outputs)) - {line[-1]}:
        _refuse(Text("The model has an output before its last layer"))
    return [by_name[name] for name in line]


def _name(item: Item) -> str:
    name = item.get("name", item["config"].get("name"))
    if not isinstance(name, str):
        _refuse(Text("A layer ({type}) has no name", type=short(item["class_name"])))
    return name


def _only_source(name: str, item: Item) -> str | None:
    """The layer whose output this one takes; None for the input."""
    sources = _sources(item.get("inbound_nodes"))
    if len(sources) > 1:
        layer, names = _called(item), short(", ".join(sources))
        _refuse(
            Text("{layer} takes the outputs of {count} layers: {names}", layer=layer, count=len(sources), names=names)
        )
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


def _called(item: Item) -> Text:
    return Text("Layer {name} ({type})", name=short(_name(item)), type=short(item["class_name"]))


def _refuse(what: Text) -> NoReturn:
    raise DesignError(
        what,
        expected=Text("one line of layers, each feeding only the next"),
        todo=Text("Branches cannot be opened here. Open a model without them."),
    )
