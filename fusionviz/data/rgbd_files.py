"""Reading the RGB pictures and depth maps that people have."""

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd.colour import ColourImage, is_single_channel, read_colour
from fusionviz.data.rgbd.depth import ColouredDepthError, RawDepth, read_depth
from fusionviz.data.rgbd.pairing import bring_together
from fusionviz.data.rgbd.raster import is_quarter_turn, set_upright
from fusionviz.data.rgbd.units import DEPTH_UNITS, UNIT_LABELS, check_unit, to_depth
from fusionviz.errors import InputError

__all__ = ["DEPTH_UNITS", "UNIT_LABELS", "read_pair"]


def read_pair(
    rgb: bytes | None, depth: bytes | None, *, depth_unit: str = "auto"
) -> RGBDSample:
    """Return the sample in an RGB file and a depth file, or in one of them.

    The content decides what a file is, never a name. The unit of the depth map is
    guessed from its values unless it is given. Depth that is zero, negative, NaN or
    infinite becomes NaN. Files of different sizes are brought to the RGB picture's
    size, after a crop around the centre where their aspects differ. Each assumption
    is a sentence in the sample's notes.

    Args:
        rgb: A JPEG, PNG, WebP, PPM, BMP or TIFF file, or None.
        depth: A PNG, PGM, TIFF, NPY, NPZ, PFM or EXR file, or None.
        depth_unit: One of `DEPTH_UNITS`; `UNIT_LABELS` says what each is.

    Returns:
        A sample whose `depth_m` is in metres if its `depth_is_metric`.

    Raises:
        InputError: If a file cannot be used. Its text is one sentence for the user
            that says why and what to do. Sizes are refused from the headers, before
            pixels are decoded.
    """
    check_unit(depth_unit)
    if rgb is None and depth is None:
        raise InputError(
            "There is nothing to read: upload an RGB picture, a depth map or both."
        )
    raw = None if depth is None else _read_depth_beside(depth, rgb)
    colour = None if rgb is None else read_colour(rgb)
    if raw is None and colour is not None:
        return RGBDSample(rgb=colour.rgb, depth_m=None, notes=colour.notes)
    assert raw is not None  # noqa: S101 - for the type checker
    measured = to_depth(raw.values, depth_unit)
    notes = raw.notes + measured.notes
    pixels, distances = None, measured.depth_m
    if colour is not None:
        distances, turned = _turn_with(colour, distances)
        pixels, distances, fitted = bring_together(colour.rgb, distances)
        notes = colour.notes + notes + turned + fitted
    return RGBDSample(
        rgb=pixels,
        depth_m=distances,
        depth_is_metric=measured.is_metric,
        notes=notes,
    )


def _read_depth_beside(depth: bytes, rgb: bytes | None) -> RawDepth:
    try:
        return read_depth(depth)
    except ColouredDepthError as error:
        if rgb is not None and is_single_channel(rgb):
            raise InputError(
                "The depth file is in colour and the RGB file is not: exchange the two "
                "if they are swapped, else upload the 16-bit or float depth map."
            ) from error
        raise


def _turn_with(
    colour: ColourImage, depth: NDArray[np.float32]
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Turn depth along with an RGB picture that was stored on its side.

    Only sizes can tell whether depth was saved as the sensor stands or as viewers show
    the picture; where they cannot, it is taken to be upright.
    """
    if colour.orientation == 1:
        return depth, ()
    (height, width), (stored_height, stored_width) = depth.shape, colour.stored_size
    lies_alike = (width - height) * (stored_width - stored_height) > 0
    if is_quarter_turn(colour.orientation) and lies_alike:
        note = "Depth was turned as RGB was: it lay on its side in the same way."
        return set_upright(depth, colour.orientation), (note,)
    return depth, ("Depth was taken to be upright already, as RGB is shown.",)
