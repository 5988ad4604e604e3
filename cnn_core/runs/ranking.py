"""Ranking: whose run is the best, which goals it meets, and which runs no other one beats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


class Reach(BaseModel):
    """A goal: so much accuracy on the test images, in percent, with fewer parameters than these."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    percent: int = Field(97, ge=1, le=100)
    parameters: int = Field(50_000, ge=1, le=10**9)

    def met(self, accuracy: float, parameters: int) -> bool:
        """Whether an accuracy (of 1, on the test images) with so many parameters reaches it."""
        return accuracy >= self.percent / 100 and parameters < self.parameters


@dataclass(frozen=True)
class Result:
    """What a run has come to.

    Attributes:
        person: the id of whose it is; None where that is not known.
        accuracy: of 1, on the test images.
    """

    run: str
    person: str | None
    parameters: int
    accuracy: float
    ended: float

    def meets(self, goal: Reach) -> bool:
        """Whether it reaches the goal."""
        return goal.met(self.accuracy, self.parameters)


def ranked(results: Iterable[Result], goals: Sequence[Reach] = ()) -> list[Result]:
    """Everybody's best run, the best first; each run that is nobody's stands for itself.

    The best one meets the most goals; among these it is the most accurate, then the smallest, then the earliest.

    >>> small, large = Result("s", "Anna", 9_000, 0.97, 1), Result("l", "Anna", 90_000, 0.99, 2)
    >>> [one.run for one in ranked([small, large])], [one.run for one in ranked([small, large], [Reach()])]
    (['l'], ['s'])
    """
    best: dict[str, Result] = {}
    for result in sorted(results, key=lambda one: _place(one, goals)):
        best.setdefault(result.person or f"run {result.run}", result)
    return list(best.values())


def _place(result: Result, goals: Sequence[Reach]) -> tuple[float, ...]:
    met = sum(map(result.meets, goals))
    return -met, -result.accuracy, result.parameters, result.ended


def front(results: Iterable[Result]) -> list[Result]:
    """The Pareto front, the smallest first: each is more accurate than every one that is not larger.

    >>> runs = [Result("a", None, 10, 0.8, 1), Result("b", None, 20, 0.7, 2), Result("c", None, 30, 0.9, 3)]
    >>> [one.run for one in front(runs)]
    ['a', 'c']
    """
    unbeaten: list[Result] = []
    for result in sorted(results, key=lambda one: (one.parameters, -one.accuracy, one.ended)):
        if not unbeaten or result.accuracy > unbeaten[-1].accuracy:
            unbeaten.append(result)
    return unbeaten
