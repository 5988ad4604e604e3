"""A bar that follows what goes on in the studio, until it has ended or somebody presses Ctrl+C."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from cnn_core.cli.out import Out
from cnn_core.engine.job import Job
from cnn_core.language import _

PAUSE = 0.2  # seconds between two looks


class Seen(NamedTuple):
    """How far it is. `fraction` is 0 to 1; `news` are lines that were not told before."""

    active: bool
    fraction: float
    words: str
    news: tuple[str, ...] = ()


def follow(look: Callable[[], Seen], stop: Callable[[], None], out: Out) -> bool:
    """Show it until it has ended.

    Args:
        stop: asks it to end; Ctrl+C does that once, and goes away the second time (KeyboardInterrupt).

    Returns:
        whether it was asked to end.
    """
    console = Console(stderr=True, markup=False, highlight=False)
    shape = BarColumn(style="bright_black", complete_style="magenta", finished_style="green")
    columns = shape, TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.description}", markup=False)
    asked = False
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        while True:
            try:
                seen = look()
                for line in seen.news:
                    out.say(line)
                if not seen.active:
                    return asked
                bar.update(task, completed=seen.fraction, description=seen.words)
                time.sleep(PAUSE)
            except KeyboardInterrupt:
                if asked:
                    raise
                asked = True
                out.say(_("Stopping. Ctrl+C again leaves at once."))
                stop()


def result(job: Job, words: str, out: Out) -> Any:
    """What comes of a job, with a bar meanwhile.

    Raises StudioError when it goes wrong, and KeyboardInterrupt when Ctrl+C has stopped it.
    """
    if follow(lambda: Seen(not job.done, job.fraction, words), job.stop, out):
        raise KeyboardInterrupt
    return job.result()
