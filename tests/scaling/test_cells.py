"""Cells in real child processes; each takes seconds, so there are few."""

import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import psutil
import pytest

from fusionviz.errors import InputError
from fusionviz.scaling import cells
from fusionviz.scaling.cells import Cell, CellResult, Limits, run_cell
from fusionviz.scaling.runs import ScalingRun, make_cells, run_cells

SMALL = Cell(workload="relaxed", length=2048, width=8, threads=1)
"""Its matrices are large beside the error of the kernel's counter of pages."""
COUNTER_ERROR = 2**18
"""Bytes by which that counter may be behind: each core counts some pages for itself."""


def children() -> list[psutil.Process]:
    return psutil.Process(os.getpid()).children(recursive=True)


@pytest.fixture(scope="module")
def small() -> CellResult:
    return run_cell(SMALL)


def test_a_cell_is_measured(small):
    assert small.status == "done", small.reason
    assert 0 < small.seconds_low <= small.seconds <= small.seconds_high < 10
    assert small.runs >= 5
    assert small.threads == 1
    assert small.operations == 2 * 1024 * 1024 * 8
    # cost and plan are two matrices of 1024 x 1024 floats
    assert 2 * 1024 * 1024 * 4 - COUNTER_ERROR < small.peak_bytes < 2**26


def test_memory_beyond_the_limit_is_a_mark_and_leaves_no_child():
    before = len(children())
    result = run_cell(SMALL, Limits(bytes=50 * 2**20))
    assert result.status == "memory"
    assert "0.0488 GiB" in result.reason
    assert len(children()) == before


def test_time_beyond_the_limit_is_a_mark_and_leaves_no_child():
    before = len(children())
    slow = Cell(workload="exact", length=6000, width=8, threads=1)
    began = time.monotonic()
    result = run_cell(slow, Limits(seconds=0.2))
    assert result.status == "time"
    assert time.monotonic() - began < 60
    assert len(children()) == before


def seconds_to_kill_a_child() -> float:
    """What the system itself takes here and now, beside whatever else runs."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    began = time.monotonic()
    child.kill()
    child.wait()
    return time.monotonic() - began


def test_stop_ends_a_cell_within_two_seconds(monkeypatch):
    """Its patience is told by its sleeps: a busy machine's clock is not its fault."""
    before, asked, slept = len(children()), [], []

    def sleep(seconds):
        slept.append((bool(asked), seconds))
        time.sleep(seconds)

    def should_stop() -> bool:
        if len(children()) > before and not asked:
            asked.append((time.monotonic(), time.process_time()))
        return bool(asked)

    monkeypatch.setattr(cells, "time", SimpleNamespace(**vars(time) | {"sleep": sleep}))
    slow = Cell(workload="exact", length=6000, width=8, threads=1)
    result = run_cell(slow, should_stop=should_stop)
    wall, work = time.monotonic() - asked[0][0], time.process_time() - asked[0][1]
    assert result.status == "stopped"
    assert len(children()) == before
    assert not [seconds for after, seconds in slept if after]
    assert all(seconds <= 0.1 for _, seconds in slept)
    assert work < 1
    assert wall < 2 + 20 * max(seconds_to_kill_a_child() for _ in range(3))


def test_a_cell_ends_with_the_program_that_started_it():
    script = (
        "from fusionviz.scaling.cells import Cell, run_cell\n"
        "run_cell(Cell(workload='exact', length=12000, width=8, threads=1))"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 120
    found: list[psutil.Process] = []
    while not found and time.monotonic() < deadline:
        found = psutil.Process(parent.pid).children()
        time.sleep(0.1)
    parent.kill()  # while the child still imports what it needs
    parent.wait()
    gone, alive = psutil.wait_procs(found, timeout=120)
    for one in alive:
        one.kill()
    assert gone
    assert not alive


def test_what_fails_says_why():
    result = run_cell(Cell(workload="nothing", length=8))
    assert result.status == "failed"
    assert "nothing" in result.reason


def test_a_run_comes_back_from_its_json(small):
    run = ScalingRun(
        machine="one", versions={"torch": "2"}, date="2026-01-01", results=(small,)
    )
    again = ScalingRun.from_json(run.to_json())
    assert again == run
    marked = CellResult(cell=SMALL, status="memory", reason="too much")
    table = ScalingRun(machine="", versions={}, date="", results=(marked,)).to_json()
    assert '"seconds": null' in table
    assert ScalingRun.from_json(table).results[0].status == "memory"
    with pytest.raises(InputError, match="format"):
        ScalingRun.from_json(run.to_json().replace('"format": 1', '"format": 9'))
    with pytest.raises(InputError, match="no scaling run"):
        ScalingRun.from_json("{}")


def test_longer_cells_are_not_tried_after_one_that_did_not_fit():
    tried = []

    def run(cell, limits, should_stop):
        tried.append((cell.workload, cell.length))
        status = "memory" if cell.workload == "a" and cell.length > 2 else "done"
        return CellResult(cell=cell, status=status)

    wanted = make_cells(["a", "b"], [1, 4, 2, 8])
    results = list(run_cells(wanted, run=run))
    assert [one.cell for one in results] == wanted
    assert ("a", 8) not in tried
    assert ("b", 8) in tried
    last = [one for one in results if one.cell.workload == "a"][-1]
    assert last.status == "memory"
    assert "4 tokens" in last.reason


def test_of_large_batches_shorter_sequences_say_nothing_of_longer_ones_in_smaller():
    def run(cell, limits, should_stop):
        return CellResult(cell=cell, status="memory" if cell.length == 2 else "done")

    wanted = [Cell(workload="a", length=n, batch=b) for n, b in ((2, 4), (4, 2))]
    wanted += [Cell(workload="a", length=4, batch=4)]
    statuses = [one.status for one in run_cells(wanted, run=run)]
    assert statuses == ["memory", "done", "memory"]
    (again,) = run_cells(
        wanted[2:], run=run, known=[CellResult(cell=wanted[0], status="time")]
    )
    assert again.status == "time"


def test_a_run_can_be_stopped_and_paused():
    stop, pause, begun = threading.Event(), threading.Event(), []

    def run(cell, limits, should_stop):
        begun.append(cell.length)
        if cell.length == 2:
            stop.set()
            return CellResult(cell=cell, status="stopped")
        return CellResult(cell=cell, status="done")

    wanted = make_cells(["a"], [1, 2, 3])
    assert len(list(run_cells(wanted, should_stop=stop.is_set, run=run))) == 1
    assert begun == [1, 2]
    stop.clear()
    pause.set()
    got: list[CellResult] = []
    worker = threading.Thread(
        target=lambda: got.extend(
            run_cells(
                make_cells(["b"], [5]),
                should_stop=stop.is_set,
                should_wait=pause.is_set,
                run=run,
            )
        )
    )
    worker.start()
    time.sleep(0.2)
    assert not got
    pause.clear()
    worker.join(timeout=5)
    assert len(got) == 1


def test_a_constant_number_of_tokens_makes_up_with_the_batch():
    wanted = make_cells(["a"], [128, 6400], batching="constant")
    assert [cell.batch for cell in wanted] == [128, 2]


def test_sizes_that_are_none_are_refused():
    with pytest.raises(InputError, match="length"):
        Cell(workload="relaxed", length=0)
