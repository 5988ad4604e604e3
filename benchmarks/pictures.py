"""Pictures of digits as people take them, made from MNIST's: for `benchmarks.photos`."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image
from scipy import ndimage

from benchmarks.pens import drawn, enlarged, thinned

HEIGHT, WIDTH = 480, 360  # px of a picture
Random = np.random.Generator


def picture(digit: np.ndarray, condition: str, seed: int) -> bytes:
    """The (28, 28) `digit`, drawn anew with a pen and photographed under one of CONDITIONS, as a JPEG file."""
    random = np.random.default_rng([seed, list(CONDITIONS).index(condition)])
    light = CONDITIONS[condition](thinned(enlarged(digit)), random)
    light = ndimage.gaussian_filter(light, random.uniform(0.4, 1.0)) * _falling_off(light.shape, 0.1, random)
    noisy = light + random.normal(0, random.uniform(0.005, 0.015), light.shape)
    file = BytesIO()
    Image.fromarray(np.uint8(255 * np.clip(noisy, 0, 1))).save(file, "JPEG", quality=int(random.integers(70, 92)))
    return file.getvalue()


def _white(line: np.ndarray, random: Random) -> np.ndarray:
    return _inked(_page(0.95), _strokes(line, random), random.uniform(0.05, 0.3))


def _grey(line: np.ndarray, random: Random) -> np.ndarray:
    return _inked(_page(random.uniform(0.5, 0.7)), _strokes(line, random), random.uniform(0.05, 0.25))


def _dark(line: np.ndarray, random: Random) -> np.ndarray:
    return _inked(_page(random.uniform(0.05, 0.25)), _strokes(line, random), random.uniform(0.75, 1))


def _uneven(line: np.ndarray, random: Random) -> np.ndarray:
    return _white(line, random) * _falling_off((HEIGHT, WIDTH), random.uniform(0.4, 0.6), random)


def _chalk(line: np.ndarray, random: Random) -> np.ndarray:
    board = _page(random.uniform(0.15, 0.3)) + _clouds(40, 0.04, random)
    grain = np.clip(0.8 + _clouds(1, 0.25, random), 0, 1)
    return _inked(board, _strokes(line, random) * grain, random.uniform(0.75, 0.95))


def _pencil(line: np.ndarray, random: Random) -> np.ndarray:
    grain = np.clip(0.85 + _clouds(1, 0.2, random), 0, 1)
    return _inked(_page(0.9), _strokes(line, random, pen=(0.03, 0.05)) * grain, random.uniform(0.45, 0.6))


def _tight(line: np.ndarray, random: Random) -> np.ndarray:
    ink = _strokes(line, random)
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    cut = random.integers(0, 3, 4)  # px of ink that are lost at each side: it touches the border
    box = ink[rows[0] + cut[0] : rows[-1] + 1 - cut[1], columns[0] + cut[2] : columns[-1] + 1 - cut[3]]
    return _inked(np.full(box.shape, 0.9), box, random.uniform(0.05, 0.3))


def _soft_shadow(line: np.ndarray, random: Random) -> np.ndarray:
    return _white(line, random) * _shadow(random, random.uniform(30, 60))


def _hard_shadow(line: np.ndarray, random: Random) -> np.ndarray:
    return _white(line, random) * _shadow(random, random.uniform(1, 3))


def _lined(line: np.ndarray, random: Random) -> np.ndarray:
    rows, _ = _turned(random)
    page = _ruled(_page(0.93), rows, random.uniform(28, 60), random)
    return _inked(page, _strokes(line, random), random.uniform(0.05, 0.3))


def _squared(line: np.ndarray, random: Random) -> np.ndarray:
    rows, columns = _turned(random)
    spacing, state = random.uniform(18, 40), random.bit_generator.state
    page = _ruled(_page(0.93), rows, spacing, random)
    random.bit_generator.state = state  # the same lines both ways
    page = np.minimum(page, _ruled(_page(0.93), columns, spacing, random))
    return _inked(page, _strokes(line, random), random.uniform(0.05, 0.3))


def _table(line: np.ndarray, random: Random) -> np.ndarray:
    rows, columns = _turned(random, most=12)
    wood = random.uniform(0.2, 0.6) + ndimage.gaussian_filter(random.normal(0, 1, (HEIGHT, WIDTH)), (1, 30)) * 0.3
    edges = random.uniform(0.62, 0.9, 4)  # of the way to the border, some of them outside
    paper = (rows > -edges[0] * HEIGHT / 2) & (rows < edges[1] * HEIGHT / 2)
    paper &= (columns > -edges[2] * WIDTH / 2) & (columns < edges[3] * WIDTH / 2)
    return _inked(np.where(paper, 0.93, wood), _strokes(line, random, size=(0.3, 0.5)), random.uniform(0.05, 0.25))


def _stray(line: np.ndarray, random: Random) -> np.ndarray:
    ink = _strokes(line, random, size=(0.35, 0.55))
    near = ndimage.binary_dilation(ink > 0, iterations=12)
    for _ in range(random.integers(3, 9)):
        mark = _mark(random)
        if not (mark.astype(bool) & near).any():
            ink = np.maximum(ink, mark)
    return _inked(_page(0.93), ink, random.uniform(0.05, 0.3))


EVEN = {
    "white paper": _white,
    "grey paper": _grey,
    "light on dark": _dark,
    "uneven light": _uneven,
    "chalk on a board": _chalk,
    "soft shadow": _soft_shadow,
    "pencil": _pencil,
    "cropped tightly": _tight,
}
HARD = {
    "hard shadow": _hard_shadow,
    "lined paper": _lined,
    "squared paper": _squared,
    "table in view": _table,
    "stray marks": _stray,
}
CONDITIONS: dict[str, Callable[[np.ndarray, Random], np.ndarray]] = {**EVEN, **HARD}


def _page(level: float) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), level)


def _inked(page: np.ndarray, ink: np.ndarray, level: float) -> np.ndarray:
    return page * (1 - ink) + level * ink


def _strokes(
    line: np.ndarray, random: Random, pen: tuple[float, float] = (0.05, 0.15), size: tuple[float, float] = (0.4, 0.75)
) -> np.ndarray:
    """(HEIGHT, WIDTH), 0 to 1: the line, `size` of the picture's width high, its `pen` a fraction of that, turned."""
    high = random.uniform(*size) * WIDTH
    scale = high / max(np.ptp(line, axis=0) + 1)
    turn = np.radians(random.uniform(-6, 6))
    turned = (line - (line.max(axis=0) + line.min(axis=0)) / 2) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    aside = random.uniform(-0.08, 0.08, 2) * (HEIGHT, WIDTH)
    return drawn(scale * turned + aside + (HEIGHT / 2, WIDTH / 2), random.uniform(*pen) * high, (HEIGHT, WIDTH))


