"""What it costs that others keep the cores busy: threads that wait asleep, or spinning.

Run `python -m benchmarks.busy`. A way between two rooms is worked out in fresh
processes with a thread a core, in turn with waiting threads asleep, as the app has
them, and spinning, which is OpenMP's default; alone, then beside as many endless loops
as there are cores.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from benchmarks.side_by_side import report

ROUNDS = 3
PICTURES = 3
"""That a process makes; the first one, which loads and compiles, is not counted."""

WAYS: Mapping[str, str] = {"asleep": "PASSIVE", "spinning": "ACTIVE"}
LOOP = "while True: pass"


def run() -> dict:
    """Return a row each for a machine that is quiet and for one that is busy."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    rows = [_row("alone")]
    with _busy(cores):
        rows.append(_row(f"beside {cores} endless loops"))
    return report("busy", rows)


def _row(case: str) -> dict[str, object]:
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way, policy in WAYS.items():
            seconds[way].append(_seconds(policy))
    ratios = sorted(
        spinning / asleep
        for asleep, spinning in zip(seconds["asleep"], seconds["spinning"], strict=True)
    )
    return {
        "case": f"a way between two rooms, {case}",
        "ours_seconds": statistics.median(seconds["asleep"]),
        "peer": "threads that spin",
        "peer_seconds": statistics.median(seconds["spinning"]),
        "ratio": statistics.median(ratios),
        "ratio_low": ratios[0],
        "ratio_high": ratios[-1],
        "rounds": ROUNDS,
    }


def _seconds(policy: str) -> float:
    """Return the median seconds of a picture in a fresh process."""
    environment = {**os.environ, "OMP_WAIT_POLICY": policy}
    environment.pop("OMP_NUM_THREADS", None)
    done = subprocess.run(
        [sys.executable, "-c", "from benchmarks.busy import child; child()"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return statistics.median(float(word) for word in done.stdout.split())


def child() -> None:
    """Print the seconds of each picture but the first."""
    from fusionviz.analysis.shared.latent_statistics import load_statistics
    from fusionviz.analysis.shared.subjects.mango import MangoSubject
    from fusionviz.data.rooms import render_room
    from fusionviz.exhibits.latents.between import BETWEEN
    from fusionviz.exhibits.shared.exhibit import Request
    from fusionviz.models.checkpoints import load_checkpoint

    model, measured = load_checkpoint("mango-rooms"), load_statistics("mango-rooms")
    for number in range(1 + PICTURES):
        start, end = (
            MangoSubject(model, render_room(7000 + 2 * number + side), measured)
            for side in (0, 1)
        )
        began = time.perf_counter()
        BETWEEN.make(Request(subject=start, controls=BETWEEN.controls(), other=end))
        if number:
            print(time.perf_counter() - began)


@contextmanager
def _busy(loops: int) -> Iterator[None]:
    """Keep cores busy with endless loops."""
    running = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(loops)]
    try:
        yield
    finally:
        for one in running:
            one.kill()
            one.wait()


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
