"""Series: a curve that stays small however long a run is."""

from collections.abc import Iterable
from dataclasses import dataclass

MAX_POINTS = 400  # even; more than a chart of 1,000 px can show, and keeps the cost of a refresh the same for any run


@dataclass(frozen=True)
class Series:
    """A curve of at most MAX_POINTS points: y against epochs done.

    Each point is the mean of `merged` values (the last one: of as many as there are yet), at the x of the last of them.
    """

    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    merged: int = 1
    in_last: int = 0

    def extend(self, xs: Iterable[float], ys: Iterable[float]) -> "Series":
        """Go on with these values; when there are too many points, every two become one."""
        x, y, merged, in_last = [*self.x], [*self.y], self.merged, self.in_last
        for new_x, new_y in zip(xs, ys, strict=True):
            if 0 < in_last < merged:
                in_last += 1
                x[-1], y[-1] = new_x, y[-1] + (new_y - y[-1]) / in_last
                continue
            if len(x) == MAX_POINTS:
                x, y = x[1::2], [(one + other) / 2 for one, other in zip(y[::2], y[1::2], strict=True)]
                merged *= 2
            x.append(new_x)
            y.append(new_y)
            in_last = 1
        return Series(tuple(x), tuple(y), merged, in_last)

    def until(self, x: float) -> "Series":
        """The part of the curve up to x."""
        n = sum(1 for value in self.x if value <= x)
        return self if n == len(self.x) else Series(self.x[:n], self.y[:n], self.merged, self.merged)
