"""Formulas against torch's counter, on cases small enough to count."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from fusionviz.models.alignmamba import MambaBlock
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell
from fusionviz.scaling.workloads import STATES, WORKLOADS, find_workload


def count(call) -> int:
    """Return what torch counts, with attention written out and no fast path."""
    torch.backends.mha.set_fastpath_enabled(False)
    with (
        torch.no_grad(),
        sdpa_kernel(SDPBackend.MATH),
        FlopCounterMode(display=False) as counter,
    ):
        call()
    return counter.get_total_flops()


def test_a_block_without_its_scan_is_counted():
    tokens, width = 37, 24
    block = MambaBlock(width, d_state=5)
    x = torch.randn(1, tokens, width)
    formula = ops.mamba_block(tokens, width, 2 * width, 5, block.dt_rank, taps=4)
    assert count(lambda: block(x)) == formula - ops.scan(tokens, 2 * width, 5)


@pytest.mark.parametrize(
    "name",
    [
        "single-stream-plain",
        "single-stream-fused",
        "multi-stream-plain",
        "multi-stream-fused",
        "transformer-plain",
        "transformer-fused",
        "relaxed",
        "mmd",
        "encoders",
        "alignment",
        "predictor",
    ],
)
def test_a_workload_takes_what_torch_counts(name):
    workload = find_workload(name)
    cell = Cell(workload=name, length=48, width=16, layers=2)
    counted = count(workload.prepare(cell, cell.length))
    assert counted == workload.operations(cell)


@pytest.mark.parametrize("name", ["alignmamba-reference", "mamba-backbone"])
def test_mamba_takes_what_torch_counts_and_the_scan(name):
    workload = find_workload(name)
    cell = Cell(workload=name, length=96, width=16, layers=2)
    scan = 2 * ops.scan(96, 32, STATES)
    assert count(workload.prepare(cell, 96)) == workload.operations(cell) - scan


@pytest.mark.parametrize("name", ["mango-forward", "mango-inverse"])
def test_a_flow_takes_what_torch_counts_and_the_solves(name):
    workload = find_workload(name)
    cell = Cell(workload=name, length=128, width=16, layers=2)
    tokens, width = 64, 16
    solves = 2 * 2 * ops.triangular_solve(2 * tokens, width)  # W⁻¹ of both LICA
    if name == "mango-inverse":
        solves += 8 * ops.triangular_solve(tokens, width)
        solves += 9 * 2 * ops.triangular_solve(width, 2 * tokens)
    counted = count(workload.prepare(cell, 128))
    assert counted == workload.operations(cell) - cell.layers * solves


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one.name)
def test_no_workload_is_free_and_longer_ones_take_more(workload):
    found = [
        workload.operations(Cell(workload=workload.name, length=length, width=16))
        for length in (128, 512, 2048)
    ]
    if workload.name == "predictor":  # its input is pooled over time
        assert 0 < found[0] == found[1] == found[2]
        return
    assert 0 < found[0] < found[1] < found[2]
    attends = "stream" in workload.name or "transformer" in workload.name
    growth = found[2] / found[1]
    assert growth > 4.5 if attends else growth > 3.9


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda one: one.name)
def test_every_workload_runs(workload):
    cell = Cell(workload=workload.name, length=48, width=16, layers=1)
    assert workload.prepare(cell, cell.length)() is not None
    if workload.family in ("fusion", "backbone"):
        training = Cell(
            workload=workload.name, length=24, width=16, layers=1, passes="training"
        )
        grads = workload.prepare(training, training.length)()
        assert any(one is not None and one.abs().sum() > 0 for one in grads)


def test_operations_of_the_parts_and_the_backbone_are_those_of_the_whole():
    def count_of(name):
        return find_workload(name).operations(Cell(workload=name, length=96, width=16))

    parts = ("encoders", "alignment", "mamba-backbone", "predictor")
    assert sum(map(count_of, parts)) == count_of("alignmamba")
    parts = ("encoders", "transformer-plain", "predictor")
    assert sum(map(count_of, parts)) == count_of("single-stream-plain")


def test_training_takes_three_times_a_forward():
    workload = find_workload("transformer-plain")
    one = Cell(workload=workload.name, length=64, width=16)
    both = Cell(workload=workload.name, length=64, width=16, passes="training")
    assert workload.operations(both) == 3 * workload.operations(one)
