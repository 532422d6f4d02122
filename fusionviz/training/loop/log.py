"""What a run tells: a CSV file, TensorBoard, and a line of progress."""

import csv
import io
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from fusionviz.whole_files import replace_file

FILE_NAME = "log.csv"
COLUMNS = ("stage", "step", "seconds", "metric", "value")


class TrainingLog:
    """A CSV file with one metric a row, and the same for TensorBoard.

    Columns: stage (from 1), step (steps done of it), seconds (since the run began),
    metric, value. One metric a row, because the stages measure different things.
    """

    def __init__(self, folder: Path, *, stage: int = 1, step: int = 0) -> None:
        """Open the log; rows after `step` of `stage`, of a killed run, are dropped."""
        self.path = folder / FILE_NAME
        rows = [row for row in read_rows(self.path) if _at(row) <= (stage, step)]
        self._kept = rows
        head = io.StringIO(newline="")
        csv.writer(head, lineterminator="\n").writerows([COLUMNS, *rows])
        replace_file(self.path, head.getvalue())
        self._file = self.path.open("a", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._board = _open_board(folder / "tensorboard")

    def has(self, stage: int, step: int, prefix: str) -> bool:
        """Return whether an earlier start has written such metrics of a step.

        Args:
            stage: From 1.
            step: Steps that are done.
            prefix: What the metrics' names begin with.
        """
        return any(
            _at(row) == (stage, step)
            and row[COLUMNS.index("metric")].startswith(prefix)
            for row in self._kept
        )

    def write(
        self, stage: int, step: int, seconds: float, values: Mapping[str, float]
    ) -> None:
        """Add a row for each value."""
        for metric, value in values.items():
            row = (stage, step, f"{seconds:.1f}", metric, f"{value:.6g}")
            self._writer.writerow(row)
            if self._board is not None:
                self._board.add_scalar(f"{stage}/{metric}", value, step)
        self._file.flush()

    def close(self) -> None:
        """Close the file and TensorBoard."""
        self._file.close()
        if self._board is not None:
            self._board.close()


class Progress:
    """One line on stderr: what is done, how fast, and the time that is left.

    Args:
        title: Of the work.
        steps: Of it.
        done: Steps that were done before.
        stream: Written to.
        unit: What a step is called.
    """

    def __init__(
        self, title: str, steps: int, done: int, stream: TextIO, *, unit: str = "step"
    ) -> None:
        self.title, self.steps, self.start, self.unit = title, steps, done, unit
        self._stream = stream
        self._began = self._told = time.monotonic()
        self._interval = 0.2 if stream.isatty() else 30.0

    def tell(self, step: int, note: str = "") -> None:
        """Tell that `step` steps are done, if it is time or was the last.

        Args:
            step: Steps that are done.
            note: What else is told.
        """
        now = time.monotonic()
        if now - self._told < self._interval and step < self.steps:
            return
        self._told = now
        speed = (step - self.start) / max(now - self._began, 1e-9)
        left = (self.steps - step) / max(speed, 1e-9)
        line = (
            f"{self.title}  {self.unit} {step}/{self.steps}  {note and note + '  '}"
            f"{speed:.3g} {self.unit}s/s  {hours_minutes_seconds(left)} left"
        )
        live = self._stream.isatty()
        end = "\n" if not live or step == self.steps else ""
        self._stream.write(f"\r{line:<79}{end}" if live else f"{line}\n")
        self._stream.flush()


def tell(sentence: str, stream: TextIO | None = None) -> None:
    """Write one line to stderr."""
    (stream or sys.stderr).write(f"{sentence}\n")
    (stream or sys.stderr).flush()


def hours_minutes_seconds(seconds: float) -> str:
    """Return a duration as hours:minutes:seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def read_rows(path: Path) -> list[list[str]]:
    """Return the whole rows of a log without its header, none where it is not there.

    The last row of a killed run may be cut: it is left out.
    """
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [row for row in rows if len(row) == len(COLUMNS) and row[-1]]


def _at(row: list[str]) -> tuple[int, int]:
    return int(row[0]), int(row[1])


def _open_board(folder: Path) -> Any:  # noqa: ANN401
    """Return a TensorBoard writer, or None where TensorBoard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder))
