"""Work: what is asked of a worker, as data that travels there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from cnn_core.design.effort import Effort
from cnn_core.errors import EngineError, StudioError
from cnn_core.language import Text

if TYPE_CHECKING:
    from cnn_core.data.datasets import Catalogue
    from cnn_core.engine.work.context import Context

TRAINING, QUESTIONS, DOWNLOADS, BACKGROUND = "training", "questions", "downloads", "background"
"""What a worker has room for: one training; or one short question, one download and one long list of questions."""


@dataclass(frozen=True)
class Key:
    """The name of a model, a data set or a backbone on all workers; `version` tells the contents of one name apart."""

    kind: Literal["model", "data", "backbone"]
    name: str
    version: int = 0


def data_key(catalogue: Catalogue, name: str) -> Key:
    """The key of the data set `name` as it is now. It is not read, and need not be there."""
    return Key("data", name, catalogue.version(name))


@dataclass(frozen=True)
class Missing:
    """A worker's answer when it needs things that it does not have: the server sends them and asks again."""

    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Work:
    """What a worker is asked to do: a frozen dataclass that can be pickled.

    Attributes:
        place: which room it takes on a worker.
        shared: whether two who begin equal work get one and the same; it must be hashable then.
        wish: whether it only helps what may come: every trainer gets it when nothing else is to be done, the last one
            counts, and nobody waits for it.
    """

    place: ClassVar[str] = QUESTIONS
    shared: ClassVar[bool] = False
    wish: ClassVar[bool] = False

    def needs(self) -> tuple[Key, ...]:
        """The models, backbones and data sets that it will ask its context for."""
        return ()

    def effort(self) -> Effort:
        """How much work it is, of one that takes a trainer for long: for its turn, and for those who wait behind it."""
        return Effort()

    def run(self, context: Context) -> Any:
        """Do it, on a worker. Whatever it raises that is not in words yet is put into words by `in_words`."""
        raise NotImplementedError

    def in_words(self, error: Exception) -> StudioError:
        """An unexpected error for the person who asked."""
        return EngineError(Text("The question could not be answered"), received=brief(error), todo=Text("Try again"))


def brief(error: Exception) -> str:
    """TensorFlow's messages go on for pages, with a stack trace in them."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')[:300]}"
