"""The backbone: Mamba blocks in pre-norm residual layers over one sequence.

    x <- x + block(RMSNorm(x))                                  (Gu and Dao 2023)
    x <- x + block(RMSNorm(x)) + R block'(R RMSNorm(x))         if bidirectional

with R the reversal of what is there of the sequence.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from fusionviz.models.alignmamba.block import MambaBlock
from fusionviz.models.alignmamba.block_jacobian import BlockJacobian, block_jacobian
from fusionviz.models.alignmamba.config import AlignMambaConfig
from fusionviz.models.alignmamba.hidden_attention import (
    hidden_attention,
    summed_hidden_attention,
)

Sequence = Float[Tensor, "batch token channel"]


class MambaLayer(nn.Module):
    """RMSNorm, Mamba block, residual; and a block that reads backwards, if wanted."""

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(config.d_model, eps=1e-5)
        self.block = _block(config)
        self.backward_block = _block(config) if config.bidirectional else None
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Sequence, count: Int[Tensor, " batch"] | None) -> Sequence:
        """Return the sequence with what the blocks add to it.

        Args:
            x: Tokens, those that are there first.
            count: How many are there, None: all.
        """
        normed = self.norm(x)
        update = self.block(normed)
        if self.backward_block is not None:
            backward = self.backward_block(reverse(normed, count))
            update = update + reverse(backward, count)
        return x + self.dropout(update)

    def hidden_attention(
        self, state: Sequence, channel: int | None = None, *, skip: bool = False
    ) -> tuple[Float[Tensor, "token token"], ...]:
        """Return the scan's matrix of each direction, in the order that it reads.

        Args:
            state: Tokens before the layer, (1, token, channel), all there.
            channel: Of the scan; None: the sum over all of them.
            skip: Whether the diagonals include the skip weights.
        """
        with torch.inference_mode():
            normed = self.norm(state)
            found = [_matrix(self.block, normed, channel, skip)]
            if self.backward_block is not None:
                read = normed.flip(1)
                found.append(_matrix(self.backward_block, read, channel, skip))
        return tuple(found)

    def block_jacobian(
        self, state: Sequence, token: int, *, backward: bool = False
    ) -> BlockJacobian:
        """Return the Jacobian of a block's output at one token, in the order it reads.

        Args:
            state: Tokens before the layer, (1, token, channel), all there.
            token: Of the output, in the order in which the block reads.
            backward: Whether it is the block that reads backwards.

        Raises:
            ValueError: There is no such block or token.
        """
        block = self.backward_block if backward else self.block
        if block is None:
            raise ValueError("this layer has no block that reads backwards")
        with torch.inference_mode():
            hidden = self.norm(state)[0]
        return block_jacobian(block, hidden.flip(0) if backward else hidden, token)


class MambaBackbone(nn.Module):
    """Layers over a sequence in which tokens may be absent.

    A token that is absent is skipped, not read as zeros: the others come out as if
    the sequence had been written without it.
    """

    def __init__(self, config: AlignMambaConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(MambaLayer(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(config.d_model, eps=1e-5)

    def forward(
        self, x: Sequence, mask: Bool[Tensor, "batch token"] | None = None
    ) -> tuple[Sequence, tuple[Sequence, ...]]:
        """Return the normed output, and the states before and after every layer.

        Args:
            x: Tokens (batch, token, channel).
            mask: True where a token is there; None: all are.

        Returns:
            Output (batch, token, channel), and `layers + 1` states of that shape;
            all of them 0 where a token is absent.
        """
        if mask is None or bool(mask.all()):
            states = self._scan(x, None)
            return self.norm(states[-1]), states
        order = (~mask).to(torch.uint8).argsort(dim=1, stable=True)
        packed = self._scan(_take(x, order), mask.sum(dim=1))
        back = order.argsort(dim=1)
        states = tuple(_take(state, back) * mask.unsqueeze(-1) for state in packed)
        return self.norm(states[-1]), states

    def _scan(
        self, x: Sequence, count: Int[Tensor, " batch"] | None
    ) -> tuple[Sequence, ...]:
        states = [x]
        for layer in self.layers:
            states.append(layer(states[-1], count))
        return tuple(states)


def reverse(x: Sequence, count: Int[Tensor, " batch"] | None = None) -> Sequence:
    """Return sequences with their first `count` tokens reversed, the rest in place.

    It is its own inverse.
    """
    if count is None:
        return x.flip(1)
    place = torch.arange(x.shape[1], device=x.device)
    last = count.unsqueeze(1) - 1
    return _take(x, torch.where(place <= last, last - place, place))


def _take(x: Sequence, index: Int[Tensor, "batch token"]) -> Sequence:
    return x.gather(1, index.unsqueeze(-1).expand_as(x))


def _matrix(
    block: MambaBlock, hidden: Sequence, channel: int | None, skip: bool
) -> Float[Tensor, "token token"]:
    trace = block.trace(hidden)
    D = trace.D if skip else None
    if channel is None:
        return summed_hidden_attention(trace.delta, trace.A, trace.B, trace.C, D)[0]
    one = slice(channel, channel + 1)
    weights = hidden_attention(
        trace.delta[:, one],
        trace.A[one],
        trace.B,
        trace.C,
        None if D is None else D[one],
    )
    return weights[0, 0]


def _block(config: AlignMambaConfig) -> MambaBlock:
    return MambaBlock(
        config.d_model,
        d_state=config.d_state,
        d_conv=config.d_conv,
        expand=config.expand,
    )
