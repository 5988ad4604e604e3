"""Lists: what the database pages, searches and sorts is what Python would."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_core.runs.database import EVENTS, RUNS
from cnn_core.runs.events import Failed, Interrupted
from cnn_core.runs.store import RunStore
from cnn_core.runs.summary import SORTABLE
from tests.support.runs import PRESET, STARTED, ended, new, waiting

STATUSES = ("queued", "training", "finished", "stopped", "failed", "interrupted")
# What LIKE takes for a pattern, what ends a string, capitals whose small letters are others or more than one.
LETTERS = st.sampled_from("aAbBzZ 0%_\\/'\"-ßẞäÄéÉİıΣσς字数🙂\0\n\t\x07\u200b\u3000")
TEXTS = st.text(LETTERS, max_size=6)
NUMBERS = st.none() | st.sampled_from([0.0, 0.25, 0.5, 1.0])

ROWS = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "network": TEXTS.map(lambda text: text or "n"),
        "dataset": st.sampled_from(["bundled", "mnist", "own-100%_a"]),
        "duel": st.sampled_from([None, None, "a"]),
        "columns": st.fixed_dictionaries(
            {
                "created": st.sampled_from([1.0, 2.0, 3.0]),
                "status": st.sampled_from(STATUSES),
                "seconds": NUMBERS,
                "test_accuracy": NUMBERS,
                "validation_accuracy": NUMBERS,
                "parameters": st.none() | st.sampled_from([1, 20, 3_000_000_000]),
            }
        ),
    }
)
ASKED = st.fixed_dictionaries(
    {
        "offset": st.integers(0, 8),
        "limit": st.integers(0, 8),
        "text": TEXTS,
        "duels": st.booleans(),
        "order": st.sampled_from([sign + name for name in SORTABLE for sign in ("", "-")]),
    }
)


def fill(store: RunStore, rows: list[dict]) -> list[dict]:
    """Make these the only runs; what Python knows of each."""
    with store._db.begin() as db:
        db.execute(EVENTS.delete())
        db.execute(RUNS.delete())
    known = []
    for row in rows:
        network = PRESET.network.changed(name=row["network"])
        run = store.create(row["name"], network, PRESET.recipe, row["dataset"], row["duel"])
        with store._db.begin() as db:
            db.execute(RUNS.update().where(RUNS.c.id == run.id).values(row["columns"]))
        known.append({**row, **row["columns"], "id": run.id, "name": run.name})
    return known


def seen(text: str) -> str:
    """What a person sees of it, in small letters."""
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).casefold().split())


def expected(rows: list[dict], *, offset: int, limit: int, text: str, duels: bool, order: str) -> tuple[list[str], int]:
    """The oracle: ids of the page, and how many there are."""
    found = [
        row
        for row in rows
        if (duels or row["duel"] is None)
        and any(seen(text) in seen(row[column]) for column in ("name", "network", "dataset"))
    ]
    column = order.removeprefix("-")
    found.sort(key=lambda row: row["id"])
    with_value = [row for row in found if row[column] is not None]
    with_value.sort(key=lambda row: _key(row, column), reverse=order.startswith("-"))  # equal ones stay in order
    ordered = with_value + [row for row in found if row[column] is None]
    return [row["id"] for row in ordered[offset : offset + limit]], len(found)


def _key(row: dict, column: str) -> object:
    return tuple(seen(row[name]) for name in ("name", "network", "dataset")) if column == "name" else row[column]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, max_size=7), asked=st.lists(ASKED, min_size=5, max_size=12))
def test_pages_are_those_of_python(store, rows, asked):
    known = fill(store, rows)
    for one in asked:
        runs, total = store.lists.page(**one)
        assert ([run.id for run in runs], total) == expected(known, **one)
        assert store.lists.count(text=one["text"], duels=one["duels"]) == total


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROWS, min_size=1, max_size=4), data=st.data())
def test_any_part_of_a_name_finds_it(store, rows, data):
    """Whatever is in it, and in capitals or not."""
    for row in fill(store, rows):
        start = data.draw(st.integers(0, len(row["name"])))
        part = row["name"][start : data.draw(st.integers(start, len(row["name"])))]
        for text in (part, part.lower(), part.casefold()):
            assert row["id"] in [run.id for run in store.lists.page(text=text, duels=True)[0]]


def test_a_renamed_run_is_found_by_its_new_name_only(store):
    run = new(store, "before")
    store.rename(run.id, "After \0all ")
    assert [found.name for found in store.lists.page(text="AFTER ALL")[0]] == ["After all"]
    assert store.lists.page(text="before")[0] == []
    assert store.lists.count(text=PRESET.network.name.upper()) == 1
    assert store.lists.count(text="BUNDLED") == 1


@pytest.mark.parametrize("length", [100_000, 1_000_000])
def test_a_whole_book_is_searched_for(store, length):
    new(store, "x" * 300)
    assert store.lists.page(text="x" * length) == ([], 0)
    assert store.lists.count(text="x" * 200) == 1, "the name was cut there"


def test_pages_go_on_where_the_last_one_ended(store):
    """At the same moment, too: the order does not change between two pages."""
    for number in range(23):
        new(store, f"run {number % 3}")
    with store._db.begin() as db:
        db.execute(RUNS.update().values(created=5.0))
    for order in ("-created", "created", "name", "-test_accuracy"):
        pages = [store.lists.page(offset, 5, order=order)[0] for offset in range(0, 25, 5)]
        assert [len(page) for page in pages] == [5, 5, 5, 5, 3]
        assert len({run.id for page in pages for run in page}) == 23


def test_a_summary_says_what_the_events_add_up_to(store):
    run = ended(store, accuracy=0.75)
    [line] = store.lists.page()[0]
    state = store.state(run.id)
    assert (line.status, line.seconds, line.test_accuracy) == ("finished", state.seconds, 0.75)
    assert line.validation_accuracy == state.val_accuracy.y[-1]
    assert (line.network, line.recipe, line.network_name) == (run.network, run.recipe, run.network.name)
    assert line.parameters > 1000


def test_each_list_has_the_runs_that_it_is_about(store):
    done, of_duel = ended(store, "done"), new(store, "of duel", "d")
    begun, failed, queued = waiting(store, "begun"), new(store, "failed"), waiting(store, "queued")
    shuffled = store.create("s", PRESET.network, PRESET.recipe.model_copy(update={"pixel_order": 1}), "bundled")
    store.append(begun.id, STARTED)
    store.append(failed.id, STARTED, Failed(message="no"))
    store.append(shuffled.id, STARTED, Interrupted())
    with store._db.begin() as db:
        db.execute(RUNS.update().where(RUNS.c.id == shuffled.id).values(saved=True))
    lists = store.lists
    assert [run.id for run in lists.active(5)] == [queued.id, begun.id]
    assert [run.id for run in lists.active(1)] == [queued.id]
    assert [run.id for run in lists.trained(5)] == [done.id]
    assert (lists.of_duels(active=False), lists.of_duels(active=True)) == (1, 1)
    assert lists.count() == 5
    assert of_duel.id in [run.id for run in lists.page(duels=True)[0]]
    assert lists.waiting()
    store.wish_stop(queued.id)
    assert not lists.waiting()
