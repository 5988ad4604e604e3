import re
from itertools import product
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.compare import words
from cnn_core.compare.facts import Lead
from cnn_core.compare.report import Agreement, Less, Report, Sweep
from cnn_core.compare.sentences.en import change, listed, points

from .example import plan, report

NETWORKS = dict(zip(("DNN", "CNN"), plan().networks, strict=True))
DNN, CNN = (NETWORKS[family].name for family in ("DNN", "CNN"))
SHARES = st.floats(0, 1)


def accuracies(first, second, families=("DNN", "CNN"), **changes) -> Report:
    """A report with these test accuracies for each seed; names 'one' and 'two' where the families are the same."""
    made = report(tuple(range(1, max(len(first), 1) + 1)))
    sides = []
    for place, values in enumerate((first, second)):
        run = made.sides[place].runs[0]
        runs = [run.model_copy(update={"seed": seed + 1, "test_accuracy": v}) for seed, v in enumerate(values)]
        name = NETWORKS[families[place]].name if len(set(families)) == 2 else ("one", "two")[place]
        sides.append(made.sides[place].model_copy(update={"runs": tuple(runs), "name": name}))
    networks = tuple(NETWORKS[family] for family in families)
    fields = {"sides": tuple(sides), "plan": made.plan.model_copy(update={"networks": networks})} | changes
    return made.model_copy(update=fields)


def counts(*pairs) -> tuple[Agreement, ...]:
    return tuple(Agreement(seed=n, both=0, neither=0, only_first=a, only_second=b) for n, (a, b) in enumerate(pairs))


def sweep(kind, first, second, amounts=(0, 3, 6)) -> Sweep:
    return Sweep(kind=kind, images=1000, amounts=amounts, accuracies=(first, second))


def verdict(made) -> str:
    """All its sentences."""
    return " ".join(words.verdict(made))


def test_verdict_of_a_hand_worked_case():
    """Differences 2, 3 and 4 points: mean 3, s = 1, t = 4.303, so 3 ± 2.484 points."""
    made = accuracies((0.93, 0.93, 0.93), (0.95, 0.96, 0.97), agreements=counts((20, 60), (10, 50), (60, 20)))
    assert verdict(made) == (
        "small-cnn leads on the 1,000 test images by 3.0 points: 96.0% against 93.0% for big-dense, on average over 3 "
        "seeds (95% interval of the difference: 0.5 to 5.5 points). McNemar's test finds more than luck (p < 0.05) for "
        "big-dense in 1 and for small-cnn in 2 of 3 seeds."
    )


def test_verdict_when_the_cnn_loses_and_when_it_may_be_luck():
    made = accuracies((0.99, 0.93, 0.96), (0.93, 0.95, 0.96), agreements=counts((5, 5), (6, 5), (0, 3)))
    text = verdict(made)
    assert text.startswith("big-dense leads on the 1,000 test images by 1.3 points: 96.0% against 94.7% for small-cnn")
    assert "points), which includes zero, so the lead may be luck." in text
    assert text.endswith("McNemar's test finds no more than luck in any of the 3 seeds (p ≥ 0.05).")


def test_verdict_with_one_seed_tells_counts_and_p():
    """9 against 1: p = 22 / 1024 = 0.021."""
    text = verdict(accuracies((0.95,), (0.94,), agreements=counts((9, 1))))
    assert text == (
        "big-dense leads on the 1,000 test images by 1.0 points: 95.0% against 94.0% for small-cnn, with one seed. "
        "big-dense alone is right on 9 of these images, small-cnn alone on 1. By McNemar's test, this is more than "
        "luck on these images (p = 0.021). Another seed may give another result."
    )
    assert "this may be luck (p = 1.000)" in verdict(accuracies((0.9,), (0.9,), agreements=counts((3, 3))))


def test_verdict_without_a_leader_or_results():
    assert verdict(accuracies((0.9, 0.92), (0.92, 0.9), agreements=())).startswith(
        "Neither leads on the 1,000 test images: big-dense 91.0% and small-cnn 91.0%, on average over 2 seeds"
    )
    assert verdict(accuracies((), (0.9,))) == "No seed has been tested on both sides yet."


