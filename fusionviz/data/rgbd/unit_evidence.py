"""How well each unit of length explains a map of whole numbers.

Four things are weighed, each as a probability given the unit: how often people bring
it; whether the scene would have a usual size; whether the values stand in steps of
disparity, and then whether the sensor that they imply exists (`disparity_steps`);
whether they were whole millimetres before. The shares are judgements, not counts: they
were set so that the maps of the shared data sets, stored in every unit, come out right,
and what is left in doubt is offered.
"""

from dataclasses import dataclass
from math import exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rgbd.disparity_steps import DisparitySteps, measure_steps
from fusionviz.data.rgbd.unit_table import LENGTHS


@dataclass(frozen=True, kw_only=True)
class _Habit:
    """How a unit is used.

    Attributes:
        weight: How often it is brought, beside the others.
        stepped: Share of its maps that a structured-light or stereo sensor measured.
        whole_mm: Share of its maps that were whole millimetres before.
        sizes: Pictures of whose sizes it is typical, (height, width).
        typical: How much likelier it is for those.
        outdoors: Share of its scenes that are streets.
    """

    weight: float
    stepped: float
    whole_mm: float = 0.0
    sizes: tuple[tuple[int, int], ...] = ()
    typical: float = 1.0
    outdoors: float = 0.0


_HABITS = {
    "mm": _Habit(weight=20, stepped=0.5),
    "1/5000 m": _Habit(weight=4, stepped=0.5, whole_mm=0.4),
    "0.1 mm": _Habit(
        weight=1.5, stepped=0.1, whole_mm=0.4, sizes=((424, 512),), typical=20
    ),
    "1/4000 m": _Habit(
        weight=1.2,
        stepped=0.5,
        whole_mm=0.4,
        sizes=((1024, 1280), (768, 1024)),
        typical=8,
    ),
    "1/6553.5 m": _Habit(weight=0.5, stepped=0.05, sizes=((680, 1200),), typical=50),
    "1/256 m": _Habit(
        weight=0.5,
        stepped=0.2,
        sizes=((375, 1242), (376, 1241), (370, 1226), (374, 1238), (352, 1216)),
        typical=100,
        outdoors=0.5,
    ),
}
# A coarse map of whole millimetres may stand on multiples of any small number.
_WHOLE_MM_BY_CHANCE = 0.02
_NEARLY_ALL = 0.99
_LARGEST_16_BIT = 65535
_MOST_SORTED = 2_000_000

# Median distance, standard deviation of its logarithm, share.
_ROOMS, _DESKS, _STREETS = (2.2, 0.5, 0.75), (0.7, 0.5, 0.2), (14.0, 0.6, 0.95)
_ANY_SCENE_M, _ANY_SHARE = (0.05, 100.0), 0.05

# The step at 1 m of the sensors there are: Kinect 1 and Xtion, PrimeSense, RealSense.
_STEPS_M = ((2.92e-3, 0.06, 0.55), (3.56e-3, 0.06, 0.15), (1.0e-3, 0.4, 0.25))
_ANY_STEP_M, _ANY_STEP_SHARE = (1e-4, 3e-2), 0.05


@dataclass(frozen=True, kw_only=True)
class LengthEvidence:
    """What the values say for each unit of length.

    Attributes:
        median: Of the values.
        probability: By unit, the likeliest first; they sum to 1. Empty where the
            scene would have no size that any unit makes likely.
        steps: The comb in 1/value; None where there is none.
        factors: By unit, the number that nearly all values are multiples of, for
            units that whole millimetres are multiples in.
    """

    median: float
    probability: dict[str, float]
    steps: DisparitySteps | None
    factors: dict[str, int]


