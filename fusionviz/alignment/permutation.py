"""Is the difference between two sets of tokens more than chance?

If x and y come from one distribution, which token is called x is arbitrary. So the
labels are shuffled many times, and the p-value is the share of shuffles whose MMD² is
at least the observed one, the observed labelling counted among them (Gretton et al.
2012; Phipson & Smyth 2010 for the + 1):

    p = (1 + #{shuffled >= observed}) / (1 + permutations)

The kernel matrix of the pooled tokens is made once; a shuffle only picks other blocks
of it, and all shuffles together are one matrix product.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from fusionviz.alignment.mmd import gaussian_kernel, median_bandwidth


@dataclass(frozen=True, kw_only=True, eq=False)
class PermutationTest:
    """An MMD² and what chance makes of it.

    Attributes:
        statistic: Observed MMD², no unit.
        null: MMD² under shuffled labels, float64, shape (permutation,).
        p_value: Share of labellings at least as far apart, in (0, 1].
        bandwidth: σ that was used, in the unit of the tokens.
    """

    statistic: float
    null: Float[Tensor, " permutation"]
    p_value: float
    bandwidth: float


@torch.no_grad()
def mmd_permutation_test(
    x: Float[Tensor, "source channel"],
    y: Float[Tensor, "target channel"],
    *,
    bandwidth: float | None = None,
    permutations: int = 500,
    biased: bool = True,
    generator: torch.Generator | None = None,
) -> PermutationTest:
    """Return how MMD² of two sets compares with that of shuffled labels.

    Exact in level at any size if all tokens are exchangeable under the null; tokens
    of one image are not independent, so read such a p-value as a lower bound.

    >>> generator = torch.Generator().manual_seed(0)
    >>> x, y = torch.randn(20, 2, generator=generator), torch.zeros(20, 2)
    >>> test = mmd_permutation_test(x, y, permutations=199, generator=generator)
    >>> test.p_value
    0.005

    Args:
        x: Tokens, shape (source, channel).
        y: Tokens of the same width, shape (target, channel).
        bandwidth: σ of the Gaussian kernel; None: the median heuristic on the pooled
            tokens, which no shuffle changes.
        permutations: Number of shuffles, at least 1.
        biased: Which form of MMD², as in `mmd2`.
        generator: Source of randomness, on the CPU.

    Raises:
        ValueError: If shapes do not fit, a bandwidth is not above 0, there are no
            permutations, or the unbiased form meets a side of one token.
    """
    if x.ndim != 2 or y.ndim != 2:
        raise ValueError(
            "the test takes two sets of shape (token, channel), got "
            f"{tuple(x.shape)} and {tuple(y.shape)}"
        )
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, got {permutations}")
    if not biased and min(len(x), len(y)) < 2:
        raise ValueError("the unbiased MMD needs at least two tokens a side, got one")
    x, y = x.double(), y.double()
    sigma = float(median_bandwidth(x, y)) if bandwidth is None else bandwidth
    pooled = torch.cat([x, y])
    kernel = gaussian_kernel(pooled, pooled, bandwidth=sigma)
    observed = torch.arange(len(pooled)) < len(x)
    order = torch.rand(permutations, len(pooled), generator=generator).argsort(dim=-1)
    in_x = torch.cat([observed.unsqueeze(0), observed[order]]).to(kernel)
    statistic, *null = _mmd2_by_labels(kernel, in_x, biased=biased).split(
        [1, permutations]
    )
    # Labellings that are equivalent may differ in the last bits.
    slack = 1e-12 * kernel.abs().max()
    reached = int((null[0] >= statistic - slack).sum())
    return PermutationTest(
        statistic=float(statistic),
        null=null[0],
        p_value=(1 + reached) / (1 + permutations),
        bandwidth=sigma,
    )


def _mmd2_by_labels(
    kernel: Float[Tensor, "token token"],
    in_x: Float[Tensor, "labelling token"],
    *,
    biased: bool,
) -> Float[Tensor, " labelling"]:
    """Return MMD² for each way to call some tokens x (1) and the others y (0)."""
    m, n = in_x[0].sum(), (1 - in_x[0]).sum()
    if not biased:
        kernel = kernel - kernel.diag().diag()
    from_x = in_x @ kernel
    xx = (from_x * in_x).sum(dim=-1)
    xy = (from_x * (1 - in_x)).sum(dim=-1)
    yy = kernel.sum() - xx - 2 * xy
    own = 0 if biased else 1
    return xx / (m * (m - own)) + yy / (n * (n - own)) - 2 * xy / (m * n)
