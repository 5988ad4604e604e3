"""Pooling: one number for each window, and what of it stays when the image moves."""

from cnn_core.language import _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.learn.pooling import follow_show, pooling_board

page_head(_("Pooling"), "pooling")
remember_drawing()
follow_show()
pooling_board()
