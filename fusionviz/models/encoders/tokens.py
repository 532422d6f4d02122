"""From the features of a pretrained encoder to a grid of tokens at stride 16."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from fusionviz.models.convolutions import Grid, ResidualConv, norm_relu
from fusionviz.models.encoders.lite0 import NAME, LastLevel, Lite0
from fusionviz.models.encoders.names import make_encoder
from fusionviz.models.encoders.pictures import to_picture
from fusionviz.models.encoders.pyramid import FeatureLayout, Fine, Medium, Pyramid

TOKEN_STRIDE = 16
"""Pixels a side that a token stands for."""


def token_grid(size: tuple[int, int]) -> tuple[int, int]:
    """Return rows and columns of the tokens of a picture."""
    height, width = size
    return -(-height // TOKEN_STRIDE), -(-width // TOKEN_STRIDE)


class PretrainedFeatures(nn.Module):
    """Features of one modality's images by an encoder with fixed weights.

    Args:
        encoder: Name, as `make_encoder` takes it.
        modality: A name in `MODALITIES`.
        size: Height and width of the images.
    """

    def __init__(self, encoder: str, modality: str, size: tuple[int, int]) -> None:
        super().__init__()
        self.modality = modality
        self.network = make_encoder(encoder).eval()
        self.layout = FeatureLayout(channels=self.network.channels, size=size)

    @torch.no_grad()
    def forward(self, x: Float[Tensor, "batch ..."]) -> Pyramid:
        """Return the features.

        Args:
            x: Images in -1..1, (batch, channel, height, width), or the rows of
                features that were made of them before, (batch, number).
        """
        if x.ndim == 2:
            return self.layout.split(x)
        levels = self.network(to_picture(x, self.modality))
        # Channels last, PyTorch 2.13 crashes in the gradient of what normalises them.
        return Pyramid(*(level.contiguous() for level in levels))

    def early(self, image: Grid) -> tuple[Fine, Medium]:
        """Return the levels of strides 4 and 8, through which gradients flow.

        Args:
            image: In -1..1, (batch, channel, height, width).
        """
        picture = to_picture(image, self.modality)
        if isinstance(self.network, Lite0):
            return self.network.early(picture)
        levels = self.network(picture)
        return levels.fine, levels.medium

    def train(self, mode: bool = True) -> "PretrainedFeatures":
        """Stay in evaluation: there is nothing to train here."""
        return super().train(False)


class FeatureTokens(nn.Module):
    """A pyramid of features to a grid of tokens of stride 16.

    Each level is brought to unit scale, to that grid and to one width; their sum goes
    through two residual blocks.

    Args:
        channels: Of each level.
        hidden: Channels inside.
        width: Channels of a token.
        tuned: Whether the level of stride 32 is made anew from that of stride 16, by
            blocks that start as the encoder's and learn on.
    """

    def __init__(
        self,
        channels: tuple[int, int, int, int],
        hidden: int,
        width: int,
        *,
        tuned: bool = False,
    ) -> None:
        super().__init__()
        self.last = LastLevel() if tuned else None
        self.norms = nn.ModuleList(nn.GroupNorm(1, count) for count in channels)
        fine, medium, coarse, coarsest = channels
        self.fine = nn.Conv2d(fine, hidden, 4, stride=4)
        self.medium = nn.Conv2d(medium, hidden, 2, stride=2)
        self.coarse = nn.Conv2d(coarse, hidden, 1)
        self.coarsest = nn.Conv2d(coarsest, hidden, 1)
        self.body = nn.Sequential(
            ResidualConv(hidden),
            ResidualConv(hidden),
            *norm_relu(hidden),
            nn.Conv2d(hidden, width, 1),
        )

    def forward(
        self,
        features: Pyramid,
        more: Float[Tensor, "batch extra height width"] | None = None,
    ) -> Grid:
        """Return the tokens on their grid.

        Args:
            features: Of the pictures.
            more: What is added on the grid before the blocks, of as many channels.
        """
        if self.last is not None:
            features = features._replace(coarsest=self.last(features.coarse))
        fine, medium, coarse, coarsest = (
            norm(level) for norm, level in zip(self.norms, features, strict=True)
        )
        x = self.coarse(coarse) + self.fine(fine) + self.medium(medium)
        above = self.coarsest(coarsest)
        x = x + interpolate(above, size=x.shape[-2:], mode="bilinear")
        return self.body(x if more is None else x + more)


def check_encoder(encoder: str, size: tuple[int, int], *, tuned: bool) -> None:
    """Refuse what cannot go together.

    Raises:
        ValueError: Sides do not divide by 16, or weights are to learn on that are not
            EfficientNet-Lite0's.
    """
    if any(side % TOKEN_STRIDE for side in size):
        raise ValueError(f"height and width must divide by {TOKEN_STRIDE}, got {size}")
    if tuned and encoder != NAME:
        raise ValueError(f"only the last level of {NAME} can be tuned, got {encoder}")
