"""Files that mean no good are refused in words, at once, and break nothing."""

import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest

from cnn_core.errors import DataError, StudioError
from cnn_core.exchange.safe import apart
from cnn_core.exchange.safe.apart import read_apart
from cnn_core.exchange.safe.reading import Sent, read_model
from tests.support.hostile import HOSTILE
from tests.support.models import LIMITS, keras_file

ROOT = Path(__file__).parents[3]
FLIPS = 200
FLIPPED = """
import sys
import numpy as np
from cnn_core.errors import StudioError
from cnn_core.exchange.safe.reading import Sent, read_model
from tests.support.models import LIMITS, config, old_file, weights

random, whole = np.random.default_rng(int(sys.argv[2])), 0
for number in range(int(sys.argv[1])):
    first, *rest = [(weights(), config()), (old_file(),)][number % 2]
    content = np.frombuffer(first, np.uint8).copy()
    places = random.integers(0, len(content), random.integers(1, 20))
    content[places] = random.integers(0, 256, len(places))
    try:
        read_model([Sent(str(place), one) for place, one in enumerate((content.tobytes(), *rest))], LIMITS)
        whole += 1
    except StudioError as error:
        assert str(error)
print(whole)
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_words_within_little_time_and_memory(name):
    make, words = HOSTILE[name]
    files = [Sent(f"{place}.file", content) for place, content in enumerate(make())]
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(StudioError) as error:
            read_model(files, LIMITS)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 2
    assert taken < 8 * LIMITS.model
    assert words in str(error.value)
    assert error.value.what


def test_there_are_more_than_thirty_of_them():
    assert len(HOSTILE) > 30


def test_bytes_that_were_changed_never_end_the_process():
    command = [sys.executable, "-c", FLIPPED, str(FLIPS), "7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) < FLIPS / 2, "most of them are noticed"


@pytest.mark.parametrize("name", ["lambda", "external link"])
def test_a_process_of_its_own_says_the_same(name):
    make, words = HOSTILE[name]
    with pytest.raises(DataError) as error:
        read_apart([Sent("a.keras", content) for content in make()], LIMITS)
    assert words in str(error.value)


def test_what_takes_too_much_memory_is_told(monkeypatch):
    monkeypatch.setattr(apart, "memory", lambda limits: 1)
    with pytest.raises(DataError, match="too much memory"):
        read_apart([Sent("a.keras", b"PK\3\4" + b"\0" * 1_900_000)], LIMITS)


@pytest.mark.parametrize(
    ("code", "words"),
    [("import os; os.abort()", "process that reads it ended"), ("while True: pass", "takes too long")],
    ids=["crash", "endless"],
)
def test_the_end_of_the_process_is_told_in_words(monkeypatch, tmp_path, code, words):
    """As if the library in C had a fault that a file makes use of."""
    package = tmp_path / "cnn_core" / "exchange" / "safe"
    package.mkdir(parents=True)
    limit = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))"
    (package / "__main__.py").write_text(f"{limit}\n{code}")
    monkeypatch.setattr(apart, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(DataError, match=words):
        read_apart([Sent("a.keras", keras_file())], LIMITS)


def test_an_answer_that_is_none_is_no_model(monkeypatch):
    for answer in (b"", b"{}\n", apart.answered(read_model([Sent("a", keras_file())], LIMITS))[:-1]):
        monkeypatch.setattr(
            apart.subprocess, "run", lambda *_a, said=answer, **_k: subprocess.CompletedProcess([], 0, said)
        )
        with pytest.raises(DataError, match="cannot be read"):
            read_apart([Sent("a.keras", keras_file())], LIMITS)
