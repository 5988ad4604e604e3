"""Augmentation: many training pictures from few. See what each control does before it trains."""

import streamlit as st

from cnn_core.errors import DataError
from cnn_core.ui.data.augmentation import augmentation_board
from cnn_core.ui.data.split_lesson import split_lesson
from cnn_core.ui.kit import services
from cnn_core.ui.kit.data_choice import choose_data, data_facts
from cnn_core.ui.kit.errors import show_error
from cnn_core.ui.kit.lesson import page_head

page_head("Augmentation", "augmentation")
left, right = st.columns([4, 5], vertical_alignment="bottom", gap="medium")
with left:
    entry = choose_data()
with right:
    data_facts(entry)
if entry.ready:
    try:
        data = services.dataset(entry.name)
    except DataError as error:
        show_error(error, ":material/broken_image:")
    else:
        augmentation_board(data)
split_lesson()
