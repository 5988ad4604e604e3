"""Jobs on pages: they survive a page change, are begun once, are stopped, and say in words what went wrong."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core.data.upload.shelf import Shelf
from cnn_core.engine.job import Job, begin_here
from cnn_core.engine.work.download import Download
from cnn_core.errors import DataError
from cnn_core.ui import pages
from cnn_core.ui.data import split_lesson
from cnn_core.ui.kit import data_choice, jobs, services, session
from tests.data.test_own import pets, zipped
from tests.engine.conftest import until
from tests.support import pages as support
from tests.support.pages import settled, under_way

ROOT = Path(__file__).parents[2]
WAY = {"trained": 700, "tested": 300, "sisters": 290, "score": 0.98, "true": 0.9}


class Slow:
    """Begins a job that goes on until it may end, and counts how often."""

    def __init__(self):
        self.go, self.begun, self.ended, self.fails = threading.Event(), 0, 0, False

    def begin(self) -> Job:
        self.begun += 1
        return begin_here(self._work)

    def _work(self, report: Callable[..., None]) -> tuple:
        try:
            while not self.go.wait(0.01):
                report(0.5, (WAY,))
            if self.fails:
                raise DataError("It went wrong", todo="Do this")
            return WAY, {**WAY, "sisters": 0}
        finally:
            self.ended += 1


@pytest.fixture
def slow(monkeypatch) -> Iterator[Slow]:
    """Stands for the experiment of the augmentation page."""
    slow = Slow()
    monkeypatch.setattr(split_lesson, "_experiment", slow.begin)
    yield slow
    slow.go.set()


def opened(page: str = pages.AUGMENTATION, **query: str) -> AppTest:
    return support.opened(page, **query)


def shown(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def begun() -> AppTest:
    app = opened()
    return shown(app.button(key="split-lesson").click().run())


def seen(app: AppTest) -> AppTest:
    """With what the job has reported meanwhile."""
    job = app.session_state["studio.job.split-lesson"]
    until(lambda: job.fraction)
    return shown(app.run())


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_a_job_shows_how_far_it_is_a_way_to_stop_and_what_there_is_so_far(slow):
    app = seen(begun())
    assert under_way(app) == ["Split, then augment: 50% of both"]
    assert {"split-lesson", "split-lesson-stop"} & keys(app) == {"split-lesson-stop"}
    assert list(app.table[0].value.index) == ["Augment, then split"]
    slow.go.set()
    settled(app)
    assert list(app.table[0].value.index) == ["Augment, then split", "Split, then augment"]
    assert "split-lesson" in keys(app)


def test_a_job_goes_on_while_its_visitor_is_on_another_page(slow):
    app = begun()
    shown(app.switch_page(pages.HOME).run())
    assert not under_way(app)
    app.switch_page(pages.AUGMENTATION)
    assert under_way(seen(app))
    shown(app.switch_page(pages.HOME).run())
    slow.go.set()
    until(lambda: slow.ended)
    shown(app.switch_page(pages.AUGMENTATION).run())
    assert len(app.table[0].value) == 2, "its result is there when the visitor comes back"
    assert (slow.begun, slow.ended) == (1, 1)


def test_a_double_click_begins_one_job(slow, monkeypatch):
    monkeypatch.setattr(session.st, "session_state", {})
    for _ in range(2):  # both clicks can come before the page has taken the button away
        jobs.start("split-lesson", slow.begin)
    assert slow.begun == 1


def test_stop_ends_the_job_and_offers_it_again(slow):
    app = begun()
    shown(app.button(key="split-lesson-stop").click().run())
    until(lambda: slow.ended)
    settled(app)
    assert "split-lesson" in keys(app)
    assert not app.error
    assert not app.table


def test_what_goes_wrong_is_said_in_words_until_it_is_tried_again(slow):
    slow.fails = True
    app = begun()
    slow.go.set()
    settled(app)
    assert "It went wrong" in app.error[0].value
    shown(app.run())
    assert "Do this" in app.error[0].value
    slow.fails = False
    settled(shown(app.button(key="split-lesson").click().run()))
    assert not app.error
    assert len(app.table[0].value) == 2


def test_what_cannot_even_begin_is_said_in_words(monkeypatch):
    def refuse() -> Job:
        raise DataError("No room", todo="Come back later")

    monkeypatch.setattr(split_lesson, "_experiment", refuse)
    app = begun()
    assert "Come back later" in app.error[0].value
    assert "split-lesson" in keys(app)


def test_the_job_of_a_session_that_is_thrown_away_ends(slow):
    app = begun()
    until(lambda: slow.begun)
    assert not slow.ended
    del app
    until(lambda: gc.collect() is not None and slow.ended)


def test_a_download_is_one_for_two_visitors_and_kept_though_nobody_looks(monkeypatch, small):
    arrays = {name: getattr(small, name) for name in ("x_train", "y_train", "x_test", "y_test")}
    go, times, shares = threading.Event(), [], [0.0]

    def run(self, context) -> dict:
        times.append(self.name)
        while not go.wait(0.01):
            context.report(shares[0])
        return arrays

    monkeypatch.setattr(Download, "run", run)
    path = services.catalogue().folder / "cifar10.npz"
    try:
        visitors = [opened(pages.BROWSE, data="cifar10") for _ in range(2)]
        for app in visitors:
            shown(app.button(key="download-cifar10").click().run())
        assert under_way(visitors[0]) == ["Connecting…"]
        shares[0] = 0.42
        job = visitors[0].session_state["studio.job.download-cifar10"]
        until(lambda: job.fraction)
        assert under_way(shown(visitors[0].run())) == ["Downloading: 42%"]
        shown(visitors[0].button(key="download-cifar10-stop").click().run())
        go.set()
        until(path.exists)
        assert times == ["cifar10"]
        settled(visitors[1])
        assert "300 training and 100 test" in " ".join(caption.value for caption in visitors[1].caption)
    finally:
        go.set()
        path.unlink(missing_ok=True)


def test_a_download_that_fails_says_what_to_do_instead(monkeypatch):
    def run(self, context) -> dict:
        raise OSError("no route to host")

    monkeypatch.setattr(Download, "run", run)
    app = opened(pages.BROWSE, data="cifar10")
    settled(shown(app.button(key="download-cifar10").click().run()))
    assert "no route to host" in app.error[0].value.replace("\\", "")
    assert "copy cifar10" in app.error[0].value.replace("\\", "")


@pytest.mark.parametrize("words", [data_choice._words, split_lesson._words])
def test_the_words_beside_a_bar_are_there_from_the_start_to_the_end(words):
    assert all(map(words, (0.0, 0.3, 0.5, 1.0)))
    assert len({words(0.0), words(0.3), words(1.0)}) == 3


class Waits:
    """A method that reports until it may go on, and then does what it always did."""

    def __init__(self, method: Callable):
        self.go, self.times, self._method = threading.Event(), 0, method

    def __get__(self, shelf: Shelf, kind: type) -> Callable:
        return lambda *args: self._call(shelf, *args)

    def _call(self, shelf: Shelf, *args) -> object:
        self.times += 1
        while not self.go.wait(0.01):
            args[-1](0.3)
        return self._method(shelf, *args)


@pytest.fixture
def sent(monkeypatch) -> Callable[[], AppTest]:
    """Sends a file, whose reading and whose making wait: `sent.looks.go` and `sent.makes.go`."""
    looks, makes = Waits(Shelf.look), Waits(Shelf.make)
    monkeypatch.setattr(Shelf, "look", looks)
    monkeypatch.setattr(Shelf, "make", makes)

    def send() -> AppTest:
        app = opened(pages.BROWSE)
        shown(app.segmented_control(key="browse-view").set_value("Bring your own").run())
        file = ("zoo.zip", zipped(pets(6, 7)), "application/zip")
        return shown(app.file_uploader[0].set_value(file).run())

    send.looks, send.makes = looks, makes
    yield send
    looks.go.set()
    makes.go.set()
    for entry in services.catalogue().entries():
        if entry.source == "own":
            services.catalogue().delete(entry.name)


def test_a_file_is_read_and_made_while_its_visitor_is_elsewhere(sent):
    app = sent()
    assert "Reading zoo" in under_way(app)[0]
    shown(app.switch_page(pages.HOME).run())
    sent.looks.go.set()
    app.switch_page(pages.BROWSE).run()
    settled(shown(app.segmented_control(key="browse-view").set_value("Bring your own").run()))
    assert app.metric[0].value == "13"
    shown(app.button(key="own-make").click().run())
    job = app.session_state["studio.job.own-make"]
    until(lambda: job.fraction)
    assert under_way(shown(app.run())) == ["Scaling the images: 30%"]
    shown(app.switch_page(pages.HOME).run())
    sent.makes.go.set()
    until(lambda: services.entry("own-zoo"))
    app.switch_page(pages.BROWSE).run()
    settled(shown(app.segmented_control(key="browse-view").set_value("Bring your own").run()))
    assert "is ready" in app.success[0].value
    assert (sent.looks.times, sent.makes.times) == (1, 1)


def test_reading_a_file_and_making_a_data_set_can_be_stopped(sent):
    app = sent()
    settled(shown(app.button(key="own-look-stop").click().run()))
    assert not app.metric
    assert not app.error
    assert "studio.own.upload" not in app.session_state or app.session_state["studio.own.upload"] is None

    sent.looks.go.set()
    app = settled(sent())
    shown(app.button(key="own-make").click().run())
    settled(shown(app.button(key="own-make-stop").click().run()))
    assert app.metric[0].value == "13", "the file is still there, to be made otherwise"
    assert services.entry("own-zoo") is None
    sent.makes.go.set()
    settled(shown(app.button(key="own-make").click().run()))
    assert services.entry("own-zoo")
