"""Images for a page: sent inside it, as data URLs, so that nothing is fetched and nothing is kept on the server."""

import base64
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from PIL import Image


def data_url(frames: Image.Image | Sequence[Image.Image], milliseconds: int = 0) -> str:
    """An image as a PNG in a data URL; several of one size as an animation that shows each for so many milliseconds."""
    return png_url(base64.b64encode(png(frames, milliseconds)).decode())


def png(frames: Image.Image | Sequence[Image.Image], milliseconds: int = 0) -> bytes:
    """The same as the content of a file."""
    first, *rest = [frames] if isinstance(frames, Image.Image) else frames
    file = BytesIO()
    first.save(file, "PNG", save_all=bool(rest), append_images=rest, duration=milliseconds, loop=0)
    return file.getvalue()


def spaced(picture: Image.Image, gap: float) -> Image.Image:
    """The same with nothing to its right, as wide as `gap` of its own width."""
    apart = Image.new("RGBA", (picture.width + round(gap * picture.width), picture.height))
    apart.paste(picture)
    return apart


def png_url(base64_png: str) -> str:
    """The data URL of a PNG that is in base64 already."""
    return "data:image/png;base64," + base64_png


def enlarged(pixels: np.ndarray, times: int) -> Image.Image:
    """(H, W), (H, W, 1) or (H, W, 3) uint8, each pixel `times` x `times` large and sharp."""
    image = Image.fromarray(pixels.squeeze(-1) if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels)
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
