"""A model measured on samples by its task."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from fusionviz.data.sets.units import units_of
from fusionviz.models.cards import Estimate
from fusionviz.training.metrics.intervals import Measurement, estimate_all
from fusionviz.training.processes import SINGLE, Part, Processes
from fusionviz.training.task import Task


def measure(
    model: nn.Module,
    task: Task,
    samples: Sequence[Any],
    device: torch.device,
    processes: Processes = SINGLE,
) -> dict[str, Measurement]:
    """Return what `task` measures on each sample, with the model in evaluation mode.

    Of several processes each measures its share, and the first has what all measured;
    the others have nothing.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            if processes.count == 1:
                return task.evaluate(model, samples, device)
            share = processes.share(len(samples), task.together)
            part = Part(samples, share)
            own = task.evaluate(model, part, device) if share else {}
            return processes.gather(own, len(share))
    finally:
        model.train(was_training)


def measure_figures(
    model: nn.Module,
    task: Task,
    samples: Sequence[Any],
    device: torch.device,
    processes: Processes = SINGLE,
) -> dict[str, float]:
    """Return the figures that `task` measures, without intervals, as `measure` does."""
    measurements = measure(model, task, samples, device, processes)
    return {name: item.statistic(item.values) for name, item in measurements.items()}


def measure_estimates(
    model: nn.Module,
    task: Task,
    samples: Sequence[Any],
    device: torch.device,
    resamples: int = 1000,
    processes: Processes = SINGLE,
) -> dict[str, Estimate]:
    """Return the figures that `task` measures, with intervals that draw their units.

    In the first process; the others have nothing, as `measure` says.
    """
    measured = measure(model, task, samples, device, processes)
    if not measured:
        return {}
    return estimate_all(measured, units=units_of(samples), resamples=resamples)
