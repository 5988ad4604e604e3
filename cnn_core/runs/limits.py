"""Limits: how much a run may ask for, and how many of somebody's may wait, where many share one machine."""

from pydantic import BaseModel, ConfigDict, Field

from cnn_core.design.network import Network
from cnn_core.design.recipe import Recipe
from cnn_core.design.shapes import trace
from cnn_core.errors import RunError
from cnn_core.language import Text
from cnn_core.settings import Settings


class Limits(BaseModel):
    """What none of them says is not limited.

    >>> Limits(epochs=10, minutes=5).and_also(Limits(epochs=20, waiting=2))
    Limits(epochs=10, parameters=None, minutes=5.0, waiting=2)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    epochs: int | None = Field(None, ge=1, le=1000)
    parameters: int | None = Field(None, ge=1)
    minutes: float | None = Field(None, gt=0, allow_inf_nan=False)
    """Of training, after which a run ends with what it has learned."""
    waiting: int | None = Field(None, ge=1)
    """Runs of one person that wait or are trained."""

    @classmethod
    def by(cls, settings: Settings) -> "Limits":
        """What the settings of this server say."""
        return cls(
            epochs=settings.max_epochs,
            parameters=settings.max_parameters,
            minutes=settings.max_run_minutes,
            waiting=settings.max_waiting_runs,
        )

    def and_also(self, other: "Limits") -> "Limits":
        """The stricter of the two in each."""
        both = [(getattr(self, name), getattr(other, name)) for name in type(self).model_fields]
        strict = [min((limit for limit in pair if limit is not None), default=None) for pair in both]
        return type(self)(**dict(zip(type(self).model_fields, strict, strict=True)))

    def check(self, network: Network, recipe: Recipe, waiting: int = 0) -> None:
        """Raises RunError for a run that asks for more, or one too many.

        Args:
            waiting: how many runs of the same person wait or are trained already.
        """
        self._check(self.epochs, recipe.epochs, Text("The run is too long for this server"), Text("epochs"))
        parameters = trace(network).totals.parameters
        self._check(self.parameters, parameters, Text("The network is too large for this server"), Text("parameters"))
        self.check_place(waiting)

    def check_place(self, waiting: int) -> None:
        """Raises RunError for one run too many."""
        self._check(self.waiting, waiting + 1, Text("Too many of your runs wait"), Text("at a time"))

    @staticmethod
    def _check(most: int | None, asked: int | None, what: Text, unit: Text) -> None:
        if most is not None and asked is not None and asked > most:
            expected = Text("at most {most:,} {unit}", most=most, unit=unit)
            raise RunError(what, expected=expected, received=Text("{n:,}", n=asked))
