"""Attention coupling: one half scaled and shifted by what attention reads in the other.

The rival that invertible cross-attention is compared with. Attention stands inside the
network of an affine coupling (Ho et al. 2019, section 3.3), between halves of tokens
that a partition makes, so that both layers fuse the same tokens:

    y1 = x1,  y2 = x2 exp(s) + t,  (s, t) = f(x1)

It may read all of X1, with no triangle, and scales and shifts every channel; but what
it adds to a token does not depend on the other tokens of X2.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from fusionviz.models.mango.layers.coupling import soft_log_scale
from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.partition import Half, Partition, Tokens


class AttentionCoupling(InvertibleLayer):
    """Scale and shift one half of the tokens by attention over the other.

    f is one layer of a transformer over X1, whose tokens have a learned code of their
    place: h = x1 + attention, (s, t) = MLP(h). s stays inside -2..2 as that of
    `AffineCoupling`, and the last layer starts at zero: the coupling starts as the
    identity. log|det| = sum of s.

    Args:
        partition: Which tokens are X1 and X2.
        width: Channels of a token, d.
        heads: Attention heads.
        hidden: Channels inside the MLP.

    Raises:
        ValueError: `width` does not divide by `heads`.
    """

    def __init__(
        self, partition: Partition, width: int, heads: int, hidden: int
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width must divide by heads, got {width} and {heads}")
        self.partition, self.heads = partition, heads
        self.place = nn.Parameter(0.1 * torch.randn(partition.tokens, width))
        self.norm = nn.LayerNorm(width)
        self.to_query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.mix = nn.Linear(width, width, bias=False)
        last = nn.Linear(hidden, 2 * width)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.network = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, hidden), nn.GELU(), last
        )

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the coupled tokens and the log-determinant of each sample."""
        first, second = self.partition.split(x)
        log_scale, shift = self._scale_and_shift(first)
        changed = second * log_scale.exp() + shift
        return self.partition.merge(first, changed), log_scale.sum(dim=(1, 2))

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before coupling."""
        first, changed = self.partition.split(y)
        log_scale, shift = self._scale_and_shift(first)
        return self.partition.merge(first, (changed - shift) * (-log_scale).exp())

    def _scale_and_shift(self, first: Half) -> tuple[Half, Half]:
        x = first + self.place
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in self.to_query_key_value(self.norm(x)).chunk(3, dim=-1)
        )
        read = scaled_dot_product_attention(query, key, value)
        x = x + self.mix(read.transpose(1, 2).flatten(-2))
        raw, shift = self.network(x).chunk(2, dim=-1)
        return soft_log_scale(raw), shift
