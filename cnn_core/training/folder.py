"""Training from a folder of images: <folder>/<class>/<image>. Only one batch of them is in memory at a time."""

from pathlib import Path

import keras
import numpy as np

from cnn_core.data.photos import fitted, read_photo

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


class FolderBatches(keras.utils.PyDataset):
    """Batches of (images uint8 (B, H, W, C), one-hot labels float32 (B, classes)), shuffled anew after each epoch."""

    def __init__(self, folder: Path, input_shape: tuple[int, int, int], batch_size: int, seed: int = 0):
        super().__init__()  # workers=1: Keras asks for a batch when it needs one, and keeps a few in its queue
        self.class_names = sorted(path.name for path in folder.iterdir() if path.is_dir())
        self.files = [
            (path, label)
            for label, name in enumerate(self.class_names)
            for path in sorted((folder / name).iterdir())
            if path.suffix.lower() in SUFFIXES
        ]
        self.input_shape, self.batch_size = input_shape, batch_size
        self.random = np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.files) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        images = np.stack([self._image(self.files[number][0]) for number in chosen])
        labels = np.eye(len(self.class_names), dtype=np.float32)[[self.files[number][1] for number in chosen]]
        return images, labels

    def on_epoch_end(self) -> None:
        self.order = self.random.permutation(len(self.files))

    def _image(self, path: Path) -> np.ndarray:
        _, photo = read_photo(path.read_bytes(), max_bytes=2**26, max_pixels=10**8)
        return fitted(photo, self.input_shape)
