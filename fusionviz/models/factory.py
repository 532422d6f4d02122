"""The kinds of model that there are, made by name and config."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Protocol, cast

import torch
from torch import nn

from fusionviz.errors import InputError
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


def make_model(kind: str, config: Mapping[str, Any]) -> nn.Module:
    """Return a model with fresh weights.

    Args:
        kind: A key of `KINDS`.
        config: Fields of its config; `preset` names one of the config's presets, from
            which the other fields then differ.

    Raises:
        InputError: There is no such kind or preset, or the config is not valid.
    """
    if kind not in KINDS:
        raise InputError(
            f"there is no model of kind {kind!r}; there are: {', '.join(KINDS)}"
        )
    config_class, model_class = KINDS[kind].config, KINDS[kind].model
    table = dict(config)
    preset = table.pop("preset", None)
    if preset is not None and not hasattr(config_class, preset):
        raise InputError(f"{kind} has no preset {preset!r}")
    try:
        if preset is None:
            made = config_class(**table)
        else:
            made = replace(getattr(config_class, preset)(), **table)
    except (TypeError, ValueError) as error:
        raise InputError(f"the config of {kind} is not valid: {error}") from error
    return model_class(made)


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
