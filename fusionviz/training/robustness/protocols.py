"""Protocols of missing modalities, as choices among the answers under every subset.

    fixed       every subset of modalities
    random      missing rate = missing slots / all slots, 0 to 70 %, one stays
    imbalanced  a rate for each modality
    emm         every subset, as plain mean and Bernoulli expectation (arXiv 2503.18445)

Those that damage modalities instead of taking them away are in `damage`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.faults.presence import (
    draw_presence,
    draw_presence_each,
    draw_presence_share,
    fixed_subsets,
)

RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Missing rates of a curve, the whole input first."""

FEW_SAMPLES = 200
"""Where there are fewer, it is drawn several times what is missing from them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """Which subset each sample has, in several draws.

    Attributes:
        picks: Place in `fixed_subsets` of the modalities, int64 (draw, sample).
        missing: Share of all slots that is missing, in the mean over draws.
    """

    picks: NDArray[np.int64]
    missing: float


def draws_for(samples: int) -> int:
    """Return how often is drawn what is missing from so many samples."""
    return max(1, FEW_SAMPLES // samples)


def draw_random(
    samples: int,
    names: Sequence[str],
    rate: float,
    *,
    draws: int,
    exact: bool,
    seed: int = 0,
) -> Draws:
    """Return which subset each sample has at a missing rate.

    Args:
        samples: How many.
        names: Modalities.
        rate: 0 to 1.
        draws: How often it is drawn.
        exact: Whether that share of all slots is missing, as far as each sample can
            keep one; else each is missing with that probability.
        seed: Of the first draw; the others have the next ones.

    Raises:
        ValueError: The rate is no probability.
    """
    draw = draw_presence_share if exact else draw_presence
    masks = [
        draw(samples, len(names), rate, seed=seed + number) for number in range(draws)
    ]
    return _as_draws(np.stack(masks), names)


def draw_imbalanced(
    samples: int, rates: Mapping[str, float], *, draws: int, seed: int = 0
) -> Draws:
    """Return which subset each sample has where each modality has its own rate.

    Args:
        samples: How many.
        rates: Probability of each modality to be missing.
        draws: How often it is drawn.
        seed: Of the first draw.

    Raises:
        ValueError: A rate is no probability.
    """
    masks = [
        draw_presence_each(samples, list(rates.values()), seed=seed + number)
        for number in range(draws)
    ]
    return _as_draws(np.stack(masks), tuple(rates))


def _as_draws(stays: NDArray[np.bool_], names: Sequence[str]) -> Draws:
    """Return masks (draw, sample, modality) as places in `fixed_subsets`."""
    bits = 1 << np.arange(len(names))
    place_of = np.full(1 << len(names), -1, np.int64)
    for place, subset in enumerate(fixed_subsets(tuple(names))):
        place_of[sum(1 << list(names).index(name) for name in subset)] = place
    return Draws(picks=place_of[stays @ bits], missing=float(1 - stays.mean()))
