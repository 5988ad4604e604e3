"""One run, live: what it does now, its curves, and how to stop or resume it."""

from collections.abc import Callable, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from cnn_core.design.naming import network_title
from cnn_core.figures.curves import Curve, curves_figure, describe_curves, loss_title
from cnn_core.figures.template import STILL, percent
from cnn_core.language import _, _n
from cnn_core.runs.events import Started, Tested
from cnn_core.runs.run import Run
from cnn_core.runs.state import RunState
from cnn_core.runs.summary import Summary
from cnn_core.ui import pages
from cnn_core.ui.kit import pace, rules, services, who, wording
from cnn_core.ui.kit.errors import errors_told, show_error
from cnn_core.ui.kit.heading import stop_button, title_with_status
from cnn_core.ui.train.brought import about_brought_in
from cnn_core.ui.train.estimate import waiting_text
from cnn_core.ui.train.learning import what_it_learns
from cnn_core.ui.train.living import run_network
from cnn_core.ui.train.machine import machine
from cnn_core.ui.use.models import WITH_DIGITS

CURVES_HEIGHT = 300  # pixels
METRIC = 140  # pixels: five in a row beside the sidebar, two on a phone
CAPTION_HEIGHT = 38  # pixels, of the line below the curves
REFRESH = 0.5  # seconds between two looks at a run
WAITING = 1.0  # the same while it waits behind others
FIRST = 0.2  # the same while its first point is awaited and can come at any moment


def run_panel(run: Run, while_waiting: Callable[[Run], None]) -> None:
    """Show the run and, while it goes on, what is new. When its state changes, the whole page runs again.

    Args:
        while_waiting: shows something else to look at, as long as other runs come first.
    """
    state = services.store().state(run.id)
    _header(run, state)
    if state.saved:
        _outcome(run, state.tested)
    waits = services.ahead(run.id, state) > 0
    every = pace.every(WAITING if waits else REFRESH) if state.active else None
    with st.container():  # a fragment that grows must not write over what follows it
        st.fragment(_panel, run_every=every)(run, _stage(state), while_waiting)
    if state.active and not state.loss.x and not waits:
        st.fragment(_await_first, run_every=FIRST)(run.id)


def _outcome(run: Run, tested: Tested | None) -> None:
    """What came of it, in a sentence, and what to do with it now."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_result(tested), width="content")
        label = _("Draw a digit for it") if run.dataset in WITH_DIGITS else _("Show it an image")
        if st.button(label, type="primary", icon=":material/draw:", key="run-use"):
            st.switch_page(pages.DRAW, query_params={"model": run.id})


def _result(tested: Tested | None) -> str:
    if tested is None:
        return _("It was not tested: no data set here was named that it is for.")
    facts = {"accuracy": tested.accuracy, "count": sum(map(sum, tested.confusion))}
    return _("It predicts **{accuracy:.1%}** of {count:,} test images correctly.", **facts)


def _await_first(run_id: str) -> None:
    """Look for the first point more often than the panel does: to draw its charts costs the browser most of a core."""
    if services.store().state(run_id).loss.x:
        st.rerun()


def _stage(state: RunState) -> tuple[str, bool]:
    """What of a run the whole page depends on."""
    return state.status, state.stop_requested


def _panel(run: Run, stage: tuple[str, bool], while_waiting: Callable[[Run], None]) -> None:
    state = services.store().state(run.id)
    if _stage(state) != stage:
        st.rerun()
    if state.message:
        show_error(state.message)
    if trouble := services.engine().queue.trouble:
        told = _("{trouble} Nothing is lost: it is tried again every second.", trouble=trouble)
        st.warning(wording.literal(told), icon=":material/hard_drive:")
    if state.status == "interrupted":
        st.warning(_interruption(len(state.epochs_done)), icon=":material/power_off:")
    if state.active:
        st.progress(state.progress, waiting_text(run.id, state))
    if why := wording.ended_early(state):
        st.info(why, icon=":material/flag:")
    if state.brought_in:
        about_brought_in(run, state.brought_in)
    elif services.ahead(run.id, state):
        while_waiting(run)
    else:
        numbers_and_curves(run, state)
    what_it_learns(run, state)
    run_network(run, state)


def _interruption(epochs: int) -> str:
    if not epochs:
        return _("The server ended during this run, before its first epoch was over. It will start from the beginning.")
    return _n(
        "The server ended during this run. What the network learned in {n} epoch is kept.",
        "The server ended during this run. What the network learned in {n} epochs is kept.",
        epochs,
    )


def _header(run: Run, state: RunState) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        title_with_status(run.name, wording.BROUGHT_IN if state.brought_in else state.status)
        _stop_or_resume(run, state, st.empty())
    network = wording.literal(network_title(run.network))
    data = wording.literal(services.dataset_title(run.dataset))
    if state.brought_in:
        st.caption(_("{network} for {data}", network=network, data=data) if run.dataset else network)
    else:
        recipe = wording.recipe_words(run.recipe)
        st.caption(_("{network} on {data}: {recipe}", network=network, data=data, recipe=recipe))


def _stop_or_resume(run: Run, state: RunState, place: DeltaGenerator) -> None:
    """The button; in one place, which changes at once with the badge: one that is left out stays until all has run."""
    if state.active:
        with place:
            stop_button("run-stop", _stop, run.id, stopping=state.stop_requested, kind="run", thing=run.id)
    elif state.status in ("interrupted", "failed") and who.may("run", run.id):
        place.button(
            _("Resume"),
            icon=":material/resume:",
            type="primary" if state.status == "interrupted" else "secondary",  # what failed may fail again
            key="run-resume",
            on_click=_resume,
            args=(run,),
        )


def _stop(run_id: str) -> None:
    with errors_told(tell=st.toast):
        who.check("run", run_id)
        services.engine().queue.stop(run_id)


def _resume(run: Run) -> None:
    with errors_told(tell=st.toast):
        who.check("run", run.id)
        rules.check_runs([(run.network, run.recipe)])
        services.engine().queue.put(run, rules.limits().minutes)
        rules.begun([run.id])


def numbers_and_curves(run: Run, state: RunState, key: str = "run") -> None:
    """How well it learns: the last numbers, and the curves so far. `key` sets its charts apart from another run's."""
    _numbers(state)
    if state.active and not state.loss.x:
        _no_curves_yet()
    else:
        _curves(run, state, key)


