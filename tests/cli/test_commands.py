"""What can be typed: the help is there at once, and what is not understood is said so."""

import json
import subprocess
import sys

import pytest

from cnn_core.cli.commands import APP
from tests.support.processes import ROOT

COMMANDS = ("serve", "train", "duel", "shapes", "runs", "export", "logs", "doctor")
HEAVY = (
    "streamlit",
    "keras",
    "tensorflow",
    "dask",
    "distributed",
    "numpy",
    "pandas",
    "sqlalchemy",
    "plotly",
    "pydantic",
)
IMPORTED = f"""
import sys
from cnn_core.cli.commands import main
code = main(sys.argv[1:])
print(*sorted({{name.split(".")[0] for name in sys.modules}} & set({HEAVY})), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["--version"], ["trane"]], ids=" ".join)
def test_help_imports_nothing_heavy(words):
    """So it takes a fifth of a second of the processor, whatever the machine does besides."""
    command = [sys.executable, "-W", "error", "-c", IMPORTED, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == (2 if words == ["trane"] else 0), done.stderr
    assert done.stderr.splitlines()[-1] == ""


def test_every_command_is_listed_and_says_what_its_options_mean(typed):
    assert {name for name in APP if not name.startswith("-")} == set(COMMANDS)
    listed = typed("--help").out
    for command in COMMANDS:
        assert command in listed
        told = typed(command, "--help")
        assert told.code == 0
        assert "Exit codes: 0 done" in told.out


def test_every_command_is_in_the_readme():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [command for command in COMMANDS if f"cnn-studio {command}" not in readme] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trane",), 'Did you mean "train"?'),
        (("train", "--nope"), "no such option"),
        (("train", "--epochs", "many"), "many"),
        (("shapes",), "requires an argument"),
        (("serve", "--port", "99999"), "65535"),
        (("doctor", "--port", "0"), "1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_not_understood(typed, words, told):
    said = typed(*words)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert "cnn-studio --help" in said.err


def test_scripts_get_errors_as_json(typed):
    said = typed("shapes", "nowhere.json", "--json")
    assert (said.code, said.out) == (1, "")
    error = json.loads(said.err)["error"]
    assert set(error) == {"what", "expected", "received", "todo"}
    assert "nowhere.json" in error["what"]
