"""EfficientNet-Lite0 (Liu 2020; Tan & Le 2019), without its classifier.

A stem, then 16 inverted residual blocks: a 1x1 convolution that widens, a depthwise
one, a 1x1 convolution that narrows. No squeeze-and-excitation, ReLU6 throughout.
Padding is TensorFlow's SAME: where a stride of 2 leaves an odd number of pixels to add,
the one more comes after. Batch normalisation (ε = 1e-3) is folded into the convolution
before it, y = γ (w * x - μ) / sqrt(σ² + ε) + β: there are no statistics to disturb.

Weights: Google's, trained on ImageNet-1k, Apache-2.0; see NOTICE beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import safetensors.torch
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad, relu6

from fusionviz.errors import CheckpointError
from fusionviz.models.encoders.pyramid import (
    Features,
    Fine,
    Grid,
    Medium,
    Picture,
    Pyramid,
)
from fusionviz.places import PROJECT

NAME = "efficientnet-lite0"
WEIGHTS = PROJECT / "checkpoints" / "encoders" / f"{NAME}.safetensors"
EPSILON = 1e-3
"""Added to the variance in the batch normalisation of the original."""

Weights = Mapping[str, Tensor]


@dataclass(frozen=True, kw_only=True)
class BlockShape:
    """Side of the depthwise kernel, its stride, how often wider, channels out."""

    kernel: int
    stride: int
    widening: int
    channels: int


def _repeat(
    count: int, kernel: int, stride: int, widening: int, channels: int
) -> list[BlockShape]:
    """Return a group of blocks, of which the first alone has the stride."""
    return [
        BlockShape(
            kernel=kernel,
            stride=stride if index == 0 else 1,
            widening=widening,
            channels=channels,
        )
        for index in range(count)
    ]


BLOCKS: tuple[BlockShape, ...] = (
    *_repeat(1, 3, 1, 1, 16),
    *_repeat(2, 3, 2, 6, 24),
    *_repeat(2, 5, 2, 6, 40),
    *_repeat(3, 3, 2, 6, 80),
    *_repeat(3, 5, 1, 6, 112),
    *_repeat(4, 5, 2, 6, 192),
    *_repeat(1, 3, 1, 6, 320),
)
LEVEL_ENDS = (2, 4, 10, 15)
"""Blocks after which the features of strides 4, 8, 16 and 32 are taken."""
STEM_CHANNELS = 32


class Convolution(nn.Module):
    """A convolution with SAME padding, normalisation folded in, and maybe ReLU6.

    Args:
        weights: Holds `NAME.weight` and `NAME.bias`.
        name: Of the convolution.
        stride: 1 or 2.
        groups: 1, or as many as channels.
        active: Whether a ReLU6 follows.
        trained: Whether the weights are parameters; else they are fixed, and no part
            of the state of a model.
    """

    weight: Tensor
    bias: Tensor

    def __init__(
        self,
        weights: Weights,
        name: str,
        *,
        stride: int = 1,
        groups: int = 1,
        active: bool = True,
        trained: bool = False,
    ) -> None:
        super().__init__()
        self.stride, self.groups, self.active = stride, groups, active
        for part in ("weight", "bias"):
            tensor = weights[f"{name}.{part}"]
            if trained:
                self.register_parameter(part, nn.Parameter(tensor.clone()))
            else:
                self.register_buffer(part, tensor, persistent=False)

    def forward(self, x: Grid) -> Features:
        """Return features of ceil(side / stride)."""
        rows, columns = (self._padding(side) for side in x.shape[-2:])
        if rows[0] == rows[1] and columns[0] == columns[1]:
            around = (rows[0], columns[0])
        else:
            x, around = pad(x, (*columns, *rows)), (0, 0)
        y = conv2d(x, self.weight, self.bias, self.stride, around, groups=self.groups)
        return relu6(y) if self.active else y

    def _padding(self, side: int) -> tuple[int, int]:
        """Return zeros before and after a side of so many pixels."""
        kernel = self.weight.shape[-1]
        total = max((-(-side // self.stride) - 1) * self.stride + kernel - side, 0)
        return total // 2, total - total // 2


class Block(nn.Module):
    """An inverted residual block (Sandler et al. 2018).

    Args:
        weights: Of the whole network.
        index: Which of `BLOCKS`.
        trained: Whether its weights are parameters.
    """

    def __init__(self, weights: Weights, index: int, *, trained: bool = False) -> None:
        super().__init__()
        shape, name = BLOCKS[index], f"blocks.{index}"
        before = BLOCKS[index - 1].channels if index else STEM_CHANNELS
        wide = before * shape.widening
        self.has_skip = shape.stride == 1 and before == shape.channels
        layers = [
            Convolution(
                weights,
                f"{name}.depthwise",
                stride=shape.stride,
                groups=wide,
                trained=trained,
            ),
            Convolution(weights, f"{name}.narrow", active=False, trained=trained),
        ]
        if shape.widening > 1:
            layers.insert(0, Convolution(weights, f"{name}.widen", trained=trained))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Grid) -> Features:
        """Return the block's features."""
        y = self.layers(x)
        return x + y if self.has_skip else y


