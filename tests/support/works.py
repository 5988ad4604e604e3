"""Work that only tests ask for. It is imported by workers, too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cnn_core.engine.work.base import Work
from cnn_core.engine.work.context import Context


@dataclass(frozen=True)
class Call(Work):
    """The value of `function(*args)`, as a question."""

    function: Callable[..., Any]
    args: tuple = ()

    def run(self, context: Context) -> Any:
        return self.function(*self.args)
