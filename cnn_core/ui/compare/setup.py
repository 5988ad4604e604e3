"""The choices before a duel: two designs on the same terms, or two finished runs, or a duel to repeat."""

import streamlit as st

from cnn_core.compare import duel as duels
from cnn_core.compare.export import read_config
from cnn_core.errors import StudioError
from cnn_core.figures.template import percent
from cnn_core.runs.summary import Summary
from cnn_core.ui import pages
from cnn_core.ui.compare.designs import choose_designs
from cnn_core.ui.compare.start import open_duel, start_button
from cnn_core.ui.kit import services, wording
from cnn_core.ui.kit.errors import show_error

DESIGNS, RUNS = "Two designs", "Two finished runs"
RECENT = 5
MOST = 200  # runs to choose from


def duel_setup() -> None:
    """Show the choices, say what they amount to, and start the duel."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        way = st.segmented_control(
            "What competes",
            [DESIGNS, RUNS],
            default=DESIGNS,
            required=True,
            key="duel-way",
            label_visibility="collapsed",
        )
        _repeat()
    if way == DESIGNS:
        choose_designs()
    else:
        _runs()


def recent_duels() -> None:
    """The last duels of this server, each with its link; nothing when there are none."""
    past = duels.recent(services.store(), RECENT)
    if not past:
        return
    st.subheader("Recent duels", anchor=False)
    for duel in past:
        if duel is None:
            st.caption("A duel that was stored by another version of CNN Studio cannot be read.")
            continue
        label = f"{wording.literal(duel.plan.title)} · {wording.day_and_time(duel.created)}"
        st.page_link(pages.DUEL, label=label, icon=":material/swords:", query_params={"duel": duel.id})


def _runs() -> None:
    """Two boxes of finished runs, the second one with those on the same data as the first."""
    runs = _finished_runs()
    if len(runs) < 2:
        st.info("Two finished runs are needed. Train two networks on the same data first.", icon=":material/inbox:")
        st.page_link(pages.LIVE, label="Go to training", icon=":material/monitoring:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        first = _choose_run("First run", runs)
    with right:
        second = _choose_run("Second run", [run for run in runs if run != first and run.dataset == first.dataset])
    if second is None:
        st.info("No other finished run is on the same data. Train one, or choose another first run.")
    else:
        st.caption("Compared as they were trained; the report says where that was not on the same terms.")
    if st.button("Compare them", type="primary", icon=":material/swords:", disabled=second is None, key="duel-compare"):
        store = services.store()
        open_duel(lambda: duels.of_runs(store.run(first.id), store.run(second.id), store))


def _finished_runs() -> list[Summary]:
    """The newest that are done, without the many trainings of duels."""
    return services.store().lists.trained(MOST)


def _choose_run(label: str, runs: list[Summary]) -> Summary | None:
    by_id, datasets = {run.id: run for run in runs}, services.dataset_titles()
    titles = {run.id: _run_title(run, datasets.get(run.dataset, run.dataset)) for run in runs}
    chosen = st.selectbox(label, list(by_id), format_func=titles.get, key=f"duel-{label}")
    return by_id.get(chosen)


def _run_title(run: Summary, data: str) -> str:
    return f"{run.name} · {percent(run.test_accuracy)} · {wording.day_and_time(run.created)} · {data}"


def _repeat() -> None:
    """Open a configuration that was saved from a duel, and start that duel again."""
    with st.popover("Repeat a saved duel", icon=":material/replay:"):
        file = st.file_uploader("The configuration that was saved from its report", "json", key="duel-config")
        if file is None:
            return
        try:
            plan = read_config(file.getvalue())
        except StudioError as error:
            show_error(error)
            return
        st.markdown(f"**{wording.literal(plan.title)}** on {wording.literal(services.dataset_title(plan.dataset))}")
        start_button(plan, "Repeat it exactly", "duel-repeat")
