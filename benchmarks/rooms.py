"""Seconds to render a room, warm, and for the first one of a fresh install."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.side_by_side import report
from fusionviz.data.rooms import render_room

FIRST = """
import time
start = time.perf_counter()
from fusionviz.data.rooms import render_room
loaded = time.perf_counter()
render_room(0)
print(loaded - start, time.perf_counter() - loaded)
"""


def run(rooms: int = 40) -> dict:
    """Return rows: a warm render at three sizes, and the first of a process."""
    rows: list[dict[str, object]] = []
    for side in (64, 128, 256):
        spent = [
            _seconds(partial(render_room, seed, (side, side))) for seed in range(rooms)
        ]
        low, middle, high = np.percentile([wall for wall, _ in spent], [10, 50, 90])
        rows.append(
            {
                "case": f"one room, {side} x {side}",
                "ours_seconds": float(middle),
                "fastest_tenth_seconds": float(low),
                "slowest_tenth_seconds": float(high),
                "cpu_seconds": float(np.median([cpu for _, cpu in spent])),
                "rooms": rooms,
            }
        )
    with tempfile.TemporaryDirectory() as folder:
        for case in ("first render, nothing compiled", "first render, compiled before"):
            loading, rendering = _first_render(folder)
            rows.append(
                {"case": case, "ours_seconds": rendering, "import_seconds": loading}
            )
    return report("rooms", rows, "numba", "numpy")


def _seconds(task: Callable[[], object]) -> tuple[float, float]:
    """Return seconds of wall time and of the processor for the second of two calls."""
    task()
    wall, cpu = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - cpu


def _first_render(cache: str) -> tuple[float, float]:
    """Return seconds to import and to render in a new process with a kernel cache."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", FIRST],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    loading, rendering = map(float, done.stdout.split())
    return round(loading, 2), round(rendering, 2)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
