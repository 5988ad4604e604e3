"""`duel`: two networks on the same terms."""

from typing import Any

from cnn_core.cli import OK, STOPPED, asked
from cnn_core.cli.follow import Seen, follow
from cnn_core.cli.out import Out, in_the_app
from cnn_core.compare import duel as duels
from cnn_core.compare.gather import gather
from cnn_core.compare.plan import MOST_SEEDS, Duel, Plan
from cnn_core.compare.report import Report
from cnn_core.compare.tables import beside, interval_words, summary
from cnn_core.compare.words import fair_words, verdict
from cnn_core.data.datasets import Entry
from cnn_core.design.naming import network_title
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.errors import DesignError, RunError
from cnn_core.language import Text, _
from cnn_core.runs.limits import Limits
from cnn_core.studio import Studio

ADDRESS = "/duel?duel={duel}"


def duel(
    sides: tuple[str, str], *, data: str, epochs: int | None, seeds: int, changes: tuple[str, ...], as_json: bool
) -> int:
    """Train both, and say who wins; gives the exit code. Raises StudioError when it is refused or fails."""
    out = Out(as_json)
    with asked.studio() as studio:
        entry = asked.ready(studio, data, out)
        plan = _plan(sides, data, _recipe(sides[0], epochs, changes), seeds, out)
        made = _begin(plan, entry, studio)
        out.say(_("{title}, on {data}. {terms}", title=plan.title, data=entry.title, terms=fair_words(plan)))
        stopped = follow(lambda: _seen(made, studio), lambda: duels.stop(made, studio.store, studio.engine), out)
        return STOPPED if stopped else _outcome(made, studio, out)


def _recipe(first: str, epochs: int | None, changes: tuple[str, ...]) -> Recipe:
    """What both follow: the recipe of the first one, where it is a preset."""
    return asked.recipe(PRESETS[first].recipe if first in PRESETS else Recipe(), None, epochs, changes)


def _plan(sides: tuple[str, str], data: str, recipe: Recipe, seeds: int, out: Out) -> Plan:
    if not 1 <= seeds <= MOST_SEEDS:
        expected = Text("1 to {most}", most=MOST_SEEDS)
        raise DesignError(Text("A duel cannot have so many seeds"), expected=expected, received=str(seeds))
    first, second = (asked.network(side, out) for side in sides)
    return Plan(
        title=duels.title(network_title(first), network_title(second)),
        dataset=data,
        networks=(first, second),
        recipes=(recipe, recipe),
        seeds=tuple(range(1, seeds + 1)),
    )


def _begin(plan: Plan, entry: Entry, studio: Studio) -> Duel:
    for network, recipe in zip(plan.networks, plan.recipes, strict=True):
        asked.check(network, recipe, entry)
    return duels.start(plan, studio.store, studio.engine, studio.catalogue, Limits.by(studio.settings).minutes)


def _seen(duel: Duel, studio: Studio) -> Seen:
    now = duels.progress(duel, studio.store)
    told = _("{done} of {total} trainings done, now: {current}", done=now.done, total=now.total, current=now.current)
    return Seen(now.active, now.fraction, studio.engine.queue.trouble or told)


def _outcome(duel: Duel, studio: Studio, out: Out) -> int:
    if failed := duels.progress(duel, studio.store).failed:
        raise RunError(Text("A training of this duel failed"), received=Text("{why}", why=failed[0]))
    report = gather(duel, studio.store, studio.catalogue)
    words = [*verdict(report), interval_words(report), in_the_app(ADDRESS.format(duel=duel.id))]
    out.answer(_facts(duel, report), "\n".join(filter(None, words)), _table(report))
    return OK


def _table(report: Report) -> list[dict[str, str]]:
    head, *rows = beside(summary(report))
    return [dict(zip(head, row, strict=True)) for row in rows]


def _facts(duel: Duel, report: Report) -> dict[str, Any]:
    """The report without its pictures; `verdict` in words."""
    plain = report.model_dump(mode="json", exclude={"pictures"})
    return {"duel": duel.id, "address": ADDRESS.format(duel=duel.id), "verdict": list(verdict(report)), **plain}
