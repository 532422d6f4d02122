"""The process of one cell: `python -m fusionviz.scaling.child ORDER`.

It says "ready" when imports and compiling are over, and at the end prints one line of
JSON. Its parent watches time and memory; without its parent it ends.
"""

import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from fusionviz.scaling.cells import Cell, CellResult, Limits
from fusionviz.scaling.memory import cuda_peak_bytes, peak_bytes, return_freed_blocks
from fusionviz.scaling.workloads import WARM_UP_LENGTH, find_workload

LEAST_SECONDS = 0.3
"""Short runs are repeated until this much time has been measured."""

MOST_RUNS = 200

LOOK_SECONDS = 0.2
"""How often it looks whether its parent is still there."""


def measure(cell: Cell, limits: Limits, tell: Callable[[str], None]) -> CellResult:
    """Return what a cell takes in this process.

    Args:
        cell: What to run.
        limits: Its `runs`; time and memory are the parent's to watch.
        tell: Told "ready" before the work at full length begins.
    """
    if cell.threads:
        torch.set_num_threads(cell.threads)
    device = torch.device(cell.device)
    workload = find_workload(cell.workload)
    workload.prepare(cell, WARM_UP_LENGTH)()  # imports, compiles, picks kernels
    call = workload.prepare(cell, cell.length)
    tell("ready")
    call()  # a warm-up at full length
    seconds = time_runs(call, device, limits.runs)
    if device.type == "cuda":
        peak, reserved = cuda_peak_bytes(call, device)
    else:
        return_freed_blocks()
        peak, reserved = peak_bytes(call), -1
    low, middle, high = percentiles(seconds)
    return CellResult(
        cell=cell,
        status="done",
        seconds=middle,
        seconds_low=low,
        seconds_high=high,
        runs=len(seconds),
        peak_bytes=peak,
        reserved_bytes=reserved,
        operations=workload.operations(cell),
        threads=torch.get_num_threads(),
    )


def time_runs(
    call: Callable[[], object], device: torch.device, least: int
) -> list[float]:
    """Return the seconds of runs: at least so many, and `LEAST_SECONDS` in all."""
    seconds: list[float] = []
    while len(seconds) < least or (
        sum(seconds) < LEAST_SECONDS and len(seconds) < MOST_RUNS
    ):
        began = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
        seconds.append(time.perf_counter() - began)
    return seconds


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """Return the 20th, the 50th and the 80th percentile."""
    if len(seconds) == 1:
        return seconds[0], seconds[0], seconds[0]
    cuts = statistics.quantiles(seconds, n=10, method="inclusive")
    return cuts[1], cuts[4], cuts[7]


def main(order: str) -> None:
    """Measure the cell of an order and print the result."""
    table: dict[str, Any] = json.loads(order)
    # who started it may have ended while this process imported what it needs
    parent = table.get("parent") or os.getppid()
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    cell, limits = Cell(**table["cell"]), Limits(**table["limits"])
    try:
        result = measure(cell, limits, _say)
    except torch.OutOfMemoryError as error:
        result = CellResult(cell=cell, status="memory", reason=str(error)[:300])
    except RuntimeError as error:
        if "not enough memory" not in str(error):
            raise
        result = CellResult(cell=cell, status="memory", reason=str(error)[:300])
    _say(json.dumps(result.to_json()))


def end_with(parent: int) -> None:
    """End this process when its parent has: nobody would read the answer."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
