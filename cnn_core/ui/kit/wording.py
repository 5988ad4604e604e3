"""Small facts in words, the same on every page."""

import math
import re
from collections.abc import Callable
from datetime import datetime
from string import punctuation
from typing import Literal

from cnn_core.design.naming import argument_words
from cnn_core.design.recipe import Recipe
from cnn_core.language import _, _n
from cnn_core.runs.state import RunState

Colour = Literal["gray", "blue", "green", "orange", "red"]
BROUGHT_IN = "brought in"
"""In place of a run's status where its model came as a file: that a training has finished would be wrong."""
STATUS: dict[str, tuple[Callable[[], str], str, Colour]] = {
    "queued": (lambda: _("Waiting"), ":material/hourglass_empty:", "gray"),
    "training": (lambda: _("Training"), ":material/model_training:", "blue"),
    "testing": (lambda: _("Testing"), ":material/fact_check:", "blue"),
    "finished": (lambda: _("Finished"), ":material/check_circle:", "green"),
    "stopped": (lambda: _("Stopped"), ":material/stop_circle:", "orange"),
    "failed": (lambda: _("Failed"), ":material/error:", "red"),
    "interrupted": (lambda: _("Interrupted"), ":material/power_off:", "orange"),
    "unreadable": (lambda: _("Cannot be read"), ":material/help:", "gray"),
    BROUGHT_IN: (lambda: _("Brought in"), ":material/upload_file:", "green"),
}
"""For each status: the word, its icon, its colour."""
ALWAYS_TOLD = ("optimizer", "learning_rate", "batch_size", "epochs", "seed")


def status_badge(status: str) -> tuple[str, str, Colour]:
    """The word for a run's status, its icon and its colour."""
    word, icon, colour = STATUS[status]
    return word(), icon, colour


def duration(seconds: float | None) -> str:
    """75 as '1 min 15 s'; a dash when it is not known."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return _("{seconds:.1f} s", seconds=seconds)
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest) if minutes else _("{seconds} s", seconds=rest)


def day_and_time(seconds: float) -> str:
    """A time stamp on the server's clock."""
    return datetime.fromtimestamp(seconds).strftime(_("%d %b, %H:%M"))


def place_text(ahead: int) -> str:
    """Of a run or a job that waits."""
    return _n("Waiting: {n} run before this one", "Waiting: {n} runs before this one", ahead)


def progress_text(state: RunState, ahead: int = 0) -> str:
    """Where a run is: epoch, step, time left; or how many runs are ahead of it."""
    if ahead:
        return place_text(ahead)
    if state.prepared:
        now = state.prepared
        return _("The frozen layers look at each image once: {done:,} of {images:,}", done=now.done, images=now.images)
    start = state.started_now
    if state.status == "queued" or start is None:
        return _("Starting the trainer")
    if state.status == "testing":
        return _("Predicting the test set, once")
    epoch = min(state.epoch + 1, start.epochs)
    parts = [
        _("Epoch {epoch} of {epochs}", epoch=epoch, epochs=start.epochs),
        _("step {step} of {steps}", step=state.step, steps=start.steps_per_epoch),
    ]
    if state.stop_requested:
        parts.append(_("stopping at the next batch"))
    elif (left := state.seconds_left) is not None:
        parts.append(_("{time} left", time=duration(left)))
    return " · ".join(parts)


def recipe_words(recipe: Recipe) -> str:
    """A recipe in a line: what every training has, and what was set besides."""
    values = {name: getattr(recipe, name) for name in Recipe.model_fields}
    told = [name for name, field in Recipe.model_fields.items() if name in ALWAYS_TOLD or values[name] != field.default]
    return " · ".join(argument_words(name, values[name]) for name in told)


def literal(text: str) -> str:
    """Text that is not ours, such as a name or what a link carried, for any place where Streamlit reads Markdown.

    It is then shown letter by letter, in one line: no image is fetched, nothing becomes a link, an icon or a heading.
    Not for places that show text as it is: options of a selectbox, cells of a dataframe, text alternatives.
    """
    return _MARKS.sub(r"\\\1", _MAGIC.sub(rf"\g<0>{_JOINER}", " ".join(text.split())))


_MARKS = re.compile(f"([{re.escape(punctuation)}])")
_JOINER = "\u2060"  # a word joiner: it has no width, and keeps what stands before and after it on one line
_MAGIC = re.compile(r":(?=//|[\w+-])|www(?=\.)|@|(?<!\S)[-<>~](?=(->|[-=>])(?!\S))", re.IGNORECASE)
"""Where Streamlit makes links, emoji, icons and arrows of the text when its escapes are gone already."""


def ended_early(state: RunState) -> str:
    """Why a run ended before its last epoch, by `TrainingEnded`'s reason; empty when it did not."""
    match state.reason:
        case "early stopping":
            return _(
                "Early stopping ended this run, because the validation loss no longer improved. The weights of its "
                "best epoch were kept and tested."
            )
        case "time limit":
            return _("The time limit ended this run. What it had learned by then was kept and tested.")
        case "server limit":
            return _(
                "This run was ended after {minutes:g} min of training, the most on this server. What it had learned by "
                "then was kept and tested.",
                minutes=state.minutes or 0,
            )
    return ""
