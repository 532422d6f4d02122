"""Pictures of several channels in the place of a depth map: what is in them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError

# Lossy coding moves the channels of a grey picture apart by a few steps of 255.
_LOSSY_SPREAD = 4
_LOSSY_KINDS = ("JPEG", "WebP")
# A channel of transparency is mostly none or full; one of depth takes many values.
_FEWEST_DEPTHS = 16
_LEAST_BETWEEN = 0.5


class ColouredDepthError(InputError):
    """A depth map with three channels that differ."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SplitChannels:
    """What several channels hold.

    Attributes:
        depth: A number a pixel, 0 where the picture is transparent.
        rgb: Colours, where the fourth channel is depth; uint8.
        notes: What was assumed, one sentence each.
    """

    depth: NDArray
    rgb: NDArray[np.uint8] | None
    notes: tuple[str, ...]


def split_channels(values: NDArray, kind: str) -> SplitChannels:
    """Return the depth in a picture of several channels, and colours beside it.

    Three equal channels are one. A second or fourth is transparency, whose zeros are
    holes, or, where the others are colours and it varies as distances do, depth.

    Args:
        values: (height, width, 1 to 4).
        kind: Of the file.

    Raises:
        ColouredDepthError: The first three differ, and there is no fourth of depth.
    """
    count = values.shape[2]
    if count < 3 or _are_equal(values[..., :3], kind):
        depth = values[..., 0]
        if count % 2:
            return SplitChannels(depth=depth, rgb=None, notes=())
        return _without_transparent(depth, values[..., -1])
    if count == 4 and varies_as_depth(values[..., 3]):
        return SplitChannels(
            depth=np.ascontiguousarray(values[..., 3]),
            rgb=as_colours(values[..., :3]),
            notes=(
                "The file has four channels: the first three were read as RGB and the "
                "fourth as depth.",
            ),
        )
    raise ColouredDepthError(
        "The depth file is a colour picture, its three channels differ: "
        "colours cannot be turned back into distances, so upload the 16-bit "
        "or float depth map that it was drawn from."
    )


def varies_as_depth(channel: NDArray) -> bool:
    """Return whether a channel takes many values, as transparency hardly does."""
    if channel.dtype.kind == "f":
        return bool(np.unique(channel[np.isfinite(channel)][:1_000_000]).size >= 2)
    full = np.iinfo(channel.dtype).max
    between = (channel > 0) & (channel < full)
    few = np.unique(channel[between][:1_000_000]).size < _FEWEST_DEPTHS
    return not few and bool(between.mean() >= _LEAST_BETWEEN)


def as_colours(values: NDArray) -> NDArray[np.uint8]:
    """Return colours of any type of number as uint8.

    Whole numbers of more than 8 bits that go beyond 255 give their high bytes; decimal
    ones run to 1, or to 255 where they go beyond 1.
    """
    if values.dtype.kind == "f":
        with np.errstate(over="ignore", invalid="ignore"):
            finite = np.nan_to_num(values.astype(np.float32), posinf=0, neginf=0)
        scale = 255 if finite.max(initial=0) <= 1 else 1
        return np.clip(np.rint(finite * scale), 0, 255).astype(np.uint8)
    if values.max(initial=0) > 255:
        values = values >> (8 * (values.dtype.itemsize - 1))
    return np.clip(values, 0, 255).astype(np.uint8)


def _are_equal(values: NDArray, kind: str) -> bool:
    first = values[..., 0]
    allowed = _LOSSY_SPREAD if kind in _LOSSY_KINDS else 0
    for channel in (1, 2):
        other = values[..., channel]
        same = (first == other) | ((first != first) & (other != other))
        if allowed:
            same = abs(first.astype(np.int16) - other) <= allowed
        if not same.all():
            return False
    return True


def _without_transparent(depth: NDArray, alpha: NDArray) -> SplitChannels:
    """Return depth with holes where it is transparent, unless that is everywhere."""
    transparent = alpha == 0
    share = float(transparent.mean())
    if share in (0.0, 1.0):
        return SplitChannels(depth=depth, rgb=None, notes=())
    return SplitChannels(
        depth=np.where(transparent, depth.dtype.type(0), depth),
        rgb=None,
        notes=(
            f"Depth has an alpha channel: {share:.1%} of its pixels are transparent "
            "and were read as holes.",
        ),
    )
