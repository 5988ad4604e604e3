"""The typed face of what networks answer for one image, and at every stage of its treatment."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cnn_core.figures.images import data_url
from cnn_core.figures.template import percent
from cnn_core.language import _
from cnn_core.ui.components.mount import mounted

FOLDER = Path(__file__).parent
TILE = 140  # px on screen
WORTH_A_NUMBER = 0.005
"""A smaller probability is a bar alone."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What one network says.

    Attributes:
        title: of the network, and its `colour`, as CSS has it.
        stages: (stages, classes) probabilities, if the treatment ended at each; or one row, of the whole treatment.
        verdict: the same in a sentence.
    """

    title: str
    colour: str
    stages: np.ndarray
    verdict: str


@dataclass(frozen=True, eq=False)
class Picture:
    """The image after a stage: (h, w), (h, w, 1) or (h, w, 3) uint8."""

    title: str
    caption: str
    image: np.ndarray


def show_answers(
    answers: Sequence[Answer], pictures: Sequence[Picture], class_names: Sequence[str], *, key: str, about: str = ""
) -> None:
    """Show the probabilities of all classes, what was said of them, and the image stage by stage.

    One component and few bytes on purpose: all of it is made anew with every stroke of a pen.

    Args:
        pictures: without any, the probabilities alone.
        about: what the stages are, in a sentence.
    """
    zoom = max(1, TILE // max(pictures[-1].image.shape[:2])) if pictures else 1
    asked = len(pictures) == len(answers[0].stages)
    data = {
        "words": {"title": _("What the network sees"), "about": about},
        "networks": [_network(answer, class_names) for answer in answers],
        "stages": [
            _stage(number, picture, zoom, [answer.stages[number] for answer in answers] if asked else (), class_names)
            for number, picture in enumerate(pictures)
        ],
    }
    mounted(FOLDER, html='<div class="answers"></div>')(key=key, data=data)


def _network(answer: Answer, names: Sequence[str]) -> dict[str, Any]:
    shares = answer.stages[-1]
    top = int(shares.argmax())
    return {
        "title": answer.title,
        "colour": answer.colour,
        "verdict": answer.verdict,
        "told": _described(answer.title, shares, names),
        "bars": [
            {
                "name": name,
                "share": round(float(share), 4),
                "told": percent(share) if share >= WORTH_A_NUMBER or place == top else "",
                "top": place == top,
            }
            for place, (name, share) in enumerate(zip(names, shares, strict=True))
        ],
    }


def _described(title: str, shares: np.ndarray, names: Sequence[str]) -> str:
    """What the network predicts, with its second choice."""
    ranked = np.argsort(-shares)[:2]
    first, *others = (f"{names[place]} ({percent(shares[place])})" for place in ranked)
    if not others or shares[ranked[1]] < WORTH_A_NUMBER:
        return _("{network} predicts {first}.", network=title, first=first)
    return _("{network} predicts {first}, then {second}.", network=title, first=first, second=others[0])


def _stage(
    number: int, picture: Picture, zoom: int, rows: Sequence[np.ndarray], names: Sequence[str]
) -> dict[str, Any]:
    image = Image.fromarray(picture.image.squeeze(-1) if picture.image.shape[-1] == 1 else picture.image)
    fits = zoom * max(image.size) <= TILE
    image.thumbnail((TILE, TILE), Image.Resampling.BOX)
    width, height = (side * (zoom if fits else 1) for side in image.size)
    return {
        "title": f"{number + 1}. {picture.title}",
        "caption": picture.caption,
        "picture": data_url(image),
        "width": width,
        "height": height,
        "alt": f"{picture.title}: {picture.caption}",
        "answers": [{"name": names[int(row.argmax())], "told": percent(row.max())} for row in rows],
    }
