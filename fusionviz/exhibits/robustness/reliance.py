"""What each modality is worth to a model."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.robustness.curves import titles_of
from fusionviz.errors import InputError
from fusionviz.exhibits.robustness.words import absences, provenance
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.training.robustness.report import (
    ModelResult,
    RobustnessReport,
    Worth,
)
from fusionviz.views.robustness.reliance import describe_reliance, draw_reliance
from fusionviz.views.shared.style import known_digits, modality_name

ROW, AROUND = 34, 90
"""Pixels of a row, and of axis and margins."""

LOWEST, HIGHEST = 300, 600

APART = 0.02
"""Difference of two worths from which they are told to disagree."""


@dataclass(frozen=True, kw_only=True)
class RelianceControls(Controls):
    """Of which model.

    Attributes:
        model: Name of a reader, CHECKPOINT:ABSENCE; empty: the first.
    """

    model: str = ""


def make_reliance(request: Request[RelianceControls, RobustnessReport]) -> Exhibit:
    """Return Shapley values of the modalities beside their perceptual scores.

    Raises:
        InputError: The report has none, or no such model.
    """
    report = request.subject
    known = {one.name: one for one in report.models if one.reliance}
    if not known:
        raise InputError(
            "This report says nothing of reliance: measure again, without "
            "`--no-reliance`."
        )
    name = request.controls.model or next(iter(known))
    if name not in known:
        raise InputError(f"models are {', '.join(known)}, got {name!r}")
    model = known[name]
    worths = model.reliance
    return Exhibit(
        draw=lambda: draw_reliance(worths),
        height=min(HIGHEST, max(LOWEST, AROUND + ROW * len(worths))),
        alt=describe_reliance(worths),
        caption=_explain(model, report),
        formula=r"\phi_m = \sum_{S \not\ni m} \frac{|S|!\,(n - |S| - 1)!}{n!}"
        r"\,[v(S \cup m) - v(S)]",
        numbers={
            f"{kind}_{modality}_to_{worth.figure}": value.value
            for worth in worths
            for kind, found in (
                ("shapley", worth.shapley),
                ("perceptual", worth.perceptual),
            )
            for modality, value in found.items()
            if np.isfinite(value.value)
        },
        arrays={
            "shapley": np.array(
                [[v.value for v in worth.shapley.values()] for worth in worths]
            )
        },
        table={
            "figure": [worth.figure for worth in worths],
            **{
                f"{kind}, {modality}{end}": [
                    _part(getattr(worth, kind), modality, part) for worth in worths
                ]
                for kind in ("shapley", "perceptual")
                for modality in worths[0].shapley
                for end, part in (("", "value"), (", low", "low"), (", high", "high"))
            },
        },
    )


def _part(found: object, modality: str, part: str) -> object:
    """Return a part of an estimate, nothing where there is none."""
    estimates = dict(found) if isinstance(found, dict) else {}
    value = getattr(estimates.get(modality), part, None)
    return "" if value is None else value


def _explain(model: ModelResult, report: RobustnessReport) -> str:
    (title,) = (
        name
        for one, name in zip(report.models, titles_of(report.models), strict=True)
        if one is model
    )
    accuracy = model.reliance[0]
    told = ", ".join(
        f"{modality_name(name)} **{known_digits(value.value)}**"
        for name, value in accuracy.shapley.items()
    )
    return (
        "A **Shapley value** is what a modality adds to the share that is right, in "
        "the mean over all orders in which modalities come (dots); of a class it is "
        "the share of that class. Without any modality a class is said as often as it "
        "occurs; the values add up to what the whole input is worth above that. The "
        "**perceptual score** (rings; Gat et al. 2021, not normalised) is what is lost "
        "where the modality is another sample's. Lines are 95 % intervals.\n\n"
        f"Here, {title}: {told} of accuracy. {_agreement(accuracy)}\n\n"
        f"{absences(report)} {provenance(report)}"
    )


def _agreement(worth: Worth) -> str:
    """Return in words where the two disagree, and what that means."""
    if not worth.perceptual:
        return "The perceptual score was not measured."
    parts = []
    for name, value in worth.shapley.items():
        lost, word = worth.perceptual[name].value, modality_name(name)
        if lost > value.value + APART:
            parts.append(
                f"another sample's {word} costs more ({known_digits(lost)}) than "
                f"{word} adds ({known_digits(value.value)}): the model trusts it "
                "more than it needs it, and a wrong one leads it astray where a "
                "missing one would not"
            )
        elif lost < value.value - APART:
            parts.append(
                f"{word} adds more ({known_digits(value.value)}) than another "
                f"sample's costs ({known_digits(lost)}): the other modalities make "
                "up for a wrong one, or any of its kind tells something of the set"
            )
    if not parts:
        return f"The two agree to within {APART:g} for every modality."
    return f"The two disagree: {'; '.join(parts)}."


RELIANCE = ExhibitKind(
    name="robustness-reliance",
    title="What each modality is worth",
    controls=RelianceControls,
    make=make_reliance,
    reads="robustness",
    height=560,
)
