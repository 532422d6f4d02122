"""Bytes by formula against those of tensors that models really make."""

import torch

from fusionviz.models.alignmamba import selective_scan
from fusionviz.models.baselines.attention import TransformerLayer
from fusionviz.scaling import sizes
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads.base import (
    HEADS,
    MODALITIES,
    random_features,
    shared_sizes,
)


def test_attention_weights_are_the_largest_that_a_layer_keeps_for_its_gradients():
    layer, kept = TransformerLayer(16, HEADS, 8, 0.0, "plain"), []
    with torch.autograd.graph.saved_tensors_hooks(
        lambda one: kept.append(one.nbytes) or one, lambda one: one
    ):
        layer(torch.randn(1, 70, 16, requires_grad=True))
    assert max(kept) == sizes.attention_weights(70, HEADS)


def test_costs_and_plans_are_those_that_alignmamba_makes():
    from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig

    cell = Cell(workload="alignmamba", length=96, width=16, layers=1)
    model = AlignMamba(AlignMambaConfig(**shared_sizes(cell)))
    traces = model.trace(random_features(cell, 96)).alignments.values()
    made = sum(one.cost.nbytes + one.coupling.nbytes for one in traces)
    assert made == sizes.transport_matrices(96, len(MODALITIES))


def test_a_scan_carries_its_last_state():
    inner, states, length = 12, 5, 40
    x, delta = torch.rand(2, 1, inner, length)
    B, C = torch.rand(2, 1, states, length)
    A = -torch.rand(inner, states)
    _, last = selective_scan(x, delta, A, B, C, return_last_state=True)
    assert last.nbytes == sizes.scan_state(inner, states)
    assert sizes.scan_states(length, inner, states) == length * last.nbytes
    assert sizes.tokens(length, inner) == x.nbytes
