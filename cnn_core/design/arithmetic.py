"""The sums behind shapes and parameters, and the same sums written out with their numbers."""

from collections.abc import Sequence

from cnn_core.design.fields import Shape
from cnn_core.errors import DesignError


def number(value: int) -> str:
    """12345 as "12,345", with a true minus sign."""
    return f"{value:,}".replace("-", "−")


def product(*factors: int) -> str:
    """3, 3, 64 as "3·3·64"."""
    return "·".join(map(number, factors))


def sides(pair: Sequence[int]) -> str:
    """(3, 5) as "3×5"."""
    return "×".join(map(number, pair))


def describe(shape: Shape) -> str:
    """A shape in words that hold for both data formats: "a 5×5 map with 64 channels", "a vector of 576 values"."""
    if len(shape) == 1:
        return f"a vector of {number(shape[0])} values"
    return f"a {sides(shape[:2])} map with {number(shape[2])} channel{'s' if shape[2] > 1 else ''}"


def span(kernel: int, dilation: int) -> int:
    """Input cells from a dilated kernel's first tap to its last, both included (Dumoulin & Visin 2016, section 5.1)."""
    return dilation * (kernel - 1) + 1


def window_side(size: int, window: int, stride: int, padding: str) -> int:
    """Output cells along one side: ⌊(W − F)/S⌋ + 1 without padding, ⌈W/S⌉ with "same".

    Source: Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", and Keras's
    ``compute_conv_output_shape``. Below one, the window does not fit.
    """
    return -(-size // stride) if padding == "same" else (size - window) // stride + 1


def window_formula(size: int, window: int, stride: int, padding: str) -> str:
    """The sum of `window_side` with its numbers: "⌊(13 − 3)/1⌋ + 1 = 11"."""
    side = number(window_side(size, window, stride, padding))
    if padding == "same":
        return f"⌈{number(size)}/{number(stride)}⌉ = {side}"
    return f"⌊({number(size)} − {number(window)})/{number(stride)}⌋ + 1 = {side}"


def both_axes(height: str, width: str) -> str:
    """One formula when height and width agree, otherwise both, named."""
    return height if height == width else f"height {height}, width {width}"


def need_map(shape: Shape, layer: str) -> None:
    """Raise DesignError when ``shape`` is a vector: windows slide over height and width, which a vector has not."""
    if len(shape) != 3:
        raise DesignError(
            f"{layer} works on a feature map, and what arrives has no height and width any more",
            expected="height, width and channels",
            received=describe(shape),
            todo="Move this layer before the one that makes a vector, or remove it.",
        )


def need_room(shape: Shape, windows: tuple[int, int], strides: tuple[int, int], what: str, todo: str) -> None:
    """Raise DesignError when unpadded ``windows`` (height, width) are larger than the map in ``shape``."""
    for side, window, stride in zip(shape, windows, strides, strict=False):
        if window > side:
            raise DesignError(
                f"{what} does not fit into the map: {window_formula(side, window, stride, 'valid')}",
                expected=f"a map of at least {sides(windows)}",
                received=describe(shape),
                todo=todo,
            )
