"""The server's process: what it must never load (Streamlit clears Keras's session after each click: 400 ms)."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

VISIT = """
import sys, time
from pathlib import Path
from streamlit.testing.v1 import AppTest
from cnn_core.ui.kit import services

pages = sorted(str(path) for path in Path("{pages}").glob("*/*.py"))
assert len(pages) >= 5, pages
for page in pages:
    app = AppTest.from_file("app.py", default_timeout=60)
    app.switch_page(page)
    assert not app.run().exception, page

app = AppTest.from_file("app.py", default_timeout=60)
app.switch_page("{pages}/train/live.py")
app.run().button(key="train").click().run()
run_id = app.query_params["run"]
services.engine().queue.stop(run_id)
while services.store().state(run_id).active:
    time.sleep(0.1)
app.run()
loaded = sorted({{name.split(".")[0] for name in sys.modules}} & {{"keras", "tensorflow", "jax", "torch"}})
services.engine().close()
print("loaded:", loaded)
"""


def test_the_server_never_loads_keras(tmp_path):
    """Every page is visited, a run is trained and stopped; then the process is asked what it has imported."""
    code = VISIT.format(pages="pages")
    env = {"PATH": "/usr/bin:/bin", "CNN_STUDIO_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.stdout.strip().endswith("loaded: []"), done.stdout + done.stderr[-3000:]
