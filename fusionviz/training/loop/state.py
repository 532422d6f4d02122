"""The state of a run on disk: one safetensors file, replaced as a whole.

Tensors of the model, its moving average and the optimiser are its tensors; counters
are JSON in its header. Data order and noise are functions of the step
(`fusionviz.training.loop.order`), so no generator is part of the state. Reading it runs
no code.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor, nn
from torch.optim import Optimizer

from fusionviz.errors import CheckpointError
from fusionviz.training.loop.ema import MovingAverage
from fusionviz.whole_files import replace_file

FILE_NAME = "state.safetensors"


@dataclass(frozen=True, kw_only=True)
class Position:
    """How far a run has come.

    Attributes:
        stage: Stages that are done.
        step: Steps that are done of the next one.
        seconds: Time spent so far, over all starts.
        skipped: Steps of this stage whose loss or gradient was not finite.
        updates: Updates of the moving average.
        pending: Sums and counts of what the next row of the log is the mean of.
        recipe: What must not change when the run is continued.
    """

    stage: int = 0
    step: int = 0
    seconds: float = 0.0
    skipped: int = 0
    updates: int = 0
    pending: dict[str, list[float]] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)


def write_state(folder: Path, position: Position, tensors: dict[str, Tensor]) -> None:
    """Replace the state in `folder`; a kill leaves the old one or the new one."""
    header = {"position": json.dumps(asdict(position))}
    plain = {name: item.detach().cpu().contiguous() for name, item in tensors.items()}
    replace_file(folder / FILE_NAME, safetensors.torch.save(plain, header))


def read_state(folder: Path) -> tuple[Position, dict[str, Tensor]]:
    """Return what `write_state` wrote.

    Raises:
        CheckpointError: There is no state, or it is damaged.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise CheckpointError(f"there is no run to resume in {folder}")
    try:
        with safetensors.safe_open(path, "pt") as file:
            position = Position(**json.loads(file.metadata()["position"]))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError) as error:
        raise CheckpointError(f"the state {path} is damaged: {error}") from error
    return position, tensors


def collect_tensors(
    model: nn.Module,
    optimizer: Optimizer | None = None,
    average: MovingAverage | None = None,
) -> dict[str, Tensor]:
    """Return everything that training changes, by name, each tensor once."""
    tensors = {f"model.{name}": item for name, item in model.state_dict().items()}
    if average is not None:
        tensors |= {f"ema.{name}": item for name, item in average.average.items()}
    for name, weights in model.named_parameters():
        moments = optimizer.state.get(weights, {}) if optimizer is not None else {}
        tensors |= {f"optimizer.{key}.{name}": item for key, item in moments.items()}
    return {name: item.clone() for name, item in tensors.items()}


def restore_model(tensors: dict[str, Tensor], model: nn.Module) -> None:
    """Put back the model's part of what `collect_tensors` returned.

    Raises:
        CheckpointError: It is of another model.
    """
    try:
        model.load_state_dict(_under("model", tensors))
    except RuntimeError as error:
        raise CheckpointError(f"the run is of another model: {error}") from error


def restore_optimizer(
    tensors: dict[str, Tensor],
    model: nn.Module,
    optimizer: Optimizer,
    average: MovingAverage,
) -> None:
    """Put back the optimiser's and the average's part, for the model's parameters."""
    for name, item in _under("ema", tensors).items():
        average.average[name].copy_(item)
    weights = dict(model.named_parameters())
    for key_and_name, item in _under("optimizer", tensors).items():
        key, _, name = key_and_name.partition(".")
        place = item.device if key == "step" else weights[name].device
        optimizer.state[weights[name]][key] = item.to(place)


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    start = f"{prefix}."
    return {
        name.removeprefix(start): item
        for name, item in tensors.items()
        if name.startswith(start)
    }
