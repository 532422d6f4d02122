"""Milliseconds from a moved ε to the new pictures, on the server.

The tab "Three solvers" at 256 by 256 tokens, as a browser asks for it: Sinkhorn's plan
at an ε that no one has asked for, the figure of three plans and its JSON, and the
figure of the sweep beside it. The exact and the relaxed plan do not depend on ε, and
the sweep is measured once a case: both have been, as after the first picture. The page
aims at 300 ms on two cores, also at the smallest ε. `processor_seconds` are those of
this process alone, on all its threads: what else the machine does counts less.
"""

import json
import statistics
import time

import numpy as np

from benchmarks.side_by_side import report
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.analysis.transport.solvers import solve
from fusionviz.data.rooms import GALLERY_SEEDS, render_room
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.exhibits.transport.solvers import (
    ITERATIONS,
    SolverControls,
    make_solvers,
    make_sweep,
)
from fusionviz.models.checkpoints import load_checkpoint

CHECKPOINT = "alignmamba-rooms"
TOKENS, CHANNELS = 256, 32
EPSILONS = (0.002, 0.005, 0.01, 0.05, 0.2, 1.0)
TARGET_SECONDS = 0.3


def run(rounds: int = 15) -> dict:
    """Return rows: each ε, on a room and on random directions."""
    room = AlignMambaSubject(
        load_checkpoint(CHECKPOINT), render_room(GALLERY_SEEDS[0]), "rooms"
    )
    random = np.random.default_rng(0).normal(size=(2, TOKENS, CHANNELS))
    x, y = random.astype(np.float32)
    subjects = {
        CHECKPOINT: room,
        "random": FeatureSubject(SequenceSample(modalities={"video": x, "text": y})),
    }
    rows = [
        _row(name, subject, epsilon, rounds)
        for name, subject in subjects.items()
        for epsilon in EPSILONS
    ]
    return report("epsilon_slider", rows, "numpy", "plotly")


def _row(
    name: str, subject: TokenSubject, epsilon: float, rounds: int
) -> dict[str, object]:
    """Return the median times of an ε; each round asks for another one close by."""
    case = subject.case()
    _draw(subject, epsilon)
    spent = []
    for number in range(1, rounds + 1):
        asked = epsilon * (1 + 1e-6 * number)
        start, used = time.perf_counter(), time.process_time()
        answer = solve(case, "sinkhorn", asked, ITERATIONS)
        solved = time.perf_counter()
        size = _draw(subject, asked)
        end, used = time.perf_counter(), time.process_time() - used
        spent.append((solved - start, end - solved, end - start, used))
    solving, drawing, whole, processor = zip(*spent, strict=True)
    return {
        "case": f"{name}, {'x'.join(map(str, case.cost.shape))}, epsilon {epsilon:g}",
        "solve_seconds": statistics.median(solving),
        "figures_seconds": statistics.median(drawing),
        "total_seconds": statistics.median(whole),
        "slowest_seconds": max(whole),
        "processor_seconds": statistics.median(processor),
        "target_seconds": TARGET_SECONDS,
        "iterations": answer.iterations,
        "marginal_error": answer.marginal_error,
        "converged": answer.converged,
        "json_bytes": size,
        "rounds": rounds,
    }


def _draw(subject: TokenSubject, epsilon: float) -> int:
    """Make both pictures of the tab; return how many bytes of JSON they are."""
    request = Request(subject=subject, controls=SolverControls(epsilon=epsilon))
    figures = (make_solvers(request).figure, make_sweep(request).figure)
    return sum(len(figure.to_json()) for figure in figures)


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))
