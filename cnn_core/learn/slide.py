"""Where a window stands on a map, along one side."""

from dataclasses import dataclass

import numpy as np

from cnn_core.design.arithmetic import span, window_side
from cnn_core.design.fields import Padding
from cnn_core.errors import DesignError
from cnn_core.language import Text


@dataclass(frozen=True)
class Slide:
    """How a window moves along one side of a map.

    Attributes:
        window: its cells, F.
        stride: the step from one place to the next, S.
        dilation: the distance between two of its cells.
        padding: as Keras has it; "same" puts as many zeros around that there are ⌈W/S⌉ places.
        rings: zeros before and behind besides, P: Keras's ZeroPadding2D.

    >>> Slide(3).cells(28), Slide(3, padding="same").cells(28), Slide(3, rings=1, stride=2).cells(28)
    (26, 28, 14)
    """

    window: int
    stride: int = 1
    dilation: int = 1
    padding: Padding = "valid"
    rings: int = 0

    @property
    def reach(self) -> int:
        """Cells of the map from the window's first to its last."""
        return span(self.window, self.dilation)

    def cells(self, size: int) -> int:
        """Cells of the output for a side of `size`; below one, the window does not fit."""
        return window_side(size + 2 * self.rings, self.reach, self.stride, self.padding)

    def frame(self, size: int) -> tuple[int, int]:
        """The zeros before and behind the map; the odd one is behind, as in Keras."""
        wide = size + 2 * self.rings
        missing = max((self.cells(size) - 1) * self.stride + self.reach - wide, 0) if self.padding == "same" else 0
        return self.rings + missing // 2, self.rings + missing - missing // 2

    def places(self, size: int) -> np.ndarray:
        """(cells, window) the index of each cell under the window at each of its places, -1 and below or `size` and
        above: a zero of the frame."""
        starts = np.arange(self.cells(size))[:, None] * self.stride - self.frame(size)[0]
        return starts + np.arange(self.window) * self.dilation

    def looks(self, size: int) -> np.ndarray:
        """(size,) how often each cell of the map is looked at.

        >>> Slide(3).looks(5).tolist(), Slide(2, stride=3).looks(5).tolist()
        ([1, 2, 3, 2, 1], [1, 1, 0, 1, 1])
        """
        places = self.places(size)
        return np.bincount(places[(places >= 0) & (places < size)], minlength=size)

    def check(self, size: int) -> None:
        """Raise DesignError when the window cannot slide over a side of `size`."""
        if self.stride > 1 and self.dilation > 1:
            raise DesignError(
                Text("A step and a spread (dilation) above 1 do not go together"),
                expected=Text("one of them 1, as Keras has it"),
                received=Text(
                    "a step of {stride} and a spread of {dilation}", stride=self.stride, dilation=self.dilation
                ),
            )
        if self.cells(size) < 1:
            wide = size + 2 * self.rings
            raise DesignError(
                Text("The window does not fit into the map"),
                expected=Text("at most {n} cells", n=wide),
                received=Text("{n} cells", n=self.reach),
                todo=Text("Take a smaller filter, or more zeros around the map"),
            )
