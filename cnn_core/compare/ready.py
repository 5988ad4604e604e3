"""The duel that ships with the app, measured by scripts/make_duel.py: a newcomer sees a whole report at once."""

from pathlib import Path

from cnn_core.compare.report import Report

READY_MADE = Path(__file__).parents[2] / "assets" / "duel" / "dense-against-convolutional.json"


def ready_made() -> Report | None:
    """The report, or None when it was not made yet."""
    return Report.model_validate_json(READY_MADE.read_bytes()) if READY_MADE.exists() else None
