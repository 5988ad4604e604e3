"""One script of a component's modules: Streamlit takes inline JavaScript, in which there is nothing to import from."""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w/-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundled(main: Path) -> str:
    """The modules that `main` needs, another component's too, each after those that it imports, without their imports
    and exports.

    They share one scope then, so no two of them may have a top-level name in common; a test sees to it.
    """
    order: list[Path] = []
    _collect(main.resolve(), order)
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", path.read_text(encoding="utf-8"))) for path in order)


def _collect(path: Path, order: list[Path]) -> None:
    if path in order:
        return
    for name in _IMPORT.findall(path.read_text(encoding="utf-8")):
        _collect((path.parent / name).resolve(), order)
    order.append(path)
