"""`runs`: which runs there are."""

from datetime import datetime
from typing import Any

from cnn_core.cli import OK, asked
from cnn_core.cli.out import Out
from cnn_core.language import _
from cnn_core.runs.summary import Summary
from cnn_core.ui.kit.wording import duration, status_badge


def runs(last: int, *, as_json: bool) -> int:
    """List the newest ones."""
    with asked.studio() as studio:
        found = studio.store.lists.lines(0, max(1, last))
    words = "" if found else _("No runs yet. Start one: cnn-studio train")
    Out(as_json).answer([_facts(run) for run in found], words, [_row(run) for run in found])
    return OK


def _row(run: Summary) -> dict[str, str]:
    return {
        _("Run"): run.id,
        _("Name"): run.name,
        _("Data"): run.dataset,
        _("State"): status_badge(run.status)[0],
        _("Test accuracy"): "–" if run.test_accuracy is None else f"{run.test_accuracy:.1%}",
        _("Time"): duration(run.seconds),
        _("Made"): f"{datetime.fromtimestamp(run.created):%Y-%m-%d %H:%M}",
    }


def _facts(run: Summary) -> dict[str, Any]:
    names = "name", "created", "dataset", "status", "seconds", "parameters", "test_accuracy", "validation_accuracy"
    return {"run": run.id} | {name: getattr(run, name) for name in names}
