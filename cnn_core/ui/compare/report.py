"""A duel's report on the page: the verdict, the table, and what is behind them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.mutable_tab_container import TabContainer

from cnn_core.compare import charts, words
from cnn_core.compare import duel as duels
from cnn_core.compare.charts import Chart
from cnn_core.compare.export import made_in, to_config, to_csv
from cnn_core.compare.html_report import to_html
from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Contested, Report
from cnn_core.compare.robustness import measure
from cnn_core.compare.statistics import paired_interval
from cnn_core.compare.tables import (
    Row,
    beside,
    interval_words,
    mcnemar_table,
    names,
    paired_accuracies,
    provenance,
    recipe_table,
    summary,
)
from cnn_core.errors import StudioError
from cnn_core.figures.images import png_url
from cnn_core.figures.template import STILL
from cnn_core.language import Text, _, spoken
from cnn_core.lessons.facts import Duelled
from cnn_core.ui.compare.board import can_drag, drag_board
from cnn_core.ui.compare.inside import inside_board
from cnn_core.ui.kit import jobs, services, wording
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.goals import record
from cnn_core.ui.kit.session import Slot
from cnn_core.ui.kit.sharing import carry, follow

SMALL = 68  # px: all images of one side in one row
_OPEN: Slot[str] = Slot("duel.tab", "curves")
_TABS: Slot[str] = Slot("duel.tabs", "")
"""Of each language, the label of the open tab: Streamlit knows tabs by nothing else."""


def report_of(duel: Duel) -> Report | None:
    """What the duel came to; None while its main trainings go on, and when no seed has both its sides done."""
    if duels.progress(duel, services.store()).main_active:
        return None
    try:
        return services.duel_report(duel)
    except StudioError as error:
        show_error(StudioError(error.what), ":material/inbox:", st.info)  # not to wait: nothing may be under way
        return None


def ready_report() -> None:
    """The duel that ships with the app, so that a newcomer sees at once what comes of one."""
    report = services.ready_duel()
    if report is None:
        return
    title = _("Already measured: {title}", title=wording.literal(report.plan.title))
    st.subheader(title, anchor=False, divider="gray")
    duel_report(report)


def duel_report(report: Report, duel: Duel | None = None) -> None:
    """The whole report; of a duel of this server also what can be tried with its networks.

    Args:
        duel: the duel that it is about, when its networks are on this server.
    """
    _verdict(words.verdict(report))
    st.caption(wording.literal(provenance(report)))
    _warnings(report)
    _table(summary(report))
    _downloads(report)
    with st.container():
        _details(report, duel)
    if duel:
        interval = paired_interval(*paired_accuracies(report))
        decided = interval is not None and not interval.low <= 0 <= interval.high
        record(Duelled(report.plan.matched, interval.n if interval else 1, decided))


def _verdict(sentences: Sequence[str]) -> None:
    """The first sentence is what most people take away: large; the rest below it."""
    first, *rest = sentences
    st.markdown(f"##### {wording.literal(first)}")
    if rest:
        st.markdown(wording.literal(" ".join(rest)))


def _warnings(report: Report) -> None:
    """What besides the networks is not the same on both sides."""
    if differences := words.unfair(report.plan):
        told = "".join(f"\n- {wording.literal(difference)}" for difference in differences)
        st.warning(_("Besides the networks, this is not the same on both sides:") + told, icon=":material/balance:")


def _table(rows: Sequence[Row]) -> None:
    """Rows of networks as columns."""
    (_network, *called), *measures = beside(rows)
    table = pd.DataFrame(
        [row[1:] for row in measures], [row[0] for row in measures], list(map(wording.literal, called))
    )
    st.table(table)


def _downloads(report: Report) -> None:
    files = (
        (_("Report"), "html", to_html, "article", _("One file that works offline and prints well.")),
        (_("Numbers"), "csv", to_csv, "table", _("Every number of this report, one on each line.")),
        (_("Configuration"), "json", to_config, "replay", _("It repeats this duel: see 'Repeat a saved duel'.")),
    )
    with st.container(horizontal=True):
        for label, ending, make, icon, told in files:
            st.download_button(
                f"{label} (.{ending})",
                partial(made_in, spoken(), make, report),  # when it is asked for: the HTML takes longer than the page
                f"duel-{report.made:.0f}.{ending}",
                icon=f":material/{icon}:",
                help=told,
                on_click="ignore",
                key=f"duel-download-{ending}",
            )


@st.fragment
def _details(report: Report, duel: Duel | None) -> None:
    """Tabs; only the open one is made and sent."""
    parts: dict[str, tuple[str, Callable[[], None]]] = {
        "curves": (_("Curves"), lambda: _row(charts.learning_curves(report))),
        "mistakes": (_("Mistakes"), lambda: _mistakes(report)),
        "experiments": (_("Experiments"), lambda: _experiments(report, duel)),
        "statistics": (_("Statistics"), lambda: _statistics(report)),
    }
    if duel:
        parts["inside"] = _("Inside"), lambda: inside_board(report, duel)
    if duel and can_drag(report):
        parts["drag"] = _("Drag your digit"), lambda: drag_board(report, duel)
    follow("tab", lambda value: _open(value, parts))
    for tab, (part, (_label, show)) in zip(_tabs(parts), parts.items(), strict=True):
        if tab.open:
            _OPEN.put(part)
            carry(tab=part)
            with tab:
                show()


def _open(part: str, parts: Collection[str]) -> None:
    if part not in parts:
        choices = Text("one of {choices}", choices=", ".join(parts))
        raise StudioError(Text("The link asks for a {name} that is not here", name="tab"), expected=choices)
    _OPEN.put(part)


def _tabs(parts: Mapping[str, tuple[str, Callable[[], None]]]) -> Sequence[TabContainer]:
    """A tab for each part; the open one is the same in every language."""
    labels, shown = [label for label, _show in parts.values()], _TABS.of(spoken())
    if not shown.get():
        shown.put(parts.get(_OPEN.get(), parts["curves"])[0])
    return st.tabs(labels, on_change="rerun", key=shown.key)


def _row(row: Sequence[Chart], tell: Callable[[str], object] = st.markdown) -> None:
    """Charts side by side; what each means comes below it, so that the charts stand level."""
    for column, chart in zip(st.columns(2, gap="medium"), row, strict=False):
        with column:
            st.markdown(f"**{wording.literal(chart.title)}**")
            st.plotly_chart(chart.figure, key=f"duel-chart-{chart.key}", config=STILL, alt=chart.alt)
            if chart.words:
                tell(wording.literal(chart.words))


def _mistakes(report: Report) -> None:
    """Both confusion matrices, and the images that only one side predicts right."""
    _row(charts.confusions(report), st.caption)
    called = names(report)
    for right, wrong in ((0, 1), (1, 0)):
        images = [image for image in report.pictures if image.read[right] == image.true]
        if images:
            winner, loser = wording.literal(called[right]), wording.literal(called[wrong])
            title = _("Only {network} predicts these right", network=winner)
            st.markdown(f"**{title}**")
            _contested(images, wrong, called[right], called[wrong])
            st.caption(_("The true class → what {network} predicts instead.", network=loser))


def _contested(images: Sequence[Contested], wrong: int, winner: str, loser: str) -> None:
    captions = [wording.literal(f"{image.true} → {image.read[wrong]}") for image in images]
    alts = [
        _(
            "Test image: {true}, as {winner} predicts; {loser} predicts {predicted}",
            true=image.true,
            winner=winner,
            loser=loser,
            predicted=image.read[wrong],
        )
        for image in images
    ]
    st.image([png_url(image.png) for image in images], caption=captions, width=SMALL, alt=alts)


def _experiments(report: Report, duel: Duel | None) -> None:
    """What has been measured, two by two, and the way to measure the rest."""
    made = charts.experiments(report)
    for first in range(0, len(made), 2):
        _row(made[first : first + 2])
    if duel and not report.sweeps:
        _offer_sweeps(duel)


def _offer_sweeps(duel: Duel) -> None:
    asked = _("What if the digits move, turn, get noisy or lose rows?")
    told = _("Both networks predict changed test images.")
    st.markdown(f"**{asked}** {told}")
    if jobs.offer(
        f"duel-measure-{duel.id}",
        _("Measure it"),
        lambda: measure(duel, services.store(), services.engine(), services.catalogue()),
        _measuring,
        icon=":material/science:",
    ):
        st.rerun()  # this report was made without what was measured


def _measuring(fraction: float) -> str:
    return _("Asking the networks: {fraction:.0%}", fraction=fraction) if fraction else _("Waiting for a worker…")


def _statistics(report: Report) -> None:
    """How much of the difference may be luck; and all that the numbers depend on."""
    if interval := interval_words(report):
        st.markdown(wording.literal(interval))
    else:
        st.markdown(_("With one seed there is no interval. Start the duel with three or five seeds to see the range."))
    st.markdown(
        _(
            "**On the same test images**, seed by seed. The last number says how likely so uneven a split is by luck "
            "alone (McNemar's p)."
        )
    )
    _plain_table(mcnemar_table(report))
    fair, told = _("What makes it fair."), wording.literal(words.fair_words(report.plan))
    st.markdown(f"**{fair}** {told}")
    _plain_table([dict(zip((_("Setting"), *names(report)), row, strict=True)) for row in recipe_table(report.plan)])
    st.caption(wording.literal(" · ".join(f"{name} {version}" for name, version in report.versions.items())))


def _plain_table(rows: Sequence[Row]) -> None:
    """A table whose cells are text and not Markdown."""
    table = pd.DataFrame([{wording.literal(k): wording.literal(v) for k, v in row.items()} for row in rows])
    st.table(table.set_index(table.columns[0]))
