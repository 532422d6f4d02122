"""Models measured under protocols of failing modalities, on the same samples."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.errors import InputError
from fusionviz.training.evaluation import load_samples, unit_word
from fusionviz.training.kept_parts import NOT_KEPT, KeptParts
from fusionviz.training.loop.provenance import (
    describe_hardware,
    read_commit,
    read_versions,
)
from fusionviz.training.robustness.absence import Way
from fusionviz.training.robustness.answers import Tell, read_subsets, read_whole
from fusionviz.training.robustness.conditions import (
    LEVELS,
    SHUFFLES,
    Key,
    StudySettings,
    list_damages,
    list_exchanges,
    pick_damaged,
)
from fusionviz.training.robustness.protocols import draws_for
from fusionviz.training.robustness.readers import Reader, reader_of
from fusionviz.training.robustness.report import RobustnessReport
from fusionviz.training.robustness.results import StudyAnswers
from fusionviz.training.usual_tokens import usual_tokens

SUBSETS_SHARE = 0.3
"""Of the work, about, where there are passes besides those under every subset."""


def measure_robustness(
    models: Sequence[Any],
    settings: StudySettings | None = None,
    *,
    data: str | None = None,
    count: int | None = None,
    tell: Tell | None = None,
    parts: KeptParts = NOT_KEPT,
) -> RobustnessReport:
    """Return what is lost when modalities of a data set's test samples fail.

    Args:
        models: Loaded checkpoints with the same modalities and classes; samples are
            those that the first was tested on.
        settings: What is measured.
        data: A data set or a folder; the set that the first was trained on if not
            given.
        count: How many samples, from the first on; all if not given.
        tell: Told how far it is. Where it ends the work, what was read by then is
            measured: fewer samples of every model, without the protocols that take
            passes of their own.
        parts: Keeps what models say of a few samples, so that whoever was killed and
            asks again begins there.

    Raises:
        InputError: The models differ in what they read, or the data does not fit.
    """
    card = models[0].card
    data = data or card.recipe.get("data", {}).get("set", "rooms")
    samples = load_samples(card, data, count)
    settings = settings or StudySettings()
    readers = make_readers(models, settings.ways, data, tell)
    return study(readers, samples, settings, data=data, tell=tell, parts=parts)


def make_readers(
    models: Sequence[Any],
    ways: Sequence[Way],
    data: str,
    tell: Tell | None = None,
) -> list[Reader]:
    """Return readers of models, of a MANGO one for each way.

    Args:
        models: In the order of the readers.
        ways: What stands for a modality that a MANGO does not get.
        data: The set on whose training samples means are taken.
        tell: Told how far the reading of these is.

    Raises:
        InputError: A model translates pictures.
    """
    readers: list[Reader] = []
    for model in models:
        if model.card.kind != "mango":
            readers.append(reader_of(model))
            continue
        usual = None
        if {"mean", "draw"} & set(ways):
            trained_on = model.card.recipe.get("data", {}).get("set", data)
            usual = usual_tokens(model, trained_on, progress=_reading(tell))
        readers += [reader_of(model, way, usual) for way in ways]
    return readers


def study(
    readers: Sequence[Reader],
    samples: Sequence[Any],
    settings: StudySettings,
    *,
    data: str,
    tell: Tell | None = None,
    parts: KeptParts = NOT_KEPT,
) -> RobustnessReport:
    """Return what is lost when modalities of samples fail.

    Args:
        readers: With the same modalities and classes.
        samples: Those that lack a modality are left out.
        settings: What is measured.
        data: What the samples are called.
        tell: As `measure_robustness` takes it.
        parts: Likewise.

    Raises:
        InputError: Readers differ, or nothing is left to measure.
    """
    began = time.monotonic()
    whole = _check(readers, samples, settings)
    share = 1.0 if settings.is_quick else SUBSETS_SHARE
    answers = read_subsets(readers, whole, _scaled(tell, 0.0, share), parts)
    read = next(iter(answers.values())).cells.shape[1]
    damaged = {}
    if read == len(whole):
        damaged = _read_changed(
            readers, whole, settings, _scaled(tell, share, 1.0), parts
        )
    found = StudyAnswers(readers, whole[:read], settings, answers, damaged)
    first, device = readers[0], next(readers[0].model.parameters()).device
    return RobustnessReport(
        data=data,
        samples=read,
        unit=unit_word(data, samples),
        units=found.draws.units,
        modalities=first.modalities,
        classes=first.classes,
        metric=next(iter(first.figures)),
        reference=found.reference,
        settings={
            "seed": settings.seed,
            "draws": draws_for(read),
            "resamples": settings.resamples,
            "shuffles": SHUFFLES,
        },
        models=tuple(found.results()),
        seconds=round(time.monotonic() - began, 3),
        machine=describe_hardware(device),
        versions=read_versions(),
        commit=read_commit(),
        date=datetime.now(UTC).date().isoformat(),
    )


def _read_changed(
    readers: Sequence[Reader],
    samples: Sequence[Any],
    settings: StudySettings,
    tell: Tell,
    parts: KeptParts,
) -> dict[Key, dict[str, NDArray[np.int64]]]:
    """Return confusions of all that is done to samples, until the teller ends it.

    Nothing is missing there: readers of one model say the same, which is asked once.
    """
    names = readers[0].modalities
    every = range(len(samples))
    some = pick_damaged(len(samples), settings)
    is_image = isinstance(samples[0], RGBDSample)
    changes = [
        *((*one, every) for one in list_exchanges(samples, names, settings)),
        *((*one, some) for one in list_damages(names, settings, is_image=is_image)),
    ]
    found: dict[Key, dict[str, NDArray[np.int64]]] = {}
    for number, (key, change, places) in enumerate(changes, start=1):
        changed = [change(samples[place], place) for place in places]
        of_model: dict[int, NDArray[np.int64]] = {}
        for reader in readers:
            if id(reader.model) not in of_model:
                answers = read_whole(reader, changed, parts)
                of_model[id(reader.model)] = answers.cells[0]
        found[key] = {one.name: of_model[id(one.model)] for one in readers}
        if not tell(
            number / len(changes), f"{' '.join(key)}, {number} of {len(changes)}"
        ):
            break
    return found


def _check(
    readers: Sequence[Reader], samples: Sequence[Any], settings: StudySettings
) -> list[Any]:
    """Return the samples that have all modalities."""
    first = readers[0]
    for reader in readers[1:]:
        if set(reader.modalities) != set(first.modalities):
            raise InputError(
                f"models compared must read the same: {first.checkpoint} reads "
                f"{', '.join(first.modalities)}, {reader.checkpoint} "
                f"{', '.join(reader.modalities)}"
            )
        if reader.classes != first.classes:
            raise InputError(
                f"{first.checkpoint} and {reader.checkpoint} name other classes"
            )
    every = [samples[index] for index in range(len(samples))]
    kept = [one for one in every if set(first.modalities) <= set(_names(one))]
    if not kept:
        raise InputError(
            f"no sample has all of {', '.join(first.modalities)}: there is nothing to "
            "take away"
        )
    if isinstance(kept[0], RGBDSample):
        if all(one.label is None for one in kept):
            raise InputError("the samples have no labels to measure against")
    elif damaging := sorted(set(settings.protocols) & set(LEVELS)):
        raise InputError(
            f"{' and '.join(damaging)} damage pixels, and sequences have none: use "
            "faults"
        )
    return kept


def _names(sample: Any) -> tuple[str, ...]:  # noqa: ANN401
    return sample.modalities if isinstance(sample, RGBDSample) else sample.names


def _scaled(tell: Tell | None, first: float, last: float) -> Tell:
    """Return a teller of a part of the work."""
    if tell is None:
        return lambda share, doing: True
    return lambda share, doing: tell(first + (last - first) * share, doing)


def _reading(tell: Tell | None) -> Callable[[int, int], bool] | None:
    if tell is None:
        return None
    return lambda done, most: tell(0.0, f"{done} of {most} training samples")
