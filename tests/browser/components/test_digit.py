"""The browser's treatment of a drawing against data/digits.py: not one grey level differs."""

import base64

import numpy as np
from PIL import Image, ImageDraw

from cnn_core.data.digits import stages

RUN = """
async inks => {
  const {digit} = await import("/network/digit.js");
  return inks.map(text => {
    const ink = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const field = digit(ink, Math.sqrt(ink.length));
    return field && Array.from(field);
  });
}
"""
DRAWINGS = 240


def drawing(random: np.random.Generator, side: int) -> np.ndarray:
    """(side, side) uint8: strokes like those of a pen, with soft edges."""
    image = Image.new("L", (4 * side, 4 * side))
    pen = ImageDraw.Draw(image)
    for _ in range(random.integers(1, 4)):
        points = [tuple(point) for point in random.uniform(0, 4 * side, (random.integers(1, 6), 2))]
        width = int(random.uniform(8, 36) * 4 * side / 280)
        pen.line(points, 255, width, joint="curve")
        for x, y in points:
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))


def test_drawings_are_treated_as_python_treats_them(site, random):
    inks = [drawing(random, int(random.choice([28, 140, 280]))) for _ in range(DRAWINGS)]
    mine = site.evaluate(RUN, [base64.b64encode(ink.tobytes()).decode() for ink in inks])
    for ink, field in zip(inks, mine, strict=True):
        expected = stages(ink.astype(np.float32) / 255).final
        assert np.array_equal(np.reshape(field, (28, 28)), expected)


def test_an_empty_canvas_is_no_digit(site):
    faint = np.full((28, 28), 25, np.uint8)
    assert site.evaluate(RUN, [base64.b64encode(faint.tobytes()).decode()]) == [None]
