"""For hatchling: the wheel depends on what requirements.txt says."""

from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Dependencies(MetadataHookInterface):
    """Reads the file; so there is one list of packages, and nothing that could disagree with it."""

    def update(self, metadata: dict) -> None:
        """Called with what pyproject.toml says of the project."""
        lines = Path(self.root, "requirements.txt").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line and not line.startswith("#")]
