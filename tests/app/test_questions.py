"""Which pages need the worker that answers questions as soon as they are opened: on all others it need not begin."""

import pytest

from cnn_core.ui import pages
from cnn_core.ui.kit import services
from tests.support.pages import opened

NEED_NONE = (
    pages.HOME,
    pages.CONVOLUTION,
    pages.POOLING,
    pages.BROWSE,
    pages.DESIGNER,
    pages.LIVE,
    pages.RUNS,
    pages.DRAW,
    pages.TEACH,
    pages.TRANSFER,
    pages.DUEL,
)


@pytest.mark.parametrize("page", NEED_NONE)
def test_a_page_that_is_only_looked_at_asks_nothing(page, monkeypatch):
    engine = services.engine()
    asked = []
    monkeypatch.setattr(engine, "ask", lambda work, timeout=30: asked.append(work))
    monkeypatch.setattr(engine, "begin", lambda work, then=None: asked.append(work) if not work.wish else None)
    opened(page)
    assert asked == [], "a wish is for the workers that train"
