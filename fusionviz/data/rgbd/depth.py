"""Depth maps as their files hold them: one number a pixel, of no known unit yet."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusionviz.data.files import array_files
from fusionviz.data.files.kinds import (
    check_bytes,
    cure_foreign,
    describe_foreign,
    identify,
    refusing_damage,
)
from fusionviz.data.files.numbers import (
    channels_last,
    picture_shape,
    read_npy,
    read_pfm,
    read_pgm,
)
from fusionviz.data.rgbd.channels import ColouredDepthError, split_channels
from fusionviz.data.rgbd.depth_choice import choose_array, choose_named, is_map
from fusionviz.data.rgbd.exr import read_exr
from fusionviz.data.rgbd.raster import (
    KINDS,
    decode_16_bit_channels,
    has_16_bit_channels,
    open_raster,
    orientation_of,
    set_upright,
    transparent_grey,
)
from fusionviz.data.rgbd.tiff import TiffPage, list_pages, read_page
from fusionviz.errors import InputError

__all__ = ["ColouredDepthError", "RawDepth", "read_depth"]

WHAT = "depth map"


@dataclass(frozen=True, kw_only=True, eq=False)
class RawDepth:
    """A decoded depth map before its unit is known.

    Attributes:
        values: What the file holds, a real number a pixel, (height, width), upright.
        kind: The kind of file, e.g. "PNG".
        notes: What was assumed on reading, one sentence each.
        rgb: Colours that the file holds beside depth, uint8 (height, width, 3).
        names: Of the maps that there are to choose from, where there are several.
        name: Of this one.
    """

    values: NDArray
    kind: str
    notes: tuple[str, ...] = ()
    rgb: NDArray[np.uint8] | None = None
    names: tuple[str, ...] = ()
    name: str | None = None


def read_depth(data: bytes, name: str | None = None) -> RawDepth:
    """Return the numbers in a depth file.

    Read are PNG, PGM, TIFF, NPY, NPZ, MATLAB, HDF5, PFM, EXR and picture files.

    Args:
        data: The whole file.
        name: Of the array, channel or page that is the depth map, where there are
            several; None: by `choose_array`'s rules and its like.

    Raises:
        ColouredDepthError: If the channels differ: colour-mapped, or a photo.
        AmbiguousDepthError: If several arrays could be it and none was named.
        InputError: If the file is no depth map, damaged or too large.
    """
    check_bytes(data, WHAT)
    kind = identify(data)
    if kind is None:
        raise InputError(
            f"The depth file is {describe_foreign(data)}, which is not read: "
            f"{cure_foreign(data)}, and upload a 16-bit PNG, PGM or TIFF, or a float "
            "NPY, NPZ, PFM, TIFF or EXR file."
        )
    with refusing_damage(kind, WHAT):
        raw = _decode(data, kind, name)
        if raw.values.ndim == 3:
            split = split_channels(raw.values, kind)
            raw = replace(
                raw, values=split.depth, rgb=split.rgb, notes=raw.notes + split.notes
            )
    return raw


def _decode(data: bytes, kind: str, name: str | None) -> RawDepth:
    if kind == "NPY":
        return RawDepth(values=read_npy(data), kind=kind)
    if kind == "PGM":
        return RawDepth(values=read_pgm(data), kind=kind)
    if kind == "PFM":
        return RawDepth(values=read_pfm(data), kind=kind)
    if kind in array_files.KINDS:
        return _decode_arrays(data, kind, name)
    if kind == "EXR":
        values, channel, names = read_exr(data, name)
        note = f"Depth is the channel '{channel}' of the EXR file."
        several = names if len(names) > 1 else ()
        return RawDepth(
            values=values, kind=kind, notes=(note,), names=several, name=channel
        )
    assert kind in KINDS  # noqa: S101 - a kind that identify() learnt and this did not
    if kind == "TIFF":
        return _decode_tiff(data, name)
    return _decode_raster(data, kind)


def _decode_arrays(data: bytes, kind: str, name: str | None) -> RawDepth:
    arrays = array_files.list_arrays(data, kind)
    array = choose_array(arrays, name)
    shape = picture_shape(array.shape)
    values = array_files.read_array(data, kind, array).reshape(shape)
    maps = tuple(one.name for one in arrays if is_map(one))
    return RawDepth(
        values=channels_last(values),
        kind=kind,
        notes=(f"Depth is the array '{array.name[:40]}' of the file.",),
        names=maps if len(maps) > 1 else (),
        name=array.name,
    )


def _decode_tiff(data: bytes, name: str | None) -> RawDepth:
    pages = list_pages(data)
    if not pages:
        return _decode_raster(data, "TIFF")
    names = tuple(page.name for page in pages)
    place = _first_depth(pages) if name is None else choose_named(names, name)
    page = pages[place]
    notes: tuple[str, ...] = ()
    if len(pages) > 1:
        notes = (f"The TIFF file has {len(pages)} pages: depth is page {place + 1}.",)
    if page.is_plain and page.bits > 8:
        # The header's size is checked as other rasters' are, tiles included.
        raw = RawDepth(values=read_page(data, page), kind="TIFF")
        raw = _set_upright(raw, page.first(274, 1))
    elif page.kind == "f":
        raise InputError(
            f"The depth map is a TIFF of {page.bits}-bit floats packed in a way that "
            "is not read: save it as 32-bit floats without a predictor, and upload it."
        )
    else:
        raw = _decode_raster(data, "TIFF", place)
    several = names if len(names) > 1 else ()
    return replace(
        raw, notes=notes + raw.notes, names=several, name=page.name if several else None
    )


def _first_depth(pages: tuple[TiffPage, ...]) -> int:
    """Return the place of the first page that is fit for depth."""
    whole = [place for place, page in enumerate(pages) if not page.is_reduced]
    single = [place for place in whole if pages[place].samples == 1]
    fine = [place for place in single if pages[place].bits > 8]
    return next(iter(fine or single or whole), 0)


def _set_upright(raw: RawDepth, orientation: int) -> RawDepth:
    if orientation not in range(2, 9):
        return raw
    note = "Depth set upright: its EXIF tag says that it is turned."
    return replace(
        raw, values=set_upright(raw.values, orientation), notes=(*raw.notes, note)
    )


def _decode_raster(data: bytes, kind: str, page: int = 0) -> RawDepth:
    image = open_raster(data, kind, WHAT, page=page)
    if image.mode == "1":
        raise InputError(
            "The depth file is black and white, so it is a mask and not a depth map: "
            "upload the file with the distances."
        )
    orientation = orientation_of(image)
    image.load()
    if has_16_bit_channels(data, image, kind):
        values = decode_16_bit_channels(data)
    else:
        values = _to_numbers(image)
    notes: tuple[str, ...] = ()
    if kind == "JPEG":
        notes = ("Depth was saved as JPEG, which blurs edges and holes: PNG is exact.",)
    raw = RawDepth(values=values, kind=kind, notes=notes)
    # Pillow sets a TIFF upright itself, while it decodes.
    return raw if kind == "TIFF" else _set_upright(raw, orientation)


def _to_numbers(image: Image.Image) -> NDArray:
    """Return an image's numbers, with alpha as a fourth channel where it has any."""
    single = image.mode in ("L", "I", "F") or image.mode.startswith("I;16")
    if single:
        return transparent_grey(image)
    if image.has_transparency_data:
        return np.asarray(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))
