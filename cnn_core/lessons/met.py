"""What it takes to meet a goal: predicates over the facts that were recorded, in their order."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from cnn_core.lessons.facts import Convolved, Designed, Fact, Laid, Pooled

Kind = TypeVar("Kind")
Met = Callable[[Sequence[Fact]], bool]


def seen(kind: type[Kind], test: Callable[[Kind], bool]) -> Met:
    """Whether any fact of this kind passes the test."""
    return lambda facts: any(test(fact) for fact in of_kind(facts, kind))


def of_kind(facts: Iterable[Fact], kind: type[Kind]) -> list[Kind]:
    """The facts of one kind."""
    return [fact for fact in facts if isinstance(fact, kind)]


def level_edges_only(fact: Convolved) -> bool:
    """Whether the filter answers to level edges, and to nothing else."""
    level, upright, plain = fact.answers
    return level > 0 and max(upright, plain) < 1e-3 * level


def both_ways(facts: Sequence[Fact]) -> bool:
    """The largest and the average of the same windows of a picture: what each leaves of the contrast was seen."""
    pooled = [fact for fact in of_kind(facts, Pooled) if fact.image == "picture"]
    settings = [{(fact.window, fact.cells) for fact in pooled if fact.way == way} for way in ("max", "average")]
    return bool(settings[0] & settings[1])


def repaired(facts: Sequence[Fact]) -> bool:
    """A design that could not be trained, and later one that can."""
    problems = [fact.problem for fact in of_kind(facts, Designed)]
    return True in problems and not all(problems[problems.index(True) :])


def smaller_wins(fact: Laid) -> bool:
    """Whether a network with fewer parameters than another has a better score."""
    return any(few < many and score > other for few, score in fact.scores for many, other in fact.scores)
