"""Pictures as people really send them, and as attackers do."""

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from cnn_core.data.digits import bounding_box, stages
from cnn_core.data.images import read_image
from cnn_core.errors import DataError

LIMITS = {"max_bytes": 2**20, "max_pixels": 4_000_000}


def read(picture, kind="PNG", **options):
    return read_image(encoded(picture, kind, **options), **LIMITS)[-1].image


def encoded(picture, kind="PNG", **options):
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def seven(mode="L", paper=255, ink=0, size=(120, 160)):
    """A 7 whose bar runs from column 30 to 90 in row 40 and whose foot is at column 50, row 130."""
    picture = Image.new(mode, size, paper)
    ImageDraw.Draw(picture).line([(30, 40), (90, 40), (50, 130)], fill=ink, width=9, joint="curve")
    return picture


REFERENCE = np.asarray(seven(paper=0, ink=255)) / 255


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255), (200, 90), (60, 180), (255, 190)])
def test_dark_on_light_and_light_on_dark_give_the_same_ink(kind, paper, ink):
    assert np.abs(read(seven(paper=paper, ink=ink), kind) - REFERENCE).mean() < 0.02


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16", "LA"])
def test_every_mode_of_a_picture(mode):
    picture = seven()
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 200)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert np.abs(read(picture if mode == "I;16" else picture.convert(mode), kind) - REFERENCE).mean() < 0.02


@pytest.mark.parametrize("ink", [(0, 0, 0, 255), (255, 255, 255, 255), (30, 60, 200, 255), (250, 240, 90, 255)])
@pytest.mark.parametrize("hidden", [(0, 0, 0, 0), (255, 255, 255, 0)])
def test_strokes_on_a_transparent_background(ink, hidden):
    assert np.abs(read(seven("RGBA", hidden, ink)) - REFERENCE).mean() < 0.02


def test_paper_cut_out_with_a_transparent_margin():
    picture = Image.new("RGBA", (200, 240), (0, 0, 0, 0))
    picture.paste(seven("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)), (40, 40))
    assert np.abs(read(picture)[40:200, 40:160] - REFERENCE).mean() < 0.02


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_photo_held_upright(kind):
    turned = seven().transpose(Image.Transpose.ROTATE_90)  # as the sensor saw it; tag 6 says: turn it clockwise
    exif = Image.Exif()
    exif[0x0112] = 6
    assert np.abs(read(turned, kind, exif=exif) - REFERENCE).mean() < 0.02


def test_a_photo_of_a_digit_on_paper_in_uneven_light():
    rng = np.random.default_rng(1)
    large = np.asarray(seven(paper=0, ink=255).resize((720, 960))) / 255
    rows, columns = np.mgrid[-1:1:960j, -1:1:720j]
    light = 0.62 - 0.22 * columns - 0.12 * rows - 0.05 * rows * columns
    ruled = 1 - 0.1 * (np.arange(960) % 60 < 3)[:, None]
    photo = light * ruled * (1 - 0.75 * large) + rng.normal(0, 0.02, large.shape)
    picture = Image.fromarray((255 * photo.clip(0, 1)).astype(np.uint8))

    ink = read(picture, "JPEG", quality=70)
    assert ink.shape == (512, 384)
    top, left, height, width = (side * 960 / 512 for side in bounding_box(ink))
    expected = [side * 6 for side in bounding_box(REFERENCE)]
    assert [top, left, height, width] == pytest.approx(expected, abs=10), "no noise, no line, no shadow counts as ink"
    assert np.abs(stages(ink).final.astype(int) - stages(REFERENCE).final).mean() < 8


def test_an_animation_shows_its_first_frame():
    other = Image.new("L", (120, 160), 128)
    for kind in ("PNG", "WEBP"):
        ink = read(seven().convert("RGB"), kind, save_all=True, append_images=[other.convert("RGB")] * 2)
        assert np.abs(ink - REFERENCE).mean() < 0.02


@pytest.mark.parametrize("pixel", [(255, 255, 255), (0, 0, 0), (120, 10, 40)])
def test_a_blank_picture_says_so(pixel):
    with pytest.raises(DataError, match="Nothing is drawn"):
        read(Image.new("RGB", (100, 100), pixel), "JPEG")


def test_light_falling_off_is_not_a_digit():
    shade = np.linspace(60, 220, 200).astype(np.uint8)
    with pytest.raises(DataError, match="Nothing is drawn"):
        read(Image.fromarray(np.tile(shade, (150, 1))))


def test_a_transparent_picture_says_so():
    with pytest.raises(DataError, match="transparent"):
        read(Image.new("RGBA", (100, 100), (10, 20, 30, 0)))


@pytest.mark.parametrize("size", [(1, 1), (7, 100), (100, 1)])
def test_a_tiny_picture_says_so(size):
    with pytest.raises(DataError, match="too small"):
        read(Image.new("L", size, 0))


def png_header(width, height):
    """A PNG of some bytes that claims to be width x height."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(2001, 2000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)]
)
def test_too_many_pixels_are_refused_from_the_header(width, height):
    with pytest.raises(DataError, match="too large"):
        read_image(png_header(width, height), **LIMITS)


def test_too_many_bytes_are_refused():
    with pytest.raises(DataError, match=r"at most 1 MB.*1\.2 MB"):
        read_image(bytes(1_153_434), **LIMITS)


@pytest.mark.parametrize("data", [b"", b"hello", b"<svg/>", b"GIF89a" + bytes(50), b"%PDF-1.4", bytes(1000)])
def test_what_is_no_picture_says_so(data):
    with pytest.raises(DataError, match="not an image"):
        read_image(data, **LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_says_so(kind):
    data = encoded(seven(), kind)
    with pytest.raises(DataError, match=r"damaged|not an image"):
        read_image(data[: len(data) * 2 // 3], **LIMITS)


@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.data())
def test_a_corrupted_picture_is_a_data_error_or_ink(kind, data):
    content = bytearray(encoded(seven(), kind))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(DataError):
        ink = read_image(bytes(content), **LIMITS)[-1].image
        assert ink.dtype == np.float32
        assert ink.min() >= 0
        assert ink.max() <= 1


@given(st.integers(8, 40), st.integers(8, 40), st.integers(0, 2**32 - 1))
def test_any_pixels_are_ink_or_a_data_error(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    ink = read(Image.fromarray(pixels))
    assert ink.shape == (height, width)
    assert ink.max() == 1
