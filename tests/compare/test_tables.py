"""What people read in the tables, against numbers by hand."""

import pytest

from cnn_core.compare import tables
from cnn_core.design.augmentation import Augmentation
from tests.compare.example import plan, report


def changed_runs(made, side: int, **changes):
    """`made` with its first run of `side` changed, and only that run."""
    sides = list(made.sides)
    sides[side] = sides[side].model_copy(update={"runs": (sides[side].runs[0].model_copy(update=changes),)})
    return made.model_copy(update={"sides": tuple(sides)})


def shown(cell: str) -> str:
    """A cell with its no-break spaces as plain ones."""
    return cell.replace("\u00a0", " ")


def test_several_seeds_show_mean_lowest_and_highest():
    dense, convolutional = tables.summary(report())
    assert list(dense) == [
        "Network",
        "Layers",
        "Parameters",
        "Products (MACs)",
        "Seconds per epoch",
        "Train accuracy",
        "Test accuracy",
        "Gap (points)",
    ]
    assert dense["Network"] == "big-dense"
    # 784·500 + 500 + 2·(500·500 + 500) + 500·10 + 10, and the same without biases
    assert (dense["Layers"], dense["Parameters"], dense["Products (MACs)"]) == ("5", "898,510", "897,000")
    assert shown(dense["Seconds per epoch"]) == "0.52 (0.51 to 0.53)"
    assert shown(dense["Test accuracy"]) == "93.33% (93.00 to 93.60)"
    assert shown(convolutional["Test accuracy"]) == "96.03% (95.70 to 96.30)"
    assert shown(dense["Train accuracy"]) == "96.83% (96.50 to 97.10)"
    assert shown(dense["Gap (points)"]) == "3.50 (3.50 to 3.50)"


def test_networks_stand_beside_each_other():
    made = report()
    rows = tables.beside(tables.summary(made))
    assert rows[0] == ("Network", *tables.names(made))
    assert rows[2] == ("Parameters", "898,510", "137,660")


def test_one_seed_has_no_range_and_a_gap_can_be_negative():
    made = changed_runs(report(seeds=(1,)), 1, train_accuracy=0.9, test_accuracy=0.9271, seconds_per_epoch=12.345)
    row = tables.summary(made)[1]
    assert row["Test accuracy"] == "92.71%"
    assert row["Gap (points)"] == "−2.71"
    assert row["Seconds per epoch"] == "12.35"  # 12.345 as a binary fraction lies above


def test_networks_of_one_name_are_told_apart():
    made = report()
    twins = made.model_copy(update={"sides": (made.sides[0], made.sides[0])})
    assert len(set(tables.names(twins))) == 2
    assert len(tables.mcnemar_table(twins)[0]) == 6


@pytest.mark.parametrize(("share", "text"), [(0.0271, "2.71"), (-0.0271, "−2.71"), (0.0, "0.00"), (-0.000001, "0.00")])
def test_points(share, text):
    assert tables.in_points(share) == text


def test_accuracies_are_paired_by_seed():
    made = report(seeds=(1, 2, 3))
    second = made.sides[1].model_copy(update={"runs": made.sides[1].runs[1:]})
    unfinished = made.model_copy(update={"sides": (made.sides[0], second)})
    assert tables.paired_accuracies(unfinished) == ([0.936, 0.934], [0.957, 0.963])


def test_the_interval_by_hand():
    # Differences −3.1, −2.1, −2.9 points: mean −2.7, s = 0.52915, t(0.975, 2) = 4.30265, half width 1.31448
    made = report()
    words = "over 3 seeds: 2.70 points on average, with a 95% interval from 1.39 to 4.01 (paired t)."
    assert tables.interval_words(made) == f"Test accuracy of small-cnn minus that of big-dense, {words}"
    turned = made.model_copy(update={"sides": made.sides[::-1]})
    assert tables.interval_words(turned) == tables.interval_words(made)
    assert tables.interval_words(report(seeds=(1,))) == ""


def test_mcnemar_by_hand():
    # Of 4 images all went to the second: p = 2 · (1/2)^4
    counts = report().agreements[0].model_copy(update={"only_first": 0, "only_second": 4, "both": 1234})
    assert tables.mcnemar_table(report(agreements=(counts,))) == [
        {
            "Seed": "1",
            "Both right": "1,234",
            "Only big-dense": "0",
            "Only small-cnn": "4",
            "Neither": "25",
            "McNemar's p": "0.125",
        }
    ]


@pytest.mark.parametrize(("p", "text"), [(1.0, "1.000"), (0.0421, "0.042"), (0.00099, "< 0.001"), (0.0, "< 0.001")])
def test_probability(p, text):
    assert tables.probability(p) == text


def test_recipes_show_what_is_in_use_on_either_side():
    made = plan()
    other = made.recipes[1].model_copy(update={"momentum": 0.9, "augmentation": Augmentation(rotation=10)})
    different = made.model_copy(update={"recipes": (made.recipes[0], other)})
    rows = {row[0]: row[1:] for row in tables.recipe_table(different)}
    assert rows["optimizer"] == ("adam", "adam")
    assert rows["train_images"] == ("10,000", "10,000")
    assert rows["momentum"] == ("–", "0.9")
    assert rows["augmentation"] == ("–", "rotation 10")
    assert not {"seed", "early_stopping", "pixel_order"} & set(rows)
    assert "momentum" not in {row[0] for row in tables.recipe_table(made)}


def test_layers_in_a_line():
    dense, convolutional = plan().networks
    assert tables.layers_words(dense) == "Flatten → Dense 500 relu → Dense 500 relu → Dense 500 relu → Dense 10 softmax"
    assert tables.layers_words(convolutional).startswith("Conv2D 25 3×3 → MaxPooling2D 2×2 → Conv2D 50 3×3 → ")


def test_presets_are_called_by_their_titles_and_never_by_their_ids():
    made = report()
    sides = [
        side.model_copy(update={"name": name})
        for side, name in zip(made.sides, ("dnn-500x3", "cnn-25-50"), strict=True)
    ]
    assert tables.names(made.model_copy(update={"sides": tuple(sides)})) == (
        "Dense network, 3 × 500",
        "Small CNN, 25-50",
    )
    assert tables.names(made) == ("big-dense", "small-cnn"), "a name of one's own stays"


def test_when_and_on_what():
    assert tables.provenance(report(made=0.0)) == (
        "Measured on 1 January 1970, 00:00 UTC, on CPU: made up, 2 cores. Data: Bundled digits (5,000 of MNIST), "
        "3,600 training images, 1,000 test images."
    )
