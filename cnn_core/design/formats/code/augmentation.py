"""An augmentation as code to run: the Keras layers, and the older ImageDataGenerator call."""

from typing import Any

from cnn_core.design.augmentation import Augmentation, LayerSpec, layers


def keras_code(augmentation: Augmentation, seed: int) -> str:
    """A script that makes `augment`, the very layers that training uses, and says where they belong."""
    lines = [f"        {layer_call(spec)}," for spec in layers(augmentation, seed)]
    body = "\n".join(["augment = keras.Sequential(", "    [", *lines, "    ]", ")"]) if lines else _NOTHING
    return f"import keras\n\n# For raw pixels, 0 to 255.\n{body}\n{_USE if lines else ''}"


def old_code(augmentation: Augmentation) -> str:
    """The call of Keras's older ImageDataGenerator that comes nearest; comments name what it has no argument for."""
    a = augmentation
    arguments: dict[str, object] = {
        "rotation_range": a.rotation,
        "width_shift_range": a.horizontal_shift / 100,
        "height_shift_range": a.vertical_shift / 100,
        "zoom_range": a.zoom / 100,
        "horizontal_flip": a.horizontal_flip,
        "vertical_flip": a.vertical_flip,
        "brightness_range": (1 - a.brightness / 100, 1 + a.brightness / 100) if a.brightness else None,
    }
    used = {name: value for name, value in arguments.items() if value}
    if used:
        used["fill_mode"] = a.fill_mode
    text = "".join(f"    {name}={value!r},\n" for name, value in used.items())
    return "\n".join([_OLD_IMPORT, f"generator = ImageDataGenerator(\n{text})", *_differences(a)]) + "\n"


_NOTHING = "augment = keras.Sequential([])  # nothing is switched on"
_USE = """
varied = augment(images, training=True)  # a batch (N, H, W, C); other pixels each time it is called

# In training, in front of the network: validation and predict pass through these layers unchanged.
# model = keras.Sequential([augment, network])
"""
_OLD_IMPORT = """# Deprecated: it works on one image after the other, on the processor. New code uses the layers.
from tensorflow.keras.preprocessing.image import ImageDataGenerator
"""


def layer_call(spec: LayerSpec) -> str:
    """A layer as it is written in code."""
    name, arguments = spec
    text = ", ".join(f"{key}={_value(name, key, value)}" for key, value in arguments.items())
    return f"keras.layers.{name}({text})"


def _value(layer: str, key: str, value: Any) -> str:
    if layer == "RandomRotation" and key == "factor":
        return f"{round(value * 360)} / 360"
    return "1 / 255" if layer == "Rescaling" and value < 1 else repr(value)


def _differences(a: Augmentation) -> list[str]:
    lines = []
    if a.zoom:
        lines.append("# zoom_range draws width and height apart: images are stretched a little, too.")
    if a.brightness:
        lines.append("# brightness_range multiplies (1.0 = unchanged); the layer adds grey levels.")
    missing = [name for name in ("contrast", "noise", "erasing") if getattr(a, name)]
    if missing:
        lines.append(f"# No argument for {', '.join(missing)}: give a function as preprocessing_function.")
    return lines
