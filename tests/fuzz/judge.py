"""What became of a case: read, refused in a sentence, or a fault; time and memory.

Cases are read in child processes that may take so much memory and no more. A child
that takes too long is ended; the case that it was at is told.
"""

import contextlib
import multiprocessing
import os
import resource
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from fusionviz.errors import FusionvizError
from fusionviz.ui.allocator import give_back, keep_little
from tests.fuzz.kinds import Kind, Reading

SLOWEST_S = 5.0
"""Seconds of the processor that reading one case may take."""

LARGEST_BYTES = 1_000_000_000
"""Memory that it may take on top of what was there."""

MOST_BYTES = 2 * LARGEST_BYTES
"""What a child can have at all: beyond it Python raises MemoryError."""

PATIENCE_S = 120.0
"""Seconds by the clock after which a case hangs, whatever the processor did."""

LONGEST_SENTENCE = 1500
"""Letters: some name all choices that there are."""

SOUND = ("read", "refused")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a case.

    Attributes:
        kind: Of it.
        batch: Which batch it is in.
        place: In the batch, from 0.
        end: `read`, `refused`, or what is wrong.
        seconds: Of the processor.
        bytes: Of memory on top.
    """

    kind: str
    batch: int
    place: int
    end: str
    seconds: float
    bytes: int

    @property
    def is_sound(self) -> bool:
        """Whether the case was read or refused as it should be."""
        return self.end in SOUND


def judge(kind: Kind, batch: int) -> Iterator[Verdict]:
    """Yield what became of each case of a batch."""
    first: int | None = 0
    while first is not None:
        goes_on = None
        for verdict in _in_child(kind, batch, first):
            yield verdict
            is_ended = verdict.end.startswith("ended")
            goes_on = verdict.place + 1 if is_ended else None
        first = goes_on  # what comes after the case that ended the child


def _in_child(kind: Kind, batch: int, first: int) -> Iterator[Verdict]:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(kind, batch, first, there), daemon=True)
    child.start()
    there.close()
    place, reason = first - 1, ""
    try:
        while True:
            reason = _wait(here, child.pid or 0, is_case=place >= first)
            if reason:
                break
            told = here.recv()
            if told is None:
                return
            if isinstance(told, str):
                raise RuntimeError(f"{kind} has no batch {batch}: {told}")
            if isinstance(told, int):
                place = told
            else:
                yield told
    except EOFError:
        child.join(10)
        reason = f"ended the process ({child.exitcode})"
    finally:
        child.kill()
        child.join()
    yield Verdict(
        kind=kind.name, batch=batch, place=max(place, first), end=f"ended: {reason}",
        seconds=SLOWEST_S, bytes=0,
    )  # fmt: skip


def _wait(line: Connection, process: int, *, is_case: bool) -> str:
    """Wait until a child tells something; return why it is waited for no longer."""
    began, before = time.monotonic(), _processor_seconds(process)
    while not line.poll(0.2):
        taken = _processor_seconds(process) - before
        if is_case and taken > 4 * SLOWEST_S:
            return f"hangs ({taken:.0f} s of the processor)"
        if time.monotonic() - began > PATIENCE_S:
            return f"hangs ({PATIENCE_S:.0f} s)"
    return ""


def _processor_seconds(process: int) -> float:
    with contextlib.suppress(psutil.Error):
        times = psutil.Process(process).cpu_times()
        return times.user + times.system
    return 0.0


def _work(kind: Kind, batch: int, first: int, line: Connection) -> None:
    """Read the cases of a batch and tell what became of each; a child's whole life."""
    warnings.simplefilter("ignore")
    os.nice(5)
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    try:
        readings = kind.batch(batch)
        kind.prepare()
    except Exception:  # noqa: BLE001 - told to who reads the figures
        line.send(traceback.format_exc())
        os._exit(1)
    keep_little()
    give_back()  # what is let go while a case is read would hide what that takes
    limit_memory(MOST_BYTES)
    for place in range(first, len(readings)):
        line.send(place)
        line.send(_verdict(kind.name, batch, place, readings[place]))
    line.send(None)
    line.close()
    os._exit(0)


def limit_memory(more: int) -> None:
    """Let this process have so many bytes more of its own memory, and no more."""
    status = Path("/proc/self/status").read_text()
    now = 1024 * int(status.split("VmData:")[1].split()[0])
    resource.setrlimit(resource.RLIMIT_DATA, (now + more, now + more))


def _verdict(kind: str, batch: int, place: int, reading: Reading) -> Verdict:
    before, began = _restart_peak(), time.process_time()
    end = end_of(reading)
    seconds, peak = time.process_time() - began, _peak() - before
    if seconds > SLOWEST_S:
        end = f"slow ({seconds:.1f} s), {end}"
    if peak > LARGEST_BYTES:
        end = f"large ({peak / 1e6:.0f} MB), {end}"
    return Verdict(
        kind=kind, batch=batch, place=place, end=end, seconds=seconds, bytes=peak
    )


def end_of(reading: Reading) -> str:
    """Return `read`, `refused`, or what is wrong."""
    try:
        reading()
    except FusionvizError as error:
        text = str(error)
        is_sentence = "\n" not in text and text.isprintable() and text.strip()
        if is_sentence and len(text) <= LONGEST_SENTENCE:
            return "refused"
        return f"refused without a sentence: {text[:300]!r}"
    except Exception as error:  # noqa: BLE001 - which is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        name = Path(where.filename).name
        return f"{type(error).__name__} in {name}:{where.lineno}: {str(error)[:200]!r}"
    return "read"


def _restart_peak() -> int:
    """Return the memory that is taken now, and count its peak from here on."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])
