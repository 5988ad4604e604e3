"""What is taken along comes back: the numbers in pandas, the configuration as the same plan."""

import contextlib
import io
import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.compare.export import read_config, to_config, to_csv
from cnn_core.design.presets import PRESETS
from cnn_core.errors import DesignError
from tests.compare.example import plan, report


def frame(made) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(to_csv(made)), keep_default_na=False, dtype={"seed": str, "amount": str})


def config(**changes) -> dict:
    """A good configuration with fields of its plan changed."""
    plain = json.loads(to_config(report()))
    plain["plan"] |= changes
    return plain


def refused(content: bytes | dict | list) -> DesignError:
    with pytest.raises(DesignError) as caught:
        read_config(content if isinstance(content, bytes) else json.dumps(content).encode())
    return caught.value


def test_every_number_is_in_the_csv_in_full_precision():
    made = report()
    table = frame(made)
    assert tuple(table.columns) == ("part", "network", "seed", "amount", "measure", "value")
    main = table[(table.part == "main") & (table.network == "small-cnn")].set_index(["measure", "seed"]).value
    assert [main["test_accuracy", str(run.seed)] for run in made.sides[1].runs] == [0.961, 0.957, 0.963]
    assert main["parameters", ""] == made.sides[1].parameters
    curve = table[(table.part == "curves") & (table.network == "big-dense") & (table.measure == "loss")]
    assert list(curve[curve.seed == "2"].value) == list(made.sides[0].runs[1].curves["loss"][1])  # 1/3 and the like
    assert list(curve[curve.seed == "2"].amount.astype(float)) == list(range(1, 21))
    confusion = table[(table.part == "confusion") & (table.network == "big-dense") & (table.seed == "1")]
    assert confusion.value.sum() == 1000
    assert confusion.set_index("measure").value["4 predicted as 9"] == 70
    assert set(table[table.part == "agreement"].measure) == {"both", "only_first", "only_second", "neither"}


def test_the_experiments_are_in_the_csv():
    made = report()
    table = frame(made)
    for sweep in made.sweeps:
        rows = table[(table.part == sweep.kind) & (table.network == "small-cnn") & (table.seed == "3")]
        assert list(rows.amount.astype(float)) == list(sweep.amounts)
        assert list(rows.value) == list(sweep.accuracies[1][2])
    less = table[(table.part == "less") & (table.network == "big-dense") & (table.seed == "1")]
    assert list(less.amount) == ["100", "300", "1000", "3600"]
    shuffled = table[(table.part == "shuffled") & (table.network == "big-dense")]
    assert list(shuffled.value) == [0.931, 0.935, 0.933]
    bare = frame(report(sweeps=(), less=None, shuffled=None))
    assert set(bare.part) == {"main", "curves", "confusion", "agreement"}


def test_an_experiment_of_fewer_seeds_claims_none():
    """Which of the seeds were done by then is not known."""
    made = report()
    fewer = made.sweeps[0].model_copy(update={"accuracies": tuple(side[:2] for side in made.sweeps[0].accuracies)})
    rows = frame(report(sweeps=(fewer,)))
    assert set(rows[rows.part == "shift"].seed) == {""}


def test_the_csv_opens_in_excel_and_runs_nothing():
    made = report()
    content = to_csv(report(class_names=("=1+1", "@SUM", " +x", "-1", "\tx", "é", "6", "7", "8", 'a,b\n"c"')))
    assert content.startswith(b"\xef\xbb\xbf")
    named = made.sides[0].model_copy(update={"name": '=HYPERLINK("http://x")'})
    for table in (pd.read_csv(io.BytesIO(content)), frame(made.model_copy(update={"sides": (named, made.sides[1])}))):
        for column in ("part", "network", "measure"):
            assert not table[column].dropna().str.strip(" ").str.startswith(("=", "+", "-", "@", "\t")).any()
    assert pd.read_csv(io.BytesIO(content)).measure.str.fullmatch('é predicted as a,b\n"c"').any()


def test_negative_numbers_stay_numbers():
    made = report()
    curves = {"loss": ((1.0,), (-0.25,))}  # no loss is, but what is measured is written
    run = made.sides[0].runs[0].model_copy(update={"curves": curves})
    side = made.sides[0].model_copy(update={"runs": (run,)})
    table = frame(made.model_copy(update={"sides": (side, made.sides[1])}))
    assert -0.25 in set(table.value)


