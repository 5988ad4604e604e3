"""Run by `proof` as a program: predicts a batch by the `predict` of another file, in a process that knows nothing else.

python predict_batch.py example.py batch.npy answers.npy
"""

import runpy
import sys

import numpy as np

if __name__ == "__main__":
    file, batch, answers = sys.argv[1:]
    np.save(answers, runpy.run_path(file)["predict"](np.load(batch)))
