import numpy as np
import pytest

from cnn_core.figures import template
from cnn_core.figures.template import COLOURS, CYCLE, blend, finish, percent, plain, translucent

from .reading import spec

DARK = "#0e1117"
# Viénot, Brettel & Mollon 1999, "Digital video colourmaps for checking the legibility of displays by dichromats":
# what red-blind and green-blind readers see of linear RGB.
RED_BLIND = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])
GREEN_BLIND = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
TOGETHER = [("train", "validation"), ("train", "test"), ("validation", "test"), ("CNN", "DNN"), ("ok", "error")]


def linear(colour):
    """sRGB to linear light, WCAG 2.2 'relative luminance'."""
    values = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one, two):
    light, dark = sorted((linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    """Linear RGB to CIELAB under D65, where a distance of about 2.3 is just noticed."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb / [0.9505, 1, 1.089], 0.008856, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_contrast_formula_on_its_known_ends():
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", [*COLOURS.values(), *CYCLE])
def test_every_colour_is_seen_on_light_and_dark(colour):
    assert contrast(colour, "#ffffff") >= 3
    assert contrast(colour, DARK) >= 3


@pytest.mark.parametrize("name", ["ok", "error"])
def test_white_text_is_legible_on_cells(name):
    assert contrast(COLOURS[name], "#ffffff") >= 4.5


@pytest.mark.parametrize("sight", [np.eye(3), RED_BLIND, GREEN_BLIND], ids=["full", "red-blind", "green-blind"])
@pytest.mark.parametrize(("one", "two"), TOGETHER)
def test_colours_that_meet_stay_apart(one, two, sight):
    seen = [lab(np.clip(sight @ linear(COLOURS[name]), 0, 1)) for name in (one, two)]
    assert np.linalg.norm(seen[0] - seen[1]) > 20


def test_one_colour_is_one_thing():
    colours = [*COLOURS.values(), *CYCLE]
    assert len(set(colours)) == len(colours)


def test_finish_keeps_template_height_and_own_layout():
    sent = spec(finish([{"type": "scatter", "x": [1], "y": [2]}], 123, margin={"t": 5}, hovermode="x"))
    assert sent["layout"]["height"] == 123
    assert sent["layout"]["margin"] == {"t": 5}
    assert sent["layout"]["hovermode"] == "x"
    assert sent["layout"]["template"]["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
    assert "data" not in sent["layout"]["template"], "plotly's own template would be 7 KB in every refresh"


def test_template_is_not_changed_by_figures():
    before = repr(template.TEMPLATE)
    finish([], 100).update_layout(template_layout_font_size=99)
    assert repr(template.TEMPLATE) == before


def test_translucent_blend_percent_plain():
    assert translucent("#0f76c2", 0.5) == "rgba(15,118,194,0.5)"
    assert blend("#ff0000", "#0000ff", 1) == "#ff0000"
    assert blend("#ff0000", "#0000ff", 0.25) == "#4000bf"
    assert percent(0.98712) == "98.7%"
    assert plain("<b>a & b</b>") == "&lt;b&gt;a &amp; b&lt;/b&gt;"
