"""What the stages of a run share."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from torch import Tensor, nn

from fusionviz.data.sets.registry import load_set
from fusionviz.training.loop.interrupt import StopRequest
from fusionviz.training.loop.log import TrainingLog
from fusionviz.training.loop.state import Position, write_state
from fusionviz.training.recipes import DataRecipe, Recipe


@dataclass(kw_only=True)
class Run:
    """What all stages of a run share.

    Attributes:
        recipe: What is trained.
        identity: What of the recipe must not change when the run is continued.
        folder: Where state and log are written.
        accelerator: Device and processes.
        model: The bare model, on its device.
        stop: Whether somebody wants it to stop.
        log: Open in the main process, None in the others.
        seconds_before: Time spent in earlier starts.
        began: When this start began, on the monotonic clock.
    """

    recipe: Recipe
    identity: dict[str, Any]
    folder: Path
    accelerator: Accelerator
    model: nn.Module
    stop: StopRequest
    log: TrainingLog | None = None
    seconds_before: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Time spent so far, over all starts."""
        return self.seconds_before + time.monotonic() - self.began

    def load(self, split: str, **changes: Any) -> Sequence[Any]:  # noqa: ANN401
        """Return a split of the data; the first process makes what is cached."""
        with self.accelerator.main_process_first():
            return load_split(self.recipe.data, split, **changes)

    def save(self, position: Position, tensors: dict[str, Tensor]) -> None:
        """Write the state of the run."""
        if self.accelerator.is_main_process:
            write_state(self.folder, position, tensors)


def load_split(data: DataRecipe, split: str, **changes: Any) -> Sequence[Any]:  # noqa: ANN401
    """Return a split of a recipe's data, at most as many samples as it says.

    Args:
        data: What the recipe says.
        split: Which.
        changes: Options that differ.
    """
    samples = load_set(data.set, split, **{**data.options_for(split), **changes})
    return samples[: data.most] if data.most else samples
