"""Attention between tokens that may be absent, in two ways that give the same numbers.

    softmax(Q Kᵀ / sqrt(d_head)) V                              (Vaswani et al. 2017)

`plain` writes the matrix of weights to memory, as the papers that are compared with
do; `fused` leaves it to PyTorch's scaled_dot_product_attention, which does not.
"""

import math
from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

Attention = Literal["plain", "fused"]

ATTENTIONS: tuple[Attention, ...] = ("plain", "fused")

Sequence = Float[Tensor, "batch token channel"]
Mask = Bool[Tensor, "batch token"]


class MultiHeadAttention(nn.Module):
    """Queries of one sequence read another one, or the same.

    Args:
        width: Channels of a token; divides by `heads`.
        heads: Attention heads.
        attention: `plain` or `fused`.
    """

    def __init__(self, width: int, heads: int, attention: Attention) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width must divide by heads, got {width} and {heads}")
        self.heads, self.attention = heads, attention
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def forward(
        self,
        x: Float[Tensor, "batch query channel"],
        read: Float[Tensor, "batch key channel"],
        there: Bool[Tensor, "batch key"] | None = None,
    ) -> Float[Tensor, "batch query channel"]:
        """Return what each token of `x` reads.

        Args:
            x: Who asks.
            read: Who is asked.
            there: Which of `read` are there; None: all. Where none is, 0 is read.
        """
        query = self._split(self.query(x))
        key, value = (self._split(part) for part in self.key_value(read).chunk(2, -1))
        bias = None
        if there is not None:
            # a sample of which nothing is there reads all, and the rest is 0 below
            allowed = there | ~there.any(dim=1, keepdim=True)
            bias = torch.zeros_like(allowed, dtype=x.dtype)
            bias = bias.masked_fill(~allowed, -torch.inf)[:, None, None, :]
        if self.attention == "fused":
            mixed = functional.scaled_dot_product_attention(
                query, key, value, attn_mask=bias
            )
        else:
            scores = query @ key.mT / math.sqrt(query.shape[-1])
            weights = (scores if bias is None else scores + bias).softmax(dim=-1)
            mixed = weights @ value
        mixed = self.out(mixed.transpose(1, 2).flatten(2))
        if there is None:
            return mixed
        return mixed * there.any(dim=1)[:, None, None]

    def _split(self, x: Sequence) -> Float[Tensor, "batch head token part"]:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class TransformerLayer(nn.Module):
    """Attention and a network of two layers, each in a pre-norm residual branch.

    Args:
        width: Channels of a token.
        heads: Attention heads.
        hidden: Channels inside the network.
        dropout: Share of what a branch adds that is dropped in training.
        attention: `plain` or `fused`.
    """

    def __init__(
        self, width: int, heads: int, hidden: int, dropout: float, attention: Attention
    ) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attend = MultiHeadAttention(width, heads, attention)
        self.network = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, hidden),
            nn.GELU(),
            nn.Linear(hidden, width),
        )
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Sequence,
        read: Float[Tensor, "batch key channel"] | None = None,
        there: Bool[Tensor, "batch key"] | None = None,
    ) -> Sequence:
        """Return the tokens with what they read and make of it.

        Args:
            x: Tokens.
            read: Tokens of another modality; None: their own sequence.
            there: Which of those that are read are there.
        """
        normed = self.norm(x)
        source = normed if read is None else self.norm(read)
        x = x + self.dropout(self.attend(normed, source, there))
        return x + self.dropout(self.network(x))
