"""While a run waits its visitor can watch a recorded one, which says that it is that, or draw."""

import pytest

from cnn_core.runs.events import Started
from cnn_core.runs.recorded import ready_made
from cnn_core.runs.run import Run
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.train import recorded
from tests.support.pages import elements, opened, sent_to
from tests.support.runs import waiting


class Clock:
    """The time in the player."""

    now = 1000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(recorded, "time", clock)
    return clock


@pytest.fixture
def behind() -> Run:
    """A run that waits behind another one."""
    waiting(services.store(), "somebody's")
    return waiting(services.store(), "mine")


def keys(app) -> set[str]:
    return {one.key for one in app.button if one.key}


def badges(app) -> list[str]:
    return [one.value for one in app.markdown if "Recorded run" in one.value]


def links(app) -> list[str]:
    return [one.proto.label for one in elements(app._tree) if one.type == "page_link"]


def test_who_waits_is_offered_a_recorded_run_and_drawing(behind):
    app = opened(pages.RUN, run=behind.id)
    assert "recorded-watch" in keys(app)
    assert "Draw a digit for a ready-made network" in links(app)
    assert not badges(app)
    assert [bar.proto.text for bar in app.get("progress") if "Waiting: 1 run" in bar.proto.text]


def test_whose_turn_it_is_waits_for_nothing(behind):
    first = next(run for run in services.store().lists.active(10) if run.id != behind.id)
    assert "recorded-watch" not in keys(opened(pages.RUN, run=first.id))


def test_it_is_played_at_its_own_pace_and_called_what_it_is(behind, clock):
    app = opened(pages.RUN, run=behind.id)
    app.button(key="recorded-watch").click().run()
    assert badges(app)
    assert any("This is not your run" in caption.value for caption in app.caption)
    for moment in (0, ready_made().seconds / 2, ready_made().seconds):
        clock.now = 1000.0 + moment
        app.run()
        assert not app.exception
        state = ready_made().state_at(moment)
        told = {metric.label: metric.value for metric in app.metric}
        assert told["Training loss"] == (f"{state.loss.y[-1]:.4f}" if state.loss.y else "–")
        learned = sent_to(app, "run-learning-recorded")
        if state.epochs_done:
            read = [int(tile["read"][-1]) for tile in learned["tiles"]["tiles"]]
            assert read == list(state.epochs_done[-1].watched)
        assert len(learned["filters"]["values"]) == 3 * 3 * 32
    assert any("It has ended: 96" in bar.proto.text for bar in app.get("progress"))
    assert len(app.get("plotly_chart")) == 2


def test_it_can_be_closed_and_played_again(behind, clock):
    app = opened(pages.RUN, run=behind.id)
    app.button(key="recorded-watch").click().run()
    assert "recorded-again" not in keys(app)
    clock.now += 1000
    app.run().button(key="recorded-again").click().run()
    assert {metric.label: metric.value for metric in app.metric}["Training loss"] == "–"
    app.button(key="recorded-close").click().run()
    assert not badges(app)
    assert "recorded-watch" in keys(app)


def test_it_makes_way_for_the_visitors_own_run(behind, clock):
    app = opened(pages.RUN, run=behind.id)
    app.button(key="recorded-watch").click().run()
    assert badges(app)
    started = Started(device="CPU", choices="", epochs=1, steps_per_epoch=5, train_images=9, validation_images=0)
    services.store().append(behind.id, started)
    app.run()
    assert not badges(app)
    assert "recorded-watch" not in keys(app)
