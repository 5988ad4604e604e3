"""Helpers that read a figure back the way the browser gets it."""

import base64

import numpy as np
import plotly.graph_objects as go


def spec(figure: go.Figure) -> dict:
    """The figure as a dict, after plotly's own validation, which `finish` leaves out."""
    sent = figure.to_dict()
    go.Figure(sent)
    return sent


def numbers(values) -> np.ndarray:
    """Values of a trace, which plotly packs into base64 when they came as an array."""
    if isinstance(values, dict):
        flat = np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
        return flat.reshape([int(side) for side in str(values.get("shape", len(flat))).split(",")])
    return np.asarray(values)
