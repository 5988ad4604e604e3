"""Run by `proof` as a program: predicts a batch by the `predict` of another file, in a process that knows nothing else.

python predict_batch.py example.py batch.npy answers.npy
"""

import runpy
import sys
from types import ModuleType
from typing import cast

import numpy as np

UNUSED = ("sklearn", "pandas", "matplotlib")
"""Keras imports them wherever they are installed: that takes nearly half of the time until it is loaded."""

if __name__ == "__main__":
    file, batch, answers = sys.argv[1:]
    sys.modules.update(dict.fromkeys(UNUSED, cast(ModuleType, None)))
    np.save(answers, runpy.run_path(file)["predict"](np.load(batch)))
