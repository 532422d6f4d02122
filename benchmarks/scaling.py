"""What length costs: AlignMamba, Transformers, MANGO and transport, cell by cell.

Run `python -m benchmarks.scaling` on a quiet machine, with every core that it has. It
records to results/scaling-cpu.json (or -cuda) after every cell, what matters most
first, and goes on where it was stopped, by Ctrl-C or when `--minutes` are over. Cells
that other work disturbed are measured once more. `--plan` says what there is to do,
`--quick` takes few short lengths and saves nothing. Then `benchmarks.documents.scaling`
writes down what came out.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from benchmarks.side_by_side import RESULTS
from fusionviz.errors import InputError
from fusionviz.scaling.cells import Cell, CellResult, Limits, run_cell
from fusionviz.scaling.pace import Pace, in_words
from fusionviz.scaling.runs import (
    DIVISORS,
    LENGTHS,
    ScalingRun,
    begin_run,
    make_cells,
    read_run,
    run_cells,
)
from fusionviz.scaling.workloads import WORKLOADS
from fusionviz.training.loop.interrupt import StopRequest
from fusionviz.training.loop.provenance import read_commit

MODELS = (
    *("alignmamba", "single-stream-plain", "single-stream-fused"),
    *("multi-stream-plain", "multi-stream-fused"),
)
"""What the claim is about: AlignMamba and what it is compared with."""

PARTS = (
    *("mamba-backbone", "transformer-plain", "transformer-fused"),
    *("encoders", "alignment", "predictor"),
)
SCANS = ("alignmamba-torch", "alignmamba-reference")
TRAINED = MODELS[:3]
"""Also run forward and backward."""

QUICK = (96, 192, 384)

DISTURBED = 1.5
"""Where the 80th percentile is more than so many 20th ones, the cell is tried again."""

QUICKER = 0.85
"""Where a longer sequence took less than this part of its time, it is, too."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Cells that are measured before the next ones.

    Attributes:
        name: What they are.
        cells: Shorter ones first.
    """

    name: str
    cells: tuple[Cell, ...]


def run(run_one: Callable[..., CellResult] = run_cell) -> dict:
    """Return a quick run as a table: `python -m fusionviz benchmark scaling`."""
    return json.loads(record(stages_of(QUICK)[:4], None, run_one=run_one).to_json())


def stages_of(
    lengths: tuple[int, ...] = LENGTHS, *, device: str = "cpu", width: int = 64
) -> list[Stage]:
    """Return the cells of a recorded run, those that matter most first."""
    rest = [one.name for one in WORKLOADS if one.name not in (*MODELS, *PARTS, *SCANS)]
    sizes: dict[str, Any] = {"device": device, "width": width}
    stages = [
        Stage(name=name, cells=tuple(make_cells(names, lengths, **sizes)))
        for name, names in (
            ("models, forward", MODELS),
            ("their parts", PARTS),
            ("MANGO and transport", rest),
            ("other scans", SCANS),
        )
    ]
    trained = make_cells(TRAINED, lengths, passes=("training",), **sizes)
    constant = make_cells(MODELS, DIVISORS, batching="constant", **sizes)
    return [
        *stages,
        Stage(name="forward and backward", cells=tuple(trained)),
        Stage(name="constant tokens", cells=tuple(constant)),
    ]


def record(
    stages: Sequence[Stage],
    path: Path | None,
    limits: Limits | None = None,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    run_one: Callable[..., CellResult] = run_cell,
) -> ScalingRun:
    """Run cells and return the run; with a path it is saved after every cell.

    What the file has already is not run again, but for cells that were disturbed and
    were tried but once.

    Args:
        stages: What to run.
        path: The file.
        limits: Where a cell is given up.
        should_stop: Ends it once it says so, also in the middle of a cell.
        run_one: Runs one cell.
    """
    limits = limits or Limits()
    scaling = _begin(path, limits, stages[0].cells[0].device)
    pace = Pace(limits)

    def timed(
        cell: Cell, limits: Limits, should_stop: Callable[[], bool]
    ) -> CellResult:
        began = time.monotonic()
        result = run_one(cell, limits, should_stop=should_stop)
        pace.learn(cell, time.monotonic() - began)
        return result

    def measure(cells: Iterable[Cell], scaling: ScalingRun) -> ScalingRun:
        before = {one.cell: one for one in scaling.results}
        for result in run_cells(
            cells,
            limits,
            should_stop=should_stop,
            run=timed,
            known=scaling.results,
        ):
            scaling = scaling.with_result(_steadier(result, before.get(result.cell)))
            if path is not None:
                scaling.save(path)
            _tell(_line(result), pace.seconds_of(_missing(stages, scaling)))
        return scaling

    _tell(scaling.machine, pace.seconds_of(_missing(stages, scaling)))
    for stage in stages:
        if should_stop():
            break
        _tell(stage.name)
        scaling = measure(_missing([stage], scaling), scaling)
        again = [one.cell for one in disturbed(stage.cells, scaling)]
        if again and not should_stop():
            _tell(f"{len(again)} of them again, which other work disturbed")
            scaling = measure(again, scaling)
    return scaling


def disturbed(cells: Iterable[Cell], run: ScalingRun) -> list[CellResult]:
    """Return the results that other work disturbed, and that were tried but once.

    Their times spread, or a longer sequence was the quicker one.
    """
    wanted = set(cells)
    done = [one for one in run.results if one.is_done and one.cell in wanted]
    return [
        one
        for one in done
        if one.tries == 1
        and (one.spread > DISTURBED or any(_is_quicker(two, one) for two in done))
    ]


def _is_quicker(longer: CellResult, one: CellResult) -> bool:
    """Return whether a longer sequence took clearly less time than a result says."""
    return (
        longer.cell.length > one.cell.length
        and replace(longer.cell, length=one.cell.length) == one.cell
        and longer.seconds < QUICKER * one.seconds
    )


def _steadier(new: CellResult, before: CellResult | None) -> CellResult:
    """Return the one of two tries that spreads less, which knows how many there were.

    Of two that spread alike the quicker one was disturbed less.
    """
    if before is None:
        return new
    tries = before.tries + 1
    if not new.is_done or not before.is_done:
        return replace(before if before.is_done else new, tries=tries)
    by_spread = sorted(
        (before, new),
        key=lambda one: (one.spread > DISTURBED, one.seconds),
    )
    return replace(by_spread[0], tries=tries)


def _begin(path: Path | None, limits: Limits, device: str) -> ScalingRun:
    """Return the run that a file has, or a new one.

    Raises:
        InputError: The file is of another machine.
    """
    begun = replace(begin_run(limits, device=device), commit=read_commit())
    if path is None or not path.exists():
        return begun
    kept = read_run(path)
    if kept.machine != begun.machine:
        raise InputError(
            f"{path} was recorded on {kept.machine} and this is {begun.machine}: "
            "name another file by --out"
        )
    return replace(begun, results=kept.results)


def _missing(stages: Iterable[Stage], run: ScalingRun) -> list[Cell]:
    known = {one.cell for one in run.results}
    every = dict.fromkeys(cell for stage in stages for cell in stage.cells)
    return [cell for cell in every if cell not in known]


def _line(result: CellResult) -> str:
    cell = result.cell
    batch = f" x {cell.batch}" if cell.batch > 1 else ""
    told = f"{cell.workload} {cell.passes} {cell.length}{batch}: {result.status}"
    if not result.is_done:
        return f"{told}, {result.reason}"
    return (
        f"{told} {result.seconds:.4g} s ({result.seconds_low:.4g} to "
        f"{result.seconds_high:.4g}), {result.peak_bytes / 2**20:.4g} MiB"
    )


def _tell(line: str, seconds_left: float = 0.0) -> None:
    rest = f" · {in_words(seconds_left)} left" if seconds_left else ""
    # what is asked for as JSON has stdout to itself
    print(f"{line}{rest}", file=sys.stderr, flush=True)


def main() -> None:
    """Record a run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few short lengths")
    parser.add_argument("--plan", action="store_true", help="say what there is to do")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--minutes", type=float, help="end after them, cells saved")
    parser.add_argument("--seconds", type=float, default=60.0, help="most of a cell")
    parser.add_argument("--out", type=Path, help="the file")
    asked = parser.parse_args()
    kind = torch.device(asked.device).type
    stages = stages_of(QUICK if asked.quick else LENGTHS, device=asked.device)
    path = asked.out or (None if asked.quick else RESULTS / f"scaling-{kind}.json")
    limits = Limits(seconds=asked.seconds)
    if asked.plan:
        _say_plan(stages, path, limits)
        return
    until = None if asked.minutes is None else time.monotonic() + 60 * asked.minutes
    with StopRequest() as stop:
        scaling = record(
            stages,
            path,
            limits,
            should_stop=lambda: (
                stop.wanted or (until is not None and time.monotonic() > until)
            ),
        )
    left = len(_missing(stages, scaling))
    if left:
        _tell(f"{left} cells are left: the same command goes on")


def _say_plan(stages: Sequence[Stage], path: Path | None, limits: Limits) -> None:
    scaling, pace = _begin(path, limits, stages[0].cells[0].device), Pace(limits)
    _tell(scaling.machine)
    for stage in stages:
        missing = _missing([stage], scaling)
        _tell(
            f"{stage.name}: {len(missing)} of {len(stage.cells)} cells",
            pace.seconds_of(missing),
        )
    everything = _missing(stages, scaling)
    _tell(f"{len(everything)} cells", pace.seconds_of(everything))


if __name__ == "__main__":
    main()
