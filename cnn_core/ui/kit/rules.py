"""Rules: what this server lets a visitor ask for, so that many can share it. Every page that begins a run asks here.

They are checked in what a click does, and not only by its button: what a browser sends can be anything.
"""

from collections.abc import Callable, Iterable

import streamlit as st

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.engine.job import Job
from cnn_core.engine.work.base import Work
from cnn_core.errors import RunError
from cnn_core.language import _, _n
from cnn_core.runs.kept import Kept, tidy
from cnn_core.runs.limits import Limits
from cnn_core.settings import settings
from cnn_core.ui.kit import classroom, services, who
from cnn_core.ui.kit.frame import RUN as LAST_RUN
from cnn_core.ui.kit.session import Slot

_BEGUN: Slot[tuple[str, ...]] = Slot("rules.begun", ())
"""The ids of the runs that this visit has begun."""
_JOBS: Slot[tuple[Job, ...]] = Slot("rules.jobs", ())
"""The jobs of this visit that take a trainer, the last ones."""


def limits() -> Limits:
    """What a run may ask for here: by the server, and by the teacher for everybody else."""
    of_server = Limits.by(settings())
    return of_server if who.leads() else of_server.and_also(classroom.plan().limits)


def check_runs(asked: Iterable[tuple[Network, Recipe]]) -> None:
    """Raises RunError, in words, when this visitor may not have all of these trained now."""
    here, now = limits(), _under_way() if limits().waiting else 0
    for place, (network, recipe) in enumerate(asked):
        here.check(network, recipe, now + place)


def too_much(network: Network, recipe: Recipe) -> str:
    """Why this cannot be trained here, however few runs wait, in words; empty when it can."""
    try:
        limits().check(network, recipe)
    except RunError as error:
        return str(error)
    return ""


def within(recipe: Recipe) -> Recipe:
    """The same with no more epochs than a run may have here; as it is where a second phase would begin after them."""
    most = limits().epochs
    then = recipe.start.then if recipe.start else None
    if most is None or recipe.epochs <= most or (then and then.after >= most):
        return recipe
    return recipe.model_copy(update={"epochs": most})


def offer_fewer_epochs(recipe: Recipe, take: Callable[[Recipe], None], key: str) -> None:
    """One click for a recipe that is short enough; nothing where this one is."""
    shorter = within(recipe)
    if shorter != recipe:
        label = _n("Use {n:,} epoch", "Use {n:,} epochs", shorter.epochs)
        st.button(label, icon=":material/build:", on_click=take, args=(shorter,), key=key)


def begin(work: Work) -> Job:
    """Have work done that takes a trainer and is no run: it counts as one of this visitor's while it lasts.

    Raises RunError or RightsError, in words, when they may not have it done now.
    """
    who.check_known()
    limits().check_place(_under_way())
    person = who.visitor()
    job = services.engine().begin(work, person=person.id if person else None)
    _JOBS.put((*_jobs(), job))
    return job


def _jobs() -> tuple[Job, ...]:
    """Those that are under way."""
    return tuple(job for job in _JOBS.get() if not job.done)


def begun(run_ids: Iterable[str]) -> None:
    """This visitor has put these runs into the queue."""
    _BEGUN.put((*_BEGUN.get(), *run_ids))


def say_limits() -> None:
    """A line on what a run may ask for here; nothing where nothing is limited."""
    here = limits()
    parts = [
        here.epochs and _("{n:,} epochs", n=here.epochs),
        here.parameters and _("{n:,} parameters", n=here.parameters),
        here.minutes and _("{n:g} min of training", n=here.minutes),
        here.waiting and _("{n} of your runs at a time", n=here.waiting),
    ]
    if told := [part for part in parts if part]:
        st.caption(_("At most on this server: {limits}.", limits=" · ".join(told)))


def forget_oldest() -> None:
    """What is more than this server keeps goes now: to be called when a data set was made."""
    tidy(services.store(), services.catalogue(), Kept.by(settings()))


def _under_way() -> int:
    """How many runs and jobs of this visitor wait or are trained: of a class, theirs; else what this visit has begun.

    Without a class nobody is known. The run that the browser remembers of an earlier visit counts, too.
    """
    store, jobs = services.store(), len(_jobs())
    if person := who.visitor():
        return store.people.under_way(person) + jobs
    ids = {*_BEGUN.get(), LAST_RUN.get()} - {""}
    return sum(state.active for state in store.states(ids).values()) + jobs
