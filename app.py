"""CNN Studio: `streamlit run app.py`. The server imports this file once; for each visitor it runs as a script."""

import streamlit as st

if __name__ != "__main__":
    from cnn_core.ui.kit.startup import lifespan, tell

    app = st.App(__file__, lifespan=lifespan, on_script_error=tell)
else:
    from cnn_core.ui import pages
    from cnn_core.ui.kit import startup

    startup.first_page()
    from cnn_core.ui.kit import errors

    st.set_page_config(page_title="CNN Studio", page_icon="assets/icon.png", layout="wide")
    st.logo("assets/logo.svg", icon_image="assets/icon.png", size="large")

    page = st.navigation(
        {
            "": [st.Page(pages.HOME, title="Home", icon=":material/home:", default=True)],
            "Data": [
                st.Page(pages.BROWSE, title="Data sets", icon=":material/photo_library:"),
                st.Page(pages.AUGMENTATION, title="Augmentation", icon=":material/auto_awesome_motion:"),
            ],
            "Build": [st.Page(pages.DESIGNER, title="Designer", icon=":material/view_agenda:")],
            "Train": [
                st.Page(pages.LIVE, title="Training", icon=":material/monitoring:"),
                st.Page(pages.RUN, title="Run", visibility="hidden"),
                st.Page(pages.RUNS, title="Runs", icon=":material/list_alt:"),
            ],
            "Use": [st.Page(pages.DRAW, title="Draw a digit", icon=":material/draw:")],
            "Compare": [st.Page(pages.DUEL, title="Duel", icon=":material/swords:")],
        }
    )
    if page.url_path:  # Home shows its button first
        startup.everything()
    errors.show_fault()
    page.run()
    startup.workers()  # after the page: the first visitor sees it while the workers start
