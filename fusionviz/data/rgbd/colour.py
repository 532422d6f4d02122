"""RGB pictures: any common file becomes uint8 (height, width, 3)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusionviz.data.files.kinds import (
    check_bytes,
    cure_foreign,
    describe_foreign,
    identify,
    refusing_damage,
)
from fusionviz.data.files.numbers import read_npy
from fusionviz.data.rgbd.channels import as_colours, varies_as_depth
from fusionviz.data.rgbd.raster import (
    KINDS,
    decode_16_bit_channels,
    has_16_bit_channels,
    is_quarter_turn,
    open_raster,
    orientation_of,
    set_upright,
)
from fusionviz.data.rgbd.tiff import list_pages
from fusionviz.errors import InputError

WHAT = "RGB picture"
_ARRAY_KINDS = ("NPY", "NPZ", "PFM", "EXR", "MATLAB", "HDF5")
_LOOKS_LIKE_DEPTH = InputError(
    "The RGB file holds one decimal number a pixel, so it looks like a depth map: drop "
    "it in the depth slot."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ColourImage:
    """A decoded RGB picture.

    Attributes:
        rgb: Colours, uint8 (height, width, 3), upright.
        orientation: How the file stored it, EXIF's 1 (upright) to 8.
        notes: What was assumed on reading, one sentence each.
        fourth: Numbers of a fourth channel that varies as depth does, (height, width);
            None where there is none.
    """

    rgb: NDArray[np.uint8]
    orientation: int
    notes: tuple[str, ...]
    fourth: NDArray | None = None

    @property
    def stored_size(self) -> tuple[int, int]:
        """Height and width in the file, before the picture was set upright."""
        height, width = self.rgb.shape[:2]
        return (width, height) if is_quarter_turn(self.orientation) else (height, width)


def read_colour(data: bytes, *, fourth_is_depth: bool = True) -> ColourImage:
    """Return the picture in a JPEG, PNG, WebP, PPM, BMP, TIFF or NPY file.

    Grey, palette, CMYK and 16-bit pictures become 8-bit RGB, transparent parts become
    white, and a picture that is stored on its side is set upright.

    Args:
        data: The whole file.
        fourth_is_depth: Whether a fourth channel that varies as depth does is taken
            for that, and not for transparency.

    Raises:
        InputError: If the file is no such picture, damaged or too large.
    """
    check_bytes(data, WHAT)
    kind = identify(data)
    if kind == "NPY":
        with refusing_damage(kind, WHAT):
            return _from_array(read_npy(data), fourth_is_depth=fourth_is_depth)
    _check_kind(data, kind)
    assert kind is not None  # noqa: S101 - for the type checker
    image = open_raster(data, kind, WHAT)
    with refusing_damage(kind, WHAT):
        orientation = orientation_of(image)
        # Pillow sets a TIFF upright itself, while it decodes.
        turned_by_pillow = kind == "TIFF"
        image.load()
        four = _four_channels(data, image, kind) if fourth_is_depth else None
        if four is None:
            rgb, notes = _to_rgb(image)
        else:
            rgb, notes = as_colours(four[..., :3]), ()
    notes += _note_pages(data, kind)
    fourth = None if four is None else np.ascontiguousarray(four[..., 3])
    if orientation != 1:
        notes = (*notes, "RGB set upright: its EXIF tag says that it is stored turned.")
        if not turned_by_pillow:
            rgb = set_upright(rgb, orientation)
            fourth = None if fourth is None else set_upright(fourth, orientation)
    return ColourImage(rgb=rgb, orientation=orientation, notes=notes, fourth=fourth)


def _check_kind(data: bytes, kind: str | None) -> None:
    if describe_foreign(data) == "a ZIP archive":
        raise InputError(
            "The RGB file is a ZIP archive (NumPy's NPZ is one too): unpack it, and "
            "upload the picture in it as PNG or JPEG. What a model of your own has "
            "computed, in one NPZ, goes under Arrays."
        )
    if kind in _ARRAY_KINDS:
        raise InputError(
            f"The RGB file is a {kind} file, which holds numbers and not colours: if "
            "it is the depth map, drop it in the depth slot, else save it as PNG and "
            "upload that."
        )
    if kind not in KINDS:
        raise InputError(
            f"The RGB file is {describe_foreign(data)}, which is not read: "
            f"{cure_foreign(data)}, and upload a JPEG, PNG, WebP, PPM, BMP or TIFF "
            "picture."
        )
    pages = list_pages(data) if kind == "TIFF" else ()
    if pages and pages[0].kind == "f" and pages[0].samples == 1:
        raise _LOOKS_LIKE_DEPTH
    if pages and pages[0].kind == "f":
        raise InputError(
            f"The RGB file is a TIFF of {pages[0].bits}-bit floats: save it with 8 "
            "bits a colour, and upload that."
        )


def _from_array(values: NDArray, *, fourth_is_depth: bool) -> ColourImage:
    if values.ndim == 2:
        raise InputError(
            "The RGB file is a NPY file that holds one number a pixel and no colours: "
            "if it is the depth map, drop it in the depth slot, else save it as PNG."
        )
    has_fourth = values.shape[2] == 4 and varies_as_depth(values[..., 3])
    return ColourImage(
        rgb=as_colours(values[..., :3]),
        orientation=1,
        notes=(
            "RGB is an array of numbers: its channels were taken as red, green and "
            "blue.",
        ),
        fourth=values[..., 3] if has_fourth and fourth_is_depth else None,
    )


def _four_channels(data: bytes, image: Image.Image, kind: str) -> NDArray | None:
    """Return a picture's channels where the fourth is of depth, else None."""
    if kind not in ("PNG", "TIFF") or image.mode != "RGBA":
        return None
    fine = kind == "PNG" and has_16_bit_channels(data, image, kind)
    values = decode_16_bit_channels(data) if fine else np.asarray(image)
    is_four = values.ndim == 3 and values.shape[2] == 4
    return values if is_four and varies_as_depth(values[..., 3]) else None


def _note_pages(data: bytes, kind: str) -> tuple[str, ...]:
    pages = [p for p in list_pages(data) if not p.is_reduced] if kind == "TIFF" else []
    if len(pages) < 2:
        return ()
    return (f"The TIFF file has {len(pages)} pages: RGB is page 1.",)


def is_single_channel(data: bytes) -> bool:
    """Return whether a file holds one number a pixel, as depth maps do."""
    kind = identify(data)
    if kind not in KINDS:
        return kind in _ARRAY_KINDS
    pages = list_pages(data) if kind == "TIFF" else ()
    if pages:
        return pages[0].samples == 1
    try:
        return open_raster(data, kind, WHAT).mode.split(";")[0] in ("1", "L", "I", "F")
    except InputError:
        return False


def _to_rgb(image: Image.Image) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    if image.mode == "F":
        raise _LOOKS_LIKE_DEPTH
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
