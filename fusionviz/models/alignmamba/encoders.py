"""Unimodal encoders: from what a modality is made of to tokens of one width.

Every encoder ends in a LayerNorm, so that tokens of all modalities have one scale;
then a code of the position is added (sinusoids, after Vaswani et al. 2017; for images
half the channels say the row and half the column). Two images of one grid share the
code, so that alignment starts near the place itself. For that the wavelengths have to
fit the grid: codes with wavelengths far beyond it are the same everywhere, and what all
tokens share makes a few of them the nearest of all others.
"""

import math

import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from fusionviz.models.alignmamba.config import AlignMambaConfig, ModalityConfig
from fusionviz.models.convolutions import ResidualConv, norm_relu
from fusionviz.models.encoders.tokens import FeatureTokens, PretrainedFeatures
from fusionviz.models.modalities import sides

FRACTION_SPAN = 64
"""A sequence coded by fractions runs over as many steps as one of 64 tokens."""

ORDER_SPAN = 1024
"""Up to this length the codes of a sequence's positions all differ."""


class Encoder(nn.Module):
    """One modality's features to tokens, with codes of their positions.

    Args:
        modality: How it comes in.
        config: Sizes of the model that it belongs to.
    """

    def __init__(self, modality: ModalityConfig, config: AlignMambaConfig) -> None:
        super().__init__()
        self.modality = modality
        self.grid = config.shape if modality.kind == "image" else None
        self.image_size = sides(config.image_size)
        self.scale = FeatureScale(modality.width) if modality.standardise else None
        self.features = _FEATURES[modality.kind](modality, config)
        self.norm = nn.LayerNorm(config.d_model)
        self.d_model = config.d_model
        self.code_scale = config.code_scale

    def forward(
        self, x: Shaped[Tensor, "batch ..."], mask: Bool[Tensor, "batch token"]
    ) -> Float[Tensor, "batch token channel"]:
        """Return tokens, zero where the mask is false.

        What stands at masked positions of a sequence is not looked at, NaN included.

        Args:
            x: As `ModalityConfig.kind` says.
            mask: True where a token is there.

        Raises:
            ValueError: `x` has another shape than the modality's.
        """
        self.tokens_of(x)
        if self.grid is None:
            kept = mask.reshape(mask.shape + (1,) * (x.ndim - 2))
            x = torch.where(kept, x, torch.zeros_like(x))
        if self.scale is not None:
            x = self.scale(x)
        tokens = self.norm(self.features(x)) + self.code(mask)
        return tokens * mask.unsqueeze(-1)

    def code(
        self, mask: Bool[Tensor, "batch token"]
    ) -> Float[Tensor, "batch token channel"]:
        """Return the codes of the positions that the mask leaves."""
        like = self.norm.weight
        if self.modality.positions == "none":
            return like.new_zeros(*mask.shape, self.d_model)
        if self.grid is not None:
            code = self.code_scale * grid_code(self.grid, self.d_model).to(like)
            return code.expand(len(mask), -1, -1)
        order, span = (mask.cumsum(dim=1) - 1).clamp(min=0).to(like), ORDER_SPAN
        if self.modality.positions == "fraction":
            count = mask.sum(dim=1, keepdim=True).clamp(min=1)
            order, span = (order + 0.5) * (FRACTION_SPAN / count), FRACTION_SPAN
        return self.code_scale * sinusoids(order, self.d_model, span)

    def tokens_of(self, x: Shaped[Tensor, "batch ..."]) -> int:
        """Return how many tokens an input has, padding included.

        Raises:
            ValueError: The input has another shape than the modality's.
        """
        width, kind = self.modality.width, self.modality.kind
        expected: tuple[int | None, ...] = {
            "linear": (None, None, width),
            "conv1d": (None, None, width),
            "tokens": (None, None),
            "image": (None, width, *self.image_size),
        }[kind]
        if isinstance(self.features, _PretrainedImage) and x.ndim == 2:
            expected = (None, self.features.pretrained.layout.numbers)
        fits = x.ndim == len(expected) and all(
            want in (None, got) for want, got in zip(expected, x.shape, strict=True)
        )
        if not fits:
            shape = tuple("any" if want is None else want for want in expected)
            raise ValueError(
                f"{self.modality.name} ({kind}) must have shape {shape}, got "
                f"{tuple(x.shape)}"
            )
        return x.shape[1] if self.grid is None else math.prod(self.grid)


