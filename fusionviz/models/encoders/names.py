"""Encoders by name."""

from functools import cache

import torch
from torch import Tensor, nn

from fusionviz.errors import InputError
from fusionviz.models.encoders import lite0
from fusionviz.models.encoders.pyramid import Picture, Pyramid

TIMM = "timm:"
"""What stands before the name of a model of the package timm."""


class TimmEncoder(nn.Module):
    """A convolutional network of the optional package timm, with fixed weights.

    Its weights are timm's to find, and no part of a model's state.

    Args:
        model: A name that timm knows, of a network with levels of strides 4 to 32.

    Raises:
        InputError: timm is not installed, has no such network or weights, or the
            network has other strides.
    """

    def __init__(self, model: str) -> None:
        super().__init__()
        try:
            import timm
        except ImportError as error:
            raise InputError(
                f"the encoder {TIMM}{model} needs the package timm: pip install timm"
            ) from error
        try:
            network = timm.create_model(
                model, pretrained=True, features_only=True, out_indices=(1, 2, 3, 4)
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise InputError(
                f"timm gives no network {model!r} with weights: {error}"
            ) from error
        if tuple(network.feature_info.reduction()) != (4, 8, 16, 32):
            raise InputError(
                f"an encoder has levels of strides 4, 8, 16 and 32, {model} has "
                f"{network.feature_info.reduction()}"
            )
        self.name = f"{TIMM}{model}"
        a, b, c, d = network.feature_info.channels()
        self.channels: tuple[int, int, int, int] = (a, b, c, d)
        config = network.pretrained_cfg
        # In a tuple, so that it is no submodule: its weights are not this model's.
        self._network = (network.eval().requires_grad_(False),)
        self.register_buffer("mean", _column(config["mean"]), persistent=False)
        self.register_buffer("spread", _column(config["std"]), persistent=False)

    mean: Tensor
    spread: Tensor

    def forward(self, picture: Picture) -> Pyramid:
        """Return the features of pictures, (batch, 3, height, width) in 0..255."""
        network = self._network[0].to(picture)
        return Pyramid(*network((picture / 255 - self.mean) / self.spread))


def _column(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)


def make_encoder(name: str) -> lite0.Lite0 | TimmEncoder:
    """Return an encoder with fixed weights, a module of its own.

    Args:
        name: `efficientnet-lite0`, or `timm:` and a name of the package timm.

    Raises:
        InputError: There is no such encoder.
        CheckpointError: Its weights are not there.
    """
    if name == lite0.NAME:
        return lite0.Lite0()
    if name.startswith(TIMM):
        return TimmEncoder(name.removeprefix(TIMM))
    raise InputError(
        f"there is no encoder {name!r}; there are {lite0.NAME}, and {TIMM}NAME of the "
        "package timm"
    )


@cache
def load_encoder(name: str) -> lite0.Lite0 | TimmEncoder:
    """Return the encoder on the CPU that everybody shares; see `make_encoder`."""
    with torch.inference_mode(mode=False):  # the next who asks may train through it
        return make_encoder(name).eval()
