"""Why a CNN: three observations about images, each as an experiment with a number."""

from cnn_core.language import _
from cnn_core.ui.kit.lesson import page_head
from cnn_core.ui.learn import why

page_head(_("Why a CNN"), "why")
why.anywhere()
why.sharing_saves()
why.fewer_rows()
why.more()
