"""The CPU selective scan against mambapy's, mamba-minimal's and transformers'.

Run `python -m benchmarks.scan`. All get the same float32 tensors, each in its own
layout, and return the same y. mambapy's side is its `MambaBlock.selective_scan`,
written out around its `pscan`; mamba-minimal's is its recurrence over time, written
out; transformers' is the function that its Mamba takes where no CUDA kernel is. Extra
memory is the growth of the resident set at its peak, output included, in a process of
its own (Linux).
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.side_by_side import compare, peers_here, report, save
from fusionviz.models.alignmamba import selective_scan

SHAPES = ((1, 4096, 256, 16), (1, 256, 128, 16))
PEERS = {
    "mambapy pscan": "mambapy",
    "mamba-minimal's recurrence": "",
    "transformers without a kernel": "transformers",
}
STEPPING = ("mamba-minimal's recurrence", "transformers without a kernel")
MOST_STEPPED = 1024
"""Steps, with gradients: autograd writes a whole tensor a step, minutes at 4,096."""


def draw(shape: tuple[int, int, int, int]) -> list[Tensor]:
    """Return u, delta, A, B, C, D for (batch, length, channels, state)."""
    batch, length, channels, state = shape
    generator = torch.Generator().manual_seed(0)

    def normal(*size: int) -> Tensor:
        return torch.randn(*size, generator=generator)

    delta = functional.softplus(normal(batch, channels, length) - 3)
    A = -torch.arange(1.0, state + 1).repeat(channels, 1)
    B, C = normal(batch, state, length), normal(batch, state, length)
    return [normal(batch, channels, length), delta, A, B, C, normal(channels)]


def scan_with_mambapy(
    u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor
) -> Tensor:
    """Return y (batch, length, channels) from tensors with time before channels."""
    from mambapy.pscan import pscan

    decay = torch.exp(delta.unsqueeze(-1) * A)
    drive = delta.unsqueeze(-1) * B.unsqueeze(2) * u.unsqueeze(-1)
    return (pscan(decay, drive) @ C.unsqueeze(-1)).squeeze(3) + D * u


def scan_with_ours(
    u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor
) -> Tensor:
    """Return our y (batch, length, channels), of tensors in our own layout."""
    y = selective_scan(u, delta, A, B, C, D)
    if not isinstance(y, Tensor):
        raise TypeError("the last state was not asked for")
    return y.transpose(1, 2)


def scan_step_by_step(
    u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor
) -> Tensor:
    """Return y as mamba-minimal does: all decays and inputs first, then a loop."""
    decay = torch.exp(torch.einsum("bld,dn->bldn", delta, A))
    drive = torch.einsum("bld,bln,bld->bldn", delta, B, u)
    state = u.new_zeros(u.shape[0], *A.shape)
    outputs = []
    for step in range(u.shape[1]):
        state = decay[:, step] * state + drive[:, step]
        outputs.append(torch.einsum("bdn,bn->bd", state, C[:, step]))
    return torch.stack(outputs, dim=1) + D * u


def scan_with_transformers(
    u: Tensor, delta: Tensor, A: Tensor, B: Tensor, C: Tensor, D: Tensor
) -> Tensor:
    """Return y (batch, channels, length), in our layout."""
    from transformers.models.mamba.modeling_mamba import mamba_selective_scan

    # its decorator would look for a kernel to download: what it wraps is the fallback
    scan = getattr(mamba_selective_scan, "__wrapped__", mamba_selective_scan)
    return scan(u, delta, A, B, C, D)


def sides(shape: tuple[int, int, int, int], gradients: bool) -> dict[str, Callable]:
    """Return what to call, by name: `ours`, and every peer of `PEERS`.

    All return y with time before channels.
    """
    tensors = draw(shape)
    # time before channels, contiguous, made outside what is timed
    turned = [x.transpose(1, 2).contiguous() if x.ndim == 3 else x for x in tensors]
    calls: dict[str, tuple[Callable[..., Tensor], list[Tensor]]] = {
        "ours": (scan_with_ours, tensors),
        "mambapy pscan": (scan_with_mambapy, turned),
        "mamba-minimal's recurrence": (scan_step_by_step, turned),
        "transformers without a kernel": (
            lambda *given: scan_with_transformers(*given).transpose(1, 2),
            tensors,
        ),
    }

    def prepare(scan: Callable, inputs: list[Tensor]) -> Callable[[], Tensor]:
        leaves = [x.clone().requires_grad_(gradients) for x in inputs]

        def call() -> Tensor:
            y = scan(*leaves)
            if gradients:
                torch.autograd.grad(y.sum(), leaves)
            return y.detach()

        return call

    return {name: prepare(*call) for name, call in calls.items()}


def measure_memory(side: str, shape: tuple[int, ...], gradients: bool) -> int:
    """Return the extra bytes at the peak of one call, measured in a new process."""
    # every large block comes from the system and goes back to it: none is reused
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"}
    command = [sys.executable, "-m", "benchmarks.scan", "--memory"]
    arguments = [side, json.dumps(shape), str(int(gradients))]
    answer = subprocess.run(
        command + arguments, env=environment, capture_output=True, check=True, text=True
    )
    return int(answer.stdout)


def print_memory(side: str, shape: str, gradients: str) -> None:
    """Print the growth of the resident set while one call runs."""
    wanted = bool(int(gradients))
    sides((1, 200, 32, 16), wanted)[side]()  # imports and compiles
    call = sides(tuple(json.loads(shape)), wanted)[side]
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _memory("VmRSS")
    call()
    print(_memory("VmHWM") - before)


def _memory(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(field))
    return int(line.split()[1]) * 1024


def run(
    shapes: tuple[tuple[int, int, int, int], ...] = SHAPES, *, rounds: int = 15
) -> dict:
    """Return rows for forward, and for forward and backward, at all sizes and peers."""
    here, missing = peers_here(PEERS)
    start = time.perf_counter()
    for gradients in (False, True):
        sides((1, 8, 16, 16), gradients)["ours"]()
    first_seconds = time.perf_counter() - start
    rows = [
        _row(shape, gradients, peer, rounds, first_seconds)
        for shape in shapes
        for gradients in (False, True)
        for peer in here
        if not (gradients and peer in STEPPING and shape[1] > MOST_STEPPED)
    ]
    packages = ("mambapy", "transformers", "numba", "numpy")
    return report("scan", rows, *packages, left_out=missing)


def _row(
    shape: tuple[int, int, int, int],
    gradients: bool,
    peer: str,
    rounds: int,
    first_seconds: float,
) -> dict[str, object]:
    calls = sides(shape, gradients)
    difference = (calls["ours"]() - calls[peer]()).abs()
    return compare(
        f"{shape}, {'forward and backward' if gradients else 'forward'}",
        calls["ours"],
        peer,
        calls[peer],
        rounds=rounds,
        least_seconds=0.02,
        largest_difference=difference.max().item(),
        output_bytes=4 * shape[0] * shape[1] * shape[2],
        ours_extra_bytes=measure_memory("ours", shape, gradients),
        peer_extra_bytes=measure_memory(peer, shape, gradients),
        first_call_seconds=first_seconds,
    )


if __name__ == "__main__":
    if "--memory" in sys.argv:
        print_memory(*sys.argv[2:])
    else:
        save(run())
