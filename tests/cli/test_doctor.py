"""`doctor`: what is well, and what is broken here one thing at a time."""

import socket
import sys
from types import SimpleNamespace

import pytest

from cnn_core.cli import doctor
from cnn_core.errors import EngineError
from cnn_core.language import Text
from cnn_core.settings import Settings
from cnn_core.training.device import device_name
from tests.browser.server import free_port
from tests.support.stand_in import StandIn


def checks(said) -> dict[str, dict]:
    return {check["name"]: check for check in said.json["checks"]}


@pytest.fixture
def found(typed):
    """What it finds, as JSON: only these checks are not well."""

    def look(*bad: str, port: int | None = None) -> dict[str, dict]:
        said = typed("doctor", "--json", "--port", str(port or free_port()))
        by_name = checks(said)
        assert [name for name, check in by_name.items() if not check["ok"]] == list(bad)
        assert (said.code, said.json["ok"]) == ((1, False) if bad else (0, True))
        assert all(bool(check["todo"]) != check["ok"] for check in by_name.values()), "what is wrong says what to do"
        return by_name

    return look


def test_all_is_well(found, home):
    by_name = found()
    assert by_name["Training"]["found"].startswith(str(device_name())), "asked of who trains"
    assert str(home) in by_name["Home folder"]["found"]
    assert by_name["Database"]["found"].endswith("0 runs")
    assert by_name["Python"]["found"].startswith(sys.version.split()[0])


def test_people_read_a_line_for_each(typed):
    said = typed("doctor", "--port", str(free_port()))
    assert said.code == 0
    lines = said.out.splitlines()
    assert all(line.startswith("ok ") for line in lines[:-1])
    assert lines[-1] == "All is well."


def test_a_home_that_cannot_be_written(found, home):
    home.write_text("a file")
    assert "CNN_STUDIO_HOME" in found("Home folder")["Home folder"]["todo"]


def test_a_full_disk(found, monkeypatch):
    monkeypatch.setattr(doctor, "disk_usage", lambda home: SimpleNamespace(free=2**20))
    assert "1.0 MiB free" in found("Home folder")["Home folder"]["found"]


def test_a_package_of_another_version_and_one_that_is_missing(found, monkeypatch):
    def version(package: str) -> str:
        return {"keras": "2.15.0", "numpy": ""}.get(package, real(package))

    real = doctor._version
    monkeypatch.setattr(doctor, "_version", version)
    told = found("Packages")["Packages"]["found"]
    assert "keras is 2.15.0, not <4,>=3.15" in told
    assert "numpy is missing" in told


@pytest.mark.parametrize(("version", "bad"), [((3, 10), True), ((3, 11), False), ((3, 13), False), ((3, 14), True)])
def test_the_python(found, monkeypatch, version, bad):
    monkeypatch.setattr(doctor.sys, "version_info", version)
    found(*(["Python"] if bad else []))


def test_a_port_that_somebody_has(found):
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        other.close()
    with socket.create_server(("", port)):
        assert f"--port {port + 1}" in found(f"Port {port}", port=port)[f"Port {port}"]["todo"]


def test_a_database_that_is_none(found, home):
    home.mkdir()
    (home / "runs.db").write_text("no database at all, but long enough to be taken for one" * 40)
    assert found("Database", "Training")["Database"]["found"]


def test_workers_that_do_not_start(found, monkeypatch):
    def ask(engine, work, timeout):
        raise EngineError(Text("The training cluster does not start"), todo=Text("Set less"))

    monkeypatch.setattr(StandIn, "ask", ask)
    assert found("Training")["Training"]["todo"] == "Set less"


def test_mlflow_is_asked_for_and_missing(found, home, monkeypatch):
    own = Settings(home=home, MLFLOW_TRACKING_URI="http://localhost:5000")
    monkeypatch.setattr(doctor, "settings", lambda: own)
    monkeypatch.setattr(
        doctor, "_version", lambda package, real=doctor._version: "" if "mlflow" in package else real(package)
    )
    assert "MLFLOW_TRACKING_URI is set" in found("Extra mlflow")["Extra mlflow"]["found"]


def test_a_setting_that_cannot_be_read(found, monkeypatch):
    monkeypatch.setenv("CNN_STUDIO_MAX_EPOCHS", "many")
    monkeypatch.setattr(doctor, "settings", Settings)
    assert found("Settings")["Settings"]["found"].startswith("CNN_STUDIO_MAX_EPOCHS: ")


def test_the_settings_that_were_made_are_named(found, home, monkeypatch):
    own = Settings(home=home, max_epochs=3, MLFLOW_TRACKING_URI="")
    monkeypatch.setattr(doctor, "settings", lambda: own)
    assert found()["Settings"]["found"] == "CNN_STUDIO_HOME, CNN_STUDIO_MAX_EPOCHS, MLFLOW_TRACKING_URI"
