"""A diagram of a network: every layer's output as a block in the shape of its feature maps.

A block's height and depth are the map's height and width, its length the number of channels; a vector is a thin bar.
Sizes are compressed (square root for maps, logarithm for channels and vectors):
a 1x1 map would vanish beside one of 224x224.
"""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import ceil, log2, sqrt
from typing import Any

import plotly.graph_objects as go

from cnn_core.design.arithmetic import sides
from cnn_core.design.fields import Shape
from cnn_core.design.network import shown
from cnn_core.design.shapes import Trace
from cnn_core.figures.template import COLOURS, finish, plain, translucent
from cnn_core.language import _, _n

KINDS = {"convolution": COLOURS["CNN"], "pooling": COLOURS["pooling"], "dense": COLOURS["DNN"], "other": COLOURS["ink"]}
"""Colours of the kinds of layers."""

# Vertical units are pixels; horizontal ones are places in the row, each as wide as the screen allows.
_MAP_HEIGHT, _SLANT_Y, _BAR_HEIGHT = 96, 32, 128
_CHANNELS, _SLANT_X, _BAR_LENGTH = 0.36, 0.24, 0.07
_MIDDLE = 64
_LINE = 15  # of a label
_LABELS = 14  # in a longer row only some blocks have one; the pointer tells about the others
_FEWEST_PLACES = 6
_OPACITY = {"front": 0.85, "top": 0.4, "side": 0.6}

Polygon = list[tuple[float, float]]


@dataclass(frozen=True)
class _Block:
    name: str
    kind: str
    shape: Shape
    written: str
    parameters: int


@dataclass(frozen=True)
class _Box:
    """Where a block stands: its front's left, bottom, right, top, and the way its depth goes."""

    left: float
    bottom: float
    right: float
    top: float
    slant_x: float
    slant_y: float

    def faces(self) -> dict[str, Polygon]:
        left, bottom, right, top, dx, dy = self.left, self.bottom, self.right, self.top, self.slant_x, self.slant_y
        return {
            "front": [(left, bottom), (right, bottom), (right, top), (left, top)],
            "top": [(left, top), (right, top), (right + dx, top + dy), (left + dx, top + dy)],
            "side": [(right, bottom), (right + dx, bottom + dy), (right + dx, top + dy), (right, top)],
        }

    def outline(self) -> Polygon:
        left, bottom, right, top, dx, dy = self.left, self.bottom, self.right, self.top, self.slant_x, self.slant_y
        above = [(right + dx, top + dy), (left + dx, top + dy), (left, top)]
        return [(left, bottom), (right, bottom), (right + dx, bottom + dy), *above]


def network_figure(trace: Trace, data_format: str = "channels_last", selected: int | None = None) -> go.Figure:
    """The network from its input on, up to the first layer that can't take what arrives, which is marked.

    Args:
        trace: what `cnn_core.design.shapes.trace` found.
        data_format: the layout in which shapes are written.
        selected: index of the layer to outline.
    """
    blocks = _blocks(trace, data_format)
    boxes = _boxes([block.shape for block in blocks])
    places = len(blocks) + (trace.problem is not None)
    labels = _labels(blocks, trace, selected)
    below = max(-label["y"] for label in labels) + 3 * _LINE
    spare = max(_FEWEST_PLACES - places, 0) / 2
    chosen = [] if selected is None else boxes[selected + 1 : selected + 2]
    return finish(
        [
            _connections(boxes, places),
            *_painted(blocks, boxes),
            _polygons([box.outline() for box in chosen], line={"color": COLOURS["ink"], "width": 3}),
            _hover(blocks),
            *_cross(trace),
        ],
        2 * _MIDDLE + below + 8,
        xaxis={"range": [-spare, places + spare], "visible": False, "fixedrange": True},
        yaxis={"range": [-below, 2 * _MIDDLE + 8], "visible": False, "fixedrange": True},
        margin={"l": 16, "r": 16, "t": 0, "b": 0},
        showlegend=False,
        hoverdistance=60,
        annotations=labels,
    )


def _blocks(trace: Trace, data_format: str) -> list[_Block]:
    first = trace.reports[0].input_shape if trace.reports else trace.output_shape
    rest = [(report.layer.type, report.layer.kind, report.output_shape, report.parameters) for report in trace.reports]
    return [
        _Block(name, kind, shape, sides(shown(shape, data_format)), parameters)
        for name, kind, shape, parameters in [(_("Input"), "other", first, 0), *rest]
    ]


def _boxes(shapes: Sequence[Shape]) -> list[_Box]:
    maps = [shape for shape in shapes if len(shape) == 3]
    side = max(max(shape[:2]) for shape in maps)
    channels = max(64, *(shape[2] for shape in maps))
    values = max(1024, *(shape[0] for shape in shapes if len(shape) == 1), 0)
    return [_box(place, shape, side, channels, values) for place, shape in enumerate(shapes)]


