"""Invertible cross-attention, the layer that MANGO is made of.

A partition gives X1 and X2, N tokens each. Per head, on its own channels of X2:

    Q = LayerNorm(X1 W_Q),  K = LayerNorm(X1 W_K),  V = X2
    S = softmax over j >= i of Q Kᵀ / sqrt(d / heads) + B    upper triangular
    Y1 = X1,  Y2 = A X2

(Truong et al. 2025, section 3.1; V = X2 as in the authors' code; B, the learned scores
of relative positions, is ours: see `fusionviz.models.mango.layers.positions`). S
depends on X1 = Y1 alone, so the Jacobian is triangular with A on its diagonal blocks,
and

    log|det| = sum over heads and tokens of (d / heads) log A[i, i]
    X2 = A⁻¹ Y2, one triangular solve.

Three forms of A, of which the first is the default because it trains best:

    gated     A = I + g S, one signed g = tanh(...) a head, -1 < g < 1
    residual  A = I + S    the authors' code
    softmax   A = S        the paper's formula
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from fusionviz.models.mango.config import AttentionForm
from fusionviz.models.mango.layers.invertible import HeadIntervention, InvertibleLayer
from fusionviz.models.mango.layers.partition import Half, Partition, Tokens
from fusionviz.models.mango.layers.positions import RelativePosition

GATE_SPEED = 5.0
"""How much faster than other weights a gate moves: g = tanh(GATE_SPEED * weight)."""

Weights = Float[Tensor, "batch head token token"]


class InvertibleCrossAttention(InvertibleLayer):
    """Update one half of the tokens by attention computed on the other, invertibly.

    >>> from fusionviz.models.mango import ModalityPartition
    >>> layer = InvertibleCrossAttention(ModalityPartition(4), width=6, heads=2)
    >>> x = torch.randn(3, 8, 6)
    >>> y, log_det = layer(x)
    >>> y.shape, log_det.shape
    (torch.Size([3, 8, 6]), torch.Size([3]))
    >>> torch.allclose(layer.inverse(y), x, atol=1e-5)
    True

    Args:
        partition: Which tokens are X1 and X2.
        width: Channels of a token, d.
        heads: Attention heads; each applies its own A to its own d / heads channels.
        form: `gated`, `residual` or `softmax`.
        positions: Add learned scores of relative positions, B.
        gate_start: Value of the gates before training (gated form).
        columns: Tokens in a row of the grid; of a square one if not given.

    Raises:
        ValueError: `width` does not divide by `heads`, or an unknown form.
    """

    def __init__(
        self,
        partition: Partition,
        width: int,
        heads: int,
        form: AttentionForm = "gated",
        *,
        positions: bool = True,
        gate_start: float = -0.05,
        columns: int | None = None,
    ) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width must divide by heads, got {width} and {heads}")
        if form not in ("gated", "residual", "softmax"):
            raise ValueError(f"form is gated, residual or softmax, got {form!r}")
        self.partition, self.heads, self.form = partition, heads, form
        self.to_query = nn.Linear(width, width, bias=False)
        self.to_key = nn.Linear(width, width, bias=False)
        self.norm_query = nn.LayerNorm(width)
        self.norm_key = nn.LayerNorm(width)
        self.position = (
            RelativePosition(partition.places, heads, columns) if positions else None
        )
        if form == "gated":
            start = math.atanh(gate_start) / GATE_SPEED
            self.gate_weight = nn.Parameter(torch.full((heads,), start))

    @property
    def gate(self) -> Float[Tensor, " head"] | None:
        """The signed gates g, or None for the forms without."""
        if self.form != "gated":
            return None
        return torch.tanh(GATE_SPEED * self.gate_weight)

    def forward(
        self, x: Tokens, intervention: HeadIntervention | None = None
    ) -> tuple[Tokens, Float[Tensor, " batch"]]:
        """Return the tokens after attention and the log-determinant of each sample.

        Args:
            x: Joint tokens.
            intervention: Changes to the heads for this call.
        """
        first, second = self.partition.split(x)
        matrix = self.matrix(self.attend(first, intervention), intervention)
        changed = _merge_heads(matrix @ self._split_heads(second))
        log_diagonal = matrix.diagonal(dim1=-2, dim2=-1).log()
        log_det = log_diagonal.sum(dim=(1, 2)) * (x.shape[-1] // self.heads)
        return self.partition.merge(first, changed), log_det

    def inverse(
        self, y: Tokens, intervention: HeadIntervention | None = None
    ) -> Tokens:
        """Return the tokens before attention, by one triangular solve a head."""
        first, changed = self.partition.split(y)
        matrix = self.matrix(self.attend(first, intervention), intervention)
        second = torch.linalg.solve_triangular(
            matrix, self._split_heads(changed), upper=True
        )
        return self.partition.merge(first, _merge_heads(second))

    def read(self, x: Tokens) -> tuple[Half, Half]:
        """Return X2 and what attention, the mean of its heads, reads for each token."""
        first, second = self.partition.split(x)
        return second, self.attend(first).mean(dim=1) @ second

    @torch.no_grad()
    def initialise(self, x: Tokens) -> None:
        """Set every gate to where it lowers the cost of these tokens most.

        Per head, the g that minimises the entropy of a normal distribution with the
        variances of X2 + g S X2, less the log-determinant. Gates that are not trained
        stay where they are, and so do forms without.
        """
        if self.form != "gated" or not self.gate_weight.requires_grad:
            return
        first, second = self.partition.split(x)
        attention = self.attend(first)
        values = self._split_heads(second)
        read = attention @ values
        diagonal = attention.diagonal(dim1=-2, dim2=-1)
        candidates = torch.linspace(-0.9, 0.9, 73, dtype=x.dtype, device=x.device)
        costs = []
        for gate in candidates:
            variance = (values + gate * read).var(dim=0, correction=0)
            entropy = variance.clamp_min(1e-6).log().mean(dim=(1, 2)) / 2
            costs.append(entropy - (1 + gate * diagonal).log().mean(dim=(0, 2)))
        best = candidates[torch.stack(costs).argmin(dim=0)]
        self.gate_weight.copy_(torch.atanh(best) / GATE_SPEED)

    def attend(
        self, first: Half, intervention: HeadIntervention | None = None
    ) -> Weights:
        """Return S: upper triangular, rows sum to 1.

        Args:
            first: X1, the tokens that queries and keys come from.
            intervention: Its `uniform` heads attend evenly to all later tokens.
        """
        query = self._split_heads(self.norm_query(self.to_query(first)))
        key = self._split_heads(self.norm_key(self.to_key(first)))
        query = query / math.sqrt(query.shape[-1])
        tokens = query.shape[-2]
        if self.position is not None:
            start = self.position().to(query.dtype)
        else:
            start = query.new_full((tokens, tokens), -torch.inf).tril(-1)
            start = start.expand(self.heads, tokens, tokens)
        if intervention is not None and intervention.uniform is not None:
            even = intervention.uniform.to(query.device)[:, None, None]
            query = query.masked_fill(even, 0.0)
            start = start.masked_fill(even & start.isfinite(), 0.0)
        # One pass makes the masked scores: these matrices are what a call costs.
        scores = torch.baddbmm(
            start.expand(len(query), -1, -1, -1).flatten(0, 1),
            query.flatten(0, 1),
            key.flatten(0, 1).mT,
        )
        return scores.softmax(dim=-1).unflatten(0, (-1, self.heads))

    def matrix(
        self, attention: Weights, intervention: HeadIntervention | None = None
    ) -> Weights:
        """Return A, the upper-triangular matrix that each head applies to X2."""
        if self.form == "softmax":
            return attention
        gate = self.effective_gate(intervention)
        identity = torch.eye(
            attention.shape[-1], dtype=attention.dtype, device=attention.device
        )
        if gate is None:
            return identity + attention
        return torch.addcmul(identity, attention, gate[:, None, None])

    def effective_gate(
        self, intervention: HeadIntervention | None
    ) -> Float[Tensor, " head"] | None:
        """Return the gates of this call: the learned ones or those put in place."""
        gate = self.gate
        if gate is None or intervention is None or intervention.gate is None:
            return gate
        wanted = intervention.gate.to(gate)
        return torch.where(wanted.isnan(), gate, wanted)

    def _split_heads(self, x: Half) -> Float[Tensor, "batch head token part"]:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def _merge_heads(x: Float[Tensor, "batch head token part"]) -> Half:
    return x.transpose(1, 2).flatten(-2)