def weigh_lengths(
    values: NDArray, counts: NDArray, size: tuple[int, int]
) -> LengthEvidence:
    """Return how probable each unit of length is.

    Args:
        values: The different values of a map, whole, positive and rising, (level,).
        counts: How often each occurs, (level,).
        size: Height and width of the map.
    """
    median = median_of(values, counts)
    steps = measure_steps(values, counts)
    factors = _factors(values, counts)
    weights = {}
    for unit, habit in _HABITS.items():
        per_metre = LENGTHS[unit].per_metre
        weights[unit] = (
            habit.weight
            * scene_density(median / per_metre, outdoors=habit.outdoors)
            * _weigh_steps(steps, habit, per_metre)
            * _weigh_factor(unit, habit, factors)
            * (habit.typical if size in habit.sizes else 1)
        )
    total = sum(weights.values())
    ordered = sorted(weights, key=lambda unit: -weights[unit])
    return LengthEvidence(
        median=median,
        probability={u: weights[u] / total for u in ordered} if total else {},
        steps=steps,
        factors=factors,
    )


def scene_density(median_m: float, *, outdoors: float = 0.0) -> float:
    """Return how usual a scene of this median distance is, a density over log z.

    Args:
        median_m: Half of the scene is nearer, in metres.
        outdoors: Share of scenes that are streets.
    """
    low, high = _ANY_SCENE_M
    if not low <= median_m <= high:
        return 0.0
    inside = _normal(median_m, _ROOMS) + _normal(median_m, _DESKS)
    usual = (1 - outdoors) * inside + outdoors * _normal(median_m, _STREETS)
    return usual + _ANY_SHARE / log(high / low)


def _weigh_steps(
    steps: DisparitySteps | None, habit: _Habit, per_metre: float
) -> float:
    if steps is None:
        return 1 - habit.stepped
    step_m = steps.step_at_one_metre(per_metre)
    low, high = _ANY_STEP_M
    sensors = sum(_normal(step_m, sensor) for sensor in _STEPS_M)
    anything = _ANY_STEP_SHARE / log(high / low) if low <= step_m <= high else 0.0
    return habit.stepped * (sensors + anything)


def _factors(values: NDArray, counts: NDArray) -> dict[str, int]:
    """Return the units that nearly all values are whole millimetres in."""
    factors = {}
    for unit, habit in _HABITS.items():
        factor = round(LENGTHS[unit].per_metre / 1000)
        fitting = counts[values % factor == 0].sum() if habit.whole_mm else 0
        if fitting >= _NEARLY_ALL * counts.sum():
            factors[unit] = factor
    return factors


def _weigh_factor(unit: str, habit: _Habit, factors: dict[str, int]) -> float:
    if unit in factors:
        return habit.whole_mm
    if factors:
        return _WHOLE_MM_BY_CHANCE
    return 1 - habit.whole_mm


def _normal(value: float, part: tuple[float, float, float]) -> float:
    """Return a part of a mixture's density over the logarithm of a value."""
    centre, deviation, share = part
    away = log(value / centre) / deviation
    return share * exp(-away * away / 2) / (deviation * sqrt(2 * pi))


def sampled(values: NDArray, measured: NDArray[np.bool_]) -> NDArray:
    """Return the measured numbers of a map, of a very large one a regular part."""
    step = max(1, round((values.size / _MOST_SORTED) ** 0.5))
    part = values[::step, ::step][measured[::step, ::step]]
    # A map that is measured nowhere on the grid is measured in few places.
    return part if part.size else values[measured]


def tally(numbers: NDArray) -> tuple[NDArray, NDArray]:
    """Return the different values of whole positive numbers, and how often each occurs.

    Of very many numbers beyond 16 bits, a regular part counts.
    """
    if int(numbers.max()) <= _LARGEST_16_BIT:
        counts = np.bincount(numbers.astype(np.uint16))
        values = np.flatnonzero(counts)
        return values, counts[values]
    step = -(-numbers.size // _MOST_SORTED)
    return np.unique(numbers[::step], return_counts=True)


def median_of(values: NDArray, counts: NDArray) -> float:
    """Return the lower median of values that occur so often."""
    total = np.cumsum(counts)
    return float(values[np.searchsorted(total, total[-1] / 2)])
