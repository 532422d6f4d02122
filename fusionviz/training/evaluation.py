"""A checkpoint measured on a data set, as one table fit for JSON."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch

from fusionviz.data.faults.missing import FIELD, RATES, drop_at_random, keep_only
from fusionviz.data.faults.presence import fixed_subsets
from fusionviz.data.records import PosterSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.registry import SETS, load_folder, load_set
from fusionviz.data.sets.units import ALONE, units_of
from fusionviz.errors import InputError
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import load_checkpoint
from fusionviz.training.footprint import REPEATS, SAMPLES, measure_footprint
from fusionviz.training.kept_parts import NOT_KEPT, KeptParts
from fusionviz.training.loop.provenance import describe_hardware
from fusionviz.training.measure import measure
from fusionviz.training.metrics.intervals import Measurement, estimate_all
from fusionviz.training.metrics.missing import over_draws, summarise_rates
from fusionviz.training.processes import SINGLE, Processes
from fusionviz.training.tasks import make_task

FEW_SAMPLES = 200
"""Where there are fewer, it is drawn several times what is missing from them."""


def evaluate_checkpoint(
    name: str,
    data: str | None = None,
    *,
    count: int | None = None,
    missing: Literal["random", "fixed"] | None = None,
    device: str = "auto",
    resamples: int = 1000,
    processes: Processes = SINGLE,
    parts: KeptParts = NOT_KEPT,
) -> dict[str, Any]:
    """Return what the checkpoint's task measures, with 95 % confidence intervals.

    Args:
        name: Of the checkpoint, or a path of it.
        data: A data set, of which the test split is taken, or a folder of samples;
            the set that the checkpoint was trained on if not given.
        count: How many samples, from the first on; all if not given (of generated
            sets as many as its recipe says).
        missing: Whether to measure also with modalities missing: `"fixed"` ones, or
            at `"random"` with several rates. Of sequences, the exact share of all
            modalities that a rate says (see `draw_presence_share`); of images, each
            with that probability. A set of few samples is drawn several times.
        device: As `pick_device` takes it.
        resamples: Bootstrap resamples.
        processes: That measure together; the metrics are in what the first one returns.
        parts: Keeps what was measured of a few samples, so that whoever was killed and
            asks again begins there.

    Returns:
        `{"checkpoint", "data", "samples", "unit", "metrics": {name: {"value", "low",
        "high", "n"}}, "parameters", "seconds", "device", "backend"}`; `unit` is the
        word for what intervals draw, of which there are n. With `missing`,
        `"by_missing": [{"rate" or "present", "metrics"}]`; with random ones also
        `"missing_draws"`, and `"over_rates": {"mean", "drop"}`, the metrics' mean over
        complete samples and all rates, and what they lose from complete samples to the
        highest rate. A number that there is none of is null, as the ends of a
        maximum's interval.

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
    data = data or card.recipe.get("data", {}).get("set", "rooms")
    samples = load_samples(card, data, count)
    place = next(model.parameters()).device

    def measured_on(some: Sequence[Any]) -> dict[str, Measurement]:
        return measure(model, task, some, place, processes, parts)

    units = units_of(samples)

    def estimated(measured: Mapping[str, Measurement]) -> dict[str, Any]:
        return _as_tables(estimate_all(measured, units=units, resamples=resamples))

    complete = measured_on(samples)
    result: dict[str, Any] = {
        "checkpoint": card.name,
        "data": data,
        "samples": len(samples),
        "unit": unit_word(data, samples),
        "metrics": estimated(complete),
        "parameters": card.parameters,
    }
    if missing is not None:
        names = _modalities(model, samples)
        cases = _with_missing(samples, missing, names)
        under = [over_draws([measured_on(some) for some in sets]) for _, sets in cases]
        result["by_missing"] = [
            {**what, "metrics": estimated(part)}
            for (what, _), part in zip(cases, under, strict=True)
        ]
        if missing == "random":
            result["missing_draws"] = len(cases[0][1])
            summary = summarise_rates(
                [complete, *under], units=units, resamples=resamples
            )
            result["over_rates"] = {
                kind: _as_tables(estimates) for kind, estimates in summary.items()
            }
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
        {"value", "low", "high", "n"}}}`, with the metrics of `measure_footprint`.

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
        "metrics": _as_tables(estimate_all(measured)),
    }


def load_samples(card: ModelCard, data: str, count: int | None) -> Sequence[Any]:
    """Return the test split of a data set, or all of a folder, at most `count`.

    Args:
        card: Of the checkpoint that reads them; its recipe says what it was tested on.
        data: A data set, a folder, or an `.npz` of CMU-MOSI's layout.
        count: How many, from the first on; all if not given.

    Raises:
        InputError: The data is not there, or `count` is not positive.
    """
    if count is not None and count < 1:
        raise InputError(f"count must be positive, got {count}")
    recipe = card.recipe.get("data", {})
    if data not in SETS:
        samples = _load_path(data, recipe.get("options", {}))
        return samples if count is None else samples[:count]
    trained_on_it = recipe.get("set") == data
    options = {**recipe["options"], **recipe["test"]} if trained_on_it else {}
    if (usual := SETS[data].count) is not None:
        options["count"] = count or options.get("count", usual)
    samples = load_set(data, "test", **options)
    return samples if count is None else samples[:count]


def _load_path(path: str, options: Mapping[str, Any]) -> Sequence[Any]:
    if not path.endswith(".npz"):
        return load_folder(path, options.get("classes", 13))
    from fusionviz.data.sets.mosi import load_mosi_file

    return load_mosi_file(Path(path), **options)


def _with_missing(
    samples: Sequence[Any], missing: str, names: Sequence[str]
) -> list[tuple[Mapping[str, Any], list[Sequence[Any]]]]:
    """Return what is missing in words, and the samples without it, once a draw."""
    if missing == "fixed":
        subsets = fixed_subsets(names)
        return [({"present": list(it)}, [keep_only(samples, it)]) for it in subsets]
    exact = isinstance(samples[0], SequenceSample)
    draws = range(max(1, FEW_SAMPLES // len(samples)))
    return [
        (
            {"rate": rate},
            [
                drop_at_random(samples, rate, names, exact=exact, seed=draw)
                for draw in draws
            ],
        )
        for rate in RATES
    ]


def _modalities(model: Any, samples: Sequence[Any]) -> tuple[str, ...]:  # noqa: ANN401
    """Return the names of what may be missing."""
    if isinstance(samples[0], SequenceSample | PosterSample):
        return model.config.names
    return tuple(FIELD)


def unit_word(data: str, samples: Sequence[Any]) -> str:
    """Return the word for what intervals draw of a set or of a folder."""
    if data in SETS:
        return SETS[data].unit
    return "group" if getattr(samples[0], "group", "") else ALONE


def _as_tables(estimates: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    return {name: item.to_table() for name, item in estimates.items()}
