"""Which tokens belong together, learned from which samples do.

Nobody says which frame belongs to which word; but frames and words of one sample belong
together, and those of two samples do not. Relaxed transport between sample i's source
and sample k's anchor costs

    W_ik = 1/S sum_s min_t C(x_is, y_kt)

and each sample should find its own counterpart to be the cheapest of the batch, from
either side (InfoNCE, van den Oord et al. 2018, with transport costs for similarities).
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from fusionviz.alignment import cosine_cost
from fusionviz.models.alignmamba.align import Tokens

TEMPERATURE = 0.03
"""In the unit of the cost; a mean cost differs by some hundredths between samples."""


def transport_contrast(source: Tokens, anchor: Tokens) -> Float[Tensor, ""]:
    """Return how little samples' own pairs stand out, in nats; 0 with fewer than two.

    Args:
        source: Tokens of one modality.
        anchor: Tokens of the anchor. Samples that lack either take no part.
    """
    both = source.present & anchor.present
    count = int(both.sum())
    if count < 2:
        return source.x.new_zeros(())
    with torch.autocast(source.x.device.type, enabled=False):
        costs = pairwise_costs(_only(source, both), _only(anchor, both))
        own = torch.arange(count, device=costs.device)
        scores = -costs / TEMPERATURE
        return (cross_entropy(scores, own) + cross_entropy(scores.mT, own)) / 2


def pairwise_costs(
    source: Tokens, anchor: Tokens
) -> Float[Tensor, "sample counterpart"]:
    """Return what relaxed transport costs between all samples' sources and anchors.

    Args:
        source: Each sample has at least one token.
        anchor: As many samples, each with at least one token.
    """
    samples, targets, channels = anchor.x.shape
    every = anchor.x.reshape(1, samples * targets, channels)
    cost = cosine_cost(source.x, every.expand(samples, -1, -1))
    cost = cost.unflatten(2, (samples, targets))
    cheapest = cost.masked_fill(~anchor.mask, torch.inf).amin(dim=-1)
    there = source.mask.unsqueeze(-1)
    return (cheapest * there).sum(dim=1) / there.sum(dim=1)


def _only(tokens: Tokens, chosen: Tensor) -> Tokens:
    return Tokens(
        x=tokens.x[chosen], mask=tokens.mask[chosen], present=tokens.present[chosen]
    )
