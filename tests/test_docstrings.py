"""The examples in docstrings of `alignment` and `models` say what comes out."""

import doctest
from types import ModuleType

import pytest

from fusionviz.alignment import (
    cost,
    exact,
    mmd,
    permutation,
    relaxed,
    sinkhorn,
    solvers,
)
from fusionviz.models import checkpoints
from fusionviz.models.alignmamba import block
from fusionviz.models.alignmamba import model as alignmamba
from fusionviz.models.alignmamba.scan import dispatch
from fusionviz.models.mango import model as mango
from fusionviz.models.mango.layers import attention, partition

PUBLIC = {
    cost: ["cosine_cost"],
    exact: ["exact_transport"],
    mmd: ["median_bandwidth", "mmd2"],
    permutation: ["mmd_permutation_test"],
    relaxed: ["relaxed_transport"],
    sinkhorn: ["sinkhorn"],
    solvers: ["solve"],
    checkpoints: ["load_checkpoint"],
    block: ["MambaBlock"],
    alignmamba: ["AlignMamba"],
    dispatch: ["selective_scan"],
    attention: ["InvertibleCrossAttention"],
    partition: ["InterModalityPartition", "LearnedPartition", "ModalityPartition"],
    mango: ["Mango"],
}


@pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.__name__)
def test_examples_give_what_they_show(module: ModuleType, monkeypatch):
    monkeypatch.delenv("FUSIONVIZ_CHECKPOINTS", raising=False)
    found = doctest.DocTestFinder(recurse=True).find(module)
    examples = [one for one in found if one.examples]
    names = sorted(one.name.rsplit(".", 1)[-1] for one in examples)
    assert names == PUBLIC[module]
    runner = doctest.DocTestRunner(verbose=False)
    for one in examples:
        runner.run(one)
    assert runner.failures == 0
    assert runner.tries >= 2 * len(examples)
