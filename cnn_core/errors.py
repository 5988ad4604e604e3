"""What can go wrong, in words a learner can act on."""

from cnn_core.language import Text, _

Words = Text | str
"""A text of ours is a `Text`, so that its reader's language decides; what others wrote or typed is a string."""


class StudioError(Exception):
    """A problem the person in front of the screen can understand and mend.

    Args:
        what: the problem in one short sentence.
        expected: what would have been right.
        received: what was there instead.
        todo: the next step that mends it.
    """

    def __init__(self, what: Words, *, expected: Words = "", received: Words = "", todo: Words = ""):
        super().__init__(what)
        self.what, self.expected, self.received, self.todo = what, expected, received, todo

    def __str__(self) -> str:
        facts = (
            self.what,
            self.expected and _("Expected {what}", what=self.expected),
            self.received and _("Received {what}", what=self.received),
            self.todo,
        )
        return " ".join(_sentence(str(fact)) for fact in facts if fact)

    def __reduce__(self) -> tuple:
        # Keyword arguments do not survive the default pickling of exceptions, and errors travel between processes.
        return _rebuild, (type(self), self.what, self.expected, self.received, self.todo)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?", "。", "！", "？")) else _("{words}.", words=words)


def _rebuild(kind: type[StudioError], what: Words, expected: Words, received: Words, todo: Words) -> StudioError:
    return kind(what, expected=expected, received=received, todo=todo)


class DesignError(StudioError):
    """A layer, network or recipe that cannot be."""


class RightsError(StudioError):
    """Something that this person may not do."""


class DataError(StudioError):
    """Data that cannot be read or used."""


class RunError(StudioError):
    """A run that does not exist, or not in the state that was needed."""


class StorageError(StudioError):
    """The database or the disk does not let itself be read or written."""


class EngineError(StudioError):
    """The workers that compute did not answer, or ended."""
