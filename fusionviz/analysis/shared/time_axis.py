"""Where tokens of several sequences lie on one axis: by their clocks, or in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.subjects.tokens import TokenSide


@dataclass(frozen=True, kw_only=True, eq=False)
class TimeAxis:
    """Where tokens lie on an axis that their modalities share.

    Attributes:
        spans: Where each token starts and ends, (token, 2), by name of the modality.
        in_seconds: Whether the axis is time. Else it counts the steps of the longest
            sequence, and the steps of the others are spread evenly along it.
        guessed: How many tokens have no known time and lie where their neighbours'
            times put them.
    """

    spans: Mapping[str, NDArray[np.float64]]
    in_seconds: bool
    guessed: int

    @property
    def reach(self) -> tuple[float, float]:
        """Start of the first token and end of the last; never of length 0."""
        ends = np.concatenate(list(self.spans.values()))
        low, high = float(ends.min()), float(ends.max())
        return (low, high) if high > low else (low - 0.5, high + 0.5)


def time_axis(sides: Sequence[TokenSide]) -> TimeAxis:
    """Return one axis for the tokens of all sides.

    It is time where every side has a token whose time is known.
    """
    known = {side.name: _known(side) for side in sides}
    if all(there.any() for there in known.values()):
        spans = {side.name: _by_clock(side, known[side.name]) for side in sides}
        guessed = sum(int((~there).sum()) for there in known.values())
        return TimeAxis(spans=spans, in_seconds=True, guessed=guessed)
    longest = max(len(side) for side in sides)
    spans = {side.name: _in_order(len(side), longest) for side in sides}
    return TimeAxis(spans=spans, in_seconds=False, guessed=0)


def _known(side: TokenSide) -> NDArray[np.bool_]:
    if side.times is None:
        return np.zeros(len(side), bool)
    return np.asarray(np.isfinite(side.times).all(axis=1))


def _in_order(count: int, longest: int) -> NDArray[np.float64]:
    edges = np.linspace(0, longest, count + 1)
    return np.stack([edges[:-1], edges[1:]], axis=1)


def _by_clock(side: TokenSide, known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return spans, those of unknown times between, before or after the known ones."""
    spans = np.sort(np.asarray(side.times, np.float64), axis=1)
    if known.all():
        return spans
    steps = np.arange(len(side))
    there = steps[known]
    middle, width = spans[known].mean(axis=1), np.median(np.ptp(spans[known], axis=1))
    pitch = np.median(np.diff(middle) / np.diff(there)) if len(there) > 1 else width
    beyond = np.minimum(steps - there[0], 0) + np.maximum(steps - there[-1], 0)
    guessed = np.interp(steps, there, middle) + pitch * beyond
    around = np.stack([guessed - width / 2, guessed + width / 2], axis=1)
    return np.where(known[:, None], spans, around)
