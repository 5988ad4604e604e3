"""Board: the class on one wall: its goals, everybody's best run, who trains and who waits."""

from cnn_core.language import _
from cnn_core.ui.classroom.board import class_board
from cnn_core.ui.classroom.desk import teachers_desk
from cnn_core.ui.kit.lesson import page_head

page_head(_("Board"), "board")
teachers_desk()
class_board()
