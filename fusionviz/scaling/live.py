"""A run that somebody watches: cell by cell, with what is left, paused and stopped."""

import threading
import time
from collections.abc import Callable, Sequence

import psutil

from fusionviz.scaling.cells import Cell, CellResult, Limits, run_cell
from fusionviz.scaling.pace import Pace, expected_seconds
from fusionviz.scaling.runs import ScalingRun, begin_run, run_cells
from fusionviz.scaling.workloads import find_workload

Tell = Callable[[float, str], bool]
"""Told the share that is done and what is being done; ends the run by False."""

LONGEST_PAUSE = 600.0
"""Seconds after which a paused run ends with what it has: others may be waiting."""


class LiveRun:
    """Work that runs cells and keeps what is known of them.

    Args:
        cells: Shorter ones first.
        limits: Where a cell is given up.
        run: Runs one cell.

    Attributes:
        run: All results so far.
        pause: While it is set, no new cell is begun.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        limits: Limits,
        run: Callable[..., CellResult] = run_cell,
    ) -> None:
        self.cells, self.run = tuple(cells), begin_run(limits, device=cells[0].device)
        self.pause = threading.Event()
        self._run_cell = run
        self._expected = [expected_seconds(cell, limits) for cell in self.cells]
        self._pace = Pace(limits)
        self._paused_since: float | None = None

    def __call__(self, tell: Tell) -> ScalingRun:
        """Run the cells and return the run, of those that were done where it ends."""
        results = run_cells(
            self.cells,
            self.run.limits,
            should_stop=lambda: self._is_forgotten() or not tell(*self._told()),
            should_wait=self._waits,
            run=self._timed,
        )
        for result in results:
            self.run = self.run.with_result(result)
        return self.run

    @property
    def seconds_left(self) -> float:
        """What the cells that are left take at the pace of those that are done."""
        return self._pace.seconds_of(self.cells[len(self.run.results) :])

    def _timed(
        self, cell: Cell, limits: Limits, should_stop: Callable[[], bool]
    ) -> CellResult:
        began = time.monotonic()
        result = self._run_cell(cell, limits, should_stop=should_stop)
        self._pace.learn(cell, time.monotonic() - began)
        return result

    def _told(self) -> tuple[float, str]:
        """Return the share that is done, and what is being done."""
        done, count = len(self.run.results), len(self.cells)
        share = sum(self._expected[:done]) / sum(self._expected)
        if self.pause.is_set():
            return share, f"pausing after {done} of {count} cells"
        cell = self.cells[min(done, count - 1)]
        title = find_workload(cell.workload).title
        return share, (
            f"{title}, {cell.length:,} tokens · cell {min(done + 1, count)} of {count} "
            f"· about {max(1, round(self.seconds_left))} s left"
        )

    def _waits(self) -> bool:
        if not self.pause.is_set():
            self._paused_since = None
            return False
        if self._paused_since is None:
            self._paused_since = time.monotonic()
        return True

    def _is_forgotten(self) -> bool:
        since = self._paused_since
        return since is not None and time.monotonic() - since > LONGEST_PAUSE


def spare_bytes() -> int:
    """Return half of the memory that nobody uses now."""
    return psutil.virtual_memory().available // 2