def test_a_verdict_is_told_in_sentences_whatever_is_in_a_name():
    made = accuracies((0.95,), (0.94,), agreements=counts((9, 1)))
    named = made.model_copy(update={"sides": (made.sides[0].model_copy(update={"name": "Net v. 2"}), made.sides[1])})
    first, second = words.verdict(named)
    assert first.startswith("Net v. 2 leads on the 1,000 test images by 1.0 points: 95.0% against 94.0% for small-cnn")
    assert second.startswith("Net v. 2 alone is right on 9 of these images")


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=3), st.sampled_from(["CNN", "DNN"]))
def test_the_named_leader_has_the_larger_mean_and_the_numbers_are_those_of_the_data(pairs, family):
    first, second = (tuple(side) for side in zip(*pairs, strict=True))
    text = verdict(accuracies(first, second, (family, family)))
    means = {"one": fmean(first), "two": fmean(second)}
    by = abs(means["one"] - means["two"])
    found = re.match(r"(\w+) leads .*? by ([\d.]+) points: ([\d.]+)% against ([\d.]+)% for (\w+)", text)
    if found is None:
        assert text.startswith("Neither leads")
        assert by < 0.00051
        return
    leader, lead, high, low, other = found.groups()
    assert means[leader] > means[other]
    assert [float(high), float(low)] == pytest.approx([100 * means[leader], 100 * means[other]], abs=0.051)
    assert float(lead) == pytest.approx(100 * by, abs=0.051)
    interval = re.search(r"difference: (−?[\d.]+) to (−?[\d.]+) points\)(, which includes zero)?", text)
    assert (interval is None) == (len(pairs) == 1)
    if interval:
        ends = [float(end.replace("−", "-")) for end in interval.groups()[:2]]
        assert ends[0] <= float(lead) <= ends[1]
        assert not (ends[0] < 0 and interval[3] is None), "a lead whose interval includes zero is said to be luck"
        assert not (ends[0] > 0 and interval[3])


def test_shift_as_expected_against_it_and_undecided():
    """Lost on average over the two shifts: (0.9 - 0.4), (0.9 - 0.5); and (0.9 - 0.8), twice."""
    weak, strong = ((0.9, 0.6, 0.2), (0.9, 0.6, 0.4)), ((0.9, 0.85, 0.75), (0.9, 0.85, 0.75))
    made = accuracies((0.9, 0.9), (0.9, 0.9))
    assert words.sweep_words(made, sweep("shift", weak[:1], strong[:1])) == (
        "A CNN was expected to lose less than a dense network on shifted images, because its kernels look for the "
        "same patterns everywhere. On average over shifts of 3 to 6 pixels, big-dense lost 50.0 points and small-cnn "
        "lost 10.0 points. As expected, small-cnn lost less, by 40.0 points, though with one seed this may be luck."
    )
    text = words.sweep_words(made, sweep("shift", (strong[0],) * 3, ((0.9, 0.6, 0.2), (0.9, 0.61, 0.2), weak[0])))
    assert ". Against the expectation, big-dense lost less, by 39.8 points." in text
    text = words.sweep_words(made, sweep("shift", (weak[0], strong[0]), (strong[0], ((0.9, 0.8, 0.7)))))
    assert text.endswith("may be luck, so the expectation is neither confirmed nor refuted.")


def test_rotation_favours_nobody():
    made, one = accuracies((0.9,), (0.9,)), ((0.9, 0.6, 0.4),)
    text = words.sweep_words(made, sweep("rotate", one, one, (0, 15, 45)))
    assert text.startswith("Neither network was expected to lose less on rotated images, because")
    assert text.endswith("small-cnn lost 40.0 points. So there is hardly any difference.")
    assert ". On average over rotations of 15 to 45°, big-dense lost 40.0 points and" in text


def test_a_network_that_only_guesses_has_nothing_to_lose():
    made = accuracies((0.1,), (0.9,))
    text = words.sweep_words(made, sweep("noise", ((0.1, 0.1, 0.1),), ((0.9, 0.5, 0.5),)))
    assert "big-dense lost nothing" in text
    assert text.endswith("But big-dense did little better than guessing even before, so this says nothing.")


def test_a_network_may_gain():
    made = accuracies((0.8,), (0.9,))
    assert "big-dense gained 5.0 points" in words.sweep_words(
        made, sweep("rows", ((0.8, 0.85),), ((0.9, 0.9),), (0, 1))
    )


def test_nothing_measured_is_no_sentence():
    made = accuracies((0.9,), (0.9,), less=None, shuffled=None)
    assert words.less_words(made) == words.shuffled_words(made) == ""
    assert words.sweep_words(made, sweep("shift", (), ((0.9, 0.8, 0.7),))) == ""
    assert words.sweep_words(made, sweep("shift", ((0.9,),), ((0.9,),), (0,))) == ""


