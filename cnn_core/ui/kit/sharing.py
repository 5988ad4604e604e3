"""What a page's link carries: each thing that is seen, as a short parameter of its address.

The parts of a page name what they show by `carry` while they run. Whoever opens the link sees the same: `asked` gives a
widget the value to begin with, `follow` puts what is no widget's into its place.
"""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast

from cnn_core.errors import StudioError
from cnn_core.language import Text
from cnn_core.ui.kit import session
from cnn_core.ui.kit.errors import errors_told, later
from cnn_core.ui.kit.session import Slot

Option = TypeVar("Option")
Carried = str | Callable[[], str | None]
MOST_NAMED = 8
"""How many options an error names."""
BETWEEN = "."
"""What stands between the parts of a parameter; browsers leave it as it is."""
_CARRIED: Slot[dict[str, Carried]] = Slot("share.carried", {})
_LEFT_OUT: Slot[dict[str, None]] = Slot("share.left_out", {})
_REFUSED: Slot[dict[str, StudioError]] = Slot("share.refused", {})
_TAKEN: Slot[str] = Slot("share.taken", "")
"""Of each parameter, the widget that it was for: a link speaks of what it opens, not of what is chosen later."""
_KNOWN: Slot[str | None] = Slot("link", None)
"""Of each parameter, what was followed or written last."""
_EARLIER: Slot[tuple[str | None, ...]] = Slot("link.earlier", ())
"""Of each parameter, what was followed or written before that."""
MOST_EARLIER = 100


def begin() -> None:
    """Before a page: it has shown nothing yet."""
    _CARRIED.put({})
    _LEFT_OUT.put({})
    _REFUSED.put({})


def carry(**shown: object) -> None:
    """The page's link says this, by the names of its parameters; None: it does not say it.

    What costs time to put into words can be a function, called when somebody shares.
    """
    kept = {name: value for name, value in _CARRIED.get().items() if name not in shown}
    for name, value in shown.items():
        if value is not None:
            kept[name] = value if callable(value) else written(value)
    _CARRIED.put(kept)


def leave_out(what: str) -> None:
    """The page shows something that no link can carry; said to whoever shares it."""
    _LEFT_OUT.put(_LEFT_OUT.get() | {what: None})


def carried() -> dict[str, str]:
    """What the link of the page that has run says."""
    found = {name: value() if callable(value) else value for name, value in _CARRIED.get().items()}
    return {name: value for name, value in found.items() if value is not None}


def left_out() -> list[str]:
    """What is seen on the page that has run and no link carries."""
    return list(_LEFT_OUT.get())


def refused() -> list[StudioError]:
    """What the page's address asks for and the page does not have."""
    return list(_REFUSED.get().values())


def asked(name: str, default: Option, options: Sequence[Option], key: str = "") -> Option:
    """What the address asks the widget `key` to begin with: one of `options`; else `default`."""
    value = _asked(name, key)
    if value is None:
        return default
    found = _found(value, options)
    if found is None:
        _refuse(name, value, options)
        return default
    return found


def asked_all(name: str, default: list[Option], options: Sequence[Option], key: str = "") -> list[Option]:
    """The same for a widget of several: those of `options` that the address names."""
    value = _asked(name, key)
    if value is None:
        return default
    found = {part: _found(part, options) for part in value.split(BETWEEN) if part}
    missing = [part for part, option in found.items() if option is None]
    if missing:
        _refuse(name, BETWEEN.join(missing), options)
    known = [option for option in found.values() if option is not None]
    return known if known or not found else default


def asked_text(name: str, longest: int) -> str:
    """What the address asks a box for text to begin with; nothing when it is not asked for anything."""
    return (session.link(name) or "")[:longest]


def follow(name: str, take: Callable[[str], None]) -> None:
    """Let `take` have what the address says, once; what is wrong with it is told, and changes nothing.

    A click that is under way while the page writes a newer address brings the older one, which is not followed
    unless the visitor went back to it.
    """
    value = session.link(name)
    if value is None or value == _KNOWN.of(name).get():
        return
    if value in _EARLIER.of(name).get() and not session.went_back():
        return
    followed(name, value)
    with errors_told(tell=later):
        take(value)


def followed(name: str, value: str | None) -> None:
    """The address says this by our own doing: it is not to be followed."""
    known, earlier = _KNOWN.of(name), _EARLIER.of(name)
    if value != known.get():
        earlier.put((*earlier.get(), known.get())[-MOST_EARLIER:])
        known.put(value)


def whole(value: str, most: int) -> int:
    """The whole number from 0 to `most` that a parameter says. Raises StudioError for anything else."""
    options = range(most + 1)
    if (number := _found(value, options)) is None:
        raise StudioError(Text("The link cannot be read"), expected=_expected(options), received=value[:80])
    return number


def written(value: object) -> str:
    """A value as a parameter has it."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, list | tuple):
        return BETWEEN.join(map(written, value))
    return str(value)


def _asked(name: str, key: str) -> str | None:
    value = session.link(name)
    if value is None:
        return None
    taken = _TAKEN.of(f"{name}={value}")
    if not taken.get():
        taken.put(key)
    return value if taken.get() == key else None


def _found(value: str, options: Sequence[Option]) -> Option | None:
    if isinstance(options, range):  # too many to be looked through
        place = _number(value) - options.start
        return cast(Option, options[place]) if 0 <= place < len(options) else None
    return next((option for option in options if written(option) == value), None)


def _number(value: str) -> int:
    """A number beyond all ranges for what is none."""
    return int(value) if re.fullmatch(r"-?[0-9]{1,15}", value) else sys.maxsize


def _refuse(name: str, value: str, options: Iterable[Option]) -> None:
    error = StudioError(
        Text("The link asks for a {name} that is not here", name=name),
        expected=_expected(options),
        received=value[:80],
        todo=Text("Everything else is as the link says."),
    )
    _REFUSED.put(_REFUSED.get() | {name: error})


def _expected(options: Iterable[Option]) -> Text:
    if isinstance(options, range):
        whole = Text("a whole number")
        return Text("{number} from {low:,} to {high:,}", number=whole, low=options[0], high=options[-1])
    words = [written(option) for option in options]
    more = ["…"] if len(words) > MOST_NAMED else []
    return Text("one of {choices}", choices=", ".join([*words[:MOST_NAMED], *more]))
