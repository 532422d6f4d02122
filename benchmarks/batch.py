"""Pairs a second of a batch: by one process, by two, and by Ray Data with two actors.

    python -m benchmarks.batch                      # 1,000 rooms, all three
    python -m benchmarks.batch --rooms 200 --cases "one process"
    python -m benchmarks.batch --only inputs-likelihood --out FILE.json

Each is the command as anybody runs it, `python -m fusionviz batch --rooms N`: its time
is from its start to its end, imports, models, rendering of the rooms and the writing of
numbers included. `steady` is without start and end: pairs a second from the first shard
to the last, and of its tenths the slowest and the fastest.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fusionviz.errors import FusionvizError
from fusionviz.places import python_path
from fusionviz.training.loop.provenance import describe_hardware, read_versions
from fusionviz.whole_files import replace_file

ROOMS = 1000
SHARD = 10
ONLY = ("inputs-segmentation", "inputs-likelihood")
"""What is made of each room: classes by both models, the likelihood and round trip."""

CASES: dict[str, list[str]] = {
    "one process": ["--processes", "1"],
    "two processes": ["--processes", "2"],
    "Ray, two actors": ["--ray", "local", "--processes", "2"],
}
TENTHS = 10


def run(
    rooms: int = ROOMS, only: Sequence[str] = ONLY, cases: Sequence[str] = tuple(CASES)
) -> dict[str, Any]:
    """Return the report: a row a case.

    Args:
        rooms: How many.
        only: Exhibits that are made of each; numbers alone are kept.
        cases: Names in `CASES`.

    Raises:
        FusionvizError: A batch failed.
    """
    return {
        "name": "batch",
        "machine": describe_hardware(torch.device("cpu")),
        "versions": read_versions(),
        "rooms": rooms,
        "exhibits": list(only),
        "rows": [measure(case, rooms, only) for case in cases],
    }


def measure(case: str, rooms: int, only: Sequence[str]) -> dict[str, Any]:
    """Return what a batch of rooms takes."""
    words = [word for name in only for word in ("--only", name)]
    with tempfile.TemporaryDirectory() as place:
        command = ["batch", "--rooms", str(rooms), "--out", place, "--no-arrays"]
        began, wall = time.monotonic(), time.time()
        done = subprocess.run(
            [sys.executable, "-m", "fusionviz", *command, *words]
            + ["--shard", str(SHARD), *CASES[case]],
            env=os.environ | {"PYTHONPATH": python_path()},
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode:
            raise FusionvizError(f"the batch by {case} ended with {done.returncode}")
        shards = Path(place, "shards").glob("*.parquet")
        ends = sorted(path.stat().st_mtime for path in shards)
    return {
        "case": case,
        "seconds": round(seconds, 2),
        "pairs_per_second": rooms / seconds,
        "seconds_to_first_shard": round(ends[0] - wall, 2),
        **steady_pace(ends),
    }


def steady_pace(ends: Sequence[float]) -> dict[str, float | None]:
    """Return pairs a second between the first shard and the last, and of its tenths.

    Args:
        ends: When each whole shard was there, in seconds, sorted.
    """
    if len(ends) <= TENTHS:
        return {"steady": None, "steady_low": None, "steady_high": None}
    marks = np.linspace(0, len(ends) - 1, TENTHS + 1).round().astype(int)
    paces = [
        SHARD * (b - a) / max(ends[b] - ends[a], 1e-9)
        for a, b in itertools.pairwise(marks)
    ]
    whole = SHARD * (len(ends) - 1) / max(ends[-1] - ends[0], 1e-9)
    return {"steady": whole, "steady_low": min(paces), "steady_high": max(paces)}


def to_markdown(report: dict[str, Any]) -> str:
    """Return the rows as a table."""
    lines = [
        "| | pairs a second, whole command | steady (slowest to fastest tenth) | "
        "seconds | of them before the first shard |",
        "|---|---|---|---|---|",
    ]
    for row in report["rows"]:
        steady = "too few shards"
        if row["steady"] is not None:
            span = f"{row['steady_low']:.3g} to {row['steady_high']:.3g}"
            steady = f"{row['steady']:.3g} ({span})"
        lines.append(
            f"| {row['case']} | {row['pairs_per_second']:.3g} | {steady} | "
            f"{row['seconds']:.0f} | {row['seconds_to_first_shard']:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure as the command line says, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=ROOMS)
    parser.add_argument("--only", action="append")
    parser.add_argument("--cases", action="append", choices=tuple(CASES))
    parser.add_argument("--out", type=Path, help="JSON to write the report to.")
    asked = parser.parse_args()
    report = run(asked.rooms, asked.only or ONLY, asked.cases or tuple(CASES))
    if asked.out is not None:
        replace_file(asked.out, json.dumps(report, indent=1) + "\n")
    print(f"{report['rooms']} rooms on {report['machine']}")
    print(to_markdown(report))


if __name__ == "__main__":
    main()
