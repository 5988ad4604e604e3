"""One duel, live: how far it is, both sides on the same charts, and how to stop or resume it."""

import math

import streamlit as st

from cnn_core.compare import duel as duels
from cnn_core.compare.duel import Progress
from cnn_core.compare.gather import live_curves
from cnn_core.compare.plan import Duel
from cnn_core.design.naming import network_title
from cnn_core.errors import RunError
from cnn_core.figures.curves import Curve, Split, loss_title
from cnn_core.figures.duel import duel_curves, side_colours
from cnn_core.language import _, _n
from cnn_core.ui.kit import pace, rules, services, session, who, wording
from cnn_core.ui.kit.errors import errors_told, show_error
from cnn_core.ui.kit.heading import stop_button, title_with_status
from cnn_core.ui.train.panel import show_curves

REFRESH = 1.0  # seconds between two looks at a duel: it takes minutes


def linked_duel() -> Duel | None:
    """The duel that the page's address names (?duel=id); None without one, or when it is gone, which is then said."""
    duel_id = session.link("duel")
    if not duel_id:
        return None
    duel = None
    with errors_told(":material/link_off:", kind=RunError):
        duel = duels.load(services.store(), duel_id)
    return duel


def duel_panel(duel: Duel, *, curves: bool) -> None:
    """Show the duel and, while it goes on, what is new. The whole page runs again when there is more to report.

    Args:
        curves: whether the live charts are shown; the report has its own.
    """
    stage = _stage(duels.progress(duel, services.store()))
    with st.container():  # a fragment that grows must not write over what follows it
        st.fragment(_panel, run_every=pace.every(REFRESH) if stage[0] else None)(duel, stage, curves)


def duel_actions(duel: Duel) -> None:
    """A way to forget a duel that has ended."""
    if duels.progress(duel, services.store()).active:
        return
    with st.popover(_("Delete"), icon=":material/delete:", key="duel-delete-menu"):
        st.write(_("Delete this duel for good? Its runs stay in the list of runs."))
        st.button(_("Delete it"), on_click=_delete, args=(duel,), key="duel-delete")


def _stage(now: Progress) -> tuple[bool, int]:
    """What the page outside of the panel depends on: whether it goes on, and how many experiments are done."""
    return now.active, 0 if now.main_active else now.done


def _panel(duel: Duel, stage: tuple[bool, int], curves: bool) -> None:
    now = duels.progress(duel, services.store())
    if _stage(now) != stage:
        st.rerun()
    _header(duel, now)
    for message in now.failed:
        show_error(message)
    if now.resumable and not now.active and not now.failed:
        st.warning(_("The server ended during this duel. What was learned is kept."), icon=":material/power_off:")
    if now.cut_short:
        told = _n(
            "{n} training was ended by this server's limit of minutes, and had not learned all that it could.",
            "{n} trainings were ended by this server's limit of minutes, and had not learned all that they could.",
            now.cut_short,
        )
        st.info(told, icon=":material/flag:")
    if now.active:
        st.progress(now.fraction, _place(now))
    if curves:
        _curves(duel)


def _header(duel: Duel, now: Progress) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        title_with_status(duel.plan.title, _status(now))
        if now.active:
            stop_button("duel-stop", _stop, duel, stopping=now.stopping, kind="duel", thing=duel.id)
        elif now.resumable and who.may("duel", duel.id):
            st.button(
                _("Resume"), icon=":material/resume:", type="primary", key="duel-resume", on_click=_resume, args=(duel,)
            )


def _status(now: Progress) -> str:
    if now.active:
        return "training"
    if now.failed:
        return "failed"
    return "interrupted" if now.resumable else "stopped" if now.stopping else "finished"


def _place(now: Progress) -> str:
    """How far the duel is, in words."""
    parts = [
        _("{done} of {total} trainings done", done=now.done, total=now.total),
        _("now: {training}", training=wording.literal(str(now.current))),
    ]
    if now.seconds_left is not None:
        parts.append(_("{time} left", time=wording.duration(now.seconds_left)))
    return " · ".join(parts)


def _curves(duel: Duel) -> None:
    """Accuracy and loss of all main trainings so far."""
    reached = live_curves(duel, services.store())
    left, right = st.columns(2)
    with left:
        _chart(duel, reached, "accuracy", _("Accuracy"), share=True)
    with right:
        _chart(duel, reached, "loss", loss_title(recipe.loss for recipe in duel.plan.recipes))


def _chart(duel: Duel, reached: dict, measure: str, title: str, *, share: bool = False) -> None:
    networks = duel.plan.networks
    names = [network_title(network) for network in networks]
    colours = side_colours((networks[0].family, networks[1].family))
    lines: tuple[tuple[str, Split], ...] = ((measure, "train"), (f"val_{measure}", "validation"))
    curves = [curve for name, split in lines for curve in duel_curves(reached[name], names, colours, split)]
    show_curves(curves, title, _epochs(duel, curves), f"duel-{measure}", share=share)


def _epochs(duel: Duel, curves: list[Curve]) -> float:
    """The end of the horizontal axis: the plan's, or, where the clock ends the training, what is reached by now."""
    if not any(recipe.time_limit for recipe in duel.plan.recipes):
        return max(recipe.epochs for recipe in duel.plan.recipes)
    return math.ceil(max((x for curve in curves for x in curve.x), default=1))


def _stop(duel: Duel) -> None:
    with errors_told(tell=st.toast):
        _check(duel)
        duels.stop(duel, services.store(), services.engine())


def _resume(duel: Duel) -> None:
    with errors_told(tell=st.toast):
        _check(duel)
        undone = duels.undone(duel, services.store())
        rules.check_runs(duels.asked(duel.plan, [training for training, _run_id in undone]))
        duels.resume(duel, services.store(), services.engine(), rules.limits().minutes)
        rules.begun([run_id for _training, run_id in undone])


def _check(duel: Duel) -> None:
    """It and its runs: they may be of others, who had trained them before."""
    who.check("duel", duel.id)
    for run_id in duel.runs:
        who.check("run", run_id)


def _delete(duel: Duel) -> None:
    with errors_told(tell=st.toast):
        who.check("duel", duel.id)
        duels.delete(duel, services.store())
        session.set_link("duel", None)
