"""A model measured on samples by its task."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import torch
from torch import nn

from fusionviz.data.sets.units import units_of
from fusionviz.models.cards import Estimate
from fusionviz.training.kept_parts import NOT_KEPT, Arrays, KeptParts
from fusionviz.training.metrics.intervals import Measurement, estimate_all
from fusionviz.training.metrics.joining import MeasuredPart, join_measured
from fusionviz.training.part import Part, first_of
from fusionviz.training.processes import SINGLE, Processes
from fusionviz.training.task import Task


def measure(
    model: nn.Module,
    task: Task,
    samples: Sequence[Any],
    device: torch.device,
    processes: Processes = SINGLE,
    parts: KeptParts = NOT_KEPT,
) -> dict[str, Measurement]:
    """Return what `task` measures on each sample, with the model in evaluation mode.

    Of several processes each measures its share, and the first has what all measured;
    the others have nothing.

    Args:
        model: It is measured.
        task: By which it is measured.
        samples: At least one.
        device: That the model is on.
        processes: That measure together.
        parts: Keeps what was measured of a few samples, so that whoever was killed and
            asks again begins there.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            if processes.count == 1:
                return _measure(model, task, samples, device, parts)
            share = processes.share(len(samples), task.together)
            part = Part(samples, share)
            own = _measure(model, task, part, device, parts) if share else {}
            return processes.gather(own, len(share))
    finally:
        model.train(was_training)


def _measure(
    model: nn.Module,
    task: Task,
    samples: Sequence[Any],
    device: torch.device,
    parts: KeptParts,
) -> dict[str, Measurement]:
    """Return what a task measures, in the same batches with parts and without.

    A part has values, and not what figures they make, which is code: where an earlier
    process has kept it, two of its samples are measured again to know, else all.
    """
    if parts is NOT_KEPT:
        return task.evaluate(model, samples, device)
    known: dict[str, Measurement] = {}
    found: list[MeasuredPart] = []

    def make(some: Sequence[Any]) -> Arrays:
        measured = task.evaluate(model, some, device)
        known.update(measured)
        return {name: one.values for name, one in measured.items()}

    for chosen in _chunks(len(samples), task):
        some = [samples[index] for index in chosen]
        chunk = Part(some, range(len(some)), first_of(samples) + chosen.start)
        made_of = ("measured", model, task, str(device), chunk.first, some)
        values = parts.take(partial(make, chunk), *made_of)
        for few in (chunk[:2], chunk):
            if not values.keys() <= known.keys():
                make(few)
        found.append(MeasuredPart(samples=len(some), values=values))
    return join_measured(found, known)


def _chunks(samples: int, task: Task) -> Iterator[range]:
    """Yield the places of samples, whole batches, and those that belong together."""
    size = task.evaluation_batch
    first = max(1, -(-task.together // size)) * size
    yield range(min(first, samples))
    for start in range(first, samples, size):
        yield range(start, min(start + size, samples))


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
