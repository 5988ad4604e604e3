"""The board: everybody's best run, live, what no run beats, and who trains and who waits."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st
from cachetools import TTLCache, cached

from cnn_core.design.naming import network_title
from cnn_core.figures.front import Dot, describe_front, front_figure
from cnn_core.figures.template import STILL, percent
from cnn_core.language import _, _n
from cnn_core.lessons.facts import Placed
from cnn_core.runs.classroom import Plan
from cnn_core.runs.ranking import Result, front, ranked
from cnn_core.runs.state import RunState
from cnn_core.runs.summary import Summary
from cnn_core.runs.turns import Waiting
from cnn_core.ui import pages
from cnn_core.ui.components.ranking.component import Active, Aim, Layer, Ranked, blocks, opened, ranking, thinned
from cnn_core.ui.kit import pace, services, who, wording
from cnn_core.ui.kit.frame import RUN as OWN_RUN
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.train.estimate import waiting_text
from cnn_core.ui.train.machine import machines

REFRESH = 3.0  # seconds
SHARED = 2.0  # seconds for which all see the same
MOST_ROWS, MOST_DOTS = 40, 400  # rows of each list
_OPEN: Slot[str] = Slot("board.open", "")
"""The id of the run that was chosen on the board."""


@dataclass(frozen=True)
class Standing:
    """What the board is about: what a teacher has set, what there is, the best of each, and what no run beats.

    Attributes:
        line: who trains and who waits, with a run or with an experiment.
        experiments: the ids of these, and how many come before each.
        runs, states: of all that are shown.
        me, my_run: the visitor, and what they have started last.
    """

    plan: Plan
    results: list[Result]
    best: list[Result]
    front: frozenset[str]
    names: Mapping[str, str]
    line: Sequence[Waiting]
    experiments: Mapping[str, int]
    runs: Mapping[str, Summary]
    states: Mapping[str, RunState]
    me: str | None = None
    my_run: str = ""

    def mine(self, run: str, person: str | None) -> bool:
        """Whether it is the visitor's own."""
        return run == self.my_run or (person is not None and person == self.me)

    def name(self, person: str | None, run: str) -> str:
        """Whose it is, as it is said on the board; the run's own name where that is not known."""
        if person is None:
            return run
        return _("Somebody") if self.plan.names_hidden else self.names.get(person, run)


def class_board() -> None:
    """The board and the chart beside it; both look again every few seconds."""
    with st.container():
        st.fragment(_content, run_every=pace.every(REFRESH))()


def _content() -> None:
    if run := _OPEN.take():
        st.switch_page(pages.RUN, query_params={"run": run})
    standing = _standing()
    left, right = st.columns([3, 2], gap="large")
    with left:
        ranking(_aims(standing), _best(standing), _active(standing), on_open=_choose)
        if max(len(standing.best), len(standing.line)) > MOST_ROWS:
            st.caption(_("Only the first {n} are shown, and your own.", n=MOST_ROWS))
        if not standing.results:
            st.page_link(pages.LIVE, label=_("Train a first network"), icon=":material/play_arrow:")
    with right:
        _front(standing)
    _record(standing)


def _choose() -> None:
    _OPEN.put(opened())


def _standing() -> Standing:
    me = who.visitor()
    shared = standing(services.store().classroom.plan())
    return _with_mine(replace(shared, me=me.id if me else None, my_run=OWN_RUN.get()))


def _with_mine(standing: Standing) -> Standing:
    """With what is shown of the visitor's own, however far down it is."""
    mine = [one.run for one in standing.best if standing.mine(one.run, one.person)]
    mine += [one.id for one in standing.line if standing.mine(one.id, one.person)]
    known = standing.experiments.keys() | (standing.runs.keys() & standing.states.keys())
    missing = [run for run in mine if run not in known]
    if not missing:
        return standing
    store = services.store()
    runs = {run.id: run for run in store.lists.some(missing)}
    return replace(standing, runs={**standing.runs, **runs}, states={**standing.states, **store.states(missing)})


@cached(TTLCache(2, SHARED), lock=threading.Lock())
def standing(plan: Plan) -> Standing:
    """As nobody in particular sees it: found once for all who look, and anew when the teacher sets something."""
    store = services.store()
    queue = services.engine().queue
    line = queue.line
    results = store.classroom.results(plan.dataset)
    best, on_front = ranked(results, plan.goals), frozenset(one.run for one in front(results))
    names = store.people.names() if who.class_here() else {}
    active = [*line.begun, *line.waiting]
    experiments = {one.id: line.before(one.id) for one in queue.beside.all.work}
    dotted = [one.run for n, one in enumerate(results) if n < MOST_DOTS or one.run in on_front]
    listed = [*(one.run for one in best[:MOST_ROWS]), *(run.id for run in active[:MOST_ROWS])]
    runs = {run.id: run for run in store.lists.some(list(dict.fromkeys([*listed, *dotted])))}
    return Standing(plan, results, best, on_front, names, active, experiments, runs, store.states(listed))


