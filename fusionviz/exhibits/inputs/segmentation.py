"""Both models' classes, beside the true ones where they are known."""

from collections.abc import Mapping

import numpy as np

from fusionviz.analysis.inputs.pair_subject import PairSubject
from fusionviz.analysis.shared.segmentation import Segmentation
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.models.cards import ModelCard
from fusionviz.views.shared.plain import in_markdown
from fusionviz.views.shared.segmentation import (
    describe_segmentations,
    draw_segmentations,
)

FORMULA = (
    r"\hat y_p = \arg\max_c\ \big(\bar a_c \cdot I + \bar b_c\big)_p,\qquad (a, b)_c = "
    r"\arg\min_{a, b} \sum_{i \in \omega} \big[(a \cdot I_i + b - "
    r"\mathrm{softmax}(\mathrm{head}(\cdot))_{c,i})^2 + \varepsilon |a|^2\big]"
)

SCORE = "miou"
"""Metric of a card that says how good labels are."""


def make_segmentation(request: Request[Controls, PairSubject]) -> Exhibit:
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
    return Exhibit(
        figure=draw_segmentations(found, pictures, scores),
        alt=describe_segmentations(found, scores),
        caption=_explain(subject, found),
        formula=FORMULA,
        numbers=_numbers(found, subject.cards),
        arrays=_arrays(found),
        table=_shares(found),
    )


def _score(card: ModelCard) -> str:
    """Return a checkpoint's score on data that it never saw, in a word or two."""
    return f"mIoU {card.metrics[SCORE].value:.3f}" if SCORE in card.metrics else ""


def _explain(subject: PairSubject, found: Mapping[str, Segmentation]) -> str:
    """Return in words what the picture shows, with this pair's numbers."""
    lines = [
        "Each pixel has the colour of the class that the model finds most probable; "
        "hovering says which, and how sure the model is. Classes are drawn at the size "
        "of the picture that came in, up to 1280 pixels, where probabilities follow "
        "its edges (a guided filter, He, Sun & Tang 2013). What the models read of it "
        "is framed above, or else is the whole of it. MANGO labels from its "
        "latents z, which G⁻¹ turns back into the tokens; AlignMamba from the states "
        "of its scan."
    ]
    lines += [_explain_one(title, one, subject) for title, one in found.items()]
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
    """Return a row a class that is found: the share of the picture that it covers."""
    classes = list(dict.fromkeys(name for one in found.values() for name in one.shares))
    columns = {
        f"{title.lower()}_share": [one.shares.get(name, 0.0) for name in classes]
        for title, one in found.items()
    }
    return {"class": classes, **columns}


SEGMENTATION = ExhibitKind(
    name="inputs-segmentation",
    title="What each pixel is taken for",
    controls=Controls,
    make=make_segmentation,
    reads="pair",
)