class Lite0(nn.Module):
    """EfficientNet-Lite0 with fixed weights, which are no part of a model's state.

    Args:
        weights: Folded, as `read_weights` gives them; the shipped ones by default.
    """

    name = NAME
    channels: tuple[int, int, int, int] = (24, 40, 112, 320)

    def __init__(self, weights: Weights | None = None) -> None:
        super().__init__()
        weights = read_weights() if weights is None else weights
        self.stem = Convolution(weights, "stem", stride=2)
        starts = (0, *(end + 1 for end in LEVEL_ENDS))
        self.levels = nn.ModuleList(
            nn.Sequential(*(Block(weights, index) for index in range(start, end + 1)))
            for start, end in zip(starts, LEVEL_ENDS, strict=False)
        )

    def forward(self, picture: Picture) -> Pyramid:
        """Return the features of pictures, (batch, 3, height, width) in 0..255."""
        x = self._start(picture)
        levels = []
        for level in self.levels:
            x = level(x)
            levels.append(x)
        return Pyramid(*levels)

    def early(self, picture: Picture) -> tuple[Fine, Medium]:
        """Return the levels of strides 4 and 8 alone, which cost half of all."""
        fine = self.levels[0](self._start(picture))
        return fine, self.levels[1](fine)

    def _start(self, picture: Picture) -> Features:
        scaled = (picture - 127) / 128
        return self.stem(scaled.contiguous(memory_format=torch.channels_last))


class LastLevel(nn.Module):
    """Blocks 11 to 15 as parameters: the level of stride 32, to be fine-tuned.

    It reads the level of stride 16, so that what lies before can be kept on disk.
    """

    def __init__(self) -> None:
        super().__init__()
        weights = read_weights()
        first = LEVEL_ENDS[2] + 1
        self.blocks = nn.Sequential(
            *(Block(weights, i, trained=True) for i in range(first, len(BLOCKS)))
        )

    def forward(self, coarse: Grid) -> Features:
        """Return features of stride 32 from those of stride 16."""
        return self.blocks(coarse)


@cache
def read_weights(path: Path = WEIGHTS) -> Weights:
    """Return the folded weights in float32, read once.

    All encoders share them. They lie channels last, which CPUs convolve fastest.

    Raises:
        CheckpointError: They are not there, or no such weights.
    """
    try:
        with torch.inference_mode(mode=False):
            stored = safetensors.torch.load_file(path)
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(
            f"the weights of the encoder {NAME} cannot be read from {path}: {error}"
        ) from error
    # Whoever asks first may be in inference mode, and the next may train.
    with torch.inference_mode(mode=False):
        return {
            name: tensor.float().contiguous(
                memory_format=torch.channels_last
                if tensor.ndim == 4
                else torch.contiguous_format
            )
            for name, tensor in stored.items()
        }


def fold_normalisation(original: Weights) -> dict[str, Tensor]:
    """Return the weights of the original with each normalisation in its convolution.

    Args:
        original: As the package efficientnet-lite-pytorch names them; those of the
            classifier are left out.
    """
    folded: dict[str, Tensor] = {}

    def fold(name: str, convolution: str, normalisation: str) -> None:
        scale, shift = _scale_and_shift(original, normalisation)
        weight = original[f"{convolution}.weight"].double()
        folded[f"{name}.weight"] = (weight * scale[:, None, None, None]).float()
        folded[f"{name}.bias"] = shift.float()

    fold("stem", "_conv_stem", "_bn0")
    for index, shape in enumerate(BLOCKS):
        name, theirs = f"blocks.{index}", f"_blocks.{index}"
        if shape.widening > 1:
            fold(f"{name}.widen", f"{theirs}._expand_conv", f"{theirs}._bn0")
        fold(f"{name}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        fold(f"{name}.narrow", f"{theirs}._project_conv", f"{theirs}._bn2")
    return folded


def _scale_and_shift(
    original: Weights, name: str
) -> tuple[Float[Tensor, " channel"], Float[Tensor, " channel"]]:
    """Return what a batch normalisation multiplies by, and adds."""
    gamma, beta, mean, variance = (
        original[f"{name}.{part}"].double()
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = gamma / torch.sqrt(variance + EPSILON)
    return scale, beta - mean * scale
