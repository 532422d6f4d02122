"""Reading the RGB pictures and depth maps that people have."""

from fusionviz.data.records import RGBDSample
from fusionviz.data.rgbd.depth_choice import AmbiguousDepthError
from fusionviz.data.rgbd.reading import (
    PairReading,
    ReadingOptions,
    read_with_choices,
)
from fusionviz.data.rgbd.registration import Placement
from fusionviz.data.rgbd.unit_table import DEPTH_UNITS, UNIT_LABELS

__all__ = [
    "DEPTH_UNITS",
    "UNIT_LABELS",
    "AmbiguousDepthError",
    "PairReading",
    "Placement",
    "ReadingOptions",
    "read_pair",
    "read_with_choices",
]


def read_pair(
    rgb: bytes | None,
    depth: bytes | None,
    *,
    depth_unit: str = "auto",
    depth_name: str | None = None,
    placement: Placement | None = None,
    fourth_is_depth: bool = True,
) -> RGBDSample:
    """Return the sample in an RGB file and a depth file, or in one of them.

    The content decides what a file is, never a name. The unit of the depth map is
    guessed from its values unless it is given. Depth that is zero, negative, NaN or
    infinite becomes NaN. Files of different sizes are brought to the RGB picture's
    size, after a crop around the centre where their aspects differ. One file that
    holds colours and depth in four channels gives both. Each assumption is a sentence
    in the sample's notes; what could have been read instead is in what
    `read_with_choices` returns.

    Args:
        rgb: A JPEG, PNG, WebP, PPM, BMP, TIFF or NPY file, or None.
        depth: A PNG, PGM, TIFF, NPY, NPZ, MAT, HDF5, PFM or EXR file, or None.
        depth_unit: One of `DEPTH_UNITS`, where `UNIT_LABELS` says what each is, or
            `1/N m` where N units make a metre.
        depth_name: Of the array, channel or page that is depth, in a file of several.
        placement: How depth is turned and moved over RGB.
        fourth_is_depth: Whether a fourth channel of the RGB file that varies as depth
            does is depth, and not transparency.

    Returns:
        A sample whose `depth_m` is in metres if its `depth_is_metric`.

    Raises:
        InputError: If a file cannot be used. Its text is one sentence for the user
            that says why and what to do. Sizes are refused from the headers, before
            pixels are decoded.
    """
    options = ReadingOptions(
        depth_unit=depth_unit,
        depth_name=depth_name,
        placement=placement or Placement(),
        fourth_is_depth=fourth_is_depth,
    )
    return read_with_choices(rgb, depth, options).sample
