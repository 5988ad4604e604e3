"""Runs: all of them, of everybody on this server."""

import streamlit as st

from cnn_core.ui.lesson import lesson
from cnn_core.ui.runs_table import runs_page

st.title("Runs")
runs_page()
lesson("runs")
