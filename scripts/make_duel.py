"""Measure the duel that ships in assets, on the bundled digits: `python -m scripts.make_duel` (about ten minutes)."""

import tempfile
import time
from pathlib import Path

from cnn_core.compare import duel as duels
from cnn_core.compare.gather import gather
from cnn_core.compare.plan import SIZES, Plan
from cnn_core.compare.ready import READY_MADE
from cnn_core.compare.report import Report
from cnn_core.compare.robustness import measure
from cnn_core.data.datasets import BUNDLED
from cnn_core.design.presets import PRESETS
from cnn_core.settings import Settings
from cnn_core.studio import Studio

OPPONENTS = PRESETS["dnn-500x3"], PRESETS["cnn-25-50"]
SEEDS = (1, 2, 3)


def plan(dataset: str, validation_share: float) -> Plan:
    """The notes' experiment E with all experiments."""
    recipe = OPPONENTS[0].recipe.model_copy(update={"validation_share": validation_share})
    return Plan(
        title="Dense against convolutional",
        dataset=dataset,
        networks=tuple(preset.network for preset in OPPONENTS),
        recipes=(recipe, recipe),
        seeds=SEEDS,
        sizes=SIZES,
        shuffled=True,
    )


def measured(asked: Plan, home: Path) -> Report:
    """Run the whole duel in the folder `home` with a cluster of its own."""
    studio = Studio(Settings(home=home))
    store, catalogue = studio.store, studio.catalogue
    duel = duels.start(asked, store, studio.engine, catalogue)
    while (now := duels.progress(duel, store)).active:
        print(f"{now.fraction:.0%} {now.current}", flush=True)
        time.sleep(10)
    if now.failed:
        raise SystemExit("\n".join(map(str, now.failed)))
    measure(duel, store, studio.engine, catalogue).result()
    report = gather(duel, store, catalogue)
    studio.close()
    return report


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        report = measured(plan(BUNDLED, 0.1), Path(folder))
    READY_MADE.parent.mkdir(exist_ok=True)
    READY_MADE.write_text(report.model_dump_json() + "\n", encoding="utf-8")
    for side in report.sides:
        print(side.name, [f"{run.test_accuracy:.2%}" for run in side.runs])
