"""One run, live: what it does now, its curves, and how to stop or resume it."""

from collections.abc import Mapping

import streamlit as st

from cnn_core.errors import StudioError
from cnn_core.figures.curves import Curve, curves_figure, describe_curves, loss_title
from cnn_core.figures.template import STILL, percent
from cnn_core.runs.events import RunState
from cnn_core.runs.run import Run
from cnn_core.runs.summary import Summary
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import show_error

CURVES_HEIGHT = 300  # pixels
METRIC = 140  # pixels: five in a row beside the sidebar, two on a phone
CAPTION_HEIGHT = 38  # pixels, of the line below the curves
REFRESH = 0.5  # seconds between two looks at a run
FIRST = 0.2  # the same while its first point is awaited and can come at any moment


def run_panel(run: Run) -> None:
    """Show the run and, while it goes on, what is new. When its state changes, the whole page runs again."""
    state = services.store().state(run.id)
    _header(run, state)
    with st.container():  # a fragment that grows must not write over what follows it
        st.fragment(_panel, run_every=REFRESH if state.active else None)(run, _stage(state))
    if state.active and not state.loss.x and not services.engine().queue.position(run.id):
        st.fragment(_await_first, run_every=FIRST)(run.id)


def _await_first(run_id: str) -> None:
    """Look for the first point more often than the panel does: to draw its charts costs the browser most of a core."""
    if services.store().state(run_id).loss.x:
        st.rerun()


def _stage(state: RunState) -> tuple[str, bool]:
    """What of a run the whole page depends on."""
    return state.status, state.stop_requested


def _panel(run: Run, stage: tuple[str, bool]) -> None:
    state = services.store().state(run.id)
    if _stage(state) != stage:
        st.rerun()
    if state.message:
        show_error(state.message)
    if trouble := services.engine().queue.trouble:
        st.warning(
            wording.literal(f"{trouble} Nothing is lost: it is tried again every second."), icon=":material/hard_drive:"
        )
    if state.status == "interrupted":
        learned = f"What it had learned by epoch {len(state.epochs_done)} is kept."
        st.warning(
            "The server ended while this run was under way. "
            + (learned if state.epochs_done else "It had not finished an epoch: it will start from the beginning."),
            icon=":material/power_off:",
        )
    if state.active:
        st.progress(state.progress, _place(run, state))
    if state.reason in wording.ENDED_EARLY:
        st.info(wording.ENDED_EARLY[state.reason], icon=":material/flag:")
    _numbers(state)
    if state.active and not state.loss.x:
        _no_curves_yet()
    else:
        _curves(run, state)


def _header(run: Run, state: RunState) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(wording.literal(run.name), anchor=False, width="content")
        word, icon, colour = wording.STATUS[state.status]
        st.badge(word, icon=icon, color=colour)
        st.space("stretch")
        place = st.empty()  # it changes at once with the badge; a button that is left out stays until all has run
        if state.active:
            place.button(
                "Stopping…" if state.stop_requested else "Stop",
                icon=":material/stop:",
                type="primary",
                disabled=state.stop_requested,
                key="run-stop",
                on_click=services.engine().queue.stop,
                args=(run.id,),
            )
        elif state.status in ("interrupted", "failed"):
            # After a failure the same again may not be what helps.
            kind = "primary" if state.status == "interrupted" else "secondary"
            place.button("Resume", icon=":material/resume:", type=kind, key="run-resume", on_click=_resume, args=(run,))
    data = services.dataset_title(run.dataset)
    st.caption(f"{wording.literal(run.network.name)} on {wording.literal(data)}: {wording.recipe_words(run.recipe)}")


def _resume(run: Run) -> None:
    try:
        services.engine().queue.put(run)
    except StudioError as error:
        show_error(error, tell=st.toast)


def _place(run: Run, state: RunState) -> str:
    ahead = services.engine().queue.position(run.id) if state.status == "queued" else 0
    if ahead:
        return f"Waiting: {ahead} run{'s' if ahead > 1 else ''} before this one"
    return wording.progress_text(state)


def _numbers(state: RunState) -> None:
    """The last value of each curve, and the speed. Validation has the last whole epoch's."""
    show_metrics(
        {
            "Training loss": _last(state.loss.y, "{:.4f}".format),
            "Training accuracy": _last(state.accuracy.y, percent),
            "Validation loss": _last(state.val_loss.y, "{:.4f}".format),
            "Validation accuracy": _last(state.val_accuracy.y, percent),
            "Images per second": f"{state.images_per_second:,.0f}" if state.images_per_second else "–",
        }
    )


def show_metrics(values: Mapping[str, str]) -> None:
    """A row of numbers with their names; as many rows as it takes on a phone."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for name, value in values.items():
            st.metric(name, value, width=METRIC)


def _last(values: tuple[float, ...], show) -> str:
    return show(values[-1]) if values else "–"


def run_curves(state: RunState) -> tuple[list[Curve], list[Curve]]:
    """The loss curves and the accuracy curves of a run."""
    loss = [Curve("Training", state.loss.x, state.loss.y, "train")]
    accuracy = [Curve("Training", state.accuracy.x, state.accuracy.y, "train")]
    if state.started_now is None or state.started_now.validation_images:
        loss.append(Curve("Validation", state.val_loss.x, state.val_loss.y, "validation"))
        accuracy.append(Curve("Validation", state.val_accuracy.x, state.val_accuracy.y, "validation"))
    return loss, accuracy


def shown_epochs(run: Run | Summary, state: RunState) -> float:
    """Where the axis of a run's curves ends: at the plan, or where the run has ended."""
    reached = [*state.loss.x[-1:], *state.val_loss.x[-1:]]
    return run.recipe.epochs if state.active or not reached else max(reached)


def _no_curves_yet() -> None:
    """The place of the curves. To draw empty ones would keep the browser from drawing the first point."""
    with st.container(height=CURVES_HEIGHT + CAPTION_HEIGHT, border=False, vertical_alignment="center"):
        st.caption("The curves begin with the first batches.", text_alignment="center")


def _curves(run: Run, state: RunState) -> None:
    loss, accuracy = run_curves(state)
    epochs = shown_epochs(run, state)
    left, right = st.columns(2)
    title = loss_title([run.recipe.loss])
    with left:
        show_curves(loss, title, epochs, "run-loss")
    with right:
        show_curves(accuracy, "Accuracy", epochs, "run-accuracy", share=True)
    if start := state.started_now:
        st.caption(
            f"{start.device} · {start.choices} · {start.train_images:,} training and {start.validation_images:,} "
            f"validation images · {wording.duration(state.seconds)}{' so far' if state.active else ''}"
        )


def show_curves(curves: list[Curve], title: str, epochs: float, key: str, *, share: bool = False) -> None:
    """A chart of curves with its text alternative."""
    st.plotly_chart(
        curves_figure(curves, title, epochs=epochs, share=share, height=CURVES_HEIGHT),
        key=key,
        config=STILL,
        alt=describe_curves(curves, title, share=share),
    )
