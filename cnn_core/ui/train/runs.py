"""All runs as a table: choose one to open, rename or delete it, or several to lay their curves over each other."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core.design.naming import network_title
from cnn_core.figures.curves import loss_title, overlay
from cnn_core.language import N_, _, _n
from cnn_core.lessons.facts import Laid
from cnn_core.runs.people import Person
from cnn_core.runs.state import ACTIVE
from cnn_core.runs.summary import Summary
from cnn_core.settings import MB
from cnn_core.ui import pages
from cnn_core.ui.kit import classroom, pace, services, session, who, wording
from cnn_core.ui.kit.errors import errors_told
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import BETWEEN, asked, asked_text, carry, follow
from cnn_core.ui.train.bring_in import bring_in
from cnn_core.ui.train.machine import machines
from cnn_core.ui.train.panel import run_curves, show_curves, shown_epochs

REFRESH = 2.0  # seconds
PAGE = 50  # runs on a page
MOST_LETTERS = 80  # of a search that a link can ask for
MOST_TICKED = 50  # that a link can tick
ORDERS = {
    "-created": N_("Newest first"),
    "created": N_("Oldest first"),
    "-test_accuracy": N_("Best test accuracy first"),
    "name": N_("Name"),
    "status": N_("State"),
    "-parameters": N_("Most parameters first"),
    "-seconds": N_("Longest time first"),
}
"""What the database sorts by (`runs.summary.SORTABLE`), and how that is called."""
TICKED: Slot[tuple[str, ...]] = Slot("runs.ticked", ())
"""The ids of the runs that are ticked, on whatever page of the table."""
NEW_NAME: Slot[str] = Slot("runs.name", "")
"""Of each run, what is typed as its new name."""


def runs_page() -> None:
    """The table, refreshed while any run is under way, and what can be done with the rows that are chosen."""
    follow("runs", lambda value: TICKED.put(tuple(value.split(BETWEEN)[:MOST_TICKED])))
    lists = services.store().lists
    active = lists.active(1) or lists.of_duels(active=True)
    bring_in()
    with st.container():
        st.fragment(_content, run_every=pace.every(REFRESH) if active else None)()


def _content() -> None:
    lists = services.store().lists
    of_duels, alone = lists.of_duels(active=False), lists.count()
    if not alone and not of_duels:
        st.info(_("Nothing has been trained here yet."), icon=":material/inbox:")
        st.page_link(pages.LIVE, label=_("Train a first network"), icon=":material/play_arrow:")
        return
    if not who.class_here():
        st.caption(_("This is an open lab: everybody who comes here may stop, rename and delete every run."))
    titles = services.dataset_titles()
    chosen = _chosen(_page(alone, of_duels, titles), titles)
    trained = [run for run in chosen if run.recipe and not run.brought_in]
    if len(chosen) == 1:
        _actions(chosen[0])
    if trained:
        _curves(trained)
    if len(trained) > 1:
        record(_laid(trained))


def _laid(runs: list[Summary]) -> Laid:
    """In what they differ, and what came of it."""
    settings = [
        {"network": run.network, "dataset": run.dataset, **(dict(run.recipe) if run.recipe else {})} for run in runs
    ]
    differences = [name for name, value in settings[0].items() if any(other[name] != value for other in settings[1:])]
    tested = [run for run in runs if run.test_accuracy is not None and run.parameters is not None]
    scores = tuple((run.parameters or 0, run.test_accuracy or 0.0) for run in tested)
    return Laid(frozenset(differences), scores)


def _page(alone: int, of_duels: int, titles: Mapping[str, str]) -> list[Summary]:
    """The runs of the page that is looked at. What searches and turns pages is there once there is more than one."""
    text, order, page, duels = "", "-created", 1, False
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if alone + of_duels > PAGE:
            text, order = _search(), _order()
            carry(search=text or None, order=order)
        if of_duels:
            # The many trainings of duels are shown when they are asked for.
            label = _n("Show the {n} run of duels", "Show the {n} runs of duels", of_duels)
            duels = st.toggle(label, asked("duels", False, (False, True)), key="runs-of-duels")
            carry(duels=duels)
        # A data set is searched for by what it is called in the table.
        datasets = [name for name, title in titles.items() if text.strip().casefold() in title.casefold()]
        shown = {"text": text, "datasets": datasets, "duels": duels}
        total = services.store().lists.count(**shown)
        if (last := -(-total // PAGE)) > 1:
            label, key = _("Page (of {last:,})", last=last), f"runs-page-{text}-{order}-{duels}"
            page = st.number_input(label, 1, last, asked("page", 1, range(1, last + 1), key), key=key, width=140)
            carry(page=page)
    if not total:
        nothing = _("No name here contains “{text}”.", text=wording.literal(text)) if text else _("No runs here.")
        st.info(nothing, icon=":material/inbox:")
    return services.store().lists.lines((page - 1) * PAGE, PAGE, order=order, **shown)


def _search() -> str:
    key, first = "runs-search", asked_text("search", MOST_LETTERS)
    return st.text_input(_("Search"), first, key=key, placeholder=_("Name, network or data set"), width=260)


def _order() -> str:
    orders, named = list(ORDERS), lambda order: _(ORDERS[order])
    first = orders.index(asked("order", orders[0], orders))
    return st.selectbox(_("Sort by"), orders, first, format_func=named, key="runs-order", width=240)


def _chosen(runs: list[Summary], titles: Mapping[str, str]) -> list[Summary]:
    """The table; the runs that are ticked, on whatever page that was.

    Streamlit knows a tick by the number of its row, and a new run moves the rows: then it is a new table, with the
    ticks where their runs are now.
    """
    ids = [run.id for run in runs]
    ticked = TICKED.get()
    here = _ticked_here(runs, titles, ticked) if runs else []
    elsewhere = services.store().lists.some([run_id for run_id in ticked if run_id not in ids])
    TICKED.put(tuple(run.id for run in (*elsewhere, *here)))
    carry(runs=TICKED.get() or None)
    if elsewhere:
        with st.container(horizontal=True, vertical_alignment="center"):
            names = ", ".join(wording.literal(run.name) for run in elsewhere)
            st.caption(_("Also chosen, on other pages: {names}", names=names), width="content")
            st.button(_("Untick them"), type="tertiary", key="runs-untick", on_click=_untick, args=(elsewhere,))
    return [*elsewhere, *here]


def _untick(runs: list[Summary]) -> None:
    gone = {run.id for run in runs}
    TICKED.put(tuple(run_id for run_id in TICKED.get() if run_id not in gone))


def _ticked_here(runs: list[Summary], titles: Mapping[str, str], ticked: Collection[str]) -> list[Summary]:
    st.caption(_("Choose one run to open, rename or delete it. Choose several to compare their curves."))
    ids = [run.id for run in runs]
    theirs = who.owners("run", ids)
    training = machines(run.id for run in runs if run.status in ACTIVE)
    event = st.dataframe(
        pd.DataFrame([{**_row(run, titles, training.get(run.id)), **_who(run.id, theirs)} for run in runs]),
        key=f"runs-table-{hash(tuple(ids))}",
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [ids.index(run_id) for run_id in ticked if run_id in ids]}},
        hide_index=True,
        placeholder="–",
        column_config=_columns(),
    )
    return [runs[row] for row in event.selection.rows if row < len(runs)]


def _columns() -> dict[str, Any]:
    """How the table shows what is in `_row`."""
    column = st.column_config
    return {
        "name": column.TextColumn(_("Name")),
        "who": column.TextColumn(_("Who")),
        "status": column.TextColumn(_("State")),
        "test_accuracy": column.NumberColumn(_("Test accuracy"), format="%.2f %%"),
        "created": column.TextColumn(_("Started")),
        "seconds": column.TextColumn(_("Time")),
        "parameters": column.NumberColumn(_("Parameters"), format="localized"),
        "network": column.TextColumn(_("Network")),
        "dataset": column.TextColumn(_("Data set")),
        "recipe": column.TextColumn(_("Recipe")),
        "validation_accuracy": column.NumberColumn(_("Validation accuracy"), format="%.2f %%"),
    }


def _row(run: Summary, titles: Mapping[str, str], machine: str | None) -> dict[str, str | float | None]:
    unreadable = _("Stored by another version: cannot be read")
    status = wording.status_badge(wording.BROUGHT_IN if run.brought_in else run.status)[0]
    return {
        "name": run.name,
        "status": _("{status} on {machine}", status=status, machine=machine) if machine else status,
        "test_accuracy": _percent(run.test_accuracy),
        "created": wording.day_and_time(run.created),
        "seconds": wording.duration(run.seconds),
        "parameters": run.parameters,
        "network": network_title(run.network) if run.network else run.network_name,
        "dataset": titles.get(run.dataset, run.dataset) or None,
        "recipe": None if run.brought_in else wording.recipe_words(run.recipe) if run.recipe else unreadable,
        "validation_accuracy": _percent(run.validation_accuracy),
    }


def _who(run_id: str, theirs: Mapping[str, Person]) -> dict[str, str]:
    """A column of its own where there is a class."""
    owner = theirs.get(run_id)
    return {"who": classroom.called(owner) if owner else ""} if who.class_here() else {}


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else 100 * fraction


def _actions(run: Summary) -> None:
    """Open, rename, delete."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if run.recipe and st.button(_("Open"), type="primary", icon=":material/open_in_new:", key="runs-open"):
            st.switch_page(pages.RUN, query_params={"run": run.id})
        if (
            run.network
            and run.recipe
            and st.button(_("Load into the designer"), icon=":material/view_agenda:", key="runs-load")
        ):
            session.set_network(run.network)
            if not run.brought_in:
                session.RECIPE.put(run.recipe)
            st.switch_page(pages.DESIGNER)
        if not who.may("run", run.id):
            return
        # With keys of the run and its name, they close when they have done their work.
        rename = st.popover(_("Rename"), icon=":material/edit:", key=f"rename-{run.id}-{run.name}")
        with rename.form(f"rename-form-{run.id}", border=False):  # Enter saves too
            st.text_input(_("New name"), run.name, max_chars=80, key=NEW_NAME.of(run.id).key)
            st.form_submit_button(_("Save"), on_click=_rename, args=(run.id,), key="rename-save")
        with st.popover(_("Delete"), icon=":material/delete:", key=f"delete-{run.id}"):
            name, when = wording.literal(run.name), wording.day_and_time(run.created)
            st.write(_("Delete **{name}** of {when}, its curves and its model for good?", name=name, when=when))
            with errors_told():
                size = sum(services.store().file_sizes(run.id).values()) / MB
                st.caption(_("That frees {size:.1f} MB.", size=size))
            st.button(_("Delete it"), on_click=_delete, args=(run.id,), key="delete-confirm")


