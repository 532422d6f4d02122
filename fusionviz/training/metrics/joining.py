"""What was measured on parts of the samples, put together as if on all at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.training.metrics.intervals import Measurement


@dataclass(frozen=True, kw_only=True, eq=False)
class MeasuredPart:
    """What was measured on some samples, without what figures it makes.

    Attributes:
        samples: How many.
        values: By the measurement's name, as `Measurement` has them.
    """

    samples: int
    values: Mapping[str, NDArray[Any]]


def join_measured(
    parts: Sequence[MeasuredPart], known: Mapping[str, Measurement]
) -> dict[str, Measurement]:
    """Return what parts have measured as one, in their order.

    What one of them could not measure, as none of its samples had a truth, is NaN
    there, and so are steps that only samples of other parts have.

    Args:
        parts: At least one. What is of the first samples as a whole is the first's.
        known: Measurements by name, for what figures their values make.
    """
    names = dict.fromkeys(name for part in parts for name in part.values)
    joined = {}
    for name in names:
        figure = known.get(name) or Measurement(values=np.zeros(0))
        if not figure.of_first:
            joined[name] = replace(figure, values=_join(name, parts))
        elif name in parts[0].values:
            joined[name] = replace(figure, values=parts[0].values[name])
    return joined


def _join(name: str, parts: Sequence[MeasuredPart]) -> NDArray[Any]:
    """Return the values of all samples."""
    shapes = [part.values[name].shape[1:] for part in parts if name in part.values]
    shape = tuple(map(max, zip(*shapes, strict=True)))
    rows = [
        _padded(part.values[name], shape)
        if name in part.values
        else np.full((part.samples, *shape), np.nan)
        for part in parts
    ]
    return np.concatenate([one for one in rows if len(one)])


def _padded(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return values of which each sample's are of a shape, NaN where there was none."""
    if values.shape[1:] == shape:
        return values
    padded = np.full((len(values), *shape), np.nan)
    padded[tuple(map(slice, values.shape))] = values
    return padded
