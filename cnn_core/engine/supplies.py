"""What a server sends to workers that lack it: models, backbones and data sets, in one way for all kinds of work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cnn_core.data.datasets import Catalogue
from cnn_core.design.start import Start
from cnn_core.engine.work.base import Key
from cnn_core.errors import RunError
from cnn_core.exchange.backbones import Backbones, whole
from cnn_core.language import Text
from cnn_core.runs.models import ModelLibrary


@dataclass(frozen=True)
class Supplies:
    """Where it comes from.

    Attributes:
        shelf: where a worker on this machine keeps what frozen layers make of images, and how many bytes; None where
            workers are elsewhere, and keep it where their own settings say.
    """

    library: ModelLibrary
    catalogue: Catalogue
    backbones: Backbones
    shelf: tuple[str, int] | None = None

    def fetch(self, keys: Iterable[Key]) -> Mapping[Key, Any]:
        """.keras files, arrays of backbones and data sets, by key.

        Raises RunError or DataError for one that is not there (any more).
        """
        return {key: self._load(key) for key in keys}

    def depth(self, start: Start | None) -> int:
        """How many layers the base of a start has, opened; 0 without one. Raises RunError when it is gone."""
        if start is None:
            return 0
        if start.backbone:
            return len(whole(start.backbone).opened().layers)
        try:
            return len(self.library.model(start.base).network.opened().layers)
        except RunError as error:
            todo = Text("Train again, from another start or from random weights")
            raise RunError(Text("The network that this run begins with was deleted"), todo=todo) from error

    def _load(self, key: Key) -> Any:
        if key.kind == "data":
            return self.catalogue.load(key.name)
        if key.kind == "backbone":
            return self.backbones.arrays(key.name)
        return self.library.model(key.name).load()
