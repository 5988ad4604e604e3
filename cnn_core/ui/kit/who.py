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
from cnn_core.runs.people import Kind, Person, known_as
from cnn_core.settings import settings
from cnn_core.ui.kit import services
from cnn_core.ui.kit.session import Slot

SECRET: Slot[str] = Slot("who.secret", "")
"""What this visitor's browser, and nobody else's, has."""
MOST_TRIES, MOST_TRIES_OF_ALL, TRIES_SECONDS = 5, 60, 60.0
"""Wrong passwords of one visitor, and of all together, in so many seconds."""


def class_here() -> bool:
    """Whether this server has a class, and so people who own what they make."""
    return bool(settings().teacher_password.get_secret_value())


def is_teacher() -> bool:
    """Whether this visitor has given the teacher's password, on whatever page, until they sign out."""
    return class_here() and bool(SECRET.get()) and known_as(SECRET.get()) in _teachers()


def leads() -> bool:
    """Whether this visitor may set what everybody is to do: the teacher, and anybody where there is no class."""
    return not class_here() or is_teacher()


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
def _teachers() -> set[str]:
    """Whom this server knows as a teacher, by the ids of people: a reload of the page does not ask again."""
    return set()


@st.cache_resource(show_spinner=False)
def _tries() -> deque[tuple[float, str]]:
    """When somebody gave a wrong password, and who: guessing is slow, and a guesser does not keep the teacher out."""
    return deque(maxlen=MOST_TRIES_OF_ALL)


def sign_in(password: str) -> None:
    """Make this visitor the teacher. Raises RightsError for a wrong password, and after many of them for any."""
    if not SECRET.get():
        what = Text("Your browser has not said yet who you are")
        raise RightsError(what, todo=Text("Let it keep data of this page, and load the page again"))
    now, me = time.monotonic(), known_as(SECRET.get())
    tries = [(at, person) for at, person in _tries() if now - at < TRIES_SECONDS]
    mine = [at for at, person in tries if person == me]
    if len(mine) >= MOST_TRIES or len(tries) >= MOST_TRIES_OF_ALL:
        first = mine[-MOST_TRIES] if len(mine) >= MOST_TRIES else tries[0][0]
        wait = math.ceil(TRIES_SECONDS - (now - first))
        raise RightsError(Text("Too many wrong passwords"), todo=Text("Try again in {n} seconds", n=wait))
    right = settings().teacher_password.get_secret_value()
    if not right or not hmac.compare_digest(password.encode(), right.encode()):
        _tries().append((now, me))
        raise RightsError(Text("This is not the teacher's password"))
    _teachers().add(me)


def sign_out() -> None:
    """This visitor is no teacher any more."""
    _teachers().discard(known_as(SECRET.get()))
