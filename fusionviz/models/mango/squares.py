"""A linear code of an image's squares: their principal components."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle

Image = Float[Tensor, "batch channels height width"]
Code = Float[Tensor, "batch count row column"]


class SquareCode(nn.Module):
    """Each square of an image as its leading principal components, and back.

    Channels that are learnt for what they say of a scene forget how it looks. These
    bring it back with the least squared error that so many numbers of a square can have
    (Eckart & Young 1936, "The approximation of one matrix by another of lower rank").
    They are found from images by `fit`, not learnt; until then the code is zero.

    >>> images = torch.randn(64, 1, 4, 4)
    >>> code = SquareCode(side=2, channels=1, count=4)
    >>> code.fit(images)
    >>> code.encode(images).shape
    torch.Size([64, 4, 2, 2])
    >>> torch.allclose(code.decode(code.encode(images)), images, atol=1e-5)
    True

    Args:
        side: Pixels of a square's side.
        channels: Channels of the image.
        count: Components that are kept, at most the values of a square.
    """

    mean: Tensor
    axes: Tensor

    def __init__(self, side: int, channels: int, count: int) -> None:
        super().__init__()
        self.side, self.count = side, count
        values = channels * side**2
        self.register_buffer("mean", torch.zeros(values))
        self.register_buffer("axes", torch.zeros(count, values))

    @property
    def is_fitted(self) -> bool:
        """Whether components have been found, here or in a checkpoint."""
        return bool(self.axes.any())

    @torch.no_grad()
    def fit(self, images: Image) -> None:
        """Find the components of these images' squares, the largest first.

        A component's sign is such that its largest weight is positive.
        """
        squares = pixel_unshuffle(images.double(), self.side)
        rows = squares.flatten(2).mT.flatten(0, 1)
        mean = rows.mean(dim=0)
        _, vectors = torch.linalg.eigh(torch.cov((rows - mean).mT))
        axes = vectors.mT.flip(0)[: self.count]
        largest = axes.gather(1, axes.abs().argmax(dim=1, keepdim=True))
        self.mean.copy_(mean)
        self.axes.copy_(axes * largest.sign())

    def encode(self, image: Image) -> Code:
        """Return the components of each square, on their grid."""
        squares = pixel_unshuffle(image, self.side) - self.mean[:, None, None]
        return torch.einsum("kv,bvrc->bkrc", self.axes, squares)

    def decode(self, code: Code) -> Image:
        """Return the image whose squares have these components, and no others."""
        squares = torch.einsum("kv,bkrc->bvrc", self.axes, code)
        return pixel_shuffle(squares + self.mean[:, None, None], self.side)
