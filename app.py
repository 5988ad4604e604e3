"""CNN Studio: `streamlit run app.py`. The server imports this file once; for each visitor it runs as a script."""

import streamlit as st

if __name__ != "__main__":
    from cnn_core.ui.server import lifespan, tell

    app = st.App(__file__, lifespan=lifespan, on_script_error=tell)
else:
    from cnn_core.ui import startup

    startup.first_page()
    from cnn_core.ui import errors, services

    st.set_page_config(page_title="CNN Studio", page_icon="assets/icon.png", layout="wide")
    st.logo("assets/logo.svg", icon_image="assets/icon.png", size="large")

    page = st.navigation(
        {
            "": [st.Page("app_pages/start/home.py", title="Home", icon=":material/home:", default=True)],
            "Data": [
                st.Page("app_pages/data/browse.py", title="Data sets", icon=":material/photo_library:"),
                st.Page("app_pages/data/augmentation.py", title="Augmentation", icon=":material/auto_awesome_motion:"),
            ],
            "Build": [st.Page("app_pages/build/designer.py", title="Designer", icon=":material/view_agenda:")],
            "Train": [
                st.Page("app_pages/train/live.py", title="Training", icon=":material/monitoring:"),
                st.Page("app_pages/train/run.py", title="Run", visibility="hidden"),
                st.Page("app_pages/train/runs.py", title="Runs", icon=":material/list_alt:"),
            ],
            "Use": [st.Page("app_pages/use/draw.py", title="Draw a digit", icon=":material/draw:")],
            "Compare": [st.Page("app_pages/compare/duel.py", title="Duel", icon=":material/swords:")],
        }
    )
    if page.url_path:  # Home shows its button first
        startup.everything()
    errors.show_fault()
    page.run()
    services.start()  # after the page: the first visitor sees it while the workers start
