"""What models make of a sample whose modalities fail."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.robustness.failures import (
    MISSING,
    Failure,
    FailureReading,
    FailureSubject,
    FailureView,
)
from fusionviz.data.faults.samples import find_fault
from fusionviz.exhibits.shared.exhibit import (
    HEIGHT,
    Controls,
    Exhibit,
    ExhibitKind,
    Request,
)
from fusionviz.views.robustness.failures import (
    describe_failures,
    draw_failures,
    reading_titles,
)
from fusionviz.views.shared.style import three_digits

PICTURES_HEIGHT = 534
"""Of two rows of pictures with titles of three and four lines."""


@dataclass(frozen=True, kw_only=True)
class FailuresControls(Controls):
    """What fails.

    Attributes:
        failures: `MODALITY:missing` or `MODALITY:FAULT:SEVERITY`, at most one a
            modality; empty: the last modality of the sample is missing.
    """

    failures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that they can be read, one a modality."""
        names = [Failure.of(text).modality for text in self.failures]
        if len(set(names)) < len(names):
            raise ValueError(f"a modality fails once, got {', '.join(self.failures)}")


def make_failures(request: Request[FailuresControls, FailureSubject]) -> Exhibit:
    """Return what each model says of a sample whole, and when modalities fail.

    Raises:
        InputError: Nothing would be left, or there is no such fault.
    """
    subject = request.subject
    failures = [Failure.of(text) for text in request.controls.failures]
    if not failures and len(subject.modalities) > 1:
        failures = [Failure(modality=subject.modalities[-1])]
    view = subject.fail(failures)
    titles = reading_titles(view.after)
    return Exhibit(
        draw=lambda: draw_failures(view),
        height=PICTURES_HEIGHT if view.is_image else HEIGHT,
        alt=describe_failures(view),
        caption=_explain(subject, view, failures),
        formula=r"\text{changed} = \tfrac{1}{n} \textstyle\sum_i [\hat y_i(\text{left})"
        r" \neq \hat y_i(\text{whole})]"
        if view.is_image
        else r"\text{changed} = \max_i\, \lvert \hat y_i(\text{left}) - "
        r"\hat y_i(\text{whole}) \rvert",
        numbers=_numbers(view),
        arrays=_arrays(view),
        table={
            "model": list(titles),
            "changed": list(view.changed),
            **_scores(view),
        },
    )


def _numbers(view: FailureView) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {
        "failures": "; ".join(view.failures) or "none"
    }
    for one, changed in zip(view.after, view.changed, strict=True):
        key = one.name.replace(":", "_")
        if np.isfinite(changed):
            numbers[f"changed_{key}"] = changed
    for when, readings in (("whole", view.before), ("failing", view.after)):
        for one in readings:
            key = f"{one.name.replace(':', '_')}_{when}"
            if one.bits is not None and np.isfinite(one.bits):
                numbers[f"bits_per_dim_{key}"] = one.bits
            if one.segmentation is not None:
                right, mean_iou = one.segmentation.pixel_accuracy, one.segmentation
                if right is not None:
                    numbers[f"pixel_accuracy_{key}"] = right
                    numbers[f"miou_{key}"] = mean_iou.mean_iou or 0.0
            if one.numbers is not None and len(one.numbers.values) == 1:
                numbers[f"score_{key}"] = float(one.numbers.values[0])
    return numbers


def _arrays(view: FailureView) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for when, readings in (("whole", view.before), ("failing", view.after)):
        for one in readings:
            key = f"{one.name.replace(':', '_')}_{when}"
            if one.segmentation is not None:
                arrays[f"labels_{key}"] = one.segmentation.labels
            if one.numbers is not None:
                arrays[f"values_{key}"] = one.numbers.values
    return arrays


def _scores(view: FailureView) -> dict[str, list[float | str]]:
    """Return columns of what is right, or of the first number; empty where unknown."""

    def of(reading: FailureReading) -> float | str:
        if reading.segmentation is not None:
            right = reading.segmentation.pixel_accuracy
            return "" if right is None else right
        return "" if reading.numbers is None else float(reading.numbers.values[0])

    word = "pixel_accuracy" if view.is_image else "score"
    return {
        f"{word}_whole": [of(one) for one in view.before],
        f"{word}_failing": [of(one) for one in view.after],
    }


def _explain(
    subject: FailureSubject, view: FailureView, failures: list[Failure]
) -> str:
    parts = [_explain_picture(view), *_explain_absence(view)]
    for one in failures:
        if one.what != MISSING and one.modality in subject.modalities:
            fault = find_fault(one.modality, one.what, is_image=subject.is_image)
            parts.append(
                f"**{fault.title}** of {one.modality}, severity {one.severity:g} of "
                f"5. {fault.imitates}"
            )
    told = ", ".join(
        f"{title} {_told(view, changed)}"
        for title, changed in zip(reading_titles(view.after), view.changed, strict=True)
    )
    wrong = " and ".join(view.failures)
    here = f"Here, with {wrong}: {told}." if wrong else "Here nothing is wrong yet."
    return "\n\n".join([*parts, here])


def _told(view: FailureView, changed: float) -> str:
    if not np.isfinite(changed):
        return "says something of fewer steps"
    if view.is_image:
        return f"names another class in **{changed:.1%}** of the pixels"
    return f"moves by **{three_digits(changed)}**"


def _explain_picture(view: FailureView) -> str:
    if not view.is_image:
        return (
            "A ring is what a model says of the whole sample, a diamond what it says "
            "of what is left, a cross the truth where it is known. Absence is honest: "
            "the values of a hidden modality change nothing."
        )
    return (
        "Above is what each model says of the whole pair, below of what is left: "
        "strong in the colour of the new class where it names another one, faint where "
        "the class stays. Depth has one scale in both rows. Absence is honest: the "
        "values of a hidden modality change nothing. Classes are as the models say "
        "them; Inputs lets them follow the picture's edges first, so its share of "
        f"right pixels is another.{_explain_sizes(view)}"
    )


def _explain_sizes(view: FailureView) -> str:
    """Return what each model reads, where they don't all read the same."""
    sizes = {one.kind: one.pictures.size for one in view.before if one.pictures}
    if len(set(sizes.values())) < 2:
        return ""
    told = ", ".join(
        f"{kind} {width}x{height} pixels" for kind, (height, width) in sizes.items()
    )
    return (
        f" Models read a pair in their own way: {told}, one that reads a square the "
        "middle one. Classes, and the share of pixels that are right, are of what each "
        "of them read."
    )


def _explain_absence(view: FailureView) -> list[str]:
    words = {one.name.partition(":")[2] for one in view.after}
    parts = []
    if "learned" in words:
        parts.append(
            "AlignMamba and the baselines have **learned tokens** in place of what is "
            "missing."
        )
    if words & {"guess", "zeros", "mean"}:
        parts.append(
            "MANGO's flow needs the tokens of both pictures: in place of missing ones "
            "stand its **learned guess** from the other picture, **zeros**, or the "
            "mean of training samples. Bits are those of the tokens as filled, per "
            "dimension: a guess is smoother than data and often costs fewer."
        )
    return parts


FAILURES = ExhibitKind(
    name="robustness-sample",
    title="What models make of what is left",
    controls=FailuresControls,
    make=make_failures,
    reads="failures",
    height=PICTURES_HEIGHT,
)
