"""What the server imports: once, by one thread, before any script can come upon half of a package.

plotly looks at pandas whenever it makes a figure, as soon as anybody has begun to import it: a script that drew while
another one still imported pandas ended in an error page. So imports have one lock, and scripts wait for it.
"""

import threading
from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

import cnn_core.ui

FIRST_PAGE = ("cnn_core.ui.home_pieces", "cnn_core.ui.services")
WHEN_ASKED = (
    "cnn_core.compare.gather",
    "cnn_core.compare.ready",
    "cnn_core.compare.robustness",
    "cnn_core.engine.engine",
    "cnn_core.runs.store",
    "pyarrow.pandas_compat",
    "pyarrow.vendored.version",
    "scipy.ndimage",
    "scipy.special",
)
"""What modules import only inside of functions; with all other pages it is more than half a second of work."""

_ONE_THREAD = threading.RLock()


def first_page() -> None:
    """Import what Home needs until its button is there. Returns when that is done, by whichever thread."""
    _load(FIRST_PAGE)


def everything() -> None:
    """Import what any page needs. Nothing opens the store, asks the engine or draws a figure before this."""
    _load((*WHEN_ASKED, *(f"cnn_core.ui.{module.name}" for module in iter_modules(cnn_core.ui.__path__))))


def _load(names: Iterable[str]) -> None:
    with _ONE_THREAD:
        for name in names:
            import_module(name)
