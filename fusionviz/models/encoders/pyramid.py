"""What an encoder gives: features of a picture at four strides."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from jaxtyping import Float
from torch import Tensor

STRIDES = (4, 8, 16, 32)
"""Pixels a side of what one place of each level stands for."""

Grid = Float[Tensor, "batch channel height width"]
Features = Float[Tensor, "batch feature row column"]
"""What is made of a grid: other channels, on a grid that may be smaller."""
Picture = Float[Tensor, "batch 3 height width"]
"""What an encoder of photographs takes, in 0..255."""
Fine = Float[Tensor, "batch channel4 height4 width4"]
Medium = Float[Tensor, "batch channel8 height8 width8"]


class Pyramid(NamedTuple):
    """Features of a batch at strides 4, 8, 16 and 32, each (batch, channel, h, w)."""

    fine: Fine
    medium: Medium
    coarse: Float[Tensor, "batch channel16 height16 width16"]
    coarsest: Float[Tensor, "batch channel32 height32 width32"]


class Encoder(Protocol):
    """An encoder whose weights are fixed.

    Attributes:
        name: By which `load_encoder` finds it.
        channels: Of each level of the pyramid.
    """

    name: str
    channels: tuple[int, int, int, int]

    def __call__(self, picture: Picture, /) -> Pyramid:
        """Return the features of pictures, (batch, 3, height, width) in 0..255."""
        ...


@dataclass(frozen=True, kw_only=True)
class FeatureLayout:
    """How a pyramid lies in one row of numbers, as files and batches hold it.

    Attributes:
        channels: Of each level.
        size: Height and width of the picture in pixels.
    """

    channels: tuple[int, int, int, int]
    size: tuple[int, int]

    @property
    def shapes(self) -> tuple[tuple[int, int, int], ...]:
        """Channels, height and width of each level: sides are rounded up."""
        height, width = self.size
        return tuple(
            (channels, -(-height // stride), -(-width // stride))
            for channels, stride in zip(self.channels, STRIDES, strict=True)
        )

    @property
    def numbers(self) -> int:
        """Numbers of one picture."""
        return sum(c * h * w for c, h, w in self.shapes)

    def join(self, pyramid: Pyramid) -> Float[Tensor, "batch number"]:
        """Return a pyramid as one row a picture."""
        return torch.cat([level.flatten(1) for level in pyramid], dim=1)

    def split(self, rows: Float[Tensor, "batch number"]) -> Pyramid:
        """Return the pyramid that rows hold.

        Raises:
            ValueError: The rows are of another length.
        """
        if rows.shape[1] != self.numbers:
            raise ValueError(
                f"features of {self.size[0]}x{self.size[1]} pixels are "
                f"{self.numbers} numbers, got {rows.shape[1]}"
            )
        counts = [c * h * w for c, h, w in self.shapes]
        levels = rows.split(counts, dim=1)
        return Pyramid(
            *(
                level.unflatten(1, shape)
                for level, shape in zip(levels, self.shapes, strict=True)
            )
        )
