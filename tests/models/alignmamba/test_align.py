import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.alignment import median_bandwidth, mmd2
from fusionviz.models.alignmamba.align import (
    Tokens,
    align,
    discrepancy,
    move,
)
from tests.helpers.alignmamba_models import sentiment_config
from tests.helpers.properties import assert_coupling


def make_tokens(lengths, padded, seed=0):
    torch.manual_seed(seed)
    mask = torch.arange(padded) < torch.tensor(lengths).unsqueeze(1)
    x = torch.randn(len(lengths), padded, 8) * mask.unsqueeze(-1)
    return Tokens(x=x, mask=mask, present=mask.any(dim=1))


SOURCE = make_tokens([6, 4, 0], 6)
ANCHOR = make_tokens([5, 3, 4], 5, seed=1)


def test_relaxed_alignment_is_the_papers_loop():
    aligned = align(SOURCE, ANCHOR, sentiment_config(aligned_scale="mass"))
    for item in range(2):
        sources = SOURCE.x[item][SOURCE.mask[item]]
        targets = ANCHOR.x[item][ANCHOR.mask[item]]
        expected = torch.zeros(ANCHOR.x.shape[1], 8)
        for token in sources:
            costs = [
                1 - torch.dot(token, other) / (token.norm() * other.norm())
                for other in targets
            ]
            expected[int(torch.stack(costs).argmin())] += token / len(sources)
        torch.testing.assert_close(aligned.x[item], expected)


@pytest.mark.parametrize("alignment", ["relaxed", "sinkhorn", "exact", "clock"])
def test_absent_tokens_take_no_mass(alignment):
    config = sentiment_config(alignment=alignment, sinkhorn_tolerance=1e-5)
    plan = align(SOURCE, ANCHOR, config).coupling
    even = SOURCE.mask / SOURCE.mask.sum(dim=1, keepdim=True).clamp(min=1)
    even_target = ANCHOR.mask / ANCHOR.mask.sum(dim=1, keepdim=True)
    even_target[2] = 0  # nothing to receive
    keeps_columns = alignment != "relaxed"
    assert_coupling(plan, even, even_target if keeps_columns else None, 1e-5)
    assert (plan * ~ANCHOR.mask.unsqueeze(1) == 0).all()


@pytest.mark.parametrize("scale", ["mass", "length", "barycentric"])
def test_a_plan_of_even_mass_keeps_the_scale_but_for_the_papers(scale):
    x, mask = torch.randn(1, 4, 8), torch.ones(1, 4, dtype=torch.bool)
    order = torch.tensor([2, 0, 3, 1])
    permutation = torch.eye(4)[order].unsqueeze(0)
    moved = move(x, permutation / 4, mask, scale)
    factor = 0.25 if scale == "mass" else 1.0
    torch.testing.assert_close(moved[:, order], x * factor)


def test_barycentric_scale_averages_and_leaves_empty_places_empty():
    x = torch.tensor([[[1.0], [3.0], [5.0]]])
    plan = torch.tensor([[[1.0, 0], [1, 0], [1, 0]]]) / 3
    moved = move(x, plan, torch.ones(1, 2, dtype=torch.bool), "barycentric")
    torch.testing.assert_close(moved.flatten(), torch.tensor([3.0, 0.0]))


@pytest.mark.parametrize("bandwidth", [1.5, "median"])
def test_mmd_is_the_written_out_sum_over_tokens_that_are_there(bandwidth):
    aligned = align(SOURCE, ANCHOR, sentiment_config(bandwidth=bandwidth))
    for item in range(2):
        count = int(ANCHOR.mask[item].sum())
        x, y = aligned.x[item, :count], ANCHOR.x[item, :count]
        sigma = median_bandwidth(x, y) if bandwidth == "median" else bandwidth

        def kernel(a, b, sigma=sigma):
            return torch.exp(-(a - b).square().sum() / (2 * sigma**2))

        expected = sum(
            kernel(x[i], x[j]) + kernel(y[i], y[j]) - 2 * kernel(x[i], y[j])
            for i in range(count)
            for j in range(count)
        ) / (count * count)
        torch.testing.assert_close(aligned.mmd[item], expected, atol=1e-5, rtol=1e-4)
    assert aligned.mmd[2] == 0


def test_median_of_some_tokens_stands_for_the_median_of_all():
    x, y = torch.randn(2, 200, 8), torch.randn(2, 200, 8) + 0.5
    there = torch.ones(2, 200, dtype=torch.bool)
    anchor = Tokens(x=y, mask=there, present=there[:, 0])
    quick = discrepancy(x, there[:, 0], anchor, "median")
    whole = mmd2(x, y, bandwidth=median_bandwidth(x, y))
    torch.testing.assert_close(quick, whole, rtol=0.05, atol=0)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(2, 150),
    gaps=st.lists(st.integers(0, 150), max_size=60),
    ends=st.integers(0, 300),
)
def test_padding_leaves_the_discrepancy(seed, count, gaps, ends):
    """Absent tokens, between the others or after them, change nothing."""
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.randn(2, 1, count, 4, generator=generator, dtype=torch.float64)
    y = y * torch.linspace(0.1, 3, count, dtype=torch.float64)[:, None]
    mask = torch.ones(count, dtype=torch.bool)
    for gap in gaps:
        at = min(gap, len(mask))
        mask = torch.cat([mask[:at], torch.zeros(1, dtype=torch.bool), mask[at:]])
    mask = torch.cat([mask, torch.zeros(ends, dtype=torch.bool)])[None]

    def padded(tokens):
        out = torch.full((1, mask.shape[1], 4), 7.0, dtype=tokens.dtype)
        out[mask] = tokens[0]
        return out

    yes, all_there = torch.ones(1, dtype=torch.bool), torch.ones(1, count) > 0
    alone = discrepancy(x, yes, Tokens(x=y, mask=all_there, present=yes), "median")
    anchor = Tokens(x=padded(y), mask=mask, present=yes)
    found = discrepancy(padded(x), yes, anchor, "median")
    torch.testing.assert_close(found, alone, rtol=1e-9, atol=1e-12)


def test_gradients_flow_through_tokens_and_not_through_the_argmin():
    x = SOURCE.x.clone().requires_grad_()
    y = ANCHOR.x.clone().requires_grad_()
    source = Tokens(x=x, mask=SOURCE.mask, present=SOURCE.present)
    anchor = Tokens(x=y, mask=ANCHOR.mask, present=ANCHOR.present)
    align(source, anchor, sentiment_config()).x.sum().backward()
    assert (x.grad[SOURCE.mask] != 0).all()
    assert y.grad is None or (y.grad == 0).all()


def test_mixed_precision_leaves_the_plan_as_it_is():
    config = sentiment_config()
    plain = align(SOURCE, ANCHOR, config)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = align(SOURCE, ANCHOR, config)
    assert mixed.cost.dtype == torch.float32
    assert torch.equal(mixed.cost, plain.cost)
    assert torch.equal(mixed.mmd, plain.mmd)
