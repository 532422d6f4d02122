"""Activation normalisation with a start that the data sets (Kingma & Dhariwal 2018)."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.partition import Tokens


class ActNorm(InvertibleLayer):
    """Scale and shift every channel of each modality: y = (x - shift) exp(-log_scale).

    `initialise` sets both from a batch, so that y has mean 0 and variance 1 there, if
    nothing has set them before. log|det| = - tokens * sum of log_scale.

    Args:
        tokens: Tokens of one modality, N.
        width: Channels of a token, d.
    """

    def __init__(self, tokens: int, width: int) -> None:
        super().__init__()
        self.tokens = tokens
        self.shift = nn.Parameter(torch.zeros(2, 1, width))
        self.log_scale = nn.Parameter(torch.zeros(2, 1, width))

    @property
    def is_set(self) -> bool:
        """Whether a batch, training or a checkpoint has set shift and scale."""
        return bool(self.shift.any() or self.log_scale.any())

    @torch.no_grad()
    def initialise(self, x: Tokens) -> None:
        """Set shift and scale so that this batch leaves with mean 0 and variance 1.

        What is set already stays: a flow taken from a checkpoint would be wrecked.
        """
        if self.is_set:
            return
        grouped = x.unflatten(1, (2, self.tokens))
        self.shift.copy_(grouped.mean(dim=(0, 2))[:, None])
        spread = grouped.std(dim=(0, 2)).clamp_min(1e-4)
        self.log_scale.copy_(spread.log()[:, None])

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the normalised tokens and the log-determinant of each sample."""
        grouped = x.unflatten(1, (2, self.tokens))
        y = (grouped - self.shift) * torch.exp(-self.log_scale)
        log_det = -self.log_scale.sum() * self.tokens
        return y.flatten(1, 2), log_det.expand(len(x))

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before normalisation."""
        grouped = y.unflatten(1, (2, self.tokens))
        return (grouped * self.log_scale.exp() + self.shift).flatten(1, 2)
