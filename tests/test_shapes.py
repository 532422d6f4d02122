"""Shapes in signatures are checked in these tests: a wrong one is found out."""

import jaxtyping
import pytest
import torch
from numba.core.dispatcher import Dispatcher

from fusionviz.alignment import cosine_cost, mmd_permutation_test, relaxed_transport
from fusionviz.alignment.plan import TransportPlan
from fusionviz.models.alignmamba.scan import cpu_kernels
from fusionviz.models.mango import ActNorm, ModalityPartition
from tests.helpers.shapes import checked, unchecked


def test_arguments_of_another_shape_are_refused():
    with pytest.raises(jaxtyping.TypeCheckError, match="cost"):
        relaxed_transport(torch.rand(3, 4))
    with pytest.raises(jaxtyping.TypeCheckError, match="target_mask"):
        relaxed_transport(torch.rand(1, 3, 4), target_mask=torch.ones(1, 3) > 0)
    with pytest.raises(jaxtyping.TypeCheckError, match="channel"):
        mmd_permutation_test(torch.rand(4, 2), torch.rand(4, 3))


def test_methods_and_records_are_checked_too():
    with pytest.raises(jaxtyping.TypeCheckError):
        ActNorm(4, 6)(torch.rand(8, 6))
    with pytest.raises(jaxtyping.TypeCheckError):
        ModalityPartition(4).merge(torch.rand(2, 4, 6), torch.rand(3, 4, 6))
    one = torch.rand(1)
    with pytest.raises(jaxtyping.TypeCheckError, match="iterations"):
        TransportPlan(
            coupling=torch.rand(1, 2, 2),
            marginal_error=one,
            converged=one > 0,
            iterations=one,
            cost=one,
        )


def test_what_comes_back_is_checked_for_every_new_shape():
    def twice(
        x: jaxtyping.Float[torch.Tensor, " token"],
    ) -> jaxtyping.Float[torch.Tensor, " token"]:
        return x if len(x) < 3 else x[:2]

    strict = checked(twice)
    for _ in range(2):
        assert len(strict(torch.rand(2))) == 2
        with pytest.raises(jaxtyping.TypeCheckError, match="return value"):
            strict(torch.rand(3))


def test_the_check_can_be_left_out_and_changes_nothing():
    x, y = torch.rand(3, 2), torch.rand(4, 2)
    assert torch.equal(cosine_cost(x, y), cosine_cost.__wrapped__(x, y))
    with unchecked(), pytest.raises(ValueError, match="source"):
        relaxed_transport(torch.rand(3, 4))


def test_compiled_functions_are_left_alone():
    assert isinstance(cpu_kernels.forward, Dispatcher)
