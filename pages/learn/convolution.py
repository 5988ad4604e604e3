"""Convolution: move the window over an image by hand, and see the sum that fills each cell."""

from cnn_core.language import _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.kit.living import remember_drawing
from cnn_core.ui.learn.convolution import convolution_board, follow_show
from cnn_core.ui.learn.separable import separable_board

page_head(_("Convolution"), "convolution")
remember_drawing()
follow_show()
convolution_board()
separable_board()
