"""Batches from a folder of pictures."""

from io import BytesIO

import numpy as np
from PIL import Image

from cnn_core.design.layers import Dense, Flatten
from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.training.build import build, compile_model
from cnn_core.training.folder import FolderBatches


def filled(folder, tones=(20, 220), number=5):
    for label, tone in enumerate(tones):
        (folder / f"class{label}").mkdir()
        for index in range(number):
            file = BytesIO()
            Image.new("RGB", (24, 16), (tone, index, 0)).save(file, "PNG")
            (folder / f"class{label}" / f"{index}.png").write_bytes(file.getvalue())
        (folder / f"class{label}" / "notes.txt").write_text("not a picture")
    return folder


def test_every_picture_comes_once_an_epoch_with_its_label(tmp_path):
    source = FolderBatches(filled(tmp_path), (8, 8, 3), 4)
    assert len(source) == 3
    found = [pair for index in range(3) for pair in zip(*source[index], strict=True)]
    assert len(found) == 10
    assert found[0][0].dtype == np.uint8
    assert {(int(image[0, 0, 0]), int(image[0, 0, 1]), label.argmax()) for image, label in found} == {
        (tone, index, label) for label, tone in enumerate((20, 220)) for index in range(5)
    }
    before = source.order.copy()
    source.on_epoch_end()
    assert not np.array_equal(before, source.order)


def test_a_network_learns_from_it(tmp_path):
    network = Network(input_shape=(8, 8, 3), layers=(Flatten(), Dense(units=2, activation="softmax")))
    model = build(network)
    compile_model(model, Recipe(optimizer="adam", learning_rate=0.01), steps_per_execution=1, jit_compile=False)
    history = model.fit(FolderBatches(filled(tmp_path), (8, 8, 3), 4), epochs=20, verbose=0).history
    assert history["accuracy"][-1] == 1