def _mark(random: Random) -> np.ndarray:
    """A dot or a short stroke somewhere."""
    start = random.uniform(0, 1, 2) * (HEIGHT, WIDTH)
    steps = np.cumsum(random.normal(0, 1, (int(random.integers(1, 40)), 2)), axis=0)
    return drawn(start + 2 * steps, random.uniform(2, 10), (HEIGHT, WIDTH))


def _turned(random: Random, most: float = 3) -> tuple[np.ndarray, np.ndarray]:
    """Each pixel's (row, column) from the middle, in a grid turned by up to `most` degrees."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] - np.array([HEIGHT / 2, WIDTH / 2])[:, np.newaxis, np.newaxis]
    turn = np.radians(random.uniform(-most, most))
    return rows * np.cos(turn) - columns * np.sin(turn), rows * np.sin(turn) + columns * np.cos(turn)


def _ruled(page: np.ndarray, across: np.ndarray, spacing: float, random: Random) -> np.ndarray:
    """Lines at every `spacing` px of `across`."""
    half, level = random.uniform(0.5, 1.3), random.uniform(0.5, 0.8)
    off = np.abs((across + random.uniform(0, spacing)) % spacing - spacing / 2)
    return _inked(page, np.clip(half + 0.5 - off, 0, 1), level)


def _falling_off(shape: tuple[int, ...], by: float, random: Random) -> np.ndarray:
    """Light from one side: 1 at its brightest, 1 - `by` at its darkest."""
    rows, columns = (np.linspace(-1, 1, side) for side in shape)
    angle = random.uniform(0, 2 * np.pi)
    away = np.sin(angle) * rows[:, np.newaxis] + np.cos(angle) * columns + 0.3 * columns**2
    return 1 - by * (away - away.min()) / np.ptp(away)


def _shadow(random: Random, blur: float) -> np.ndarray:
    """A half-plane through the middle part of the picture, in shadow."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] - random.uniform(0.25, 0.75, 2)[:, np.newaxis, np.newaxis] * np.array(
        [[[HEIGHT]], [[WIDTH]]]
    )
    angle = random.uniform(0, 2 * np.pi)
    inside = (np.sin(angle) * rows + np.cos(angle) * columns > 0).astype(float)
    return 1 - random.uniform(0.35, 0.6) * ndimage.gaussian_filter(inside, blur, mode="nearest")


def _clouds(size: float, strength: float, random: Random) -> np.ndarray:
    """Random spots of about `size` px, with this standard deviation."""
    spots = ndimage.gaussian_filter(random.normal(0, 1, (HEIGHT, WIDTH)), size)
    return strength * spots / spots.std()
