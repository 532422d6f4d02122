"""What stands for a model that is on a model server: its class, without its weights.

What a method computes by weights it asks the server; what it does to samples before
that, or to tokens in the prior's formula, it does here. So `analysis` calls it as it
calls the model, and gets the same numbers.

A layer of a flow that is looked into (its gates, its partition) gets its own weights
when it is first looked at. Everything else that has weights, such as a codec, is not
there: only the server has it.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

import torch
from torch import Tensor, nn

from fusionviz.data.records import PosterSample, RGBDSample
from fusionviz.errors import InputError, ModelServerError
from fusionviz.models.alignmamba import (
    AlignMamba,
    AlignMambaConfig,
    AlignMambaInputs,
    AlignMambaOutput,
    AlignMambaTrace,
    BlockJacobian,
)
from fusionviz.models.alignmamba.model import Plans
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.cards import ModelCard
from fusionviz.models.factory import check_config
from fusionviz.models.films import FilmBatch, FilmMango, FilmMangoConfig
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango import Mango, MangoConfig, MangoTrace
from fusionviz.models.mango.config import FlowConfig
from fusionviz.models.mango.flow import FlowStep, Intervention, MangoFlow
from fusionviz.models.mango.joint import JointModel
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.serving import calls
from fusionviz.models.serving.calls import Call
from fusionviz.models.serving.runner import ModelName
from fusionviz.models.serving.server import ModelServer

Model = TypeVar("Model")
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Source = TypeVar("Source")


class Asker:
    """Asks a server about one of its models.

    Args:
        server: That has it.
        card: Of the model, as the app has it.
    """

    def __init__(self, server: ModelServer, card: ModelCard) -> None:
        self._server = server
        self._name = ModelName(checkpoint=card.name, sha256=card.sha256)

    def ask(
        self,
        call: Call[Model, Asked, Answer],
        *args: Asked.args,
        **kwargs: Asked.kwargs,
    ) -> Answer:
        """Return what a call answers about the model.

        Raises:
            FusionvizError: The server does not answer, or refuses, and why.
        """
        answer: Answer = self._server.ask(self._name, call.name, args, kwargs)
        return answer

    def __str__(self) -> str:
        return f"{self._name.checkpoint} is on the model server {self._server.address}"


class AwayError(ModelServerError, AttributeError):
    """A part of a model that only its server has."""


class _StandIn(nn.Module):
    """What all stand-ins share.

    Args:
        asker: Of the model.
    """

    def __init__(self, asker: Asker) -> None:
        nn.Module.__init__(self)
        self._asker = asker
        # Says that tensors are handed over here, on the CPU, as the first weight does.
        self.here = nn.Parameter(torch.empty(0), requires_grad=False)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of nn.Module
        try:
            return super().__getattr__(name)
        except AttributeError as error:
            if name.startswith("_") or name == "card":
                raise
            raise AwayError(
                f"{self._asker}, which keeps its {name}: start the app without a "
                "model server for this"
            ) from error


class _FetchedLayers(nn.ModuleList):
    """Layers that get their weights when they are first looked at."""

    def __init__(self, layers: nn.ModuleList, asker: Asker) -> None:
        super().__init__(layers)
        self._asker = asker
        self._fetched: set[int] = set()
        self._lock = threading.Lock()

    def __getitem__(self, index: int) -> nn.Module:  # type: ignore[override]
        layer = super().__getitem__(index)
        place = range(len(self))[index]
        with self._lock:
            if place not in self._fetched:
                part = f"flow.layers.{place}"
                weights = self._asker.ask(calls.WEIGHTS, part)
                layer.load_state_dict(weights, assign=True)
                self._fetched.add(place)
        return layer

    def __iter__(self) -> Iterator[nn.Module]:
        return (self[index] for index in range(len(self)))


class FlowStandIn(MangoFlow):
    """A flow that is on a server; its layers are here once they are looked at."""

    def __init__(self, config: FlowConfig, asker: Asker) -> None:
        super().__init__(config)
        _drop_weights(self)
        self._asker = asker
        self.layers = _FetchedLayers(self.layers, asker)

    def forward(
        self, x: Tensor, intervention: Intervention | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return what the flow on the server does: see `MangoFlow.forward`.

        Raises:
            InputError: Its gradient is wanted, of which it has only the likelihood's.
        """
        if torch.is_grad_enabled() and x.requires_grad:
            raise InputError(
                f"{self._asker}, which gives gradients of likelihoods alone: start the "
                "app without a model server for this"
            )
        return self._asker.ask(calls.FORWARD, x, intervention)

    def inverse(self, z: Tensor, intervention: Intervention | None = None) -> Tensor:
        """Return what the inverse on the server does: see `MangoFlow.inverse`."""
        return self._asker.ask(calls.INVERSE, z, intervention)

    def steps(
        self, x: Tensor, intervention: Intervention | None = None
    ) -> Iterator[FlowStep]:
        """Yield what each layer makes of the tokens: see `MangoFlow.steps`."""
        yield from self._asker.ask(calls.STEPS, x, intervention)

    def inverse_steps(
        self, z: Tensor, intervention: Intervention | None = None
    ) -> Iterator[tuple[int, Tensor]]:
        """Yield the tokens before each layer: see `MangoFlow.inverse_steps`."""
        yield from self._asker.ask(calls.INVERSE_STEPS, z, intervention)

    def branch(
        self, index: int, x: Tensor, changes: Sequence[HeadIntervention]
    ) -> tuple[Tensor, Tensor]:
        """Return where the flow goes for each change: see `MangoFlow.branch`."""
        return self._asker.ask(calls.BRANCH, index, x, list(changes))

    def doubled(self) -> MangoFlow:
        """Return the flow: of float64 tokens the server computes in float64."""
        return self


