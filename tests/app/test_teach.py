"""The page where a visitor teaches a network things of their own."""

import base64
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from cnn_core.data.datasets import TAUGHT
from cnn_core.errors import EngineError
from cnn_core.settings import settings
from cnn_core.ui import pages
from cnn_core.ui.components.camera.component import MOST_BYTES, Shown, Thing, told_shot, told_things
from cnn_core.ui.kit import services
from cnn_core.ui.use import taken as taken_module
from cnn_core.ui.use.taken import Taken
from tests.support.pages import opened, sent_to
from tests.support.waiting import until

COLOURS = {"Red": (220, 40, 40), "Blue": (40, 70, 220), "Green": (40, 160, 60)}


def key(number: int) -> str:
    return f"{number:012x}"


def jpeg(colour: str | tuple, number: int = 0, form: str = "JPEG") -> bytes:
    """A large spot of a colour, each time elsewhere."""
    image = Image.new("RGB", (224, 224), (200 + number, 200, 200))
    ImageDraw.Draw(image).ellipse((5 * number, 3 * number, 150 + 5 * number, 150 + 3 * number), fill=colour)
    file = BytesIO()
    image.save(file, form)
    return file.getvalue()


def things(**counts: int) -> Taken:
    """What a browser has told: by the name of a colour, how many pictures."""
    made, pictures = [], {}
    for place, (name, count) in enumerate(counts.items(), start=1):
        keys = tuple(key(1000 * place + number) for number in range(count))
        made.append(Thing(key=key(place), name=name, pictures=keys))
        pictures |= {one: jpeg(COLOURS[name], number) for number, one in enumerate(keys)}
    return Taken(1, tuple(made), pictures)


def page(now: Taken, **kept: Any) -> AppTest:
    return opened(
        pages.TEACH, {"studio.teach.taken": now} | {f"studio.teach.{name}": one for name, one in kept.items()}
    )


def told(app: AppTest) -> str:
    boxes = [*app.markdown, *app.caption, *app.info, *app.success, *app.error]
    return "\n".join(box.value.replace("\\", "").replace("\u2060", "") for box in boxes)


def run_of(app: AppTest) -> Any:
    """The run that was begun last, once it has ended."""
    run = services.store().run(app.session_state["studio.teach.run"])
    until(lambda: not services.store().state(run.id).active)
    return run


def test_an_empty_page_says_what_to_do_first():
    app = opened(pages.TEACH)
    assert "Take about ten pictures of each of two things first" in told(app)
    assert "Once it has learned, show it another picture here" in told(app)
    assert app.button(key="teach").disabled
    assert sent_to(app, "teach-things")["most"] == {"things": 6, "pictures": 100}


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"Red": 5}, "Expected pictures of at least 2 things"),
        ({"Red": 5, "Blue": 3}, "“Blue” has too few pictures. Expected at least 4. Received 3 pictures"),
    ],
)
def test_what_is_missing_stands_beside_the_button(counts, words):
    app = page(things(**counts))
    assert app.button(key="teach").disabled
    assert words in told(app)


def test_how_long_pictures_are_kept_is_said_before_they_are_sent(monkeypatch):
    teach = import_module("cnn_core.ui.use.teach")
    monkeypatch.setattr(teach, "settings", lambda: settings().model_copy(update={"max_taught_hours": 24.0}))
    assert "whoever opens the run can see them. They are deleted after 24 hours." in told(page(things(Red=5, Blue=5)))


def test_it_waits_for_pictures_that_are_on_their_way():
    now = things(Red=5, Blue=5)
    some = {one: now.pictures[one] for one in list(now.pictures)[:7]}
    app = page(Taken(1, now.things, some))
    assert app.button(key="teach").disabled
    assert "Receiving the pictures: 7 of 10" in told(app)


@pytest.fixture
def taught() -> AppTest:
    """Two things were taught."""
    app = page(things(Red=10, Blue=10))
    assert "whoever opens the run can see them" in told(app)
    app.button(key="teach").click().run()
    assert not app.exception
    run_of(app)
    app.run()
    assert not app.exception
    return app


