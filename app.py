"""CNN Studio: `streamlit run app.py`. The server imports this file once; for each visitor it runs as a script."""

import streamlit as st

if __name__ != "__main__":
    from cnn_core.ui.kit.startup import lifespan, tell

    app = st.App(__file__, lifespan=lifespan, on_script_error=tell)
else:
    from cnn_core.ui.kit import startup

    startup.first_page()
    from cnn_core.language import _
    from cnn_core.ui import pages
    from cnn_core.ui.kit import frame

    st.set_page_config(page_title="CNN Studio", page_icon="assets/icon.png", layout="wide")
    st.logo("assets/logo.svg", icon_image="assets/icon.png", size="large")
    menu = {
        "": [st.Page(pages.HOME, title=_("Home"), icon=":material/home:", default=True)],
        _("Learn"): [st.Page(pages.CONVOLUTION, title=_("Convolution"), icon=":material/grid_on:")],
        _("Data"): [
            st.Page(pages.BROWSE, title=_("Data sets"), icon=":material/photo_library:"),
            st.Page(pages.AUGMENTATION, title=_("Augmentation"), icon=":material/auto_awesome_motion:"),
        ],
        _("Build"): [st.Page(pages.DESIGNER, title=_("Designer"), icon=":material/view_agenda:")],
        _("Train"): [
            st.Page(pages.LIVE, title=_("Training"), icon=":material/monitoring:"),
            st.Page(pages.RUN, title=_("Run"), visibility="hidden"),
            st.Page(pages.RUNS, title=_("Runs"), icon=":material/list_alt:"),
        ],
        _("Use"): [st.Page(pages.DRAW, title=_("Draw a digit"), icon=":material/draw:")],
        _("Compare"): [st.Page(pages.DUEL, title=_("Duel"), icon=":material/swords:")],
    }
    page = st.navigation(menu)
    if page.url_path:  # Home shows its button first
        startup.everything()
    with frame.around_page(page.url_path):
        page.run()
