"""One row of hidden attention beside what the whole Mamba block makes of its tokens.

Hidden attention is the scan's: the convolution before it, the steps and parameters that
follow from the tokens, and the gate after it are held. The block's Jacobian at one
token has them all; its parts say which of them the scan's weights leave out.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusionviz.analysis.shared.attention.alignmamba import ALL_CHANNELS, hidden_stack
from fusionviz.analysis.shared.attention.stack import AttentionStack
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.errors import InputError

Weights = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockRow:
    """What the output at one token owes to each token: (key,), NaN where to none.

    Attributes:
        stack: Hidden attention that the row is of.
        layer: From 0.
        head: Direction of reading, from 0.
        query: The token of the output.
        scan: |weight| of the stack's row.
        values: Frobenius norm of the block's Jacobian through what the scan adds up,
            its matrix and the gate held: convolution and projections are in it.
        selection: Through the steps and parameters that the matrix is made of.
        gate: Through the gate; 0 but at the token itself.
        whole: Of the whole Jacobian ∂ out / ∂ x of the block, the sum of the three.
    """

    stack: AttentionStack
    layer: int
    head: int
    query: int
    scan: Weights
    values: Weights
    selection: Weights
    gate: Weights
    whole: Weights

    def agreement(self, weights: Weights) -> float:
        """Return Pearson's correlation of weights with the whole block's.

        NaN where it is of fewer than three tokens, or of weights that do not vary.
        """
        read = ~np.isnan(self.whole)
        pair = weights[read], self.whole[read]
        if read.sum() < 3 or min(np.ptp(one) for one in pair) == 0:
            return float("nan")
        return float(np.corrcoef(*pair)[0, 1])


def measure_block_row(
    subject: AlignMambaSubject,
    *,
    layer: int,
    head: int,
    query: int,
    channel: int = ALL_CHANNELS,
    skip: bool = False,
) -> BlockRow:
    """Return a row of a subject's hidden attention beside its block's Jacobian.

    Args:
        subject: Model and sample.
        layer: Mamba layer, from 0.
        head: 0 for the block that reads forward, 1 for the one that reads backward.
        query: Position in the interleaved sequence.
        channel: Of the scan's row, or `ALL_CHANNELS` for their sum; the block's
            Jacobian is of all.
        skip: Whether the scan's row includes the skip weights, which the block has.

    Raises:
        InputError: There is no such layer, direction, row or channel.
    """
    stack = hidden_stack(subject, channel, skip)
    for what, number, count in zip(
        ("layers", "directions", "rows"),
        (layer, head, query),
        stack.weights.shape,
        strict=False,
    ):
        if not 0 <= number < count:
            raise InputError(f"{what} are 0 to {count - 1}, got {number}")
    row = stack.weights[layer, head, query].astype(np.float64)
    state = torch.from_numpy(subject.trace.hidden[layer])
    backward = bool(head)
    jacobian = subject.model.block_jacobian(
        layer,
        state.to(next(subject.model.parameters())),
        state.shape[1] - 1 - query if backward else query,
        backward=backward,
    )

    def sizes(part: Tensor) -> Weights:
        norms = part.norm(dim=(1, 2)).double().cpu().numpy()
        return np.where(np.isnan(row), np.nan, norms[::-1] if backward else norms)

    return BlockRow(
        stack=stack,
        layer=layer,
        head=head,
        query=query,
        scan=np.abs(row),
        values=sizes(jacobian.values),
        selection=sizes(jacobian.selection),
        gate=sizes(jacobian.gate),
        whole=sizes(jacobian.whole),
    )
