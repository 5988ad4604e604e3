"""A run whose model was brought in: what there is to say instead of how it was trained."""

import streamlit as st

from cnn_core.language import _
from cnn_core.runs.events import BroughtIn
from cnn_core.runs.run import Run
from cnn_core.ui import pages
from cnn_core.ui.kit.wording import literal


def about_brought_in(run: Run, event: BroughtIn) -> None:
    """Where it is from, what was left out or taken for granted, and how to train it further."""
    told = _("Brought in from **{file}**. It was trained elsewhere: there are no curves.", file=literal(event.file))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(told, width="content")
        st.page_link(
            pages.TRANSFER,
            label=_("Train it further"),
            icon=":material/model_training:",
            query_params={"from": run.id},
        )
    if event.notes:
        heading = _("About this model:")
        st.info("\n- ".join([heading, *(literal(str(note)) for note in event.notes)]), icon=":material/rule:")
