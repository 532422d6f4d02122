"""Convolutions on grids of tokens that several models are built of."""

import math

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

Grid = Float[Tensor, "batch channel height width"]


def norm_relu(channels: int) -> tuple[nn.Module, nn.Module]:
    """Return a normalisation that mixes no samples, and a ReLU."""
    return nn.GroupNorm(math.gcd(8, channels), channels), nn.ReLU()


class ResidualConv(nn.Module):
    """x + conv(relu(norm(conv(relu(norm(x)))))), on a grid; no batch statistics."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *norm_relu(channels),
            nn.Conv2d(channels, channels, 3, padding=1),
            *norm_relu(channels),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Grid) -> Grid:
        """Return the grid with what its neighbourhoods add."""
        return x + self.layers(x)


def double(before: int, after: int) -> tuple[nn.Module, ...]:
    """Return layers that double the resolution (Shi et al. 2016)."""
    return (
        *norm_relu(before),
        nn.Conv2d(before, 4 * after, 3, padding=1),
        nn.PixelShuffle(2),
    )


class DenseScores(nn.Module):
    """A grid of tokens to scores of every pixel, which are read at a quarter of them.

    Convolutions on the grid of stride 16, on twice and on four times as fine a one;
    then scores are interpolated. Finer ones cost most of a pass and say little more.
    Images have edges: for these the last convolution can say all 4x4 pixels of a place,
    at first alike (Aitken et al. 2017).

    Args:
        inputs: Channels of the tokens.
        hidden: Channels on their grid; half as many on each finer one.
        outputs: Classes, or channels of an image.
        size: Height and width of the scores.
        by_pixel: Whether the last convolution says every pixel; both sides of `size`
            then divide by 16.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        outputs: int,
        size: tuple[int, int],
        *,
        by_pixel: bool = False,
    ) -> None:
        super().__init__()
        self.size = size
        half, quarter = max(hidden // 2, 16), max(hidden // 4, 16)
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, hidden, 1),
            ResidualConv(hidden),
            *double(hidden, half),
            ResidualConv(half),
            *double(half, quarter),
            *norm_relu(quarter),
            *(_pixels(quarter, outputs) if by_pixel else _places(quarter, outputs)),
        )

    def forward(
        self, tokens: Grid
    ) -> Float[Tensor, "batch output image_height image_width"]:
        """Return (batch, outputs, height, width)."""
        scores = self.layers(tokens)
        if scores.shape[-2:] == self.size:
            return scores
        return interpolate(scores, size=self.size, mode="bilinear", align_corners=False)


def _places(before: int, outputs: int) -> tuple[nn.Module, ...]:
    return (nn.Conv2d(before, outputs, 3, padding=1),)


def _pixels(before: int, outputs: int) -> tuple[nn.Module, ...]:
    """Return layers that write 4x4 pixels a place, all the same to begin with."""
    last = nn.Conv2d(before, 16 * outputs, 3, padding=1)
    for weight in last.parameters():
        weight.data = weight.data[::16].repeat_interleave(16, dim=0)
    return last, nn.PixelShuffle(4)