def _aims(standing: Standing) -> list[Aim]:
    aims = []
    for goal in standing.plan.goals:
        met = sum(one.meets(goal) for one in standing.best)
        aims.append(
            Aim(
                _("{percent} % with fewer than {n:,} parameters", percent=goal.percent, n=goal.parameters),
                _n("{n} has it", "{n} have it", met) if met else _("Nobody has it yet"),
            )
        )
    return aims


def _best(standing: Standing) -> list[Ranked]:
    return [
        _ranked(standing, place, one, standing.runs[one.run], standing.states.get(one.run, RunState()))
        for place, one in enumerate(standing.best, start=1)
        if one.run in standing.runs and (place <= MOST_ROWS or standing.mine(one.run, one.person))
    ]


def _ranked(standing: Standing, place: int, result: Result, run: Summary, state: RunState) -> Ranked:
    name = standing.name(result.person, run.name)
    accuracy, parameters = percent(result.accuracy), _("{n:,} parameters", n=result.parameters)
    facts = {"place": place, "name": name, "accuracy": accuracy, "parameters": parameters}
    return Ranked(
        key=result.person or result.run,
        run=result.run,
        told=_("{place}. {name}: {accuracy}, {parameters}", **facts),
        mine=standing.mine(result.run, result.person),
        place=str(place),
        who=name,
        name=network_title(run.network) if run.network else run.network_name,
        parameters=parameters,
        accuracy=accuracy,
        curve=thinned(state.val_accuracy.y),
        layers=_layers(run),
        marks=[result.meets(goal) for goal in standing.plan.goals],
        front=result.run in standing.front,
    )


def _layers(run: Summary) -> Sequence[Layer]:
    return blocks(run.network) if run.network else ()


def _active(standing: Standing) -> list[Active]:
    """Who trains, and then who waits, in their turn."""
    shown = [one for n, one in enumerate(standing.line) if n < MOST_ROWS or standing.mine(one.id, one.person)]
    hosts, rows = machines(run.id for run in shown), []
    for one in shown:
        if one.id in standing.experiments:
            rows.append(_experiment_row(standing, one))
        elif one.id in standing.runs and one.id in standing.states:
            run, state = standing.runs[one.id], standing.states[one.id]
            rows.append(_active_row(standing, run, one.person, state, hosts.get(one.id, "")))
    return rows


def _experiment_row(standing: Standing, one: Waiting) -> Active:
    ahead = standing.experiments[one.id]
    name = standing.name(one.person, _("Somebody"))
    told = wording.place_text(ahead) if one.waits and ahead else _("Training an experiment")
    mine = standing.mine(one.id, one.person)
    return Active(one.id, "", _("{name}: {state}", name=name, state=told), mine, name, told, None)


def _active_row(standing: Standing, run: Summary, person: str | None, state: RunState, host: str) -> Active:
    waits = state.status == "queued"
    name = standing.name(person, run.name)
    told = waiting_text(run.id, state) if waits else wording.progress_text(state)
    if host:
        told = _("{state}, on {machine}", state=told, machine=host)
    share = None if waits else state.progress
    sentence = _("{name}: {state}", name=name, state=told)
    return Active(run.id, run.id, sentence, standing.mine(run.id, person), name, told, share)


def _front(standing: Standing) -> None:
    """Accuracy against parameters; the latest runs when there are very many, and all of the front."""
    shown = [one for one in standing.results if one.run in standing.runs]
    if not shown:
        return
    dots = [
        Dot(
            standing.name(one.person, standing.runs[one.run].name),
            one.parameters,
            one.accuracy,
            one.run in standing.front,
            standing.mine(one.run, one.person),
        )
        for one in shown
    ]
    st.subheader(_("Small and accurate"), anchor=False)
    goals = [(goal.parameters, goal.percent / 100) for goal in standing.plan.goals]
    st.plotly_chart(front_figure(dots, goals), key="board-front", config=STILL, alt=describe_front(dots))
    st.caption(_("On the line is what no other run beats: none is both smaller and more accurate."))


def _record(standing: Standing) -> None:
    """Where the visitor stands."""
    rows = standing.best
    places = [n for n, one in enumerate(rows) if standing.mine(one.run, one.person)]
    if not places:
        return
    own, ahead = rows[places[0]], rows[places[0] - 1] if places[0] else None
    on_front = any(one.run in standing.front and standing.mine(one.run, one.person) for one in standing.results)
    record(Placed(places[0] + 1, on_front, ahead is not None and own.parameters < ahead.parameters))
