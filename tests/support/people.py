"""A class for tests of pages: people with a browser each, and a teacher's password."""

import secrets

from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from cnn_core.runs.classroom import Plan
from cnn_core.settings import settings
from cnn_core.ui.kit import services, who
from tests.support.pages import opened

PASSWORD = "owl"
LONG_AGO = -1e9  # the browser was asked then what it has kept, and a page waits no longer


def begin_class(monkeypatch) -> None:
    """This server has a class, whose teacher knows the password."""
    own = settings().model_copy(update={"teacher_password": SecretStr(PASSWORD)})
    monkeypatch.setattr(who, "settings", lambda: own)
    who._tries().clear()


def end_class() -> None:
    """Nothing of it is left for other tests."""
    who._tries().clear()
    who._teachers().clear()
    services.store().classroom.put(Plan())


class Visitor:
    """Somebody with a browser of their own; `teaches`: who has given the password."""

    def __init__(self, name: str, *, teaches: bool = False):
        self.secret = secrets.token_hex(16)
        self.person = services.store().people.join(self.secret, f"{name} {secrets.token_hex(3)}")
        if teaches:
            who._teachers().add(self.person.id)

    def opens(self, page: str, **query: str) -> AppTest:
        """The page as they see it."""
        return opened(page, {"studio.who.secret": self.secret, "studio.recalled.asked": LONG_AGO}, **query)
