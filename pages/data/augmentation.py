"""Augmentation: many training images from few. See what each control does before it trains."""

import streamlit as st

from cnn_core.errors import DataError
from cnn_core.language import _
from cnn_core.ui.data.augmentation import augmentation_board, follow_augmentation
from cnn_core.ui.data.split_lesson import split_lesson
from cnn_core.ui.kit import services
from cnn_core.ui.kit.data_choice import choose_data, data_facts
from cnn_core.ui.kit.errors import BROKEN, errors_told
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.links import follow_links
from cnn_core.ui.kit.sharing import carry

page_head(_("Augmentation"), "augmentation")
follow_links()
follow_augmentation()
left, right = st.columns([4, 5], vertical_alignment="bottom", gap="medium")
with left:
    entry = choose_data()
with right:
    data_facts(entry)
carry(data=entry.name)
if entry.ready:
    with errors_told(BROKEN, kind=DataError):
        augmentation_board(services.dataset(entry.name))
split_lesson()
