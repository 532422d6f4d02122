"""The kinds of model that there are, made by name and config."""

import importlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import torch
from torch import nn

from fusionviz.errors import InputError


@dataclass(frozen=True, kw_only=True)
class ModelKind:
    """Where a kind of model is defined.

    The config is a dataclass that can be made again from its own `asdict`, also after
    JSON turned tuples into lists; the model takes it alone, and keeps it as `config`.

    Attributes:
        module: What to import, only when a model of this kind is made.
        config: Name of the config class; a preset is a classmethod of it.
        model: Name of the model class.
    """

    module: str
    config: str
    model: str


KINDS: dict[str, ModelKind] = {
    "mango": ModelKind(
        module="fusionviz.models.mango", config="MangoConfig", model="Mango"
    ),
    "alignmamba": ModelKind(
        module="fusionviz.models.alignmamba",
        config="AlignMambaConfig",
        model="AlignMamba",
    ),
    "baseline": ModelKind(
        module="fusionviz.models.baselines",
        config="BaselineConfig",
        model="FusionBaseline",
    ),
}


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
    where = KINDS[kind]
    module = importlib.import_module(where.module)
    config_class = getattr(module, where.config)
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
    return getattr(module, where.model)(made)


def describe_model(model: nn.Module) -> tuple[str, dict[str, Any]]:
    """Return a model's kind and its config as a table, as `make_model` takes them.

    Raises:
        ValueError: The model is of no kind in `KINDS`.
    """
    name = type(model).__name__
    for kind, where in KINDS.items():
        if where.model == name:
            return kind, asdict(model.config)  # type: ignore[call-overload]
    raise ValueError(f"a model is one of {', '.join(KINDS)}, got {name}")


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
