"""PNG, JPEG, WebP, TIFF, BMP and PPM files, opened with care.

Pillow's limits are globals of its module, shared by all threads, so they stay as they
are: the size in the header is checked here before a single pixel is decoded.
"""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, TiffImagePlugin

from fusionviz.data.files.kinds import (
    MAX_MEGAPIXELS,
    MAX_PIXELS,
    check_pixels,
    refusing_damage,
)
from fusionviz.errors import InputError

KINDS = ("PNG", "JPEG", "WebP", "TIFF", "BMP", "PPM", "PGM")
_UPRIGHT = 1
_QUARTER_TURNS = (5, 6, 7, 8)
_PILLOW_NAMES = {"PGM": "PPM"}
_TIFF_BITS, _TIFF_TILE_WIDTH, _TIFF_TILE_HEIGHT = 258, 322, 323


def open_raster(data: bytes, kind: str, what: str, *, page: int = 0) -> Image.Image:
    """Return an image whose header is read and whose size is allowed.

    Args:
        data: The whole file.
        kind: One of `KINDS`.
        what: The file's name in a sentence, e.g. "depth map".
        page: Of a TIFF file, from 0.

    Returns:
        A Pillow image; its pixels are decoded when they are first asked for.

    Raises:
        InputError: If the header is damaged or announces too many pixels.
    """
    with refusing_damage(kind, what):
        try:
            name = _PILLOW_NAMES.get(kind, kind).upper()
            image = Image.open(io.BytesIO(data), formats=[name])
            if page:
                image.seek(page)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise InputError(
                f"The {what} has more than {MAX_MEGAPIXELS} megapixels: "
                "make it smaller and upload it again."
            ) from error
        check_pixels(image.height, image.width, what)
        _check_tiles(image, kind, what)
        return image


def orientation_of(image: Image.Image) -> int:
    """Return how the picture is stored, 1 (upright) to 8, from its EXIF tag."""
    orientation = image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT)
    known = isinstance(orientation, int) and 1 <= orientation <= 8
    return orientation if known else _UPRIGHT


def is_quarter_turn(orientation: int) -> bool:
    """Return whether setting a picture upright swaps its height and width."""
    return orientation in _QUARTER_TURNS


def set_upright(array: NDArray, orientation: int) -> NDArray:
    """Return an array (height, width, ...) turned as an EXIF orientation asks.

    Args:
        array: The picture as it is stored.
        orientation: Which edges the first row and column show (EXIF 2.32, tag 274).
    """
    if is_quarter_turn(orientation):
        array = array.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)


def has_16_bit_channels(data: bytes, image: Image.Image, kind: str) -> bool:
    """Return whether Pillow would cut several 16-bit channels down to 8 bits."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return False
    if kind == "PNG":
        return data[24] == 16
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        bits = image.tag_v2.get(_TIFF_BITS, (1,))
        return 16 in (bits if isinstance(bits, tuple) else (bits,))
    return False


def decode_16_bit_channels(data: bytes) -> NDArray:
    """Return the channels that Pillow would cut, red first, with alpha as the last.

    Raises:
        ValueError: The file is damaged.
    """
    import cv2

    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise ValueError("OpenCV could not decode the file")
    if values.ndim == 3:
        order = [2, 1, 0, *range(3, values.shape[2])]
        return np.ascontiguousarray(values[..., order])
    return values


def transparent_grey(image: Image.Image) -> NDArray:
    """Return a grey image's numbers, 0 where they are its transparent shade."""
    values = np.asarray(image)
    shade = image.info.get("transparency")
    if image.format == "PNG" and isinstance(shade, int):
        return np.where(values == shade, values.dtype.type(0), values)
    return values


def _check_tiles(image: Image.Image, kind: str, what: str) -> None:
    # A tile is unpacked whole, so a small picture in a vast tile is a bomb.
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return
    width = image.tag_v2.get(_TIFF_TILE_WIDTH, 1)
    height = image.tag_v2.get(_TIFF_TILE_HEIGHT, 1)
    if width * height > MAX_PIXELS:
        raise InputError(
            f"The {what} is a {kind} file with tiles of {width} x {height} pixels, "
            "too large to unpack: save it without tiles."
        )
