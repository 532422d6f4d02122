"""Curves of a run: fits, crossings, and all models read off at one length."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError
from fusionviz.scaling.cells import CellResult, Passes
from fusionviz.scaling.fits import (
    Crossing,
    PowerFit,
    find_crossing,
    fit_power,
    value_at,
)
from fusionviz.scaling.runs import Batching, ScalingRun
from fusionviz.scaling.workloads import find_workload

Measure = Literal["seconds", "peak_bytes", "operations"]

MEASURES: tuple[Measure, ...] = ("seconds", "peak_bytes", "operations")

REFERENCE = "alignmamba"
"""What the others are compared with."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """What one workload takes over length, on one machine.

    Attributes:
        workload: Its name.
        title: What it is called.
        machine: Where it was measured.
        lengths: Tokens, rising, (point,).
        seconds: Medians; NaN where there is none, and so below, (point,).
        seconds_low: 20th percentiles.
        seconds_high: 80th percentiles.
        peak_bytes: Growth of memory in one run.
        operations: Floating-point operations of one run.
        marks: At lengths that were given up: why, by length.
        fits: Exponents above the knee, by measure.
    """

    workload: str
    title: str
    machine: str
    lengths: NDArray[np.float64]
    seconds: NDArray[np.float64]
    seconds_low: NDArray[np.float64]
    seconds_high: NDArray[np.float64]
    peak_bytes: NDArray[np.float64]
    operations: NDArray[np.float64]
    marks: dict[int, tuple[str, str]]
    fits: dict[Measure, PowerFit]

    def values(self, measure: Measure) -> NDArray[np.float64]:
        """Return the values of a measure, (point,)."""
        return getattr(self, measure)

    def at(self, length: float, measure: Measure) -> float:
        """Return a value between measured lengths, NaN outside of them."""
        return value_at(length, self.lengths.tolist(), self.values(measure).tolist())


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One workload at one length, beside the reference.

    Attributes:
        workload: Its name.
        title: What it is called.
        seconds: Time; NaN out of range, and so below.
        peak_bytes: Memory.
        operations: Floating-point operations.
        seconds_ratio: Its time in those of the reference.
        peak_ratio: Its memory likewise.
        operations_ratio: Its operations likewise.
    """

    workload: str
    title: str
    seconds: float
    peak_bytes: float
    operations: float
    seconds_ratio: float
    peak_ratio: float
    operations_ratio: float


@dataclass(frozen=True, kw_only=True, eq=False)
class ScalingCurves:
    """Curves of some workloads on one machine.

    Attributes:
        curves: One a workload, the reference first where it is there.
        passes: `forward` or `training`.
        batching: One sequence at a time, or as many as make up a constant number of
            tokens.
        crossings: In time, of the reference with each other workload, by its name:
            where the reference becomes the cheaper one.
    """

    curves: tuple[Curve, ...]
    passes: Passes
    crossings: dict[str, Crossing]
    batching: Batching = "one"

    @property
    def reference(self) -> Curve:
        """What the others are compared with."""
        return self.curves[0]

    @property
    def span(self) -> tuple[float, float]:
        """Shortest and longest length that was tried."""
        every = np.concatenate([curve.lengths for curve in self.curves])
        return float(every.min()), float(every.max())

    def read_at(self, length: float) -> list[Reading]:
        """Return all workloads at one length."""
        return [_reading(curve, self.reference, length) for curve in self.curves]


def measure_curves(
    run: ScalingRun,
    workloads: Sequence[str],
    *,
    passes: Passes = "forward",
    batching: Batching = "one",
) -> ScalingCurves:
    """Return the curves of some workloads of a run.

    Raises:
        InputError: The run has none of them.
    """
    curves = []
    for name in sorted(workloads, key=lambda one: one != REFERENCE):
        results = _alike(run.curve(name, passes=passes, batching=batching))
        if results:
            curves.append(_curve(name, run.machine, results))
    if not curves:
        raise InputError(
            f"this run has no {passes} pass of {', '.join(workloads) or 'nothing'}"
            + (", with a constant number of tokens" if batching == "constant" else "")
        )
    first = curves[0]
    crossings = {}
    for other in curves[1:]:
        lengths, mine, theirs = _paired(first, other)
        if len(lengths):
            crossings[other.workload] = find_crossing(lengths, mine, theirs)
    return ScalingCurves(
        curves=tuple(curves), passes=passes, crossings=crossings, batching=batching
    )


def _alike(results: Sequence[CellResult]) -> list[CellResult]:
    """Return the last result of each length, of models as large as the first one's."""
    sizes = [(one.cell.width, one.cell.layers, one.cell.device) for one in results]
    return list(
        {
            one.cell.length: one
            for one, size in zip(results, sizes, strict=True)
            if size == sizes[0]
        }.values()
    )


def _curve(name: str, machine: str, results: Sequence[CellResult]) -> Curve:
    lengths = np.array([one.cell.length for one in results], dtype=np.float64)

    def column(field: str) -> NDArray[np.float64]:
        values = [getattr(one, field) if one.is_done else np.nan for one in results]
        array = np.array(values, dtype=np.float64)
        return np.where(array > 0, array, np.nan)

    columns = {measure: column(measure) for measure in MEASURES}
    return Curve(
        workload=name,
        title=find_workload(name).title,
        machine=machine,
        lengths=lengths,
        seconds=columns["seconds"],
        seconds_low=column("seconds_low"),
        seconds_high=column("seconds_high"),
        peak_bytes=columns["peak_bytes"],
        operations=columns["operations"],
        marks={
            one.cell.length: (one.status, one.reason)
            for one in results
            if not one.is_done
        },
        fits={
            measure: fit_power(lengths.tolist(), values.tolist())
            for measure, values in columns.items()
        },
    )


def _paired(a: Curve, b: Curve) -> tuple[list[float], list[float], list[float]]:
    """Return the lengths at which both were measured, and both times."""
    theirs = dict(zip(b.lengths, b.seconds, strict=True))
    rows = [
        (length, mine, theirs[length])
        for length, mine in zip(a.lengths, a.seconds, strict=True)
        if length in theirs and np.isfinite(mine) and np.isfinite(theirs[length])
    ]
    if not rows:
        return [], [], []
    lengths, first, second = zip(*rows, strict=True)
    return list(lengths), list(first), list(second)


def _reading(curve: Curve, reference: Curve, length: float) -> Reading:
    own = {measure: curve.at(length, measure) for measure in MEASURES}
    base = {measure: reference.at(length, measure) for measure in MEASURES}
    return Reading(
        workload=curve.workload,
        title=curve.title,
        seconds=own["seconds"],
        peak_bytes=own["peak_bytes"],
        operations=own["operations"],
        seconds_ratio=own["seconds"] / base["seconds"],
        peak_ratio=own["peak_bytes"] / base["peak_bytes"],
        operations_ratio=own["operations"] / base["operations"],
    )
