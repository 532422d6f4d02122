"""Milliseconds from a moved bandwidth to the new pictures, on the server.

The tab "Distance" at 256 and 256 tokens: MMD² by stage and its curve, the kernel with
its witness, and the permutation test, each with its JSON, at a bandwidth that no one
has asked for. Distances between tokens do not depend on it: they have been measured, as
after the first picture. A slider is to answer within 150 ms.
"""

import json
import statistics
import time
from typing import Any

from benchmarks.side_by_side import report
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.data.rooms import GALLERY_SEEDS, render_room
from fusionviz.exhibits.distributions.distance_test import TEST
from fusionviz.exhibits.distributions.distances import DISTANCES
from fusionviz.exhibits.distributions.kernel import KERNEL
from fusionviz.exhibits.shared.exhibit import ExhibitKind, Request
from fusionviz.models.checkpoints import load_checkpoint

CHECKPOINT = "alignmamba-rooms"
KINDS: tuple[ExhibitKind[Any, TokenSubject], ...] = (DISTANCES, KERNEL, TEST)
TARGET_SECONDS = 0.15


def run(rounds: int = 15) -> dict:
    """Return a row for each picture, and one for all of them."""
    subject = AlignMambaSubject(
        load_checkpoint(CHECKPOINT), render_room(GALLERY_SEEDS[0]), "rooms"
    )
    for kind in KINDS:
        _seconds(subject, kind, 1.0)
    spent = [
        [_seconds(subject, kind, 1 + 1e-3 * number) for kind in KINDS]
        for number in range(1, rounds + 1)
    ]
    rows = [
        {"case": kind.name, "seconds": statistics.median(times), "rounds": rounds}
        for kind, times in zip(KINDS, zip(*spent, strict=True), strict=True)
    ]
    whole = [sum(times) for times in spent]
    rows.append(
        {
            "case": "all three",
            "seconds": statistics.median(whole),
            "slowest_seconds": max(whole),
            "target_seconds": TARGET_SECONDS,
            "rounds": rounds,
        }
    )
    return report("bandwidth_slider", rows, "numpy", "plotly")


def _seconds(
    subject: AlignMambaSubject, kind: ExhibitKind[Any, Any], factor: float
) -> float:
    """Return the seconds that a picture and its JSON take at a bandwidth."""
    start = time.perf_counter()
    controls = kind.controls.from_json({"bandwidth_factor": factor})
    kind.make(Request(subject=subject, controls=controls)).figure.to_json()
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
