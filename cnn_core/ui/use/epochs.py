"""The time machine: a run's images, filters, mistakes and its network at work, as they were after any of its epochs."""

from contextlib import suppress
from typing import NamedTuple

import numpy as np
import streamlit as st

from cnn_core.data.watched import watched
from cnn_core.engine.job import Job
from cnn_core.engine.work.past import Confusions
from cnn_core.errors import RunError
from cnn_core.exchange.past import Past, read_past
from cnn_core.exchange.weights import Weights, read_checkpoint
from cnn_core.figures.confusion import describe_confusion
from cnn_core.language import _
from cnn_core.runs.past import file_name, kept_epochs
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.ui import pages
from cnn_core.ui.components.learning.component import Watched
from cnn_core.ui.components.timeline.component import Moment, timeline
from cnn_core.ui.kit import jobs, services
from cnn_core.ui.kit.at_work import network_at_work
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.use.subject import Subject

_MATRICES: Slot[np.ndarray | None] = Slot("inside.matrices", None)
"""Of each run, what it mixed up after each epoch; None while that is not known."""
_BEGUN: Slot[bool] = Slot("inside.matrices-begun", default=False)


class Kept(NamedTuple):
    """A run whose past is kept: after which epochs."""

    run: Run
    state: RunState
    epochs: tuple[int, ...]


def epochs_board(subject: Subject) -> None:
    """The slider with all that it turns back, and the network at work below it."""
    with errors_told():
        kept = _kept(subject)
        if kept:
            _matrices(subject, kept)
            _turn(subject, kept)


def _kept(subject: Subject) -> Kept | None:
    """None, and the reason on the page, for a network whose past is not known."""
    with suppress(RunError):  # a ready-made model is no run
        run, store = services.store().run(subject.model.key), services.store()
        epochs = tuple(kept_epochs(store.file_sizes(run.id)))
        if len(epochs) > 1:
            return Kept(run, store.state(run.id), epochs)
    st.info(
        _("Of this network only the end is kept. Train one here, and each of its epochs stays."),
        icon=":material/history:",
    )
    st.page_link(pages.LIVE, label=_("Training"), icon=":material/model_training:")
    return None


def _matrices(subject: Subject, kept: Kept) -> None:
    """Have a worker read the images again, once; the page goes on meanwhile."""
    name = f"{kept.run.id}-{kept.epochs[-1]}"
    if _MATRICES.of(name).get() is not None:
        return
    key, begun = f"inside-matrices-{name}", _BEGUN.of(name)
    if not begun.get():
        begun.put(True)
        jobs.start(key, lambda: _begin(subject, kept))
    found = jobs.offer(key, _("Read the images again"), lambda: _begin(subject, kept), _reading)
    if found is not None:
        _MATRICES.of(name).put(found)
        st.rerun()  # without the button


def _begin(subject: Subject, kept: Kept) -> Job:
    contents = _contents(kept.run.id, kept.epochs)
    return services.engine().begin(Confusions(kept.run.network, kept.run.recipe, subject.data_key, contents))


def _reading(fraction: float) -> str:
    return _("Reading the images kept aside after each epoch: {fraction:.0%}", fraction=fraction)


def _contents(run_id: str, epochs: tuple[int, ...]) -> tuple[bytes, ...]:
    return tuple(services.store().load_file(run_id, file_name(one)) or b"" for one in epochs)


@st.cache_resource(show_spinner=False, max_entries=8)
def _past(run_id: str, epochs: tuple[int, ...], _run: Run) -> Past:
    return read_past(_contents(run_id, epochs), _run.network.opened(), _run.recipe.pixels)


@st.cache_resource(show_spinner=False, max_entries=4)  # up to 50 MB each
def _weights(run_id: str, epochs: int, _run: Run) -> Weights:
    (content,) = _contents(run_id, (epochs,))
    return read_checkpoint(content, _run.network.opened(), _run.recipe.pixels)


@st.fragment
def _turn(subject: Subject, kept: Kept) -> None:
    """Only this runs again while the slider moves."""
    with errors_told():
        run, last = kept.run, len(kept.epochs) - 1
        past = _past(run.id, kept.epochs, run)
        counts = _MATRICES.of(f"{run.id}-{kept.epochs[last]}").get()
        first = asked("epoch", kept.epochs[last], kept.epochs)
        place = timeline(
            _moments(subject, kept, past, counts),
            _watched(subject, run),
            past.filters,
            counts,
            subject.data.class_names,
            place=kept.epochs.index(first),
            key=f"inside-epochs-{run.id}",
        )
        carry(epoch=kept.epochs[place])
        network_at_work(
            run.network,
            _weights(run.id, kept.epochs[place], run),
            key=f"inside-past-{run.id}",
            place="past",
            class_names=subject.data.class_names,
            image=subject.image,
            selected=subject.report.index,
            small=True,
        )


def _before(run: Run) -> str:
    if run.recipe.start:
        return _("Before the training: the weights that it took over, and random ones.")
    return _("Before the training the weights are random.")


def _watched(subject: Subject, run: Run) -> Watched | None:
    places = watched(subject.data.y_train, run.recipe)
    return Watched(subject.data.x_train[places], subject.data.y_train[places].tolist(), ()) if len(places) else None


def _moments(subject: Subject, kept: Kept, past: Past, counts: np.ndarray | None) -> list[Moment]:
    ended = {event.epoch + 1: event for event in kept.state.epochs_done}
    moments = []
    for place, epochs in enumerate(kept.epochs):
        event = ended.get(epochs)
        told = [] if epochs else [_before(kept.run)]
        if event and event.val_accuracy is not None:
            told.append(_("Validation accuracy {accuracy:.1%}.", accuracy=event.val_accuracy))
        if place and past.filters is not None:
            far, step = past.far[place], past.step[place]
            told.append(
                _(
                    "The first filters have changed by {far:.0%} of their length since the start, "
                    "by {step:.0%} since the epoch before.",
                    far=far,
                    step=step,
                )
            )
        name = _("Epoch {number} of {last}", number=epochs, last=kept.epochs[-1])
        mixed = "" if counts is None else describe_confusion(counts[place], subject.data.class_names, 1)
        moments.append(Moment(name, " ".join(told), event.watched if event else (), mixed))
    return moments
