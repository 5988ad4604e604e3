"""Teach it your own things: pictures of two things or more, a network that tells them apart, and another picture."""

from cnn_core.language import _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.use.teach import teach_board

page_head(_("Teach it your own things"), "teach")
teach_board()
