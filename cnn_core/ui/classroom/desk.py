"""The teacher's desk above the board: what the class is to do, its link, its lesson step by step, and its end."""

from functools import partial
from urllib.parse import urljoin

import streamlit as st

from cnn_core.errors import RightsError
from cnn_core.exchange.archive import archive
from cnn_core.language import Text, _, _n
from cnn_core.runs.classroom import Plan
from cnn_core.ui.classroom.board import standing
from cnn_core.ui.classroom.setup import forget_rows, plan_form
from cnn_core.ui.components.share.component import copy_box
from cnn_core.ui.kit import services, session, share, who
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.menu import page_titles


def teachers_desk() -> None:
    """For the teacher; on a server without a class, for whoever is there."""
    if services.fault() or not who.leads():
        return
    plan = services.store().classroom.plan()
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Set the task"), icon=":material/flag:", key="desk-set"):
            st.dialog(_("What is to be done"), width="large", icon=":material/flag:")(_set)()
        if who.class_here():
            if st.button(_("Class link"), icon=":material/qr_code_2:", key="desk-link"):
                st.dialog(_("Join the class"), icon=":material/qr_code_2:")(_link)(plan)
            _steps(plan)
            st.toggle(
                _("Hide names"),
                plan.names_hidden,
                key=f"desk-names-{plan.names_hidden}",
                on_change=_put,
                args=(plan.model_copy(update={"names_hidden": not plan.names_hidden}),),
            )
            if st.button(_("Clear the class"), icon=":material/delete_sweep:", type="tertiary", key="desk-clear"):
                st.dialog(_("Clear the class"), icon=":material/delete_sweep:")(_clear)()


def _steps(plan: Plan) -> None:
    """Lead everybody to the next step, or back."""
    if not plan.steps:
        return
    back, on = plan.moved(-1), plan.moved(1)
    st.button(
        _("Back"), icon=":material/chevron_left:", key="desk-back", disabled=back == plan, on_click=_put, args=(back,)
    )
    place = _("Step {n} of {all}", n=(plan.at or 0) + 1, all=len(plan.steps))
    st.markdown(place if plan.step else _("Not begun"), width="content")
    st.button(
        _("Next"), icon=":material/chevron_right:", key="desk-next", disabled=on == plan, on_click=_put, args=(on,)
    )


def _put(plan: Plan) -> None:
    with errors_told(tell=st.toast):
        check_leads()
        services.store().classroom.put(plan)


def check_leads() -> None:
    """Raises RightsError for everybody but the teacher of a class."""
    if not who.leads():
        raise RightsError(Text("Only the teacher sets what the class does"))


def _set() -> None:
    plan = plan_form(services.store().classroom.plan())
    if st.button(_("Save"), type="primary", icon=":material/check:", key="desk-save"):
        with errors_told():
            check_leads()
            services.store().classroom.put(plan)
            forget_rows()
            st.rerun()


def class_link(plan: Plan) -> str:
    """Where a class begins: at the first step of the lesson, or else at Home. All else waits for them on the server."""
    first = plan.steps[0].page if plan.steps else "home"
    return urljoin(session.address(), "./" if first == "home" else first)


def _link(plan: Plan) -> None:
    link = class_link(plan)
    copy_box(link)
    if share.only_here(link):
        told = _("Only this computer can open the link: other devices need this computer's address in the network.")
        st.warning(told, icon=":material/computer:")
    if code := share.qr_code(link):
        share.show_code(code, share.WIDEST)
    title = page_titles()[plan.steps[0].page] if plan.steps else _("Home")
    st.caption(
        _("It opens {page}. Task, data and limits come by themselves, now and when you change them.", page=title)
    )


def _clear() -> None:
    if not who.leads():
        return
    runs = services.store().lists.count(duels=True)
    people = len(services.store().people.names())
    told = _n("{n} run", "{n} runs", runs), _n("{n} person", "{n} people", people)
    st.markdown(
        _(
            "This ends what trains, and deletes **{runs}**, all duels and the data sets of **{people}** for good. "
            "Everybody is asked for a name anew. The task stays.",
            runs=told[0],
            people=told[1],
        )
    )
    # Made when it is asked for, which is beside any visitor's session: so it is only offered to who may have it.
    everything = partial(archive, services.store(), services.catalogue())
    label = _("Download everything first")
    st.download_button(label, everything, "class.zip", icon=":material/download:", key="desk-archive")
    if st.button(_("Clear it now"), type="primary", icon=":material/delete_sweep:", key="desk-clear-now"):
        with errors_told(), st.spinner(_("Ending what trains…")):
            check_leads()
            if left := services.studio().clear_class():
                st.warning(
                    _n(
                        "{n} run has not ended yet. Clear once more.",
                        "{n} runs have not ended yet. Clear once more.",
                        left,
                    )
                )
            else:
                standing.cache_clear()  # nobody sees for a moment longer what is gone
                st.rerun()
