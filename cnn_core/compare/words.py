"""A duel in sentences of the reader's language: what was expected, what was measured, and what that means.

The facts are computed in `facts` and `fairness`, the words are in `sentences`.
"""

from collections.abc import Sequence

from cnn_core.compare import facts, fairness, sentences
from cnn_core.compare.plan import Plan
from cnn_core.compare.report import Report, Sweep


def verdict(report: Report) -> tuple[str, ...]:
    """Who leads on the test set and by how much, the main one; then whether that may be luck."""
    say, outcome, disagreement = sentences.spoken(), facts.outcome(report), facts.disagreement(report)
    if outcome is None:
        return (say.no_result(),)
    return (say.outcome(outcome), *([say.disagreement(disagreement)] if disagreement else []))


def sweep_words(report: Report, sweep: Sweep) -> str:
    """How both bear changed test images: the mean of what they lose over all amounts; empty without numbers."""
    losses = facts.sweep_losses(report, sweep)
    return sentences.spoken().losses(losses) if losses else ""


def less_words(report: Report) -> str:
    """Who is ahead with the fewest training images; empty when it was not measured."""
    fewer = facts.fewer_images(report)
    return sentences.spoken().fewer(fewer) if fewer else ""


def shuffled_words(report: Report) -> str:
    """What the order of the pixels is worth to both; empty when it was not measured."""
    losses = facts.shuffled_losses(report)
    return sentences.spoken().losses(losses) if losses else ""


def drag_words(names: Sequence[str], displacements: Sequence[float], confidences: Sequence[Sequence[float]]) -> str:
    """How far a drawing can be dragged while both stay more than half sure of it; empty without displacements.

    Args:
        displacements: pixels, negative for the other way, in any order.
        confidences: [side][displacement], fractions of 1, in the right class.
    """
    dragged = facts.dragged(names, displacements, confidences)
    return sentences.spoken().dragged(dragged) if dragged else ""


def unfair(plan: Plan) -> list[str]:
    """How the two sides differ besides the network, such as 'epochs: 20 against 5'; empty when they do not."""
    return [sentences.spoken().difference(one) for one in fairness.differences(plan)]


def fair_words(plan: Plan) -> str:
    """What is the same for both sides besides the data, and what they were matched by."""
    return sentences.spoken().fairness(fairness.fairness(plan))
