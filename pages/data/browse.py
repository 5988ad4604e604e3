"""Data: what there is to learn from. Browse it, look at one image as numbers, bring your own."""

import streamlit as st

from cnn_core.errors import DataError
from cnn_core.language import N_, _
from cnn_core.ui.data.batches import batch_reading
from cnn_core.ui.data.browse import one_image, overview
from cnn_core.ui.data.own import own_data
from cnn_core.ui.kit import services
from cnn_core.ui.kit.data_choice import choose_data, data_facts
from cnn_core.ui.kit.errors import BROKEN, errors_told, faults
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.links import follow_links, write_links
from cnn_core.ui.kit.sharing import asked, carry

VIEWS = {
    "browse": (N_("Browse"), overview),
    "one": (N_("One image"), one_image),
    "batches": (N_("Larger than memory"), batch_reading),
    "own": (N_("Bring your own"), None),  # of whatever data set
}

page_head(_("Data"), "browse")
follow_links()
faults()
left, right = st.columns([1, 2], vertical_alignment="bottom")
with left:
    entry = choose_data()
with right:
    view = st.segmented_control(
        _("View"),
        list(VIEWS),
        default=asked("view", "browse", list(VIEWS)),
        required=True,
        format_func=lambda key: _(VIEWS[key][0]),
        key="browse-view",
        label_visibility="collapsed",
    )
write_links(dataset=entry.name)
carry(view=view)
data_facts(entry)

if view == "own":
    own_data()
elif entry.ready and (show := VIEWS[view][1]):
    with errors_told(BROKEN, kind=DataError), st.container():
        show(services.dataset(entry.name))
