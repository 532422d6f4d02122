"""The kinds of model that there are, made by name and config."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from fusionviz.errors import InputError, one_line
from fusionviz.models.alignmamba import AlignMamba, AlignMambaConfig
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.films import FilmMango, FilmMangoConfig
from fusionviz.models.mango import Mango, MangoConfig


class ModelConfig(Protocol):
    """A dataclass that can be made again from its own `asdict`.

    Also after JSON turned tuples into lists. A preset is a classmethod of it.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ModelKind:
    """A kind of model.

    Attributes:
        config: The class of its configs.
        model: Its class; made from a config alone, which it keeps as `config`.
    """

    config: type[ModelConfig]
    model: type[nn.Module]


KINDS: dict[str, ModelKind] = {
    "mango": ModelKind(config=MangoConfig, model=Mango),
    "film-mango": ModelKind(config=FilmMangoConfig, model=FilmMango),
    "alignmamba": ModelKind(config=AlignMambaConfig, model=AlignMamba),
    "baseline": ModelKind(config=BaselineConfig, model=FusionBaseline),
}


def register_kind(name: str, kind: ModelKind) -> None:
    """Make a kind of model known by a name: to recipes, checkpoints and commands."""
    KINDS[name] = kind


UNFIT = (RuntimeError, TypeError, ValueError, ArithmeticError, LookupError, InputError)
"""What a model raises whose config is made of numbers that do not go together."""

USUAL_SIZE = 4096
"""What a size of a config may be, whatever weights there are."""


def make_model(
    kind: str,
    config: Mapping[str, Any],
    *,
    weights: Mapping[str, Tensor] | None = None,
) -> nn.Module:
    """Return a model with fresh weights.

    Args:
        kind: A key of `KINDS`.
        config: Fields of its config; `preset` names one of the config's presets, from
            which the other fields then differ.
        weights: What it will be given: a config that asks for more than these is
            refused before it has taken the memory.

    Raises:
        InputError: There is no such kind or preset, or the config is not valid.
    """
    made = check_config(kind, config)
    if weights is None:
        return KINDS[kind].model(made)
    largest = max((side for one in weights.values() for side in one.shape), default=0)
    _check_numbers(config, max(largest, USUAL_SIZE))
    with _at_most(sum(one.numel() for one in weights.values())):
        return KINDS[kind].model(made)


def check_config(kind: str, config: Mapping[str, Any]) -> ModelConfig:
    """Return the config of a kind of model.

    Args:
        kind: A key of `KINDS`.
        config: As `make_model` takes it.

    Raises:
        InputError: There is no such kind or preset, or the config is not valid.
    """
    if kind not in KINDS:
        raise InputError(
            f"there is no model of kind {kind!r}; there are: {', '.join(KINDS)}"
        )
    config_class = KINDS[kind].config
    table = dict(config)
    preset = table.pop("preset", None)
    is_name = isinstance(preset, str) and not preset.startswith("_")
    if preset is not None and not (is_name and hasattr(config_class, preset)):
        raise InputError(f"{kind} has no preset {preset!r}")
    try:
        if preset is None:
            return config_class(**table)
        return replace(getattr(config_class, preset)(), **table)
    except (*UNFIT, AttributeError, RecursionError) as error:
        raise InputError(
            f"the config of {kind} is not valid: {one_line(error)}"
        ) from error


def _check_numbers(value: Any, largest: int) -> None:  # noqa: ANN401 - of JSON
    """Refuse sizes that no weights of a file have.

    Raises:
        InputError: Naming one.
    """
    if isinstance(value, int) and abs(value) > largest:
        raise InputError(
            f"its config has the size {value}, and no weights are so large"
        )
    parts = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | list | tuple):
        for part in parts:
            _check_numbers(part, largest)


@contextmanager
def _at_most(numbers: int) -> Iterator[None]:
    """Let this thread make a model of no more numbers.

    Raises:
        InputError: It asks for more.
    """
    mine, made = threading.get_ident(), 0

    def count(module: nn.Module, name: str, parameter: nn.Parameter | None) -> None:
        nonlocal made
        if threading.get_ident() == mine and parameter is not None:
            made += parameter.numel()
            if made > numbers:
                raise InputError(f"its config asks for more than its {numbers} weights")

    hook = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        hook.remove()


def describe_model(model: nn.Module) -> tuple[str, dict[str, Any]]:
    """Return a model's kind and its config as a table, as `make_model` takes them.

    Raises:
        ValueError: The model is of no kind in `KINDS`.
    """
    for name, kind in KINDS.items():
        if isinstance(model, kind.model):
            return name, asdict(cast(ModelConfig, model.config))
    raise ValueError(
        f"a model is one of {', '.join(KINDS)}, got {type(model).__name__}"
    )


def pick_device(device: str = "auto") -> torch.device:
    """Return the device to work on.

    Args:
        device: `"auto"`: CUDA where it is, else the CPU (Apple's MPS has no float64,
            so it is taken only by name); or a device's name.

    Raises:
        InputError: There is no such device here.
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise InputError(f"device {device!r} is not usable here: {error}") from error
    return torch.device(device)
