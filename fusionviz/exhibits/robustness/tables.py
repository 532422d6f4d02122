"""Models against subsets of modalities, and the summaries of a protocol."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.robustness.curves import (
    METRICS,
    subsets_of,
    summaries_of,
    summarised,
)
from fusionviz.errors import InputError
from fusionviz.exhibits.robustness.words import absences, provenance
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.training.robustness.report import RobustnessReport
from fusionviz.training.robustness.summaries import DEFINITIONS
from fusionviz.views.robustness.subsets import (
    describe_subsets,
    describe_summaries,
    draw_subsets,
    draw_summaries,
    is_narrow,
    subset_title,
    summary_title,
)

ROW, HEAD = 62, 120
"""Pixels of a row of the matrix, and of what stands around the rows."""

LINE, LINES = 29, 44
"""Pixels of a line of the table, and of its head."""

TALL, TALLS = 50, 90
"""The same where cells have two lines."""

LOWEST, HIGHEST = 300, 600


@dataclass(frozen=True, kw_only=True)
class SubsetsControls(Controls):
    """Which figure.

    Attributes:
        metric: Its name; empty: the main one.
    """

    metric: str = ""


def make_subsets(request: Request[SubsetsControls, RobustnessReport]) -> Exhibit:
    """Return figures of all models under every subset of modalities.

    Raises:
        InputError: The report has none, or no such figure.
    """
    report = request.subject
    table = subsets_of(report, request.controls.metric)
    names = [subset_title(one) for one in table.subsets]
    return Exhibit(
        draw=lambda: draw_subsets(table),
        height=_height(HEAD + ROW * len(table.titles)),
        alt=describe_subsets(table),
        caption=(
            f"Each cell is the {METRICS[table.metric]} of a model that gets nothing "
            "but the modalities above; the last column is the whole input. All cells "
            f"have one colour scale, from 0.\n\n{absences(report)} {provenance(report)}"
        ),
        numbers={
            f"{table.metric}, {title}, {name}": float(value)
            for title, row in zip(table.titles, table.values[..., 0], strict=True)
            for name, value in zip(names, row, strict=True)
            if np.isfinite(value)
        },
        arrays={table.metric: np.nan_to_num(table.values)},
        table={
            "present": names,
            **{
                f"{title}{end}": table.values[model, :, place]
                for model, title in enumerate(table.titles)
                for place, end in enumerate(("", ", low", ", high"))
            },
        },
    )


@dataclass(frozen=True, kw_only=True)
class SummariesControls(Controls):
    """Which protocol's summaries, of which figure.

    Attributes:
        what: `random`, `emm`, `rmm`, `nm`, `imbalanced/MODALITY` or `faults/MODALITY`;
            empty: the first that the report has.
        metric: Name of a figure; empty: the main one.
    """

    what: str = ""
    metric: str = ""


def make_summaries(request: Request[SummariesControls, RobustnessReport]) -> Exhibit:
    """Return the summaries of a protocol, of all models, with their definitions.

    Raises:
        InputError: The report has none.
    """
    report, asked = request.subject, request.controls
    known = summarised(report)
    if not known:
        raise InputError(
            "This report has no summaries: measure with the protocol random, "
            "imbalanced, emm, rmm, nm or faults."
        )
    what = asked.what or next(iter(known))
    found = summaries_of(report, what, asked.metric)
    metric = METRICS[asked.metric or report.metric]
    titles = [summary_title(name) for name in found.names]
    defined = "\n".join(
        f"- **{summary_title(name)}**: {DEFINITIONS[name]}"
        for name in found.names
        if name in DEFINITIONS
    )
    if what.startswith("faults"):
        defined = (
            "Each row is what is lost from the right sample to the highest severity of "
            "the fault that was measured."
        )
    beside = (
        f" The reference is {report.reference}."
        if "effective_robustness" in found.names
        else ""
    )
    return Exhibit(
        draw=lambda: draw_summaries(found),
        height=_height(
            TALLS + TALL * len(titles)
            if is_narrow(found)
            else LINES + LINE * len(titles)
        ),
        alt=describe_summaries(found),
        caption=(
            f"Summaries of the {metric}, {known.get(what, what)}, with 95 % "
            f"intervals.\n\n{defined}\n\n{beside} {absences(report)} "
            f"{provenance(report, what.partition('/')[0])}"
        ),
        numbers={
            f"{name}, {title}": float(value)
            for name, row in zip(found.names, found.values[..., 0], strict=True)
            for title, value in zip(found.titles, row, strict=True)
            if np.isfinite(value)
        },
        arrays={"summaries": np.nan_to_num(found.values)},
        table={
            "summary": titles,
            **{
                f"{title}{end}": found.values[:, model, place]
                for model, title in enumerate(found.titles)
                for place, end in enumerate(("", ", low", ", high"))
            },
        },
    )


def _height(pixels: int) -> int:
    return min(HIGHEST, max(LOWEST, pixels))


SUBSETS = ExhibitKind(
    name="robustness-subsets",
    title="What each subset of the modalities is good for",
    controls=SubsetsControls,
    make=make_subsets,
    reads="robustness",
)

SUMMARIES = ExhibitKind(
    name="robustness-summaries",
    title="Summaries by their definitions",
    controls=SummariesControls,
    make=make_summaries,
    reads="robustness",
)