def _numbers(state: RunState) -> None:
    """The last value of each curve, and the speed. Validation has the last whole epoch's."""
    show_metrics(
        {
            _("Training loss"): _last(state.loss.y, "{:.4f}".format),
            _("Training accuracy"): _last(state.accuracy.y, percent),
            _("Validation loss"): _last(state.val_loss.y, "{:.4f}".format),
            _("Validation accuracy"): _last(state.val_accuracy.y, percent),
            _("Images per second"): f"{state.images_per_second:,.0f}" if state.images_per_second else "–",
        }
    )


def show_metrics(values: Mapping[str, str]) -> None:
    """A row of numbers with their names; as many rows as it takes on a phone."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for name, value in values.items():
            st.metric(name, value, width=METRIC)


def _last(values: tuple[float, ...], show: Callable[[float], str]) -> str:
    return show(values[-1]) if values else "–"


def run_curves(state: RunState) -> tuple[list[Curve], list[Curve]]:
    """The loss curves and the accuracy curves of a run."""
    loss = [Curve(_("Training"), state.loss.x, state.loss.y, "train")]
    accuracy = [Curve(_("Training"), state.accuracy.x, state.accuracy.y, "train")]
    if state.started_now is None or state.started_now.validation_images:
        loss.append(Curve(_("Validation"), state.val_loss.x, state.val_loss.y, "validation"))
        accuracy.append(Curve(_("Validation"), state.val_accuracy.x, state.val_accuracy.y, "validation"))
    return loss, accuracy


def shown_epochs(run: Run | Summary, state: RunState) -> float:
    """Where the axis of a run's curves ends: at the plan, or where the run has ended."""
    reached = [*state.loss.x[-1:], *state.val_loss.x[-1:]]
    return run.recipe.epochs if run.recipe and (state.active or not reached) else max(reached, default=1)


def _no_curves_yet() -> None:
    """The place of the curves. To draw empty ones would keep the browser from drawing the first point."""
    with st.container(height=CURVES_HEIGHT + CAPTION_HEIGHT, border=False, vertical_alignment="center"):
        st.caption(_("The curves begin with the first batches."), text_alignment="center")


def _curves(run: Run, state: RunState, key: str) -> None:
    loss, accuracy = run_curves(state)
    epochs = shown_epochs(run, state)
    left, right = st.columns(2)
    title = loss_title([run.recipe.loss])
    with left:
        show_curves(loss, title, epochs, f"{key}-loss")
    with right:
        show_curves(accuracy, _("Accuracy"), epochs, f"{key}-accuracy", share=True)
    if start := state.started_now:
        told = [machine(state), str(start.device), str(start.choices), _images(start), _time(state)]
        st.caption(" · ".join(filter(None, told)))


def _images(start: Started) -> str:
    return _(
        "{training:,} training and {validation:,} validation images",
        training=start.train_images,
        validation=start.validation_images,
    )


def _time(state: RunState) -> str:
    time = wording.duration(state.seconds)
    return _("{time} so far", time=time) if state.active else time


def show_curves(curves: list[Curve], title: str, epochs: float, key: str, *, share: bool = False) -> None:
    """A chart of curves with its text alternative."""
    st.plotly_chart(
        curves_figure(curves, title, epochs=epochs, share=share, height=CURVES_HEIGHT),
        key=key,
        config=STILL,
        alt=describe_curves(curves, title, share=share),
    )
