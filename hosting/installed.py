"""CNN Studio, installed: this folder holds what a clone holds, and the command `cnn-studio`."""

import os
import sys
from pathlib import Path

HERE = str(Path(__file__).parent)


def main() -> int:
    """The command line. The folder becomes importable, as that of `streamlit run app.py` is, for workers too."""
    sys.path.insert(0, HERE)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (HERE, os.environ.get("PYTHONPATH"))))
    from cnn_core.cli.commands import main

    return main()
