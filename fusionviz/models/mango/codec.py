"""The codec: images to tokens and back, one convolutional autoencoder a modality.

The paper's "latent model": the flow works on perceptually compressed tokens and not on
pixels. Tokens are normalised to unit scale with statistics that training keeps. A
likelihood in bits per dimension is still of this codec's tokens, and compares within
one frozen codec alone: see `code_length` for a figure that compares between codecs.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import pad, pixel_shuffle, pixel_unshuffle

from fusionviz.data.grid import Grid
from fusionviz.models.convolutions import norm_relu
from fusionviz.models.encoders.tokens import FeatureTokens, PretrainedFeatures
from fusionviz.models.mango.layers.partition import Half
from fusionviz.models.mango.squares import SquareCode
from fusionviz.models.modalities import MODALITIES

Image = Float[Tensor, "batch channels height width"]
Rows = Float[Tensor, "batch number"]


class ResidualConv(nn.Module):
    """x + conv(GELU(conv(GELU(norm(x))))): what codec and predictors are built of."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(min(8, channels // 4), channels),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Image) -> Image:
        """Return features of the same shape."""
        return x + self.body(x)


class PretrainedTokens(nn.Module):
    """Tokens of a pretrained encoder's features and of the pixels themselves.

    Features say what is there, and forget how it looks; a shallow path of strided
    convolutions brings that, so that pictures can be made of the tokens again.

    Args:
        encoder: Name of the encoder.
        modality: Which modality the images are of.
        size: Height and width of the images.
        hidden: Channels inside.
        width: Channels of a token.
        tuned: Whether the encoder's last level learns on.
    """

    def __init__(
        self,
        encoder: str,
        modality: str,
        size: tuple[int, int],
        hidden: int,
        width: int,
        *,
        tuned: bool,
    ) -> None:
        super().__init__()
        self.pretrained = PretrainedFeatures(encoder, modality, size)
        self.pixels = nn.Sequential(
            nn.Conv2d(MODALITIES[modality].channels, hidden // 2, 4, stride=4),
            *norm_relu(hidden // 2),
            nn.Conv2d(hidden // 2, hidden // 2, 4, stride=2, padding=1),
            *norm_relu(hidden // 2),
            nn.Conv2d(hidden // 2, hidden, 4, stride=2, padding=1),
        )
        self.tokens = FeatureTokens(
            self.pretrained.network.channels, hidden, width, tuned=tuned
        )

    def forward(
        self, image: Image, features: Rows | None = None
    ) -> Float[Tensor, "batch channel row column"]:
        """Return the tokens on their grid.

        Args:
            image: In -1..1.
            features: Of the image, where they are known.
        """
        levels = self.pretrained(image if features is None else features)
        return self.tokens(levels, self.pixels(image))


class PixelTokens(nn.Module):
    """Tokens that are pixels: all values of a square, and 0 in channels left over.

    Args:
        side: Pixels of a square's side.
        width: Channels of a token, at least the square's values.
    """

    def __init__(self, side: int, width: int) -> None:
        super().__init__()
        self.side, self.width = side, width

    def forward(self, image: Image) -> Float[Tensor, "batch channel row column"]:
        """Return the tokens on their grid."""
        values = pixel_unshuffle(image, self.side)
        return pad(values, (0, 0, 0, 0, 0, self.width - values.shape[1]))


class TokenPixels(nn.Module):
    """The image whose pixels the tokens are: `PixelTokens` undone.

    Args:
        side: Pixels of a square's side.
        channels: Channels of the image.
    """

    def __init__(self, side: int, channels: int) -> None:
        super().__init__()
        self.side, self.channels = side, channels

    def forward(self, tokens: Float[Tensor, "batch channel row column"]) -> Image:
        """Return the image."""
        return pixel_shuffle(tokens[:, : self.channels * self.side**2], self.side)


class ModalityCodec(nn.Module):
    """Encoder and decoder of one modality.

    The largest of the grids, half the image, has plain convolutions only: that is
    where residual ones would cost most and say least.

    Args:
        channels: Channels of the image, in -1..1.
        widths: Channels after each halving.
        width: Channels of a token.
        grid: Rows and columns of tokens.
        encoder: What makes tokens of images, on their grid, in place of convolutions.
        decoder: What makes images of tokens, likewise.
        squares: What makes the first channels of a token of its square's pixels; the
            encoder makes the others, and the decoder adds to the image that these say.
    """

    mean: Tensor
    spread: Tensor

    def __init__(
        self,
        channels: int,
        widths: Sequence[int],
        width: int,
        grid: Grid,
        encoder: PretrainedTokens | PixelTokens | None = None,
        decoder: TokenPixels | None = None,
        squares: SquareCode | None = None,
    ) -> None:
        super().__init__()
        self.grid, self.squares = grid, squares
        made = width - (0 if squares is None else squares.count)
        self.encoder = encoder or _convolutions(channels, widths, made)
        self.decoder = decoder or _upsampling(channels, widths, width)
        if squares is not None:
            _begin_with_nothing(self.decoder)
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def encode(self, image: Image, features: Rows | None = None) -> Half:
        """Return tokens of unit scale, row by row.

        Args:
            image: In -1..1.
            features: What the pretrained encoder made of the image before, if it did;
                a codec without one has no use for them.
        """
        return (self._raw(image, features) - self.mean) / self.spread

    def _raw(self, image: Image, features: Rows | None) -> Half:
        if isinstance(self.encoder, PretrainedTokens):
            made = self.encoder(image, features)
        else:
            made = self.encoder(image)
        if self.squares is not None:
            made = torch.cat([self.squares.encode(image), made], dim=1)
        return made.flatten(2).mT

    def decode(self, tokens: Half) -> Image:
        """Return the image of these tokens, about -1..1."""
        raw = (tokens * self.spread + self.mean).mT.unflatten(2, self.grid)
        image = self.decoder(raw)
        if self.squares is None:
            return image
        return image + self.squares.decode(raw[:, : self.squares.count])

    @property
    def is_normalised(self) -> bool:
        """Whether the statistics have been set, here or in a checkpoint."""
        return bool(self.mean.any() or (self.spread != 1).any())

    @torch.no_grad()
    def normalise(self, images: Image, features: Rows | None = None) -> None:
        """Set the statistics so that these images' tokens have unit scale."""
        tokens = self._raw(images, features).flatten(0, 1)
        self.mean.copy_(tokens.mean(dim=0))
        self.spread.copy_(tokens.std(dim=0).clamp_min(1e-4))

    @torch.no_grad()
    def forget_statistics(self) -> None:
        """Undo `normalise`: the statistics are those of an encoder that will change.

        What `decode` makes of what `encode` returns stays the same.
        """
        self.mean.zero_()
        self.spread.fill_(1)


def _begin_with_nothing(decoder: nn.Module) -> None:
    """Let a decoder's last convolution write zeros until it has learnt."""
    *_, last = (one for one in decoder.modules() if isinstance(one, nn.Conv2d))
    nn.init.zeros_(last.weight)
    if last.bias is not None:
        nn.init.zeros_(last.bias)


def _upsampling(channels: int, widths: Sequence[int], width: int) -> nn.Sequential:
    """Return convolutions from tokens on their grid to an image."""
    before = widths[-1]
    up: list[nn.Module] = [nn.Conv2d(width, before, 3, padding=1)]
    for after in reversed(widths[:-1]):
        up += [ResidualConv(before), nn.GELU()]
        up += [nn.Conv2d(before, 4 * after, 1), nn.PixelShuffle(2)]
        before = after
    up += [nn.GELU(), nn.Conv2d(before, 4 * channels, 3, padding=1)]
    return nn.Sequential(*up, nn.PixelShuffle(2))


def _convolutions(channels: int, widths: Sequence[int], width: int) -> nn.Sequential:
    """Return strided convolutions from an image to tokens on their grid."""
    down: list[nn.Module] = []
    before = channels
    for level, after in enumerate(widths):
        down += [nn.Conv2d(before, after, 4, stride=2, padding=1)]
        down += [ResidualConv(after) if level else nn.GELU()]
        before = after
    return nn.Sequential(*down, nn.GELU(), nn.Conv2d(before, width, 1))
