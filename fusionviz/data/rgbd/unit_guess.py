"""Guessing the unit of a depth map from its values, and saying why.

What an encoding leaves in the bits comes first, as it does not depend on the scene.
Then physics: the steps of the values, the size of the room, the shape of planes. A
guess is shown with the others that are likely, for the user to choose.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rgbd.bit_patterns import recognise_bits
from fusionviz.data.rgbd.inverse_depth import inverse_evidence
from fusionviz.data.rgbd.unit_evidence import (
    LengthEvidence,
    sampled,
    scene_density,
    tally,
    weigh_lengths,
)
from fusionviz.data.rgbd.unit_table import LENGTHS, per_metre, short_of

_LARGEST_8_BIT, _LARGEST_16_BIT = 255, 65535
_NEAREST_DESK_M = 0.05
_LARGEST_SMALL = 100
_TOO_FAR_FOR_A_ROOM_M = 10

SURE = 0.85
"""A guess less probable than this says so."""

OFFERED = 0.03
"""Units at least so probable are offered."""

# Of decimal numbers: how often each is brought, and how usual any median is for inverse
# depth, which has no size. A portable float map says no unit and is rarely of lengths
# other than metres; stereo and monocular methods write disparities to it.
_DECIMALS = {"m": 30.0, "mm": 4.0, "disparity": 1.0}
_DECIMALS_PFM = {"m": 30.0, "mm": 0.04, "disparity": 1.5}
_OUTDOORS = 0.3
_ANY_MEDIAN = 0.1
# A network's farthest places fall to 0 in inverse depth; no room begins so near.
_FAR_SHARE, _FAR_NATS = 0.05, 1.5
_LEAST_CLAIM = 0.6


@dataclass(frozen=True, kw_only=True)
class UnitChoice:
    """A unit that a map may be in.

    Attributes:
        unit: As `depth_unit` takes it.
        probability: That it is this one, by the guess.
        median_m: Half of the map would be nearer, in metres; None without unit.
    """

    unit: str
    probability: float
    median_m: float | None


@dataclass(frozen=True, kw_only=True)
class UnitGuess:
    """A unit, the sentences that say why, and what else it may be.

    Attributes:
        unit: The likeliest, as `depth_unit` takes it.
        notes: Why, and whether it is in doubt, one sentence each.
        choices: Every likely unit with this one first.
    """

    unit: str
    notes: tuple[str, ...]
    choices: tuple[UnitChoice, ...]


def guess_unit(
    values: NDArray, measured: NDArray[np.bool_], *, is_pfm: bool = False
) -> UnitGuess:
    """Return the unit of a depth map, why, and what else is likely.

    Args:
        values: Real numbers, (height, width).
        measured: Where they are finite and positive; at least one place.
        is_pfm: Whether they come from a portable float map.
    """
    if values.dtype.kind == "f":
        numbers = sampled(values, measured)
        if not _are_whole(numbers):
            return _guess_decimals(values, measured, is_pfm=is_pfm)
        numbers = numbers.astype(np.int64)
    else:
        numbers = values[measured]
    largest = int(numbers.max())
    if largest <= _LARGEST_8_BIT:
        return _relative(
            values,
            measured,
            f"no value is above {largest}, too coarse for a length.",
        )
    kind = "decimal" if values.dtype.kind == "f" else f"{8 * values.dtype.itemsize}-bit"
    if largest <= _LARGEST_16_BIT:
        found = recognise_bits(values, measured, numbers.astype(np.uint16))
        if found is not None:
            unit, reason = found
            if unit == "relative":
                return _relative(values, measured, reason)
            return UnitGuess(
                unit=unit,
                notes=(reason,),
                choices=(UnitChoice(unit=unit, probability=1.0, median_m=None),),
            )
        numbers = numbers[numbers < _LARGEST_16_BIT]
        if numbers.size == 0:
            return _relative(values, measured, "all values are 65535.")
    return _guess_lengths(values, measured, numbers, f"{kind} values")


def _are_whole(numbers: NDArray) -> bool:
    largest = float(numbers.max())
    if not _LARGEST_SMALL < largest < 2**31:
        return False
    return bool(np.median(numbers) > _LARGEST_SMALL and (numbers % 1 == 0).all())


def _guess_lengths(
    values: NDArray, measured: NDArray[np.bool_], numbers: NDArray, kind: str
) -> UnitGuess:
    height, width = values.shape
    evidence = weigh_lengths(*tally(numbers), (height, width))
    median = evidence.median
    if not evidence.probability:
        reason = f"{kind} with median {median:.0f} fit no unit of length."
        return _relative(values, measured, reason)
    choices = tuple(
        UnitChoice(unit=unit, probability=p, median_m=median / LENGTHS[unit].per_metre)
        for unit, p in evidence.probability.items()
        if p >= OFFERED or unit == next(iter(evidence.probability))
    )
    reason = _why(choices[0].unit, evidence, kind)
    return UnitGuess(
        unit=choices[0].unit, notes=(reason, *_doubt(choices)), choices=choices
    )


def _why(unit: str, evidence: LengthEvidence, kind: str) -> str:
    median = evidence.median
    metres = median / LENGTHS[unit].per_metre
    said = f"Depth read as {short_of(unit)}: "
    if evidence.steps is not None:
        step = 1000 * evidence.steps.step_at_one_metre(LENGTHS[unit].per_metre)
        return (
            f"{said}the steps between its values grow with the square of the distance, "
            f"{step:.1f} mm at 1 m as a depth camera's do, and the median "
            f"{median:.0f} is {metres:.1f} m."
        )
    if unit in evidence.factors:
        return (
            f"{said}nearly all values are multiples of {evidence.factors[unit]}, so "
            f"they were whole millimetres, and the median {median:.0f} is "
            f"{metres:.1f} m."
        )
    if unit == "mm" or median / 1000 < _TOO_FAR_FOR_A_ROOM_M:
        return f"{said}{kind} with median {median:.0f} fit a room of {metres:.1f} m."
    return (
        f"{said}{kind} with median {median:.0f} would be {median / 1000:.0f} m in "
        f"millimetres, too far for a room, and is {metres:.1f} m in this unit."
    )


def _doubt(choices: tuple[UnitChoice, ...]) -> tuple[str, ...]:
    if choices[0].probability >= SURE or len(choices) < 2:
        return ()
    others = " or ".join(_in_words(choice) for choice in choices[1:])
    return (
        f"That unit is a guess, {choices[0].probability:.0%} likely: it may be "
        f"{others}, so choose the unit where you know it.",
    )


def _in_words(choice: UnitChoice) -> str:
    if choice.median_m is None:
        return short_of(choice.unit)
    return f"{short_of(choice.unit)} ({choice.median_m:.2g} m)"


def _guess_decimals(
    values: NDArray, measured: NDArray[np.bool_], *, is_pfm: bool
) -> UnitGuess:
    numbers = sampled(values, measured).astype(np.float64)
    median = float(np.median(numbers))
    largest = float(np.max(values, where=measured, initial=0))
    if abs(largest - 1) < 1e-6 or (largest == _LARGEST_8_BIT and median > 10):
        reason = f"its largest value is {largest:g}, so it was stretched to a fixed "
        return _relative(values, measured, f"{reason}range.")
    if median < _NEAREST_DESK_M:
        reason = f"the median {median:.3g} would be too near in metres."
        return _relative(values, measured, reason)
    habits = _DECIMALS_PFM if is_pfm else _DECIMALS
    nats = inverse_evidence(values, measured)
    if np.percentile(numbers, 1) < _FAR_SHARE * median:
        nats += _FAR_NATS
    weights = {
        "m": habits["m"] * scene_density(median, outdoors=_OUTDOORS),
        "mm": habits["mm"] * scene_density(median / 1000),
        "disparity": habits["disparity"] * _ANY_MEDIAN * float(np.exp(nats)),
    }
    if not weights["m"] + weights["mm"]:
        reason = f"decimal values with median {median:.0f} fit no unit of length."
        return _relative(values, measured, reason)
    return _decimal_guess(weights, median)


def _decimal_guess(weights: dict[str, float], median: float) -> UnitGuess:
    total = sum(weights.values())
    best = max(weights, key=lambda unit: weights[unit])
    # Never metres while inverse depth is about as likely.
    if weights[best] < _LEAST_CLAIM * total:
        best = "disparity"
    ordered = sorted(weights, key=lambda unit: (unit != best, -weights[unit]))
    choices = tuple(
        UnitChoice(
            unit=unit,
            probability=weights[unit] / total,
            median_m=None if unit == "disparity" else median / LENGTHS[unit].per_metre,
        )
        for unit in ordered
        if unit == best or weights[unit] >= OFFERED * total
    )
    reason = {
        "m": f"decimal values with median {median:.2f} fit a scene of that size.",
        "mm": f"decimal values with median {median:.0f} fit a room of "
        f"{median / 1000:.1f} m.",
        "disparity": f"decimal values with median {median:.3g} look like inverse depth "
        "(near is large), which has no unit.",
    }[best]
    note = f"Depth read as {short_of(best)}: {reason}"
    return UnitGuess(unit=best, notes=(note, *_doubt(choices)), choices=choices)


def _relative(values: NDArray, measured: NDArray[np.bool_], reason: str) -> UnitGuess:
    """Return the guess that there is no unit; which end is near can be chosen."""
    inverse = 1 / (1 + float(np.exp(1.5 - inverse_evidence(values, measured))))
    notes: tuple[str, ...] = (f"Depth read as {short_of('relative')}: {reason}",)
    if inverse > 0.5:
        notes += (
            "Planes and rows look as they do in inverse depth: if near is bright, "
            "choose that.",
        )
    return UnitGuess(
        unit="relative",
        notes=notes,
        choices=(
            UnitChoice(unit="relative", probability=1 - inverse, median_m=None),
            UnitChoice(unit="disparity", probability=inverse, median_m=None),
        ),
    )


def choice_of(unit: str, median: float) -> UnitChoice:
    """Return a unit that was chosen, with the room's size in it.

    Args:
        unit: As `depth_unit` takes it.
        median: Of the numbers in the file.
    """
    count = per_metre(unit)
    return UnitChoice(
        unit=unit,
        probability=1.0,
        median_m=None if count is None else median / count,
    )
