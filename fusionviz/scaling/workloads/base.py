"""What all workloads share: sizes, random inputs, and how a module is called."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol, TypeVar

import torch
from torch import Tensor, nn

from fusionviz.models.alignmamba import (
    AlignMambaInputs,
    MambaBlock,
    ModalityConfig,
)
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell

Call = Callable[[], object]
M = TypeVar("M", bound=nn.Module)
Family = Literal["fusion", "backbone", "flow", "alignment", "part"]

WARM_UP_LENGTH = 96
"""Tokens of the call that compiles and imports what the timed ones need."""

MODALITIES = ("video", "audio", "text")
HEADS = 4
STATES = 16


class Workload(Protocol):
    """Something that is run at many lengths."""

    @property
    def name(self) -> str:
        """What it is called in commands and files."""

    @property
    def title(self) -> str:
        """What it is called on a page."""

    @property
    def family(self) -> Family:
        """What it can be compared with."""

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return what runs it once at a length; making it is not timed."""

    def operations(self, cell: Cell) -> int:
        """Return the floating-point operations of one run of a cell."""


def shared_sizes(cell: Cell) -> dict[str, Any]:
    """Return what AlignMamba and the baselines have in common."""
    return {
        "modalities": tuple(
            ModalityConfig(
                name=name, kind="conv1d", width=cell.width, positions="fraction"
            )
            for name in MODALITIES
        ),
        "anchor": MODALITIES[-1],
        "head": "regression",
        "outputs": 1,
        "d_model": cell.width,
        "layers": cell.layers,
        "d_state": STATES,
    }


def make_module(make: Callable[[], M], cell: Cell) -> M:
    """Return a module with the same random weights every time."""
    torch.manual_seed(0)
    module = make().to(cell.device)
    if cell.passes == "training":
        return module.train()
    return module.eval().requires_grad_(False)


def random_tokens(cell: Cell, length: int) -> Tensor:
    """Return the same random tokens every time, (batch, length, width)."""
    generator = torch.Generator().manual_seed(1)
    shape = (cell.batch, length, cell.width)
    return torch.randn(*shape, generator=generator).to(cell.device)


def random_features(cell: Cell, length: int) -> AlignMambaInputs:
    """Return a third of a length of random features for each modality."""
    moments = length // len(MODALITIES)
    features: Mapping[str, Tensor] = {
        name: random_tokens(cell, moments).roll(index, dims=1)
        for index, name in enumerate(MODALITIES)
    }
    return AlignMambaInputs(features)


def fusion_call(model: nn.Module, cell: Cell, length: int) -> Call:
    """Return a call of a fusion model on random features."""
    batch = random_features(cell, length)

    def run() -> Tensor:
        output = model(batch)
        return output.logits.sum() + output.align_loss.sum()

    return module_call(run, model, cell)


def module_call(run: Callable[[], Tensor], module: nn.Module, cell: Cell) -> Call:
    """Return a call that runs without gradients, or with and through them."""
    if cell.passes == "forward":

        def forward() -> Tensor:
            with torch.inference_mode():
                return run()

        return forward
    weights = [one for one in module.parameters() if one.requires_grad]

    def training() -> object:
        return torch.autograd.grad(run().sum(), weights, allow_unused=True)

    return training


def set_backend(model: nn.Module, backend: str) -> None:
    """Make all Mamba blocks of a model use one scan."""
    for module in model.modules():
        if isinstance(module, MambaBlock):
            module.backend = backend


def of_passes(cell: Cell, one: int) -> int:
    """Return the operations of a cell whose forward takes so many for one sequence."""
    factor = ops.TRAINING if cell.passes == "training" else 1
    return factor * cell.batch * one


def mamba_operations(cell: Cell, tokens: int) -> int:
    """Return those of all Mamba blocks."""
    inner, rank = 2 * cell.width, -(-cell.width // 16)
    block = ops.mamba_block(tokens, cell.width, inner, STATES, rank, taps=4)
    return cell.layers * block


def encoder_operations(cell: Cell, moments: int) -> int:
    """Return those of three encoders, convolutions of three taps."""
    return 3 * ops.linear(moments, 3 * cell.width, cell.width)


def predictor_operations(width: int) -> int:
    """Return those of the predictor, whose input is pooled over time."""
    return ops.linear(1, width, width) + ops.linear(1, width, 1)


def alignment_operations(cell: Cell, moments: int) -> int:
    """Return those of aligning two sources to the anchor, and of both MMD²."""
    pair = 2 * ops.cosine_cost(moments, moments, cell.width)  # the cost, and Mᵀ X
    return 2 * (pair + ops.gaussian_mmd(moments, moments, cell.width))
