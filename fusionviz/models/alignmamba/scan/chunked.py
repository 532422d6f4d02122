"""The selective scan in plain torch on any device, in memory linear in the length.

For a GPU without mamba-ssm's extension. The sequence is cut into chunks; within one,
all tokens advance together in log2(CHUNK) rounds (Hillis and Steele 1986), and only the
state goes from one chunk to the next. A backward pass recomputes each chunk. It is
tested on CPU; `pytest -m gpu` repeats that, and measures its memory, on a GPU.
"""

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from fusionviz.models.alignmamba.scan.inputs import ScanInputs

CHUNK = 64


def scan_torch(inputs: ScanInputs) -> tuple[Tensor, Tensor]:
    """Return the output and the last state of checked inputs."""
    inputs = inputs.prepared()
    delta = inputs.step_sizes()
    state = inputs.u.new_zeros(*inputs.u.shape[:2], inputs.A.shape[1])
    outputs = []
    over_time = (inputs.u, delta, inputs.B, inputs.C)
    for u, step, B, C in zip(*(x.split(CHUNK, dim=-1) for x in over_time), strict=True):
        if torch.is_grad_enabled():
            y, state = checkpoint(
                _chunk,
                *(state, u, step, inputs.A, B, C),
                use_reentrant=False,
                preserve_rng_state=False,
            )
        else:
            y, state = _chunk(state, u, step, inputs.A, B, C)
        outputs.append(y)
    return inputs.finish(torch.cat(outputs, dim=-1)), state


def _chunk(
    state: Tensor, u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor
) -> tuple[Tensor, Tensor]:
    """Return the output of one chunk and the state after it.

    A step h -> decay h + drive after another, h -> decay' h + drive', is the step
    h -> (decay' decay) h + (decay' drive + drive'). Each round composes every step
    with the one `reach` tokens before it, so that after the last round each stands for
    all steps from the start of the chunk. Nothing is divided, so nothing overflows.
    """
    B, C = (
        x.transpose(-1, -2).repeat_interleave(u.shape[1] // x.shape[1], dim=1)
        for x in (B, C)
    )
    decay = torch.exp(delta[..., None] * A[:, None])  # (batch, channel, token, state)
    drive = (delta * u)[..., None] * B
    reach = 1
    while reach < u.shape[-1]:
        later, earlier = decay[:, :, reach:], slice(None, -reach)
        drive = torch.cat(
            [
                drive[:, :, :reach],
                torch.addcmul(drive[:, :, reach:], later, drive[:, :, earlier]),
            ],
            dim=2,
        )
        decay = torch.cat([decay[:, :, :reach], later * decay[:, :, earlier]], dim=2)
        reach *= 2
    states = torch.addcmul(drive, decay, state[:, :, None])
    return (states * C).sum(dim=-1), states[:, :, -1]
