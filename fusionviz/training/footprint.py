"""What a flow costs to run, and how exactly it comes back: for model cards."""

import copy
import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from fusionviz.models.mango import JointModel
from fusionviz.training.metrics.intervals import Measurement, maximum

REPEATS = 30
"""Timed passes in each direction, after three that are not counted."""

SAMPLES = 100
"""Samples that the inverse is tried on."""

BATCH = 10


def measure_footprint(
    model: nn.Module,
    samples: Sequence[Any],
    *,
    repeats: int = REPEATS,
    count: int = SAMPLES,
) -> dict[str, Measurement]:
    """Return what a MANGO's flow takes, nothing for a model of another kind.

    - `forward_ms`, `inverse_ms`: median time of the flow in one direction, batch 1,
      in the weights' precision, with the threads that torch has now.
    - `peak_memory_mib`: most that the tensors of a forward and an inverse pass take at
      once, batch 1, on top of weights and input (see `peak_bytes`).
    - `inverse_error`: largest |x - G⁻¹(G(x))| over samples, tokens and channels, in
      token units, in the weights' precision; `inverse_error_float64` the same with
      the whole model, codec too, in double precision.

    Args:
        model: In evaluation mode, on the device to measure on.
        samples: Some that the model reads.
        repeats: Timed passes in each direction.
        count: How many of the samples the inverse is tried on, at most.
    """
    if not isinstance(model, JointModel):
        return {}
    some = [samples[index] for index in range(min(count, len(samples)))]
    double = copy.deepcopy(model).double()
    with torch.inference_mode():
        x = model.encode(some[:1])
        z, _ = model.flow(x)
        times = {
            "forward_ms": _milliseconds(lambda: model.flow(x), repeats, x.device),
            "inverse_ms": _milliseconds(
                lambda: model.flow.inverse(z), repeats, x.device
            ),
        }
        peak = peak_bytes(lambda: model.flow.inverse(model.flow(x)[0]), x.device)
        errors = {
            "inverse_error": inverse_errors(model, some),
            "inverse_error_float64": inverse_errors(double, some),
        }
    return {
        **{
            name: Measurement(values=np.array(values), statistic=_median)
            for name, values in times.items()
        },
        "peak_memory_mib": Measurement(values=np.array([peak / 2**20])),
        **{name: maximum(values.cpu().numpy()) for name, values in errors.items()},
    }


def inverse_errors(model: JointModel[Any], samples: Sequence[Any]) -> Tensor:
    """Return the largest |x - G⁻¹(G(x))| of each sample, token units, (sample,)."""
    worst = []
    for start in range(0, len(samples), BATCH):
        x = model.encode(samples[start : start + BATCH])
        z, _ = model.flow(x)
        worst.append((model.flow.inverse(z) - x).abs().amax(dim=(1, 2)))
    return torch.cat(worst)


def peak_bytes(call: Callable[[], object], device: torch.device) -> int:
    """Return the most bytes that tensors made during a call take at once.

    What was there before does not count. On CUDA it is what torch's allocator says; on
    other devices the sum of all allocations and releases that torch's profiler saw.
    """
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        call()
        return torch.cuda.max_memory_allocated(device) - before
    # The profiler tells of every start and end on a level of its own, 5, above errors.
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        call()
    changes = [
        (event.start_ns(), event.nbytes())
        for event in seen.profiler.kineto_results.events()
        if event.name() == "[memory]"
    ]
    live = most = 0
    for _, nbytes in sorted(changes, key=lambda change: change[0]):
        live += nbytes
        most = max(most, live)
    return most


def _milliseconds(
    call: Callable[[], object], repeats: int, device: torch.device
) -> list[float]:
    for _ in range(3):
        call()
    spent = []
    for _ in range(repeats):
        _wait(device)
        start = time.perf_counter()
        call()
        _wait(device)
        spent.append(1000 * (time.perf_counter() - start))
    return spent


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _median(values: np.ndarray) -> float:
    return statistics.median(values.tolist())