def test_learning_from_less():
    made = accuracies((0.9,), (0.9,))
    less = Less(sizes=(100, 3600), accuracies=(((0.5, 0.9), (0.54, 0.9)), ((0.6, 0.96), (0.64, 0.98))))
    assert words.less_words(made.model_copy(update={"less": less})) == (
        "A CNN was expected to need fewer images than a dense network, because it learns a pattern only once. With "
        "100 training images, big-dense predicts 52.0% of the test images right and small-cnn 62.0%. With all 3,600 "
        "training images, big-dense predicts 90.0% of the test images right and small-cnn 97.0%. As expected, "
        "small-cnn is ahead with the fewest images, by 10.0 points."
    )
    guessing = Less(sizes=(10, 3600), accuracies=(((0.1, 0.9),), ((0.12, 0.9),)))
    assert words.less_words(made.model_copy(update={"less": guessing})).endswith(
        "So few images are too few for both: they do little better than guessing."
    )


def test_shuffled_pixels():
    made = accuracies((0.93, 0.94), (0.96, 0.97), shuffled=((0.93, 0.94), (0.92, 0.93)))
    assert words.shuffled_words(made) == (
        "Shuffled pixels were expected to cost a CNN accuracy, because it looks at neighbouring pixels together, and a "
        "dense network nothing, because the order of the pixels means nothing to it. Trained and tested on shuffled "
        "pixels, big-dense lost nothing (93.5% before, 93.5% after) and small-cnn lost 4.0 points (96.5% before, 92.5% "
        "after). As expected, big-dense lost less, by 4.0 points."
    )
    turned = made.model_copy(update={"shuffled": ((0.63, 0.64), (0.96, 0.97))})
    assert ". Against the expectation, small-cnn lost less, by 30.0 points" in words.shuffled_words(turned)


@pytest.mark.parametrize("families", [("CNN", "CNN"), ("DNN", "DNN")])
def test_of_two_of_a_kind_neither_is_expected_to_be_special(families):
    made = accuracies((0.93, 0.94), (0.96, 0.97), families)
    told = [words.less_words(made), words.shuffled_words(made), *(words.sweep_words(made, one) for one in made.sweeps)]
    assert all(told)
    assert not [text for text in told if "As expected" in text or "Against the expectation" in text]
    kind = {"CNN": "CNNs", "DNN": "dense networks"}[families[0]]
    assert all(kind in text for text in told)


@st.composite
def reports(draw) -> Report:
    """Any numbers: any winner, any number of seeds, all families."""
    count = draw(st.integers(1, 3))
    seeds = st.lists(SHARES, min_size=count, max_size=count).map(tuple)

    def sides(amounts):
        row = st.lists(SHARES, min_size=amounts, max_size=amounts).map(tuple)
        return st.tuples(*[st.lists(row, min_size=count, max_size=count).map(tuple)] * 2)

    numbers = st.integers(0, 400)
    return accuracies(
        draw(seeds),
        draw(seeds),
        draw(st.sampled_from(list(product(("CNN", "DNN"), repeat=2)))),
        agreements=counts(*draw(st.lists(st.tuples(numbers, numbers), min_size=count, max_size=count))),
        sweeps=tuple(
            sweep(kind, *draw(sides(len(amounts))), amounts)
            for kind, amounts in {"shift": (0, 1, 2), "rotate": (0, 45), "noise": (0, 9.5), "rows": (0, 1)}.items()
        ),
        less=Less(sizes=(100, 300), accuracies=draw(sides(2))),
        shuffled=draw(st.tuples(seeds, seeds)),
    )


@given(reports())
def test_whatever_the_numbers_each_experiment_is_told_with_the_right_winner(made):
    names = [side.name for side in made.sides]
    for one in made.sweeps:
        text = words.sweep_words(made, one)
        drops = [fmean(seed[0] - fmean(seed[1:]) for seed in side) for side in one.accuracies]
        assert_right(text, {name: -drop for name, drop in zip(names, drops, strict=True)}, "lost less")
    few = [fmean(seed[0] for seed in side) for side in made.less.accuracies]
    assert_right(words.less_words(made), dict(zip(names, few, strict=True)), "is ahead with the fewest images")
    plain = [fmean(run.test_accuracy for run in side.runs) for side in made.sides]
    kept = [fmean(after) - before for after, before in zip(made.shuffled, plain, strict=True)]
    assert_right(words.shuffled_words(made), dict(zip(names, kept, strict=True)), "lost less")


