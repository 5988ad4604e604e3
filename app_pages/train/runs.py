"""Runs: all of them, of everybody on this server."""

from cnn_core.ui.lesson import page_head
from cnn_core.ui.runs_table import runs_page

page_head("Runs", "runs")
runs_page()
