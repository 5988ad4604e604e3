"""A command line in a home folder of its own, with real trainings in the tests' process."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cnn_core.cli.commands import main
from cnn_core.settings import Settings
from tests.support.stand_in import StandIn


class Said(NamedTuple):
    """What a command came to: its exit code, and what it wrote to standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


Typed = Callable[..., Said]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """The home folder; commands are typed in a folder beside it, with no terminal."""
    own = Settings(home=tmp_path / "home")
    for module in ("asked", "doctor"):
        monkeypatch.setattr(f"cnn_core.cli.{module}.settings", lambda: own)
    monkeypatch.setattr("cnn_core.studio.new_engine", StandIn)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return own.home


@pytest.fixture
def typed(home, capsys) -> Typed:
    """Types the words of a command."""

    def type_words(*words: str) -> Said:
        code = main(words)
        return Said(code, *capsys.readouterr())

    return type_words
