"""Where a digit can be dragged to: what the browser shows there is what the worker is shown."""

import json

import numpy as np

from cnn_core.data.changes import shift

SHIFT = """
async ([values, side, farthest]) => {
  const {allPlaces, shifted, within} = await import("/duel/places.js");
  const image = Float32Array.from(values);
  const places = allPlaces(farthest);
  const images = places.map(place => [...shifted(image, side, place)]);
  return {places, images, far: within(farthest, {right: 99, down: -99})};
}
"""


def test_a_digit_is_moved_as_python_moves_it(site, random):
    image = random.integers(0, 256, (1, 7, 7, 1))
    made = site.evaluate(SHIFT, [image.ravel().tolist(), 7, 8])  # 8 px: the digit is gone
    assert len({json.dumps(place) for place in made["places"]}) == 17 * 17
    for place, moved in zip(made["places"], made["images"], strict=True):
        assert np.array_equal(np.reshape(moved, image.shape), shift(image, place["right"], place["down"]))


def test_places_near_the_middle_come_first_and_none_is_too_far(site):
    made = site.evaluate(SHIFT, [[0], 1, 2])
    distances = [place["right"] ** 2 + place["down"] ** 2 for place in made["places"]]
    assert distances == sorted(distances)
    assert made["far"] == {"right": 2, "down": -2}
