"""Entropic transport against POT's Sinkhorns and geomloss.

Run `python -m benchmarks.sinkhorn`. Same float64 cosine cost, same ε. Ours and POT have
the same tolerance; POT stops when the 2-norm of the column error is below it, ours when
the 1-norm of both sides is, which is never less strict. geomloss takes no tolerance and
runs a number of iterations. The errors in the rows are measured the same way, as the
1-norm of both sides, from the couplings that came back: a plan that is quick and wrong
shows there.
"""

import warnings
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.side_by_side import compare, peers_here, report, save
from fusionviz.alignment import cosine_cost, sinkhorn

EPSILON, TOLERANCE, WIDTH = 0.02, 1e-6, 32
MOST_ITERATIONS = 5_000
"""Of POT's: one that does not converge takes minutes, and its error tells."""
GEOMLOSS_ITERATIONS = 200
"""It takes no tolerance yet, and runs as many as it is told."""

SIZES = ((256, 15), (1024, 3))
"""Tokens a side, and rounds."""

PEERS = {
    "POT sinkhorn_log": "ot",
    "POT sinkhorn": "ot",
    "POT sinkhorn_stabilized": "ot",
    "geomloss": "geomloss",
}


def solve_with_pot(cost: np.ndarray, method: str) -> np.ndarray:
    """Return POT's plan; it checks its error every ten iterations or more."""
    import ot

    rows, columns = (np.full(size, 1 / size) for size in cost.shape)
    return ot.sinkhorn(
        rows,
        columns,
        cost,
        EPSILON,
        method=method,
        stopThr=TOLERANCE,
        numItermax=MOST_ITERATIONS,
    )


def solve_with_geomloss(cost: np.ndarray) -> np.ndarray:
    """Return geomloss's plan of a cost."""
    from geomloss.ot import solve

    return np.asarray(solve(cost, reg=EPSILON, max_iter=GEOMLOSS_ITERATIONS).plan)


def solver_of(peer: str, cost: np.ndarray) -> Callable[[], np.ndarray]:
    """Return what solves a cost by a peer."""
    if peer == "geomloss":
        return lambda: solve_with_geomloss(cost)
    method = peer.removeprefix("POT ")
    return lambda: solve_with_pot(cost, method)


def measure_error(coupling: np.ndarray) -> float:
    """Return the 1-norm of the row and column errors."""
    rows, columns = coupling.shape
    row_error = np.abs(coupling.sum(1) - 1 / rows).sum()
    return float(row_error + np.abs(coupling.sum(0) - 1 / columns).sum())


def run(sizes: tuple[tuple[int, int], ...] = SIZES) -> dict:
    """Return a row for each size and peer, batch 1, float64."""
    here, missing = peers_here(PEERS)
    rows = []
    for tokens, rounds in sizes:
        generator = torch.Generator().manual_seed(0)
        source, target = torch.randn(
            2, 1, tokens, WIDTH, dtype=torch.float64, generator=generator
        )
        cost = cosine_cost(source, target)

        def ours(cost: torch.Tensor = cost) -> np.ndarray:
            plan = sinkhorn(cost, epsilon=EPSILON, tolerance=TOLERANCE)
            return plan.coupling[0].numpy()

        for peer in here:
            theirs = solver_of(peer, cost[0].numpy())
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # told by the errors below
                mine, its = ours(), theirs()
                row = compare(
                    f"{tokens} x {tokens}, epsilon {EPSILON}, tolerance {TOLERANCE:g}",
                    ours,
                    peer,
                    theirs,
                    rounds=rounds,
                    ours_marginal_error=measure_error(mine),
                    peer_marginal_error=measure_error(its),
                    largest_difference=float(np.abs(mine - its).max()),
                )
            rows.append(row)
    return report("sinkhorn", rows, "POT", "geomloss", "numpy", left_out=missing)


if __name__ == "__main__":
    save(run())
