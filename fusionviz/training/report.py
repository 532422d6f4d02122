"""What the main process tells while a stage is trained."""

import math
import sys
from collections.abc import Mapping

from fusionviz.training.loop.log import Progress, TrainingLog
from fusionviz.training.recipes import Recipe, Stage

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
        self.stage = recipe.stage[stage_number]
        self.means = RunningMeans(pending)
        title = f"stage {self.number}/{len(recipe.stage)} {self.stage.task}"
        self.progress = Progress(title, self.stage.steps, first_step, sys.stderr)

    def step(self, done: int, values: Mapping[str, float], *, seconds: float) -> None:
        """Tell of one step.

        Args:
            done: Steps that are done.
            values: Losses and what else belongs to the step.
            seconds: Since the run began.
        """
        self.means.add(values)
        if is_time(done, self.recipe.log_every, self.stage):
            self.log.write(self.number, done, seconds, self.means.take())
        self.progress.tell(done, f"loss {values['loss']:.4g}")

    def write_figures(
        self, done: int, figures: Mapping[str, float], *, seconds: float
    ) -> None:
        """Write what the validation split says after a step.

        Args:
            done: Steps that are done.
            figures: By name.
            seconds: Since the run began.
        """
        row = {f"{VALIDATION}{name}": figure for name, figure in figures.items()}
        self.log.write(self.number, done, seconds, row)

    def has_figures(self, done: int) -> bool:
        """Return whether an earlier start has written those of a step."""
        return self.log.has(self.number, done, VALIDATION)


def is_time(done: int, every: int, stage: Stage) -> bool:
    """Return whether it is time after a step: after every so many, and at the end.

    Args:
        done: Steps that are done.
        every: 0 for never.
        stage: That they are of.
    """
    return every > 0 and done > 0 and (done % every == 0 or done == stage.steps)
