"""Small facts in words, the same on every page."""

import math
import re
from datetime import datetime
from string import punctuation

from cnn_core.design.recipe import Recipe
from cnn_core.runs.events import RunState

STATUS = {
    "queued": ("Waiting", ":material/hourglass_empty:", "gray"),
    "training": ("Training", ":material/model_training:", "blue"),
    "testing": ("Testing", ":material/fact_check:", "blue"),
    "finished": ("Finished", ":material/check_circle:", "green"),
    "stopped": ("Stopped", ":material/stop_circle:", "orange"),
    "failed": ("Failed", ":material/error:", "red"),
    "interrupted": ("Interrupted", ":material/power_off:", "orange"),
    "unreadable": ("Cannot be read", ":material/help:", "gray"),
}
"""For each status: the word, its icon, its colour."""
ALWAYS_TOLD = ("optimizer", "learning_rate", "batch_size", "epochs", "seed")


def duration(seconds: float | None) -> str:
    """75 as '1 min 15 s'; a dash when it is not known."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def day_and_time(seconds: float) -> str:
    """A time stamp on the server's clock."""
    return f"{datetime.fromtimestamp(seconds):%d %b, %H:%M}"


def progress_text(state: RunState) -> str:
    """Where a run is: epoch, step, time left."""
    if state.status == "queued":
        return "Waiting for a free trainer"
    if state.status == "testing":
        return "Reading the test set, once"
    start = state.started_now
    epoch = min(state.epoch + 1, start.epochs)
    left = state.seconds_left
    parts = [f"Epoch {epoch} of {start.epochs}", f"step {state.step} of {start.steps_per_epoch}"]
    if state.stop_requested:
        parts.append("stopping at the next batch")
    elif left is not None:
        parts.append(f"{duration(left)} left")
    return " · ".join(parts)


def recipe_words(recipe: Recipe) -> str:
    """A recipe in a line: what every training has, and what was set besides."""
    values = {name: getattr(recipe, name) for name in Recipe.model_fields}
    told = [name for name, field in Recipe.model_fields.items() if name in ALWAYS_TOLD or values[name] != field.default]
    return " · ".join(f"{name} {_plain(values[name])}" for name in told)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def literal(text: str) -> str:
    """Text that is not ours, such as a name or what a link carried, for any place where Streamlit reads Markdown.

    It is then shown letter by letter, in one line: no picture is fetched, nothing becomes a link, an icon or a heading.
    Not for places that show text as it is: options of a selectbox, cells of a dataframe, text alternatives.
    """
    return _MARKS.sub(r"\\\1", _MAGIC.sub(rf"\g<0>{_JOINER}", " ".join(text.split())))


_MARKS = re.compile(f"([{re.escape(punctuation)}])")
_JOINER = "\u2060"  # a word joiner: it has no width, and keeps what stands before and after it on one line
_MAGIC = re.compile(r":(?=//|[\w+-])|www(?=\.)|@|(?<!\S)[-<>~](?=(->|[-=>])(?!\S))", re.IGNORECASE)
"""Where Streamlit makes links, emoji, icons and arrows of the text when its escapes are gone already."""


ENDED_EARLY = {
    "early stopping": "Early stopping ended this run: the validation loss no longer improved. The weights of its "
    "best epoch are the ones that were kept and tested.",
    "time limit": "The time limit ended this run. What it had learned by then was kept and tested.",
}
"""Why a run ended before its last epoch, by `TrainingEnded`'s reason."""
