"""Goals: what a visitor can do on a page, or is asked to do by a teacher. Each is a predicate over recorded facts.

>>> goal("reach-97-50000").words
Text('Reach 97 % on the test images with fewer than 50,000 parameters')
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn_core.errors import StudioError
from cnn_core.language import Text
from cnn_core.lessons.facts import (
    Climbed,
    Convolved,
    Designed,
    Duelled,
    Fact,
    Laid,
    Looked,
    Moved,
    Placed,
    Pooled,
    Read,
    Reasoned,
    Recognized,
    Separated,
    Shared,
    Split,
    Stored,
    SwitchedOff,
    Taught,
    Thinned,
    Trained,
    Transferred,
    Varied,
)
from cnn_core.lessons.met import Met, both_ways, level_edges_only, repaired, seen, smaller_wins
from cnn_core.runs.ranking import Reach

GIGABYTE = 10**9
LARGE_BATCH = 50 * 10**6  # bytes
MOST_REACHED = 10**9
"""Parameters that a goal of a teacher can allow."""


@dataclass(frozen=True)
class Goal:
    """What is to be done.

    Attributes:
        key: by which links and browsers know it.
        words: it in a sentence.
        met: whether the facts, in their order, say that it was done.
    """

    key: str
    words: Text
    met: Met


GOALS: dict[str, tuple[Goal, ...]] = {
    "convolution": (
        Goal(
            "same-size",
            Text("A map of a digit with 28×28 cells"),
            seen(Convolved, lambda fact: fact.map_size == (28, 28) == fact.size and fact.window > 1),
        ),
        Goal(
            "level-edges",
            Text("A filter that lights up on level edges only"),
            seen(Convolved, level_edges_only),
        ),
        Goal(
            "crossing",
            Text("The first number of filters at which SeparableConv2D is the smaller one, with a multiplier of 4"),
            seen(
                Separated,
                lambda fact: (
                    fact.multiplier == 4 and fact.separable < fact.plain and fact.separable_before >= fact.plain_before
                ),
            ),
        ),
    ),
    "pooling": (
        Goal(
            "half-stays",
            Text("Half of the map stays, though the image has moved"),
            seen(Pooled, lambda fact: fact.moved and fact.stays < 0.5 <= fact.stays_pooled),
        ),
        Goal("one-number", Text("One number for the whole image"), seen(Pooled, lambda fact: fact.cells == 1)),
        Goal("both-ways", Text("The contrast that the largest and the average leave of a picture"), both_ways),
    ),
    "why": (
        Goal(
            "anywhere",
            Text("A digit that the filter still finds, and the dense unit does not"),
            seen(Moved, lambda fact: fact.filter_share > 0.99 and fact.dense_share < 0.25),
        ),
        Goal(
            "shared",
            Text("A convolution that saves less than 10,000 times"),
            seen(Shared, lambda fact: fact.dense < 10_000 * fact.convolution),
        ),
        Goal(
            "dense-ahead",
            Text("So many rows left out that the dense network is 10 points ahead of the CNN"),
            seen(Thinned, lambda fact: fact.right["dnn-500x3"] >= fact.right["keras-log"] + 0.1),
        ),
    ),
    "browse": (
        Goal(
            "a-five",
            Text("A training image of the digit 5"),
            seen(Looked, lambda fact: fact.split == "train" and fact.name == "5"),
        ),
        Goal("test-image", Text("A test image"), seen(Looked, lambda fact: fact.split == "test")),
        Goal(
            "too-large",
            Text("More than 100 GB at once, and less than 50 MB a batch"),
            seen(Stored, lambda fact: fact.whole > 100 * GIGABYTE and fact.batch < LARGE_BATCH),
        ),
    ),
    "augmentation": (
        Goal("warned", Text("A change that can make a label wrong"), seen(Varied, lambda fact: fact.warned)),
        Goal("in-recipe", Text("An augmentation in your recipe"), seen(Varied, lambda fact: fact.in_recipe)),
        Goal(
            "split-first",
            Text("How much too high the wrong way's score is"),
            seen(Split, lambda fact: fact.wrong_way > fact.right_way),
        ),
    ),
    "designer": (
        Goal(
            "small",
            Text("A CNN with fewer than 20,000 parameters that can be trained"),
            seen(Designed, lambda fact: not fact.problem and fact.family == "CNN" and fact.parameters < 20_000),
        ),
        Goal(
            "separable",
            Text("A network with SeparableConv2D"),
            seen(Designed, lambda fact: not fact.problem and "SeparableConv2D" in fact.types),
        ),
        Goal("repaired", Text("A network that could not be trained, repaired"), repaired),
    ),
    "live": (
        Goal("learned", Text("90 % on the test images"), seen(Trained, lambda fact: fact.test >= 0.9)),
        Goal(
            "memorized",
            Text("A network that memorizes: 10 points better on its training images than on the test images"),
            seen(Trained, lambda fact: fact.training - fact.test >= 0.1),
        ),
        Goal(
            "too-fast",
            Text("A learning rate so large that nothing is learned"),
            seen(Trained, lambda fact: fact.learning_rate >= 0.05 and fact.test < 2 / fact.classes),
        ),
    ),
    "runs": (
        Goal(
            "one-thing",
            Text("Two runs that differ in one thing"),
            seen(Laid, lambda fact: len(fact.differences) == 1),
        ),
        Goal(
            "luck",
            Text("Two runs that differ in their seed alone"),
            seen(Laid, lambda fact: fact.differences == {"seed"}),
        ),
        Goal("smaller-wins", Text("A smaller network with a better score"), seen(Laid, smaller_wins)),
    ),
    "draw": (
        Goal("sure", Text("A digit read with 99 %"), seen(Read, lambda fact: max(fact.sure) >= 0.99)),
        Goal(
            "saved",
            Text("A digit that only the treatment makes readable"),
            seen(Read, lambda fact: fact.raw != fact.answers),
        ),
        Goal(
            "two-answers",
            Text("A digit that two networks read differently"),
            seen(Read, lambda fact: len(set(fact.answers)) > 1),
        ),
    ),
    "inside": (
        Goal(
            "agree",
            Text("A layer and an image on which Grad-CAM and occlusion agree by more than 0.35"),
            seen(Reasoned, lambda fact: fact.agreement > 0.35),
        ),
        Goal(
            "half-off",
            Text("Half of a layer's filters off, and less than 2 points lost"),
            seen(SwitchedOff, lambda fact: fact.fraction >= 0.5 and fact.fall < 0.02),
        ),
        Goal(
            "climbed",
            Text("An image that excites a filter ten times as much as noise"),
            seen(Climbed, lambda fact: fact.after > 10 * max(fact.before, 0) and fact.after > 0),
        ),
    ),
    "transfer": (
        Goal("compared", Text("All three ways trained on the same images"), seen(Transferred, lambda fact: True)),
        Goal(
            "helps",
            Text("A start that gains 2 points over scratch"),
            seen(Transferred, lambda fact: max(fact.gains) >= 0.02),
        ),
        Goal("does-not", Text("A start that gains nothing"), seen(Transferred, lambda fact: min(fact.gains) <= 0)),
    ),
    "teach": (
        Goal(
            "taught",
            Text("A network that was taught two things with ten pictures of each"),
            seen(Taught, lambda fact: fact.things >= 2 and fact.fewest >= 10),
        ),
        Goal("recognized", Text("An answer that is 90 % sure"), seen(Recognized, lambda fact: fact.sure >= 0.9)),
        Goal(
            "corrected",
            Text("A picture that the network got wrong, put right and learned"),
            seen(Taught, lambda fact: fact.corrected >= 1),
        ),
    ),
    "duel": (
        Goal("fought", Text("A duel to its end"), seen(Duelled, lambda fact: True)),
        Goal("matched", Text("A duel matched by parameters"), seen(Duelled, lambda fact: fact.matched == "parameters")),
        Goal(
            "decided",
            Text("A duel that luck does not explain: three seeds, and an interval without zero"),
            seen(Duelled, lambda fact: fact.seeds >= 3 and fact.decided),
        ),
    ),
    "board": (
        Goal("placed", Text("A place on the board"), seen(Placed, lambda fact: fact.place >= 1)),
        Goal("on-the-front", Text("A run on the line that no other run beats"), seen(Placed, lambda fact: fact.front)),
        Goal(
            "smaller-behind",
            Text("A run that is smaller than the one right ahead of it"),
            seen(Placed, lambda fact: fact.smaller),
        ),
    ),
}
"""By the name of a lesson, one for each thing that it says to try, in its order."""

_BY_KEY = {one.key: one for goals in GOALS.values() for one in goals}


def reach(percent: int, parameters: int) -> str:
    """The key of a goal of a teacher's: this accuracy on the test images, with fewer parameters than these."""
    return f"reach-{percent}-{parameters}"


