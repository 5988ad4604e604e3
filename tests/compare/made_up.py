"""A second language for tests: each sentence is its function's name and the kind of fact that it was made of."""

import inspect
from types import SimpleNamespace

from cnn_core.compare.sentences import Sentences

CODE = "made-up"
NAMES = [name for name, _function in inspect.getmembers(Sentences, inspect.isfunction) if not name.startswith("_")]


def _sentence(name: str):
    return lambda *facts: f"⟦{name}{''.join(' ' + type(fact).__name__ for fact in facts)}⟧"


SENTENCES = SimpleNamespace(**{name: _sentence(name) for name in NAMES})