def _box(place: int, shape: Shape, side: int, channels: int, values: int) -> _Box:
    if len(shape) == 3:
        height, depth = _MAP_HEIGHT * sqrt(shape[0] / side), sqrt(shape[1] / side)
        length, dx, dy = _CHANNELS * log2(1 + shape[2]) / log2(1 + channels), _SLANT_X * depth, _SLANT_Y * depth
    else:
        height, length, dx, dy = _BAR_HEIGHT * log2(1 + shape[0]) / log2(1 + values), _BAR_LENGTH, 0.03, 4
    left, bottom = place + (1 - length - dx) / 2, _MIDDLE - (height + dy) / 2
    return _Box(left, bottom, left + length, bottom + height, dx, dy)


def _polygons(polygons: Sequence[Polygon], **look: Any) -> dict:
    """Closed outlines as one trace, which is far cheaper than a shape for each."""
    points = [point for polygon in polygons for point in (*polygon, polygon[0], (None, None))]
    x, y = zip(*points, strict=True) if points else ((), ())
    return {"type": "scatter", "mode": "lines", "x": list(x), "y": list(y), "hoverinfo": "skip"} | look


def _painted(blocks: Sequence[_Block], boxes: Sequence[_Box]) -> list[dict]:
    faces = [(block.kind, box.faces()) for block, box in zip(blocks, boxes, strict=True)]
    return [
        _polygons(
            [sides_of[face] for its_kind, sides_of in faces if its_kind == kind],
            fill="toself",
            fillcolor=translucent(KINDS[kind], opacity),
            line={"color": KINDS[kind], "width": 1},
        )
        for kind, (face, opacity) in product(KINDS, _OPACITY.items())
    ]


def _connections(boxes: Sequence[_Box], places: int) -> dict:
    """The way from block to block; not behind them, they are translucent."""
    starts = [box.right + box.slant_x for box in boxes]
    ends = [box.left for box in boxes[1:]] + ([places - 0.5] if places > len(boxes) else [])
    gaps: list[Polygon] = [[(start, _MIDDLE), (end, _MIDDLE)] for start, end in zip(starts, ends, strict=False)]
    return _polygons(gaps, line={"color": translucent(COLOURS["ink"], 0.5), "width": 1})


def _hover(blocks: Sequence[_Block]) -> dict:
    first, *rest = blocks
    about = [
        f"{place}. {block.name}: {block.written}<br>{_parameters(block.parameters)}"
        for place, block in enumerate(rest, start=1)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place + 0.5 for place in range(len(blocks))],
        "y": [_MIDDLE] * len(blocks),
        "text": [f"{first.name}: {first.written}", *about],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 30, "opacity": 0},
    }


def _parameters(count: int) -> str:
    return _n("{n:,} parameter", "{n:,} parameters", count)


def _cross(trace: Trace) -> list[dict]:
    """The mark of the layer that can't take its input."""
    if trace.problem is None:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [trace.problem.index + 1.5],
            "y": [_MIDDLE],
            "text": ["<br>".join(textwrap.wrap(plain(trace.problem.message), 50))],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": "x", "size": 24, "color": COLOURS["error"]},
        }
    ]


def _labels(blocks: Sequence[_Block], trace: Trace, selected: int | None) -> list[dict]:
    """The labels under the blocks, in up to three rows, or those of neighbours would overlap on a phone."""
    last = len(blocks) - 1
    named: dict[int, tuple[str, dict[str, str]]]
    named = {place: (f"{block.written}<br>{_broken(block.name)}", {}) for place, block in enumerate(blocks)}
    if trace.problem:
        named[last + 1] = (_("layer {number}<br>does not fit", number=last + 1), {"color": COLOURS["error"]})
    always = {0, last, len(named) - 1} | ({selected + 1} if selected is not None else set())
    stride = ceil(len(named) / _LABELS)
    places = sorted(place for place in always | set(range(0, last - stride + 1, stride)) if place in named)
    rows = 1 + (len(places) > 5) + (len(places) > 9)
    row_height = _LINE * max(2 + named[place][0].count("<br>") for place in places)
    labels = [_label(place, -(order % rows) * row_height, *named[place]) for order, place in enumerate(places)]
    if len(named) > _LABELS:  # then the places are narrow, and a label in the middle of one would cross the edge
        labels[0]["xanchor"], labels[-1]["xanchor"] = "left", "right"
    return labels


def _label(place: int, y: int, text: str, font: dict) -> dict:
    where = {"x": place + 0.5, "y": y, "xanchor": "center", "yanchor": "top"}
    return where | {"text": text, "showarrow": False, "font": {"size": 11} | font}


def _broken(layer_type: str) -> str:
    """A long type name broken between its words: 'GlobalAverage<br>Pooling2D'."""
    return re.sub(r"(?<=[a-z])(?=(Pooling|Conv|Padding|Normalization)[2D]*$)", "<br>", layer_type)


def describe_network(trace: Trace, data_format: str = "channels_last") -> str:
    """The network in sentences: the shapes from input to output, the parameters, and what does not fit."""
    first, *rest = _blocks(trace, data_format)
    values = {"shape": first.written, "steps": ", ".join(f"{block.name} {block.written}" for block in rest)}
    path = _("Input {shape}, then {steps}.", **values) if rest else _("Input {shape}.", **values)
    sentences = [path, _n("{n:,} parameter.", "{n:,} parameters.", trace.totals.parameters)]
    return " ".join([*sentences, trace.problem.message] if trace.problem else sentences)
