"""Digits of MNIST varied mildly, each treated again as the app treats a drawing."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np
from PIL import Image
from scipy import ndimage

from cnn_core.data.digits import FIELD, stages

ENLARGED = 3  # px for one px of a digit: a stroke can be made thicker or thinner by less than one of its pixels
INK = 0.4  # of full ink: where a stroke ends
TURN = 12  # degrees, the most to either side
SLANT = 0.2  # px to the side for each px up, the most to either side
STRETCH = 1.2  # times as wide or as high, the most
THICKER, THINNER = 1.0, 0.5  # px of the digit, the most that is added to and taken from its depth: see `_stroked`
CHUNK = 2_000  # digits that a process takes at a time


def varied(digits: np.ndarray, seed: int) -> np.ndarray:
    """Each of (N, 28, 28) uint8 `digits` once, varied; the seed decides how, the number of processors does not."""
    chunks = [digits[start : start + CHUNK] for start in range(0, len(digits), CHUNK)]
    seeds = np.random.SeedSequence(seed).spawn(len(chunks))
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as processes:
        return np.concatenate(list(processes.map(_chunk, chunks, seeds)))


def _chunk(digits: np.ndarray, seed: np.random.SeedSequence) -> np.ndarray:
    return np.stack(list(map(partial(vary, random=np.random.default_rng(seed)), digits)))


def vary(digit: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(28, 28) uint8 turned, slanted, stretched, with thicker or thinner strokes, treated again as a drawing."""
    side = ENLARGED * FIELD
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    ink = _stroked(np.asarray(large) / 255 > INK, ENLARGED * random.uniform(-THINNER, THICKER))
    return stages(_bent(ink, *_matrix(random))).final


def _stroked(ink: np.ndarray, wider: float) -> np.ndarray:
    """(H, W) bool `ink` as 0 .. 1, with `wider` px added to how deep each pixel lies in it; a thin stroke is not lost.

    A pixel at the edge lies 1 px deep, one just outside -1: above 1 strokes grow by the rest, below 0 they shrink.
    """
    inside, outside = ndimage.distance_transform_edt(ink), ndimage.distance_transform_edt(~ink)
    return np.clip(inside - outside + max(wider, 1 - inside.max()), 0, 1).astype(np.float32)


def _matrix(random: np.random.Generator) -> np.ndarray:
    """(2, 2): from a place in the varied digit to the place it comes from, both from the middle, x before y."""
    turn, slant = np.radians(random.uniform(-TURN, TURN)), random.uniform(-SLANT, SLANT)
    stretch = STRETCH ** random.uniform(-1, 1)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return turned @ [[1, slant], [0, 1]] @ np.diag([stretch**-0.5, stretch**0.5])


def _bent(ink: np.ndarray, *matrix: np.ndarray) -> np.ndarray:
    linear = np.array(matrix)
    middle = np.array(ink.shape[::-1]) / 2
    rows = np.column_stack([linear, middle - linear @ middle]).ravel().tolist()
    bent = Image.fromarray(ink).transform(ink.shape[::-1], Image.Transform.AFFINE, rows, Image.Resampling.BILINEAR)
    return np.clip(np.asarray(bent), 0, 1)
