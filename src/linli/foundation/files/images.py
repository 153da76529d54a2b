"""Photographs as they may be kept: looked at by Pillow, drawn anew, without what a camera adds."""

import io
import warnings
from threading import Lock

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from linli.contracts import scanning
from linli.kernel.fault import Fault

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_QUALITY = 88

_at_the_easel = Lock()
"""One image at a time: unpacked, the largest takes 160 MB and seconds of a processor."""


class FileTooLarge(Fault):
    key = "files.too_large"
    status = 413


class ImageTooLarge(Fault):
    key = "files.too_many_pixels"
    status = 422


class NotAnImage(Fault):
    key = "files.not_an_image"
    status = 422


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """An image drawn anew: nothing of the bytes that came is in it, no place, no owner's name."""

    content: bytes
    content_type: str
    width_px: int
    height_px: int


def cleaned(content: bytes) -> Picture:
    """Return the image in a file of JPEG, PNG or WebP, upright, its first frame only, once the
    virus scanner has looked at it. It takes seconds, so it is no work for the inside of a
    transaction.

    :raises FileTooLarge: above 10 MB
    :raises scanning.Infected, scanning.ScannerAway: if a virus was found, or nobody could look
    :raises ImageTooLarge: above 40 million pixels, told before they are unpacked
    :raises NotAnImage: if it is none of these, is cut off, or is damaged
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    scanning.look_through(content)
    try:
        with _at_the_easel, warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            _verify(content)
            return _drawn_anew(content)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise NotAnImage from error


def _verify(content: bytes) -> None:
    with _opened(content) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ImageTooLarge(megapixels=MOST_PIXELS // 1_000_000)
        image.verify()


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=list(_CONTENT_TYPES))


def _drawn_anew(content: bytes) -> Picture:
    with _opened(content) as image:
        kind = str(image.format)
        upright = ImageOps.exif_transpose(image)
        mode = "RGB" if kind == "JPEG" else "RGBA" if "A" in upright.getbands() else "RGB"
        plain = Image.new(mode, upright.size)
        plain.paste(upright.convert(mode))
        out = io.BytesIO()
        plain.save(out, kind, **({} if kind == "PNG" else {"quality": _QUALITY}))
        return Picture(
            content=out.getvalue(),
            content_type=_CONTENT_TYPES[kind],
            width_px=plain.width,
            height_px=plain.height,
        )
