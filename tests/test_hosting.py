"""What hosts the app, held against the repository: the Dockerfile by its own words, without Docker; nginx's limits."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_core.settings import MIB, Settings
from tests.browser.server import free_port
from tests.support.waiting import until

ROOT = Path(__file__).parents[1]
PORT = "8501"


def steps() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with what they say, each on one line."""
    text = re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8")).replace("\\\n", "")
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in text.splitlines() if line.strip()]


def said(instruction: str) -> list[str]:
    """Of all its lines, in their order."""
    return [words for name, words in steps() if name == instruction]


def words(line: str) -> list[str]:
    """A command, as JSON."""
    return json.loads(line[line.index("[") :])


def copied() -> list[str]:
    return [line.split()[0] for line in said("COPY")]


def test_it_copies_what_is_there_and_what_docker_is_given():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_the_app_is_not_run_by_root_and_may_write_only_where_things_are_kept():
    (user,) = said("USER")
    home = dict(line.split("=") for line in said("ENV"))["CNN_STUDIO_HOME"]
    assert said("VOLUME") == [home]
    assert user == "studio"
    made = said("RUN")[0]
    assert f"useradd --create-home --uid 10001 {user}" in made
    assert f"install --directory --owner={user} --group={user} {home}" in made
    names = [name for name, _ in steps()]
    assert "RUN" not in names[names.index("USER") :], "what is built is root's"
    assert "COPY" not in names[names.index("USER") :]


def test_the_python_is_one_that_the_app_is_for():
    version = re.match(r"python:3\.(\d+)-slim", said("FROM")[0])
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    low, high = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project).groups()
    assert int(low) <= int(version[1]) < int(high)


@pytest.fixture(params=["", "studio"], ids=["at the root", "below a path"])
def container(request, tmp_path) -> Iterator[tuple[dict[str, str], str]]:
    """The app as the container runs it: from what is copied alone, by its command; its environment and its port."""
    app, home, port = tmp_path / "app", tmp_path / "home", str(free_port())
    home.mkdir()
    for name in copied():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, app / name)
    env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(home)}
    env |= {"CNN_STUDIO_HOME": str(home), "STREAMLIT_SERVER_BASE_URL_PATH": request.param}
    command = [word.replace(PORT, port) for word in words(said("CMD")[0])]
    server = subprocess.Popen(command, cwd=app, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield env, port
    server.terminate()
    assert server.wait(30) is not None, "docker stop asks it to end"


def test_its_command_starts_the_app_and_its_check_finds_it_healthy(container):
    env, port = container
    check = [word.replace(PORT, port) for word in words(said("HEALTHCHECK")[0])]

    def healthy() -> bool:
        return subprocess.run(check, env=env, capture_output=True, timeout=30, check=False).returncode == 0

    until(healthy)
    wrong = [word.replace(port, str(free_port())) for word in check]
    assert subprocess.run(wrong, env=env, capture_output=True, timeout=30, check=False).returncode != 0


def test_nginx_lets_through_the_largest_file_that_the_app_takes():
    text = (ROOT / "hosting" / "nginx.conf").read_text(encoding="utf-8")
    limit = int(re.search(r"client_max_body_size (\d+)m;", text)[1]) * MIB
    largest = Settings.model_fields["max_dataset_bytes"].default
    assert largest < limit < 1.1 * largest
