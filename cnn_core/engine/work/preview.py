"""Preview: what an augmentation makes of one image."""

from dataclasses import dataclass

import numpy as np

from cnn_core.design.augmentation import Augmentation
from cnn_core.engine.work.base import Work, brief
from cnn_core.engine.work.context import Context
from cnn_core.errors import EngineError
from cnn_core.language import Text


@dataclass(frozen=True, eq=False)
class Preview(Work):
    """`copies` variants of an image, and it under one control from end to end in `steps` steps.

    Args:
        image: uint8, (H, W, C).
        control: which; None for none.
    """

    augmentation: Augmentation
    image: np.ndarray
    copies: int
    control: str | None
    steps: int
    seed: int

    def run(self, context: Context) -> dict[str, tuple[np.ndarray, list[dict[str, float]]]]:
        """ "variants" and "sweep": images, uint8, (N, H, W, C), and for each the numbers that made it."""
        from cnn_core.training.augment import sweep, variants

        many = np.repeat(self.image[np.newaxis], self.copies, axis=0)
        made = {"variants": variants(self.augmentation, many, self.seed)}
        if self.control:
            made["sweep"] = sweep(self.augmentation, self.control, self.image, self.steps, self.seed)
        return {name: (np.rint(one.images).astype(np.uint8), one.numbers) for name, one in made.items()}

    def in_words(self, error: Exception) -> EngineError:
        return EngineError(Text("The preview could not be made"), received=brief(error))
