"""Who is at the screen, and what they may do: their own things, and all of them for the teacher.

On a server without a teacher's password everybody may do everything: it is somebody's own lab.
"""

import hmac
import math
import time
from collections import deque
from collections.abc import Mapping, Sequence

import streamlit as st

from cnn_core.errors import RightsError
from cnn_core.language import Text
from cnn_core.runs.people import Kind, Person
from cnn_core.settings import settings
from cnn_core.ui.kit import services
from cnn_core.ui.kit.session import Slot

SECRET: Slot[str] = Slot("who.secret", "")
"""What this visitor's browser, and nobody else's, has."""
_TEACHER: Slot[bool] = Slot("who.teacher", False)
MOST_TRIES, TRIES_SECONDS = 5, 60.0


def class_here() -> bool:
    """Whether this server has a class, and so people who own what they make."""
    return bool(settings().teacher_password.get_secret_value())


def is_teacher() -> bool:
    """Whether this visitor has given the teacher's password."""
    return class_here() and _TEACHER.get()


def visitor() -> Person | None:
    """Who this is; None where there is no class, or before they have said their name."""
    return services.store().people.person(SECRET.get()) if class_here() and SECRET.get() else None


def may(kind: Kind, key: str) -> bool:
    """Whether this visitor may change or end it."""
    if not class_here() or is_teacher():
        return True
    owner, own = owners(kind, [key]).get(key), visitor()
    return owner is not None and owner == own


def check(kind: Kind, key: str) -> None:
    """Raises RightsError, in words, when this visitor may not change or end it.

    Every action asks, not only its button: what a browser sends can be anything.
    """
    if may(kind, key):
        return
    owner = owners(kind, [key]).get(key)
    whose = Text("This belongs to {name}", name=owner.name) if owner else Text("This is not yours")
    raise RightsError(whose, expected=Text("its author or the teacher"))


def check_known() -> None:
    """Raises RightsError when somebody of a class has not said their name: what they make would be nobody's."""
    if class_here() and not is_teacher() and visitor() is None:
        raise RightsError(Text("The class does not know you yet"), todo=Text("Say first what it shall call you"))


def own(kind: Kind, keys: Sequence[str]) -> None:
    """Note that this visitor has made these."""
    if person := visitor():
        for key in keys:
            services.store().people.own(kind, key, person)


def owners(kind: Kind, keys: Sequence[str]) -> Mapping[str, Person]:
    """Whose these are; nobody's where there is no class."""
    return services.store().people.owners(kind, keys) if class_here() else {}


@st.cache_resource(show_spinner=False)
def _tries() -> deque[float]:
    """When somebody gave a wrong password, on whatever page of this server: guessing is slow for all together."""
    return deque(maxlen=MOST_TRIES)


def sign_in(password: str) -> None:
    """Make this visitor the teacher. Raises RightsError for a wrong password, and after many of them for any."""
    tries, now = _tries(), time.monotonic()
    if len(tries) == MOST_TRIES and now - tries[0] < TRIES_SECONDS:
        wait = math.ceil(TRIES_SECONDS - (now - tries[0]))
        raise RightsError(Text("Too many wrong passwords"), todo=Text("Try again in {n} seconds", n=wait))
    right = settings().teacher_password.get_secret_value()
    if not right or not hmac.compare_digest(password.encode(), right.encode()):
        tries.append(now)
        raise RightsError(Text("This is not the teacher's password"))
    _TEACHER.put(True)


def sign_out() -> None:
    """This visitor is no teacher any more."""
    _TEACHER.put(False)
