"""What is run: models of one width and depth, and the parts that alignment is made of.

A length is that of all modalities' tokens together: a third each of three modalities
for the fusion models, halves for what takes two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

import torch
from torch import Tensor, nn

from fusionviz.alignment import (
    cosine_cost,
    exact_transport,
    median_bandwidth,
    mmd2,
    relaxed_transport,
    sinkhorn,
)
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import (
    AlignMamba,
    AlignMambaConfig,
    AlignMambaInputs,
    ModalityConfig,
)
from fusionviz.models.alignmamba.backbone import MambaBackbone
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.baselines.attention import Attention
from fusionviz.models.baselines.config import FusionName
from fusionviz.models.mango import MangoConfig
from fusionviz.models.mango.flow import MangoFlow
from fusionviz.scaling import operations as ops
from fusionviz.scaling.cells import Cell

Call = Callable[[], object]
M = TypeVar("M", bound=nn.Module)
Family = Literal["fusion", "backbone", "flow", "alignment"]

WARM_UP_LENGTH = 96
"""Tokens of the call that compiles and imports what the timed ones need."""

MODALITIES = ("video", "audio", "text")
HEADS = 4
STATES = 16
EPSILON = 0.05
"""Of Sinkhorn, with as many iterations as it needs for 1e-3."""


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


@dataclass(frozen=True, kw_only=True)
class AlignMambaWhole:
    """AlignMamba from features to prediction, and its losses in training."""

    name: str
    title: str
    backend: str
    family: Family = "fusion"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random features."""
        config = AlignMambaConfig(**_shared(cell))
        model = _made(lambda: AlignMamba(config), cell)
        _set_backend(model, self.backend)
        return _fusion_call(model, cell, length)

    def operations(self, cell: Cell) -> int:
        """Return encoders, alignment of both sources, MMD, backbone and predictor."""
        moments = cell.length // len(MODALITIES)
        width = cell.width
        pair = 2 * ops.cosine_cost(moments, moments, width)  # the cost, and Mᵀ X
        pair += ops.gaussian_mmd(moments, moments, width)
        one = _encoders(cell, moments) + 2 * pair + _head(width)
        return _passes(cell, one + _mamba(cell, 3 * moments))


