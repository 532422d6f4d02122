"""A network that gives one row of features a picture: an encoder, or a file's.

A file is ONNX: a graph and numbers, reading which runs no code. OpenCV runs it on the
CPU.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from fusionviz.errors import InputError
from fusionviz.models.encoders.lite0 import NAME
from fusionviz.models.encoders.names import TIMM, make_encoder
from fusionviz.models.encoders.pyramid import Picture

ONNX = ".onnx"

Row = Float[Tensor, "batch feature"]


class FeatureNetwork(Protocol):
    """A network that gives one row of features a picture.

    Attributes:
        name: As figures that it makes name it.
        is_file: Whether it is a user's own.
    """

    name: str
    is_file: bool

    def __call__(self, picture: Picture, /) -> Row:
        """Return the features of pictures, (batch, 3, height, width) in 0..255."""
        ...


class EncoderFeatures:
    """The level of stride 32 of a pretrained encoder, averaged over places.

    Args:
        name: Of the encoder, as `make_encoder` takes it.
    """

    is_file = False

    def __init__(self, name: str = NAME) -> None:
        self.name = name
        self._encoder = make_encoder(name).eval()  # its own: it may move to a GPU

    @torch.inference_mode()
    def __call__(self, picture: Picture) -> Row:
        """Return the features of pictures, (batch, 3, height, width) in 0..255."""
        encoder = self._encoder.to(picture.device)
        return encoder(picture.float()).coarsest.mean(dim=(2, 3))


class OnnxFeatures:
    """What a network of a user's ONNX file gives.

    It takes RGB pictures (1, 3, height, width) in 0..255, scales them itself, and gives
    (1, feature), or (1, feature, row, column), which are averaged over places.

    Args:
        path: Of the file.
        pixels: Side of the square that pictures are resized to before; None: they stay
            as large as they are.

    Raises:
        InputError: The file is not there, or OpenCV cannot read it.
    """

    is_file = True

    def __init__(self, path: Path, pixels: int | None = None) -> None:
        if not path.is_file():
            raise InputError(f"there is no file {path}")
        try:
            # The other engine computes on where a picture's channels do not fit.
            self._network = cv2.dnn.readNetFromONNX(str(path), cv2.dnn.ENGINE_CLASSIC)
            self._network.enableWinograd(False)  # seven times nearer for Inception-v3
        except cv2.error as error:
            raise InputError(
                f"OpenCV {cv2.__version__} cannot read {path.name} as an ONNX network: "
                f"{_why(error)}"
            ) from error
        self._pixels = pixels
        self.name = path.name if pixels is None else f"{path.name} at {pixels} pixels"

    def __call__(self, picture: Picture) -> Row:
        """Return the features of pictures, (batch, 3, height, width) in 0..255.

        Raises:
            InputError: The network does not take them, or gives no features.
        """
        picture = picture.detach().float().cpu()
        if self._pixels is not None:
            size = (self._pixels, self._pixels)
            picture = interpolate(picture, size, mode="bilinear", antialias=True)
        return torch.from_numpy(np.concatenate([self._ask(one) for one in picture]))

    def _ask(self, picture: Float[Tensor, "3 height width"]) -> np.ndarray:
        """Return the features of one picture, (1, feature): exports often fix a one."""
        self._network.setInput(np.ascontiguousarray(picture.numpy()[None]))
        try:
            with _silence():
                found = self._network.forward()
        except cv2.error as error:
            raise InputError(
                f"{self.name} does not take a picture of "
                f"{' x '.join(map(str, picture.shape))} numbers; it has to take RGB "
                f"of this size, or of the side that pixels give: {_why(error)}"
            ) from error
        found = np.asarray(found)
        if found.ndim == 4:
            found = found.mean(axis=(2, 3))
        if found.ndim != 2 or len(found) != 1 or not np.isfinite(found).all():
            raise InputError(
                f"{self.name} gives {found.shape} numbers for a picture; features are "
                "(1, feature) or (1, feature, row, column), and finite"
            )
        return found


@contextmanager
def _silence() -> Iterator[None]:
    """Keep OpenCV from writing to stderr what its exception says, too."""
    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)


def _why(error: cv2.error) -> str:
    """Return the last line of what OpenCV says."""
    return str(error).strip().splitlines()[-1]


def feature_network(name: str, pixels: int | None = None) -> FeatureNetwork:
    """Return the network of a name or a file.

    Args:
        name: `efficientnet-lite0`, `timm:NAME`, or the path of an ONNX file.
        pixels: Of a file, the side of the square that it takes; None: any.

    Raises:
        InputError: There is no such network, or an encoder is told a size.
        CheckpointError: The encoder's weights are not there.
    """
    if name.endswith(ONNX):
        return OnnxFeatures(Path(name).expanduser(), pixels)
    if name != NAME and not name.startswith(TIMM):
        raise InputError(
            f"there is no feature network {name!r}; there are {NAME}, {TIMM}NAME of "
            f"the package timm, and the path of a file that ends in {ONNX}"
        )
    if pixels is not None:
        raise InputError(f"{name} takes pictures of any size; leave the pixels out")
    return EncoderFeatures(name)
