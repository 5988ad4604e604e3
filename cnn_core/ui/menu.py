"""The menu: every page with its title and icon, in sections."""

from pathlib import PurePosixPath

import streamlit as st

from cnn_core.language import _
from cnn_core.ui import pages


def menu() -> dict[str, list[st.Page]]:
    """By the title of each section, its pages, in the visitor's language."""
    shown = {
        section: [st.Page(path, title=title, icon=icon, default=path == pages.HOME) for path, title, icon in entries]
        for section, entries in _sections().items()
    }
    shown[_("Train")].append(st.Page(pages.RUN, title=_("Run"), visibility="hidden"))
    return shown


def page_titles() -> dict[str, str]:
    """What each page of the menu is called, by its name (`pages.BY_NAME`)."""
    return {PurePosixPath(path).stem: title for entries in _sections().values() for path, title, _icon in entries}


def _sections() -> dict[str, list[tuple[str, str, str]]]:
    return {
        "": [(pages.HOME, _("Home"), ":material/home:")],
        _("Learn"): [
            (pages.CONVOLUTION, _("Convolution"), ":material/grid_on:"),
            (pages.POOLING, _("Pooling"), ":material/compress:"),
            (pages.WHY, _("Why a CNN"), ":material/lightbulb:"),
        ],
        _("Data"): [
            (pages.BROWSE, _("Data sets"), ":material/photo_library:"),
            (pages.AUGMENTATION, _("Augmentation"), ":material/auto_awesome_motion:"),
        ],
        _("Build"): [(pages.DESIGNER, _("Designer"), ":material/view_agenda:")],
        _("Train"): [
            (pages.LIVE, _("Training"), ":material/monitoring:"),
            (pages.RUNS, _("Runs"), ":material/list_alt:"),
        ],
        _("Use"): [
            (pages.DRAW, _("Draw a digit"), ":material/draw:"),
            (pages.INSIDE, _("Look inside"), ":material/search:"),
            (pages.TEACH, _("Teach it your own things"), ":material/photo_camera:"),
            (pages.TRANSFER, _("Transfer learning"), ":material/move_down:"),
        ],
        _("Compare"): [(pages.DUEL, _("Duel"), ":material/swords:")],
        _("Class"): [(pages.BOARD, _("Board"), ":material/leaderboard:")],
    }