def test_what_is_taught_is_a_run_like_any_other_on_a_data_set_of_its_own(taught):
    run = run_of(taught)
    assert run.name == "Red, Blue"
    assert run.dataset.startswith(TAUGHT)
    entry = services.entry(run.dataset)
    assert (entry.class_names, entry.train, entry.test) == (("Red", "Blue"), 16, 4)
    assert services.store().state(run.id).status == "finished"
    assert "It reads **4** of **4** pictures right" in told(taught)
    assert taught.button(key="teach").label == "Teach again"
    assert set(taught.session_state["studio.goals.met"]) >= {"taught"}
    assert not opened(pages.RUN, run=run.id).exception
    assert "Layer" in str(opened(pages.INSIDE, model=run.id).selectbox)


def test_nobody_else_is_offered_the_pictures(taught):
    offered = [option for box in opened(pages.LIVE).selectbox for option in box.options]
    assert not [option for option in offered if "aught" in option]
    own = opened(pages.BROWSE, view="own")
    assert "aught" not in told(own)


def test_a_picture_is_read_and_a_wrong_answer_put_right_and_taught(taught):
    first = run_of(taught)
    taught.session_state["studio.teach.shown"] = Shown(
        key=key(1), jpeg=base64.b64encode(jpeg(COLOURS["Blue"], 20)).decode(), live=False
    )
    taught.run()
    (network,) = sent_to(taught, "teach-answers")["networks"]
    assert [bar["name"] for bar in network["bars"]] == ["Red", "Blue"]
    assert network["bars"][1]["top"]
    assert sent_to(taught, "teach-shot")["answered"] == key(1)

    taught.button(key=f"teach-is-{key(1)}").click().run()
    assert "Added to Red. Teach again" in told(taught)
    (added,) = sent_to(taught, "teach-things")["added"]
    assert (added["key"], added["thing"]) == (key(1), key(1))
    now = taught.session_state["studio.teach.taken"]  # and the browser tells of it
    red = now.things[0].model_copy(update={"pictures": (*now.things[0].pictures, key(1))})
    pictures = {**now.pictures, key(1): base64.b64decode(added["jpeg"])}
    taught.session_state["studio.teach.taken"] = Taken(2, (red, now.things[1]), pictures)
    taught.run()
    assert "The pictures have changed since" in told(taught)

    taught.button(key="teach").click().run()
    run = run_of(taught)
    taught.run()
    assert services.entry(first.dataset) is None, "it is replaced"
    assert services.entry(run.dataset).train == 17, "what was put right is learned, and not kept for the test"
    assert "corrected" in taught.session_state["studio.goals.met"]
    assert "The pictures have changed since" not in told(taught)


def test_while_it_learns_again_the_one_before_answers(taught, monkeypatch):
    monkeypatch.setattr(
        services.engine().queue, "_train", lambda run: until(lambda: run.id in services.engine().queue._stops)
    )
    before = run_of(taught)
    taught.button(key="teach").click().run()
    assert any(bar.proto.text for bar in taught.get("progress"))
    assert taught.session_state["studio.teach.model"] == before.id
    assert sent_to(taught, "teach-shot")["one"]
    until(lambda: taught.session_state["studio.teach.run"] in services.engine().queue._begun)
    taught.button(key="teach-stop").click().run()
    run_of(taught)


def test_who_comes_back_finds_what_was_taught(taught):
    run = run_of(taught)
    app = opened(pages.TEACH, {"studio.own.run": run.id})
    assert sent_to(app, "teach-shot")["one"]
    assert "It reads **4** of **4** pictures right" in told(app)
    assert [button.label for button in app.button if button.key == "teach-forget"] == ["Delete them from the server"]


def test_the_pictures_can_be_deleted_from_the_server_and_the_network_still_answers(taught):
    run = run_of(taught)
    taught.button(key="teach-forget").click().run()
    assert services.entry(run.dataset) is None
    shown = Shown(key=key(7), jpeg=base64.b64encode(jpeg(COLOURS["Red"])).decode(), live=True)
    taught.session_state["studio.teach.shown"] = shown
    taught.run()
    assert not taught.exception
    assert [bar["name"] for bar in sent_to(taught, "teach-answers")["networks"][0]["bars"]] == ["Red", "Blue"]
    assert sent_to(taught, "teach-shot")["picture"] is None, "a live one is not sent back"


