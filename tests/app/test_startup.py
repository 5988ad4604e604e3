"""A fresh server's first visitors, all at once: nobody's script comes upon half of a package."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cnn_core.data.datasets import TAUGHT
from cnn_core.errors import StudioError
from cnn_core.settings import Settings, settings
from cnn_core.studio import Studio
from cnn_core.ui.kit import rules, services, startup
from tests.app.visitor import crashes, visit
from tests.browser.server import Server, free_port
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
SLOW_PANDAS = """
import sys, time

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas.core.api":  # pandas is in sys.modules by now, and has no Series yet
            time.sleep(3)

sys.meta_path.insert(0, Slow())
"""
VISIT = """
import sys, time
from pathlib import Path
from streamlit.testing.v1 import AppTest
from cnn_core.ui.kit import startup

def packages():
    return {name.split(".")[0] for name in sys.modules if getattr(sys.modules[name], "__spec__", None)}

WHOLE = ("pandas", "numpy", "pyarrow", "scipy", "sqlalchemy", "PIL", "pydantic")
home = AppTest.from_file("app.py", default_timeout=60).run()
before, known = set(sys.modules), packages()
for page in sorted(Path("pages").glob("*/*.py")):
    app = AppTest.from_file("app.py", default_timeout=60)
    app.switch_page(str(page))
    assert not app.run().exception, page
    if page.stem == "browse":
        for view in app.segmented_control(key="browse-view").options:
            assert not app.segmented_control(key="browse-view").set_value(view).run().exception, view
parts = {name for name in set(sys.modules) - before if name.split(".")[0] in WHOLE}
others = packages() - known - set(sys.stdlib_module_names)

from cnn_core.ui.kit import services
app = AppTest.from_file("app.py", default_timeout=60)
app.switch_page("pages/train/live.py")
app.run().button(key="train").click().run()
run = app.query_params["run"]
services.engine().queue.stop(run)
while services.store().state(run).active:
    time.sleep(0.1)
app.run()
services.engine().close()
print("late:", sorted(parts | others), "keras:", sorted(packages() & {"keras", "tensorflow", "jax", "torch"}))
"""


def test_what_is_kept_too_long_goes_though_nobody_comes(monkeypatch):
    own = settings().model_copy(update={"max_taught_hours": 1.0})
    monkeypatch.setattr(rules, "settings", lambda: own)
    monkeypatch.setattr(startup, "TIDIED", 0.01)
    images, labels = np.zeros((8, 12, 12, 3), np.uint8), np.arange(8) % 2
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    folder, ended = services.catalogue().folder, threading.Event()
    for name in ("old", "new"):
        services.catalogue().save(f"{TAUGHT}{name}", arrays)
    os.utime(folder / f"{TAUGHT}old.npz", (time.time() - 4000,) * 2)
    tidying = threading.Thread(target=startup._keep_tidy, args=(ended,), daemon=True)
    tidying.start()
    until(lambda: not (folder / f"{TAUGHT}old.npz").exists())
    ended.set()
    tidying.join(10)
    assert not tidying.is_alive()
    services.catalogue().delete(f"{TAUGHT}new")  # raises where there is none


def test_whoever_still_asks_when_a_server_has_ended_starts_nothing(tmp_path):
    """A page may be drawn to its end meanwhile: the process would wait for the workers that it had started."""
    studio = Studio(Settings(home=tmp_path))
    assert studio.store.lists.ids() == []
    studio.close()
    for asked in ("store", "library", "engine"):
        with pytest.raises(StudioError, match="has ended"):
            getattr(studio, asked)


@pytest.fixture
def slow_server(tmp_path, monkeypatch):
    """A fresh server that takes 3 s to import pandas, as a busy machine may."""
    (tmp_path / "sitecustomize.py").write_text(SLOW_PANDAS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    server = Server(tmp_path, free_port()).start()
    yield server
    server.kill()


def test_the_first_six_visitors_at_once_get_no_error_page(slow_server):
    with ThreadPoolExecutor(6) as pool:
        shown = pool.map(lambda page: visit(slow_server, page), ["", "runs", "duel", "browse", "live", "designer"])
    assert [crashes(elements) for elements in shown] == [[]] * 6


def test_pages_import_no_package_once_scripts_may_run_beside_each_other_and_nobody_ever_keras(tmp_path):
    """After the first visit of Home everything is there; a package that is imported later can be met half done.

    Keras is never there, though a run is trained and stopped: Streamlit would clear its session after each click, which
    takes 400 ms.
    """
    env = {"PATH": "/usr/bin:/bin", "CNN_STUDIO_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", VISIT]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=200, check=False)
    assert done.stdout.strip().endswith("late: [] keras: []"), done.stdout or done.stderr[-3000:]
