"""A photograph of a digit -> its ink: paper, light, ruled lines and other marks removed, every step kept for showing.

Nobody says whether the ink is dark or light, and how uneven the paper is. So the picture is read in several ways, and
the one counts in which something looks most like the line of a pen: strong, and long for its thickness.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from cnn_core.data.digits import VISIBLE, Stage, whole
from cnn_core.design.arithmetic import sides
from cnn_core.errors import DataError
from cnn_core.language import Text

WINDOWS = (0.12, 0.25)  # of the longer side: what is narrower can be ink, what is wider is paper, a shadow or a table
FAINTEST = 0.1  # of the way from black to white: less contrast than this is an empty image
MOST_NOISE = 0.4  # of the ink's own strength: what is removed as noise of the paper is never more
SOLID = 0.35  # of full ink, after grain was smoothed away: less does not hold a line together
LONGEST = 40  # times its thickness: a longer line is not more like a digit's
AT_BORDER = 0.01  # a part that touches the border is so much less likely the digit: it is a table, or a shadow
SMALL = 0.3  # of the longer side: what is smaller is less likely the digit
MOST = 0.5  # of the picture: what covers more is no ink
HAIRLINE = 0.45  # of the thickest place: thinner lines that come from the border are ruled ones
FROM_BORDER = 0.2  # of the longer side: how long such a line is at least
NEAR = 0.08  # of the digit's longer side: what is nearer belongs to it
FAR, PIECE = 0.3, 0.15  # what is nearer than FAR does too, if it has this fraction of the main part's ink
DARKEST_PAPER = 0.5  # of the brightest: ink in a deeper shadow is not brought up to the strength of the rest
ALL_EIGHT = np.ones((3, 3))


@dataclass(frozen=True, eq=False)
class _Reading:
    """One way to read a picture: the (H, W) ink, 0 .. 1, where its main part is, how much that looks like a pen's."""

    dark: bool
    ink: np.ndarray
    main: np.ndarray
    score: float


def ink_stages(grey: np.ndarray) -> tuple[Stage, ...]:
    """The way from the brightness of a picture to the ink of one digit, in up to four stages; the last is the ink.

    Args:
        grey: (H, W) brightness, 0 black .. 1 white.

    Raises:
        DataError: nothing stands out from the paper.
    """
    best = max(_readings(grey), key=lambda reading: reading.score, default=None)
    if best is None:
        todo = Text("Send a digit that stands out from its background")
        raise DataError(Text("Nothing is drawn on this image"), todo=todo)
    polarity = Text("dark ink on light paper") if best.dark else Text("light ink on a dark ground")
    done = [whole(Text("Photo"), grey, Text("{sides} px", sides=sides(grey.shape)))]
    done.append(whole(Text("Paper removed"), best.ink, polarity))
    ink, main = best.ink, best.main
    if (lines := _lines(_connected(ink > FAINTEST, main))).any():
        ink = np.where(lines, 0, ink)
        done.append(whole(Text("Lines removed"), ink, Text("thin lines from the border")))
        main, _score = _main_part(ink) or (main, 0)
    digit = _with_what_is_near(ink, main)
    if ((ink >= VISIBLE) & (digit < VISIBLE)).any():
        lost = 1 - float(digit.sum() / ink.sum())
        done.append(whole(Text("Main part"), digit, Text("{share:.1%} of the ink left out", share=lost)))
    return tuple(done)


