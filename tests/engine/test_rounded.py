"""Rounded: against the probabilities of a network whose weights NumPy has rounded."""

import numpy as np
import pytest

from cnn_core.engine.work.base import Key
from cnn_core.engine.work.context import Context, Kept, answer
from cnn_core.engine.work.rounded import Rounded, Rounding
from cnn_core.runs.models import READY_MADE
from cnn_core.training.build import from_bytes

WORK = Rounded("keras-log", Key("data", "small"))


def asked(content: bytes, dataset) -> tuple[Rounding, Context]:
    context = Context(Kept(), dict(zip(WORK.needs(), (dataset, content), strict=True)))
    return answer(WORK, context), context


def test_the_change_is_that_of_rounded_weights(bundled):
    content = (READY_MADE / "keras-log.keras").read_bytes()
    found, context = asked(content, bundled)
    exact, model = from_bytes(content), from_bytes(content)
    model.set_weights([array.astype(np.float16).astype(np.float32) for array in model.get_weights()])
    both = exact.predict(bundled.x_test, verbose=0), model.predict(bundled.x_test, verbose=0)
    assert found.images == 1000
    assert found.changed == (both[0].argmax(axis=1) != both[1].argmax(axis=1)).sum()
    assert found.difference == pytest.approx(np.abs(both[0] - both[1]).max(), rel=0.01)
    for kept, before in zip(context.model("keras-log").get_weights(), exact.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, before)  # others go on asking the same model
