"""What tests of pages share."""

import time
from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "app.py")


def opened(page: str, kept: Mapping[str, object] | None = None, **query: str) -> AppTest:
    """The app at `page`, by an address with this query, for a visitor whose session keeps this."""
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in (kept or {}).items():
        app.session_state[name] = value
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(page).run()
    assert not app.exception
    return app


def settled(app: AppTest, seconds: float = 120) -> AppTest:
    """The app once its visitor has no job under way any more; it is looked at again and again, as by a browser."""
    end = time.monotonic() + seconds
    while under_way(app):
        assert time.monotonic() < end, "the job does not end"
        time.sleep(0.05)
        app.run()
        assert not app.exception
    return app


def under_way(app: AppTest) -> list[str]:
    """What is said beside the bars of jobs."""
    return [bar.proto.text for bar in app.get("progress")]
