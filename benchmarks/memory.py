"""Peak memory of training on pictures in a folder: batch by batch against all at once, at 1x and at 8x the data.

Each measurement is a process of its own, which may not take more than LIMIT beyond what Keras takes (Linux).
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.common import publish

SIDE, CLASSES, BATCH = 256, 2, 32
FEW = 250  # pictures at 1x: 187.5 MiB as float32
MIB = 2**20
LIMIT = 1024 * MIB
NO_ROOM = "does not fit"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        sizes = {times: _pictures(Path(folder) / f"{times}x", times * FEW) for times in (1, 8)}
        rows = []
        for way in ("batches", "whole"):
            peaks = [_measured(way, path) for path in sizes.values()]
            decoded = [times * FEW * SIDE * SIDE * 3 * 4 / MIB for times in sizes]
            for times, size, measured in zip(sizes, decoded, peaks, strict=True):
                rows.append([way, f"{times}x", f"{times * FEW:,}", f"{size:,.0f}", *measured])
    head = ["way", "data", "pictures", "decoded as float32, MiB", "peak memory, MiB", "above Keras alone, MiB"]
    note = (
        f"One epoch of a small network on {SIDE} × {SIDE} colour JPEGs, batches of {BATCH}. 'batches' is "
        "`cnn_core.training.folder.FolderBatches`; 'whole' decodes all pictures into one float32 array first. "
        f"Each row is a process of its own that may take {LIMIT // MIB:,} MiB beyond Keras; its peak is the resident "
        "set size that the system noted (ru_maxrss)."
    )
    publish("memory", "Training from a folder of pictures: memory", head, rows, note)


def _pictures(folder: Path, number: int) -> Path:
    """JPEGs with some structure, half of them in each class."""
    for label in range(CLASSES):
        (folder / f"class{label}").mkdir(parents=True)
    for index in range(number):
        coarse = np.random.default_rng(index).integers(0, 256, (8, 8, 3), np.uint8)
        picture = Image.fromarray(coarse).resize((SIDE, SIDE))
        picture.save(folder / f"class{index % CLASSES}" / f"{index}.jpg", quality=80)
    return folder


def _measured(way: str, folder: Path) -> tuple[str, str]:
    """MiB of resident memory at the peak, and how much of it the training added."""
    command = [sys.executable, "-m", "benchmarks.memory", "--way", way, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "MemoryError" in done.stderr:
        return NO_ROOM, NO_ROOM
    start, peak = map(float, done.stdout.split()[-2:])
    return f"{peak:,.0f}", f"{peak - start:,.0f}"


def _train(way: str, folder: Path) -> None:
    """One epoch; prints the peak memory before and after it."""
    from cnn_core.design.layers import Conv2D, Dense, GlobalAveragePooling2D
    from cnn_core.design.network import Network
    from cnn_core.design.recipe import Recipe
    from cnn_core.training.build import build, compile_model
    from cnn_core.training.folder import FolderBatches

    shape = (SIDE, SIDE, 3)
    layers = (Conv2D(filters=4, strides=4), GlobalAveragePooling2D(), Dense(units=CLASSES, activation="softmax"))
    model = build(Network(input_shape=shape, layers=layers))
    compile_model(model, Recipe(), steps_per_execution=1, jit_compile=False)
    source = FolderBatches(folder, shape, BATCH)
    model.train_on_batch(*source[0])  # what Keras itself takes is not what is measured
    start = _peak()
    _limit()
    if way == "batches":
        model.fit(source, epochs=1, verbose=0)
    else:
        images = np.empty((len(source.files), *shape), np.float32)
        labels = np.empty((len(source.files), CLASSES), np.float32)
        for index in range(len(source)):
            part = slice(index * BATCH, (index + 1) * BATCH)
            images[part], labels[part] = source[index]
        model.fit(images, labels, batch_size=BATCH, epochs=1, verbose=0)
    print(start, _peak())


def _limit() -> None:
    """From here on, this process gets LIMIT more memory and no more."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    taken = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))
    resource.setrlimit(resource.RLIMIT_DATA, (taken + LIMIT, taken + LIMIT))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=["batches", "whole"])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.way:
        _train(options.way, options.folder)
    else:
        main()
