"""Depth maps as their files hold them: one number a pixel, of no known unit yet."""

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
from fusionviz.data.files.numbers import read_npy, read_npz, read_pfm, read_pgm
from fusionviz.data.rgbd.exr import read_exr
from fusionviz.data.rgbd.raster import (
    KINDS,
    has_16_bit_channels,
    open_raster,
    orientation_of,
    set_upright,
)
from fusionviz.errors import InputError

WHAT = "depth map"
# Lossy coding moves the channels of a grey picture apart by a few steps of 255.
_LOSSY_SPREAD = 4
_LOSSY_KINDS = ("JPEG", "WebP")


class ColouredDepthError(InputError):
    """A depth map with three channels that differ."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RawDepth:
    """A decoded depth map before its unit is known.

    Attributes:
        values: What the file holds, a real number a pixel, (height, width), upright.
        kind: The kind of file, e.g. "PNG".
        notes: What was assumed on reading, one sentence each.
    """

    values: NDArray
    kind: str
    notes: tuple[str, ...] = ()


def read_depth(data: bytes) -> RawDepth:
    """Return the numbers in a PNG, PGM, TIFF, NPY, NPZ, PFM, EXR or picture file.

    Raises:
        ColouredDepthError: If the channels differ: colour-mapped, or a photo.
        InputError: If the file is no depth map, damaged or too large.
    """
    check_bytes(data, WHAT)
    kind = identify(data)
    if kind is None:
        raise InputError(
            f"The depth file is {describe_foreign(data)}, which is not read: upload a "
            "16-bit PNG, PGM or TIFF, or a float NPY, NPZ, PFM, TIFF or EXR file."
        )
    with refusing_damage(kind, WHAT):
        values, notes = _decode(data, kind)
        if values.ndim == 3:
            values = _merge_channels(values, kind)
    return RawDepth(values=values, kind=kind, notes=notes)


def _decode(data: bytes, kind: str) -> tuple[NDArray, tuple[str, ...]]:
    if kind == "NPY":
        return read_npy(data), ()
    if kind == "PGM":
        return read_pgm(data), ()
    if kind == "PFM":
        return read_pfm(data), ()
    if kind == "NPZ":
        values, name = read_npz(data)
        return values, (f"Depth is the array '{name}' of the archive.",)
    if kind == "EXR":
        values, name = read_exr(data)
        return values, (f"Depth is the channel '{name}' of the EXR file.",)
    assert kind in KINDS  # noqa: S101 - a kind that identify() learnt and this did not
    return _decode_raster(data, kind)


def _decode_raster(data: bytes, kind: str) -> tuple[NDArray, tuple[str, ...]]:
    image = open_raster(data, kind, WHAT)
    if image.mode == "1":
        raise InputError(
            "The depth file is black and white, so it is a mask and not a depth map: "
            "upload the file with the distances."
        )
    orientation = orientation_of(image)
    image.load()
    if has_16_bit_channels(data, image, kind):
        values = _decode_16_bit_channels(data)
    else:
        values = _to_numbers(image)
    notes: tuple[str, ...] = ()
    if kind == "JPEG":
        notes = ("Depth was saved as JPEG, which blurs edges and holes: PNG is exact.",)
    if orientation != 1:
        notes = (*notes, "Depth set upright: its EXIF tag says that it is turned.")
        # Pillow sets a TIFF upright itself, while it decodes.
        values = values if kind == "TIFF" else set_upright(values, orientation)
    return values, notes


def _to_numbers(image: Image.Image) -> NDArray:
    if image.mode in ("L", "I", "F") or image.mode.startswith("I;16"):
        return np.asarray(image)
    if image.mode == "LA":
        return np.asarray(image.getchannel("L"))
    return np.asarray(image.convert("RGB"))


def _decode_16_bit_channels(data: bytes) -> NDArray:
    import cv2

    values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise ValueError("OpenCV could not decode the file")
    return values


def _merge_channels(values: NDArray, kind: str) -> NDArray:
    first = values[..., 0]
    allowed = _LOSSY_SPREAD if kind in _LOSSY_KINDS else 0
    for channel in (1, 2):
        other = values[..., channel]
        same = (first == other) | ((first != first) & (other != other))
        if allowed:
            same = abs(first.astype(np.int16) - other) <= allowed
        if not same.all():
            raise ColouredDepthError(
                "The depth file is a colour picture, its three channels differ: "
                "colours cannot be turned back into distances, so upload the 16-bit "
                "or float depth map that it was drawn from."
            )
    return first
