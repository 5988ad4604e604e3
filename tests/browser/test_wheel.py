"""The wheel, installed into an environment of its own and used from a folder that is not the clone."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from playwright.sync_api import Page, expect

from cnn_core import __version__
from cnn_core.cli import doctor
from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.engine.versions import versions
from cnn_core.exchange.forms import ONNX
from cnn_core.runs.store import RunStore
from cnn_core.settings import Settings
from tests.browser.server import free_port
from tests.support.processes import ROOT
from tests.support.runs import waiting
from tests.support.waiting import until

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TINY = Network(name="tiny", layers=(Flatten(), Dense(units=10, activation="softmax")))


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel; its dependencies are those of the environment of the tests."""

    wheel: Path
    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def start(self, words: Sequence[str], **options: object) -> subprocess.Popen:
        """A command, in an empty folder, with nothing in the environment that leads to the clone."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CNN_STUDIO"))}
        here = self.folder / "here"
        here.mkdir(exist_ok=True)
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        env |= {"CNN_STUDIO_HOME": str(self.home)}
        return subprocess.Popen(words, cwd=here, env=env, **pipes | options)

    def say(self, *words: str) -> str:
        """What a command answers."""
        process = self.start([str(self.python.parent / "cnn-studio"), *words])
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out


def _hears_ctrl_c() -> None:
    """What a shell starts in the background does not, nor what that starts; these tests may be such."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _run(*command: object) -> None:
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """Nothing is fetched: hatchling is installed, and a line of a .pth file puts the dependencies behind the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    made = Installed(wheel, folder)
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    _run(sys.executable, "-m", "pip", "--python", made.python, "install", "--no-deps", "--no-index", wheel)
    (packages,) = (folder / "venv").glob("lib/python*/site-packages")
    (packages / "behind.pth").write_text(sysconfig.get_path("purelib"))
    return made


def test_it_holds_what_the_app_needs_and_nothing_else(installed):
    kept = ("app.py", "requirements.txt", ".streamlit", "assets", "cnn_core", "pages")
    listed = subprocess.run(["git", "ls-files", *kept], cwd=ROOT, capture_output=True, text=True, check=True)
    here = {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}
    with zipfile.ZipFile(installed.wheel) as wheel:
        there = {name.removeprefix("cnn_studio/") for name in wheel.namelist() if name.startswith("cnn_studio/")}
        outside = {name.split("/")[0] for name in wheel.namelist()}
    assert here <= there
    assert {name for name in there - here if not (ROOT / name).exists()} == {"__init__.py"}
    assert not [name for name in there if name.endswith(".pyc")]
    assert outside == {"cnn_studio", f"cnn_studio-{__version__}.dist-info"}


def _metadata(installed: Installed) -> Distribution:
    (path,) = (installed.folder / "venv").glob("lib/python*/site-packages/cnn_studio-*.dist-info")
    return PathDistribution(path)


def test_it_depends_on_what_requirements_say_and_on_nothing_else(installed):
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    asked = {Requirement(line) for line in lines if line and not line.startswith("#")}
    found = [Requirement(line) for line in _metadata(installed).requires]
    assert {requirement for requirement in found if not requirement.marker} == asked
    extras = PROJECT["optional-dependencies"]
    names = {extra: tuple(Requirement(line).name for line in lines) for extra, lines in extras.items()}
    assert names == doctor.EXTRAS, "what the doctor looks for"
    assert extras["onnx"] == [f"{package}{tried}" for package, tried in ONNX.items()], "what the page says"


def test_its_python_is_that_of_the_doctor(installed):
    (low, high) = doctor.PYTHON
    assert PROJECT["requires-python"] == f">={low[0]}.{low[1]},<{high[0]}.{high[1]}"
    assert _metadata(installed).metadata["Requires-Python"].replace(" ", "") in (
        PROJECT["requires-python"],
        ",".join(reversed(PROJECT["requires-python"].split(","))),
    )


FACTS = """
import json, sys
import cnn_studio
sys.argv[1:] = ["--version"]
cnn_studio.main()
import cnn_core
from cnn_core.engine.versions import versions
from cnn_core.exchange.forms import ONNX
print(json.dumps({"path": sys.path, "core": cnn_core.__file__, "versions": versions()}))
"""


def test_nothing_of_the_clone_is_used(installed):
    process = installed.start([str(installed.python), "-W", "error", "-c", FACTS])
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    version, facts = out.splitlines()[0], json.loads(out.splitlines()[1])
    assert version == __version__
    assert Path(facts["core"]).is_relative_to(installed.folder)
    # The clone's own environment may lie inside of it; it holds no part of the app.
    allowed = sysconfig.get_path("purelib")
    assert not [path for path in facts["path"] if path and Path(path).is_relative_to(ROOT) and path != allowed]
    assert facts["versions"] == versions(), "the same code, by its digest"


def test_it_knows_shapes(installed):
    found = json.loads(installed.say("shapes", "keras-log", "--json"))
    assert found["parameters"] == 93_322
    assert len(found["layers"]) == len(PRESETS["keras-log"].network.layers)


@pytest.fixture
def store(installed) -> Iterator[RunStore]:
    own = Settings(home=installed.home)
    installed.home.mkdir(exist_ok=True)
    store = RunStore(own.database, own.models)
    yield store
    store.close()


def test_it_trains_and_ctrl_c_keeps_what_was_learned(installed, store):
    """With workers of its own. Another run waits in the same home folder: it is not this command's to begin."""
    other = waiting(store, "somebody else's")
    design = installed.folder / "tiny.json"
    design.write_text(TINY.to_json())
    words = [str(installed.python.parent / "cnn-studio"), "train", str(design), "--epochs", "1000"]
    process = installed.start(words, preexec_fn=_hears_ctrl_c)
    until(lambda: any(run.status == "training" for run in store.lists.lines()) or process.poll() is not None)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Stopping" in err
    assert "Traceback" not in err
    assert "test images correctly" in out
    run = next(run for run in store.lists.lines() if run.id != other.id)
    assert run.status == "stopped"
    assert store.state(run.id).saved
    assert store.state(other.id).status == "queued"
    store.wish_stop(other.id)  # or the server of the next test would begin it


