"""One fault at growing severities."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.robustness.failures import FailureSubject
from fusionviz.analysis.robustness.severities import (
    SeverityStrip,
    measure_severities,
)
from fusionviz.data.faults.samples import faults_of
from fusionviz.exhibits.shared.exhibit import (
    HEIGHT,
    Controls,
    Exhibit,
    ExhibitKind,
    Request,
)
from fusionviz.views.robustness.severities import (
    describe_severities,
    draw_severities,
    strip_titles,
)

ROW_HEIGHT = 148
"""Of a row of pictures with its titles."""

BELOW = 82
"""Of the legend and margins."""


@dataclass(frozen=True, kw_only=True)
class SeveritiesControls(Controls):
    """Which fault of which modality.

    Attributes:
        modality: Its name; empty: the sample's first.
        fault: Its name; empty: the modality's first.
    """

    modality: str = ""
    fault: str = ""


def make_severities(request: Request[SeveritiesControls, FailureSubject]) -> Exhibit:
    """Return what models say at severities 0 to 5.

    Raises:
        InputError: There is no such fault, or the sample has not the modality.
    """
    subject, asked = request.subject, request.controls
    modality = asked.modality or subject.modalities[0]
    known = faults_of(modality, is_image=subject.is_image)
    strip = measure_severities(subject, modality, asked.fault or known[0].name)
    titles, changed = strip_titles(strip), strip.changed
    rows = 1 + len(titles)
    return Exhibit(
        draw=lambda: draw_severities(strip),
        height=min(600, rows * ROW_HEIGHT + BELOW) if strip.pictures else HEIGHT,
        alt=describe_severities(strip),
        caption=_explain(strip),
        formula=None,
        numbers={
            "modality": strip.modality,
            "fault": strip.fault,
            **{
                f"changed_{one.name.replace(':', '_')}_severity_{severity}": float(
                    value
                )
                for one, row in zip(strip.readings[0], changed, strict=True)
                for severity, value in zip(strip.severities, row, strict=True)
                if np.isfinite(value)
            },
        },
        arrays={"changed": np.nan_to_num(changed, nan=-1.0)},
        table={
            "severity": list(strip.severities),
            **{
                f"changed, {title}": row.tolist()
                for title, row in zip(titles, changed, strict=True)
            },
        },
    )


def _explain(strip: SeverityStrip) -> str:
    what = (
        "Above is what the models read, below what each says: strong in the colour of "
        "the new class where it is another than at severity 0, faint where it stays. "
        "The share of pixels that changed stands above each picture."
        if strip.pictures
        else "Each line is what a model says; the truth is dashed. Steps that are lost "
        "are told under the axis."
    )
    last = ", ".join(
        f"{title} {row[-1]:.1%}" if strip.pictures else f"{title} {row[-1]:.2f}"
        for title, row in zip(strip_titles(strip), strip.changed, strict=True)
        if np.isfinite(row[-1])
    )
    told = f" Here severity 5 changes: {last}." if last else ""
    return (
        f"**{strip.title}** of {strip.modality}. {strip.imitates} At severity 0 "
        "nothing is changed, and a higher severity is never less of a change to the "
        "input. All severities have one seed: it is one fault that grows."
        f"\n\n{what}{told}"
    )


STRIP_OF_SEVERITIES = ExhibitKind(
    name="robustness-severities",
    title="One fault at growing severities",
    controls=SeveritiesControls,
    make=make_severities,
    reads="failures",
    height=526,
)
