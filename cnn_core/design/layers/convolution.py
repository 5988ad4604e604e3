"""The three convolutions: plain, depthwise, and separable (depthwise, then 1×1)."""

from typing import Literal

from pydantic import Field

from cnn_core.design.arithmetic import (
    both_axes,
    need_map,
    need_room,
    number,
    product,
    sides,
    span,
    window_formula,
    window_side,
)
from cnn_core.design.fields import Activation_, Count, Flag, Padding, Pair, Shape
from cnn_core.design.layers.base import BaseLayer
from cnn_core.errors import DesignError

_TODO = "Use padding 'same', a smaller kernel, or fewer layers that shrink the map before it."


class _Filtered(BaseLayer):
    """A layer whose output has one channel per filter; listed last among the bases, so that filters come first."""

    filters: Count = Field(32, description="How many patterns are learned: the channels of the output.")

    def channels(self, shape: Shape) -> int:
        return self.filters


class _Convolution(BaseLayer):
    """What the three share: a dilated window that slides over height and width. They add `channels` of the output."""

    kernel_size: Pair = Field((3, 3), description="Height and width of the sliding window; 3 and 5 are usual.")
    strides: Pair = Field((1, 1), description="How far the window moves at each step. 2 halves the feature map.")
    padding: Padding = Field("valid", description="same: a border of zeros keeps the size. valid: the map shrinks.")
    dilation_rate: Pair = Field((1, 1), description="Gaps in the window: 2 looks at every other cell, a wider view.")
    activation: Activation_ = Field("linear", description="What is done to each value; relu is the usual choice.")
    use_bias: Flag = Field(True, description="Add one trained number per filter to its output.")

    def window(self) -> tuple[tuple[int, int], tuple[int, int]]:
        rows, columns = map(span, self.kernel_size, self.dilation_rate)
        return (rows, columns), self.strides

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        windows, strides = self.window()
        if self.padding == "valid":
            what = f"The {sides(windows)} window{self._spread()}"
            need_room(shape, windows, strides, what, _TODO)
        height, width = (window_side(*axis, self.padding) for axis in zip(shape, windows, strides, strict=False))
        return height, width, self.channels(shape)

    def shape_formula(self, shape: Shape) -> str:
        axes = zip(shape, *self.window(), strict=False)
        sums = both_axes(*(window_formula(*axis, self.padding) for axis in axes))
        return sums + (self._spread() if self.padding == "valid" else "")

    def _spread(self) -> str:
        if self.dilation_rate == (1, 1):
            return ""
        rates = zip(self.kernel_size, self.dilation_rate, strict=True)
        return f" (spread by dilation: {both_axes(*(f'{d}·({k} − 1) + 1 = {span(k, d)}' for k, d in rates))})"

    def _positions(self, shape: Shape) -> int:
        height, width, _ = self.output_shape(shape)
        return height * width


class Conv2D(_Convolution, _Filtered):
    """Slides trained filters over the map: each makes one channel that shows where its pattern is."""

    type: Literal["Conv2D"] = "Conv2D"
    groups: Count = Field(1, description="Split the channels into groups that are filtered apart; 1: all together.")

    def output_shape(self, shape: Shape) -> Shape:
        need_map(shape, self.type)
        self._check_groups(shape[2])
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise DesignError(
                "Conv2D can take longer steps or spread its window, not both",
                expected="strides of 1 or a dilation_rate of 1",
                received=f"strides {sides(self.strides)} and dilation_rate {sides(self.dilation_rate)}",
                todo="Set one of them to 1.",
            )
        return super().output_shape(shape)

    def _check_groups(self, channels: int) -> None:
        for count, name in ((channels, "input channels"), (self.filters, "filters")):
            if count % self.groups:
                raise DesignError(
                    f"{number(count)} {name} do not split into {number(self.groups)} equal groups: "
                    f"{number(count)} = {number(self.groups)}·{count // self.groups} + {count % self.groups}",
                    expected=f"groups that divide both {number(channels)} input channels and {self.filters:,} filters",
                    received=f"groups {number(self.groups)}",
                    todo="Set groups to 1, or change the number of filters.",
                )

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """height·width·(input channels / groups)·filters, and a bias for each filter.

        Source: CS231n, Convolutional Neural Networks (F·F·D₁·K weights and K biases, there with one group).
        """
        rows, columns = self.kernel_size
        return rows * columns * (shape[2] // self.groups) * self.filters + self.use_bias * self.filters, 0

    def parameter_formula(self, shape: Shape) -> str:
        weights = product(*self.kernel_size, shape[2] // self.groups, self.filters)
        bias = f" + {number(self.filters)}" if self.use_bias else ""
        return f"{weights}{bias} = {number(self.parameters(shape)[0])}"

    def macs(self, shape: Shape) -> int:
        """Positions × kernel × channels × filters (Sze et al. 2017, "Efficient Processing of DNNs", equation 1)."""
        rows, columns = self.kernel_size
        return self._positions(shape) * rows * columns * (shape[2] // self.groups) * self.filters


class DepthwiseConv2D(_Convolution):
    """Filters every channel on its own, without mixing them: cheap, often followed by a 1×1 Conv2D."""

    type: Literal["DepthwiseConv2D"] = "DepthwiseConv2D"
    depth_multiplier: Count = Field(1, description="How many outputs each input channel gets.")

    def channels(self, shape: Shape) -> int:
        return shape[2] * self.depth_multiplier

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """height·width·channels·depth_multiplier, and a bias for each output channel (Howard et al. 2017)."""
        rows, columns = self.kernel_size
        return (rows * columns + self.use_bias) * self.channels(shape), 0

    def parameter_formula(self, shape: Shape) -> str:
        weights = product(*self.kernel_size, shape[2], self.depth_multiplier)
        bias = f" + {number(self.channels(shape))}" if self.use_bias else ""
        return f"{weights}{bias} = {number(self.parameters(shape)[0])}"

    def macs(self, shape: Shape) -> int:
        """Positions × kernel × output channels (Howard et al. 2017, "MobileNets", section 3.1)."""
        rows, columns = self.kernel_size
        return self._positions(shape) * rows * columns * self.channels(shape)


class SeparableConv2D(_Convolution, _Filtered):
    """Filters every channel on its own, then mixes them with a 1×1 convolution: far fewer parameters than Conv2D."""

    type: Literal["SeparableConv2D"] = "SeparableConv2D"
    depth_multiplier: Count = Field(1, description="How many filters each input channel gets before the mixing.")

    def _between(self, shape: Shape) -> int:
        return shape[2] * self.depth_multiplier

    def parameters(self, shape: Shape) -> tuple[int, int]:
        """Depthwise height·width·channels·multiplier, then pointwise 1·1·those·filters + biases (Chollet 2017)."""
        rows, columns = self.kernel_size
        return self._between(shape) * (rows * columns + self.filters) + self.use_bias * self.filters, 0

    def parameter_formula(self, shape: Shape) -> str:
        depthwise = product(*self.kernel_size, shape[2], self.depth_multiplier)
        pointwise = product(1, 1, self._between(shape), self.filters)
        bias = f" + {number(self.filters)}" if self.use_bias else ""
        return f"{depthwise} + {pointwise}{bias} = {number(self.parameters(shape)[0])}"

    def macs(self, shape: Shape) -> int:
        """Positions × (kernel × channels × multiplier + those × filters) (Howard et al. 2017, section 3.1)."""
        rows, columns = self.kernel_size
        return self._positions(shape) * self._between(shape) * (rows * columns + self.filters)
