"""What must be the same on all machines of a cluster, for what one sends is read by the others."""

import hashlib
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("numpy", "keras", "tensorflow", "pydantic", "dask", "distributed", "cloudpickle", "msgpack")
CODE = ("errors.py", "language.py", "design", "data", "runs", "training", "engine")


@cache
def versions() -> dict[str, str]:
    """Python, the packages, and CNN Studio itself (a digest of its code) on this machine, by name."""
    return {
        "Python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "CNN Studio": _digest(Path(__file__).parents[1]),
        **{name: _version(name) for name in PACKAGES},
    }


def differences(here: dict[str, str], there: dict[str, str], where: str) -> str:
    """What is not the same `there`, in words; empty when all is."""
    different = [name for name in here if there.get(name) != here[name]]
    if not different:
        return ""
    facts = "; ".join(f"{name} is {here[name]} here and {there.get(name, 'missing')} there" for name in different)
    return (
        f"This machine and {where} are not the same: {facts}. Trainings may fail. "
        "Use the same version of Python, of this repository, and of the packages in requirements.txt on all machines."
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _digest(folder: Path) -> str:
    """Git is not needed for it: a folder may have been copied."""
    digest = hashlib.sha256()
    files = (path for name in CODE for path in (folder / name, *(folder / name).rglob("*.py")) if path.is_file())
    for path in sorted(files):
        digest.update(str(path.relative_to(folder).as_posix()).encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:8]
