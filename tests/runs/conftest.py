"""A store on each of the databases that there are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_core.runs.store import RunStore


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path: Path) -> str:
    """The SQLAlchemy URL of a new, empty database; PostgreSQL is skipped where it is not installed."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").database()
    return f"sqlite:///{tmp_path}/deep/runs.db"


@pytest.fixture
def urls(database, tmp_path) -> tuple[str, str]:
    return database, str(tmp_path / "models")


@pytest.fixture
def store(urls) -> Iterator[RunStore]:
    store = RunStore(*urls)
    yield store
    store.close()
