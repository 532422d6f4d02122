"""What a Mamba block's output at one token owes to each token that it read.

Hidden attention M is the scan's matrix with steps and parameters held. The block is
more: u_s is a short convolution of tokens s - 3 to s, step sizes and parameters follow
from the tokens themselves, and a gate multiplies what comes out,

    out_t = W (y_t ∘ g_t),    y_t = sum_s M_ts u_s + D u_t

so by the product rule its Jacobian has three parts, one for each way in which token s
can tell on the output at t:

    values     through u, with M and g held: what attention means by weights
    selection  through the steps and parameters that M is made of
    gate       through g_t, so only of the token itself
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from fusionviz.models.alignmamba.block import MambaBlock, Path

COPIES = 16
"""Output channels that are differentiated at once."""

Rows = Float[Tensor, "token out channel"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockJacobian:
    """Derivatives of a block's output at one token, (token, out, channel).

    Attributes:
        values: Through what the scan adds up.
        selection: Through step sizes and parameters of the scan.
        gate: Through the gate.
    """

    values: Rows
    selection: Rows
    gate: Rows

    @property
    def whole(self) -> Rows:
        """∂ out_t / ∂ x_s of the block, the sum of the three."""
        return self.values + self.selection + self.gate


def block_jacobian(
    block: MambaBlock, hidden: Float[Tensor, "token channel"], token: int
) -> BlockJacobian:
    """Return the Jacobian of a block's output at one token, by autograd.

    Args:
        block: Its weights are not changed.
        hidden: What the block reads, (token, channel).
        token: Of the output; later tokens cannot tell on it and get 0.

    Raises:
        ValueError: There is no such token.
    """
    if not 0 <= token < len(hidden):
        raise ValueError(f"token must be 0 to {len(hidden) - 1}, got {token}")
    return BlockJacobian(
        values=_along(block, hidden, token, "values"),
        selection=_along(block, hidden, token, "selection"),
        gate=_along(block, hidden, token, "gate"),
    )


def _along(block: MambaBlock, hidden: Tensor, token: int, path: Path) -> Rows:
    found = []
    # Tensors of inference mode, and tokens that cannot tell on the output, stay out.
    with torch.inference_mode(False), torch.enable_grad():
        read = hidden[: token + 1].detach().clone()
        for channels in torch.arange(block.d_model, device=read.device).split(COPIES):
            copies = read.expand(len(channels), -1, -1).clone().requires_grad_()
            out = block.forward_along(copies, path)[:, token]
            said = out.gather(1, channels[:, None]).sum()
            found.append(torch.autograd.grad(said, copies)[0])
        rows = torch.cat(found).transpose(0, 1)
        return functional.pad(rows, (0, 0, 0, 0, 0, len(hidden) - len(rows)))
