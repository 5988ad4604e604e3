"""A page of one's own on the page of a run: who is offered one, what it says, and who is told why there is none."""

import json
import re
from html import unescape

import numpy as np
import pytest

from cnn_core.design.layers import Backbone, Conv2D, Dense, Flatten, GlobalAveragePooling2D, MaxPooling2D
from cnn_core.design.network import Network
from cnn_core.design.presets import PRESETS
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.engine.work.rounded import Rounding
from cnn_core.errors import EngineError
from cnn_core.runs.events import BroughtIn, Finished
from cnn_core.runs.events import Tested as Scored
from cnn_core.runs.models import MODEL_FILE, READY_MADE
from cnn_core.training.build import build, to_bytes
from cnn_core.ui import pages
from cnn_core.ui.kit import services, who
from cnn_core.ui.train import own_page
from cnn_core.ui.train.own_page import obstacle, rounding_words
from tests.language.made_up import CODE, learn
from tests.support.pages import elements, opened
from tests.support.runs import PRESET, life

LABEL = "Page of your own (.html)"
SCORED = Scored(at=1005, loss=1, accuracy=0.987, confusion=((500, 3), (7, 490)))


def run_of(network: Network, dataset: str = "bundled", recipe: Recipe | None = None, *, ended: bool = True):
    run = services.store().create("Mine / 1", network, recipe or Recipe(epochs=1), dataset)
    events = [SCORED if event.kind == "tested" else event for event in life()]
    services.store().append(run.id, *(events if ended else events[:2]))
    return run


def page_of(run, maker: str = "") -> str:
    return own_page.page(run, services.store().state(run.id), maker, "en").decode()


def told(html: str) -> dict[str, str]:
    """The facts of a page by their names."""
    return {unescape(name): unescape(fact) for name, fact in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)}


def given(html: str) -> dict:
    """What the page's JavaScript is given."""
    return json.loads(re.search(r'<script type="application/json" id="network">(.*?)</script>', html)[1])


def offered(app) -> list[str]:
    return [one.label for one in elements(app._tree) if one.type == "download_button"]


@pytest.mark.parametrize("ended", [True, False])
def test_a_run_that_has_ended_is_offered_as_a_page(ended):
    app = opened(pages.RUN, run=run_of(PRESET.network, ended=ended).id)
    assert (LABEL in offered(app)) == ended


def test_the_page_claims_nothing_of_a_training_that_was_elsewhere():
    """The test images may have been among those that such a network learned from."""
    run = services.store().create("Elsewhere", PRESET.network, Recipe(), "bundled")
    services.store().append(run.id, BroughtIn(file="m.keras", notes=()), SCORED, Finished())
    services.store().save_file(run.id, MODEL_FILE, (READY_MADE / "keras-log.keras").read_bytes())
    facts = told(page_of(run))
    assert facts["Predicts right"] == "98.7% of 1,000 test images."
    assert facts["Learned from"] == "It was trained elsewhere: on what is not known here."


def test_the_page_says_what_is_known_of_the_run():
    run = run_of(PRESET.network)
    services.store().save_file(run.id, MODEL_FILE, (READY_MADE / "keras-log.keras").read_bytes())
    html = page_of(run, "Ada <b>")
    assert "<h1>Mine / 1</h1>" in html
    assert told(html) == {
        "Knows": "0, 1, 2, 3, 4, 5, 6, 7, 8, 9. It predicts one of them, whatever it is shown.",
        "Learned from": "9 images of “Bundled digits (5,000 of MNIST)”, each looked at once.",
        "Predicts right": "98.7% of 1,000 test images, which it never saw in training.",
        "Made": "by Ada <b>, 1 January 1970",
    }
    assert re.search(
        r"on 1,000 test images, this changes no prediction, and no probability by more than 0\.\d+ per", html
    )
    assert html.count('<th scope="row">') == 9
    assert given(html)["head"]["pad"] is True
    assert given(html)["pictures"] is None
    assert told(page_of(run))["Made"] == "1 January 1970"


def test_a_page_is_made_while_nobody_can_measure(monkeypatch):
    run = run_of(PRESET.network)
    services.store().save_file(run.id, MODEL_FILE, (READY_MADE / "keras-log.keras").read_bytes())

    def busy(work, timeout=0):
        raise EngineError("No time")

    monkeypatch.setattr(services.engine(), "ask", busy)
    assert "rounded to three digits.</p>" in page_of(run)


