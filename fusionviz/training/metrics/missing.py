"""What missing modalities cost, over several draws and over the rates at which they go.

Resamples are drawn once for all rates and draws, the same samples in each: mean and
drop are of one model on one set, so their intervals are those of paired figures.
"""

import functools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from fusionviz.models.cards import Estimate
from fusionviz.training.metrics.intervals import Measurement, estimate

Measured = Mapping[str, Measurement]


def over_draws(draws: Sequence[Measured]) -> dict[str, Measurement]:
    """Return the mean of each figure over several draws of what is missing.

    Args:
        draws: What was measured on the same samples, each time with others missing. A
            figure that not all have, or not of so many items, is left out.
    """
    if len(draws) == 1:
        return dict(draws[0])
    return {
        name: Measurement(
            values=np.stack([one[name].values for one in draws], axis=1),
            statistic=functools.partial(_mean_of_draws, draws[0][name]),
            has_interval=draws[0][name].has_interval,
        )
        for name in _in_all(draws)
    }


def summarise_rates(
    by_rate: Sequence[Measured],
    *,
    units: Sequence[str] | None = None,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, dict[str, Estimate]]:
    """Return each figure's mean over the rates, and its drop from first to last.

    Args:
        by_rate: What was measured at each rate, the complete samples first.
        units: As `estimate` takes them.
        resamples: Bootstrap resamples.
        seed: Of the draws.

    Returns:
        `{"mean": {name: estimate}, "drop": {name: estimate}}` of the figures that were
        measured at every rate and have an interval.
    """
    out: dict[str, dict[str, Estimate]] = {"mean": {}, "drop": {}}
    for name in _in_all(by_rate):
        parts = [measured[name] for measured in by_rate]
        if not parts[0].has_interval:
            continue
        index = np.arange(len(parts[0].values))
        for kind, statistic in (("mean", _mean_of), ("drop", _drop_of)):
            together = Measurement(
                values=index, statistic=functools.partial(statistic, parts)
            )
            out[kind][name] = estimate(
                together, units=units, resamples=resamples, seed=seed
            )
    return out


def _in_all(measured: Sequence[Measured]) -> list[str]:
    """Return the names of what was measured on as many items each time."""
    first, *others = measured
    return [
        name
        for name, item in first.items()
        if all(
            name in other and len(other[name].values) == len(item.values)
            for other in others
        )
    ]


def _mean_of_draws(like: Measurement, values: NDArray) -> float:
    figures = np.array(
        [like.statistic(values[:, draw]) for draw in range(values.shape[1])]
    )
    return _mean(figures)


def _mean_of(parts: Sequence[Measurement], index: NDArray[np.int64]) -> float:
    return _mean(np.array([part.statistic(part.values[index]) for part in parts]))


def _drop_of(parts: Sequence[Measurement], index: NDArray[np.int64]) -> float:
    first, last = (part.statistic(part.values[index]) for part in (parts[0], parts[-1]))
    return first - last


def _mean(figures: NDArray) -> float:
    known = figures[~np.isnan(figures)]
    return float(known.mean()) if len(known) else float("nan")
