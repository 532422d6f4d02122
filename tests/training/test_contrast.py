"""The contrast between samples' transport costs."""

import math

import pytest
import torch

from fusionviz.alignment import cosine_cost, relaxed_transport
from fusionviz.models.alignmamba.align import Tokens
from fusionviz.training.contrast import (
    TEMPERATURE,
    pairwise_costs,
    transport_contrast,
)


def draw(batch, tokens, seed, lengths=None):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(batch, tokens, 8, generator=generator, dtype=torch.float64)
    mask = torch.ones(batch, tokens, dtype=torch.bool)
    for sample, length in enumerate(lengths or ()):
        mask[sample, length:] = False
    x = x * mask.unsqueeze(-1)
    return Tokens(x=x, mask=mask, present=torch.ones(batch, dtype=torch.bool))


SOURCE, ANCHOR = draw(3, 7, 0, [7, 4, 5]), draw(3, 5, 1, [2, 5, 3])


def test_pairwise_costs_are_those_of_relaxed_transport():
    costs = pairwise_costs(SOURCE, ANCHOR)
    for i in range(3):
        for k in range(3):
            x, y = SOURCE.x[i][SOURCE.mask[i]], ANCHOR.x[k][ANCHOR.mask[k]]
            cost = cosine_cost(x[None], y[None])
            assert costs[i, k].item() == pytest.approx(
                relaxed_transport(cost).cost.item(), abs=1e-12
            )


def test_contrast_is_written_out_as_a_sum():
    scores = (-pairwise_costs(SOURCE, ANCHOR) / TEMPERATURE).tolist()
    total = 0.0
    for i in range(3):
        row = math.log(sum(math.exp(s - scores[i][i]) for s in scores[i]))
        column = math.log(sum(math.exp(r[i] - scores[i][i]) for r in scores))
        total += (row + column) / 6
    assert transport_contrast(SOURCE, ANCHOR).item() == pytest.approx(total, rel=1e-9)


def test_samples_that_lack_a_modality_take_no_part():
    present = torch.tensor([True, False, True])
    some = Tokens(x=SOURCE.x, mask=SOURCE.mask & present[:, None], present=present)
    kept = torch.tensor([0, 2])
    smaller = [
        Tokens(x=t.x[kept], mask=t.mask[kept], present=t.present[kept])
        for t in (SOURCE, ANCHOR)
    ]
    expected = transport_contrast(*smaller)
    assert transport_contrast(some, ANCHOR).item() == pytest.approx(expected.item())


def test_one_pair_has_nothing_to_stand_out_from():
    alone = torch.tensor([True, False, False])
    one = Tokens(x=SOURCE.x, mask=SOURCE.mask, present=alone)
    assert transport_contrast(one, ANCHOR).item() == 0


def test_a_step_along_the_gradient_makes_own_pairs_stand_out():
    x = SOURCE.x.clone().requires_grad_()
    source = Tokens(x=x, mask=SOURCE.mask, present=SOURCE.present)
    before = transport_contrast(source, ANCHOR)
    (gradient,) = torch.autograd.grad(before, x)
    assert not gradient[~SOURCE.mask].any()
    moved = Tokens(
        x=SOURCE.x - 0.01 * gradient, mask=SOURCE.mask, present=SOURCE.present
    )
    assert transport_contrast(moved, ANCHOR) < before
