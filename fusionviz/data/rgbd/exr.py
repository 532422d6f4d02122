"""OpenEXR files, read through the optional OpenEXR package."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.kinds import MAX_PIXELS, check_pixels
from fusionviz.data.rgbd.depth_choice import choose_named, shown
from fusionviz.errors import InputError

# All channels are unpacked together: four of the largest picture.
_MAX_VALUES = 4 * MAX_PIXELS
_MAX_PARTS = 100

# How channels that hold depth are called, the surest first.
_DEPTH_LEAVES = ("depth", "z", "v", "y", "r", "d")
_ALONE = (("depth",), ("z",), ("distance",), ("y",), ("v",))
# Layers of renderers whose Z or value is no distance.
_NO_DEPTH = ("mist", "normal", "position", "vector", "mask", "crypto", "uv", "velocity")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Channel:
    """A channel of a part, with where its pixels lie in the picture."""

    part: int
    layer: str
    leaf: str
    name: str
    pixels: NDArray
    data_window: tuple[int, int, int, int]
    display_window: tuple[int, int, int, int]

    @property
    def place(self) -> tuple[int, str]:
        """What tells channels of one layer from those of others."""
        return self.part, self.layer


def read_exr(data: bytes, wanted: str | None) -> tuple[NDArray, str, tuple[str, ...]]:
    """Return the depth channel of an EXR file, its name, and those that there are.

    That is, of all parts: the channel of a layer named depth, else a Z that is no
    component of a vector, else distance, Y or V, else the only channel there is, else
    R, G and B together. It comes in the picture's whole window, with NaN where the
    file has no pixel.

    Args:
        data: The whole file.
        wanted: The channel that the user chose; None: by these rules.

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
        channels = _channels_of(file.parts)
        names = tuple(channel.name for channel in channels)
        if wanted is not None:
            chosen = [channels[choose_named(names, wanted)]]
        else:
            chosen = _choose(channels)
        placed = [_in_window(channel) for channel in chosen]
    if len(placed) == 1:
        return placed[0], chosen[0].name, names
    return np.stack(placed, axis=2), "RGB", names


def _check_headers(headers: list[dict]) -> None:
    values = 0
    if len(headers) > _MAX_PARTS:
        raise InputError(
            f"The EXR file has {len(headers)} parts: save the depth channel alone."
        )
    for header in headers:
        if "deep" in str(header.get("type", "")):
            raise InputError(
                "The EXR file is a deep one, with many distances a pixel: flatten it, "
                "or save the depth channel alone."
            )
        for name in ("dataWindow", "displayWindow"):
            top, left, bottom, right = _window(header, name)
            check_pixels(bottom - top + 1, right - left + 1, "depth map")
        top, left, bottom, right = _window(header, "dataWindow")
        values += (bottom - top + 1) * (right - left + 1) * len(header["channels"])
    if values > _MAX_VALUES:
        raise InputError(
            f"The EXR file unpacks to {values / 1e6:.0f} million numbers in all its "
            "channels: save the depth channel alone."
        )


def _window(header: dict, name: str) -> tuple[int, int, int, int]:
    """Return the first row and column of a window, and the last ones."""
    (left, top), (right, bottom) = header[name]
    return int(top), int(left), int(bottom), int(right)


def _channels_of(parts: Sequence[Any]) -> list[_Channel]:
    channels = []
    for number, part in enumerate(parts):
        title = _title(part, number) if len(parts) > 1 else ""
        for name, channel in part.channels.items():
            if channel.pixels is None:
                continue
            layer, _, leaf = name.rpartition(".")
            channels.append(
                _Channel(
                    part=number,
                    layer=f"{title}.{layer}".strip(".").lower(),
                    leaf=leaf.lower(),
                    name=f"{title}: {name}" if title else name,
                    pixels=channel.pixels,
                    data_window=_window(part.header, "dataWindow"),
                    display_window=_window(part.header, "displayWindow"),
                )
            )
    if not channels:
        raise ValueError("no channel of the EXR file has pixels")
    return channels


def _title(part: Any, number: int) -> str:  # noqa: ANN401 - of OpenEXR
    return str(part.header.get("name") or f"part {number + 1}")


def _choose(channels: list[_Channel]) -> list[_Channel]:
    """Return the depth channel, or three that are to be equal."""
    scalars = [one for one in channels if not _is_of_vector(one, channels)]
    named = [
        one
        for leaf in _DEPTH_LEAVES
        for one in scalars
        if one.leaf == leaf and "depth" in one.layer
    ]
    colours = [one for one in named if one.leaf == "r"]
    if colours and len(named) == len(colours):
        return _with_colours(colours[0], channels)
    alone = [one for leaves in _ALONE for one in scalars if one.leaf in leaves]
    for found in (named, alone):
        if found:
            return found[:1]
    if len(channels) == 1:
        return channels
    red = [one for one in channels if one.leaf == "r"]
    if red:
        return _with_colours(red[0], channels)
    raise InputError(
        f"The EXR file has the channels {shown(sorted(c.name for c in channels))} and "
        "none is called Z or depth: save the depth channel alone."
    )


def _is_of_vector(channel: _Channel, channels: Iterable[_Channel]) -> bool:
    """Whether a channel is a component of a normal, or of what else is no depth."""
    if any(word in channel.layer for word in _NO_DEPTH):
        return True
    leaves = {one.leaf for one in channels if one.place == channel.place}
    return channel.leaf in ("x", "y", "z") and {"x", "y"} <= leaves


def _with_colours(red: _Channel, channels: list[_Channel]) -> list[_Channel]:
    by_leaf = {one.leaf: one for one in channels if one.place == red.place}
    return [by_leaf[leaf] for leaf in "rgb" if leaf in by_leaf]


def _in_window(channel: _Channel) -> NDArray:
    """Return a channel's pixels where they are in the picture, NaN or 0 around."""
    top, left, bottom, right = channel.data_window
    if channel.pixels.shape != (bottom - top + 1, right - left + 1):
        raise InputError(
            f"The EXR channel {channel.name[:40]} has fewer pixels than the picture: "
            "save it without subsampling."
        )
    if channel.data_window == channel.display_window:
        return channel.pixels
    first_row, first_column, last_row, last_column = channel.display_window
    empty = np.nan if channel.pixels.dtype.kind == "f" else 0
    size = (last_row - first_row + 1, last_column - first_column + 1)
    whole = np.full(size, empty, channel.pixels.dtype)
    rows = slice(max(top, first_row), min(bottom, last_row) + 1)
    columns = slice(max(left, first_column), min(right, last_column) + 1)
    if rows.start < rows.stop and columns.start < columns.stop:
        whole[
            rows.start - first_row : rows.stop - first_row,
            columns.start - first_column : columns.stop - first_column,
        ] = channel.pixels[
            rows.start - top : rows.stop - top,
            columns.start - left : columns.stop - left,
        ]
    return whole