def _rename(run_id: str) -> None:
    with errors_told(tell=st.toast):
        who.check("run", run_id)
        # What is in the box now: the arguments of a callback are those of the run of the script before.
        services.store().rename(run_id, NEW_NAME.of(run_id).get())


def _delete(run_id: str) -> None:
    with errors_told(tell=st.toast):
        who.check("run", run_id)
        services.store().delete(run_id)


def _curves(chosen: list[Summary]) -> None:
    """The curves of the chosen runs, one colour a run."""
    states = services.store().states(run.id for run in chosen)
    chosen = [run for run in chosen if run.id in states]
    curves = {_unique(run, chosen): run_curves(states[run.id]) for run in chosen}
    epochs = max((shown_epochs(run, states[run.id]) for run in chosen), default=1)
    left, right = st.columns(2)
    with left:
        title = loss_title(run.recipe.loss for run in chosen if run.recipe)
        show_curves(overlay({name: loss for name, (loss, _accuracy) in curves.items()}), title, epochs, "runs-loss")
    with right:
        both = overlay({name: accuracy for name, (_loss, accuracy) in curves.items()})
        show_curves(both, _("Accuracy"), epochs, "runs-accuracy", share=True)


def _unique(run: Summary, chosen: list[Summary]) -> str:
    """The run's name, with its time when another chosen one has the same."""
    same = sum(other.name == run.name for other in chosen) > 1
    return f"{run.name} ({wording.day_and_time(run.created)}, {run.id[:4]})" if same else run.name
