"""Cells: one workload at one length, run in a child process with limits."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import psutil

from fusionviz.errors import InputError
from fusionviz.places import python_path

Passes = Literal["forward", "training"]
Status = Literal["done", "memory", "time", "failed", "stopped"]

PASSES: tuple[Passes, ...] = ("forward", "training")
POLL_SECONDS = 0.02
"""How often a child's memory, its time and the wish to stop are looked at."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One workload at one length.

    Attributes:
        workload: Name of a `fusionviz.scaling.workloads.Workload`.
        length: Tokens of all modalities together.
        batch: Sequences at once.
        width: Channels of a token.
        layers: Layers of the model; of alignments alone it counts nothing.
        passes: `forward`, or `training`: forward and backward.
        device: `cpu`, `cuda`, ...
        threads: Of the CPU; 0: as many as torch takes by itself.
    """

    workload: str
    length: int
    batch: int = 1
    width: int = 64
    layers: int = 4
    passes: Passes = "forward"
    device: str = "cpu"
    threads: int = 0

    def __post_init__(self) -> None:
        """Check that sizes are positive."""
        for name in ("length", "batch", "width", "layers"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be positive, got {getattr(self, name)}")
        if self.passes not in PASSES:
            raise InputError(f"passes are {PASSES}, got {self.passes!r}")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where a cell is given up.

    Attributes:
        seconds: From the child's start of the work (imports do not count) to its end.
        bytes: Of resident memory, whole process.
        runs: Timed runs, at least this many.
    """

    seconds: float = 60.0
    bytes: int = 16 * 2**30
    runs: int = 5


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """What a cell took, or why it took no end.

    Attributes:
        cell: Which.
        status: `done`; `memory` or `time`: beyond the limit; `failed`; `stopped`.
        reason: One sentence where it is not done.
        seconds: Median of the timed runs, NaN where there is none; so the next two.
        seconds_low: Their 20th percentile.
        seconds_high: Their 80th percentile.
        runs: How many were timed.
        peak_bytes: Growth of memory in one run: of the resident set on a CPU, of the
            allocator's tensors on a GPU. -1 where there is none.
        reserved_bytes: What a GPU's allocator took from the device; -1 on a CPU.
        operations: Floating-point operations of one run, by formula; -1 if unknown.
        threads: Of the CPU that were used.
        tries: How often the cell was measured; the steadiest one is kept.
    """

    cell: Cell
    status: Status
    reason: str = ""
    seconds: float = float("nan")
    seconds_low: float = float("nan")
    seconds_high: float = float("nan")
    runs: int = 0
    peak_bytes: int = -1
    reserved_bytes: int = -1
    operations: int = -1
    threads: int = 0
    tries: int = 1

    @property
    def is_done(self) -> bool:
        """Whether it was measured to the end."""
        return self.status == "done"

    @property
    def spread(self) -> float:
        """The 80th percentile in 20th ones: beside other work it is large."""
        return self.seconds_high / self.seconds_low

    def to_json(self) -> dict[str, Any]:
        """Return the result as a table; a number that there is none of is null."""
        table = asdict(self)
        return {k: None if v != v else v for k, v in table.items()}

    @classmethod
    def from_json(cls, table: dict[str, Any]) -> "CellResult":
        """Return the result that a table holds.

        Raises:
            InputError: It is no result.
        """
        known = {one.name for one in fields(cls)}
        try:
            values = {k: v for k, v in table.items() if k in known and v is not None}
            return cls(**values | {"cell": Cell(**table["cell"])})
        except (KeyError, TypeError) as error:
            raise InputError(f"this is no result of a cell: {error}") from error


def run_cell(
    cell: Cell,
    limits: Limits | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> CellResult:
    """Return what one cell takes, measured in a fresh child process.

    The child is ended, with all that it started, when it goes beyond a limit or
    `should_stop` says so; both are looked at every 20 ms.

    Args:
        cell: What to run.
        limits: Where to give up.
        should_stop: Asked while the child works.
    """
    limits = limits or Limits()
    order = json.dumps(
        {
            "cell": asdict(cell),
            "limits": asdict(limits),
            # elsewhere a launcher of Python's may stand between the two
            "parent": os.getpid() if os.name == "posix" else 0,
        }
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "fusionviz.scaling.child", order],
        env=os.environ | {"PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=os.name == "posix",
    )
    lines: list[str] = []
    errors: list[str] = []
    readers = [
        threading.Thread(target=_collect, args=pair, daemon=True)
        for pair in ((child.stdout, lines), (child.stderr, errors))
    ]
    for reader in readers:
        reader.start()
    try:
        ended = _watch(child, lines, limits, should_stop)
    finally:
        end_process(child)
        for reader in readers:
            reader.join(timeout=2)
    if ended is not None:
        status, reason = ended
        return CellResult(cell=cell, status=status, reason=reason)
    return _read_answer(cell, lines, errors, child.returncode)


def end_process(child: subprocess.Popen[str]) -> None:
    """End a child and all that it started, and wait until they are gone."""
    if child.poll() is not None:
        return
    try:
        family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(True)]
    except psutil.NoSuchProcess:
        family = []
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    child.wait(timeout=10)


def _watch(
    child: subprocess.Popen[str],
    lines: list[str],
    limits: Limits,
    should_stop: Callable[[], bool] | None,
) -> tuple[Status, str] | None:
    """Return why a child has to end before it is done, None if it need not."""
    process = psutil.Process(child.pid)
    began: float | None = None
    while child.poll() is None:
        if should_stop is not None and should_stop():
            return "stopped", "The run was stopped."
        if began is None and any(line.startswith("ready") for line in lines):
            began = time.monotonic()
        if began is not None and time.monotonic() - began > limits.seconds:
            return "time", f"It was not done after {limits.seconds:.3g} s."
        try:
            used = process.memory_info().rss
        except psutil.NoSuchProcess:
            break
        if used > limits.bytes:
            return "memory", f"It took more than {limits.bytes / 2**30:.3g} GiB."
        time.sleep(POLL_SECONDS)
    child.wait()
    return None


def _read_answer(
    cell: Cell, lines: list[str], errors: list[str], code: int
) -> CellResult:
    answers = [line for line in lines if line.startswith("{")]
    if code == 0 and answers:
        return CellResult.from_json(json.loads(answers[-1]) | {"cell": asdict(cell)})
    if code < 0 or code == 137:  # ended by the system, which had no memory left
        return CellResult(
            cell=cell, status="memory", reason="The system ended it: no memory left."
        )
    said = next((line for line in reversed(errors) if line.strip()), "no message")
    return CellResult(cell=cell, status="failed", reason=said.strip()[-300:])


def _collect(stream: Any, lines: list[str]) -> None:  # noqa: ANN401 - a text stream
    for line in stream:
        lines.append(line)  # one by one: others read the list meanwhile
