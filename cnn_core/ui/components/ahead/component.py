"""What the next page will need is loaded while its visitor is still on this one."""

from pathlib import Path

import streamlit as st

from cnn_core.ui.components.mount import mounted

FOLDER = Path(__file__).parent
SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"


def charts_ahead() -> None:
    """Have the browser load Plotly (5 MB) now, not when the first point of a curve is awaited.

    Streamlit itself loads it with the first chart. Where it keeps it under another name nothing is loaded ahead.
    """
    if script := chart_script():
        mounted(FOLDER)(key="ahead", data={"script": script})


@st.cache_resource(show_spinner=False)
def chart_script() -> str | None:
    """The name of the file in which Streamlit has its charts."""
    return next((path.name for path in SCRIPTS.glob("PlotlyChart.*.js")), None)
