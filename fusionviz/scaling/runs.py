"""Many cells as one record: the machine, the versions, and what each cell took."""

import datetime
import hashlib
import itertools
import json
import platform
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch

from fusionviz import __version__
from fusionviz.errors import NO_TABLE, InputError, cut, one_line
from fusionviz.scaling.cells import Cell, CellResult, Limits, Passes, run_cell
from fusionviz.whole_files import read_once, replace_file

FORMAT = 1
LENGTHS = (128, 256, 512, 1024, 1536, 2048, 3072, 4096, 5120, 6400)
"""Tokens of a recorded run; the last is the length that the paper reports."""

GIVEN_UP = ("memory", "time")
"""What results say that went beyond a limit."""

CONSTANT_TOKENS = 16_384
"""Of a run with constant tokens: batch = 16k / length."""

DIVISORS = (128, 256, 512, 1024, 2048, 4096, 8192)
"""Tokens of a sequence in such a run, which divide it."""

Batching = Literal["one", "constant"]
"""One sequence at a time, or as many as make up `CONSTANT_TOKENS`."""

BATCHINGS: tuple[Batching, ...] = ("one", "constant")


@dataclass(frozen=True, kw_only=True)
class ScalingRun:
    """What cells took on one machine.

    Attributes:
        machine: Processor or GPU, and threads.
        versions: Of python, torch and fusionviz.
        date: ISO, of when it was begun.
        commit: Of the code, empty where unknown.
        limits: Where cells were given up.
        results: One a cell.
    """

    machine: str
    versions: dict[str, str]
    date: str
    commit: str = ""
    limits: Limits = field(default_factory=Limits)
    results: tuple[CellResult, ...] = ()

    def curve(
        self,
        workload: str,
        *,
        passes: Passes = "forward",
        batching: Batching = "one",
    ) -> list[CellResult]:
        """Return the results of one workload by rising length.

        Args:
            workload: Its name.
            passes: Which.
            batching: How many sequences at once.
        """
        chosen = [
            one
            for one in self.results
            if one.cell.workload == workload
            and one.cell.passes == passes
            and one.cell.batch == batch_of(batching, one.cell.length)
        ]
        return sorted(chosen, key=lambda one: one.cell.length)

    def with_result(self, result: CellResult) -> "ScalingRun":
        """Return the run with one more result, in place of one of the same cell."""
        others = (one for one in self.results if one.cell != result.cell)
        return replace(self, results=(*others, result))

    def save(self, path: Path) -> None:
        """Write the run to a file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, self.to_json())

    def to_json(self) -> str:
        """Return the run as JSON text."""
        table = {
            "format": FORMAT,
            "name": "scaling",
            "machine": self.machine,
            "versions": self.versions,
            "date": self.date,
            "commit": self.commit,
            "limits": vars(self.limits),
            "rows": [one.to_json() for one in self.results],
        }
        return json.dumps(table, indent=1) + "\n"

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the run as JSON, which names it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def workloads(self) -> tuple[str, ...]:
        """Names of what was run, in the order in which they were first."""
        return tuple(dict.fromkeys(one.cell.workload for one in self.results))

    @classmethod
    def from_json(cls, text: str) -> "ScalingRun":
        """Return the run that a JSON text holds.

        Raises:
            InputError: It is no run, or of another format.
        """
        try:
            table = json.loads(text)
            if table["format"] != FORMAT:
                raise InputError(
                    f"this run has format {cut(table['format'])}; {FORMAT} is read here"
                )
            return cls(
                machine=table["machine"],
                versions=table["versions"],
                date=table["date"],
                commit=table.get("commit", ""),
                limits=Limits(**table["limits"]),
                results=tuple(CellResult.from_json(row) for row in table["rows"]),
            )
        except NO_TABLE as error:
            raise InputError(f"this is no scaling run: {one_line(error)}") from error


def batch_of(batching: Batching, length: int) -> int:
    """Return how many sequences of a length are run at once."""
    return 1 if batching == "one" else max(1, CONSTANT_TOKENS // length)


def begin_run(limits: Limits | None = None, *, device: str = "cpu") -> ScalingRun:
    """Return a run without results, of this machine, these versions and now."""
    return ScalingRun(
        machine=describe_machine(device),
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "fusionviz": __version__,
        },
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        limits=limits or Limits(),
    )


@read_once(most=16)
def read_run(path: Path) -> ScalingRun:
    """Return the run in a file.

    Raises:
        InputError: There is none.
    """
    try:
        return ScalingRun.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {one_line(error)}") from error


def make_cells(
    workloads: Iterable[str],
    lengths: Sequence[int] = LENGTHS,
    *,
    passes: Sequence[Passes] = ("forward",),
    batching: Batching = "one",
    **sizes: Any,  # noqa: ANN401
) -> list[Cell]:
    """Return the cells of workloads at lengths, shortest first.

    Args:
        workloads: Their names.
        lengths: Tokens of all modalities together.
        passes: `forward`, `training` or both.
        batching: Whether the batch makes up for the length.
        sizes: Other fields of `Cell`.
    """
    return [
        Cell(
            workload=name,
            length=length,
            passes=way,
            batch=batch_of(batching, length),
            **sizes,
        )
        for length, way, name in itertools.product(sorted(lengths), passes, workloads)
    ]


def run_cells(
    cells: Iterable[Cell],
    limits: Limits | None = None,
    *,
    should_stop: Callable[[], bool] | None = None,
    should_wait: Callable[[], bool] | None = None,
    run: Callable[..., CellResult] = run_cell,
    known: Iterable[CellResult] = (),
) -> Iterator[CellResult]:
    """Yield the result of each cell as it comes.

    After a cell that went beyond a limit, those of the same workload that are at least
    as long, in at least as large a batch, are not tried: they are given the same mark.

    Args:
        cells: In the order in which they are run, shorter ones first.
        limits: Where to give up.
        should_stop: Ends the run once it says so, also in the middle of a cell.
        should_wait: While it says so, no new cell is begun.
        run: Runs one cell.
        known: What was measured before.
    """
    given_up = [one for one in known if one.status in GIVEN_UP]
    stops, waits = should_stop or _never, should_wait or _never
    for cell in cells:
        while waits() and not stops():
            time.sleep(0.05)
        if stops():
            return
        before = next((one for one in given_up if _is_smaller(one.cell, cell)), None)
        if before is not None:
            yield CellResult(
                cell=cell,
                status=before.status,
                reason=f"Not tried: {before.cell.length} tokens were too many already.",
            )
            continue
        result = run(cell, limits, should_stop=should_stop)
        if result.status == "stopped":
            return
        if result.status in GIVEN_UP:
            given_up.append(result)
        yield result


def _is_smaller(cell: Cell, other: Cell) -> bool:
    """Return whether a cell needs no more than another, which differs in size alone."""
    return (
        replace(cell, length=other.length, batch=other.batch) == other
        and cell.length <= other.length
        and cell.batch <= other.batch
    )


def _never() -> bool:
    return False


def describe_machine(device: str = "cpu") -> str:
    """Return the processor or GPU that cells run on, and the threads."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    threads = torch.get_num_threads()
    return f"{name}, {threads} thread{'s' if threads > 1 else ''}"
