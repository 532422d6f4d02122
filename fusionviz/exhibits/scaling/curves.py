"""Time, memory and operations of models over length."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from fusionviz.analysis.scaling.curves import (
    MEASURES,
    Curve,
    Measure,
    ScalingCurves,
    measure_curves,
)
from fusionviz.analysis.scaling.paper import (
    Saving,
    compare_savings,
    quoted_points,
)
from fusionviz.analysis.scaling.parts import PART_WORKLOADS
from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.scaling.words import say_machine, say_reading, say_savings
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.scaling.cells import PASSES, Passes
from fusionviz.scaling.fits import PowerFit
from fusionviz.scaling.runs import (
    BATCHINGS,
    CONSTANT_TOKENS,
    Batching,
    ScalingRun,
)
from fusionviz.scaling.workloads import workloads_of
from fusionviz.views.scaling.curves import describe_curves, draw_curves
from fusionviz.views.scaling.units import write_length
from fusionviz.views.shared.style import three_digits

CurveFamily = Literal["fusion", "backbone", "flow", "alignment", "part"]

FAMILIES: tuple[CurveFamily, ...] = get_args(CurveFamily)

COMPARED: tuple[CurveFamily, Passes, Batching] = ("fusion", "forward", "one")
"""What the paper's figures are set beside."""

LENGTH = 4096
"""Tokens at which all are read off until a reader asks for others."""


@dataclass(frozen=True, kw_only=True)
class CurveControls(Controls):
    """Which workloads, and where they are read off.

    Attributes:
        family: `fusion`: fusion models; `backbone`: backbones alone; `flow`: MANGO;
            `alignment`: transport and MMD; `part`: parts of models.
        passes: `forward`, or `training`: forward and backward.
        batching: `one` sequence at a time, or as many as make up a `constant` number
            of tokens.
        length: Tokens at which all are read off, moved into what was measured.
    """

    family: CurveFamily = "fusion"
    passes: Passes = "forward"
    length: int = LENGTH
    batching: Batching = "one"

    def __post_init__(self) -> None:
        """Refuse what is no family, no pass or no length."""
        if self.family not in FAMILIES:
            raise ValueError(f"family is one of {FAMILIES}, got {self.family!r}")
        if self.passes not in PASSES:
            raise ValueError(f"passes are {PASSES}, got {self.passes!r}")
        if self.batching not in BATCHINGS:
            raise ValueError(f"batching is {BATCHINGS}, got {self.batching!r}")
        if self.length < 1:
            raise ValueError(f"length must be positive, got {self.length}")


def make_curves(request: Request[CurveControls, ScalingSubject]) -> Exhibit:
    """Return the curves of a family of workloads, all read off at one length.

    Raises:
        InputError: There is no run, or none of such workloads.
    """
    asked, subject = request.controls, request.subject
    curves = curves_of(subject.run, asked.family, asked.passes, asked.batching)
    length = read_length(curves, asked.length)
    beside = _beside(subject, asked, [one.workload for one in curves.curves])
    is_compared = (asked.family, asked.passes, asked.batching) == COMPARED
    savings = compare_savings(curves) if is_compared else []
    return Exhibit(
        draw=lambda: draw_curves(
            curves,
            length=length,
            beside=beside,
            quoted=quoted_points(curves) if is_compared else (),
        ),
        alt=describe_curves(curves),
        caption=_explain(subject.run, curves, length, savings),
        formula=r"\text{time} \approx s\,L^{p}, \qquad \log\text{time} = \log s + p "
        r"\log L",
        numbers=_numbers(curves, length, savings),
        arrays=_arrays(curves),
        table=_table(curves),
    )


def curves_of(
    run: ScalingRun,
    family: CurveFamily,
    passes: Passes = "forward",
    batching: Batching = "one",
) -> ScalingCurves:
    """Return the curves of a family's workloads.

    Raises:
        InputError: The run has none of them.
    """
    return measure_curves(run, names_of(family), passes=passes, batching=batching)


def names_of(family: CurveFamily) -> tuple[str, ...]:
    """Return the workloads of a family; parts are those of all models."""
    if family == "part":
        return PART_WORKLOADS
    return tuple(one.name for one in workloads_of(family))


def read_length(curves: ScalingCurves, length: int) -> int:
    """Return a length moved into those that were tried."""
    low, high = curves.span
    return int(min(max(length, low), high))


def _beside(
    subject: ScalingSubject, asked: CurveControls, workloads: list[str]
) -> ScalingCurves | None:
    """Return the curves of the next run that has some of these workloads."""
    for run in subject.runs[1:]:
        try:
            return measure_curves(
                run, workloads, passes=asked.passes, batching=asked.batching
            )
        except InputError:
            continue
    return None


