"""Strokes of the pad as objects of streamlit-drawable-canvas (those of fabric.js), and back."""

from collections.abc import Iterable, Mapping
from typing import Any

Stroke = dict[str, Any]
"""{"width": px, "points": [[x, y, pressure], ...]}, on a pad of 280 x 280 px."""


def to_objects(strokes: Iterable[Stroke]) -> dict[str, Any]:
    """What the canvas takes as its first drawing: each stroke an object that can be moved, turned and stretched."""
    return {"version": "4.4.0", "objects": [_path(stroke) for stroke in strokes if stroke["points"]]}


def _path(stroke: Stroke) -> dict[str, Any]:
    points = [(x, y) for x, y, _pressure in stroke["points"]]
    if len(points) == 1:
        points.append((points[0][0] + 0.01, points[0][1]))  # a path of one point would leave no dot
    xs, ys = zip(*points, strict=True)
    width = stroke["width"]
    return {
        "type": "path",
        "path": [["M", *points[0]], *(["L", *point] for point in points[1:])],
        # fabric.js counts the stroke's own width to the box.
        "left": min(xs) - width / 2,
        "top": min(ys) - width / 2,
        "width": max(xs) - min(xs),
        "height": max(ys) - min(ys),
        "fill": None,
        "stroke": "#ffffff",
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def from_objects(drawing: Mapping[str, Any] | None) -> list[Stroke]:
    """The strokes that were drawn freehand on the canvas."""
    objects = (drawing or {}).get("objects", [])
    return [
        {"width": one["strokeWidth"], "points": [[*step[-2:], 1] for step in one["path"] if len(step) > 2]}
        for one in objects
        if one.get("type") == "path"
    ]
