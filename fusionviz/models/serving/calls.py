"""All that a model server can be asked, and what computes it.

A call is a question about one model. What stands for the model in the app
(`fusionviz.models.serving.stand_ins`) sends it; the server's runner checks its
arguments and answers. There are no others.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import torch
from torch import Tensor, nn

from fusionviz.data.words import load_word_vectors
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import (
    AlignMamba,
    AlignMambaInputs,
    AlignMambaTrace,
)
from fusionviz.models.alignmamba.block_jacobian import BlockJacobian
from fusionviz.models.alignmamba.model import (
    AlignMambaOutput,
    ModalityTokens,
    Plans,
)
from fusionviz.models.baselines import FusionBaseline
from fusionviz.models.films import FilmBatch, FilmMango
from fusionviz.models.inputs import ImageBatch
from fusionviz.models.mango import Mango, MangoTrace
from fusionviz.models.mango.flow import FlowStep, Intervention, MangoFlow
from fusionviz.models.mango.joint import JointModel
from fusionviz.models.mango.layers.invertible import HeadIntervention
from fusionviz.models.modalities import sides

Model = TypeVar("Model")
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

MOST_SAMPLES = 1024
"""In one question; the pages ask about some tens."""

LONGEST, MOST_STEPS = 2**12, 2**15
"""Steps of one sequence, and of all sequences of a modality in one question."""


@dataclass(frozen=True, kw_only=True)
class Call(Generic[Model, Asked, Answer]):
    """Something that can be asked.

    Attributes:
        name: Under which it travels.
        of: The class of models that can be asked it.
        answer: Computes the answer from a model and the arguments.
    """

    name: str
    of: type
    answer: Callable[Concatenate[Model, Asked], Answer]


def _encode(model: JointModel[Any], batch: ImageBatch | FilmBatch) -> Tensor:
    _check_batch(model, batch)
    return model.encode(batch)


def _encode_one(model: Mango, batch: ImageBatch, name: str) -> Tensor:
    _check_batch(model, batch)
    _check_name(model, name)
    return model.encode_one(batch.to(model.device, model.dtype), name)


def _guess(model: JointModel[Any], x: Tensor, missing: str) -> Tensor:
    _check_name(model, missing)
    return model.guess(_tokens(model, x), missing)


def _forward(
    model: JointModel[Any], x: Tensor, intervention: Intervention | None = None
) -> tuple[Tensor, Tensor]:
    x = _tokens(model, x)
    return _flow(model, x)(x, intervention)


def _inverse(
    model: JointModel[Any], z: Tensor, intervention: Intervention | None = None
) -> Tensor:
    z = _tokens(model, z)
    return _flow(model, z).inverse(z, intervention)


def _steps(
    model: JointModel[Any], x: Tensor, intervention: Intervention | None = None
) -> list[FlowStep]:
    return list(model.flow.steps(_tokens(model, x), intervention))


def _inverse_steps(
    model: JointModel[Any], z: Tensor, intervention: Intervention | None = None
) -> list[tuple[int, Tensor]]:
    return list(model.flow.inverse_steps(_tokens(model, z), intervention))


def _branch(
    model: JointModel[Any],
    index: int,
    x: Tensor,
    changes: Sequence[HeadIntervention],
) -> tuple[Tensor, Tensor]:
    if index not in range(len(model.flow.layers)) or not changes:
        raise InputError(f"the flow has no layer {index}, or nothing was changed")
    return model.flow.branch(index, _tokens(model, x), changes)


def _log_likelihood(
    model: JointModel[Any],
    x: Tensor,
    intervention: Intervention | None,
    slope: bool,
) -> tuple[Tensor, Tensor | None]:
    """Return log p(x) of each sample and, where it is wanted, its gradient in x."""
    x = _tokens(model, x)
    if not slope:
        return model.log_likelihood(x, intervention), None
    with torch.inference_mode(False), torch.enable_grad():
        free = x.clone().requires_grad_()
        found = model.log_likelihood(free, intervention)
        (gradient,) = torch.autograd.grad(found.sum(), free)
    return found.detach(), gradient


def _trace(
    model: JointModel[Any],
    x: Tensor,
    *,
    layers: Collection[int] | None,
    attention: bool,
    tokens: bool,
    intervention: Intervention | None,
) -> MangoTrace:
    return model.trace(
        _tokens(model, x),
        layers=layers,
        attention=attention,
        tokens=tokens,
        intervention=intervention,
    )


def _decode(model: Mango, x: Tensor) -> dict[str, Tensor]:
    return model.decode(_tokens(model, x))


def _segment(model: Mango, z: Tensor) -> Tensor:
    return model.segment(_tokens(model, z))


def _translate(model: Mango, z: Tensor) -> Tensor:
    return model.translate(_tokens(model, z))


def _unit_tokens(model: FilmMango, batch: FilmBatch) -> Tensor:
    _check_batch(model, batch)
    return model.unit_tokens(batch.to(model.device, model.dtype))


def _poster_features(model: FilmMango, batch: FilmBatch) -> Tensor:
    _check_batch(model, batch)
    return model.poster_features(batch.to(model.device, model.dtype))


def _name_genres(model: FilmMango, z: Tensor) -> Tensor:
    return model.name_genres(_tokens(model, z))


def _weights(model: nn.Module, part: str) -> dict[str, Tensor]:
    """Return the weights of a part of a model, by their names there."""
    inside = f"{part}."
    return {
        name.removeprefix(inside): tensor
        for name, tensor in model.state_dict().items()
        if name == part or name.startswith(inside)
    }


def _output(
    model: AlignMamba, inputs: AlignMambaInputs, plan: Plans | None
) -> AlignMambaOutput:
    return model(_inputs(model, inputs), plan)


def _pass(
    model: AlignMamba, inputs: AlignMambaInputs, plan: Plans | None, hidden: bool
) -> AlignMambaTrace:
    return model.trace(_inputs(model, inputs), plan, hidden=hidden)


def _hidden_attention(
    model: AlignMamba, layer: int, state: Tensor, channel: int | None, skip: bool
) -> tuple[Tensor, ...]:
    state = _states(model, layer, state)
    return model.hidden_attention(layer, state, channel, skip=skip)


def _block_jacobian(
    model: AlignMamba, layer: int, state: Tensor, token: int, backward: bool
) -> BlockJacobian:
    state = _states(model, layer, state)
    return model.block_jacobian(layer, state, token, backward=backward)


def _baseline_output(
    model: FusionBaseline, inputs: AlignMambaInputs
) -> AlignMambaOutput:
    return model(_inputs(model, inputs))


def _baseline_pass(model: FusionBaseline, inputs: AlignMambaInputs) -> AlignMambaTrace:
    return model.trace(_inputs(model, inputs))


ENCODE = Call(name="encode", of=JointModel, answer=_encode)
ENCODE_ONE = Call(name="encode one modality", of=Mango, answer=_encode_one)
GUESS = Call(name="guess", of=JointModel, answer=_guess)
FORWARD = Call(name="flow", of=JointModel, answer=_forward)
INVERSE = Call(name="inverse flow", of=JointModel, answer=_inverse)
STEPS = Call(name="steps of the flow", of=JointModel, answer=_steps)
INVERSE_STEPS = Call(
    name="steps of the inverse flow", of=JointModel, answer=_inverse_steps
)
BRANCH = Call(name="flow with changed heads", of=JointModel, answer=_branch)
LOG_LIKELIHOOD = Call(name="likelihood", of=JointModel, answer=_log_likelihood)
TRACE = Call(name="trace of the flow", of=JointModel, answer=_trace)
DECODE = Call(name="decode", of=Mango, answer=_decode)
SEGMENT = Call(name="segment", of=Mango, answer=_segment)
TRANSLATE = Call(name="translate", of=Mango, answer=_translate)
UNIT_TOKENS = Call(name="tokens of a film", of=FilmMango, answer=_unit_tokens)
POSTER_FEATURES = Call(
    name="features of a poster", of=FilmMango, answer=_poster_features
)
NAME_GENRES = Call(name="genres", of=FilmMango, answer=_name_genres)
WEIGHTS = Call(name="weights", of=nn.Module, answer=_weights)
OUTPUT = Call(name="predict", of=AlignMamba, answer=_output)
PASS = Call(name="trace", of=AlignMamba, answer=_pass)
HIDDEN_ATTENTION = Call(
    name="hidden attention", of=AlignMamba, answer=_hidden_attention
)
BLOCK_JACOBIAN = Call(name="Jacobian of a block", of=AlignMamba, answer=_block_jacobian)
BASELINE_OUTPUT = Call(
    name="predict by a baseline", of=FusionBaseline, answer=_baseline_output
)
BASELINE_PASS = Call(
    name="trace of a baseline", of=FusionBaseline, answer=_baseline_pass
)

CALLS: Mapping[str, Call[Any, Any, Any]] = {
    call.name: call
    for call in (
        *(ENCODE, ENCODE_ONE, GUESS, FORWARD, INVERSE, STEPS, INVERSE_STEPS, BRANCH),
        *(LOG_LIKELIHOOD, TRACE, DECODE, SEGMENT, TRANSLATE, UNIT_TOKENS),
        *(POSTER_FEATURES, NAME_GENRES, WEIGHTS, OUTPUT, PASS, HIDDEN_ATTENTION),
        *(BLOCK_JACOBIAN, BASELINE_OUTPUT, BASELINE_PASS),
    )
}
"""All calls by the name under which they travel."""


def _tokens(model: JointModel[Any], x: Tensor) -> Tensor:
    """Return joint tokens on the model's device.

    Raises:
        InputError: They are none of this model's.
    """
    shape = (2 * model.config.tokens, model.config.width)
    is_fit = isinstance(x, Tensor) and x.is_floating_point() and x.ndim == 3
    if not is_fit or x.shape[1:] != shape or not 1 <= len(x) <= MOST_SAMPLES:
        raise InputError(
            f"joint tokens are numbers of shape (1 to {MOST_SAMPLES}, {shape[0]}, "
            f"{shape[1]}), got {_shape_of(x)}"
        )
    return x.to(model.device)


def _flow(model: JointModel[Any], x: Tensor) -> MangoFlow:
    """Return a model's flow in the precision of tokens."""
    return model.flow.doubled() if x.dtype == torch.float64 else model.flow


