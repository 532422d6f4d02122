"""Figures of all models over missing rates or severities."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.robustness.curves import METRICS, Curves, curves_of
from fusionviz.exhibits.robustness.words import absences, provenance
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.training.robustness.report import RobustnessReport
from fusionviz.views.robustness.curves import describe_curves, draw_curves
from fusionviz.views.shared.style import known_digits


@dataclass(frozen=True, kw_only=True)
class CurvesControls(Controls):
    """What fails, and which figure.

    Attributes:
        what: `random`, `imbalanced/MODALITY` or `faults/MODALITY/FAULT`; empty: the
            first that the report has.
        metric: Name of a figure; empty: the main one.
    """

    what: str = ""
    metric: str = ""


def make_curves(request: Request[CurvesControls, RobustnessReport]) -> Exhibit:
    """Return all models' figures over rates or severities.

    Raises:
        InputError: The report has no such curves or figure.
    """
    report, asked = request.subject, request.controls
    curves = curves_of(report, asked.what, asked.metric)
    values = np.array([one.values for one in curves.curves])
    return Exhibit(
        draw=lambda: draw_curves(curves),
        alt=describe_curves(curves),
        caption=_explain(curves, report),
        formula=r"\text{missing rate} = \frac{\text{missing slots}}"
        r"{\text{samples} \times \text{modalities}}"
        if curves.missing.size
        else None,
        numbers={
            f"{when}_{curves.metric}_{one.name.replace(':', '_')}": float(value)
            for one in curves.curves
            for when, value in (
                ("first", one.values[0, 0]),
                ("last", one.values[-1, 0]),
            )
            if np.isfinite(value)
        },
        arrays={"x": curves.curves[0].x, curves.metric: np.nan_to_num(values)},
        table={
            curves.across: curves.curves[0].x,
            **{
                f"{one.title}{end}": one.values[:, place]
                for one in curves.curves
                for place, end in enumerate(("", ", low", ", high"))
            },
        },
    )


def _explain(curves: Curves, report: RobustnessReport) -> str:
    metric = METRICS[curves.metric]
    first = (
        f"Each line is the {metric} of a model on {curves.samples} samples, its band a "
        f"95 % interval. What fails: {curves.title}."
    )
    if curves.missing.size:
        first += (
            " A rate is missing slots over all slots; each sample keeps one, so less "
            f"is really missing: {known_digits(float(curves.missing[-1]))} % of all "
            f"slots at {curves.curves[0].x[-1]:g} %."
        )
    lost = ", ".join(
        f"{one.title} **{known_digits(float(one.values[0, 0] - one.values[-1, 0]))}**"
        for one in curves.curves
    )
    quoted = ""
    if curves.quoted:
        quoted = (
            "\n\nDotted grey are figures that Li et al. (2025) quote for IMDer and "
            "MMIN on CMU-MOSI: models with BERT and larger visual features, on the "
            "official test split; not measured here."
        )
    return (
        f"{first}\n\nFrom the left end to the right are lost: {lost}.{quoted}\n\n"
        f"{absences(report)} {provenance(report, curves.what.partition('/')[0])}"
    )


LOSSES = ExhibitKind(
    name="robustness-curves",
    title="What is lost over missing rates and severities",
    controls=CurvesControls,
    make=make_curves,
    reads="robustness",
)
