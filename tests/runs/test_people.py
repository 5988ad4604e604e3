"""people: who is in the class and what is whose, by a secret that is not kept."""

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import RunError
from cnn_core.runs.people import LONGEST, known_as
from cnn_core.runs.store import RunStore

ANNA, BERT = "a" * 32, "b" * 32


@pytest.fixture
def store(tmp_path):
    store = RunStore(f"sqlite:///{tmp_path / 'runs.db'}", str(tmp_path / "files"))
    yield store
    store.close()


def test_somebody_joins_and_is_known_by_their_secret_alone(store, tmp_path):
    anna = store.people.join(ANNA, "  Anna \n")
    assert anna.name == "Anna"
    assert store.people.person(ANNA) == anna
    assert store.people.person(BERT) is None
    assert store.people.person(anna.id) is None, "what others may see of a person lets nobody in"
    assert store.people.join(ANNA, "Anna B.").id == anna.id
    assert store.people.person(ANNA).name == "Anna B."
    store.close()
    assert ANNA.encode() not in (tmp_path / "runs.db").read_bytes()
    assert anna.id == known_as(ANNA)


@pytest.mark.parametrize("name", ["", "   ", "x" * (LONGEST + 1)])
def test_a_name_that_cannot_be_is_refused(store, name):
    with pytest.raises(RunError, match=f"1 to {LONGEST} letters"):
        store.people.join(ANNA, name)
    assert store.people.person(ANNA) is None


def test_two_people_cannot_have_one_name(store):
    store.people.join(ANNA, "Anna")
    with pytest.raises(RunError, match="has this name already"):
        store.people.join(BERT, "ANNA")


def test_things_belong_to_who_made_them_first(store):
    anna, bert = store.people.join(ANNA, "Anna"), store.people.join(BERT, "Bert")
    store.people.own("run", "r1", anna)
    store.people.own("run", "r1", bert)
    store.people.own("data", "r1", bert)
    assert store.people.owners("run", ["r1", "r2"]) == {"r1": anna}
    assert store.people.owners("data", ["r1"]) == {"r1": bert}
    store.people.disown("run", "r1")
    assert store.people.owners("run", ["r1"]) == {}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 1), max_size=6))
def test_owners_are_those_that_were_noted(tmp_path_factory, wanted):
    folder = tmp_path_factory.mktemp("people")
    store = RunStore(f"sqlite:///{folder / 'runs.db'}", str(folder))
    people = store.people.join(ANNA, "Anna"), store.people.join(BERT, "Bert")
    for key, number in wanted.items():
        store.people.own("duel", key, people[number])
    assert store.people.owners("duel", "abcdef") == {key: people[number] for key, number in wanted.items()}
    store.close()


def test_it_works_on_postgresql(postgres, tmp_path):
    store = RunStore(postgres.database(), str(tmp_path))
    anna = store.people.join(ANNA, "Anna")
    store.people.own("run", "r1", anna)
    assert store.people.owners("run", ["r1"]) == {"r1": anna}
    tables = sa.inspect(store._db).get_table_names()
    assert {"people", "owners"} <= set(tables)
    store.close()
