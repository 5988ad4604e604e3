"""The choices before a duel: two designs on the same terms, or two finished runs, or a duel to repeat."""

import streamlit as st

from cnn_core.compare import duel as duels
from cnn_core.compare.export import read_config
from cnn_core.figures.template import percent
from cnn_core.language import _
from cnn_core.runs.summary import Summary
from cnn_core.ui import pages
from cnn_core.ui.compare.designs import choose_designs
from cnn_core.ui.compare.start import open_duel, start_button
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.sharing import asked, carry
from cnn_core.ui.kit.upload_box import files_taken, no_files

RECENT = 5
WAYS = "designs", "runs"
MOST = 200  # runs to choose from


def duel_setup() -> None:
    """Show the choices, say what they amount to, and start the duel."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        way = st.segmented_control(
            _("What competes"),
            WAYS,
            default=asked("way", WAYS[0], WAYS),
            required=True,
            format_func=lambda key: _("Two designs") if key == "designs" else _("Two finished runs"),
            key="duel-way",
            label_visibility="collapsed",
        )
        carry(way=way)
        _repeat()
    if way == "designs":
        choose_designs()
    else:
        _runs()


def recent_duels() -> None:
    """The last duels of this server, each with its link; nothing when there are none."""
    past = duels.recent(services.store(), RECENT)
    if not past:
        return
    st.subheader(_("Recent duels"), anchor=False)
    for duel in past:
        if duel is None:
            st.caption(_("A duel that was stored by another version of CNN Studio cannot be read."))
            continue
        label = f"{wording.literal(duel.plan.title)} · {wording.day_and_time(duel.created)}"
        st.page_link(pages.DUEL, label=label, icon=":material/swords:", query_params={"duel": duel.id})


def _runs() -> None:
    """Two boxes of finished runs, the second one with those on the same data as the first."""
    runs = _finished_runs()
    if len(runs) < 2:
        st.info(_("Two finished runs are needed. Train two networks on the same data first."), icon=":material/inbox:")
        st.page_link(pages.LIVE, label=_("Go to training"), icon=":material/monitoring:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        first = _choose_run("first", _("First run"), runs)
    with right:
        others = [run for run in runs if first and run != first and run.dataset == first.dataset]
        second = _choose_run("second", _("Second run"), others)
    if second is None:
        st.info(_("No other finished run used the same data. Train one, or choose another first run."))
    else:
        st.caption(_("The runs are compared as they were trained. The report says what differs besides the networks."))
    label, stuck = _("Compare them"), second is None
    if (
        st.button(label, type="primary", icon=":material/swords:", disabled=stuck, key="duel-compare")
        and first
        and second
    ):
        store = services.store()
        open_duel(lambda: duels.of_runs(store.run(first.id), store.run(second.id), store), trains=False)


def _finished_runs() -> list[Summary]:
    """The newest that were trained here to their end, without the many trainings of duels."""
    return [run for run in services.store().lists.trained(MOST) if not run.brought_in]


def _choose_run(side: str, label: str, runs: list[Summary]) -> Summary | None:
    by_id, datasets = {run.id: run for run in runs}, services.dataset_titles()
    titles = {run.id: _run_title(run, datasets.get(run.dataset, run.dataset)) for run in runs}
    ids = list(by_id)
    first = ids.index(asked(f"{side}-run", ids[0], ids)) if ids else 0
    chosen = st.selectbox(
        label, ids, first, format_func=lambda run_id: titles.get(run_id, run_id), key=f"duel-{side}-run"
    )
    carry(**{f"{side}-run": chosen})
    return by_id.get(chosen) if chosen else None


def _run_title(run: Summary, data: str) -> str:
    accuracy = "–" if run.test_accuracy is None else percent(run.test_accuracy)
    return f"{run.name} · {accuracy} · {wording.day_and_time(run.created)} · {data}"


def _repeat() -> None:
    """Open a configuration that was saved from a duel, and start that duel again."""
    with st.popover(_("Repeat a saved duel"), icon=":material/replay:", key="duel-repeat-menu"):
        if not files_taken():
            no_files()
            return
        file = st.file_uploader(_("The configuration that was saved from its report"), "json", key="duel-config")
        if file is None:
            return
        with errors_told():
            plan = read_config(file.getvalue())
            title, data = plan.title, services.dataset_title(plan.dataset)
            st.markdown(_("**{title}** on {data}", title=wording.literal(title), data=wording.literal(data)))
            start_button(plan, _("Repeat it exactly"), "duel-repeat")
