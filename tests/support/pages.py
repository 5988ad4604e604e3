"""What tests of pages share."""

import time

from streamlit.testing.v1 import AppTest


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