def _check_name(model: JointModel[Any], name: str) -> None:
    names = model.config.modalities
    if name not in names:
        raise InputError(f"modalities are {' and '.join(names)}, got {name!r}")


def _check_batch(model: JointModel[Any], batch: ImageBatch | FilmBatch) -> None:
    """Refuse a batch that is none of the model's size.

    Raises:
        InputError: Its kind, or a shape, is another one.
    """
    if isinstance(model, Mango) and isinstance(batch, ImageBatch):
        size = sides(model.config.image_size)
        names = model.config.modalities
        found: dict[str, Any] = {name: batch.images.get(name) for name in names}
    elif isinstance(model, FilmMango) and isinstance(batch, FilmBatch):
        size, found = model.config.image_size, {"poster": batch.poster}
        words = len(load_word_vectors().vectors)
        _check_rows("the plot", batch.words, -1, words)
    else:
        raise InputError(f"{type(model).__name__} reads no {type(batch).__name__}")
    for name, images in found.items():
        is_fit = isinstance(images, Tensor) and images.ndim == 4
        if not is_fit or not 1 <= len(images) <= MOST_SAMPLES:
            raise InputError(f"{name} has shape {_shape_of(images)}")
        if tuple(images.shape[2:]) != tuple(size):
            raise InputError(f"{name} has shape {_shape_of(images)}, expected {size}")


