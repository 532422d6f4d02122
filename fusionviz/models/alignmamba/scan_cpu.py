"""The selective scan on CPU: `scan_cpu_kernels` for tensors, threads and autograd.

Threads are Python's own, over kernels that release the GIL, as many as
`torch.get_num_threads()`. numba's `parallel=True` is not used: its default threading
layer aborts the process when two Python threads enter it at once, as sessions of an app
do.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional

from fusionviz.models.alignmamba import scan_cpu_kernels as kernels
from fusionviz.models.alignmamba.scan_inputs import ScanInputs

# state updates below which handing work to another thread costs more than it saves
_WORTH_A_THREAD = 1_000_000


def scan_cpu(inputs: ScanInputs) -> tuple[Tensor, Tensor]:
    """Return the output and the last state of checked inputs; differentiable once.

    Memory beyond the output is O(batch channel state) without gradients, and one state
    every CHUNK tokens with them.
    """
    inputs = inputs.prepared()
    wants_gradient = any(x.requires_grad for x in inputs if isinstance(x, Tensor))
    if torch.is_grad_enabled() and wants_gradient:
        return _Scan.apply(*inputs)
    y, last_state, _ = _forward(inputs, keep=False)
    return y, last_state


class _Scan(torch.autograd.Function):
    """The fused scan with its own backward pass."""

    @staticmethod
    def forward(ctx: Any, *fields: Any) -> tuple[Tensor, Tensor]:  # noqa: ANN401
        inputs = ScanInputs(*fields)
        y, last_state, checkpoints = _forward(inputs, keep=True)
        ctx.save_for_backward(*inputs[:-1], checkpoints)
        ctx.delta_softplus = inputs.delta_softplus
        return y, last_state

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_y: Tensor, grad_state: Tensor) -> tuple:  # noqa: ANN401
        inputs = ScanInputs._make((*ctx.saved_tensors[:-1], ctx.delta_softplus))
        checkpoints = ctx.saved_tensors[-1]
        return *_backward(inputs, checkpoints, grad_y, grad_state), None


def _forward(inputs: ScanInputs, *, keep: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Return output, last state and, if they are to be kept, the checkpoints."""
    arrays = _arrays(inputs)
    batch, channels, length = inputs.u.shape
    blocks, states, lanes = arrays.A.shape
    chunks = -(-length // kernels.CHUNK) if keep else 0
    y = torch.empty_like(inputs.u, memory_format=torch.contiguous_format)
    last_state = y.new_empty(batch, blocks, states, lanes)
    checkpoints = y.new_empty(batch, chunks, blocks, states, lanes)
    outputs = [_numpy(x) for x in (y, last_state, checkpoints)]
    items = batch * blocks
    parts = min(_threads(inputs), items)
    bounds = [items * i // parts for i in range(parts + 1)]
    _run(
        kernels.forward,
        [((bounds[i], bounds[i + 1]), arrays, *outputs) for i in range(parts)],
    )
    return y, _from_blocks(last_state, inputs), checkpoints


def _backward(
    inputs: ScanInputs, checkpoints: Tensor, grad_y: Tensor, grad_state: Tensor
) -> tuple[Tensor | None, ...]:
    """Return the gradient of each tensor of `inputs`, None where there is none."""
    arrays = _arrays(inputs)
    batch, groups = inputs.B.shape[:2]
    per_group = arrays.A.shape[0] // groups
    splits = min(-(-_threads(inputs) // (batch * groups)), per_group)
    new = inputs.u.new_empty
    grad_u, grad_delta = new(inputs.u.shape), new(inputs.u.shape)
    grad_z = new(arrays.z.shape)
    grad_A = inputs.u.new_zeros(batch, *arrays.A.shape)
    grad_B, grad_C = (new(splits, *arrays.B.shape) for _ in range(2))
    grad_D, grad_bias = (inputs.u.new_zeros(batch, *arrays.D.shape) for _ in range(2))
    filled = (grad_u, grad_delta, grad_A, grad_B, grad_C, grad_D, grad_z, grad_bias)
    rest = (
        arrays,
        _numpy(checkpoints),
        _numpy(grad_y.to(inputs.u.dtype)),
        _numpy(torch.stack([_to_blocks(sample, groups) for sample in grad_state])),
        kernels.Gradients(*map(_numpy, filled)),
    )
    bounds = [per_group * i // splits for i in range(splits + 1)]
    _run(
        kernels.backward,
        [
            ((b, g, i), (g * per_group + bounds[i], g * per_group + bounds[i + 1]))
            + rest
            for b in range(batch)
            for g in range(groups)
            for i in range(splits)
        ],
    )
    return (
        grad_u,
        grad_delta,
        _from_blocks(grad_A.sum(0), inputs),
        grad_B.sum(0).transpose(-1, -2),
        grad_C.sum(0).transpose(-1, -2),
        None if inputs.D is None else _vector(grad_D, inputs),
        None if inputs.z is None else grad_z,
        None if inputs.delta_bias is None else _vector(grad_bias, inputs),
    )


def _arrays(inputs: ScanInputs) -> kernels.Arrays:
    """Lay the inputs out as the kernels read them."""
    groups = inputs.B.shape[1]
    zero = inputs.A.new_zeros(inputs.A.shape[0])
    D = zero if inputs.D is None else inputs.D
    bias = zero if inputs.delta_bias is None else inputs.delta_bias
    z = inputs.u.new_empty(0, 0, 0) if inputs.z is None else inputs.z
    return kernels.Arrays(
        u=_numpy(inputs.u),
        delta=_numpy(inputs.delta),
        A=_numpy(_to_blocks(inputs.A, groups)),
        B=_numpy(inputs.B.transpose(-1, -2)),
        C=_numpy(inputs.C.transpose(-1, -2)),
        D=_numpy(_to_blocks(D[:, None], groups)[:, 0]),
        z=_numpy(z),
        delta_bias=_numpy(_to_blocks(bias[:, None], groups)[:, 0]),
        delta_softplus=inputs.delta_softplus,
    )


def _to_blocks(x: Tensor, groups: int) -> Tensor:
    """Return (channel, state) as (block, state, lane), padded with zeros."""
    x = x.unflatten(0, (groups, -1))
    padding = -x.shape[1] % kernels.WIDTH
    x = functional.pad(x, (0, 0, 0, padding)).unflatten(1, (-1, kernels.WIDTH))
    return x.flatten(0, 1).transpose(1, 2)


def _from_blocks(x: Tensor, inputs: ScanInputs) -> Tensor:
    """Return (..., block, state, lane) as (..., channel, state), without padding."""
    groups = inputs.B.shape[1]
    channels = inputs.A.shape[0]
    x = x.transpose(-1, -2).unflatten(-3, (groups, -1)).flatten(-3, -2)
    return x[..., : channels // groups, :].flatten(-3, -2)


def _vector(x: Tensor, inputs: ScanInputs) -> Tensor:
    """Return (batch, block, lane), summed over the batch, as (channel,)."""
    return _from_blocks(x.sum(0).unsqueeze(-2), inputs)[:, 0]


def _numpy(x: Tensor) -> Any:  # noqa: ANN401 - a numpy array
    return x.detach().contiguous().numpy()


def _threads(inputs: ScanInputs) -> int:
    """Return how many threads this scan is worth."""
    work = inputs.u.numel() * inputs.A.shape[1]
    return 1 if work < _WORTH_A_THREAD else torch.get_num_threads()


_pool: ThreadPoolExecutor | None = None


def _forget_pool() -> None:
    """Let a forked process, which inherits no threads, start its own."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)


def _run(kernel: Callable, tasks: list[tuple]) -> None:
    """Call the kernel once per task, side by side, the first one on this thread."""
    global _pool
    if len(tasks) > 1 and _pool is None:
        _pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="scan")
    others = [_pool.submit(kernel, *task) for task in tasks[1:]] if _pool else []
    kernel(*tasks[0])
    for other in others:
        other.result()
