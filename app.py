"""CNN Studio: `streamlit run app.py`. The server imports this file once; for each visitor it runs as a script."""

import streamlit as st

if __name__ != "__main__":
    from cnn_core.ui.kit.startup import lifespan, tell

    app = st.App(__file__, lifespan=lifespan, on_script_error=tell)
else:
    from cnn_core.ui.kit import startup

    startup.first_page()
    from cnn_core.language import ASSETS
    from cnn_core.ui.kit import frame
    from cnn_core.ui.menu import menu

    icon = str(ASSETS / "icon.png")
    st.set_page_config(page_title="CNN Studio", page_icon=icon, layout="wide")
    st.logo(str(ASSETS / "logo.svg"), icon_image=icon, size="large")
    page = st.navigation(menu(), expanded=True)  # no page is hidden behind "View more"
    if page.url_path:  # Home shows its button first
        startup.everything()
    with frame.around_page(page.url_path):
        page.run()
