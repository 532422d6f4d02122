"""The selective scan by mamba-ssm's CUDA kernel, where that is built.

Without a GPU the tests check the call against a stand-in for mamba-ssm only;
`pytest -m gpu` compares the kernel's numbers with the reference.
"""

import torch
from torch import Tensor

from fusionviz.models.alignmamba.scan.inputs import ScanInputs

MOST_STATES = 256  # of mamba-ssm's kernel


def scan_cuda(inputs: ScanInputs) -> tuple[Tensor, Tensor]:
    """Return the output and the last state of checked inputs.

    The kernel reads u, delta, B, C and z in one dtype, half or float32, and A, D and
    the bias in float32; it accumulates in float32.

    Raises:
        ValueError: If the tensors are float64 or there are more than 256 states.
    """
    if inputs.u.dtype == torch.float64:
        raise ValueError("backend 'cuda' has no float64, use 'torch'")
    if inputs.A.shape[1] > MOST_STATES:
        raise ValueError(
            f"backend 'cuda' takes up to {MOST_STATES} states, got {inputs.A.shape[1]}"
        )
    from mamba_ssm.ops.selective_scan_interface import selective_scan_fn

    dtype = inputs.u.dtype
    return selective_scan_fn(
        inputs.u,
        inputs.delta.to(dtype),
        inputs.A.float(),
        inputs.B.to(dtype),
        inputs.C.to(dtype),
        D=None if inputs.D is None else inputs.D.float(),
        z=None if inputs.z is None else inputs.z.to(dtype),
        delta_bias=None if inputs.delta_bias is None else inputs.delta_bias.float(),
        delta_softplus=inputs.delta_softplus,
        return_last_state=True,
    )
