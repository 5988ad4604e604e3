"""Backbone: one layer of a design, which opens into its blocks and says what it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.design.layers import Backbone, BackboneBlock, Conv2D, Dense, GlobalAveragePooling2D
from cnn_core.design.layers.architectures import ARCHITECTURES
from cnn_core.design.memory import training_bytes
from cnn_core.design.network import Network
from cnn_core.design.shapes import trace
from cnn_core.design.start import Start, with_new_head
from cnn_core.errors import DesignError

HEAD = (GlobalAveragePooling2D(), Dense(units=2, activation="softmax"))


@given(
    name=st.sampled_from(list(ARCHITECTURES)), sides=st.tuples(*[st.integers(32, 200)] * 2), blocks=st.integers(1, 19)
)
def test_opened_it_is_the_same_in_parts(name, sides, blocks):
    network = Network(input_shape=(*sides, 3), layers=(Backbone(architecture=name, blocks=blocks), *HEAD))
    closed, opened = trace(network), trace(network.opened())
    assert (closed.problem, opened.problem) == (None, None)
    assert closed.totals == opened.totals
    assert [opened.reports[end].output_shape for end in network.ends()] == [one.output_shape for one in closed.reports]
    assert [opened.reports[end].receptive_field for end in network.ends()] == [
        one.receptive_field for one in closed.reports
    ]
    assert network.opened().opened() == network.opened()
    assert Network.from_token(network.to_token()) == network


def test_a_block_alone_is_no_layer_of_a_file():
    plain = {"layers": [{"type": "BackboneBlock", "architecture": "resnet50", "number": 2}]}
    with pytest.raises(DesignError, match="unknown type"):
        Network.from_plain(plain)


@pytest.mark.parametrize(("shape", "received"), [((31, 64, 3), "31×64"), ((64, 64, 1), "1 channel")])
def test_images_that_it_cannot_take_are_named(shape, received):
    problem = trace(Network(input_shape=shape, layers=(Backbone(), *HEAD))).problem
    assert "takes images in colour" in problem.message
    assert received in problem.message


def test_it_stands_first_or_not_at_all():
    problem = trace(Network(input_shape=(64, 64, 3), layers=(Conv2D(filters=3), Backbone()))).problem
    assert "takes nothing else" in problem.message
    assert problem.index == 1


def test_a_new_head_can_stand_behind_any_block():
    network = Network(input_shape=(64, 64, 3), layers=(Backbone(architecture="resnet50"),))
    whole, part = with_new_head(network, 17, 5), with_new_head(network, 3, 5)
    assert whole.layers[0] == network.layers[0]
    assert part.layers[0].blocks == 3
    assert [layer.type for layer in part.layers[1:]] == ["GlobalAveragePooling2D", "Dense"]
    start = Start(base="imagenet-resnet50", layers=3, frozen=3)
    assert start.backbone == "resnet50"
    assert start.fits(network, part)
    assert not start.fits(network, network.changed(layers=(Backbone(architecture="mobilenet"), *HEAD)))
    assert "3 layers of ResNet50" in str(start)
    assert Start(base="imagenet-unknown", layers=1, frozen=1).backbone == ""


def test_frozen_layers_need_no_memory_for_the_way_back():
    network = Network(input_shape=(224, 224, 3), layers=(Backbone(), *HEAD))
    assert training_bytes(network, 32, "adam") > 10 * training_bytes(network, 32, "adam", frozen=19)
    first = network.opened().layers[0]
    assert isinstance(first, BackboneBlock)
    inside = first.inner((224, 224, 3))
    assert [layer.type for layer, _shape in inside] == ["Conv2D", "BatchNormalization", "Activation"]
    assert first.values((224, 224, 3)) == 3 * 112 * 112 * 16