def assert_right(text: str, scores: dict[str, float], does: str):
    assert text.endswith(".")
    assert text.count(". ") in (2, 3), "expected, measured, meaning; what was measured may take two sentences"
    assert "nan" not in text.replace("big-dense", "")
    assert "−0.0" not in text
    assert "-" not in re.sub(r"big-dense|small-cnn", "", text), "a minus sign is '−'"
    found = re.search(rf"\. (?:So|As expected,|Against the expectation,) (\S+) {does}, by ([\d.]+) points", text)
    if found:
        (other,) = scores.keys() - {found[1]}
        assert scores[found[1]] > scores[other]
        assert float(found[2]) == pytest.approx(100 * (scores[found[1]] - scores[other]), abs=0.051)
    else:
        assert re.search(r"hardly any difference|may be luck, so|guess", text)


def test_dragging():
    places = (-2, -1, 0, 1, 2)
    assert words.drag_words(("a", "b"), places, ((0.1, 0.9, 1, 0.4, 0.9), (0.6, 0.7, 1, 0.8, 0.7))) == (
        "The further a drawing is moved, the less sure the networks were expected to be. More than half sure of the "
        "right digit: a only where it was drawn, b up to 2 px away. So with this drawing b stays sure for longer."
    )
    sure, unsure = (1,) * 5, (0.2,) * 5
    assert words.drag_words(("a", "b"), places, (sure, sure)).endswith(". So both stay sure all the way.")
    assert words.drag_words(("a", "a"), places, (unsure, unsure)).endswith(
        "a (1) nowhere, a (2) nowhere. So neither stays sure for longer."
    )
    assert words.drag_words(("a", "b"), (), ((), ())) == ""


def test_a_fair_plan():
    assert words.unfair(plan((1, 2, 3))) == []
    assert words.fair_words(plan((1, 2, 3))) == (
        "Both learn from the same data set with the same recipe, seeds (1, 2 and 3) and split into training and "
        "validation, and are tested on the same images. Both train for 20 epochs."
    )


def recipes(first: dict, second: dict, **changes):
    made = plan((7,))
    pair = zip(made.recipes, (first, second), strict=True)
    return made.model_copy(update={"recipes": tuple(r.model_copy(update=new) for r, new in pair)} | changes)


def test_an_unfair_plan_says_what_differs_and_claims_nothing_else():
    uneven = recipes({"epochs": 2000, "seed": 1}, {"epochs": 5, "seed": 2, "train_images": None, "early_stopping": 3})
    assert words.unfair(uneven) == [
        "epochs: 2,000 against 5",
        "train_images: 10,000 against all",
        "seed: 1 against 2",
        "early_stopping: none against 3",
    ]
    assert words.fair_words(uneven) == "Both learn from the same data set, and are tested on the same images."
    slower = recipes({}, {"learning_rate": 0.1})
    assert words.unfair(slower) == ["learning_rate: 0.001 against 0.1"]
    assert "with the same seed (7) and split into training and validation, and" in words.fair_words(slower)
    raw = recipes({}, {"pixels": "raw"})
    assert words.unfair(raw) == ["pixels: scaled against raw"]
    assert "recipe" not in words.fair_words(raw)


def test_what_a_duel_was_matched_by():
    assert "matched by their parameters: 898,510 and 137,660." in words.fair_words(plan((1,), matched="parameters"))
    limit = {"time_limit": 30.0}
    assert words.fair_words(recipes(limit, limit, matched="time")).endswith(
        " Both train for 30 seconds, however many epochs each completes."
    )
    assert "at most 20 epochs" in words.fair_words(recipes({"early_stopping": 2}, {"early_stopping": 2}))


def test_phrases():
    assert [points(difference) for difference in (0.0271, -0.0004, -0.031)] == [
        "2.7 points",
        "0.0 points",
        "−3.1 points",
    ]
    assert [change(lost) for lost in (0.02, -0.01, 0.0001)] == [
        "lost 2.0 points",
        "gained 1.0 points",
        "lost nothing",
    ]
    assert [listed(items) for items in ((1,), (1, 2), (1, 2, 3))] == ["1", "1 and 2", "1, 2 and 3"]
    assert Lead.of((0.9, 0.8), (0.9, 0.9)).side == 1
    assert Lead.of((0.9,), (0.9,)).side is None
