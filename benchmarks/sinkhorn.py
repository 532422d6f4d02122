"""Entropic transport against POT's log-domain Sinkhorn.

Run `python -m benchmarks.sinkhorn`. Same float64 cosine cost, same ε, same tolerance;
POT stops when the 2-norm of the column error is below it, ours when the 1-norm of both
sides is, which is never less strict. The errors in the rows are measured the same way,
as the 1-norm of both sides, from the couplings that came back.
"""

import numpy as np
import torch

from benchmarks.side_by_side import compare, report, save
from fusionviz.alignment import cosine_cost, sinkhorn

EPSILON, TOLERANCE, WIDTH = 0.02, 1e-6, 32


def solve_with_pot(cost: np.ndarray) -> np.ndarray:
    """Return POT's plan; it checks its error every ten iterations."""
    import ot

    rows, columns = (np.full(size, 1 / size) for size in cost.shape)
    return ot.sinkhorn(
        rows,
        columns,
        cost,
        EPSILON,
        method="sinkhorn_log",
        stopThr=TOLERANCE,
        numItermax=100_000,
    )


def measure_error(coupling: np.ndarray) -> float:
    """Return the 1-norm of the row and column errors."""
    rows, columns = coupling.shape
    row_error = np.abs(coupling.sum(1) - 1 / rows).sum()
    return float(row_error + np.abs(coupling.sum(0) - 1 / columns).sum())


def run() -> dict:
    """Return the rows for 256 and 1024 tokens a side, batch 1, float64."""
    rows = []
    for tokens, rounds in ((256, 15), (1024, 3)):
        generator = torch.Generator().manual_seed(0)
        source, target = torch.randn(
            2, 1, tokens, WIDTH, dtype=torch.float64, generator=generator
        )
        cost = cosine_cost(source, target)
        plain = cost[0].numpy()

        def ours(cost: torch.Tensor = cost) -> np.ndarray:
            plan = sinkhorn(cost, epsilon=EPSILON, tolerance=TOLERANCE)
            return plan.coupling[0].numpy()

        def theirs(plain: np.ndarray = plain) -> np.ndarray:
            return solve_with_pot(plain)

        rows.append(
            compare(
                f"{tokens} x {tokens}, epsilon {EPSILON}, tolerance {TOLERANCE:g}",
                ours,
                "POT sinkhorn_log",
                theirs,
                rounds=rounds,
                ours_marginal_error=measure_error(ours()),
                peer_marginal_error=measure_error(theirs()),
                largest_difference=float(np.abs(ours() - theirs()).max()),
            )
        )
    return report("sinkhorn", rows, "POT", "numpy")


if __name__ == "__main__":
    save(run())
