"""The selective scan as the paper writes it: one step after another.

Slow, and what every other backend is compared with. Autograd goes through it.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from fusionviz.models.alignmamba.scan.inputs import ScanInputs


def scan_reference(inputs: ScanInputs) -> tuple[Tensor, Tensor]:
    """Return the output and the last state of checked inputs."""
    inputs = inputs.prepared()
    B, C = inputs.parameters_per_channel()
    outputs = []
    for t, state in enumerate(states(inputs.u, inputs.step_sizes(), inputs.A, B)):
        outputs.append((state * C[..., t]).sum(dim=-1))
    return inputs.finish(torch.stack(outputs, dim=-1)), state


def states(u: Tensor, delta: Tensor, A: Tensor, B: Tensor) -> Iterator[Tensor]:
    """Yield the state after each token, h_t = exp(delta_t A) h_{t-1} + delta_t B_t u_t.

    Args:
        u: Input, (batch, channel, token).
        delta: Step sizes as the recurrence uses them, > 0, (batch, channel, token).
        A: State matrix, (channel, state).
        B: Input parameters, (batch, channel or 1, state, token).

    Yields:
        (batch, channel, state).
    """
    state = u.new_zeros(*u.shape[:2], A.shape[1])
    for t in range(u.shape[-1]):
        decay = torch.exp(delta[:, :, t, None] * A)
        drive = (delta[:, :, t] * u[:, :, t])[..., None] * B[..., t]
        state = decay * state + drive
        yield state
