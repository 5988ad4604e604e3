"""The bar, without a terminal: what Ctrl+C does once, and twice."""

import pytest

from cnn_core.cli import follow
from cnn_core.cli.follow import Seen
from cnn_core.cli.out import Out


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(follow, "PAUSE", 0)


def looks(*what):
    """Sees one after another; an exception is raised."""
    rest = iter(what)

    def look() -> Seen:
        seen = next(rest)
        if isinstance(seen, type):
            raise seen
        return seen

    return look


GOING, ENDED = Seen(True, 0.5, "going"), Seen(False, 1.0, "ended", ("last line",))


def test_it_tells_what_is_new_until_the_end(capsys):
    news = Seen(True, 0.5, "going", ("first line",))
    assert follow.follow(looks(news, GOING, ENDED), pytest.fail, Out()) is False
    assert capsys.readouterr() == ("", "first line\nlast line\n")


def test_scripts_are_not_disturbed(capsys):
    follow.follow(looks(GOING, ENDED), pytest.fail, Out(as_json=True))
    assert capsys.readouterr() == ("", "")


def test_ctrl_c_asks_to_stop_and_waits_for_the_end(capsys):
    asked = []
    assert follow.follow(looks(GOING, KeyboardInterrupt, GOING, ENDED), lambda: asked.append(1), Out()) is True
    assert asked == [1]
    assert "Ctrl+C again leaves at once" in capsys.readouterr().err


def test_the_second_ctrl_c_leaves():
    asked = []
    with pytest.raises(KeyboardInterrupt):
        follow.follow(looks(KeyboardInterrupt, GOING, KeyboardInterrupt), lambda: asked.append(1), Out())
    assert asked == [1]
