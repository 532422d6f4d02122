"""A checkpoint measured on a data set, as one table fit for JSON."""

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch

from fusionviz.data.missing import FIXED, RATES, drop_at_random, keep_only
from fusionviz.data.sets import SETS, load_folder, load_set
from fusionviz.errors import InputError
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.footprint import REPEATS, SAMPLES, measure_footprint
from fusionviz.training.measure import measure_estimates
from fusionviz.training.metrics import estimate_all
from fusionviz.training.provenance import describe_hardware
from fusionviz.training.task import make_task

ROOMS = 100
"""Rooms that are measured on where nothing says how many."""


def evaluate_checkpoint(
    name: str,
    data: str,
    *,
    count: int | None = None,
    missing: Literal["random", "fixed"] | None = None,
    device: str = "auto",
    resamples: int = 1000,
) -> dict[str, Any]:
    """Return what the checkpoint's task measures, with 95 % confidence intervals.

    Args:
        name: Of the checkpoint, or a path of it.
        data: A data set, of which the test split is taken, or a folder of samples.
        count: How many samples, from the first on; all if not given (of Rooms as many
            as its recipe says).
        missing: Whether to measure also with modalities missing: `"fixed"` ones, or
            at `"random"` with several rates.
        device: As `pick_device` takes it.
        resamples: Bootstrap resamples.

    Returns:
        `{"checkpoint", "data", "samples", "metrics": {name: {"value", "low", "high"}},
        "parameters", "seconds", "device", "backend"}`, and with `missing`,
        `"by_missing": [{"rate" or "present", "metrics"}]`. A number that there is
        none of is null.

    Raises:
        CheckpointError: The checkpoint is missing, damaged or of another version.
        InputError: The data is not there, or not what the task takes; `missing` for a
            model that translates.
    """
    began = time.monotonic()
    model = load_checkpoint(name, device)
    card: ModelCard = model.card
    if missing is not None and card.config.get("target"):
        raise InputError(
            f"missing modalities are rgb or depth of a model that reads both; "
            f"{card.name} translates {' and '.join(card.config['modalities'])} into "
            f"{card.config['target']}"
        )
    task = make_task(card.task, card.task_options)
    samples = load_samples(card, data, count)
    place = next(model.parameters()).device

    def metrics_of(some: Sequence[Any]) -> dict[str, Any]:
        estimates = measure_estimates(model, task, some, place, resamples)
        return {name: _as_table(item) for name, item in estimates.items()}

    result: dict[str, Any] = {
        "checkpoint": card.name,
        "data": data,
        "samples": len(samples),
        "metrics": metrics_of(samples),
        "parameters": card.parameters,
    }
    if missing is not None:
        result["by_missing"] = [
            {**what, "metrics": metrics_of(some)}
            for what, some in _with_missing(samples, missing)
        ]
    result["seconds"] = round(time.monotonic() - began, 3)
    result["device"] = str(place)
    result["backend"] = f"torch {torch.__version__}"
    return result


def measure_checkpoint(
    name: str,
    data: str = "rooms",
    *,
    count: int = SAMPLES,
    repeats: int = REPEATS,
    device: str = "auto",
) -> dict[str, Any]:
    """Return what a checkpoint's flow takes here, and how exactly it comes back.

    Args:
        name: Of the checkpoint, or a path of it.
        data: A data set, of which the test split is taken, or a folder of samples.
        count: How many samples the inverse is tried on.
        repeats: Timed passes in each direction.
        device: As `pick_device` takes it.

    Returns:
        `{"checkpoint", "data", "samples", "repeats", "hardware", "metrics": {name:
        {"value", "low", "high"}}}`, with the metrics of `measure_footprint`.

    Raises:
        CheckpointError: The checkpoint is missing, damaged or of another version.
        InputError: The data is not there, or the checkpoint has no flow.
    """
    model = load_checkpoint(name, device)
    samples = load_samples(model.card, data, count)
    measured = measure_footprint(model, samples, repeats=repeats, count=count)
    if not measured:
        raise InputError(f"{model.card.name} has no flow to measure")
    return {
        "checkpoint": model.card.name,
        "data": data,
        "samples": len(samples),
        "repeats": repeats,
        "hardware": describe_hardware(model.device),
        "metrics": {
            key: _as_table(item) for key, item in estimate_all(measured).items()
        },
    }


def load_samples(card: ModelCard, data: str, count: int | None) -> Sequence[Any]:
    """Return the test split of a data set, or all of a folder, at most `count`.

    Args:
        card: Of the checkpoint that reads them; its recipe says what it was tested on.
        data: A data set, or a folder.
        count: How many, from the first on; all if not given.

    Raises:
        InputError: The data is not there, or `count` is not positive.
    """
    if count is not None and count < 1:
        raise InputError(f"count must be positive, got {count}")
    if data not in SETS:
        samples = load_folder(data)
        return samples if count is None else samples[:count]
    recipe = card.recipe.get("data", {})
    trained_on_it = recipe.get("set") == data
    options = {**recipe["options"], **recipe["test"]} if trained_on_it else {}
    if data == "rooms":
        options["count"] = count or options.get("count", ROOMS)
    samples = load_set(data, "test", **options)
    return samples if count is None else samples[:count]


def _with_missing(
    samples: Sequence[Any], missing: str
) -> list[tuple[Mapping[str, Any], Sequence[Any]]]:
    if missing == "fixed":
        return [({"present": list(kept)}, keep_only(samples, kept)) for kept in FIXED]
    return [({"rate": rate}, drop_at_random(samples, rate)) for rate in RATES]


def _as_table(estimate: Estimate) -> dict[str, float | None]:
    numbers = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {
        name: number if math.isfinite(number) else None
        for name, number in numbers.items()
    }