def goal(key: str) -> Goal:
    """The goal of this key. Raises StudioError when there is none."""
    if key in _BY_KEY:
        return _BY_KEY[key]
    if match := re.fullmatch(r"reach-(\d{1,3})-(\d{1,10})", key):
        percent, parameters = int(match[1]), int(match[2])
        if 0 < percent <= 100 and 0 < parameters <= MOST_REACHED:
            return _reach(key, percent, parameters)
    raise StudioError(
        Text("There is no such goal"),
        expected=Text("one of {choices}", choices=", ".join([*list(_BY_KEY)[:3], "reach-97-50000", "…"])),
        received=key[:80],
    )


def _reach(key: str, percent: int, parameters: int) -> Goal:
    words = Text(
        "Reach {percent} % on the test images with fewer than {parameters:,} parameters",
        percent=percent,
        parameters=parameters,
    )
    wanted = Reach(percent=percent, parameters=parameters)
    return Goal(key, words, seen(Trained, lambda fact: wanted.met(fact.test, fact.parameters)))


def newly_met(facts: Sequence[Fact], met: Iterable[str], besides: Iterable[Goal] = ()) -> list[Goal]:
    """The goals that `facts` meet and that were not met before; `besides`: a teacher's."""
    goals = _BY_KEY | {one.key: one for one in besides}
    before = set(met)
    return [one for key, one in goals.items() if key not in before and one.met(facts)]
