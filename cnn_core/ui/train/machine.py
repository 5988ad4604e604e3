"""Which machine trains a run, where there are several."""

from collections.abc import Iterable, Mapping

from cnn_core.language import _
from cnn_core.runs.state import RunState
from cnn_core.settings import settings
from cnn_core.ui.kit import services, wording


def machine(state: RunState) -> str:
    """That it trains on a machine of that name, in words; empty where this server trains, or before it has begun."""
    host = state.started_now.host if state.started_now and settings().scheduler_address else ""
    if not host:
        return ""
    name = wording.literal(host)
    return _("trains on {machine}", machine=name) if state.active else _("trained on {machine}", machine=name)


def machines(run_ids: Iterable[str]) -> Mapping[str, str]:
    """The names of the machines that train these runs, by run; of those that have begun. Asks for all at once."""
    if not settings().scheduler_address:
        return {}
    states = services.store().states(run_ids).items()
    return {run_id: state.started_now.host for run_id, state in states if state.started_now and state.active}
