"""The code that trains is Keras's alone: it runs on JAX too, where a GPU machine has nothing else."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAIN = """
import json
from dataclasses import asdict
from pathlib import Path
from benchmarks.fits import app
from cnn_core.data.datasets import BUNDLED, Catalogue
digits = Catalogue(Path("/nowhere")).load(BUNDLED)
print(json.dumps([asdict(app(digits, epochs=2, seed=1)) for _ in range(2)]))
"""


@pytest.mark.skipif(find_spec("jax") is None, reason="JAX is not installed: pip install jax")
def test_a_training_on_jax_learns_is_compiled_and_can_be_repeated():
    env = {**os.environ, "KERAS_BACKEND": "jax"}
    done = subprocess.run([sys.executable, "-c", TRAIN], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = json.loads(done.stdout.splitlines()[-1])
    assert first["accuracy"] > 0.7
    assert first["accuracy"] == second["accuracy"]
    assert "no XLA" not in first["choices"]
