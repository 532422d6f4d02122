"""Affine coupling over channels (Dinh et al. 2017)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.data.grid import Grid
from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.partition import Half, Tokens

LOG_SCALE_LIMIT = 2.0
"""Log scales stay inside -2..2, softly, so that the inverse keeps its digits."""


class AffineCoupling(InvertibleLayer):
    """Scale and shift half of the channels by what the other half says.

    y_a = x_a,  y_b = x_b exp(s) + t  with (s, t) a network of x_a, and
    s = limit * tanh(raw / limit). log|det| = sum of s. The network sees a token, its
    neighbours on the grid, and the token of the other modality at the same place. Its
    last layer starts at zero: the coupling starts as the identity.

    Args:
        grid: Rows and columns of one modality's tokens.
        width: Channels of a token, even.
        hidden: Channels inside the network.
    """

    def __init__(self, grid: Grid, width: int, hidden: int) -> None:
        super().__init__()
        self.grid, self.kept = grid, width // 2
        last = nn.Conv2d(hidden, 2 * width, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)  # type: ignore[arg-type]
        self.network = nn.Sequential(
            nn.Conv2d(width, hidden, 1),
            nn.GELU(),
            nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden),
            nn.GELU(),
            nn.Conv2d(hidden, hidden, 1),
            nn.GELU(),
            last,
        )

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the coupled tokens and the log-determinant of each sample."""
        kept, changed = x[..., : self.kept], x[..., self.kept :]
        log_scale, shift = self._scale_and_shift(kept)
        y = torch.cat([kept, changed * log_scale.exp() + shift], dim=-1)
        return y, log_scale.sum(dim=(1, 2))

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before coupling."""
        kept, changed = y[..., : self.kept], y[..., self.kept :]
        log_scale, shift = self._scale_and_shift(kept)
        return torch.cat([kept, (changed - shift) * (-log_scale).exp()], dim=-1)

    def _scale_and_shift(self, kept: Half) -> tuple[Half, Half]:
        image = joint_to_image(kept, self.grid)
        raw, shift = image_to_joint(self.network(image)).chunk(2, dim=-1)
        return soft_log_scale(raw), shift


def soft_log_scale(raw: Half) -> Half:
    """Return what a network says as log scales, inside -2..2."""
    return LOG_SCALE_LIMIT * torch.tanh(raw / LOG_SCALE_LIMIT)


def joint_to_image(
    x: Tokens, grid: Grid
) -> Float[Tensor, "batch channels height width"]:
    """Return joint tokens (batch, 2N, d) as images (batch, 2d, row, column).

    The first d channels are modality a at each place, the next d modality b.
    """
    grouped = x.reshape(len(x), 2, *grid, -1)
    return grouped.permute(0, 1, 4, 2, 3).flatten(1, 2)


def image_to_joint(
    image: Float[Tensor, "batch channels height width"],
) -> Tokens:
    """Return images as joint tokens (batch, 2N, d): `joint_to_image` undone."""
    grouped = image.unflatten(1, (2, -1)).permute(0, 1, 3, 4, 2)
    return grouped.flatten(1, 3)