def test_an_engine_that_does_not_answer_is_told_of_beside_the_picture(taught, monkeypatch):
    def fail(work, timeout=30):
        raise EngineError("The models could not be asked")

    monkeypatch.setattr(services.engine(), "ask", fail)
    taught.session_state["studio.teach.shown"] = Shown(
        key=key(8), jpeg=base64.b64encode(jpeg("red")).decode(), live=False
    )
    taught.run()
    assert "The models could not be asked" in told(taught)
    assert sent_to(taught, "teach-shot")["one"], "the next one can be shown"


GOOD = {"number": 7, "things": [{"key": key(1), "name": "cup", "pictures": [key(2)]}], "pictures": {}}
FORGED = {
    "nothing": None,
    "a text": "things",
    "no number": {**GOOD, "number": "7"},
    "too many things": {**GOOD, "things": [{"key": key(n), "name": "", "pictures": []} for n in range(7)]},
    "too many pictures": {
        **GOOD, "things": [{"key": key(1), "name": "", "pictures": [key(10 + n) for n in range(101)]}]
    },
    "a long name": {**GOOD, "things": [{"key": key(1), "name": "x" * 41, "pictures": []}]},
    "a name that is none": {**GOOD, "things": [{"key": key(1), "name": {"a": 1}, "pictures": []}]},
    "a key that is none": {**GOOD, "things": [{"key": "../../etc", "name": "", "pictures": []}]},
    "a picture twice": {**GOOD, "things": [{"key": key(n), "name": "", "pictures": [key(9)]} for n in (1, 2)]},
    "no base64": {**GOOD, "pictures": {key(2): "<script>"}},
    "no text": {**GOOD, "pictures": {key(2): [1, 2, 3]}},
    "a large picture": {**GOOD, "pictures": {key(2): base64.b64encode(bytes(MOST_BYTES + 1)).decode()}},
    "too many at once": {**GOOD, "pictures": {key(n): "AAAA" for n in range(41)}},
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_what_no_browser_of_ours_tells_is_not_taken(case, monkeypatch):
    monkeypatch.setattr("cnn_core.ui.kit.session.component_state", lambda _key: {"told": FORGED[case]})
    assert told_things("any") is None
    assert told_shot("any") is None


def received(monkeypatch, *messages: dict[str, Any]) -> Taken:
    """What is taken of these messages, told one after another."""
    waiting = list(messages)
    monkeypatch.setattr("cnn_core.ui.kit.session.component_state", lambda _key: {"told": waiting.pop(0)})
    monkeypatch.setattr(taken_module, "MESSAGES", len(messages), raising=False)

    def script():
        from cnn_core.ui.use import taken

        for _ in range(taken.MESSAGES):
            taken.receive()

    app = AppTest.from_function(script).run()
    assert not app.exception
    return app.session_state["studio.teach.taken"]


def message(number: int, pictures: dict[str, bytes], *wanted: str) -> dict[str, Any]:
    coded = {one: base64.b64encode(content).decode() for one, content in pictures.items()}
    return {"number": number, "things": [{"key": key(1), "name": "cup", "pictures": list(wanted)}], "pictures": coded}


def test_pictures_that_are_wanted_are_kept_and_what_is_none_is_refused(monkeypatch):
    picture, none, unwanted = key(2), key(3), key(4)
    sent = {picture: jpeg("red"), none: b"GIF89a no picture", unwanted: jpeg("blue")}
    now = received(monkeypatch, message(5, sent, picture, none))
    assert now.number == 5
    assert now.pictures == {picture: sent[picture]}
    assert now.refused == {none}
    assert now.missing == {none}


def test_what_is_told_again_costs_nothing_and_what_was_removed_is_forgotten(monkeypatch):
    first, second = key(2), key(3)
    now = received(
        monkeypatch,
        message(1, {first: jpeg("red")}, first),
        message(2, {second: jpeg("blue")}, first, second),
        message(3, {}, second),
    )
    assert now.pictures.keys() == {second}
    assert not now.missing


def test_a_bomb_is_no_picture(monkeypatch):
    file = BytesIO()
    Image.new("L", (5000, 5000)).save(file, "PNG")
    assert len(file.getvalue()) < MOST_BYTES
    assert received(monkeypatch, message(1, {key(2): file.getvalue()}, key(2))).refused == {key(2)}
