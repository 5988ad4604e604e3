"""Transfer learning: start from what is already known."""

from cnn_core.language import _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.use.transfer import transfer_board

page_head(_("Transfer learning"), "transfer")
transfer_board()
