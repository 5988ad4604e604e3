"""The built-in example of transfer, digits 5 to 9 from a base that knows 0 to 4; and what kept features save."""

import statistics
from collections.abc import Sequence

from benchmarks.common import publish, spread
from cnn_core.data.datasets import BUNDLED, Catalogue, Dataset
from cnn_core.design.layers import Dense
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.start import Start, with_new_head
from cnn_core.runs.events import EpochEnded
from cnn_core.settings import Settings
from cnn_core.training.fit import fit
from cnn_core.training.start import Arrays, first_arrays
from cnn_core.training.transfer import WAYS, compare_ways, learned, only, with_features
from cnn_core.ui.use.ways import CLASSIC, RECIPE, SIZES

LAYERS, SEEDS = (3, 5, 6, 7), (1, 2, 3, 4, 5)


def main() -> None:
    data = Catalogue(Settings().home / "datasets").load(BUNDLED)
    few, many = only(data, range(5, 10)), only(data, range(5))
    head = Dense(units=5, activation="softmax")
    network = CLASSIC.network.changed(layers=(*CLASSIC.network.layers[:-1], head))
    base = learned(network, RECIPE.model_copy(update={"batch_size": 64, "epochs": 6}), many, lambda: False)
    rows, ratios = [], []
    for layers in LAYERS:
        begun = with_new_head(network, layers, 5)
        arrays = first_arrays(base, len(network.layers), layers)
        recipe = RECIPE.model_copy(update={"start": Start(base="digits", layers=layers, frozen=layers)})
        scores = compare_ways(begun, recipe, few, arrays, SIZES, SEEDS)
        for way in WAYS:
            found = {
                size: [100 * one.accuracy for one in scores if (one.way, one.images) == (way, size)] for size in SIZES
            }
            rows.append([layers, way, *(spread(found[size], "%", 1) for size in SIZES)])
        ratios.append(_saved(begun, recipe, few, arrays))
    head_row = ["layers taken over", "way", *(f"{size} images a class" for size in SIZES)]
    note = (
        "Test accuracy on 500 digits, keras-log. With a frozen base and kept features, an epoch of all "
        f"{len(few.x_train):,} training images takes 1 / {statistics.median(ratios):.0f} of the time of one through "
        f"all layers ({', '.join(f'{layers} layers: 1 / {r:.0f}' for layers, r in zip(LAYERS, ratios, strict=True))})."
    )
    publish("transfer", "Digits 5 to 9, from a base that knows 0 to 4", head_row, rows, note)


def _saved(network: Network, recipe: Recipe, data: Dataset, base: Arrays) -> float:
    """How many times faster an epoch is on kept features; the first one, in which TensorFlow compiles, left out."""
    head, features = with_features(network, recipe, data, base)
    assert features
    whole = _seconds(network, recipe, data, base)
    kept = _seconds(head, recipe.model_copy(update={"start": None, "pixels": "raw"}), features, ())
    return statistics.median(whole) / statistics.median(kept)


def _seconds(network: Network, recipe: Recipe, data: Dataset, base: Arrays) -> Sequence[float]:
    ended: list[float] = []

    def note(event: object) -> None:
        if isinstance(event, EpochEnded):
            ended.append(event.seconds)

    fit(network, recipe.model_copy(update={"epochs": 6, "batch_size": 64}), data, note, base=base, shelf=None)
    return ended[1:]


if __name__ == "__main__":
    main()
