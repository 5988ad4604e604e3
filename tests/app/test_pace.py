"""How often pages look for what is new, alone and with many others."""

import pytest

from cnn_core.ui.kit import pace


@pytest.fixture
def room(monkeypatch):
    """An empty one, in which `room(visit, at)` lets somebody look."""
    now = [0.0]
    monkeypatch.setattr(pace, "_seen", {})
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])

    def look(visit: str, at: float) -> None:
        now[0] = at
        monkeypatch.setattr(pace.session, "visit", lambda: visit)
        pace.here()

    return look


def test_a_few_look_as_often_as_one(room):
    assert pace.every(2.0) == 2.0
    for number in range(pace.FEW):
        room(f"visit {number}", 1.0)
    assert pace.every(2.0) == 2.0


def test_many_share_what_the_server_has_for_looks(room):
    for number in range(2 * pace.FEW):
        room(f"visit {number}", 1.0)
        room(f"visit {number}", 2.0)  # who looks twice is one
    assert pace.every(2.0) == 4.0


def test_who_is_gone_does_not_count(room):
    for number in range(2 * pace.FEW):
        room(f"visit {number}", 1.0)
    room("visit 0", 2.0 + pace.HERE)
    assert pace.every(2.0) == 2.0
