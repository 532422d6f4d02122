"""RGB pictures: any common file becomes uint8 (height, width, 3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusionviz.data.files.kinds import (
    check_bytes,
    describe_foreign,
    identify,
    refusing_damage,
)
from fusionviz.data.rgbd.raster import (
    KINDS,
    is_quarter_turn,
    open_raster,
    orientation_of,
    set_upright,
)
from fusionviz.errors import InputError

WHAT = "RGB picture"
_ARRAY_KINDS = ("NPY", "NPZ", "PFM", "EXR")


@dataclass(frozen=True, kw_only=True, eq=False)
class ColourImage:
    """A decoded RGB picture.

    Attributes:
        rgb: Colours, uint8 (height, width, 3), upright.
        orientation: How the file stored it, EXIF's 1 (upright) to 8.
        notes: What was assumed on reading, one sentence each.
    """

    rgb: NDArray[np.uint8]
    orientation: int
    notes: tuple[str, ...]

    @property
    def stored_size(self) -> tuple[int, int]:
        """Height and width in the file, before the picture was set upright."""
        height, width = self.rgb.shape[:2]
        return (width, height) if is_quarter_turn(self.orientation) else (height, width)


def read_colour(data: bytes) -> ColourImage:
    """Return the picture in a JPEG, PNG, WebP, PPM, BMP or TIFF file.

    Grey, palette, CMYK and 16-bit pictures become 8-bit RGB, transparent parts become
    white, and a picture that is stored on its side is set upright.

    Raises:
        InputError: If the file is no such picture, damaged or too large.
    """
    check_bytes(data, WHAT)
    kind = identify(data)
    if kind in _ARRAY_KINDS:
        raise InputError(
            f"The RGB file is a {kind} file, which holds numbers and not colours: if "
            "it is the depth map, drop it in the depth slot, else save it as PNG."
        )
    if kind not in KINDS:
        raise InputError(
            f"The RGB file is {describe_foreign(data)}, which is not read: upload a "
            "JPEG, PNG, WebP, PPM, BMP or TIFF picture."
        )
    image = open_raster(data, kind, WHAT)
    with refusing_damage(kind, WHAT):
        orientation = orientation_of(image)
        # Pillow sets a TIFF upright itself, while it decodes.
        turned_by_pillow = kind == "TIFF"
        image.load()
        rgb, notes = _to_rgb(image)
    if orientation != 1:
        notes = (*notes, "RGB set upright: its EXIF tag says that it is stored turned.")
        rgb = rgb if turned_by_pillow else set_upright(rgb, orientation)
    return ColourImage(rgb=rgb, orientation=orientation, notes=notes)


def is_single_channel(data: bytes) -> bool:
    """Return whether a file holds one number a pixel, as depth maps do."""
    kind = identify(data)
    if kind not in KINDS:
        return kind in _ARRAY_KINDS
    try:
        return open_raster(data, kind, WHAT).mode.split(";")[0] in ("1", "L", "I", "F")
    except InputError:
        return False


def _to_rgb(image: Image.Image) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if image.mode == "F":
        raise InputError(
            "The RGB file holds one decimal number a pixel, so it looks like a depth "
            "map: drop it in the depth slot."
        )
    if image.mode.split(";")[0] == "I":
        grey = _to_8_bits(np.asarray(image))
        note = "RGB was 16-bit grey: brightness reduced to 8 bits, no colours."
        return np.repeat(grey[:, :, None], 3, axis=2), (note,)
    if image.has_transparency_data:
        return _over_white(image.convert("RGBA"))
    notes = {
        "1": ("RGB was black and white, without grey or colours.",),
        "L": ("RGB was grey: the same brightness went into all three colours.",),
        "CMYK": ("RGB was made from CMYK inks: colours are approximate.",),
    }
    return np.array(image.convert("RGB")), notes.get(image.mode, ())


def _to_8_bits(grey: NDArray) -> NDArray[np.uint8]:
    return np.clip(grey // 256, 0, 255).astype(np.uint8)


def _over_white(image: Image.Image) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if image.getchannel("A").getextrema() == (255, 255):
        return np.array(image.convert("RGB")), ()
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    note = "RGB had transparent parts: they were laid over white."
    return np.array(white.convert("RGB")), (note,)