@dataclass(frozen=True, kw_only=True)
class Backbone:
    """AlignMamba's backbone alone: Mamba layers over one sequence."""

    name: str
    title: str
    backend: str
    family: Family = "backbone"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random tokens."""
        config = AlignMambaConfig(**_shared(cell))
        model = _made(lambda: MambaBackbone(config), cell)
        _set_backend(model, self.backend)
        x = _normal(cell, length)
        return _module_call(lambda: model(x)[0], model, cell)

    def operations(self, cell: Cell) -> int:
        """Return those of all blocks."""
        return _passes(cell, _mamba(cell, cell.length))


@dataclass(frozen=True, kw_only=True)
class Transformer:
    """A baseline with AlignMamba's encoders and predictor, from features on."""

    name: str
    title: str
    fusion: FusionName
    attention: Attention
    family: Family = "fusion"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random features."""
        config = BaselineConfig(
            **_shared(cell),
            fusion=self.fusion,
            attention=self.attention,
            heads=HEADS,
        )
        return _fusion_call(_made(lambda: FusionBaseline(config), cell), cell, length)

    def operations(self, cell: Cell) -> int:
        """Return encoders, all layers and predictor."""
        moments, width, hidden = cell.length // 3, cell.width, 4 * cell.width
        total = _encoders(cell, moments) + _head(width)
        if self.fusion == "single-stream":
            layer = ops.transformer_layer(3 * moments, 3 * moments, width, hidden)
            return _passes(cell, total + cell.layers * layer)
        crossing = cell.layers * ops.transformer_layer(moments, moments, width, hidden)
        own = ops.transformer_layer(moments, moments, 2 * width, 2 * hidden)
        own += ops.linear(moments, 2 * width, width)
        return _passes(cell, total + 6 * crossing + 3 * own)


@dataclass(frozen=True, kw_only=True)
class Attending:
    """A Transformer's layers alone over one sequence."""

    name: str
    title: str
    attention: Attention
    family: Family = "backbone"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return a forward, or forward and backward, of random tokens."""
        from fusionviz.models.baselines.attention import TransformerLayer

        def make() -> nn.Sequential:
            sizes = (cell.width, HEADS, 4 * cell.width, 0.0, self.attention)
            return nn.Sequential(
                *(TransformerLayer(*sizes) for _ in range(cell.layers))
            )

        model, x = _made(make, cell), _normal(cell, length)
        return _module_call(lambda: model(x), model, cell)

    def operations(self, cell: Cell) -> int:
        """Return those of all layers."""
        length, width = cell.length, cell.width
        layer = ops.transformer_layer(length, length, width, 4 * width)
        return _passes(cell, cell.layers * layer)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """MANGO's flow on joint tokens, forward (with log-determinant) or inverse."""

    name: str
    title: str
    is_inverse: bool
    family: Family = "flow"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return one direction on random tokens of the square grid nearest a length."""
        flow = _made(lambda: MangoFlow(_flow_config(cell, length)), cell)
        x = _normal(cell, 2 * _grid(length) ** 2)
        direction = flow.inverse if self.is_inverse else flow
        return _module_call(lambda: _first(direction(x)), flow, cell)

    def operations(self, cell: Cell) -> int:
        """Return those of attention layers and of mixings of tokens and channels."""
        tokens = _grid(cell.length) ** 2
        block = ops.flow_block(tokens, cell.width, 2 * cell.width)
        if self.is_inverse:
            block = ops.flow_block_inverse(tokens, cell.width, 2 * cell.width)
        return _passes(cell, cell.layers * block)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Cost and plan between two halves of the tokens, by one solver."""

    name: str
    title: str
    solver: Literal["relaxed", "sinkhorn", "exact"]
    family: Family = "alignment"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return the solver on random tokens."""
        source, target = _normal(cell, length).chunk(2, dim=1)

        def call() -> object:
            cost = cosine_cost(source, target)
            if self.solver == "relaxed":
                return relaxed_transport(cost)
            if self.solver == "exact":
                return exact_transport(cost)
            return sinkhorn(cost, epsilon=EPSILON, tolerance=1e-3, max_iterations=1000)

        return call

    def operations(self, cell: Cell) -> int:
        """Return those of the cost; what a solver does on top depends on the data."""
        half = cell.length // 2
        return cell.batch * ops.cosine_cost(half, half, cell.width)


@dataclass(frozen=True, kw_only=True)
class Discrepancy:
    """MMD² between two halves of the tokens, with the median bandwidth."""

    name: str
    title: str
    family: Family = "alignment"

    def prepare(self, cell: Cell, length: int) -> Call:
        """Return MMD² of random tokens."""
        first, second = _normal(cell, length).chunk(2, dim=1)
        sigma = median_bandwidth(first[:, :64], second[:, :64])
        return lambda: mmd2(first, second, bandwidth=sigma)

    def operations(self, cell: Cell) -> int:
        """Return those of the Gram matrices."""
        half = cell.length // 2
        return cell.batch * ops.gaussian_mmd(half, half, cell.width)


WORKLOADS: tuple[Workload, ...] = (
    AlignMambaWhole(name="alignmamba", title="AlignMamba", backend="auto"),
    AlignMambaWhole(
        name="alignmamba-torch", title="AlignMamba, scan in torch", backend="torch"
    ),
    AlignMambaWhole(
        name="alignmamba-reference",
        title="AlignMamba, scan step by step",
        backend="reference",
    ),
    Transformer(
        name="single-stream-plain",
        title="Single-stream Transformer, plain attention",
        fusion="single-stream",
        attention="plain",
    ),
    Transformer(
        name="single-stream-fused",
        title="Single-stream Transformer, fused attention",
        fusion="single-stream",
        attention="fused",
    ),
    Transformer(
        name="multi-stream-plain",
        title="Multi-stream Transformer, plain attention",
        fusion="multi-stream",
        attention="plain",
    ),
    Transformer(
        name="multi-stream-fused",
        title="Multi-stream Transformer, fused attention",
        fusion="multi-stream",
        attention="fused",
    ),
    Backbone(name="mamba-backbone", title="Mamba backbone", backend="auto"),
    Attending(
        name="transformer-plain",
        title="Transformer layers, plain attention",
        attention="plain",
    ),
    Attending(
        name="transformer-fused",
        title="Transformer layers, fused attention",
        attention="fused",
    ),
    Flow(name="mango-forward", title="MANGO forward", is_inverse=False),
    Flow(name="mango-inverse", title="MANGO inverse", is_inverse=True),
    Plan(name="relaxed", title="Relaxed transport", solver="relaxed"),
    Plan(name="sinkhorn", title="Sinkhorn", solver="sinkhorn"),
    Plan(name="exact", title="Exact transport", solver="exact"),
    Discrepancy(name="mmd", title="MMD²"),
)


def find_workload(name: str) -> Workload:
    """Return a workload by name.

    Raises:
        InputError: There is none of that name.
    """
    for one in WORKLOADS:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in WORKLOADS)
    raise InputError(f"workloads are {known}, got {name!r}")


def _shared(cell: Cell) -> dict[str, Any]:
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


def _made(make: Callable[[], M], cell: Cell) -> M:
    """Return a module with the same random weights every time."""
    torch.manual_seed(0)
    module = make().to(cell.device)
    if cell.passes == "training":
        return module.train()
    return module.eval().requires_grad_(False)


def _normal(cell: Cell, length: int) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    shape = (cell.batch, length, cell.width)
    return torch.randn(*shape, generator=generator).to(cell.device)


def _fusion_call(model: nn.Module, cell: Cell, length: int) -> Call:
    moments = length // len(MODALITIES)
    features: Mapping[str, Tensor] = {
        name: _normal(cell, moments).roll(index, dims=1)
        for index, name in enumerate(MODALITIES)
    }
    batch = AlignMambaInputs(features)

    def run() -> Tensor:
        output = model(batch)
        return output.logits.sum() + output.align_loss.sum()

    return _module_call(run, model, cell)


def _module_call(run: Callable[[], Tensor], module: nn.Module, cell: Cell) -> Call:
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


def _set_backend(model: nn.Module, backend: str) -> None:
    from fusionviz.models.alignmamba import MambaBlock

    for module in model.modules():
        if isinstance(module, MambaBlock):
            module.backend = backend


def _grid(length: int) -> int:
    """Return the even side of the square grid whose two modalities are nearest."""
    return max(2, 2 * round((length / 2) ** 0.5 / 2))


def _flow_config(cell: Cell, length: int) -> MangoConfig:
    grid = _grid(length)
    return MangoConfig(
        image_size=2 * grid,
        grid=grid,
        width=cell.width,
        blocks=cell.layers,
        heads=HEADS,
        coupling_width=2 * cell.width,
        codec_widths=(8,),
    )


def _first(result: object) -> Tensor:
    return result[0] if isinstance(result, tuple) else result  # type: ignore[return-value]


def _passes(cell: Cell, one: int) -> int:
    factor = ops.TRAINING if cell.passes == "training" else 1
    return factor * cell.batch * one


def _mamba(cell: Cell, tokens: int) -> int:
    inner, rank = 2 * cell.width, -(-cell.width // 16)
    block = ops.mamba_block(tokens, cell.width, inner, STATES, rank, taps=4)
    return cell.layers * block


def _encoders(cell: Cell, moments: int) -> int:
    return 3 * ops.linear(moments, 3 * cell.width, cell.width)


def _head(width: int) -> int:
    return ops.linear(1, width, width) + ops.linear(1, width, 1)
