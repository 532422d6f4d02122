"""What is read off the tokens: classes of pixels, a guess of the other modality."""

from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.data.grid import Grid
from fusionviz.models.convolutions import DenseScores
from fusionviz.models.mango.codec import Image, ResidualConv
from fusionviz.models.mango.layers.coupling import joint_to_image
from fusionviz.models.mango.layers.partition import Half, Tokens


class PixelPredictor(nn.Module):
    """Latents to one value a pixel and output channel, by upsampling convolutions.

    Args:
        grid: Rows and columns of tokens.
        width: Channels of a token.
        hidden: Channels at the token grid; they shrink as the image grows.
        outputs: Classes, or channels of an image.
        doublings: How often the grid doubles to reach the image.
    """

    def __init__(
        self, grid: Grid, width: int, hidden: int, outputs: int, doublings: int
    ) -> None:
        super().__init__()
        self.grid = grid
        layers: list[nn.Module] = [nn.Conv2d(2 * width, hidden, 3, padding=1)]
        for _ in range(doublings - 1):
            smaller = max(32, hidden * 2 // 3 // 8 * 8)
            layers += [ResidualConv(hidden), nn.GELU()]
            layers += [nn.Conv2d(hidden, 4 * smaller, 1), nn.PixelShuffle(2)]
            hidden = smaller
        layers += [ResidualConv(hidden), nn.GELU()]
        layers += [nn.Conv2d(hidden, 4 * outputs, 1), nn.PixelShuffle(2)]
        self.network = nn.Sequential(*layers)

    def forward(self, z: Tokens) -> Image:
        """Return (batch, outputs, height, width)."""
        return self.network(joint_to_image(z, self.grid))


class ScorePredictor(nn.Module):
    """Latents to one value a pixel and output channel, read at a quarter of the pixels.

    Args:
        grid: Rows and columns of tokens, of stride 16.
        width: Channels of a token.
        hidden: Channels at the token grid.
        outputs: Classes, or channels of an image.
        size: Height and width of what is predicted.
        by_pixel: Whether each pixel is written for itself, as an image needs it, and
            not between those that were read.
    """

    def __init__(
        self,
        grid: Grid,
        width: int,
        hidden: int,
        outputs: int,
        size: tuple[int, int],
        *,
        by_pixel: bool = False,
    ) -> None:
        super().__init__()
        self.grid = grid
        self.network = DenseScores(2 * width, hidden, outputs, size, by_pixel=by_pixel)

    def forward(self, z: Tokens) -> Image:
        """Return (batch, outputs, height, width)."""
        return self.network(joint_to_image(z, self.grid))


class CrossModalGuess(nn.Module):
    """One modality's tokens guessed from the other's: their mean under the data.

    Args:
        grid: Rows and columns of tokens.
        width: Channels of a token.
        hidden: Channels of the network.
    """

    def __init__(self, grid: Grid, width: int, hidden: int) -> None:
        super().__init__()
        self.grid = grid
        self.network = nn.Sequential(
            nn.Conv2d(width, hidden, 3, padding=1),
            ResidualConv(hidden),
            ResidualConv(hidden),
            ResidualConv(hidden),
            nn.GELU(),
            nn.Conv2d(hidden, width, 1),
        )

    def forward(self, tokens: Float[Tensor, "batch token channel"]) -> Half:
        """Return the guessed tokens of the other modality, same shape."""
        image = tokens.mT.unflatten(2, self.grid)
        return self.network(image).flatten(2).mT
