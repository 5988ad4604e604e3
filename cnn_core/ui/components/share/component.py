"""The typed face of the link to be copied."""

from pathlib import Path

from cnn_core.language import _
from cnn_core.ui.components.mount import mounted

FOLDER = Path(__file__).parent


def copy_box(link: str) -> None:
    """Show the link with a button that copies it; it also works where a browser gives no page its clipboard."""
    words = {"link": _("The link"), "copy": _("Copy link"), "copied": _("Copied"), "by_hand": _("Press Ctrl+C")}
    # Not isolated: Tab in a dialog goes from one focusable thing to the next, and does not look into a shadow root.
    share = mounted(FOLDER, html=(FOLDER / "share.html").read_text(encoding="utf-8"), isolated=False)
    share(key="share-link", data={"link": link, "words": words})
