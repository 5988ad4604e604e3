"""What a server sends to workers that lack it: models and data sets, in one way for all kinds of work."""

from collections.abc import Iterable, Mapping
from typing import Any

from cnn_core.data.datasets import Catalogue
from cnn_core.engine.work.base import Key
from cnn_core.runs.models import ModelLibrary


def fetch(keys: Iterable[Key], library: ModelLibrary, catalogue: Catalogue) -> Mapping[Key, Any]:
    """.keras files and data sets, by key; raises RunError or DataError for one that is not there (any more)."""
    return {key: catalogue.load(key.name) if key.kind == "data" else library.model(key.name).load() for key in keys}
