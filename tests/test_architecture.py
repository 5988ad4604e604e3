"""How the house is built: who imports whom, how long things may be, and a lesson for every page."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "cnn_core").rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
LESSONS = ROOT / "assets" / "lessons" / "en"
SHOWS_LESSON = r'(?:lesson|page_head)\((?:(?:_\()?"[^"]+"\)?, )?"(\w+)"\)'
KERAS = {"keras", "tensorflow", "jax"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def roots(node: ast.AST) -> set[str]:
    """The packages that an import statement names; empty for everything else."""
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {node.module.split(".")[0]} if isinstance(node, ast.ImportFrom) and node.module else set()


def functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def code_lines(function: ast.FunctionDef) -> int:
    """The statements: neither typed arguments nor a good docstring shall cost."""
    documented = ast.get_docstring(function) is not None
    return function.end_lineno - (function.body[0].end_lineno if documented else function.body[0].lineno - 1)


def test_imports_point_one_way():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr


@pytest.mark.parametrize("path", [path for path in CORE if path.parent.name not in ("training", "insight")], ids=name)
def test_keras_is_never_imported_at_the_top_of_a_module(path):
    """engine.work may inside of run, which is called on workers."""
    found = {root for node in tree(path).body for root in roots(node)}
    assert not found & KERAS


@pytest.mark.parametrize("path", [*CORE, *PAGES], ids=name)
def test_streamlit_is_only_in_ui_and_pages(path):
    imported = set().union(*map(roots, ast.walk(tree(path))))
    assert "streamlit" not in imported or "ui" in path.parts or path in PAGES


@pytest.mark.parametrize("path", [*CORE, *PAGES, ROOT / "app.py"], ids=name)
def test_sizes(path):
    limit = 40 if path.name == "app.py" else 60 if path in PAGES else 300
    assert lines(path) <= limit
    long = {function.name: code_lines(function) for function in functions(tree(path))}
    assert {key: size for key, size in long.items() if size > 40} == {}


def test_every_page_but_home_shows_a_lesson_and_every_lesson_is_on_a_page():
    shown = {path.stem: re.findall(SHOWS_LESSON, path.read_text(encoding="utf-8")) for path in PAGES}
    assert [page for page, lessons in shown.items() if not lessons] == ["home"]
    written = {path.stem for path in LESSONS.glob("*.md") if path.read_text(encoding="utf-8").strip()}
    assert {lesson for lessons in shown.values() for lesson in lessons} == written


def test_pages_do_not_import_each_other_and_have_names_of_their_own():
    assert len({path.stem for path in PAGES}) == len(PAGES)
    assert not any("pages" in roots(node) for path in PAGES for node in ast.walk(tree(path)))


@pytest.mark.parametrize("path", [*CORE, *PAGES, ROOT / "app.py"], ids=name)
def test_session_state_and_the_address_are_only_in_session(path):
    attributes = {node.attr for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
    assert path.name == "session.py" or not attributes & {"session_state", "query_params"}
