"""Every test process has a home folder of its own; nothing of the person who runs the tests is touched."""

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import numpy as np
import pytest

HOME = Path(tempfile.mkdtemp(prefix="cnn-studio-tests-"))
os.environ["CNN_STUDIO_HOME"] = str(HOME)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# Tests start a hundred processes: without compiled modules, each of them would compile all that it imports.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

from cnn_core.data.datasets import BUNDLED, Catalogue, Dataset  # noqa: E402 - the home must be known first
from tests.support.postgres import MISSING, Postgres, binaries, new_folder  # noqa: E402

# The same few examples every time: a landing depends neither on luck nor on how fast the machine is.
DAILY = hypothesis.settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=20,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.register_profile("daily", DAILY)
hypothesis.settings.register_profile("nightly", DAILY, max_examples=1000)
hypothesis.settings.load_profile("daily")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with few tests come first: theirs are long, and in the end no process shall wait for another one's."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: (tests[item.path], item.path))


@pytest.fixture(scope="session")
def bundled() -> Dataset:
    """The bundled digits: 4,000 for training, 1,000 for testing."""
    return Catalogue(HOME / "datasets").load(BUNDLED)


@pytest.fixture(scope="session")
def small(bundled) -> Dataset:
    """300 + 100 of the bundled digits, for tests that train."""
    return Dataset(
        "small",
        "Small",
        bundled.x_train[:300].copy(),
        bundled.y_train[:300].copy(),
        bundled.x_test[:100].copy(),
        bundled.y_test[:100].copy(),
        bundled.class_names,
    )


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """Full MNIST, from $CNN_STUDIO_TEST_DATA/datasets/mnist.npz (.ci/run points it at ../shared/data)."""
    folder = Path(os.environ.get("CNN_STUDIO_TEST_DATA", "/nowhere")) / "datasets"
    if not (folder / "mnist.npz").exists():
        pytest.skip("full MNIST is not here: set CNN_STUDIO_TEST_DATA to a folder with datasets/mnist.npz")
    return Catalogue(folder).load("mnist")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs; ask it for a `database()`."""
    if binaries() is None:
        pytest.skip(MISSING)
    folder = new_folder()
    postgres = Postgres(folder)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)
