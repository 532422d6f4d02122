"""The selective scan on CPU: `cpu_kernels` for tensors, threads and autograd.

Threads are Python's own, over kernels that release the GIL, as many as
`torch.get_num_threads()`. numba's `parallel=True` is not used: where neither OpenMP nor
TBB is found, it aborts the process when two Python threads enter it at once, as the
sessions of an app do.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from fusionviz.models.alignmamba.scan import cpu_kernels as kernels
from fusionviz.models.alignmamba.scan.cpu_lanes import WIDTH
from fusionviz.models.alignmamba.scan.cpu_tiles import CHUNK, Arrays
from fusionviz.models.alignmamba.scan.inputs import ScanInputs

# state updates below which handing work to another thread costs more than it saves
_WORTH_A_THREAD = 1_000_000


def scan_cpu(inputs: ScanInputs) -> tuple[Tensor, Tensor]:
    """Return the output and the last state of checked inputs; differentiable once.

    Memory beyond the output is O(batch x channel x state) without gradients; with them,
    one state every CHUNK tokens is kept for the backward pass.
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
    (batch, _, length), states = inputs.u.shape, inputs.A.shape[1]
    blocks = inputs.B.shape[1] * _blocks_per_group(inputs)
    chunks = -(-length // CHUNK) if keep else 0
    y = torch.empty_like(inputs.u, memory_format=torch.contiguous_format)
    last_state = y.new_empty(batch, *inputs.A.shape)
    checkpoints = y.new_empty(batch, chunks, blocks, states, WIDTH)
    outputs = [_numpy(x) for x in (y, last_state, checkpoints)]
    items = batch * blocks
    ranges = _ranges(items, min(_threads(inputs), items))
    _run(kernels.forward, [(part, arrays, *outputs) for part in ranges])
    return y, last_state, checkpoints


def _backward(
    inputs: ScanInputs, checkpoints: Tensor, grad_y: Tensor, grad_state: Tensor
) -> tuple[Tensor | None, ...]:
    """Return the gradient of each tensor of `inputs`, None where there is none."""
    arrays = _arrays(inputs)
    batch, groups = inputs.B.shape[:2]
    blocks = _blocks_per_group(inputs)
    splits = min(-(-_threads(inputs) // (batch * groups)), blocks)
    new = inputs.u.new_empty
    u, delta, z = new(inputs.u.shape), new(inputs.u.shape), new(arrays.z.shape)
    A = new(batch, *inputs.A.shape)
    B, C = new(splits, *arrays.B.shape), new(splits, *arrays.B.shape)
    D, bias = new(batch, len(A[0]), 1), new(batch, len(A[0]), 1)
    grads = kernels.Gradients(*map(_numpy, (u, delta, A, B, C, D, z, bias)))
    given = (arrays, *map(_numpy, (checkpoints, grad_y, grad_state)), grads)
    tasks = [
        ((sample, group, split), (group * blocks + first, group * blocks + last))
        for sample in range(batch)
        for group in range(groups)
        for split, (first, last) in enumerate(_ranges(blocks, splits))
    ]
    _run(kernels.backward, [(*task, *given) for task in tasks])
    return (
        u,
        delta,
        A.sum(dim=0),
        B.sum(dim=0).transpose(-1, -2),
        C.sum(dim=0).transpose(-1, -2),
        None if inputs.D is None else D.sum(dim=(0, 2)),
        None if inputs.z is None else z,
        None if inputs.delta_bias is None else bias.sum(dim=(0, 2)),
    )


def _arrays(inputs: ScanInputs) -> Arrays:
    """Lay the inputs out as the kernels read them."""
    absent = inputs.A.new_empty(0, 1)
    return Arrays(
        u=_numpy(inputs.u),
        delta=_numpy(inputs.delta),
        A=_numpy(inputs.A),
        B=_numpy(inputs.B.transpose(-1, -2)),
        C=_numpy(inputs.C.transpose(-1, -2)),
        D=_numpy(absent if inputs.D is None else inputs.D.unsqueeze(1)),
        z=_numpy(absent.unsqueeze(0) if inputs.z is None else inputs.z),
        delta_bias=_numpy(
            absent if inputs.delta_bias is None else inputs.delta_bias.unsqueeze(1)
        ),
        delta_softplus=inputs.delta_softplus,
    )


def _blocks_per_group(inputs: ScanInputs) -> int:
    return -(-(inputs.u.shape[1] // inputs.B.shape[1]) // WIDTH)


def _ranges(count: int, parts: int) -> list[tuple[int, int]]:
    """Return `parts` ranges, as even as can be, that make up 0..count."""
    bounds = [count * i // parts for i in range(parts + 1)]
    return list(pairwise(bounds))


def _numpy(x: Tensor) -> Any:  # noqa: ANN401 - a numpy array
    return x.detach().contiguous().numpy()


def _threads(inputs: ScanInputs) -> int:
    """Return how many threads this scan is worth."""
    work = inputs.u.numel() * inputs.A.shape[1]
    return 1 if work < _WORTH_A_THREAD else torch.get_num_threads()


def _new_pool() -> None:
    """Set up the threads, which start when first needed; a fork inherits none."""
    global _pool
    _pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="scan")


_pool: ThreadPoolExecutor
_new_pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_pool)


def _run(kernel: Callable, tasks: list[tuple]) -> None:
    """Call the kernel once per task, side by side, the first one on this thread."""
    others = [_pool.submit(kernel, *task) for task in tasks[1:]]
    kernel(*tasks[0])
    for other in others:
        other.result()
