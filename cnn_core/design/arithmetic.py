"""The sums behind shapes and parameters, and the same sums written out with their numbers."""

from collections.abc import Callable, Sequence
from typing import Literal

from cnn_core.design.fields import Shape
from cnn_core.errors import DesignError, Words
from cnn_core.language import N_, Text

Role = Literal["map", "window", "step", "padding"]
"""What a number is in the sum of a window's places."""

_NO_ROOM = N_("The {window} window does not fit into the map: {formula}")
_NO_ROOM_SPREAD = N_("The {window} window (spread by dilation: {spread}) does not fit into the map: {formula}")


def number(value: int) -> str:
    """12345 as "12,345", with a true minus sign."""
    return f"{value:,}".replace("-", "−")


def product(*factors: int) -> str:
    """3, 3, 64 as "3·3·64"."""
    return "·".join(map(number, factors))


def sides(pair: Sequence[int]) -> str:
    """(3, 5) as "3×5"."""
    return "×".join(map(number, pair))


def describe(shape: Shape) -> Text:
    """A shape in words that hold for both data formats: "a 5×5 map with 64 channels", "a vector of 576 values"."""
    if len(shape) == 1:
        return Text.plural("a vector of {n:,} value", "a vector of {n:,} values", shape[0])
    size, channels = sides(shape[:2]), shape[2]
    return Text.plural("a {size} map with {n:,} channel", "a {size} map with {n:,} channels", channels, size=size)


def span(kernel: int, dilation: int) -> int:
    """Input cells from a dilated kernel's first tap to its last, both included (Dumoulin & Visin 2016, section 5.1)."""
    return dilation * (kernel - 1) + 1


def window_side(size: int, window: int, stride: int, padding: str) -> int:
    """Output cells along one side: ⌊(W − F)/S⌋ + 1 without padding, ⌈W/S⌉ with "same".

    Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", and Keras's
    ``compute_conv_output_shape``. Below one, the window does not fit.
    """
    return -(-size // stride) if padding == "same" else (size - window) // stride + 1


def _plain(_role: Role, text: str) -> str:
    return text


def window_formula(
    size: int,
    window: int,
    stride: int,
    padding: str,
    mark: Callable[[Role, str], str] = _plain,
    rings: int | None = None,
) -> str:
    """The sum of `window_side` with its numbers: "⌊(13 − 3)/1⌋ + 1 = 11".

    Args:
        mark: what is written for the number of a role, to tell by its looks what it is.
        rings: zeros before and behind the map besides, P; None leaves them out of the sum.
    """
    side = number(window_side(size + 2 * (rings or 0), window, stride, padding))
    across, step = mark("map", number(size)), mark("step", number(stride))
    if padding == "same":
        return f"⌈{across}/{step}⌉ = {side}"
    around = "" if rings is None else f" + 2·{mark('padding', number(rings))}"
    return f"⌊({across} − {mark('window', number(window))}{around})/{step}⌋ + 1 = {side}"


def both_axes(height: str, width: str) -> Words:
    """One formula when height and width agree, otherwise both, named."""
    return height if height == width else Text("height {height}, width {width}", height=height, width=width)


def need_map(shape: Shape, layer: str) -> None:
    """Raise DesignError when ``shape`` is a vector: windows slide over height and width, which a vector has not."""
    if len(shape) != 3:
        raise DesignError(
            Text("{layer} needs a feature map, but its input no longer has a height and a width", layer=layer),
            expected=Text("height, width and channels"),
            received=describe(shape),
            todo=Text("Move this layer before the one that makes a vector, or remove it."),
        )


def need_room(shape: Shape, windows: tuple[int, int], strides: tuple[int, int], todo: Text, spread: Words = "") -> None:
    """Raise DesignError when unpadded ``windows`` (height, width) are larger than the map in ``shape``.

    Args:
        todo: what to do about it.
        spread: how dilation makes the windows as large as they are.
    """
    for side, window, stride in zip(shape, windows, strides, strict=False):
        if window > side:
            formula = window_formula(side, window, stride, "valid")
            raise DesignError(
                Text(_NO_ROOM_SPREAD if spread else _NO_ROOM, window=sides(windows), spread=spread, formula=formula),
                expected=Text("a map of at least {size}", size=sides(windows)),
                received=describe(shape),
                todo=todo,
            )
