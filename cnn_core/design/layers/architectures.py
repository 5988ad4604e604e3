"""Networks that others have trained on ImageNet, without the layers that answer: as blocks.

Their layers are those of keras.applications, so that its weights fit; the tests compare both.
"""

from dataclasses import dataclass
from functools import partial

from cnn_core.design.layers.base import BaseLayer
from cnn_core.design.layers.blocks import Block, Squeeze
from cnn_core.design.layers.convolution import Conv2D, DepthwiseConv2D
from cnn_core.design.layers.core import Activation, BatchNormalization
from cnn_core.design.layers.pooling import MaxPooling2D, ZeroPadding2D

LEAST_SIDE = 32
"""Pixels: of smaller images nothing would be left."""
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pixels of ImageNet, red, green and blue, 0 to 1."""


@dataclass(frozen=True)
class Architecture:
    """A network by its blocks.

    Attributes:
        title: what it is called.
        side: of the images that it was trained on, px.
        scale, offset: what each pixel (0 to 255) of a channel is multiplied with, and what is added then: as it was
            trained.
        paper: where it is described.
    """

    title: str
    blocks: tuple[Block, ...]
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    paper: str
    side: int = 224


def _normalization(momentum: float = 0.99, epsilon: float = 0.001) -> BatchNormalization:
    return BatchNormalization(momentum=momentum, epsilon=epsilon)


def _divisible(filters: float) -> int:
    """A multiple of 8 near it, and not more than a tenth below."""
    near = max(8, int(filters + 4) // 8 * 8)
    return near + 8 if near < 0.9 * filters else near


def _mobilenet(width: float) -> tuple[Block, ...]:
    """Howard et al. 2017, table 1."""

    def normalized(layer: BaseLayer) -> tuple[BaseLayer, ...]:
        return layer, _normalization(), Activation(activation="relu6")

    def separable(filters: int, strides: int) -> Block:
        padding = "same" if strides == 1 else "valid"
        edge = () if strides == 1 else (ZeroPadding2D(padding=((0, 1), (0, 1))),)
        depthwise = DepthwiseConv2D(kernel_size=3, strides=strides, padding=padding, use_bias=False)
        pointwise = Conv2D(filters=int(filters * width), kernel_size=1, padding="same", use_bias=False)
        return Block((*edge, *normalized(depthwise), *normalized(pointwise)))

    first = Conv2D(filters=int(32 * width), kernel_size=3, strides=2, padding="same", use_bias=False)
    rows = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
    return Block(normalized(first)), *(separable(*row) for row in rows)


def _mobilenet_v2(width: float) -> tuple[Block, ...]:
    """Sandler et al. 2018, table 2."""
    normalization = _normalization(momentum=0.999)
    relu6 = Activation(activation="relu6")

    def inverted(before: int, filters: int, strides: int, expansion: int) -> Block:
        wide = Conv2D(filters=expansion * before, kernel_size=1, padding="same", use_bias=False)
        depthwise = DepthwiseConv2D(kernel_size=3, strides=strides, padding="same", use_bias=False)
        narrow = Conv2D(filters=filters, kernel_size=1, padding="same", use_bias=False)
        expanded = (wide, normalization, relu6) if expansion > 1 else ()
        path = (*expanded, depthwise, normalization, relu6, narrow, normalization)
        return Block(path, () if strides == 1 and before == filters else None)

    blocks: list[Block] = []
    before = _divisible(32 * width)
    first = Conv2D(filters=before, kernel_size=3, strides=2, padding="same", use_bias=False)
    rows = ((16, 1, 1, 1), (24, 2, 2, 6), (32, 3, 2, 6), (64, 4, 2, 6), (96, 3, 1, 6), (160, 3, 2, 6), (320, 1, 1, 6))
    for filters, repeats, strides, expansion in rows:
        for number in range(repeats):
            after = _divisible(int(filters * width))
            blocks.append(inverted(before, after, 1 if number else strides, expansion))
            before = after
    last = Conv2D(filters=1280, kernel_size=1, use_bias=False)
    return Block((first, normalization, relu6)), *blocks, Block((last, normalization, relu6))


_EFFICIENT = (
    *((3, 1, 16, 1, 1), (3, 2, 24, 2, 6), (5, 2, 40, 2, 6), (3, 2, 80, 3, 6), (5, 1, 112, 3, 6)),
    *((5, 2, 192, 4, 6), (3, 1, 320, 1, 6)),
)
"""Kernel, strides, filters, repeats, expansion. Tan & Le 2019, table 1."""


def _efficientnet(activation: str, *, squeezed: bool, drop: float) -> tuple[Block, ...]:
    """B0; its "Lite" form has another activation and does without squeeze and excitation."""
    normalization, active = _normalization(), Activation(activation=activation)

    def inverted(before: int, kernel: int, strides: int, filters: int, expansion: int, dropped: float) -> Block:
        wide = Conv2D(filters=expansion * before, kernel_size=1, padding="same", use_bias=False)
        depthwise = DepthwiseConv2D(kernel_size=kernel, strides=strides, padding="same", use_bias=False)
        narrow = Conv2D(filters=filters, kernel_size=1, padding="same", use_bias=False)
        seen = (*((wide, normalization, active) if expansion > 1 else ()), depthwise, normalization, active)
        squeeze = Squeeze(len(seen), max(1, before // 4)) if squeezed else None
        around = strides == 1 and before == filters
        return Block((*seen, narrow, normalization), () if around else None, squeeze, dropped if around else 0.0)

    total, before = sum(repeats for _k, _s, _f, repeats, _e in _EFFICIENT), 32
    blocks: list[Block] = []
    for kernel, strides, filters, repeats, expansion in _EFFICIENT:
        for number in range(repeats):
            dropped = drop * len(blocks) / total
            blocks.append(inverted(before, kernel, 1 if number else strides, filters, expansion, dropped))
            before = filters
    first = Conv2D(filters=32, kernel_size=3, strides=2, padding="same", use_bias=False)
    last = Conv2D(filters=1280, kernel_size=1, padding="same", use_bias=False)
    return Block((first, normalization, active)), *blocks, Block((last, normalization, active))


def _resnet50() -> tuple[Block, ...]:
    """He et al. 2016, table 1."""
    normalization, relu = _normalization(epsilon=1.001e-5), Activation(activation="relu")

    def bottleneck(filters: int, strides: int, around: tuple[BaseLayer, ...]) -> Block:
        narrow = Conv2D(filters=filters, kernel_size=1, strides=strides)
        middle = Conv2D(filters=filters, kernel_size=3, padding="same")
        wide = Conv2D(filters=4 * filters, kernel_size=1)
        path = (narrow, normalization, relu, middle, normalization, relu, wide, normalization)
        return Block(path, around, last=(relu,))

    first = Conv2D(filters=64, kernel_size=7, strides=2)
    begin = (ZeroPadding2D(padding=3), first, normalization, relu)
    blocks = [Block((*begin, ZeroPadding2D(padding=1), MaxPooling2D(pool_size=3, strides=2)))]
    for filters, repeats, strides in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        around = (Conv2D(filters=4 * filters, kernel_size=1, strides=strides), normalization)
        blocks.append(bottleneck(filters, strides, around))
        blocks.extend(bottleneck(filters, 1, ()) for _number in range(1, repeats))
    return tuple(blocks)


_SYMMETRIC = partial(Architecture, scale=(1 / 127.5,) * 3, offset=(-1.0,) * 3)
_HOWARD = "Howard et al. 2017, “MobileNets”"
_SANDLER = "Sandler et al. 2018, “MobileNetV2”"
ARCHITECTURES = {
    "mobilenet-v2-035": _SYMMETRIC("MobileNetV2 0.35", _mobilenet_v2(0.35), paper=_SANDLER),
    "mobilenet-v2": _SYMMETRIC("MobileNetV2", _mobilenet_v2(1.0), paper=_SANDLER),
    "mobilenet-025": _SYMMETRIC("MobileNet 0.25", _mobilenet(0.25), paper=_HOWARD),
    "mobilenet": _SYMMETRIC("MobileNet", _mobilenet(1.0), paper=_HOWARD),
    "efficientnet-lite0": Architecture(
        "EfficientNet-Lite0",
        _efficientnet("relu6", squeezed=False, drop=0.0),
        scale=(1 / 128,) * 3,
        offset=(-127 / 128,) * 3,
        paper="Liu 2020, “Higher accuracy on vision models with EfficientNet-Lite”",
    ),
    "efficientnet-b0": Architecture(
        "EfficientNetB0",
        _efficientnet("silu", squeezed=True, drop=0.2),
        scale=tuple(1 / 255 / one for one in _DEVIATION),
        offset=tuple(-mean / one for mean, one in zip(_MEAN, _DEVIATION, strict=True)),
        paper="Tan & Le 2019, “EfficientNet”",
    ),
    "resnet50": Architecture(
        "ResNet50",
        _resnet50(),
        scale=(1.0,) * 3,
        offset=(-123.68, -116.779, -103.939),
        paper="He et al. 2016, “Deep Residual Learning”",
    ),
}
"""By key. The first one is small and quick."""
