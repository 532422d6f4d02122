"""The CPU selective scan against mambapy's parallel scan.

Run `python -m benchmarks.scan`. Both get the same float32 tensors, each in its own
layout, and return the same y: mambapy's side is its `MambaBlock.selective_scan`,
written out around its `pscan`. Extra memory is the growth of the resident set at its
peak, output included, in a process of its own (Linux).
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

from benchmarks.side_by_side import compare, report, save
from fusionviz.models.alignmamba import selective_scan

SHAPES = ((1, 4096, 256, 16), (1, 256, 128, 16))
PEER = "mambapy pscan"


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


def sides(shape: tuple[int, int, int, int], gradients: bool) -> dict[str, Callable]:
    """Return what to call for ours and for the peer."""
    tensors = draw(shape)
    # mambapy's layout, contiguous, made outside what is timed
    turned = [x.transpose(1, 2).contiguous() if x.ndim == 3 else x for x in tensors]
    calls: dict[str, tuple[Callable, list[Tensor]]] = {
        "ours": (selective_scan, tensors),
        "peer": (scan_with_mambapy, turned),
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


def run() -> dict:
    """Return rows for forward, and for forward and backward, at both sizes."""
    start = time.perf_counter()
    for gradients in (False, True):
        sides((1, 8, 16, 16), gradients)["ours"]()
    first_seconds = time.perf_counter() - start
    rows = []
    for shape in SHAPES:
        for gradients in (False, True):
            calls = sides(shape, gradients)
            difference = (calls["ours"]().transpose(1, 2) - calls["peer"]()).abs()
            row = compare(
                f"{shape}, {'forward and backward' if gradients else 'forward'}",
                calls["ours"],
                PEER,
                calls["peer"],
                rounds=15 if shape[1] > 1000 else 51,
                least_seconds=0.02,
                largest_difference=difference.max().item(),
                output_bytes=4 * shape[0] * shape[1] * shape[2],
                ours_extra_bytes=measure_memory("ours", shape, gradients),
                peer_extra_bytes=measure_memory("peer", shape, gradients),
                first_call_seconds=first_seconds,
            )
            rows.append(row)
    return report("scan", rows, "mambapy", "numba", "numpy")


if __name__ == "__main__":
    if "--memory" in sys.argv:
        print_memory(*sys.argv[2:])
    else:
        save(run())
