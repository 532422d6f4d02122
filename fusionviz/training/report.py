"""What the main process tells while a stage is trained."""

import math
import sys
from collections.abc import Callable, Mapping

from fusionviz.training.loop.log import Progress, TrainingLog
from fusionviz.training.recipes import Recipe

VALIDATION = "validation/"
"""What the names of figures on the validation split begin with."""


class RunningMeans:
    """Means of the finite values since they were last taken.

    Attributes:
        sums: Sum and count by name.
    """

    def __init__(self, sums: Mapping[str, list[float]] | None = None) -> None:
        self.sums = {name: list(pair) for name, pair in (sums or {}).items()}

    def add(self, values: Mapping[str, float]) -> None:
        """Add one value of each name."""
        for name, value in values.items():
            if math.isfinite(value):
                total, count = self.sums.get(name, [0.0, 0])
                self.sums[name] = [total + value, count + 1]

    def take(self) -> dict[str, float]:
        """Return the means and begin anew."""
        means = {name: total / count for name, (total, count) in self.sums.items()}
        self.sums = {}
        return means


class Reporter:
    """Writes the log and the progress of one stage.

    Attributes:
        means: Of the steps since the last row of the log.
    """

    def __init__(
        self,
        recipe: Recipe,
        stage_number: int,
        *,
        log: TrainingLog,
        first_step: int,
        pending: Mapping[str, list[float]],
    ) -> None:
        """Go on at `first_step`, with `pending` means of an earlier start."""
        self.recipe, self.number, self.log = recipe, stage_number + 1, log
        stage = recipe.stage[stage_number]
        self.steps = stage.steps
        self.means = RunningMeans(pending)
        title = f"stage {self.number}/{len(recipe.stage)} {stage.task}"
        self.progress = Progress(title, stage.steps, first_step, sys.stderr)

    def step(
        self,
        done: int,
        values: Mapping[str, float],
        *,
        seconds: float,
        measure: Callable[[], Mapping[str, float]],
    ) -> None:
        """Tell of one step.

        Args:
            done: Steps that are done.
            values: Losses and what else belongs to the step.
            seconds: Since the run began.
            measure: Called when it is time to measure on the validation split.
        """
        self.means.add(values)
        if self._is_time(done, self.recipe.log_every):
            self.log.write(self.number, done, seconds, self.means.take())
        if self._is_time(done, self.recipe.evaluation.every):
            self._measure(done, seconds, measure)
        self.progress.tell(done, f"loss {values['loss']:.4g}")

    def measure_late(
        self,
        done: int,
        *,
        seconds: float,
        measure: Callable[[], Mapping[str, float]],
    ) -> None:
        """Measure after a step, where an earlier start was stopped before it did.

        Args:
            done: Steps that are done.
            seconds: Since the run began.
            measure: As `step` takes it.
        """
        is_time = self._is_time(done, self.recipe.evaluation.every)
        if is_time and not self.log.has(self.number, done, VALIDATION):
            self._measure(done, seconds, measure)

    def _measure(
        self, done: int, seconds: float, measure: Callable[[], Mapping[str, float]]
    ) -> None:
        figures = {f"{VALIDATION}{name}": x for name, x in measure().items()}
        self.log.write(self.number, done, seconds, figures)

    def _is_time(self, done: int, every: int) -> bool:
        return every > 0 and (done % every == 0 or done == self.steps)
