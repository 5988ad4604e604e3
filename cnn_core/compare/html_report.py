"""A duel as one HTML file to hand out: works without a network, on paper, on a phone, in light and dark."""

import base64
import gzip
from functools import cache
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from cnn_core import language
from cnn_core.compare import words
from cnn_core.compare.charts import confusions, experiments, learning_curves
from cnn_core.compare.export import to_config
from cnn_core.compare.report import Report
from cnn_core.compare.tables import (
    beside,
    interval_words,
    layers_words,
    mcnemar_table,
    names,
    provenance,
    recipe_table,
    summary,
)
from cnn_core.figures.images import png_url
from cnn_core.language import _, _n

TEMPLATES = Path(__file__).parents[2] / "assets" / "report"


def to_html(report: Report) -> str:
    """The whole report; about 2 MB, nearly all of it plotly.js, packed. Everything in it is escaped by the template."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            language=language.spoken().replace("_", "-"),
            names=names(report),
            seeds=len(report.sides[0].runs),
            verdict=" ".join(words.verdict(report)),
            provenance=provenance(report),
            fair=words.fair_words(report.plan),
            unfair=words.unfair(report.plan),
            summary=beside(summary(report))[1:],
            curves=learning_curves(report),
            confusions=confusions(report),
            contested=_contested(report),
            experiments=experiments(report),
            interval=interval_words(report),
            agreements=mcnemar_table(report),
            designs=zip(names(report), map(layers_words, report.plan.networks), strict=True),
            recipes=recipe_table(report.plan),
            versions=", ".join(f"{name} {number}" for name, number in report.versions.items()),
            config=to_config(report).decode(),
            plotly=_plotly(),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"data": _data, "_": _, "_n": _n}
    environment.filters["cells"] = lambda row: row.values()
    environment.filters["base64"] = lambda text: base64.b64encode(text.encode()).decode()
    return environment


def _data(figure: go.Figure) -> Markup:
    """A figure for a script element of JSON, which only '</script' or '<!--' could end."""
    # plotly escapes '<' as well, but nowhere promises to.
    return Markup(figure.to_json().replace("<", "\\u003c"))


@cache
def _plotly() -> str:
    """plotly.js at less than half its size: gzip, then base64."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), mtime=0)).decode()


def _contested(report: Report) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(title, who predicts them wrong, images) for each side that alone predicts some right."""
    called = names(report)
    groups = []
    for right, wrong in ((0, 1), (1, 0)):
        shown = [
            {"url": png_url(image.png), "true": image.true, "wrong": image.read[wrong]}
            for image in report.pictures
            if image.read[right] == image.true and image.read[wrong] != image.true
        ]
        if shown:
            title = _("Only {network} predicts these right", network=called[right])
            groups.append((title, called[wrong], shown))
    return groups
