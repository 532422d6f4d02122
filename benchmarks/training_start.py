"""Seconds from the start of `fusionviz train` to its first step, by the set's size.

Seconds of the clock, and those that its processors computed, which other work on the
machine hardly changes.

The sets are simulated: as many names as they say, in the layout of RGB-D toolboxes,
each with a photograph, depth and labels of its own name that are links to one file. So
lists and folders are as long as real ones, and the disk's cache holds the pictures.
Imports, the model and the 128 samples that a stage's start is set from are in the time;
to write the folder is not.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.side_by_side import report
from fusionviz.errors import FusionvizError
from fusionviz.places import PROJECT
from fusionviz.training.loop.log import FILE_NAME, read_rows
from fusionviz.whole_files import replace_file

PAIRS = (1_000, 100_000)
SIZE = 128, 128
TEST = 64
RUN = 10
"""Photographs of one place: after so many a number is left out."""
LONGEST = 300.0
"""Seconds after which it is given up."""


def run(pairs: Sequence[int] = PAIRS) -> dict:
    """Return a row a size.

    Args:
        pairs: Training pairs of each set.

    Raises:
        FusionvizError: A training ended before its first step.
    """
    return report("training_start", [_row(count) for count in pairs], "numpy")


def _row(count: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as place:
        began = time.perf_counter()
        files = make_set(Path(place) / "set", count)
        written = time.perf_counter() - began
        before = processor_seconds()
        seconds = first_step(Path(place) / "set", Path(place) / "run")
    return {
        "case": f"{count:,} pairs",
        "ours_seconds": seconds,
        "cpu_seconds": processor_seconds() - before,
        "files": files,
        "seconds_to_write_the_set": written,
    }


def make_set(folder: Path, count: int) -> int:
    """Write a set of so many training pairs; return of how many files it is."""
    rng = np.random.default_rng(0)
    pictures: dict[str, NDArray[Any]] = {
        "rgb": rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8),
        "depth": rng.integers(500, 5000, SIZE, dtype=np.uint16),
        "label13": rng.integers(0, 14, SIZE, dtype=np.uint8),
    }
    numbers = {
        "train": [n + n // RUN for n in range(count)],
        "test": [2 * count + 2 * n for n in range(TEST)],
    }
    files = 0
    for kind, picture in pictures.items():
        (folder / kind).mkdir(parents=True)
        one = folder / f"{kind}.png"
        cv2.imwrite(str(one), picture)
        for number in (*numbers["train"], *numbers["test"]):
            (folder / kind / f"{number:07d}.png").symlink_to(one)
            files += 1
    for split, chosen in numbers.items():
        names = "".join(f"{number:07d}\n" for number in chosen)
        replace_file(folder / f"{split}.txt", names)
    return files


def processor_seconds() -> float:
    """Return seconds that processes which this one waited for have computed."""
    spent = os.times()
    return spent.children_user + spent.children_system


def first_step(data: Path, out: Path) -> float:
    """Return seconds from the start of the command to its first step's loss."""
    words = ["train", "mango-rooms", "--data", "nyuv2", "--with", f"folder={data}"]
    words += ["--out", str(out), "--set", "log_every=1", "--device", "cpu"]
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "fusionviz", *words],
            cwd=PROJECT,
            stdout=said,
            stderr=said,
        )
        try:
            while not read_rows(out / FILE_NAME):
                if process.poll() is not None or time.perf_counter() > began + LONGEST:
                    said.seek(0)
                    raise FusionvizError(f"there was no first step: {said.read()}")
                time.sleep(0.01)
            return time.perf_counter() - began
        finally:
            process.kill()
            process.wait()
