"""The steps in which a stereo sensor's distances come, found in the values alone.

Structured-light and stereo sensors measure a disparity d in whole steps of 1/S pixel,
and distance is z = f b S / d: inverse distances lie on a comb of even spacing, and two
neighbouring distances lie k z² apart with k = 1 / (f b S), 2.9 mm at 1 m for a Kinect
(Khoshelham & Elberink 2012, eq. 7). In a file of u units a metre the comb in 1/value
has the spacing k / u: where k is known, so is the unit. Sensors of time of flight,
laser scanners, renderers and maps that were smoothed have no such comb.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_BINS = 1 << 15
_FEWEST_LEVELS = 12
_FEWEST_PERIODS = 8
# Noise and interpolation put several values on one step of the sensor.
_MOST_VALUES_A_STEP = 16
# Nearest part of the map that is left out, where whole millimetres hide the steps.
_NEAR_PARTS = (0.0, 0.3, 0.6)
_LEAST_COHERENCE = 0.25
_LEAST_SIGNIFICANCE = 2.2
# Below this ratio of farthest to nearest, even steps in 1/z and in z look alike.
_LEAST_RANGE = 1.2


@dataclass(frozen=True, kw_only=True)
class DisparitySteps:
    """A comb in 1/value.

    Attributes:
        spacing: Of its teeth, in one over the file's units.
        coherence: Share of the values that stand on it, 1 for all of them.
        levels: How many different values it was found in.
    """

    spacing: float
    coherence: float
    levels: int

    def step_at_one_metre(self, per_metre: float) -> float:
        """Return k, the step in metres at 1 m, if so many units make a metre."""
        return self.spacing * per_metre


def measure_steps(values: NDArray, counts: NDArray) -> DisparitySteps | None:
    """Return the comb that the inverse values stand on; None where there is none.

    It is the lowest strong peak in the spectrum of the different values of 1/v, each
    weighted by how often it occurs up to the median count, so that flat walls weigh no
    more than others. Stray values and missing steps lower its height and do not move
    it; it has to rise above what as many random values would reach, and above the
    comb of even steps in v itself.

    Args:
        values: The different values of a map, positive and rising, (level,).
        counts: How often each occurs, (level,).
    """
    values = values.astype(np.float64)
    found = [
        _find_comb(values[first:], counts[first:])
        for first in (int(part * values.size) for part in _NEAR_PARTS)
    ]
    combs = [comb for comb in found if comb is not None]
    return max(combs, key=lambda comb: comb.coherence, default=None)


def _find_comb(values: NDArray[np.float64], counts: NDArray) -> DisparitySteps | None:
    if values.size < _FEWEST_LEVELS or values[-1] < _LEAST_RANGE * values[0]:
        return None
    weights = np.minimum(counts, np.median(counts)).astype(np.float64)
    inverse = 1 / values
    span = inverse[0] - inverse[-1]
    heights = _spectrum((inverse - inverse[-1]) / span, weights)
    fewest = max(_FEWEST_PERIODS, values.size // _MOST_VALUES_A_STEP)
    periods = np.arange(heights.size) / 4
    allowed = np.flatnonzero((periods >= fewest) & (periods <= 2 * values.size + 50))
    if allowed.size == 0:
        return None
    peak = heights[allowed].max()
    place = int(allowed[np.argmax(heights[allowed] >= 0.8 * peak)])
    while place + 1 < heights.size and heights[place + 1] > heights[place]:
        place += 1
    effective = weights.sum() ** 2 / (weights**2).sum()
    by_chance = np.sqrt(np.log(allowed.size) / effective)
    coherence = float(heights[place])
    even = _evenness(values, weights)
    is_comb = coherence >= max(_LEAST_COHERENCE, _LEAST_SIGNIFICANCE * by_chance, even)
    if not is_comb or place == allowed[0]:
        return None
    return DisparitySteps(
        spacing=float(span / periods[place]), coherence=coherence, levels=values.size
    )


def _spectrum(
    places: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return |Σ w exp(2πi n x)| / Σ w for n = 0, 1/4, 2/4, ... and x from 0 to 1."""
    bins = np.rint(places * (_BINS - 1)).astype(np.int64)
    comb = np.bincount(bins, weights, minlength=_BINS)
    heights = abs(np.fft.rfft(comb, 4 * _BINS)) / weights.sum()
    return heights[: _BINS // 2]


def _evenness(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return how well the values themselves stand on even steps of their median gap."""
    gap = float(np.median(np.diff(values)))
    # Steps of one unit are the file's, whoever made its values.
    if gap <= 1 and (values % 1 == 0).all():
        return 0.0
    waves = np.exp(2j * np.pi * values / gap)
    return float(abs(np.dot(weights, waves)) / weights.sum())
