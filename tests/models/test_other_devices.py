"""Passes on a device that is not the CPU: `meta`, whose tensors have no values.

An operation between it and the CPU fails, as between a GPU and the CPU. What depends on
values (a solver that stops when it has converged) waits for `pytest -m gpu`.
"""

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from fusionviz.alignment import cosine_cost
from fusionviz.models.alignmamba import MambaBlock
from fusionviz.models.mango import Mango
from tests.helpers.tiny_models import TINY_MANGO

ELSEWHERE = torch.device("meta")


@pytest.fixture(scope="module")
def mango() -> Mango:
    torch.manual_seed(0)
    return Mango(TINY_MANGO).eval().requires_grad_(False)


class Call(nn.Module):
    """A method of a module as its forward, so that its weights can be replaced."""

    def __init__(self, module: nn.Module, method: str) -> None:
        super().__init__()
        self.module, self.method = module, method

    def forward(self, *inputs: Tensor):
        return getattr(self.module, self.method)(*inputs)


def elsewhere(module: nn.Module, method: str, *inputs: Tensor):
    """Call a method with weights and inputs elsewhere."""
    call = Call(module, method)
    weights = {
        name: torch.empty(value.shape, dtype=value.dtype, device=ELSEWHERE)
        for name, value in [*call.named_parameters(), *call.named_buffers()]
    }
    return functional_call(call, weights, inputs)


def tokens() -> Tensor:
    return torch.empty(2, 2 * TINY_MANGO.tokens, TINY_MANGO.width, device=ELSEWHERE)


def test_weights_and_inputs_that_do_not_meet_are_found():
    layer = nn.Linear(3, 3)
    with pytest.raises(RuntimeError, match="device"):
        elsewhere(layer, "forward", torch.empty(2, 3, device="cpu"))


def test_the_flow_stays_on_its_device(mango):
    z, log_det = elsewhere(mango.flow, "forward", tokens())
    assert z.device.type == log_det.device.type == "meta"
    assert elsewhere(mango.flow, "inverse", z).device.type == "meta"


def test_tokens_become_pictures_on_their_device(mango):
    pictures = elsewhere(mango, "decode", tokens())
    assert {one.device.type for one in pictures.values()} == {"meta"}


def test_a_block_of_mamba_stays_on_its_device():
    block = MambaBlock(8, d_state=4, backend="reference")
    y = elsewhere(block, "forward", torch.empty(2, 5, 8, device=ELSEWHERE))
    assert y.device.type == "meta"


def test_costs_stay_on_their_device():
    source, target = (torch.empty(2, n, 8, device=ELSEWHERE) for n in (4, 5))
    assert cosine_cost(source, target).device.type == "meta"
