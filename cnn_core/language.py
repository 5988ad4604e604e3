"""Texts in the visitor's language.

What a visitor reads is English in the code, marked for gettext: `_` and `_n` translate where they stand, `N_` only
marks (a field's description), and `Text` travels: errors, stored failures and whatever else is made where nobody knows
who will read it. Sentences are whole, and their values have names, so that a translation can order them anew.

>>> _("{count:,} images", count=60_000)
'60,000 images'
>>> _n("{n} run", "{n} runs", 1)
'1 run'
>>> str(Text("Layer {number}: {problem}", number=2, problem=Text("no room")))
'Layer 2: no room'
"""

import gettext
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import core_schema

ASSETS = Path(__file__).parents[1] / "assets"
LANGUAGES = {"en": "English"}
"""By its code, what each language calls itself. Another one needs assets/locale/<code>, assets/lessons/<code>, and a
module of sentences in compare/sentences."""

_here: ContextVar[str | None] = ContextVar("language", default=None)
_ask: Callable[[], str] = lambda: "en"  # noqa: E731 - replaced by `listen`


def listen(ask: Callable[[], str]) -> None:
    """Have `ask` say, whenever a text is made, which language its reader speaks."""
    global _ask
    _ask = ask


def spoken() -> str:
    """The code of the language that texts are made in now."""
    # While there is only one, nobody is asked: a page has a hundred texts, and each would ask.
    return _here.get() or (_ask() if len(LANGUAGES) > 1 else "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make the texts inside `with` in this language: where nobody can be asked, as in a download's thread."""
    token = _here.set(language)
    try:
        yield
    finally:
        _here.reset(token)


def best(locale: str | None) -> str:
    """The language for a browser's locale, such as "zh-TW"; English when none of ours is like it."""
    asked = (locale or "").replace("-", "_").lower()
    exact = [code for code in LANGUAGES if code.lower() == asked]
    alike = [code for code in LANGUAGES if code.split("_")[0] == asked.split("_")[0]]
    return (*exact, *alike, "en")[0]


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into `language`, compiled by Babel; English is the code's own."""
    return gettext.translation("studio", ASSETS / "locale", [language], fallback=True)


def N_(text: str) -> str:  # noqa: N802 - gettext's name for it
    """Mark a text that is translated later, by `_(text)`."""
    return text


def _(text: str, /, **values: Any) -> str:
    """The text in the reader's language, with its values filled in."""
    translated = catalogue(spoken()).gettext(text) if text else ""
    return translated.format(**values) if values else translated


def _n(one: str, many: str, n: int, /, **values: Any) -> str:
    """The form that the reader's language has for `n` things; {n} is among its values."""
    return catalogue(spoken()).ngettext(one, many, n).format(n=n, **values)


class Text:
    """A text that is put into words when it is read: `str(text)`. Its values may be texts themselves."""

    __slots__ = ("many", "message", "values")

    def __init__(self, message: str = "", /, **values: Any):
        self.message, self.values, self.many = message, values, ""

    @classmethod
    def plural(cls, one: str, many: str, n: int, /, **values: Any) -> "Text":
        """Like `_n`."""
        text = cls(one, n=n, **values)
        text.many = many
        return text

    def __str__(self) -> str:
        if self.many:
            values = dict(self.values)
            return _n(self.message, self.many, values.pop("n"), **values)
        return _(self.message, **self.values)

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self.message)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.plain() == other.plain()

    def __hash__(self) -> int:
        return hash((self.message, self.many))

    def __reduce__(self) -> tuple:
        return Text.of, (self.plain(),)

    def plain(self) -> dict[str, Any]:
        """It as plain data, which JSON can hold when the values can be held."""
        values = {name: value.plain() if isinstance(value, Text) else value for name, value in self.values.items()}
        return {"message": self.message, "many": self.many, "values": values}

    @classmethod
    def of(cls, plain: "Text | str | Mapping[str, Any]") -> "Text":
        """The inverse of `plain`. A bare string is a text that was put into words already."""
        if isinstance(plain, Text):
            return plain
        if isinstance(plain, str):
            return cls(plain)
        values = {name: cls.of(one) if _is_plain(one) else one for name, one in plain["values"].items()}
        text = cls(plain["message"], **values)
        text.many = plain["many"]
        return text

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        """In a pydantic model a text is written as `plain` data; strings of older versions are read too."""
        return core_schema.no_info_plain_validator_function(
            cls.of, serialization=core_schema.plain_serializer_function_ser_schema(cls.plain)
        )


def _is_plain(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"message", "many", "values"}


def lesson(name: str) -> str:
    """The teaching text `name` in the reader's language, or in English where it has not been translated."""
    own = ASSETS / "lessons" / spoken() / f"{name}.md"
    return (own if own.exists() else ASSETS / "lessons" / "en" / f"{name}.md").read_text(encoding="utf-8")


def joined(parts: Iterable[Text | str], separator: str = ", ") -> Text:
    """Several texts as one, each in its reader's language; for lists, not for gluing half sentences together."""
    values = {f"part{number}": part for number, part in enumerate(parts)}
    return Text(separator.join(f"{{{name}}}" for name in values), **values)
