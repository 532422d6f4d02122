"""Where a forward's time goes: its parts, each measured alone, and the whole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError
from fusionviz.scaling.runs import ScalingRun
from fusionviz.scaling.workloads import find_workload

PARTS: dict[str, tuple[str, ...]] = {
    "alignmamba": ("encoders", "alignment", "mamba-backbone", "predictor"),
    "single-stream-plain": ("encoders", "transformer-plain", "predictor"),
    "single-stream-fused": ("encoders", "transformer-fused", "predictor"),
}
"""Workloads that a model's forward runs one after the other."""

PART_WORKLOADS = tuple(
    dict.fromkeys(part for parts in PARTS.values() for part in parts)
)
"""All of them, each once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PartTimes:
    """Seconds of one model's parts.

    Attributes:
        workload: The model.
        title: What it is called.
        parts: Names of its parts, in the order in which they run.
        lengths: Tokens, rising, those at which all parts were measured, (point,).
        seconds: Medians, (part, point).
        whole: Medians of the whole model, measured by itself; NaN where it was not,
            (point,).
    """

    workload: str
    title: str
    parts: tuple[str, ...]
    lengths: NDArray[np.int64]
    seconds: NDArray[np.float64]
    whole: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Shares of the sum of all parts, (part, point)."""
        return self.seconds / self.seconds.sum(axis=0)

    def largest(self, place: int = -1) -> str:
        """Return the part that takes longest at a length, by its place."""
        return self.parts[int(self.seconds[:, place].argmax())]


def measure_parts(run: ScalingRun) -> list[PartTimes]:
    """Return the parts of every model of which all were measured.

    Raises:
        InputError: There is none.
    """
    found = [_times(run, name, parts) for name, parts in PARTS.items()]
    known = [one for one in found if len(one.lengths)]
    if not known:
        raise InputError(
            "This run has no parts of a model: `python -m benchmarks.scaling` records "
            "them, and the tab “Live on this machine” measures them now."
        )
    return known


def has_parts(run: ScalingRun) -> bool:
    """Return whether all parts of some model were measured at some length."""
    return any(len(_times(run, name, parts).lengths) for name, parts in PARTS.items())


def _times(run: ScalingRun, name: str, parts: tuple[str, ...]) -> PartTimes:
    columns = [_seconds(run, part) for part in parts]
    lengths = sorted(set.intersection(*(set(column) for column in columns)))
    whole = _seconds(run, name)
    return PartTimes(
        workload=name,
        title=find_workload(name).title,
        parts=parts,
        lengths=np.array(lengths, dtype=np.int64),
        seconds=np.array(
            [[column[length] for length in lengths] for column in columns]
        ).reshape(len(parts), len(lengths)),
        whole=np.array([whole.get(length, np.nan) for length in lengths]),
    )


def _seconds(run: ScalingRun, workload: str) -> dict[int, float]:
    """Return the median of a forward by length, where one was measured."""
    return {
        one.cell.length: one.seconds
        for one in run.curve(workload, passes="forward")
        if one.is_done
    }
