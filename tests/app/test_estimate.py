"""How long a training will take: by the run that is most like it."""

import pytest

from cnn_core.ui.train.estimate import seconds_for


@pytest.mark.parametrize(
    ("macs", "images", "speeds", "seconds"),
    [
        (1_000, 100, [], None),
        (0, 100, [(1_000, 10.0)], None),
        (1_000, 100, [(1_000, 10.0)], 10),
        (2_000, 100, [(1_000, 10.0)], 20),
        (2_000, 100, [(1_000, 10.0), (1_000_000, 1.0)], 20),
        (900_000, 100, [(1_000, 10.0), (1_000_000, 1.0)], 90),
        (1_000, 100, [(0, 10.0), (1_000, 0.0)], None),
    ],
)
def test_the_run_that_is_most_like_it_says_how_long(macs, images, speeds, seconds):
    assert seconds_for(macs, images, speeds) == (seconds and pytest.approx(seconds))
