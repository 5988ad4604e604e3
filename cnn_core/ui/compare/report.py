"""A duel's report on the page: the verdict, the table, and what is behind them."""

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from cnn_core.compare import charts, words
from cnn_core.compare import duel as duels
from cnn_core.compare.charts import Chart
from cnn_core.compare.export import to_config, to_csv
from cnn_core.compare.html_report import to_html
from cnn_core.compare.plan import Duel
from cnn_core.compare.report import Picture, Report
from cnn_core.compare.robustness import measure
from cnn_core.compare.tables import Row, interval_words, mcnemar_table, measured, names, recipe_table, summary
from cnn_core.errors import StudioError
from cnn_core.figures.template import STILL
from cnn_core.ui.compare.drag import can_drag, drag_board
from cnn_core.ui.kit import jobs, services, wording
from cnn_core.ui.kit.errors import show_error

PICTURE = 68  # px: all of one side in one row


def report_of(duel: Duel) -> Report | None:
    """What the duel came to; None while its main trainings go on, and when no seed has both its sides done."""
    if duels.progress(duel, services.store()).main_active:
        return None
    try:
        return services.duel_report(duel)
    except StudioError as error:
        show_error(f"{error.what.rstrip('.')}.", ":material/inbox:", st.info)
        return None


def ready_report() -> None:
    """The duel that ships with the app, so that a newcomer sees at once what comes of one."""
    report = services.ready_duel()
    if report is None:
        return
    st.subheader("Already measured: " + wording.literal(report.plan.title), anchor=False, divider="gray")
    duel_report(report)


def duel_report(report: Report, duel: Duel | None = None) -> None:
    """The whole report; of a duel of this server also what can be tried with its networks.

    Args:
        duel: the duel that it is about, when its networks are on this server.
    """
    _verdict(words.verdict(report))
    st.caption(wording.literal(measured(report)))
    _warnings(report)
    _table(summary(report))
    _downloads(report)
    with st.container():
        _details(report, duel)


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
        st.warning(f"Besides the networks, this is not the same on both sides:{told}", icon=":material/balance:")


def _table(rows: Sequence[Row]) -> None:
    """Rows of networks as columns: they compare best side by side, on a phone too."""
    columns = {wording.literal(row["Network"]): row for row in rows}
    st.table(pd.DataFrame(columns).drop("Network"))


def _downloads(report: Report) -> None:
    files = (
        ("Report", "html", to_html, "article", "One file: works without a network, and prints well."),
        ("Numbers", "csv", to_csv, "table", "Every number of this report, one a line."),
        ("Configuration", "json", to_config, "replay", "With it a duel can be repeated: see 'Repeat a saved duel'."),
    )
    with st.container(horizontal=True):
        for label, ending, make, icon, told in files:
            st.download_button(
                f"{label} (.{ending})",
                partial(make, report),  # made when it is asked for: the HTML takes longer than the page
                f"duel-{report.made:.0f}.{ending}",
                icon=f":material/{icon}:",
                help=told,
                on_click="ignore",
            )


@st.fragment
def _details(report: Report, duel: Duel | None) -> None:
    """Tabs; only the open one is made and sent."""
    parts = {
        "Curves": lambda: _row(charts.learning_curves(report)),
        "Mistakes": lambda: _mistakes(report),
        "Experiments": lambda: _experiments(report, duel),
        "Statistics": lambda: _statistics(report),
    }
    if duel and can_drag(report):
        parts["Drag your digit"] = lambda: drag_board(report, duel)
    for tab, show in zip(st.tabs(list(parts), on_change="rerun", key="duel-tabs"), parts.values(), strict=True):
        if tab.open:
            with tab:
                show()


def _row(row: Sequence[Chart], tell: Callable[[str], object] = st.markdown) -> None:
    """Charts side by side; what each means comes below it, so that the charts stand level."""
    for column, chart in zip(st.columns(2, gap="medium"), row, strict=False):
        with column:
            st.markdown(f"**{wording.literal(chart.title)}**")
            st.plotly_chart(chart.figure, key=f"duel-chart-{chart.title}", config=STILL, alt=chart.alt)
            if chart.words:
                tell(wording.literal(chart.words))


def _mistakes(report: Report) -> None:
    """Both confusion matrices, and the pictures that only one side reads right."""
    _row(charts.confusions(report), st.caption)
    called = names(report)
    for right, wrong in ((0, 1), (1, 0)):
        pictures = [picture for picture in report.pictures if picture.read[right] == picture.true]
        if pictures:
            st.markdown(f"**Only {wording.literal(called[right])} reads these right**")
            _pictures(pictures, wrong)
            st.caption(f"What each is → what {wording.literal(called[wrong])} reads instead.")


def _pictures(pictures: Sequence[Picture], wrong: int) -> None:
    sources = [f"data:image/png;base64,{picture.png}" for picture in pictures]
    captions = [wording.literal(f"{picture.true} → {picture.read[wrong]}") for picture in pictures]
    st.image(sources, caption=captions, width=PICTURE)


def _experiments(report: Report, duel: Duel | None) -> None:
    """What has been measured, two by two, and the way to measure the rest."""
    made = charts.experiments(report)
    for first in range(0, len(made), 2):
        _row(made[first : first + 2])
    if duel and not report.sweeps:
        _offer_sweeps(duel)


def _offer_sweeps(duel: Duel) -> None:
    st.markdown("**What if the digits move, turn, get noisy or lose rows?** Both networks read changed test pictures.")
    if jobs.offer(
        f"duel-measure-{duel.id}",
        "Measure it",
        lambda: measure(duel, services.store(), services.engine(), services.catalogue()),
        lambda fraction: f"Asking the networks: {fraction:.0%}" if fraction else "Waiting for a worker…",
        icon=":material/science:",
    ):
        st.rerun()  # this report was made without what was measured


def _statistics(report: Report) -> None:
    """How much of the difference may be luck; and all that the numbers depend on."""
    if interval := interval_words(report):
        st.markdown(wording.literal(interval))
    else:
        st.markdown("With one seed there is no interval: start the duel with three or five to see the spread.")
    st.markdown("**On the same test pictures**, seed by seed. McNemar's p: how likely so uneven a split is by luck.")
    _plain_table(mcnemar_table(report))
    st.markdown(f"**How it is fair.** {wording.literal(words.fair_words(report.plan))}")
    _plain_table([dict(zip(("Recipe", *names(report)), row, strict=True)) for row in recipe_table(report.plan)])
    st.caption(wording.literal(" · ".join(f"{name} {version}" for name, version in report.versions.items())))


def _plain_table(rows: Sequence[Row]) -> None:
    """A table whose cells are text and not Markdown."""
    table = pd.DataFrame([{wording.literal(k): wording.literal(v) for k, v in row.items()} for row in rows])
    st.table(table.set_index(table.columns[0]))
