"""past: of which epochs the weights stay, whatever the run is long and whoever tells of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.runs.past import MOST_BYTES, MOST_EPOCHS, file_name, keep, kept_epochs, most_kept, thinned
from cnn_core.runs.store import RunStore

MOST = st.integers(2, 40)


@given(st.sets(st.integers(0, 2000), min_size=1), MOST)
def test_the_first_and_the_last_stay_and_no_more_than_allowed(epochs, most):
    kept = thinned(epochs, most)
    assert {min(epochs), max(epochs)} <= set(kept) <= epochs
    assert len(kept) == min(most, len(epochs))


@given(st.integers(1, 300), st.integers(10, 40))
def test_as_they_come_one_by_one_early_ones_stay_closer_together(epochs, most):
    kept: list[int] = []
    for done in range(epochs + 1):
        kept = thinned([*kept, done], most)
    assert (kept[0], kept[-1]) == (0, epochs)
    assert kept[: most // 4] == list(range(epochs + 1))[: most // 4]


@given(st.integers(1, 10**9))
def test_all_together_stay_below_the_limit(size):
    most = most_kept(size)
    assert most <= MOST_EPOCHS
    assert most * size <= MOST_BYTES
    assert most != 1


@pytest.fixture
def store(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path}/runs.db", str(tmp_path / "models"))
    yield store
    store.close()


def test_what_is_thinned_is_removed_and_nothing_else(store):
    store.save_file("abc", "model.keras", b"model")
    for epochs in range(4):
        keep(store, "abc", {epochs: bytes([epochs])}, range(epochs + 1))
    keep(store, "abc", {4: b"4"}, [0, 2, 4])
    assert store.file_sizes("abc") == {"model.keras": 5} | {file_name(epochs): 1 for epochs in (0, 2, 4)}
    keep(store, "abc", {}, [0, 2])  # heard late: of a time when there was no fourth epoch
    assert kept_epochs(store.file_sizes("abc")) == [0, 2, 4]
    keep(store, "abc", {}, [])  # a network too large to keep any
    assert kept_epochs(store.file_sizes("abc")) == [0, 2, 4]


def test_a_run_without_files_has_no_past(store):
    assert kept_epochs(store.file_sizes("abc")) == []
    store.remove_file("abc", file_name(0))
