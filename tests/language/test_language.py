"""language: texts that travel, and marks that Babel can extract."""

import ast
import doctest
import json
import pickle
import re
import string
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from pydantic import BaseModel

from cnn_core import language
from cnn_core.engine.attempt import LOST, failed
from cnn_core.errors import DesignError, StudioError
from cnn_core.language import Text, _, _n, joined, speaking
from cnn_core.runs.events import EVENT
from tests.language.made_up import CODE, learn

ROOT = Path(__file__).parents[2]
SOURCES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "cnn_core").rglob("*.py")])
ERRORS = {kind.__name__ for kind in (StudioError, *StudioError.__subclasses__())}
KEYWORDS = {"_": None, "N_": None, "Text": None, "_n": (1, 2), "plural": (1, 2)}
NESTED = Text("Layer {number}: {problem}", number=2, problem=Text.plural("{n} row left", "{n} rows left", 1))


def test_examples():
    assert doctest.testmod(language).failed == 0


@pytest.fixture
def made_up(monkeypatch):
    learn(monkeypatch)
    with speaking(CODE):
        yield


def test_a_text_is_put_into_words_when_it_is_read(made_up):
    assert str(NESTED) == "⟦Layer 2: ⟦1 row left⟧⟧"
    with speaking("en"):
        assert str(NESTED) == "Layer 2: 1 row left"


def test_a_text_travels_and_is_stored():
    class Stored(BaseModel):
        text: Text

    for back in (
        pickle.loads(pickle.dumps(NESTED)),
        Text.of(json.loads(json.dumps(NESTED.plain()))),
        Stored.model_validate_json(Stored(text=NESTED).model_dump_json()).text,
    ):
        assert back == NESTED
        assert str(back) == "Layer 2: 1 row left"
    assert str(Stored(text="of an {older} version").text) == "of an {older} version"


def test_braces_in_what_others_typed_stay(made_up):
    assert str(Text("{name} is gone", name="{0.__class__}")) == "⟦{0.__class__} is gone⟧"
    assert str(joined(["{a}", Text("b")])) == "⟦{a}, ⟦b⟧⟧"


def test_an_error_is_told_in_the_language_of_who_reads_it(made_up):
    error = DesignError(Text("No room"), expected=Text("a map"), received="7", todo=Text("Remove it."))
    error = pickle.loads(pickle.dumps(error))
    assert str(error) == "⟦⟦No room⟧.⟧ ⟦⟦Expected ⟦a map⟧⟧.⟧ ⟦⟦Received 7⟧.⟧ ⟦⟦Remove it.⟧.⟧"
    with speaking("en"):
        assert str(error) == "No room. Expected a map. Received 7. Remove it."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LOST, "⟦⟦The connection to the training cluster was lost⟧.⟧ ⟦⟦Resume the run"),
        (ValueError("{no}"), "⟦⟦The training ended with an unexpected error: ValueError: {no}⟧.⟧"),
    ],
)
def test_the_end_of_a_run_is_told_in_the_language_of_who_reads_it(made_up, error, words):
    stored = failed(error).model_dump_json()
    assert str(EVENT.validate_json(stored)).startswith(words)


@pytest.mark.parametrize(
    ("locale", "code"), [("xx", CODE), ("xx-YY", CODE), ("en-GB", "en"), ("zh-TW", "en"), (None, "en")]
)
def test_the_browser_names_the_first_language(monkeypatch, locale, code):
    learn(monkeypatch)
    assert language.best(locale) == code


def test_lessons_fall_back_to_english():
    with speaking("zz"):
        assert language.lesson("designer") == (ROOT / "assets/lessons/en/designer.md").read_text(encoding="utf-8")


def test_an_unknown_text_stays_english():
    with speaking("zz"):
        assert _("Home") == "Home"


def _marks(path: Path) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """The calls that mark something, each with the texts that it marks."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and call.args:
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name in KEYWORDS:
                yield call, call.args[: 2 if KEYWORDS[name] else 1]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_marked_texts_are_whole_and_their_values_are_named(path):
    """Babel sees plain strings only; an f-string, a sum or a nameless value would never be translated."""
    if path.name == "language.py":
        return
    for call, texts in _marks(path):
        for text in texts:
            assert not isinstance(text, ast.JoinedStr | ast.BinOp), f"line {call.lineno}"
            if isinstance(text, ast.Constant):
                assert text.value == text.value.strip(), f"line {call.lineno}"
                assert all(name is None or re.match(r"[a-z]\w*$", name) for name in _values(text.value)), text.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_errors_hold_texts(path):
    """A bare string would stay English. Only what was received may be made of others' words and numbers."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in ERRORS:
            words = {"what": call.args[0] if call.args else None, **{word.arg: word.value for word in call.keywords}}
            for name, word in words.items():
                bare = list(_bare(word))
                assert not [text for text in bare if name != "received" or isinstance(text, ast.Constant)], (
                    f"line {call.lineno}: {name}"
                )


def _bare(word: ast.expr | None) -> Iterator[ast.expr]:
    """The strings that `word` may be which are no texts; the empty one is none."""
    match word:
        case ast.IfExp():
            yield from (*_bare(word.body), *_bare(word.orelse))
        case ast.BoolOp():
            yield from (bare for value in word.values for bare in _bare(value))
        case ast.BinOp():
            yield from (*_bare(word.left), *_bare(word.right))
        case ast.JoinedStr():
            yield word
        case ast.Constant(value=str(text)) if text:
            yield word


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ('"no"', 1),
        ('f"{name} is gone"', 1),
        ('Text("no")', 0),
        ('what + ", no" if more else ""', 1),
        ('str(path or "nothing")', 0),
        ("what", 0),
    ],
)
def test_bare_words_are_found(word, bare):
    assert len(list(_bare(ast.parse(word, mode="eval").body))) == bare


def test_babel_finds_the_texts_of_every_room():
    found = {}
    for path in SOURCES:
        for _line, messages, _comments, _context in extract("python", BytesIO(path.read_bytes()), KEYWORDS):
            room = path.relative_to(ROOT).parts[1:2]
            found.setdefault(room, []).append(messages)
    rooms = ("ui", "design", "figures", "compare", "data", "runs", "engine")
    assert {(room,) for room in rooms} <= found.keys()


def _values(message: str) -> list[str | None]:
    return [name for _before, name, _format, _conversion in string.Formatter().parse(message)]


def test_a_compiled_catalogue_is_spoken(tmp_path, monkeypatch):
    """As pybabel makes it: assets/locale/<code>/LC_MESSAGES/studio.mo, with the plural rules of the language."""
    messages = Catalog(locale="pl")
    messages.add("Home", "Dom")
    messages.add(("{n} run", "{n} runs"), ("{n} bieg", "{n} biegi", "{n} biegów"))
    folder = tmp_path / "locale" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "studio.mo").open("wb") as file:
        write_mo(file, messages)
    monkeypatch.setattr(language, "ASSETS", tmp_path)
    language.catalogue.cache_clear()
    with speaking("pl"):
        assert _("Home") == "Dom"
        assert [_n("{n} run", "{n} runs", n) for n in (1, 3, 5)] == ["1 bieg", "3 biegi", "5 biegów"]
    language.catalogue.cache_clear()
