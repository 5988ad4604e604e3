"""Undo and redo, as data."""

from dataclasses import dataclass

from .network import Network

MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class History:
    """The present network, those before it (newest last) and those undone (next to redo last)."""

    present: Network
    past: tuple[Network, ...] = ()
    future: tuple[Network, ...] = ()

    def push(self, network: Network) -> "History":
        """``network`` as the new present; what was undone is forgotten, and so is all beyond `MAX_STEPS`."""
        if network == self.present:
            return self
        return History(network, (*self.past, self.present)[-MAX_STEPS:])

    def undo(self) -> "History":
        """One step back, or itself where there is none."""
        return History(self.past[-1], self.past[:-1], (*self.future, self.present)) if self.past else self

    def redo(self) -> "History":
        """One undone step again, or itself where there is none."""
        return History(self.future[-1], (*self.past, self.present), self.future[:-1]) if self.future else self
