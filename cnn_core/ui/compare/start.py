"""What starts a duel, whichever way it was chosen: the check, what it amounts to, and the button."""

from collections.abc import Callable

import streamlit as st

from cnn_core.compare import duel as duels
from cnn_core.compare.plan import Duel, Plan
from cnn_core.compare.words import fair_words
from cnn_core.data.datasets import Entry
from cnn_core.design.naming import network_title
from cnn_core.language import _, _n
from cnn_core.runs.request import request_problem
from cnn_core.settings import settings
from cnn_core.ui.kit import rules, services, session, who, wording
from cnn_core.ui.kit.errors import errors_told, show_error


def start_button(plan: Plan, label: str, key: str) -> None:
    """What the plan amounts to, or what is wrong with it; and the button."""
    entry = services.entry(plan.dataset)
    problem = plan_problem(plan, entry)
    if entry is None or problem:
        show_error(problem)
    else:
        st.caption(_amount(plan, entry))
    if st.button(label, type="primary", icon=":material/swords:", disabled=bool(problem), key=key):
        open_duel(lambda: _begin(plan))
    rules.say_limits()


def _begin(plan: Plan) -> Duel:
    """Raises StudioError, before anything is kept, when it cannot be trained here or now."""
    entry = services.entry(plan.dataset)
    rules.check_runs(duels.asked(plan, duels.trainings(plan, entry.train if entry else 0)))
    duel = duels.start(plan, services.store(), services.engine(), services.catalogue(), rules.limits().minutes)
    rules.begun(duel.runs)
    return duel


def plan_problem(plan: Plan, entry: Entry | None) -> str:
    """What keeps either side from being trained, in the reader's language; empty when nothing does."""
    if entry is None:
        return _("The data set {name} is not on this server. Choose another one.", name=plan.dataset)
    for network, recipe in zip(plan.networks, plan.recipes, strict=True):
        problem = request_problem(network, recipe, entry, settings().training_memory_bytes)
        if why := problem.message if problem else rules.too_much(network, recipe):
            return f"{network_title(network)}: {why}"  # a name, and a whole sentence
    return ""


def _amount(plan: Plan, entry: Entry) -> str:
    """How many trainings the plan makes, and what makes it fair."""
    count = len(duels.trainings(plan, entry.train))
    alone = settings().training_workers == 1 and not settings().scheduler_address
    if alone:
        told = _n(
            "{n} training, one after another: each has the machine to itself.",
            "{n} trainings, one after another: each has the machine to itself.",
            count,
        )
    else:
        told = _n("{n} training, several at a time.", "{n} trainings, several at a time.", count)
    return f"{told} {wording.literal(fair_words(plan))}"


def open_duel(make: Callable[[], Duel], *, trains: bool = True) -> None:
    """Go to a new duel, or say why it cannot be.

    Args:
        trains: whether its runs are made for it; else somebody had made them before.
    """
    with errors_told():
        who.check_known()
        duel = make()
        who.own("duel", [duel.id])
        if trains:
            who.own("run", duel.runs)
        session.set_link("duel", duel.id)
        st.rerun()