class _LogLikelihood(torch.autograd.Function):
    """The likelihood on the server, which sends its gradient along."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - of torch
        x: Tensor,
        asker: Asker,
        intervention: Intervention | None,
    ) -> Tensor:
        found, slope = asker.ask(calls.LOG_LIKELIHOOD, x, intervention, True)
        ctx.save_for_backward(slope)
        return found

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        (slope,) = ctx.saved_tensors
        return grad[:, None, None] * slope, None, None


class _JointStandIn(_StandIn, JointModel[Source]):
    """What stands for a MANGO, whatever its tokens are of."""

    def __init__(self, config: FlowConfig, asker: Asker) -> None:
        super().__init__(asker)
        self.config = config
        self.flow = FlowStandIn(config, asker)

    def guess(self, x: Tensor, missing: str) -> Tensor:
        """Return the tokens with a guess among them: see `JointModel.guess`."""
        return self._asker.ask(calls.GUESS, x, missing)

    def log_likelihood(
        self, x: Tensor, intervention: Intervention | None = None
    ) -> Tensor:
        """Return log p(x), and its gradient where it is wanted."""
        if torch.is_grad_enabled() and x.requires_grad:
            found: Tensor = _LogLikelihood.apply(x, self._asker, intervention)
            return found
        return self._asker.ask(calls.LOG_LIKELIHOOD, x, intervention, False)[0]

    def trace(
        self,
        source: Tensor | Source,
        *,
        layers: Collection[int] | None = None,
        attention: bool = True,
        tokens: bool = False,
        intervention: Intervention | None = None,
    ) -> MangoTrace:
        """Return what a pass on the server does: see `JointModel.trace`."""
        return self._asker.ask(
            calls.TRACE,
            source if isinstance(source, Tensor) else self.encode(source),
            layers=None if layers is None else list(layers),
            attention=attention,
            tokens=tokens,
            intervention=intervention,
        )


class MangoStandIn(
    _JointStandIn[ImageBatch | RGBDSample | Sequence[RGBDSample]], Mango
):
    """What stands for a MANGO of images."""

    def __init__(self, config: MangoConfig, asker: Asker) -> None:
        _JointStandIn.__init__(self, config, asker)

    def encode(self, source: ImageBatch | RGBDSample | Sequence[RGBDSample]) -> Tensor:
        """Return joint tokens by the codec on the server: see `Mango.encode`."""
        return self._asker.ask(calls.ENCODE, self.to_batch(source))

    def encode_one(self, batch: ImageBatch, name: str) -> Tensor:
        """Return one modality's tokens: see `Mango.encode_one`."""
        return self._asker.ask(calls.ENCODE_ONE, batch, name)

    def decode(self, x: Tensor) -> dict[str, Tensor]:
        """Return pictures by the codec on the server: see `Mango.decode`."""
        return self._asker.ask(calls.DECODE, x)

    def segment(self, z: Tensor) -> Tensor:
        """Return logits of classes: see `Mango.segment`."""
        return self._asker.ask(calls.SEGMENT, z)

    def translate(self, z: Tensor) -> Tensor:
        """Return the target's image: see `Mango.translate`."""
        return self._asker.ask(calls.TRANSLATE, z)


