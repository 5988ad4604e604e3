"""The data page by AppTest: looking, own data, and that the choice is used everywhere."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from cnn_core.design.network import History, Network
from cnn_core.design.presets import PRESETS
from cnn_core.ui import pages
from cnn_core.ui.kit import services
from cnn_core.ui.kit.wording import literal
from tests.data.test_own import npz, pets, zipped
from tests.support import pages as support
from tests.support.pages import settled

ROOT = Path(__file__).parents[2]
BROWSE, DESIGNER, LIVE = pages.BROWSE, pages.DESIGNER, pages.LIVE


def opened(page=BROWSE, **query):
    return support.opened(page, **query)


def view(app, name):
    app.segmented_control(key="browse-view").set_value(name).run()
    assert not app.exception
    return app


def texts(app):
    return " ".join(element.value for element in [*app.markdown, *app.caption, *app.error, *app.warning, *app.success])


def numbers(app):
    """The numbers of the one image, as words."""
    return re.fullmatch("<pre[^>]*>(.*)</pre>", app.get("html")[0].proto.body, re.DOTALL)[1].split()


@pytest.fixture
def shapes():
    """A data set of 24 colour images in two classes, dropped into the folder."""
    x = np.random.default_rng(1).integers(0, 256, (24, 12, 12, 3), np.uint8)
    y = np.arange(24) % 2
    names = np.array(["*round*", "square"])
    arrays = {"x_train": x[:16], "y_train": y[:16], "x_test": x[16:], "y_test": y[16:], "class_names": names}
    services.catalogue().save("shapes", arrays)
    yield "shapes"
    (services.catalogue().folder / "shapes.npz").unlink(missing_ok=True)


@pytest.fixture
def clean():
    """No uploaded data set is left over."""
    yield
    for entry in services.catalogue().entries():
        if entry.source == "own":
            services.catalogue().delete(entry.name)


def test_the_first_look_is_at_the_bundled_digits():
    app = opened()
    assert not app.exception
    assert "4,000 training and 1,000 test images of 28×28×1, 10 classes" in texts(app)
    assert app.query_params["data"] in ("bundled", ["bundled"])
    app.button(key="browse-shuffle").click().run()
    assert not app.exception


def test_a_link_chooses_the_data_set_and_one_that_is_gone_says_so(shapes):
    app = opened(data=shapes)
    assert "16 training and 8 test images of 12×12×3, 2 classes" in texts(app)
    app = opened(data="long-gone")
    assert literal("not on this server. Received long-gone") in texts(app)
    assert not app.exception


def test_one_image_as_numbers(shapes):
    app = view(opened(data=shapes), "one")
    image = services.dataset(shapes).x_train[0]
    assert numbers(app)[:12] == [str(value) for value in image[0, :, 0]]
    app.segmented_control(key="browse-channel").set_value("blue").run()
    assert numbers(app)[:12] == [str(value) for value in image[0, :, 2]]
    hot, layouts = (table.value for table in app.table)
    assert hot.iloc[0].tolist() == [1, 0]
    assert layouts.loc["this image"].tolist() == ["(12, 12, 3)", "(3, 12, 12)"]
    assert r"\*round\*" in texts(app), "names of classes are text and not Markdown"
    app.segmented_control(key="browse-part").set_value("test").run()
    assert not app.exception


def test_batch_by_batch_really_runs(shapes):
    app = view(opened(data=shapes), "batches")
    assert "yield images, labels" in app.code[0].value
    assert "images.shape   # (16, 12, 12, 3)" in app.code[1].value
    app.number_input[0].set_value(1_000_000).run()
    assert [metric.value for metric in app.metric] == ["1.6 GiB", "54.0 KiB"]


def test_a_data_set_to_download_offers_it():
    app = opened(data="cifar10")
    assert "copy `cifar10.npz` into" in texts(app)
    assert any(button.label == "Download it" for button in app.button)


def send(app, name, content):
    view(app, "own")
    app.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    assert not app.exception
    return settled(app)


@pytest.mark.usefixtures("clean")
def test_a_zip_becomes_a_data_set_that_every_page_uses():
    app = send(opened(), "pets.zip", zipped(pets(12, 10) | {"pets/cats/notes.txt": b"x"}))
    assert [metric.value for metric in app.metric] == ["22", "2", "22"]
    assert "cats 12, dogs 10. Sizes: 16×24 px" in texts(app)
    assert app.dataframe[0].value.values.tolist() == [["pets/cats/notes.txt", "not a jpg, png or webp"]]
    app.selectbox(key="own-size-1").set_value((28, 28)).run()
    app.button(key="own-make").click().run()
    assert not app.exception
    settled(app)
    assert "**pets** is ready: 18 training and 4 test images" in texts(app).replace("Pets", "pets")
    entry = services.entry("own-pets")
    assert (entry.input_shape, entry.class_names, entry.source) == ((28, 28, 3), ("cats", "dogs"), "own")

    app.session_state["studio.history"] = History(present=PRESETS["keras-log"].network)
    app.switch_page(DESIGNER).run()
    assert not app.exception
    assert "Received a vector of 10 values" in texts(app), "the head of the network no longer fits"
    repair = next(button for button in app.button if "2" in button.label and "units" in button.label)
    repair.click().run()
    assert "Received a vector" not in texts(app)
    app.switch_page(LIVE).run()
    assert "18 training and 4 test images of 28×28×3, 2 classes" in texts(app)

    app.switch_page(BROWSE).run()
    view(app, "own")
    app.button(key="own-delete-own-pets").click().run()
    assert not app.exception
    assert services.entry("own-pets") is None
    assert "4,000 training" in texts(app)


@pytest.mark.usefixtures("clean")
def test_a_name_that_is_taken_saves_nothing():
    services.catalogue().save("own-pets", dict(np.load(BytesIO(npz()))))
    before = services.catalogue().version("own-pets")
    app = send(opened(), "pets.zip", zipped(pets()))
    app.button(key="own-make").click().run()
    assert "There is a data set of this name already" in texts(app)
    assert services.catalogue().version("own-pets") == before
    next(button for button in app.button if button.label == "Discard").click().run()
    send(app, "others.zip", zipped(pets(6, 6)))
    assert "There is a data set of this name already" not in texts(app)


def test_a_file_is_on_the_disk_once_and_gone_when_it_is_discarded():
    before = set(services.shelf().folder.glob("*"))
    content = zipped(pets(7, 8))
    apps = [send(opened(), name, content) for name in ("mine.zip", "yours.zip")]
    assert "At most 200 MB" in texts(apps[0])
    assert len(set(services.shelf().folder.iterdir()) - before) == 1
    for app in apps:
        next(button for button in app.button if button.label == "Discard").click().run()
        assert not app.metric
    assert set(services.shelf().folder.iterdir()) == before


def test_a_bad_file_after_a_good_one_takes_its_place():
    app = send(opened(), "a.zip", zipped(pets()))
    settled(app.file_uploader[0].set_value(("b.zip", b"x", "application/zip")).run())
    assert "b\\.zip\\: This zip can" in app.error[0].value
    assert not app.metric
    settled(app.file_uploader[0].set_value(("a.zip", zipped(pets()), "application/zip")).run())
    assert not app.error
    assert app.metric[0].value == "10"


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.zip", b"x"), ("a.csv", b"x,y\n1,2"), ("a.npz", b"PK"), ("b.zip", zipped({})), ("a.rar", b"x")],
)
def test_a_bad_file_is_one_message(name, content):
    app = send(opened(), name, content)
    assert len(app.error) == 1
    assert not any(button.label == "Make the data set" for button in app.button)


def test_a_broken_file_in_the_folder_is_named_and_the_rest_works():
    path = services.catalogue().folder / "broken.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"hello")
    try:
        app = opened(data="broken")
        assert literal("can't be read") in texts(app)
        app.session_state["studio.history"] = History(present=Network())
        assert not app.switch_page(DESIGNER).run().exception
        assert not app.switch_page(LIVE).run().exception
    finally:
        path.unlink()
