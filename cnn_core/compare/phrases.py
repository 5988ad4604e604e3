"""Phrases that a duel's sentences are made of: a lead, what it says of an expectation, and numbers for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from cnn_core.compare.statistics import Interval, paired_interval

Seeds = Sequence[float]


@dataclass(frozen=True)
class Lead:
    """Which side has the larger mean, and by how much.

    Attributes:
        side: None when the difference is not even a tenth of a point.
        interval: of the leader's values minus the other's; None with one seed.
    """

    side: int | None
    by: float
    interval: Interval | None

    @classmethod
    def of(cls, first: Seeds, second: Seeds) -> "Lead":
        """Equal places belong together (the same seed); what only one side has is left out."""
        pairs = list(zip(first, second, strict=False))
        by = fmean(one - other for one, other in pairs)
        ordered = [pair[::-1] if by < 0 else pair for pair in pairs]
        side = None if nothing(by) else int(by < 0)
        return cls(side, abs(by), paired_interval(*zip(*ordered, strict=True)))

    @property
    def within_luck(self) -> bool:
        """Whether the seeds differ so much that the lead may be luck; with one seed nothing is known of that."""
        return self.interval is not None and self.interval.low <= 0 <= self.interval.high

    def meaning(self, names: Sequence[str], favoured: int | None, does: str) -> str:
        """What the lead says of an expectation.

        Args:
            favoured: the side that was expected to lead; None when neither was.
            does: what the leader does, such as 'lost less'.
        """
        if self.side is None:
            return "so the two come out level"
        if self.within_luck:
            open_ = "neither stands out" if favoured is None else "the expectation is neither confirmed nor refuted"
            return f"the difference of {points(self.by)} may be luck of the seeds, so {open_}"
        held = {None: "", self.side: ", as expected,"}.get(favoured, ", against the expectation,")
        doubt = "" if self.interval else ", though one seed may be luck"
        return f"so{held} {names[self.side]} {does}, by {points(self.by)}{doubt}"


def nothing(share: float) -> bool:
    """Whether a difference is less than what is shown of one."""
    return round(100 * share, 1) == 0


def points(share: float) -> str:
    """A difference of two shares of 1: 0.0271 -> '2.7 points'."""
    return f"{signed(share)} points"


def signed(share: float) -> str:
    """The same without its unit, with a true minus and no minus zero: -0.0271 -> '−2.7'."""
    return f"{round(100 * share, 1) + 0.0:.1f}".replace("-", "−")


def change(drops: Seeds) -> str:
    """What was lost on average: 'lost 2.7 points', 'gained 0.3 points' or 'lost nothing'."""
    mean = fmean(drops)
    if nothing(mean):
        return "lost nothing"
    return f"{'lost' if mean > 0 else 'gained'} {points(abs(mean))}"


def listed(items: Sequence[object]) -> str:
    """'1', '1 and 2', '1, 2 and 3'."""
    *most, last = map(str, items)
    return f"{', '.join(most)} and {last}" if most else last
