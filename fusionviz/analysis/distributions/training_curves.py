"""How a training went: the log of a checkpoint as curves."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import checkpoint_folder
from fusionviz.training.loop.log import read_rows

Axis = Literal["steps", "seconds"]

TASK_LOSSES = ("error", "segmentation", "class")
"""What L_task is called in a log: of a number, of pixels, of a class."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """One metric over training.

    Attributes:
        steps: Optimiser steps so far, of all stages together, (point,).
        seconds: Since the run began, (point,).
        values: (point,).
    """

    steps: Floats
    seconds: Floats
    values: Floats

    def along(self, axis: Axis) -> Floats:
        """Return where the points lie on an axis, seconds in minutes."""
        return self.steps if axis == "steps" else self.seconds / 60

    def smoothed(self, window: int) -> Floats:
        """Return means over `window` neighbouring points, fewer at the ends.

        Args:
            window: Odd number of points, the middle one included.

        Raises:
            ValueError: It is even or not positive.
        """
        if window < 1 or window % 2 == 0:
            raise ValueError(f"a window is an odd number of points, got {window}")
        place = np.arange(len(self.values))
        start = np.maximum(place - window // 2, 0)
        stop = np.minimum(place + window // 2 + 1, len(place))
        total = np.concatenate([[0.0], np.cumsum(self.values)])
        return (total[stop] - total[start]) / (stop - start)


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingCurves:
    """The log of one checkpoint.

    Attributes:
        name: Of the checkpoint.
        align_weight: λ of its loss.
        curves: By name of the metric, as the log has them.
        sources: Modalities that are aligned, in the order of the model.
    """

    name: str
    align_weight: float
    curves: Mapping[str, Curve]
    sources: tuple[str, ...]

    @property
    def task(self) -> Curve | None:
        """L_task of the training batches, None where the log has none."""
        return next(
            (self.curves[name] for name in TASK_LOSSES if name in self.curves), None
        )

    def distance(self, source: str, when: str) -> Curve | None:
        """Return the A-distance of a source, `before` or `after` alignment, or None."""
        return self.curves.get(f"validation/a_distance_{source}_{when}")

    def score(self, source: str) -> Curve | None:
        """Return the alignment score of a source, None where no truth is known."""
        return self.curves.get(f"validation/alignment_score_{source}")


def read_curves(card: ModelCard) -> TrainingCurves:
    """Return the curves of a checkpoint's training log.

    Raises:
        InputError: There is no log, or it cannot be read.
    """
    if not card.log:
        raise InputError(f"{card.name} came without a training log.")
    try:
        rows = read_rows(checkpoint_folder() / card.log)
        points = [
            (int(stage), int(step), float(seconds), metric, float(value))
            for stage, step, seconds, metric, value in rows
        ]
    except (OSError, ValueError) as error:
        raise InputError(
            f"The training log {card.log} is damaged: restore the file beside "
            f"{card.name}'s card ({error})."
        ) from error
    if not points:
        raise InputError(
            f"The training log {card.log} is missing or empty: restore the file "
            f"beside {card.name}'s card."
        )
    return TrainingCurves(
        name=card.name,
        align_weight=align_weight_of(card),
        curves=_by_metric(points),
        sources=sources_of(card),
    )


def align_weight_of(card: ModelCard) -> float:
    """Return λ of a card, NaN where its config does not say."""
    return float(card.config.get("align_weight", math.nan))


def sources_of(card: ModelCard) -> tuple[str, ...]:
    """Return the modalities of a card that are aligned to the anchor."""
    names = [
        one["name"] if isinstance(one, Mapping) else one
        for one in card.config.get("modalities", ())
    ]
    return tuple(name for name in names if name != card.config.get("anchor"))


def _by_metric(points: list[tuple[int, int, float, str, float]]) -> dict[str, Curve]:
    """Return finite points by metric, the steps of earlier stages added."""
    last: dict[int, int] = {}
    for stage, step, *_ in points:
        last[stage] = max(last.get(stage, 0), step)
    before = {stage: sum(last[s] for s in last if s < stage) for stage in last}
    columns: dict[str, list[tuple[float, float, float]]] = {}
    for stage, step, seconds, metric, value in points:
        if math.isfinite(value):
            columns.setdefault(metric, []).append(
                (before[stage] + step, seconds, value)
            )
    return {metric: _curve(table) for metric, table in columns.items()}


def _curve(table: list[tuple[float, float, float]]) -> Curve:
    steps, seconds, values = np.array(table, np.float64).T
    return Curve(steps=steps, seconds=seconds, values=values)
