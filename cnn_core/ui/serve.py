"""The app as `streamlit run app.py` starts it, for the command line: in this process, which then is the server."""

from collections.abc import Sequence
from pathlib import Path

import click
from streamlit.web.cli import main

APP = Path(__file__).parents[2] / "app.py"


def serve(options: Sequence[str] = (), *, port: int | None, address: str | None, browser: bool) -> int:
    """Serve it until somebody ends it, which is no fault; gives the exit code.

    Args:
        options: further ones of `streamlit run`.
        port, address: where it listens; None: as Streamlit's configuration says.
        browser: whether to open it in a browser.
    """
    asked = {"port": port, "address": address, "headless": None if browser else "true"}
    own = [f"--server.{name}={value}" for name, value in asked.items() if value is not None]
    try:
        main(["run", str(APP), *own, *options], standalone_mode=False)
    except click.Abort:  # Ctrl+C
        pass
    except click.ClickException as error:  # an option that Streamlit does not know
        error.show()
        return error.exit_code
    return 0
