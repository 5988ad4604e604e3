"""What a training has learned so far, as its modules show it."""

import pytest

TILES = """
async () => {
  const {Tiles} = await import("/learning/tiles.js");
  const tiles = new Tiles();
  document.body.replaceChildren(tiles.root);
  const show = rights => {
    const one = right => ({title: "a 7", read: right === null ? "" : right ? "✓ 7" : "✗ 1", right});
    tiles.show({sprite: "data:,", shape: [28, 28], tiles: rights.map(one), summary: "so far"}, {images: "Images"});
    return [...tiles.list.children].map(tile => [tile.dataset.state, tile.getAnimations().length]);
  };
  return [show([null, null, null]), show([false, true, false]), show([true, true, false]), show([true, false, true])];
}
"""


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_an_image_that_turns_right_is_seen_to_unless_movement_is_unwanted(site, motion):
    site.emulate_media(reduced_motion=motion)
    seen = 1 if motion == "no-preference" else 0
    before, first, second, third = site.evaluate(TILES)
    assert before == [["unread", 0]] * 3
    assert first == [["wrong", 0], ["right", 0], ["wrong", 0]]
    assert second == [["right", seen], ["right", 0], ["wrong", 0]]
    assert [state for state, _ in third] == ["right", "wrong", "right"]
    assert third[2] == ["right", seen]


FILTERS = """
async ([size, values, next]) => {
  const {Filters} = await import("/learning/filters.js");
  const [rows, columns, channels, count] = size;
  const filters = new Filters();
  document.body.replaceChildren(filters.root);
  const words = {filters: ""};
  const show = values => filters.show({rows, columns, channels, count, values, summary: ""}, words, document.body);
  const pixels = () => filters.canvases.map(canvas =>
    [...canvas.getContext("2d").getImageData(0, 0, columns, rows).data].filter((_, at) => at % 4 < 3));
  show(values);
  const first = pixels();
  show(next);
  while (JSON.stringify(filters.now) !== JSON.stringify(next)) await new Promise(requestAnimationFrame);
  return [first, pixels()];
}
"""


def test_a_colour_filter_has_its_colours_and_turns_into_the_next(site):
    site.emulate_media(reduced_motion="no-preference")
    size = [1, 2, 3, 2]  # values: [row][column][channel][filter]
    values = [1, -1, 0, 0, -1, 1, 1, 0, 1, 0, 1, 0]
    first, second = site.evaluate(FILTERS, [size, values, [-value for value in values]])
    assert first == [[255, 128, 0, 255, 255, 255], [0, 128, 255, 128, 128, 128]]
    assert second == [[0, 128, 255, 0, 0, 0], [255, 128, 0, 128, 128, 128]]


def test_of_a_grey_filter_the_strongest_have_the_two_colours_and_zero_is_paper(site):
    first, _ = site.evaluate(FILTERS, [[1, 3, 1, 1], [1, 0, -1], [0, 0, 0]])
    primary, paper, minus = [first[0][at : at + 3] for at in (0, 3, 6)]
    assert primary == [108, 86, 208]
    assert all(abs(one - other) <= 2 for one, other in zip(paper, [241, 240, 246], strict=True))
    assert minus == [217, 101, 140]
