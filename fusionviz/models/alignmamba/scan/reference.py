"""The selective scan as the paper writes it: one step after another.

Slow, and what every other backend is compared with. Autograd goes through it.
"""

import torch
from torch import Tensor

from fusionviz.models.alignmamba.scan.inputs import ScanInputs


def scan_reference(inputs: ScanInputs) -> tuple[Tensor, Tensor]:
    """Return the output and the last state of checked inputs."""
    inputs = inputs.prepared()
    u, delta, A = inputs.u, inputs.step_sizes(), inputs.A
    B, C = inputs.parameters_per_channel()
    state = u.new_zeros(*u.shape[:2], A.shape[1])
    outputs = []
    for t in range(u.shape[-1]):
        decay = torch.exp(delta[:, :, t, None] * A)
        drive = (delta[:, :, t] * u[:, :, t])[..., None] * B[..., t]
        state = decay * state + drive
        outputs.append((state * C[..., t]).sum(dim=-1))
    return inputs.finish(torch.stack(outputs, dim=-1)), state