def _inputs(model: ModalityTokens, inputs: AlignMambaInputs) -> AlignMambaInputs:
    """Return inputs on the model's device.

    Raises:
        InputError: They are too large, or pictures of another size than the model's.
    """
    if not isinstance(inputs, AlignMambaInputs):
        raise InputError(f"{type(model).__name__} reads no {type(inputs).__name__}")
    for name, x in inputs.inputs.items():
        if name not in model.config.names or not isinstance(x, Tensor) or x.ndim < 2:
            raise InputError(f"{name!r} has shape {_shape_of(x)}")
        if model.config.modality(name).kind == "image":
            size = sides(model.config.image_size)
            is_fit = x.ndim == 4 and tuple(x.shape[2:]) == tuple(size)
        else:
            is_fit = x.shape[1] <= LONGEST and x.shape[0] * x.shape[1] <= MOST_STEPS
        if model.config.modality(name).kind == "tokens":
            _check_rows(name, x, 0, model.config.modality(name).width)
        if not is_fit or not 1 <= len(x) <= MOST_SAMPLES:
            raise InputError(f"{name} has shape {_shape_of(x)}: it does not fit")
    return inputs.to(next(model.parameters()).device)


def _check_rows(name: str, rows: Tensor, first: int, count: int) -> None:
    """Refuse rows that a table has not: on a GPU they would end the process.

    Raises:
        InputError: There are some.
    """
    if rows.is_floating_point() or not ((rows >= first) & (rows < count)).all():
        raise InputError(f"{name} has ids that are not {first} to {count - 1}")


def _states(model: AlignMamba, layer: int, state: Tensor) -> Tensor:
    """Return states of the backbone on the model's device.

    Raises:
        InputError: There is no such layer, or they are none of this model's.
    """
    if layer not in range(model.config.layers):
        raise InputError(f"layers are 0 to {model.config.layers - 1}, got {layer}")
    is_fit = isinstance(state, Tensor) and state.ndim == 3
    if not is_fit or state.shape[2] != model.config.d_model or not len(state):
        raise InputError(f"states have shape {_shape_of(state)}")
    if state.shape[0] * state.shape[1] > MOST_STEPS:
        raise InputError(f"states have shape {_shape_of(state)}: they are too many")
    return state.to(next(model.parameters()))


def _shape_of(x: Any) -> str:  # noqa: ANN401
    return str(tuple(x.shape)) if isinstance(x, Tensor) else type(x).__name__
