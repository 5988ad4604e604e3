"""What README and CONTRIBUTING say is all there is: pages, settings, benchmarks, pictures."""

import re
from pathlib import Path

import pytest

from cnn_core.settings import Settings
from cnn_core.ui import pages

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING = ((ROOT / f"{name}.md").read_text(encoding="utf-8") for name in ("README", "CONTRIBUTING"))
SETTINGS = [field.validation_alias or f"CNN_STUDIO_{name.upper()}" for name, field in Settings.model_fields.items()]
RUNNABLE = [path.stem for path in (ROOT / "benchmarks").glob("*.py") if "__main__" in path.read_text(encoding="utf-8")]
LINKS = re.compile(r"\]\((?!https?:|#)([^)#]+)[^)]*\)")


@pytest.mark.parametrize("path", pages.BY_NAME.values())
def test_every_page_is_told(path):
    assert f"`{path}`" in README


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_told(name):
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_benchmark_is_told(name):
    assert re.search(rf"`(?:python -m benchmarks\.)?{name}`|-m benchmarks\.{name}\b", CONTRIBUTING)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_what_is_linked_is_there(text):
    assert [link for link in LINKS.findall(text) if not (ROOT / link).exists()] == []