def _numbers(
    curves: ScalingCurves, length: int, savings: list[Saving]
) -> dict[str, float | int | str]:
    found: dict[str, float] = {}
    for one in curves.read_at(length):
        for measure in MEASURES:
            found[f"{one.workload}_{measure}"] = getattr(one, measure)
        found[f"{one.workload}_seconds_ratio"] = one.seconds_ratio
        found[f"{one.workload}_peak_ratio"] = one.peak_ratio
    for curve in curves.curves:
        for measure, fit in curve.fits.items():
            found[f"{curve.workload}_{measure}_exponent"] = fit.exponent
    for name, crossing in curves.crossings.items():
        found[f"{name}_crossing_length"] = crossing.length
    for saving in savings:
        name = f"{saving.against}_{saving.measure}_saved"
        found[f"{name}_quoted"] = saving.quoted
        for way, share in (("plain", saving.plain), ("fused", saving.fused)):
            found[f"{name}_{way}"] = math.nan if share is None else share
    known = {key: value for key, value in found.items() if math.isfinite(value)}
    return {"length": length, "reading": say_reading(curves, length), **known}


def _arrays(curves: ScalingCurves) -> dict[str, np.ndarray]:
    """Return a matrix for each workload: length, time and its range, memory, count."""
    return {
        curve.workload: np.stack(
            [
                curve.lengths,
                curve.seconds,
                curve.seconds_low,
                curve.seconds_high,
                curve.peak_bytes,
                curve.operations,
            ],
            axis=1,
        )
        for curve in curves.curves
    }


def _table(curves: ScalingCurves) -> dict[str, list]:
    """Return a row for each cell; what was given up has a reason and no numbers."""
    columns = (
        *("machine", "workload", "passes", "tokens", "status", "reason"),
        *("seconds", "seconds_low", "seconds_high", "peak_bytes", "operations"),
    )
    table: dict[str, list] = {name: [] for name in columns}
    for curve in curves.curves:
        for place, length in enumerate(curve.lengths):
            status, reason = curve.marks.get(int(length), ("done", ""))
            row: dict[str, str | int | float] = {
                "machine": curve.machine,
                "workload": curve.workload,
                "passes": curves.passes,
                "tokens": int(length),
                "status": status,
                "reason": reason,
            }
            for name in columns[len(row) :]:
                value = float(getattr(curve, name)[place])
                row[name] = value if math.isfinite(value) else ""
            for name, said in row.items():
                table[name].append(said)
    return table


_CONSTANT = (
    f"The number of tokens is constant: {CONSTANT_TOKENS:,} of them, in as many "
    "sequences as they make at each length (one at least), all at once. What costs the "
    "same for every token is level here, and what costs the square of the length rises "
    "with it."
)


def _explain(
    run: ScalingRun, curves: ScalingCurves, length: int, savings: list[Saving]
) -> str:
    first = curves.reference.title
    lines = [
        f"{say_reading(curves, length)}",
        f"Measured on {say_machine(run, curves.batching)}",
        "Each point is one cell, run in a fresh process: time is the median of at "
        "least five runs after a warm-up, its band the 20th to 80th percentile; memory "
        "is what the process grew by in one run; operations are counted by formula "
        "(products, convolutions and the scan, not norms and softmax). L is the tokens "
        "of all modalities together. A cross at the top is a cell that was given up: "
        f"beyond {run.limits.seconds:.3g} s or {run.limits.bytes / 2**30:.3g} GiB.",
        *([_CONSTANT] if curves.batching == "constant" else []),
        "The exponent p in the legend is that of time, fitted where it is at least "
        "twice the smallest value, so that constant overhead does not flatten it; in "
        "brackets its 95 % interval over resampled residuals.",
        *_exponents(curves),
        *_crossings(curves, first),
    ]
    if savings:
        lines.append(say_savings(savings))
        lines.append(
            "The paper's figures are of another machine and other sizes: stars show "
            "its ratios alone, set off from our AlignMamba."
        )
    return "\n\n".join(lines)


def _exponents(curves: ScalingCurves) -> list[str]:
    told = [
        f"{curve.title}: {_say_fit(curve, 'seconds')} of time, "
        f"{_say_fit(curve, 'peak_bytes')} of memory"
        for curve in curves.curves
        if any(math.isfinite(fit.exponent) for fit in curve.fits.values())
    ]
    return [f"Exponents: {'; '.join(told)}."] if told else []


def _say_fit(curve: Curve, measure: Measure) -> str:
    fit: PowerFit = curve.fits[measure]
    if not math.isfinite(fit.exponent):
        return "too few points"
    return f"{three_digits(fit.exponent)} from {write_length(fit.knee)} tokens on"


def _crossings(curves: ScalingCurves, first: str) -> list[str]:
    titles = {curve.workload: curve.title for curve in curves.curves}
    told = []
    for name, crossing in curves.crossings.items():
        if crossing.is_in_range:
            cheaper = first if crossing.cheaper == "first" else titles[name]
            told.append(
                f"{titles[name]} at {write_length(crossing.length)} tokens, beyond "
                f"which {cheaper} is quicker"
            )
        else:
            told.append(f"{titles[name]}: no crossing in range")
    return [f"Where {first} takes as long as another: {'; '.join(told)}."] * bool(told)


CURVES = ExhibitKind(
    name="scaling-curves",
    title="What length costs",
    controls=CurveControls,
    make=make_curves,
    reads="scaling",
    height=490,
)
