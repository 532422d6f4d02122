"""OpenEXR files, read through the optional OpenEXR package."""

import io

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.kinds import MAX_PIXELS, check_pixels
from fusionviz.errors import InputError

_DEPTH_NAMES = ("z", "depth", "y", "v", "distance")
# All channels are unpacked together: four of the largest picture.
_MAX_VALUES = 4 * MAX_PIXELS


def read_exr(data: bytes) -> tuple[NDArray, str]:
    """Return the depth channel of an EXR file, and the channel's name.

    That is a channel called Z, depth, Y or V, in any layer, else the only one there
    is, else R, G and B together.

    Raises:
        InputError: If OpenEXR is not installed, the file is too large, or no channel
            could be depth.
    """
    try:
        import OpenEXR
    except ImportError as error:
        raise InputError(
            "EXR files need the OpenEXR package, which is not installed: run "
            "`pip install OpenEXR`, or save the depth map as a float TIFF or NPY file."
        ) from error
    with OpenEXR.File(io.BytesIO(data), header_only=True, num_threads=0) as file:
        _check_headers([part.header for part in file.parts])
    with OpenEXR.File(io.BytesIO(data), separate_channels=True, num_threads=0) as file:
        return _choose_channel(
            {name: channel.pixels for name, channel in file.channels().items()}
        )


def _check_headers(headers: list[dict]) -> None:
    values = 0
    for header in headers:
        (left, top), (right, bottom) = header["dataWindow"]
        height, width = int(bottom) - int(top) + 1, int(right) - int(left) + 1
        check_pixels(height, width, "depth map")
        values += height * width * len(header["channels"])
    if values > _MAX_VALUES:
        raise InputError(
            f"The EXR file unpacks to {values / 1e6:.0f} million numbers in all its "
            "channels: save the depth channel alone."
        )


def _choose_channel(channels: dict[str, NDArray | None]) -> tuple[NDArray, str]:
    pixels = {name: array for name, array in channels.items() if array is not None}
    by_name = {name.rsplit(".", 1)[-1].lower(): name for name in pixels}
    for wanted in _DEPTH_NAMES:
        if wanted in by_name:
            return pixels[by_name[wanted]], by_name[wanted]
    if len(pixels) == 1:
        name, array = pixels.popitem()
        return array, name
    if {"r", "g", "b"} <= by_name.keys():
        return np.stack([pixels[by_name[c]] for c in "rgb"], axis=2), "RGB"
    raise InputError(
        f"The EXR file has the channels {', '.join(sorted(pixels)[:8])} and none is "
        "called Z or depth: save the depth channel alone."
    )
