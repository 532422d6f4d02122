"""A sample as a model read it, of the model's size."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.models.inputs import ImageBatch, depth_to_metres


@dataclass(frozen=True, kw_only=True, eq=False)
class Pictures:
    """Colours and depth as a model reads or writes them.

    Attributes:
        rgb: uint8 (height, width, 3), None where missing.
        depth_m: float32 (height, width), metres as the model takes them (relative depth
            was scaled to a room's), NaN where unmeasured, None where missing.
    """

    rgb: NDArray[np.uint8] | None
    depth_m: NDArray[np.float32] | None

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        picture = self.rgb if self.rgb is not None else self.depth_m
        if picture is None:
            raise ValueError("there is no picture")
        height, width = picture.shape[:2]
        return height, width

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.size[0]

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.size[1]

    @property
    def shape(self) -> float:
        """Height in widths."""
        return self.height / self.width


def pictures_of(batch: ImageBatch) -> Pictures:
    """Return the first sample of a batch as pictures."""
    depth_m = None
    if batch.present["depth"][0]:
        depth_m = to_metres(batch["depth"])
        depth_m[~batch.valid["depth"][0, 0].cpu().numpy()] = np.nan
    rgb = to_colours(batch["rgb"]) if batch.present["rgb"][0] else None
    return Pictures(rgb=rgb, depth_m=depth_m)


def to_colours(rgb: Tensor) -> NDArray[np.uint8]:
    """Return the first image of (batch, 3, height, width) in -1..1 as 8-bit colours."""
    scaled = (rgb[0].clamp(-1, 1) + 1) * 127.5
    return scaled.round().byte().permute(1, 2, 0).cpu().numpy()


def to_metres(depth: Tensor) -> NDArray[np.float32]:
    """Return the first map of (batch, 1, height, width) in metres."""
    return depth_to_metres(depth[0, 0]).float().cpu().numpy().copy()
