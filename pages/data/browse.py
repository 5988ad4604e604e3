"""Data: what there is to learn from. Browse it, look at one picture as numbers, bring your own."""

import streamlit as st

from cnn_core.errors import DataError
from cnn_core.ui.data.batches import batch_reading
from cnn_core.ui.data.browse import one_picture, overview
from cnn_core.ui.data.own import own_data
from cnn_core.ui.kit import services
from cnn_core.ui.kit.data_choice import choose_data, data_facts
from cnn_core.ui.kit.errors import faults, show_error
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.links import follow_links, write_links

OWN = "Bring your own"
VIEWS = {"Browse": overview, "One picture": one_picture, "Larger than memory": batch_reading}

page_head("Data", "browse")
follow_links()
faults()
left, right = st.columns([1, 2], vertical_alignment="bottom")
with left:
    entry = choose_data()
with right:
    view = st.segmented_control(
        "View", [*VIEWS, OWN], default="Browse", required=True, key="browse-view", label_visibility="collapsed"
    )
write_links(dataset=entry.name)
data_facts(entry)

if view == OWN:
    own_data()
elif entry.ready:
    try:
        data = services.dataset(entry.name)
    except DataError as error:
        show_error(error, ":material/broken_image:")
    else:
        with st.container():
            VIEWS[view](data)
