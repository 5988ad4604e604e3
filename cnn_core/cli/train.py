"""`train`: an ordinary run, made as the app makes it."""

from pathlib import Path
from typing import Any, NamedTuple

from cnn_core.cli import OK, STOPPED, asked
from cnn_core.cli.follow import Seen, follow
from cnn_core.cli.out import Out, in_the_app
from cnn_core.design.naming import run_title
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.errors import RunError
from cnn_core.language import Text, _
from cnn_core.runs.events import EpochEnded
from cnn_core.runs.limits import Limits
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.studio import Studio
from cnn_core.ui.kit.wording import ended_early, progress_text

ADDRESS = "/run?run={run}"


class Asked(NamedTuple):
    """What was typed: see `commands.train`."""

    design: str | None
    preset: str
    data: str
    recipe: Path | None
    epochs: int | None
    changes: tuple[str, ...]
    name: str


def train(words: Asked, *, as_json: bool) -> int:
    """Train, and say what came of it; gives the exit code. Raises StudioError when it is refused or fails."""
    out = Out(as_json)
    network, recipe = _network_and_recipe(words, out)
    with asked.studio() as studio:
        entry = asked.ready(studio, words.data, out)
        asked.check(network, recipe, entry)
        run = studio.store.create(words.name.strip() or run_title(network, recipe), network, recipe, words.data)
        studio.engine.queue.put(run, Limits.by(studio.settings).minutes)
        out.say(_("Run {id}: {name}, on {data}", id=run.id, name=run.name, data=entry.title))
        follow(_Look(studio, run), lambda: _stop(studio, run, out), out)
        return _outcome(run, studio.store.state(run.id), out)


def _stop(studio: Studio, run: Run, out: Out) -> None:
    studio.engine.queue.stop(run.id)
    out.say(_("What was learned until now is tested and kept."))


def _network_and_recipe(words: Asked, out: Out) -> tuple[Network, Recipe]:
    known = asked.preset(words.preset)
    if words.design is None:
        network, first = known.network, known.recipe
    else:
        network, first = asked.network(words.design, out), Recipe()
    return network, asked.recipe(first, words.recipe, words.epochs, words.changes)


class _Look:
    """Looks at a run, and knows which of its epochs were told."""

    def __init__(self, studio: Studio, run: Run):
        self._studio, self._run, self._told = studio, run, 0

    def __call__(self) -> Seen:
        state, queue = self._studio.store.state(self._run.id), self._studio.engine.queue
        news, self._told = state.epochs_done[self._told :], len(state.epochs_done)
        ahead = queue.position(self._run.id) if state.status == "queued" else 0
        words = queue.trouble or progress_text(state, ahead)
        return Seen(state.active, state.progress, words, tuple(map(_epoch_words, news)))


def _epoch_words(epoch: EpochEnded) -> str:
    values = {"epoch": epoch.epoch + 1, "loss": epoch.loss, "accuracy": epoch.accuracy}
    if epoch.val_accuracy is None:
        return _("Epoch {epoch}: training loss {loss:.4f}, accuracy {accuracy:.1%}", **values)
    return _(
        "Epoch {epoch}: training loss {loss:.4f}, accuracy {accuracy:.1%}; validation accuracy {validation:.1%}",
        validation=epoch.val_accuracy,
        **values,
    )


def _outcome(run: Run, state: RunState, out: Out) -> int:
    """Say what came of it; raises the failure of the run."""
    if end := state.failure:
        raise RunError(end.what, expected=end.expected, received=end.received, todo=end.todo)
    if state.status == "interrupted":
        todo = Text("Resume it on its page: {address}", address=ADDRESS.format(run=run.id))
        raise RunError(Text("The run was interrupted"), received=run.id, todo=todo)
    out.answer(facts(run, state), _outcome_words(run, state))
    return OK if state.status == "finished" else STOPPED


def _outcome_words(run: Run, state: RunState) -> str:
    if state.tested is None:
        return _("Stopped before it had begun.")
    count = sum(map(sum, state.tested.confusion))
    tested = _(
        "It predicts {accuracy:.1%} of {count:,} test images correctly.", accuracy=state.tested.accuracy, count=count
    )
    return "\n".join(filter(None, [ended_early(state), tested, in_the_app(ADDRESS.format(run=run.id))]))


def facts(run: Run, state: RunState) -> dict[str, Any]:
    """A run and what came of it, for scripts: accuracies are fractions of 1, times are seconds."""
    last, tested = state.epochs_done[-1] if state.epochs_done else None, state.tested
    return {
        "run": run.id,
        "name": run.name,
        "status": state.status,
        "address": ADDRESS.format(run=run.id),
        "network": run.network.name,
        "parameters": trace(run.network).totals.parameters,
        "data": run.dataset,
        "epochs": len(state.epochs_done),
        "seconds": state.seconds,
        "loss": last and last.loss,
        "accuracy": last and last.accuracy,
        "val_loss": last and last.val_loss,
        "val_accuracy": last and last.val_accuracy,
        "test_loss": tested and tested.loss,
        "test_accuracy": tested and tested.accuracy,
    }
