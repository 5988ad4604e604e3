"""Device: what a worker that trains computes on."""

from dataclasses import dataclass

from cnn_core.engine.work.base import TRAINING, Work
from cnn_core.engine.work.context import Context
from cnn_core.language import Text


@dataclass(frozen=True)
class Device(Work):
    """Asked of one that trains: the one for questions does not see the GPU."""

    place = TRAINING

    def run(self, context: Context) -> Text:
        """The name of the GPU or the processor, in words."""
        from cnn_core.training.device import device_name

        return device_name()
