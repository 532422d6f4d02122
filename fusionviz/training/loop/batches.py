"""The batches of a stage, as one process takes them."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from fusionviz.errors import InputError
from fusionviz.training.loop.order import StepSeed, make_ahead, sample_indices
from fusionviz.training.recipes import Stage
from fusionviz.training.task import Task


@dataclass(frozen=True, kw_only=True)
class BatchSource:
    """Makes the share that one process has of each batch, in parts.

    Attributes:
        task: Makes batches of samples.
        model: For its sizes.
        samples: The training split.
        stage: Gives batch, steps and parts.
        stage_number: From 0.
        seed: Of the run.
        process: Number of this process.
        processes: Number of processes.
    """

    task: Task
    model: Any
    samples: Sequence[Any]
    stage: Stage
    stage_number: int
    seed: int
    process: int = 0
    processes: int = 1

    def __post_init__(self) -> None:
        """Check that the batch can be shared, and that there is something in it."""
        parts = self.processes * self.stage.accumulate
        if self.stage.batch % parts:
            raise InputError(
                f"batch must divide by processes x accumulate, got {self.stage.batch} "
                f"and {self.processes} x {self.stage.accumulate}"
            )
        if not self.samples:
            raise InputError("the training split is empty")

    def seed_of(self, step: int) -> StepSeed:
        """Return what this process's randomness of a step comes from."""
        return StepSeed(
            seed=self.seed, stage=self.stage_number, step=step, process=self.process
        )

    def beginning(self, count: int) -> Any:  # noqa: ANN401
        """Return the first samples that training sees as one batch, not augmented.

        Args:
            count: How many at least; whole batches of all processes are taken.
        """
        steps = range(-(-count // self.stage.batch))
        return self._prepare([index for step in steps for index in self._indices(step)])

    def parts(self, step: int) -> list[Any]:
        """Return this process's share of a batch, in the stage's number of parts."""
        size = self.stage.batch // (self.processes * self.stage.accumulate)
        begin = self.process * self.stage.accumulate * size
        indices = self._indices(step)
        augment = self.seed_of(step).numpy()
        return [
            self._prepare(indices[start : start + size], augment)
            for start in range(begin, begin + self.stage.accumulate * size, size)
        ]

    def from_step(self, first: int, device: torch.device) -> Generator[list[Any]]:
        """Yield the parts of every step from `first` on, made in the background."""
        workers = 1 if device.type == "cpu" else 4
        return make_ahead(self.parts, range(first, self.stage.steps), workers=workers)

    def _indices(self, step: int) -> list[int]:
        return sample_indices(
            len(self.samples),
            self.stage.batch,
            seed=self.seed,
            stage=self.stage_number,
            step=step,
        ).tolist()

    def _prepare(self, indices: list[int], augment: Any = None) -> Any:  # noqa: ANN401
        samples = [self.samples[index] for index in indices]
        return self.task.prepare(self.model, samples, augment)
