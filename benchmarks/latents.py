"""Milliseconds from a moved slider to the new picture, on the server.

With the shipped `mango-rooms` and a room that has been read before: the inverse of the
flow, its pass at the new place, codec, segmentation, the figure and its JSON. The page
aims at 150 ms on two cores.
"""

import json
import time
from collections.abc import Callable

import numpy as np

from benchmarks.side_by_side import report
from fusionviz.analysis.shared.latent_statistics import load_statistics
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.rooms import GALLERY_SEEDS, render_room
from fusionviz.exhibits.latents.traverse import (
    StripControls,
    TraverseControls,
    make_strip,
    make_traverse,
)
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.models.checkpoints import load_checkpoint

CHECKPOINT = "mango-rooms"
TARGET_SECONDS = 0.15

Work = Callable[[MangoSubject, float], str]


def run(rounds: int = 30) -> dict:
    """Return rows: one slider, three sliders, some patches, and the film strip."""
    subject = MangoSubject(
        load_checkpoint(CHECKPOINT),
        render_room(GALLERY_SEEDS[0]),
        load_statistics(CHECKPOINT),
    )
    cases: dict[str, Work] = {
        "one slider": lambda room, sigma: _move(room, (sigma,), ()),
        "three sliders": lambda room, sigma: _move(room, (sigma, 1.0, -1.0), ()),
        "one slider, 9 patches": lambda room, sigma: _move(
            room, (sigma,), (27, 28, 29, 35, 36, 37, 43, 44, 45)
        ),
        "film strip of 13 frames": _strip,
    }
    rows = [_row(case, work, subject, rounds) for case, work in cases.items()]
    return report("latents", rows, "numpy", "plotly")


def _row(
    case: str, work: Work, subject: MangoSubject, rounds: int
) -> dict[str, object]:
    """Return the times of a case, each round with another place of the slider."""
    work(subject, 3.0)
    spent, sizes = [], []
    for sigma in np.linspace(-3, 2.9, rounds):
        start = time.perf_counter()
        text = work(subject, float(sigma))
        spent.append(time.perf_counter() - start)
        sizes.append(len(text))
    low, middle, high = np.percentile(spent, [10, 50, 90])
    return {
        "case": case,
        "ours_seconds": float(middle),
        "fastest_tenth_seconds": float(low),
        "slowest_tenth_seconds": float(high),
        "target_seconds": TARGET_SECONDS if "slider" in case else None,
        "figure_bytes": max(sizes),
        "rounds": rounds,
    }


def _move(
    subject: MangoSubject, sigmas: tuple[float, ...], patches: tuple[int, ...]
) -> str:
    controls = TraverseControls(sigmas=sigmas, patches=patches)
    return make_traverse(Request(subject=subject, controls=controls)).figure.to_json()


def _strip(subject: MangoSubject, sigma: float) -> str:
    controls = StripControls(sigmas=(0.0, sigma))
    return make_strip(Request(subject=subject, controls=controls)).figure.to_json()


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