RECIPES = st.sampled_from([preset.recipe for preset in PRESETS.values()])
NETWORKS = st.sampled_from([preset.network for preset in PRESETS.values()])
PLANS = st.builds(
    plan,
    title=st.text(min_size=1, max_size=200),
    dataset=st.text(max_size=40),
    networks=st.tuples(NETWORKS, NETWORKS),
    recipes=st.tuples(RECIPES, RECIPES),
    seeds=st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=10, unique=True).map(tuple),
    matched=st.sampled_from(["epochs", "parameters", "time"]),
    sizes=st.lists(st.integers(10, 10_000_000), max_size=4, unique=True).map(tuple),
    shuffled=st.booleans(),
)


@given(PLANS)
def test_a_configuration_comes_back_as_the_same_plan(made):
    assert read_config(to_config(report(plan=made))) == made


def test_a_configuration_says_on_what_and_when():
    plain = json.loads(to_config(report(made=0.0)))
    assert (plain["format"], plain["version"]) == ("cnn-studio-duel", 1)
    assert plain["made"] == "1970-01-01T00:00:00+00:00"
    assert plain["device"] == "CPU: made up, 2 cores"
    assert plain["versions"] == {"python": "3.11.7", "keras": "3.15.1"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"PK\x03\x04",
        b"[" * 100_000,
        b'{"format": "cnn-studio-duel", "version": 1, "plan": NaN}',
        b" " * 50_000_000,
        b"null",
        b"[]",
        b'"cnn-studio-duel"',
        b"{}",
        b'{"format": "cnn-studio-duel"}',
        b'{"format": "cnn-studio-duel", "version": 2, "plan": {}}',
        b'{"format": "cnn-studio-duel", "version": 1}',
        b'{"format": "cnn-studio-duel", "version": 1, "plan": []}',
    ],
    ids=range(14),
)
def test_other_files_are_refused_in_words(content):
    error = refused(content)
    assert str(error.what) == "This is not a duel's configuration"
    assert error.expected
    assert error.received
    assert error.todo
    assert len(str(error)) < 1000


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "title must be text of 1 to 200 characters"),
        ({"title": 7}, "title must be text"),
        ({"dataset": None}, "dataset must be text"),
        ({"networks": []}, "a list of two networks"),
        ({"networks": {"first": 1}}, "a list of two networks"),
        ({"networks": [1, 2]}, "Network 1 of the duel"),
        ({"recipes": [{}, {"epochs": 0}]}, "Recipe 2 of the duel: epochs must be a whole number from 1 to 1,000"),
        ({"recipes": [{}, {"optimiser": "adam"}]}, "'optimiser' is not known here"),
        ({"recipes": "adam"}, "a list of two recipes"),
        ({"seeds": []}, "seeds must be"),
        ({"seeds": ["one"]}, "seeds must be"),
        ({"seeds": 1}, "seeds must be"),
        ({"seeds": [1, 1]}, "all different"),
        ({"seeds": [-1]}, "seed must be a whole number from 0 to"),
        ({"seeds": [2**40]}, "seed must be a whole number from 0 to"),
        ({"seeds": list(range(11))}, "seeds must be"),
        ({"sizes": [0]}, "train_images must be"),
        ({"sizes": list(range(100, 105))}, "at most 4"),
        ({"matched": "luck"}, "matched must be one of epochs, parameters, time"),
        ({"shuffled": "perhaps"}, "shuffled must be true or false"),
        ({"surprise": 1}, "'surprise' is not known here"),
    ],
)
def test_a_fault_in_the_plan_is_named(changes, words):
    assert words in str(refused(config(**changes)))


def test_an_unknown_layer_is_named_with_its_network():
    plain = config()
    plain["plan"]["networks"][1]["layers"][2] = {"type": "Lambda", "function": "os.system"}
    assert "Network 2 of the duel: Layer 3 is of an unknown type" in str(refused(plain))


@pytest.mark.parametrize("field", ["title", "dataset", "networks", "recipes", "seeds"])
def test_a_missing_field_is_named(field):
    plain = config()
    del plain["plan"][field]
    assert f"{field} is missing" in str(refused(plain))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from(list(config()["plan"])), value=JSON)
def test_whatever_a_field_holds_it_is_a_plan_or_refused_in_words(field, value):
    with contextlib.suppress(DesignError):
        read_config(json.dumps(config(**{field: value})).encode())
