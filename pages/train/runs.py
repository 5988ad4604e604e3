"""Runs: all of them, of everybody on this server."""

from cnn_core.language import _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.train.runs import runs_page

page_head(_("Runs"), "runs")
runs_page()
