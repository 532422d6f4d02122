"""A model measured on samples by its task."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from fusionviz.data.sets.units import units_of
from fusionviz.models.cards import Estimate
from fusionviz.training.metrics.intervals import Measurement, estimate_all
from fusionviz.training.task import Task


def measure(
    model: nn.Module, task: Task, samples: Sequence[Any], device: torch.device
) -> dict[str, Measurement]:
    """Return what `task` measures on each sample, with the model in evaluation mode."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            return task.evaluate(model, samples, device)
    finally:
        model.train(was_training)


def measure_figures(
    model: nn.Module, task: Task, samples: Sequence[Any], device: torch.device
) -> dict[str, float]:
    """Return the figures that `task` measures, without intervals."""
    measurements = measure(model, task, samples, device)
    return {name: item.statistic(item.values) for name, item in measurements.items()}


def measure_estimates(
    model: nn.Module,
    task: Task,
    samples: Sequence[Any],
    device: torch.device,
    resamples: int = 1000,
) -> dict[str, Estimate]:
    """Return the figures that `task` measures, with intervals that draw their units."""
    return estimate_all(
        measure(model, task, samples, device),
        units=units_of(samples),
        resamples=resamples,
    )
