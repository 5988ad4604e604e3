"""Pages are tested in this process, without a cluster. Tests that start a process or a server have the real engine."""

from collections.abc import Iterator

import pytest

from tests.support.stand_in import forget_active, without_a_cluster


@pytest.fixture(scope="package", autouse=True)
def _without_a_cluster() -> Iterator[None]:
    with without_a_cluster():
        yield


@pytest.fixture(autouse=True)
def _none_under_way() -> Iterator[None]:
    """A run that a test has left under way would be seen on the pages of the next."""
    yield
    forget_active()
