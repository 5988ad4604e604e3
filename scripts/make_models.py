"""Make the ready-trained models in assets/models from the bundled digits: `python -m scripts.make_models`."""

import datetime
import json
from pathlib import Path

import keras

from cnn_core.data.datasets import BUNDLED, Catalogue
from cnn_core.design.presets import PRESETS
from cnn_core.runs.events import EpochEnded, Event, Tested
from cnn_core.runs.models import READY_MADE
from cnn_core.training.device import device_name
from cnn_core.training.fit import fit

TITLES = {"keras-log": "Ready-made CNN", "dnn-500x3": "Ready-made dense network"}
EPOCHS = 15


def make(name: str, title: str, folder: Path) -> None:
    """Train the preset `name` and write `<name>.keras` and, about it, `<name>.json`."""
    preset, dataset = PRESETS[name], Catalogue(folder).load(BUNDLED)
    recipe = preset.recipe.model_copy(update={"epochs": EPOCHS, "train_images": None})
    events: list[Event] = []
    outcome = fit(preset.network, recipe, dataset, events.append)
    tested = next(event for event in events if isinstance(event, Tested))
    last = [event for event in events if isinstance(event, EpochEnded)][-1]
    about = {
        "title": title,
        "dataset": BUNDLED,
        "test_accuracy": tested.accuracy,
        "test_loss": tested.loss,
        "test_images": len(dataset.y_test),
        "validation_accuracy": last.val_accuracy,
        "recipe": recipe.model_dump(),
        "network": json.loads(preset.network.to_json()),
        "made": f"{datetime.date.today():%Y-%m-%d}",
        "device": str(device_name()),
        "keras": keras.__version__,
    }
    (folder / f"{name}.keras").write_bytes(outcome.model)
    (folder / f"{name}.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    print(f"{name}: {tested.accuracy:.2%} of {len(dataset.y_test):,} held-out digits")


if __name__ == "__main__":
    for name, title in TITLES.items():
        make(name, title, READY_MADE)
