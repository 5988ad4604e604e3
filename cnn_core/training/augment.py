"""Augmentation by Keras: one set of layers, for the preview and for training."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from cnn_core.design.augmentation import WHITE, Augmentation, layers

DRAWS = 96  # among so many draws the nearest to a wanted number is near enough to show


@dataclass(frozen=True)
class Variants:
    """Images, and for each the numbers that made it.

    Args:
        images: float32, (N, H, W, C), 0 to 255, as the network gets them.
        numbers: for each image, by control: degrees to the left; percent of the width to the right, of the height
            downwards; percent of the frame that zoom shows more (less: negative); percent of white that was added;
            percent of contrast more; noise's standard deviation in percent; percent of the area erased; 1.0 if flipped.
    """

    images: np.ndarray
    numbers: list[dict[str, float]]


def augmentation_layers(augmentation: Augmentation, seed: int) -> list[keras.Layer]:
    """The layers, fresh: they draw from the beginning. They take raw pixels and vary them only while training."""
    return [getattr(keras.layers, name)(**arguments) for name, arguments in layers(augmentation, seed)]


def in_front(model: keras.Model, augmentation: Augmentation, seed: int) -> keras.Model:
    """A model that varies its images while it trains, then asks `model`, whose weights are the only ones.

    `model` itself stays as it is, to be kept without these layers. Without augmentation, it is `model`.
    """
    if not augmentation.active:
        return model
    return keras.Sequential([keras.Input(model.input_shape[1:]), *augmentation_layers(augmentation, seed), model])


def variants(augmentation: Augmentation, images: np.ndarray, seed: int) -> Variants:
    """Each image varied once, as the first training step would with a batch of `images`.

    Args:
        images: uint8, (N, H, W, C).
    """
    batch = keras.ops.convert_to_tensor(images, "float32")
    size = images.shape[1:3]
    numbers: dict[str, np.ndarray] = {}
    for layer in augmentation_layers(augmentation, seed):
        if hasattr(layer, "get_random_transformation"):
            # What calling the layer does, with a look at what it drew.
            drawn = layer.get_random_transformation(batch, training=True)
            batch = layer.transform_images(batch, drawn, training=True)
            numbers |= _READ[type(layer).__name__](layer, drawn, size)
        else:
            batch = layer(batch, training=True)
    if augmentation.noise:
        numbers["noise"] = np.full(len(images), augmentation.noise)
    rows = [{name: float(values[row]) for name, values in numbers.items()} for row in range(len(images))]
    return Variants(np.clip(keras.ops.convert_to_numpy(batch), 0, WHITE), rows)


def sweep(augmentation: Augmentation, control: str, image: np.ndarray, steps: int, seed: int) -> Variants:
    """One image under one control, from the lowest number to the highest that it can draw; noise from none to all.

    Args:
        image: uint8, (H, W, C).
    """
    alone = augmentation.only(control)
    if control == "noise":
        amounts = np.linspace(0, alone.noise, steps).round().astype(int)
        parts = [variants(Augmentation(noise=int(amount)), image[np.newaxis], seed) for amount in amounts]
        rows = [{"noise": float(amount)} for amount in amounts]
        return Variants(np.concatenate([part.images for part in parts]), rows)
    drawn = variants(alone, np.repeat(image[np.newaxis], DRAWS, axis=0), seed)
    values = np.array([row[control] for row in drawn.numbers])
    wanted = np.linspace(values.min(), values.max(), steps)
    picked = np.abs(values[:, np.newaxis] - wanted).argmin(axis=0)
    return Variants(drawn.images[picked], [{control: float(values[i])} for i in picked])


def _flat(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor).reshape(-1)


def _flip(layer: keras.Layer, drawn: dict, size: tuple[int, int]) -> dict[str, np.ndarray]:
    return {f"{layer.mode}_flip": _flat(drawn["flips"])}


def _shift(layer: keras.Layer, drawn: dict, size: tuple[int, int]) -> dict[str, np.ndarray]:
    right, down = keras.ops.convert_to_numpy(drawn["translations"]).T
    moved = {"horizontal_shift": 100 * right / size[1], "vertical_shift": 100 * down / size[0]}
    bounds = {"horizontal_shift": layer.width_upper, "vertical_shift": layer.height_upper}
    return {name: values for name, values in moved.items() if bounds[name]}


def _erased(layer: keras.Layer, drawn: dict, size: tuple[int, int]) -> dict[str, np.ndarray]:
    masks = keras.ops.convert_to_numpy(drawn["batch_masks"])
    return {"erasing": 100 * masks.mean(axis=(1, 2, 3))}


_READ: dict[str, Callable] = {
    "RandomFlip": _flip,
    "RandomRotation": lambda layer, drawn, size: {"rotation": _flat(drawn["angle"])},
    "RandomTranslation": _shift,
    "RandomZoom": lambda layer, drawn, size: {"zoom": 100 * (_flat(drawn["height_zoom"]) - 1)},
    "RandomBrightness": lambda layer, drawn, size: {"brightness": 100 / WHITE * _flat(drawn["rgb_delta"])},
    "RandomContrast": lambda layer, drawn, size: {"contrast": 100 * (_flat(drawn["contrast_factor"]) - 1)},
    "RandomErasing": _erased,
}