@pytest.fixture(scope="module")
def address(installed) -> Iterator[str]:
    """Where its server listens, once it is healthy."""
    port = free_port()
    words = [str(installed.python.parent / "cnn-studio"), "serve", "--no-browser", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = installed.start(words, preexec_fn=_hears_ctrl_c, **quiet)

    def healthy() -> bool:
        try:
            return urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2).read() == b"ok"
        except OSError:
            assert server.poll() is None, "it ended"
            return False

    until(healthy)
    yield f"http://localhost:{port}"
    with unread(port):
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0, "Ctrl+C is how it is ended"


def unread(port: int) -> socket.socket:
    """A connection of a browser that asks for much and reads nothing of it, as one does whose laptop was closed."""
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=10) as page:
        script = re.search(r"static/js/index[^\"]*\.js", page.read().decode())[0]
    connection = socket.create_connection(("localhost", port))
    connection.sendall(f"GET /{script} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 20)
    connection.recv(1)  # the first answer has begun
    return connection


@pytest.mark.browser
def test_its_server_answers_a_deep_link_with_the_page_its_lesson_and_its_logo(address, page: Page):
    page.goto(f"{address}/pooling")
    expect(page.get_by_role("heading", name="Pooling")).to_be_visible()
    logo = page.get_by_test_id("stSidebarLogo").or_(page.get_by_test_id("stHeaderLogo")).first
    expect(logo).to_be_visible()
    source = re.sub(r"^(?=/)", address, logo.get_attribute("src") or "")
    assert urllib.request.urlopen(source, timeout=10).read() == (ROOT / "assets" / "logo.svg").read_bytes()
