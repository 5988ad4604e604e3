"""A duel's facts in sentences, one module a language.

Such sentences join and bend their parts, which no catalogue of messages can do: here every language writes its own,
from the same facts. A new language is a module with the functions of `Sentences`, entered in `BY_LANGUAGE`.
"""

from typing import Protocol

from cnn_core import language
from cnn_core.compare.facts import Disagreement, Dragged, Fewer, Losses, Outcome
from cnn_core.compare.fairness import Difference, Fairness
from cnn_core.compare.sentences import en


class Sentences(Protocol):
    """What a language's module has."""

    def no_result(self) -> str:
        """That no seed has been tested on both sides yet."""

    def outcome(self, fact: Outcome) -> str:
        """Who leads on the test set and by how much, or that nobody does; whether that may be luck."""

    def disagreement(self, fact: Disagreement) -> str:
        """What McNemar's test says: with one seed its counts and p, otherwise in how many seeds it finds something."""

    def losses(self, fact: Losses) -> str:
        """An experiment with changed images: what was expected, what was measured, what it means."""

    def fewer(self, fact: Fewer) -> str:
        """The experiment with fewer training images, in the same three steps."""

    def dragged(self, fact: Dragged) -> str:
        """How far a drawing can be moved, in the same three steps."""

    def difference(self, fact: Difference) -> str:
        """A setting that is not the same on both sides, with both values; no full stop."""

    def fairness(self, fact: Fairness) -> str:
        """What is the same on both sides, and what they were matched by."""


BY_LANGUAGE: dict[str, Sentences] = {"en": en}


def of(code: str) -> Sentences:
    """The sentences in the language `code`; in English where it has none."""
    return BY_LANGUAGE.get(code, en)


def spoken() -> Sentences:
    """The sentences in the reader's language."""
    return of(language.spoken())