class FilmMangoStandIn(
    _JointStandIn[FilmBatch | PosterSample | Sequence[PosterSample]], FilmMango
):
    """What stands for a MANGO of films."""

    def __init__(self, config: FilmMangoConfig, asker: Asker) -> None:
        _JointStandIn.__init__(self, config, asker)
        threshold = asker.ask(calls.WEIGHTS, "threshold")["threshold"]
        self.register_buffer("threshold", threshold)

    def encode(
        self, source: FilmBatch | PosterSample | Sequence[PosterSample]
    ) -> Tensor:
        """Return joint tokens by the server: see `FilmMango.encode`."""
        return self._asker.ask(calls.ENCODE, self.to_batch(source))

    def unit_tokens(self, batch: FilmBatch) -> Tensor:
        """Return tokens with nothing filled in: see `FilmMango.unit_tokens`."""
        return self._asker.ask(calls.UNIT_TOKENS, batch)

    def poster_features(self, batch: FilmBatch) -> Tensor:
        """Return the pretrained encoder's features: see `FilmMango`."""
        return self._asker.ask(calls.POSTER_FEATURES, batch)

    def name_genres(self, z: Tensor) -> Tensor:
        """Return the logit of each genre: see `FilmMango.name_genres`."""
        return self._asker.ask(calls.NAME_GENRES, z)


class AlignMambaStandIn(_StandIn, AlignMamba):
    """What stands for an AlignMamba."""

    def __init__(self, config: AlignMambaConfig, asker: Asker) -> None:
        _StandIn.__init__(self, asker)
        self.config = config

    def forward(
        self, batch: AlignMambaInputs, plan: Plans | None = None
    ) -> AlignMambaOutput:
        """Return the prediction: see `AlignMamba.forward`."""
        return self._asker.ask(calls.OUTPUT, batch, plan)

    def trace(
        self,
        batch: AlignMambaInputs,
        plan: Plans | None = None,
        *,
        hidden: bool = False,
    ) -> AlignMambaTrace:
        """Return what a pass did at every step: see `AlignMamba.trace`."""
        return self._asker.ask(calls.PASS, batch, plan, hidden)

    def hidden_attention(
        self,
        layer: int,
        state: Tensor,
        channel: int | None = None,
        *,
        skip: bool = False,
    ) -> tuple[Tensor, ...]:
        """Return the matrix of each direction: see `AlignMamba.hidden_attention`."""
        return self._asker.ask(calls.HIDDEN_ATTENTION, layer, state, channel, skip)

    def block_jacobian(
        self, layer: int, state: Tensor, token: int, *, backward: bool = False
    ) -> BlockJacobian:
        """Return the Jacobian of a block: see `AlignMamba.block_jacobian`."""
        return self._asker.ask(calls.BLOCK_JACOBIAN, layer, state, token, backward)


class BaselineStandIn(_StandIn, FusionBaseline):
    """What stands for a baseline."""

    def __init__(self, config: BaselineConfig, asker: Asker) -> None:
        _StandIn.__init__(self, asker)
        self.config = config

    def forward(self, batch: AlignMambaInputs) -> AlignMambaOutput:
        """Return the prediction: see `FusionBaseline.forward`."""
        return self._asker.ask(calls.BASELINE_OUTPUT, batch)

    def trace(self, batch: AlignMambaInputs) -> AlignMambaTrace:
        """Return tokens and prediction: see `FusionBaseline.trace`."""
        return self._asker.ask(calls.BASELINE_PASS, batch)


STAND_INS: Mapping[str, type[_StandIn]] = {
    "mango": MangoStandIn,
    "film-mango": FilmMangoStandIn,
    "alignmamba": AlignMambaStandIn,
    "baseline": BaselineStandIn,
}
"""What stands for each kind of model; others are loaded where the app is."""


def stand_in(card: ModelCard, server: ModelServer) -> Any:  # noqa: ANN401
    """Return what stands for the model of a card, with `card` as its attribute.

    Raises:
        FusionvizError: The server was asked and does not answer, or refuses.
    """
    made: Any = STAND_INS[card.kind]
    model = made(check_config(card.kind, card.config), Asker(server, card)).eval()
    model.card = card
    return model


def _drop_weights(module: nn.Module) -> None:
    """Let go of all weights that a checkpoint has, but not of their shapes."""
    for part in module.modules():
        for name, weight in part.named_parameters(recurse=False):
            empty = nn.Parameter(weight.to("meta"), requires_grad=False)
            part.register_parameter(name, empty)
        for name, buffer in list(part.named_buffers(recurse=False)):
            if name not in part._non_persistent_buffers_set:
                part.register_buffer(name, buffer.to("meta"))
