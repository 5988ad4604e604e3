"""The variants that the ready-made models are trained on."""

import numpy as np
import pytest

from cnn_core.data.digits import center_of_mass
from scripts import vary
from scripts.vary import ENLARGED, THICKER, THINNER, _stroked
from scripts.vary import vary as varied_once


def test_a_variant_is_treated_again_and_is_still_the_same_digit(bundled, random):
    for digit in bundled.x_train[:50, ..., 0]:
        variant = varied_once(digit, random)
        assert variant.shape == (28, 28)
        assert variant.max() == 255
        assert np.ptp(np.flatnonzero((variant > 25).any(axis=1))) <= 20
        assert center_of_mass(variant) == pytest.approx((14, 14), abs=1.5)
        assert np.corrcoef(variant.ravel(), digit.ravel())[0, 1] > 0.2
        assert not np.array_equal(variant, digit)


@pytest.mark.parametrize(("wider", "grown"), [(-1.5, -3), (-1, -2), (0, 0), (1, 0), (2.5, 3), (3, 4)])
def test_a_stroke_becomes_as_much_wider_as_asked(wider, grown):
    ink = np.zeros((84, 84), bool)
    ink[:, 40:49] = True
    assert _stroked(ink, wider)[42].sum() == pytest.approx(9 + grown)


def test_the_thinnest_stroke_is_left():
    ink = np.zeros((84, 84), bool)
    ink[20:60, 40:42] = True
    assert _stroked(ink, -ENLARGED * max(THINNER, THICKER)).max() == 1


def test_the_seed_decides_and_not_the_number_of_processors(bundled, monkeypatch):
    digits = bundled.x_train[:6, ..., 0]
    monkeypatch.setattr(vary, "CHUNK", 3)
    first = vary._chunk(digits[:3], np.random.SeedSequence(1).spawn(2)[0])
    whole = vary.varied(digits, 1)
    assert np.array_equal(whole[:3], first)
    assert not np.array_equal(vary.varied(digits, 2), whole)