def surface(grey: np.ndarray) -> np.ndarray:
    """(H, W) brightness of the empty paper: a quadratic surface, fitted to the border, then to all that agrees with it.

    Light that falls off towards one side or a corner is such a surface; a hard-edged shadow is not.
    """
    rows, columns = (np.linspace(-1, 1, side, dtype=np.float32) for side in grey.shape)
    step = max(1, max(grey.shape) // 64)
    sample = grey[::step, ::step].ravel()
    terms = _quadratic(rows[::step], columns[::step])
    edge = np.maximum(*np.meshgrid(abs(rows[::step]), abs(columns[::step]), indexing="ij")).ravel() > 0.8
    fits = edge & (abs(sample - np.median(sample[edge])) < 0.25)
    for _ in range(5):
        fitted, *_ = np.linalg.lstsq(terms[fits], sample[fits])
        fits = abs(sample - terms @ fitted) < FAINTEST
    return np.clip(_quadratic(rows, columns) @ fitted, 0, 1).reshape(grey.shape)


def strengthened(difference: np.ndarray) -> np.ndarray | None:
    """How far each pixel stands out from the paper -> ink, 0 .. 1, without the paper's noise; None if nothing does."""
    marked = difference[difference > FAINTEST]
    if not marked.size:
        return None
    strong = np.quantile(marked, 0.75)
    noise = 1.4826 * np.median(np.abs(difference))  # the standard deviation, were it Gaussian; ink is the smaller part
    floor = min(8 * noise, MOST_NOISE * strong)
    return np.clip((difference - floor) / (strong - floor), 0, 1).astype(np.float32)


def _readings(grey: np.ndarray) -> Iterator[_Reading]:
    for dark, difference in _differences(grey):
        ink = strengthened(difference)
        part = None if ink is None else _main_part(ink)
        if ink is not None and part is not None:
            main, score = part
            contrast = float(np.median(difference[main]))
            yield _Reading(dark, ink, main, score * contrast**2 * (1 - _share_at_border(ink)))


def _differences(grey: np.ndarray) -> Iterator[tuple[bool, np.ndarray]]:
    """Whether ink is taken to be dark, and how far each pixel stands out from the paper then."""
    even = grey - surface(grey)
    yield True, -even
    yield False, even
    smooth = ndimage.gaussian_filter(grey, max(grey.shape) / 400)
    for window in WINDOWS:
        size = max(3, round(window * max(grey.shape)))
        around, inside = np.pad(smooth, size, mode="edge"), (slice(size, -size),) * 2
        paper = ndimage.grey_closing(around, size=size)[inside]
        brightest = max(float(np.quantile(paper, 0.95)), FAINTEST)
        light = np.maximum(paper / brightest, DARKEST_PAPER)  # a shadow dims the ink's contrast too
        yield True, _centred((paper - grey) / light)
        yield False, _centred(grey - ndimage.grey_opening(around, size=size)[inside])


def _centred(difference: np.ndarray) -> np.ndarray:
    return difference - np.median(difference)


def _main_part(ink: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Where the connected part is that is most likely a digit, and how much it looks like the line of a pen."""
    solid = _solid(ink)
    parts, count = ndimage.label(solid, ALL_EIGHT)
    if not count:
        return None
    numbers = np.arange(1, count + 1)
    width = 2 * ndimage.maximum(_depth(solid), parts, numbers)
    area = ndimage.sum_labels(solid, parts, numbers)
    thinness = np.minimum(area / width**2, LONGEST)
    likely = area * thinness**2
    likely[_at_border(parts) - 1] *= AT_BORDER
    likely[area > MOST * ink.size] = 0
    number = int(np.argmax(likely))
    main = parts == 1 + number
    size = min(1, _longer_side(main) / (SMALL * max(ink.shape)))
    return (main, float(thinness[number] * size) ** 2) if likely[number] else None


def _share_at_border(ink: np.ndarray) -> float:
    """How much of the picture is taken for ink that comes in from the border: a shadow or a table, most likely."""
    parts, _ = ndimage.label(ink > SOLID, ALL_EIGHT)
    return float(np.isin(parts, _at_border(parts)).mean())


def _lines(main: np.ndarray) -> np.ndarray:
    """Where `main` is much thinner than at its thickest, if such a thin place comes a long way from the border."""
    depth = _depth(main)
    hairline = HAIRLINE * depth.max()
    thin = main & (ndimage.distance_transform_edt(depth <= hairline) > hairline + 1)
    parts, _ = ndimage.label(thin, ALL_EIGHT)
    spans = [max(axis.stop - axis.start for axis in box) for box in ndimage.find_objects(parts)]
    ruled = any(spans[number - 1] > FROM_BORDER * max(main.shape) for number in _at_border(parts))
    return thin if ruled else np.zeros_like(main)


def _with_what_is_near(ink: np.ndarray, main: np.ndarray) -> np.ndarray:
    """The ink of the main part and of what belongs to it: all over small gaps, over large ones what is no mere mark.

    Chalk breaks, and a pen is lifted: many write the bar of a 5 apart.
    """
    side = _longer_side(main)
    wide = ndimage.distance_transform_edt(~(_solid(ink) | main)) <= NEAR * side / 2
    parts, count = ndimage.label(wide, ALL_EIGHT)
    numbers = np.arange(1, count + 1)
    amount = ndimage.sum_labels(ink, parts, numbers)
    gap = ndimage.minimum(ndimage.distance_transform_edt(~main), parts, numbers)
    keep = (amount >= PIECE * ink[main].sum()) & (gap <= FAR * side)
    keep[_at_border(parts) - 1] = False
    keep[np.unique(parts[main]) - 1] = True
    return np.where(np.isin(parts, numbers[keep]), ink, 0)


def _connected(mask: np.ndarray, main: np.ndarray) -> np.ndarray:
    """The parts of `mask` that `main` lies in."""
    parts, _ = ndimage.label(mask, ALL_EIGHT)
    return mask & np.isin(parts, np.unique(parts[main]))


def _longer_side(mask: np.ndarray) -> int:
    return max(int(np.ptp(np.flatnonzero(mask.any(axis=axis)))) + 1 for axis in (0, 1))


def _solid(ink: np.ndarray) -> np.ndarray:
    """Where ink is, without grain, and without the fine gaps of squared paper where what is between is taken for it."""
    size = max(1, round(max(ink.shape) / 100))
    return ndimage.grey_closing(ndimage.gaussian_filter(ink, max(ink.shape) / 250), size=size) > SOLID


def _depth(mask: np.ndarray) -> np.ndarray:
    """How far each pixel of `mask` is from its edge, px."""
    return ndimage.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]


def _at_border(parts: np.ndarray) -> np.ndarray:
    """The numbers of the labelled parts that touch the border."""
    numbers = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    return numbers[numbers > 0]


def _quadratic(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    y, x = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
