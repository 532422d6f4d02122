"""MMD² with a Gaussian kernel against scikit-learn's kernels and geomloss.

Run `python -m benchmarks.mmd`. Same tokens in float64, in which scikit-learn computes,
same bandwidth, the V-statistic. scikit-learn gives the three Gram matrices by
`rbf_kernel`, whose means are taken here; geomloss's loss `gaussian` is half of MMD².
With gradients geomloss alone is compared.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from benchmarks.side_by_side import compare, peers_here, report, save
from fusionviz.alignment import median_bandwidth, mmd2

WIDTH = 64
SIZES = (64, 256, 1024, 4096)
Measure = Callable[[Tensor, Tensor, float], Tensor]
PEERS = {"scikit-learn rbf_kernel": "sklearn", "geomloss": "geomloss"}


def mmd_with_sklearn(x: Tensor, y: Tensor, sigma: float) -> Tensor:
    """Return MMD² from scikit-learn's Gram matrices."""
    from sklearn.metrics.pairwise import rbf_kernel

    a, b, gamma = x.numpy(), y.numpy(), 1 / (2 * sigma**2)
    within = rbf_kernel(a, gamma=gamma).mean() + rbf_kernel(b, gamma=gamma).mean()
    return torch.tensor(within - 2 * rbf_kernel(a, b, gamma=gamma).mean())


def mmd_with_geomloss(x: Tensor, y: Tensor, sigma: float) -> Tensor:
    """Return MMD² as twice geomloss's Gaussian loss."""
    from geomloss import SamplesLoss

    return 2 * SamplesLoss("gaussian", blur=sigma, backend="tensorized")(x, y)


MEASURES: dict[str, Measure] = {
    "scikit-learn rbf_kernel": mmd_with_sklearn,
    "geomloss": mmd_with_geomloss,
}


def measure_ours(x: Tensor, y: Tensor, sigma: float) -> Tensor:
    """Return our MMD²."""
    return mmd2(x, y, bandwidth=sigma)


def call_of(measure: Measure, tokens: int, *, gradients: bool) -> Callable[[], Tensor]:
    """Return a call on the same random tokens every time.

    It returns MMD², or its gradient of the first side.
    """
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, tokens, WIDTH, dtype=torch.float64, generator=generator)
    y = y + 0.3
    sigma = float(median_bandwidth(x[:64], y[:64]))
    if not gradients:
        return lambda: measure(x, y, sigma)
    a, b = (one.clone().requires_grad_() for one in (x, y))
    return lambda: torch.autograd.grad(measure(a, b, sigma), (a, b))[0]


def run(sizes: tuple[int, ...] = SIZES, *, rounds: int = 15) -> dict:
    """Return a row for each number of tokens a side, peer and pass."""
    here, missing = peers_here(PEERS)
    rows = []
    for tokens in sizes:
        for peer in here:
            for gradients in (False, True) if peer == "geomloss" else (False,):
                mine = call_of(measure_ours, tokens, gradients=gradients)
                theirs = call_of(MEASURES[peer], tokens, gradients=gradients)
                passes = "forward and backward" if gradients else "forward"
                row = compare(
                    f"{tokens} tokens a side, {passes}",
                    mine,
                    peer,
                    theirs,
                    rounds=rounds,
                    least_seconds=0.02,
                    largest_difference=(mine() - theirs()).abs().max().item(),
                )
                rows.append(row)
    return report("mmd", rows, "scikit-learn", "geomloss", "numpy", left_out=missing)


if __name__ == "__main__":
    save(run())
