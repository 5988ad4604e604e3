"""Share, page by page: who opens the link sees what its sender sees, and what a link asks for in vain is told."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn_core.design.augmentation import Augmentation
from cnn_core.design.formats import texts
from cnn_core.design.layers import Conv2D, Dense, Dropout, Flatten
from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.errors import DesignError
from cnn_core.ui import pages
from cnn_core.ui.kit import drawings, services, share
from cnn_core.ui.kit.wording import literal
from tests.support import pages as support
from tests.support.pages import WIDGETS, elements, link_of, said
from tests.support.runs import ended

OWN = Network(name="mine", layers=(Conv2D(filters=4), Dropout(), Flatten(), Dense(units=10, activation="softmax")))
STROKES = [{"width": 22, "points": [[30, 40, 1], [200, 42, 1], [90, 250, 1]]}]
DRAWING = {"studio.draw.last": {"strokes": STROKES, "ink": None}}
DESIGN = {"studio.history": History(present=OWN), "studio.recipe": Recipe(seed=7, batch_size=32)}


def values(app: AppTest) -> dict[str, object]:
    """What the widgets of the page show, whatever their keys are: some are new for each visit."""
    found = [widget for kind in WIDGETS for widget in app.get(kind)]
    return {f"{widget.label} {place}": widget.value for place, widget in enumerate(found)}


def browse_one(app: AppTest) -> None:
    app.segmented_control(key="browse-view").set_value("one").run()
    app.segmented_control(key="browse-part").set_value("test").run()
    app.number_input(key="browse-index-bundled-test").set_value(12).run()


def browse_classes(app: AppTest) -> None:
    app.button(key="browse-shuffle").click().run()


def browse_batches(app: AppTest) -> None:
    app.segmented_control(key="browse-view").set_value("batches").run()
    app.slider(key="batch-size").set_value(7)
    app.number_input(key="batch-bundled-N").set_value(1_000_000)
    app.selectbox(key="batch-dtype").set_value("float64").run()


def augmentation(app: AppTest) -> None:
    app.button(key="augment-preset-photos").click().run()
    next(slider for slider in app.slider if "rotation" in slider.label).set_value(33).run()
    app.button(key="augment-new-seed").click().run()
    app.selectbox(key="augment-class-bundled").set_value(3).run()
    app.number_input(key="augment-number-bundled-3").set_value(5).run()
    next(box for box in app.segmented_control if "end to end" in box.label).set_value("contrast").run()


def convolution(app: AppTest) -> None:
    app.segmented_control(key="learn-image").set_value("grid").run()
    app.selectbox(key="learn-padding").set_value("2")
    app.selectbox(key="learn-step").set_value(3)
    app.toggle(key="learn-relu").set_value(True).run()


def layer(app: AppTest) -> None:
    app.selectbox(key="learn-filters-28×28×1").set_value("keras-log").run()
    app.selectbox(key="learn-layer-keras-log").set_value(2).run()


def pooled_map(app: AppTest) -> None:
    app.segmented_control(key="learn-image-map").set_value("map").run()
    app.selectbox(key="pooling-network").set_value("keras-log").run()
    app.selectbox(key="learn-layer-keras-log").set_value(3).run()
    app.number_input(key="pooling-map-keras-log-3").set_value(7).run()


def pooling(app: AppTest) -> None:
    app.segmented_control(key="learn-image-map").set_value("picture")
    app.selectbox(key="pooling-size").set_value("3")
    app.segmented_control(key="pooling-right").set_value(-1).run()


def why(app: AppTest) -> None:
    app.slider(key="why-right").set_value(3)
    app.slider(key="why-every").set_value(4).run()


def draw(app: AppTest) -> None:
    app.multiselect(key="draw-models").set_value(["dnn-500x3"]).run()
    app.segmented_control(key="draw-way").set_value("arrange").run()


def inside(app: AppTest) -> None:
    app.segmented_control(key="inside-view").set_value("ascent").run()
    app.selectbox(key="studio.inside.layer.keras-log").set_value(2).run()
    app.number_input(key="inside-climb-filter-keras-log-2").set_value(5)
    app.slider(key="inside-blur").set_value(1).run()


def dream(app: AppTest) -> None:
    app.segmented_control(key="inside-view").set_value("dream").run()
    app.multiselect(key="inside-dream-layers-keras-log").set_value([0, 4]).run()
    app.segmented_control(key="inside-dream-of").set_value("photo")
    app.slider(key="inside-octaves").set_value(2).run()


def transfer(app: AppTest) -> None:
    app.selectbox(key="transfer-base").set_value("keras-log").run()
    app.slider(key="transfer-layers-keras-log").set_value(3).run()
    app.segmented_control(key="transfer-seeds").set_value(5)
    app.slider(key="transfer-frozen-3").set_value(2)
    app.selectbox(key="transfer-rate").set_value(0.01).run()


def duel(app: AppTest) -> None:
    app.selectbox(key="duel-data").set_value("bundled").run()
    app.selectbox(key="duel-first-network").set_value("own").run()
    app.checkbox(key="duel-less").uncheck()
    app.number_input(key="duel-count-bundled").set_value(500)
    app.segmented_control(key="duel-match").set_value("time").run()
    app.number_input(key="duel-seconds").set_value(44)
    app.segmented_control(key="duel-seeds").set_value(3).run()
    next(box for box in app.number_input if "batch_size" in box.label).set_value(16.0).run()


def home(app: AppTest) -> None:
    app.selectbox(key="home-preset").set_value("dnn-500x3").run()


def training(app: AppTest) -> None:
    app.text_input(key="run-name").set_value("a name & more").run()


def nothing(app: AppTest) -> None:
    """It is seen as it is opened."""


SEEN = {
    "home": (pages.HOME, DRAWING, home, {"preset": "dnn-500x3", "drawing": drawings.to_token(STROKES)}),
    "convolution": (pages.CONVOLUTION, {}, convolution, {"image": "grid", "filters": "ready", "padding": "2"}),
    "layer": (pages.CONVOLUTION, {}, layer, {"image": "digit", "filters": "keras-log", "layer": "2"}),
    "pooled map": (pages.POOLING, {}, pooled_map, {"filters": "keras-log", "layer": "3", "map": "7"}),
    "pooling": (pages.POOLING, {}, pooling, {"image": "picture", "size": "3", "right": "-1"}),
    "why": (pages.WHY, {}, why, {"right": "3", "every": "4"}),
    "browse": (pages.BROWSE, {}, browse_classes, {"data": "bundled", "view": "browse", "shuffle": "1"}),
    "one image": (pages.BROWSE, {}, browse_one, {"view": "one", "split": "test", "image": "12"}),
    "batches": (pages.BROWSE, {}, browse_batches, {"size": "7", "N": "1000000", "dtype": "float64"}),
    "augmentation": (pages.AUGMENTATION, {}, augmentation, {"class": "3", "number": "5", "control": "contrast"}),
    "designer": (
        pages.DESIGNER,
        DESIGN | DRAWING | {"studio.designer.row": 2},
        nothing,
        {"row": "2", "data": "bundled"},
    ),
    "training": (pages.LIVE, DESIGN, training, {"data": "bundled", "name": "a name & more"}),
    "runs": (pages.RUNS, {}, nothing, {}),
    "draw": (pages.DRAW, DRAWING, draw, {"models": "dnn-500x3", "way": "arrange"}),
    "inside": (pages.INSIDE, {}, inside, {"view": "ascent", "model": "keras-log", "layer": "2", "blur": "1"}),
    "dream": (pages.INSIDE, {}, dream, {"view": "dream", "layers": "0.4", "dreamof": "photo", "octaves": "2"}),
    "teach": (pages.TEACH, {}, nothing, {}),
    "transfer": (pages.TRANSFER, {}, transfer, {"from": "keras-log", "layers": "3", "seeds": "5", "frozen": "2"}),
    "board": (pages.BOARD, {}, nothing, {}),
    "duel": (pages.DUEL, DESIGN, duel, {"first": "own", "less": "0", "count": "500", "seconds": "44", "seeds": "3"}),
}


@pytest.mark.parametrize("name", SEEN)
def test_who_opens_the_link_sees_the_same(name):
    page, kept, act, expected = SEEN[name]
    app = support.opened(page, kept)
    act(app)
    seen, link = values(app), link_of(app)
    assert expected.items() <= said(link).items()
    other = support.opened(page, None, **said(link))
    assert values(other) == seen
    assert not [box.value for box in other.warning if "link" in box.value]
    assert said(link_of(other)) == said(link), "and shares the same"


def test_a_link_brings_what_no_widget_shows():
    app = support.opened(pages.DESIGNER, DESIGN | DRAWING)
    other = support.opened(pages.DESIGNER, None, **said(link_of(app)))
    assert other.session_state["studio.history"].present == OWN
    assert other.session_state["studio.recipe"] == DESIGN["studio.recipe"]
    assert [stroke["points"] for stroke in other.session_state["studio.draw.last"]["strokes"]] == [
        [tuple(point) for point in STROKES[0]["points"]]
    ]


def test_a_run_is_shared_with_its_ticks():
    store = services.store()
    runs = [ended(store, name).id for name in ("mine 1", "mine 2")]
    app = support.opened(pages.RUNS, {"studio.runs.ticked": tuple(runs)})
    other = support.opened(pages.RUNS, None, **said(link_of(app)))
    assert set(other.session_state["studio.runs.ticked"]) == set(runs)
    other = support.opened(pages.RUNS, None, runs=f"{runs[0]}.gone")
    assert other.session_state["studio.runs.ticked"] == (runs[0],)


WRONG = {
    "a choice": (pages.BROWSE, {"view": "nonsense"}, "asks for a view that is not here. Expected one of browse, one"),
    "a number": (pages.BROWSE, {"view": "one", "image": "9999999"}, "Expected a whole number from 0 to 3,999"),
    "no number": (pages.BROWSE, {"view": "one", "image": "1e3"}, "Received 1e3"),
    "a model": (pages.DRAW, {"models": "gone.dnn-500x3"}, "Received gone"),
    "a setting": (
        pages.AUGMENTATION,
        {"augmentation": Augmentation(rotation=9).to_token()[:-3]},
        "The link cannot be read",
    ),
    "a seed": (pages.AUGMENTATION, {"seed": "-1"}, "Expected a whole number from 0 to 2,147,483,647"),
    "a drawing": (pages.HOME, {"drawing": texts.pack([[1, 2]])}, "The link's drawing cannot be read"),
    "a row": (pages.DESIGNER, {"row": "999"}, "Expected a whole number from 0 to"),
    "a terms": (pages.DUEL, {"terms": "x"}, "The link cannot be read"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_a_link_asks_for_in_vain_is_told_and_loses_nothing(name):
    page, query, words = WRONG[name]
    app = support.opened(page, DRAWING, **query)
    told = [box.value.replace("\\", "").replace("\u2060", "") for box in [*app.warning, *app.error]]
    assert any(words in text for text in told), told
    assert app.session_state["studio.draw.last"] == DRAWING["studio.draw.last"]


def test_of_several_models_those_that_are_here_are_shown():
    app = support.opened(pages.DRAW, None, models="gone.dnn-500x3")
    assert app.multiselect(key="draw-models").value == ["dnn-500x3"]


def test_a_link_speaks_of_what_it_opens_and_not_of_what_is_chosen_later():
    app = support.opened(pages.BROWSE, None, view="one", split="test", image="900")
    app.segmented_control(key="browse-part").set_value("train").run()
    assert app.number_input(key="browse-index-bundled-train").value == 0
    assert not app.warning


def test_what_no_link_can_carry_is_told():
    app = support.opened(pages.DRAW, DRAWING)
    app.segmented_control(key="draw-way").set_value("arrange").run()
    link_of(app)
    assert any("Not in the link: how the strokes are arranged" in box.value for box in captions(app))


def captions(app: AppTest) -> list:
    return [one for one in elements(app._tree) if one.type == "caption"]


@pytest.fixture
def at(monkeypatch) -> Callable[[str], None]:
    """Opens the studio by this address."""
    return lambda address: monkeypatch.setattr("cnn_core.ui.kit.session.address", lambda: address)


def alerts(app: AppTest) -> list[str]:
    return [one.value for one in elements(app._tree) if one.type == "warning"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_that_only_this_computer_can_open_a_link_is_told(at, host):
    at(f"http://{host}:8501/browse")
    app = support.opened(pages.BROWSE)
    assert link_of(app).startswith(f"http://{host}:8501/browse?data=bundled&")
    assert any("Only this computer" in text for text in alerts(app))


def test_behind_a_proxy_the_link_is_what_the_browser_has(at):
    at("https://lab.example.org/studio/browse")
    app = support.opened(pages.BROWSE)
    assert link_of(app).startswith("https://lab.example.org/studio/browse?")
    assert not alerts(app)


@given(st.text("abcdefXYZ0189-_", min_size=0, max_size=700))
def test_the_code_is_read_as_the_link(token):
    link = f"https://lab.example.org/designer?design={token}"
    code = share.qr_code(link)
    picture = BytesIO()
    code.save(picture, kind="png", scale=share.MODULE, border=share.QUIET, dark="black", light="white")
    image = Image.open(picture).convert("L")
    assert image.width <= share.WIDEST
    assert not (np.asarray(image)[: share.QUIET * share.MODULE] < 255).any(), "the quiet zone is white"
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [link]


def test_a_link_too_long_for_a_code_is_offered_alone(at):
    at("https://lab.example.org/")
    assert share.qr_code("https://lab.example.org/" + "x" * 1200) is None
    assert share.qr_code("https://lab.example.org/" + "x" * 9000) is None
    noise = np.random.default_rng(1).uniform(0, 280, (600, 2))
    scribble = [{"width": 9, "points": [[*place, 1] for place in noise]}]
    app = support.opened(pages.HOME, {"studio.draw.last": {"strokes": scribble, "ink": None}})
    assert len(said(link_of(app))["drawing"]) > 1000
    assert any("too long for a QR code" in box.value for box in captions(app))


point = st.tuples(st.floats(-1000, 2000), st.floats(-1000, 2000), st.floats(0.4, 1.6))
stroke = st.fixed_dictionaries({"width": st.integers(1, 100), "points": st.lists(point, min_size=1, max_size=30)})


@given(st.lists(stroke, max_size=5))
def test_a_drawing_comes_back_to_the_nearest_pixel(strokes):
    back = drawings.from_token(drawings.to_token(strokes))
    assert [one["width"] for one in back] == [one["width"] for one in strokes]
    for one, other in zip(strokes, back, strict=True):
        np.testing.assert_allclose(np.array(other["points"]), np.array(one["points"]), atol=0.51)
        assert np.abs(np.array(other["points"])[:, 2] - np.array(one["points"])[:, 2]).max() <= 0.0051


@given(st.text(max_size=40))
def test_a_drawing_that_was_changed_is_refused(token):
    with pytest.raises(DesignError):
        drawings.from_token(token)


def test_literal_is_what_a_link_says():
    """What a stranger wrote into an address is text, not Markdown."""
    app = support.opened(pages.BROWSE, None, view="[x](http://evil.example)")
    assert literal("[x](http://evil.example)") in app.warning[0].value


def test_a_preset_of_the_notes_fits_a_code(at):
    at("https://lab.example.org/designer")
    for preset in PRESETS.values():
        app = support.opened(pages.DESIGNER, {"studio.history": History(present=preset.network)})
        assert share.qr_code(link_of(app)) is not None, preset.name


def test_who_goes_back_gets_the_address_written_even_where_it_is_right_already(monkeypatch):
    """A script that did not know of it yet may have written another one, which the browser has by now."""
    app = support.opened(pages.DESIGNER, DESIGN)
    wrote = []
    monkeypatch.setattr(
        "streamlit.runtime.state.query_params_proxy.QueryParamsProxy.from_dict",
        lambda self, values: wrote.append(values),
    )
    app.run()
    assert wrote == []
    monkeypatch.setattr("cnn_core.ui.kit.session.went_back", lambda: True)
    app.run()
    assert [values["design"] for values in wrote] == [OWN.to_token()]