@pytest.mark.parametrize(("dataset", "examples"), [("cifar10", ["one", "two"]), ("own-pets", [])])
def test_only_images_that_everybody_may_have_are_on_it(dataset, examples, random):
    images, labels = random.integers(0, 256, (8, 10, 10, 3), np.uint8), np.array([1, 0] * 4)
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    services.catalogue().save(dataset, arrays | {"class_names": np.array(["one", "two"])})
    network = Network(input_shape=(10, 10, 3), layers=(GlobalAveragePooling2D(), Dense(units=2, activation="softmax")))
    run = run_of(network, dataset)
    services.store().save_file(run.id, MODEL_FILE, to_bytes(build(network)))
    html = page_of(run)
    assert [one["name"] for one in given(html)["pictures"]["examples"]] == examples
    assert "a picture of one of these: one, two." in html
    (services.catalogue().folder / f"{dataset}.npz").unlink()


REFUSED = {
    "shuffled pixels": (PRESET.network, Recipe(pixel_order=3)),
    "trained by others": (Network(input_shape=(64, 64, 3), layers=(Backbone(), Flatten(), Dense(units=10))), Recipe()),
    "10,000,000 products": (PRESETS["no-max-pool"].network, Recipe()),
    "3,000,000 parameters": (Network(layers=(Flatten(), Dense(units=4_000), Dense(units=10))), Recipe()),
}


@pytest.mark.parametrize("why", REFUSED)
def test_why_there_is_none_is_said_on_the_page(why):
    network, recipe = REFUSED[why]
    app = opened(pages.RUN, run=run_of(network, recipe=recipe).id)
    assert LABEL not in offered(app)
    assert any(
        "There is no page" in one.value or "A page of your own" in one.value for one in app.caption if why in one.value
    )


def test_smaller_ones_are_not_refused():
    assert obstacle(run_of(PRESET.network)) == ""
    assert obstacle(run_of(PRESETS["dnn-500x3"].network)) == ""
    pooled = (Conv2D(filters=8, kernel_size=3), MaxPooling2D(), Flatten(), Dense(units=10))
    assert obstacle(run_of(Network(input_shape=(32, 32, 3), layers=pooled))) == ""


def test_what_the_rounding_does_is_said_as_it_was_measured():
    told = {
        "no probability by more than 0.13 percentage points": Rounding(200, 0, 0.00123),
        "changes 1 prediction, and": Rounding(200, 1, 0.5),
        "changes 2 predictions, and no probability by more than 50 ": Rounding(9, 2, 0.5),
    }
    for words, measured in told.items():
        assert words in rounding_words(measured, exact=False)
    assert "as they were learned" in rounding_words(None, exact=True)


def test_the_page_names_whoever_made_the_run(monkeypatch):
    run, makers = run_of(PRESET.network), []
    person = services.store().people.join("a secret", "Ada")
    services.store().people.own("run", run.id, person)
    monkeypatch.setattr(who, "class_here", lambda: True)
    monkeypatch.setattr(own_page, "page", lambda run, state, maker, language: makers.append(maker))
    monkeypatch.setattr(own_page.st, "download_button", lambda label, make, *more, **options: make())
    own_page.own_page(run, services.store().state(run.id), "mine")
    assert makers == ["Ada"]


def test_every_sentence_is_in_the_language_of_whoever_takes_it(monkeypatch):
    learn(monkeypatch)
    run = run_of(PRESET.network)
    services.store().save_file(run.id, MODEL_FILE, (READY_MADE / "keras-log.keras").read_bytes())
    html = own_page.page(run, services.store().state(run.id), "Ada", CODE).decode()
    sentences = re.findall(r"<(?:h2|p|dt|dd|th)[^>]*>([^<]+)</(?:h2|p|dt|dd|th)>", html)
    names = [f"{row['layer']}" for row in own_page.rows(run.network, trace(run.network))]
    assert [text for text in map(unescape, sentences) if not text.startswith("⟦") and text not in names] == []
    assert all(block["title"].startswith("⟦") for block in given(html)["head"]["blocks"])
    assert f'<html lang="{CODE}">' in html
