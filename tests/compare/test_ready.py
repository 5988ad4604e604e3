"""The duel that ships with the app."""

from cnn_core.compare.ready import ready_made
from cnn_core.design.presets import PRESETS
from scripts.make_duel import OPPONENTS, SEEDS, plan


def test_the_ready_made_duel_is_whole_and_what_its_script_asks_for():
    report = ready_made()
    assert report.plan == plan("bundled", 0.1)
    assert report.plan.networks == (PRESETS["dnn-500x3"].network, PRESETS["cnn-25-50"].network)
    assert [preset.name for preset in OPPONENTS] == [side.name for side in report.sides]
    assert all(tuple(run.seed for run in side.runs) == SEEDS for side in report.sides)
    assert {sweep.kind for sweep in report.sweeps} == {"shift", "rotate", "noise", "rows"}
    assert report.less.sizes == (100, 300, 1000, 3000, 3600)
    assert all(len(side) == len(SEEDS) for side in report.shuffled)
    assert report.device
    assert report.made > 0
