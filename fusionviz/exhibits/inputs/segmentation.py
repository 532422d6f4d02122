"""Both models' classes, beside the true ones where they are known."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.shared.limits import Certainty
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.errors import InputError
from fusionviz.exhibits.inputs.familiarity import explain_distance
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.models.cards import ModelCard
from fusionviz.views.inputs.segmentation import (
    describe_segmentations,
    draw_segmentations,
    height_of,
)
from fusionviz.views.shared.plain import in_markdown

FORMULA = (
    r"\hat y_p = \arg\max_c\ \big(\bar a_c \cdot I + \bar b_c\big)_p,\qquad (a, b)_c = "
    r"\arg\min_{a, b} \sum_{i \in \omega} \big[(a \cdot I_i + b - "
    r"\mathrm{softmax}(\mathrm{head}(\cdot))_{c,i})^2 + \varepsilon |a|^2\big]"
)

SCORE = "miou"
"""Metric of a card that says how good labels are."""


@dataclass(frozen=True, kw_only=True)
class SegmentationControls(Controls):
    """What can be set on classes.

    Attributes:
        hatch: Whether it is hatched where a model is unsure.
    """

    hatch: bool = True


def make_segmentation(request: Request[SegmentationControls, PairSubject]) -> Exhibit:
    """Return what each model takes every pixel for.

    Raises:
        InputError: No model has read the pair.
    """
    subject = request.subject
    found = {title: one.segmentation for title, one in subject.readings.items()}
    if not found:
        raise InputError("No model has labelled this pair yet.")
    pictures = {title: one.pictures for title, one in subject.readings.items()}
    scores = {title: _score(card) for title, card in subject.cards.items()}
    certainties = subject.certainties if request.controls.hatch else {}
    below = {title: one.below for title, one in certainties.items()}
    return Exhibit(
        draw=lambda: draw_segmentations(found, pictures, scores, below),
        alt=describe_segmentations(found, scores, below),
        caption=_explain(subject, found, hatch=request.controls.hatch),
        formula=FORMULA,
        numbers={**_numbers(found, subject.cards), **_limits(subject, found)},
        arrays=_arrays(found),
        table=_shares(found),
        height=height_of(found),
    )


def _score(card: ModelCard) -> str:
    """Return a checkpoint's score on data that it never saw, in a word or two."""
    return f"mIoU {card.metrics[SCORE].value:.3f}" if SCORE in card.metrics else ""


def _explain(
    subject: PairSubject, found: Mapping[str, Segmentation], *, hatch: bool
) -> str:
    """Return in words what the picture shows, with this pair's numbers."""
    lines = [
        "Each pixel has the colour of the class that the model finds most probable; "
        "hovering says which, and how sure the model is. Classes are drawn at the size "
        "of the picture that came in, up to 1280 pixels, where probabilities follow "
        "its edges (a guided filter, He, Sun & Tang 2013), and counted so. What the "
        "models read of it is framed above, or else is the whole of it. MANGO labels "
        "from its latents z, which G⁻¹ turns back into the tokens; AlignMamba from the "
        "states of its scan."
    ]
    for title, one in found.items():
        said = _explain_one(title, one, subject)
        if hatch and title in subject.certainties:
            said += _explain_hatching(one, subject.certainties[title])
        lines.append(said + explain_distance(subject, title))
    missing = subject.mango.missing if subject.mango else None
    if missing is not None:
        lines.append(f"- {missing} is missing: MANGO labels from its guess of it.")
    return "\n".join(lines)


def _explain_one(title: str, one: Segmentation, subject: PairSubject) -> str:
    largest = ", ".join(f"{c} {s:.0%}" for c, s in list(one.shares.items())[:3])
    line = (
        f"- **{title}**: mostly {largest}; on average it is {one.mean_confidence:.0%} "
        "sure of a pixel."
    )
    if one.pixel_accuracy is not None and one.mean_iou is not None:
        line += (
            f" {one.pixel_accuracy:.1%} of pixels right, mean intersection over "
            f"union {one.mean_iou:.1%} over the classes that are there or found."
        )
    card = subject.cards.get(title)
    if card is None or SCORE not in card.metrics:
        return line
    return (
        f"{line} On data that it never saw, {in_markdown(card.name)} has a mean "
        f"intersection over union of {card.metrics[SCORE]:.3f} "
        f"({in_markdown(card.data)}); on pictures unlike those expect less, however "
        "sure it is."
    )


def _explain_hatching(one: Segmentation, certainty: Certainty) -> str:
    """Return what is hatched, and what labels were worth there on test samples."""
    return (
        f" Hatched, {one.unsure_where(certainty.below).mean():.0%} of the picture: "
        "where the model is unsure, p (of the class, averaged over 1/32 of the width) "
        f"below {certainty.below:.2f}. There {certainty.unsure_right:.0%} of the "
        f"pixels were right on held-out samples, elsewhere {certainty.sure_right:.0%}."
    )


def _limits(
    subject: PairSubject, found: Mapping[str, Segmentation]
) -> dict[str, float | int | str]:
    """Return how much is unsure, and how much of held-out samples lies nearer."""
    numbers: dict[str, float | int | str] = {}
    for title, certainty in subject.certainties.items():
        if title not in found:
            continue
        name = title.lower()
        unsure = found[title].unsure_where(certainty.below)
        numbers[f"{name}_unsure_below"] = certainty.below
        numbers[f"{name}_unsure_share"] = float(unsure.mean())
        nearness = subject.nearness(title)
        if nearness is not None:
            numbers[f"{name}_nearer"] = nearness.share
            for measure, share in nearness.by.items():
                numbers[f"{name}_nearer_by_{measure}"] = share
    return numbers


def _numbers(
    found: Mapping[str, Segmentation], cards: Mapping[str, ModelCard]
) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {}
    for title, one in found.items():
        name = title.lower()
        numbers[f"{name}_mean_confidence"] = one.mean_confidence
        if one.pixel_accuracy is not None and one.mean_iou is not None:
            numbers[f"{name}_pixel_accuracy"] = one.pixel_accuracy
            numbers[f"{name}_mean_iou"] = one.mean_iou
        card = cards.get(title)
        if card is not None and SCORE in card.metrics:
            numbers[f"{name}_held_out_miou"] = card.metrics[SCORE].value
    return numbers


def _arrays(found: Mapping[str, Segmentation]) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for title, one in found.items():
        arrays[f"labels_{title.lower()}"] = one.labels
        arrays[f"confidence_{title.lower()}"] = one.confidence
        if one.truth is not None:
            arrays[f"truth_{title.lower()}"] = one.truth
    return arrays


def _shares(found: Mapping[str, Segmentation]) -> dict[str, list]:
    """Return a row a class that is found: how much of it, and how sure that is."""
    classes = list(dict.fromkeys(name for one in found.values() for name in one.shares))
    columns: dict[str, list] = {}
    for title, one in found.items():
        name, shares, sure_of = title.lower(), one.shares, one.sure_of
        columns[f"{name}_share"] = [shares.get(c, 0.0) for c in classes]
        columns[f"{name}_mean_confidence"] = [sure_of.get(c) for c in classes]
    return {"class": classes, **columns}


SEGMENTATION = ExhibitKind(
    name="inputs-segmentation",
    title="What each pixel is taken for",
    controls=SegmentationControls,
    make=make_segmentation,
    reads="pair",
)
