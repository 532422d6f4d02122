"""From what names a sample and its models, or a report, to their subjects."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fusionviz.analysis.robustness.failures import FailureSubject, Sample
from fusionviz.data.records import RGBDSample
from fusionviz.errors import CheckpointError, InputError
from fusionviz.exhibits.shared.exhibit import SubjectName
from fusionviz.models.alignmamba import AlignMambaConfig, config_of, why_unread
from fusionviz.models.baselines import BaselineConfig
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.models.mango import Mango
from fusionviz.models.serving.opening import open_checkpoint
from fusionviz.training.robustness.absence import Way
from fusionviz.training.robustness.readers import Reader, reader_of
from fusionviz.training.robustness.report import (
    RobustnessReport,
    read_report,
    recorded_report,
)

QUICK_WAYS: tuple[Way, ...] = ("guess", "zeros")
"""What stands for a missing picture on a sample: what takes no training samples."""


def make_failure_subject(
    models: Sequence[Any],
    sample: Sample,
    kin: str = "",
    ways: Sequence[Way] = QUICK_WAYS,
) -> FailureSubject:
    """Return a sample with the readers of models, of a MANGO one for each way."""
    readers: list[Reader] = []
    for model in models:
        if isinstance(model, Mango):
            readers += [reader_of(model, way) for way in ways]
        else:
            readers.append(reader_of(model))
    return FailureSubject(sample, readers, kin)


def fellows_of(card: ModelCard, sample: Sample) -> tuple[ModelCard, ...]:
    """Return other checkpoints that read a sample and were trained on the same set.

    Args:
        card: Of an AlignMamba or a baseline that reads it.
        sample: Sequences, or a pair, beside whose AlignMamba is room for one: a
            concatenation that had modalities missing in training. All others are
            compared on test sets.
    """
    data, is_pair = _set_of(card), isinstance(sample, RGBDSample)
    wanted = {"rgb", "depth"} if is_pair else _names_of(card)
    found = []
    for one in list_checkpoints():
        if is_pair:
            is_fellow = _is_concatenation(one) and one.task_options.get("missing") != 0
        else:
            is_fellow = one.kind in ("alignmamba", "baseline")
        if one.name == card.name or not data or _set_of(one) != data or not is_fellow:
            continue
        if _names_of(one) == wanted and _reads(one, sample):
            found.append(one)
    return tuple(sorted(found, key=lambda one: len(one.name)))


def name_models(cards: Sequence[ModelCard], sample: Mapping[str, Any]) -> SubjectName:
    """Return what names a sample and the models that read it.

    Args:
        cards: Of the models, in their order.
        sample: What names the sample.
    """
    first, *others = cards
    return SubjectName(
        checkpoint=first.name,
        weights_sha256=first.sha256,
        sample=sample,
        beside={card.name: card.sha256 for card in others},
    )


def load_failure_subject(
    name: SubjectName, sample: Sample, *, device: str = "auto"
) -> FailureSubject:
    """Return a sample as the models that a recipe names read it.

    Args:
        name: Of the sample and the models, whose weights were checked.
        sample: What it names.
        device: As `open_checkpoint` takes it.

    Raises:
        InputError: It names no model.
        CheckpointError: One cannot be loaded.
    """
    names = [name.checkpoint, *name.beside]
    models = [open_checkpoint(one, device) for one in names if one is not None]
    if not models:
        raise InputError("this recipe names no model")
    return make_failure_subject(models, sample)


def failure_subject_of(
    names: Sequence[str],
    sample: Sample,
    named: Mapping[str, Any],
    *,
    device: str = "auto",
) -> tuple[FailureSubject, SubjectName] | None:
    """Return a sample as checkpoints read it; None where there is no checkpoint.

    Args:
        names: Of checkpoints; those that cannot be loaded are left out.
        sample: A pair or sequences.
        named: What names it.
        device: As `open_checkpoint` takes it.
    """
    models = []
    for name in dict.fromkeys(names):
        try:
            models.append(open_checkpoint(name, device))
        except CheckpointError:
            continue
    if not models:
        return None
    cards = [model.card for model in models]
    return make_failure_subject(models, sample), name_models(cards, named)


def name_report(report: RobustnessReport) -> SubjectName:
    """Return what names a report."""
    sample = {"robustness": report.data, "sha256": report.sha256}
    return SubjectName(checkpoint=None, weights_sha256=None, sample=sample)


def find_report(named: Mapping[str, Any], path: Path | None) -> RobustnessReport:
    """Return the report that a recipe names, from a file or as it was recorded.

    Args:
        named: The sample of a `SubjectName`.
        path: Of a report; None: the recorded one.

    Raises:
        InputError: It is not there, or another one than the recipe's.
    """
    report = recorded_report(named["robustness"]) if path is None else read_report(path)
    if report is None or name_report(report).sample != dict(named):
        raise InputError(
            "this is not the report that the recipe was made of: name its file with "
            "`--robustness`"
        )
    return report


def _config_of(card: ModelCard) -> AlignMambaConfig:
    """Return the config of an AlignMamba or of a baseline from its card."""
    if card.kind == "baseline":
        return BaselineConfig(**card.config)
    return config_of(card)


def _is_concatenation(card: ModelCard) -> bool:
    return card.kind == "baseline" and card.config.get("fusion") == "concatenation"


def _reads(card: ModelCard, sample: Sample) -> bool:
    """Return whether the widths of sequences fit; those of pictures always do."""
    if isinstance(sample, RGBDSample):
        return True
    return why_unread(sample, _config_of(card)) is None


def _names_of(card: ModelCard) -> set[str]:
    return {one["name"] for one in card.config["modalities"]}


def _set_of(card: ModelCard) -> str:
    return str(card.recipe.get("data", {}).get("set", ""))
