"""What length costs: AlignMamba, Transformers, MANGO and transport, cell by cell.

Run `python -m benchmarks.scaling` on a quiet machine: it records to
results/scaling-cpu.json (or -cuda) and goes on where it was stopped. `--quick` takes
few short lengths, to see that it works.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.side_by_side import RESULTS
from fusionviz.scaling.cells import Cell, Limits, Passes
from fusionviz.scaling.runs import (
    LENGTHS,
    ScalingRun,
    begin_run,
    make_cells,
    read_run,
    run_cells,
)
from fusionviz.scaling.workloads import WORKLOADS
from fusionviz.training.loop.provenance import read_commit

TRAINED = ("alignmamba", "single-stream-plain", "single-stream-fused")
"""Also run forward and backward."""

QUICK = (96, 192, 384)


def run() -> dict:
    """Return a quick run as a table: `python -m fusionviz benchmark scaling`."""
    return json.loads(record(cells_of(QUICK, quick=True), None).to_json())


def cells_of(
    lengths: tuple[int, ...],
    *,
    quick: bool = False,
    device: str = "cpu",
    width: int = 64,
) -> list[Cell]:
    """Return the cells of a recorded run, shorter ones first."""
    names = [one.name for one in WORKLOADS]
    cells = make_cells(names, lengths, device=device, width=width)
    if not quick:
        ways: tuple[Passes, ...] = ("training",)
        cells += make_cells(TRAINED, lengths, passes=ways, device=device, width=width)
    return sorted(cells, key=lambda cell: cell.length)


def record(
    cells: list[Cell], path: Path | None, limits: Limits | None = None
) -> ScalingRun:
    """Run cells and return the run; with a path it is saved after every cell.

    What the file has already is not run again.
    """
    limits = limits or Limits()
    kept = read_run(path).results if path is not None and path.exists() else ()
    known = {one.cell for one in kept}
    begun = begin_run(limits, device=cells[0].device)
    scaling = replace(begun, commit=read_commit(), results=kept)
    for result in run_cells([one for one in cells if one not in known], limits):
        scaling = scaling.with_result(result)
        if path is not None:
            scaling.save(path)
        cell = result.cell
        print(
            f"{cell.workload} {cell.passes} {cell.length}: {result.status} "
            f"{result.seconds:.4g} s, {result.peak_bytes / 2**20:.4g} MiB "
            f"{result.reason}",
            file=sys.stderr,  # what is asked for as JSON has stdout to itself
            flush=True,
        )
    return scaling


def main() -> None:
    """Record a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    kind = torch.device(asked.device).type
    lengths = QUICK if asked.quick else LENGTHS
    path = None if asked.quick else RESULTS / f"scaling-{kind}.json"
    cells = cells_of(lengths, quick=asked.quick, device=asked.device)
    record(cells, path, Limits(seconds=asked.seconds))


if __name__ == "__main__":
    main()
