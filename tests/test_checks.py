"""What is checked without running it: style, form and types, as configured in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("check", ["ruff check", "ruff format --check", "mypy"])
def test_the_code_passes(check):
    command = [sys.executable, "-m", *check.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
