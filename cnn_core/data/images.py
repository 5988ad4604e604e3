"""Images that visitors send, read with limits: as they are, or as the ink of a digit."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnn_core.data.digits import Stage
from cnn_core.data.ink import ink_stages
from cnn_core.errors import DataError
from cnn_core.language import Text

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_WHOLE = 16_000_000  # pixels of a PNG or WebP: it is decoded whole, in up to 16 bytes a pixel; a camera sends JPEG
WORKING_SIDE = 512  # px: larger images are averaged down to this, which also removes a camera's noise
FAINTEST = 0.1  # of full opacity: less is an empty image
SMALLEST_SIDE = 8  # px


def read_image(data: bytes, *, max_bytes: int, max_pixels: int) -> tuple[Stage, ...]:
    """An image of one digit -> its ink, whatever the colours, the light and the transparency: see `ink_stages`.

    Args:
        data: a PNG, JPEG or WebP file; of an animation the first frame counts.
        max_bytes, max_pixels: larger ones are refused, the pixels from the header, before anything is decoded.

    Returns:
        the stages of (H, W) float32 images, the longer side at most 512 px; the last one is 0 background .. 1 ink.

    Raises:
        DataError: not such an image, too large, damaged, or nothing is on it.
    """
    return ink_stages(_grey(decoded(data, max_bytes=max_bytes, max_pixels=max_pixels)[1]))


def decoded(data: bytes, *, max_bytes: int, max_pixels: int) -> tuple[tuple[int, int], Image.Image]:
    """(height, width) of a PNG, JPEG or WebP file, and the image as RGBA, upright, at most 512 px long.

    Raises DataError as `read_image` does.
    """
    if len(data) > max_bytes:
        raise DataError(
            Text("This file is too large"),
            expected=Text("at most {size:.0f} MB", size=max_bytes / 10**6),
            received=Text("{size:.1f} MB", size=len(data) / 10**6),
            todo=Text("Send a smaller image"),
        )
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
        most = max_pixels if image.format == "JPEG" else min(max_pixels, MAX_WHOLE)
        if image.width * image.height > most:
            raise _too_large(most, Text("{width:,} x {height:,} pixels", width=image.width, height=image.height))
        size = image.height, image.width
        image.draft("RGB", (WORKING_SIDE, WORKING_SIDE))  # a large JPEG is decoded small at once
        image = _eight_bit(image).convert("RGBA")
        image.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
        return size, ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(max_pixels, Text("many more")) from error
    except MemoryError as error:
        raise DataError(Text("This image needs too much memory"), todo=Text("Make it smaller first")) from error
    except UnidentifiedImageError as error:
        expected, received = Text("a PNG, JPEG or WebP file"), Text("a file of another kind")
        raise DataError(Text("This is not an image"), expected=expected, received=received) from error
    except DataError:
        raise
    except Exception as error:  # decoders raise whatever comes to hand when a file lies about itself
        raise DataError(Text("This image is damaged"), todo=Text("Save it again, or send another one")) from error


def _too_large(max_pixels: int, received: Text) -> DataError:
    return DataError(
        Text("This image is too large"),
        expected=Text("at most {count:,} pixels", count=max_pixels),
        received=received,
        todo=Text("Make it smaller first, or save it as JPEG"),
    )


def _eight_bit(image: Image.Image) -> Image.Image:
    if not image.mode.startswith("I"):
        return image
    deep = np.asarray(image, np.float32)  # 16 bits of grey, which convert() would cut off at 255
    return Image.fromarray((deep * (255 / max(deep.max(), 1))).astype(np.uint8))


def _grey(image: Image.Image) -> np.ndarray:
    """(H, W) brightness 0..1 (ITU-R BT.601 luma), transparent parts filled so that what is drawn stands out."""
    pixels = np.asarray(image, np.float32) / 255
    tone, alpha = pixels[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32), pixels[..., 3]
    if min(tone.shape) < SMALLEST_SIDE:
        raise DataError(
            Text("This image is too small"),
            expected=Text("sides of at least {side} pixels", side=SMALLEST_SIDE),
            received=Text("{width:,} x {height:,} pixels", width=tone.shape[1], height=tone.shape[0]),
        )
    if alpha.max() < FAINTEST:
        raise DataError(Text("This image is transparent all over"), todo=Text("Send one with a digit on it"))
    mean = np.average(tone, weights=alpha)
    spread = np.sqrt(np.average((tone - mean) ** 2, weights=alpha))
    cut_out = alpha.mean() > 0.3 and spread > 0.15  # paper with a digit on it; otherwise only the stroke is there
    paper = np.median(tone[alpha > 0.5]) if cut_out else float(mean < 0.5)
    return tone * alpha + paper * (1 - alpha)
