"""Predictors: from the backbone's tokens to a prediction."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from fusionviz.models.alignmamba.config import AlignMambaConfig
from fusionviz.models.convolutions import DenseScores, ResidualConv, double
from fusionviz.models.modalities import sides

LEAST_WIDTH = 16
"""The dense predictor halves its channels with every doubling, down to this."""


class PooledPredictor(nn.Module):
    """Mean over all tokens that are there, then a small network.

    For regression and classification of the whole input.
    """

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__()
        self.layers = _small_network(config.d_model, config)

    def forward(
        self,
        sequences: Sequence[Float[Tensor, "batch token channel"]],
        mask: Bool[Tensor, "batch token"],
    ) -> Float[Tensor, "batch output"]:
        """Return one prediction a sample.

        Args:
            sequences: One a modality, of one length.
            mask: True where a moment is there; at least once a sample.
        """
        moments = torch.stack(tuple(sequences)).mean(dim=0)
        weights = mask / mask.sum(dim=1, keepdim=True)
        return self.layers((moments * weights.unsqueeze(-1)).sum(dim=1))


class DensePredictor(nn.Module):
    """Label scores of every pixel from the tokens of every place.

    The tokens that all modalities have at one place of the anchor's grid are
    concatenated; convolutions on the grid, then a sub-pixel convolution (Shi et al.
    2016) for each doubling of the resolution. It sees nothing but those tokens: no
    connection leads around the backbone.
    """

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__()
        self.grid = config.shape
        width, inputs = config.head_width, len(config.modalities) * config.d_model
        self.layers: nn.Module
        if config.encoder:
            size = sides(config.image_size)
            self.layers = DenseScores(inputs, width, config.outputs, size)
            return
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, width, 1),
            ResidualConv(width),
        )
        for _ in config.stem_widths[:-1]:
            narrow = max(width // 2, LEAST_WIDTH)
            self.layers.extend(double(width, narrow))
            width = narrow
        self.layers.extend(double(width, config.outputs))

    def forward(
        self,
        sequences: Sequence[Float[Tensor, "batch token channel"]],
        mask: Bool[Tensor, "batch token"],
    ) -> Float[Tensor, "batch output height width"]:
        """Return one score a class and pixel.

        Args:
            sequences: One a modality, each of the tokens of the anchor's grid, row by
                row, 0 where the mask is false.
            mask: True where a token is there.
        """
        del mask  # absent tokens are 0 already
        places = torch.cat(tuple(sequences), dim=-1).mT
        return self.layers(places.unflatten(2, self.grid))


class StepPredictor(nn.Module):
    """A small network on the tokens that all modalities have at one step.

    For regression and classification of each step of the anchor. The tokens are
    concatenated, so that it knows which modality says what.
    """

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__()
        inputs = len(config.modalities) * config.d_model
        self.layers = _small_network(inputs, config)

    def forward(
        self,
        sequences: Sequence[Float[Tensor, "batch token channel"]],
        mask: Bool[Tensor, "batch token"],
    ) -> Float[Tensor, "batch output token"]:
        """Return one prediction a step.

        Args:
            sequences: One a modality, of one length.
            mask: True where a step is there; the others get 0.
        """
        out = self.layers(torch.cat(tuple(sequences), dim=-1))
        return (out * mask.unsqueeze(-1)).mT


def make_predictor(
    config: AlignMambaConfig,
) -> PooledPredictor | StepPredictor | DensePredictor:
    """Return the predictor that a config asks for."""
    if config.head == "dense":
        return DensePredictor(config)
    return StepPredictor(config) if config.per_step else PooledPredictor(config)


def _small_network(inputs: int, config: AlignMambaConfig) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, config.d_model),
        nn.GELU(),
        nn.Dropout(config.dropout),
        nn.Linear(config.d_model, config.outputs),
    )
