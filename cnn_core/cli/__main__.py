"""`python -m cnn_core.cli`: the command line from a clone. Where the wheel is installed it is called `cnn-studio`."""

import sys

from cnn_core.cli.commands import main

if __name__ == "__main__":
    sys.exit(main())