def sinusoids(
    position: Float[Tensor, "*batch token"], channels: int, span: int
) -> Float[Tensor, "*batch token {channels}"]:
    """Return sines and cosines of positions.

    Vaswani et al. 2017, section 3.5, but with wavelengths that fit the sequence: in
    geometric steps from 4 tokens to 4 times the span, of which the sequence then fills
    a quarter, so that no two places look alike.

    Args:
        position: In tokens; need not be whole.
        channels: Even: the sines first, then the cosines.
        span: Length of the longest sequence that is expected.
    """
    count = channels // 2
    steps = torch.arange(count, device=position.device, dtype=position.dtype)
    wavelength = 4.0 * float(span) ** (steps / max(count - 1, 1))
    angle = position.unsqueeze(-1) * (2 * math.pi / wavelength)
    return torch.cat([angle.sin(), angle.cos()], dim=-1)


def grid_code(
    grid: tuple[int, int], channels: int
) -> Float[Tensor, "token {channels}"]:
    """Return the codes of a grid: half of a code is of the row, half of the column.

    Args:
        grid: Rows and columns; places are numbered row by row.
        channels: Divisible by 4.
    """
    rows, columns = (
        sinusoids(torch.arange(side, dtype=torch.float64), channels // 2, side)
        for side in grid
    )
    rows = rows.unsqueeze(1).expand(-1, grid[1], -1)
    columns = columns.unsqueeze(0).expand(grid[0], -1, -1)
    return torch.cat([rows, columns], dim=-1).flatten(0, 1)


class FeatureScale(nn.Module):
    """(x - mean) / deviation of each feature, clipped at LIMIT deviations.

    Args:
        width: How many features.
    """

    LIMIT = 5.0

    mean: Tensor
    deviation: Tensor
    is_set: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))
        self.register_buffer("is_set", torch.tensor(False))

    @torch.no_grad()
    def fit(self, x: Float[Tensor, "step feature"]) -> None:
        """Take the statistics of these steps, unless some have been taken before.

        A feature that does not vary keeps a deviation of 1.
        """
        if self.is_set or not len(x):
            return
        values = x.double()
        deviation = values.std(dim=0, correction=0)
        varies = deviation > 1e-6 * values.abs().amax(dim=0)
        self.mean.copy_(values.mean(dim=0))
        self.deviation.copy_(torch.where(varies, deviation, 1.0))
        self.is_set.fill_(True)

    def forward(
        self, x: Float[Tensor, "*place feature"]
    ) -> Float[Tensor, "*place feature"]:
        """Return the features at one scale."""
        scaled = (x - self.mean) / self.deviation
        return scaled.clamp(-self.LIMIT, self.LIMIT)


class _Conv1d(nn.Conv1d):
    """A convolution over three steps of time, channels last."""

    def forward(
        self, x: Float[Tensor, "batch token feature"]
    ) -> Float[Tensor, "batch token channel"]:
        return super().forward(x.mT).mT


class _ImageStem(nn.Sequential):
    """Strided convolutions down to the token grid, then one residual block there."""

    def forward(
        self, image: Float[Tensor, "batch colour height width"]
    ) -> Float[Tensor, "batch token channel"]:
        return super().forward(image).flatten(2).mT


class _PretrainedImage(nn.Module):
    """Features of a pretrained encoder, then tokens on their grid.

    An image comes as pixels, or as the features that were made of it before.
    """

    def __init__(self, modality: ModalityConfig, config: AlignMambaConfig) -> None:
        super().__init__()
        self.pretrained = PretrainedFeatures(
            config.encoder, modality.name, sides(config.image_size)
        )
        self.tokens = FeatureTokens(
            self.pretrained.network.channels,
            config.encoder_width,
            config.d_model,
            tuned=config.tuned,
        )

    def forward(
        self, x: Float[Tensor, "batch ..."]
    ) -> Float[Tensor, "batch token channel"]:
        return self.tokens(self.pretrained(x)).flatten(2).mT


def _linear(modality: ModalityConfig, config: AlignMambaConfig) -> nn.Module:
    return nn.Linear(modality.width, config.d_model)


def _conv1d(modality: ModalityConfig, config: AlignMambaConfig) -> nn.Module:
    return _Conv1d(modality.width, config.d_model, 3, padding=1)


def _embedding(modality: ModalityConfig, config: AlignMambaConfig) -> nn.Module:
    return nn.Embedding(modality.width, config.d_model)


def _image(modality: ModalityConfig, config: AlignMambaConfig) -> nn.Module:
    if config.encoder:
        return _PretrainedImage(modality, config)
    stem = _ImageStem()
    before = modality.width
    for width in config.stem_widths:
        stem.append(nn.Conv2d(before, width, 4, stride=2, padding=1))
        stem.extend(norm_relu(width))
        before = width
    stem.append(ResidualConv(before))
    return stem.append(nn.Conv2d(before, config.d_model, 1))


_FEATURES = {
    "linear": _linear,
    "conv1d": _conv1d,
    "tokens": _embedding,
    "image": _image,
}
