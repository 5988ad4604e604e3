"""What a duel came to, as data: all that the page, the exports and the ready-made duel show.

Indices 0 and 1 are the sides of the plan everywhere; tuples over seeds are in the order of `plan.seeds`, as far as
those trainings have finished.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from cnn_core.compare.plan import Plan

Values = tuple[float, ...]
PerSide = tuple[tuple[Values, ...], tuple[Values, ...]]
"""[side][seed][amount]."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Trained(_Part):
    """One main training. Accuracies are fractions of 1; `train_accuracy` is Keras's mean over the last epoch.

    Attributes:
        curves: 'loss', 'accuracy' and, with a validation set, 'val_loss', 'val_accuracy': x (epochs done) and y.
        confusion: [true][predicted] counts on the test set.
    """

    seed: int
    epochs: int
    seconds_per_epoch: float
    train_accuracy: float
    test_accuracy: float
    test_loss: float
    curves: dict[str, tuple[Values, Values]]
    confusion: tuple[tuple[int, ...], ...]


class Side(_Part):
    """One network with its trainings, one for each seed. `layers`, `parameters` and `macs` are those of `trace`."""

    name: str
    layers: int
    parameters: int
    macs: int
    runs: tuple[Trained, ...]


class Agreement(_Part):
    """How the two networks of one seed agree on the test images, as counts."""

    seed: int
    both: int
    only_first: int
    only_second: int
    neither: int


class Contested(_Part):
    """A test image that only one side predicts right; `png` is base64, the rest are names of classes.

    Attributes:
        read: what each side predicted.
    """

    png: str
    true: str
    read: tuple[str, str]


class Sweep(_Part):
    """Accuracy on the first `images` test images against how much they were changed, by networks trained on plain ones.

    Attributes:
        kind: shift in pixels, rotate in degrees, noise as its standard deviation on 0 .. 255, rows: 0 plain, 1 without
            every other row.
    """

    kind: Literal["shift", "rotate", "noise", "rows"]
    images: int
    amounts: Values
    accuracies: PerSide


class Less(_Part):
    """Test accuracy of networks that learned from `sizes` training images (ascending; the last one is all of them)."""

    sizes: tuple[int, ...]
    accuracies: PerSide


class Report(_Part):
    """A duel that has its main trainings done.

    Attributes:
        shuffled: [side][seed] test accuracy of networks trained and tested on images with shuffled pixels; or None.
        less, sweeps: None or empty until they are measured.
        made: when, in seconds since 1970. `versions`: of Python and of the packages that the numbers depend on.
    """

    plan: Plan
    dataset_title: str
    train_images: int
    test_images: int
    class_names: tuple[str, ...]
    made: float
    device: str
    versions: dict[str, str]
    sides: tuple[Side, Side]
    agreements: tuple[Agreement, ...]
    pictures: tuple[Contested, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    less: Less | None = None
    shuffled: tuple[Values, Values] | None = None

    @property
    def families(self) -> tuple[str, str]:
        """'CNN' or 'DNN' for each side; they decide the colours, unless both are the same."""
        return self.plan.networks[0].family, self.plan.networks[1].family
