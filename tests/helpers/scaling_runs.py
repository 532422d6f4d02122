"""Runs over length whose times and sizes are known powers of it."""

from pathlib import Path

from fusionviz.scaling.cells import Cell, CellResult, Limits
from fusionviz.scaling.runs import CONSTANT_TOKENS, ScalingRun, batch_of
from fusionviz.scaling.workloads import WORKLOADS

LENGTHS = (128, 512, 2048, 4096, 6400, 16_384)

SQUARES = ("plain", "fused", "exact", "sinkhorn", "alignment")
"""Workloads whose name has one of these take time as the square of the length."""

TRAINED = ("alignmamba", "single-stream-plain")

FILLED = ("alignmamba", "single-stream-plain", "single-stream-fused")
"""Also run with a constant number of tokens."""


def known_run(machine: str = "one, 2 threads", *, times: float = 1.0) -> ScalingRun:
    """Return a run of all workloads.

    Args:
        machine: Its name.
        times: What all seconds are multiplied by.
    """
    results = []
    for workload in WORKLOADS:
        for passes in ("forward", "training"):
            if passes == "training" and workload.name not in TRAINED:
                continue
            results += [
                known_result(workload.name, length, passes=passes, times=times)
                for length in LENGTHS
            ]
    results += [
        known_result(name, length, batch=batch_of("constant", length), times=times)
        for name in FILLED
        for length in LENGTHS
        if 1 < CONSTANT_TOKENS / length == CONSTANT_TOKENS // length
    ]
    return ScalingRun(
        machine=machine,
        versions={"torch": "2.0"},
        date="2026-01-02T03:04:05+00:00",
        commit="0123456789abcdef",
        results=tuple(results),
    )


def known_result(
    name: str,
    length: int,
    *,
    passes: str = "forward",
    times: float = 1.0,
    batch: int = 1,
) -> CellResult:
    """Return a cell of 1e-4 L seconds, or 1e-7 L² for squares, and 1000 L bytes."""
    is_square = any(word in name for word in SQUARES)
    seconds = times * batch * (1e-7 * length**2 if is_square else 1e-4 * length)
    return CellResult(
        cell=Cell(workload=name, length=length, passes=passes, batch=batch),
        status="done",
        seconds=seconds,
        seconds_low=0.9 * seconds,
        seconds_high=1.1 * seconds,
        runs=5,
        peak_bytes=1000 * length * batch,
        operations=10 * length * batch,
        threads=2,
    )


def marked_run() -> ScalingRun:
    """Return a run of which no cell was measured to the end."""
    results = [
        CellResult(
            cell=Cell(workload=name, length=length),
            status="memory",
            reason="It took more than 0.25 GiB.",
        )
        for name in ("alignmamba", "single-stream-plain")
        for length in LENGTHS
    ]
    return ScalingRun(
        machine="small",
        versions={},
        date="2026-01-02",
        limits=Limits(bytes=2**28),
        results=tuple(results),
    )


def write_runs(folder: Path, **runs: ScalingRun) -> Path:
    """Write runs as files that the app finds in a folder, and return the folder."""
    for name, run in runs.items():
        run.save(folder / f"scaling-{name}.json")
    return folder
