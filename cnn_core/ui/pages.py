"""Where the pages are: what `st.navigation`, `st.switch_page` and `st.page_link` call them."""

from pathlib import PurePosixPath

HOME = "pages/start/home.py"
CONVOLUTION = "pages/learn/convolution.py"
POOLING = "pages/learn/pooling.py"
WHY = "pages/learn/why.py"
BROWSE = "pages/data/browse.py"
AUGMENTATION = "pages/data/augmentation.py"
DESIGNER = "pages/build/designer.py"
LIVE = "pages/train/live.py"
RUN = "pages/train/run.py"
RUNS = "pages/train/runs.py"
DRAW = "pages/use/draw.py"
INSIDE = "pages/use/inside.py"
TEACH = "pages/use/teach.py"
TRANSFER = "pages/use/transfer.py"
DUEL = "pages/compare/duel.py"
BOARD = "pages/classroom/board.py"

BY_NAME = {PurePosixPath(path).stem: path for name, path in list(globals().items()) if name.isupper()}
"""By the name that stands in their address; Home's is "home", though its address has none."""
