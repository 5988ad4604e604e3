"""All runs as a table: choose one to open, rename or delete it, or several to lay their curves over each other."""

import pandas as pd
import streamlit as st

from cnn_core.design.shapes import trace
from cnn_core.errors import StudioError
from cnn_core.figures.curves import loss_title, overlay
from cnn_core.runs.run import Run
from cnn_core.ui import services, state, wording
from cnn_core.ui.errors import show_error
from cnn_core.ui.run_panel import run_curves, show_curves, shown_epochs

REFRESH = 2.0  # seconds
LIVE_PAGE, RUN_PAGE = "app_pages/train/live.py", "app_pages/train/run.py"


def runs_page() -> None:
    """The table, refreshed while any run is under way, and what can be done with the rows that are chosen."""
    active = any(services.store().state(run.id).active for run in services.store().runs())
    with st.container():
        st.fragment(_content, run_every=REFRESH if active else None)()


def _content() -> None:
    runs = _listed(services.store().runs())
    if not runs:
        others = " besides duels" if services.store().duel_runs() else ""
        st.info(f"Nothing has been trained here yet{others}.", icon=":material/inbox:")
        st.page_link(LIVE_PAGE, label="Train a first network", icon=":material/play_arrow:")
        return
    st.caption("Choose one run to open, rename or delete it; choose several to compare their curves.")
    chosen = _chosen(runs)
    if len(chosen) == 1:
        _actions(chosen[0])
    if chosen:
        _curves(chosen)


def _chosen(runs: list[Run]) -> list[Run]:
    """The table; those of its rows that are ticked.

    Streamlit knows a tick by the number of its row, and a new run moves the rows: then it is a new table, with the
    ticks where their runs are now.
    """
    ids = [run.id for run in runs]
    ticked = state.get("runs.ticked", ())
    event = st.dataframe(
        _rows(runs),
        key=f"runs-table-{hash(tuple(ids))}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(run_id) for run_id in ticked if run_id in ids]}},
        hide_index=True,
        placeholder="–",
        column_config={
            "Test accuracy": st.column_config.NumberColumn(format="%.2f %%"),
            "Validation accuracy": st.column_config.NumberColumn(format="%.2f %%"),
            "Parameters": st.column_config.NumberColumn(format="localized"),
        },
    )
    chosen = [runs[row] for row in event.selection.rows]
    state.put("runs.ticked", tuple(run.id for run in chosen))
    return chosen


def _listed(runs: list[Run]) -> list[Run]:
    """Without the many trainings of duels, unless they are asked for."""
    of_duels = services.store().duel_runs()
    if of_duels and not st.toggle(f"Show the {len(of_duels)} trainings of duels", key="runs-of-duels"):
        return [run for run in runs if run.id not in of_duels]
    return runs


def _rows(runs: list[Run]) -> pd.DataFrame:
    rows = []
    for run in runs:
        now = services.store().state(run.id)
        rows.append(
            {
                "Name": run.name,
                "State": wording.STATUS[now.status][0],
                "Test accuracy": 100 * now.tested.accuracy if now.tested else None,
                "Started": wording.day_and_time(run.created),
                "Time": wording.duration(now.seconds),
                "Parameters": trace(run.network).totals.parameters,
                "Network": run.network.name,
                "Data": services.dataset_title(run.dataset),
                "Recipe": wording.recipe_words(run.recipe),
                "Validation accuracy": 100 * now.val_accuracy.y[-1] if now.val_accuracy.y else None,
            }
        )
    return pd.DataFrame(rows)


def _actions(run: Run) -> None:
    """Open, rename, delete."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Open", type="primary", icon=":material/open_in_new:"):
            st.switch_page(RUN_PAGE, query_params={"run": run.id})
        if st.button("Load into the designer", icon=":material/view_agenda:"):
            state.set_network(run.network)
            state.set_recipe(run.recipe)
            st.switch_page("app_pages/build/designer.py")
        # With keys of the run and its name, they close when they have done their work.
        rename = st.popover("Rename", icon=":material/edit:", key=f"rename-{run.id}-{run.name}")
        with rename.form(f"rename-form-{run.id}", border=False):  # Enter saves too
            st.text_input("New name", run.name, max_chars=80, key=f"studio.name-{run.id}")
            st.form_submit_button("Save", on_click=_rename, args=(run.id,), key="rename-save")
        with st.popover("Delete", icon=":material/delete:", key=f"delete-{run.id}"):
            when = wording.day_and_time(run.created)
            st.write(f"Delete **{wording.literal(run.name)}** of {when}, its curves and its model for good?")
            st.button("Delete it", on_click=_try, args=(services.store().delete, run.id), key="delete-confirm")


def _rename(run_id: str) -> None:
    # What is in the box now: the arguments of a callback are those of the run of the script before.
    _try(services.store().rename, run_id, state.get(f"name-{run_id}"))


def _try(action, *args) -> None:
    try:
        action(*args)
    except StudioError as error:
        show_error(error, tell=st.toast)


def _curves(chosen: list[Run]) -> None:
    """The curves of the chosen runs, one colour a run."""
    curves = {_unique(run, chosen): run_curves(services.store().state(run.id)) for run in chosen}
    epochs = max(shown_epochs(run, services.store().state(run.id)) for run in chosen)
    left, right = st.columns(2)
    with left:
        title = loss_title(run.recipe.loss for run in chosen)
        show_curves(overlay({name: loss for name, (loss, _) in curves.items()}), title, epochs, "runs-loss")
    with right:
        both = overlay({name: accuracy for name, (_, accuracy) in curves.items()})
        show_curves(both, "Accuracy", epochs, "runs-accuracy", share=True)


def _unique(run: Run, chosen: list[Run]) -> str:
    """The run's name, with its time when another chosen one has the same."""
    same = sum(other.name == run.name for other in chosen) > 1
    return f"{run.name} ({wording.day_and_time(run.created)}, {run.id[:4]})" if same else run.name
