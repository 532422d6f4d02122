"""Each key's array, checked: its numbers as pages take them, and what was assumed.

What cannot be shown is an error that names the key, its shape and what was expected;
what can be shown but is odd is a note.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.arrays.containers import check_kind, short_key
from fusionviz.errors import InputError

MOST_TOKENS = 2048
"""Of a modality or a side of a plan: pages compare all of them with all."""

MOST_CHANNELS = 65_536
MOST_LATENTS = 8_000_000
"""Numbers of all latents."""

ROUNDING = 1e-6
"""Of the largest entry: negative mass below it is rounding."""

ODD_SUM = 1e-2
"""How far a sum may be from 1 before it is told."""

BATCH = "is taken for a batch."
"""How a note ends that tells of an axis of length 1."""

Floats32 = NDArray[np.float32]


def refuse(
    name: str,
    values: NDArray[Any],
    wanted: str,
    why: str = "",
) -> InputError:
    """Return the error that names a key, what it is and what was expected.

    Args:
        name: The key.
        values: Its array.
        wanted: What was expected, with what to do.
        why: What is wrong beside the shape.
    """
    what = f"has shape {values.shape}" + (f" and {why}" if why else "")
    return InputError(f"{short_key(name)} {what}; expected {wanted}.")


def real(name: str, values: NDArray[Any], wanted: str) -> NDArray[Any]:
    """Return an array of real numbers, or refuse it.

    Raises:
        InputError: It holds text or something else that is no number.
    """
    check_kind(name, values.dtype, values.shape)
    if values.dtype.kind not in "fiub":
        raise refuse(name, values, wanted, "holds text")
    return values


def finite(name: str, values: NDArray[Any], wanted: str) -> NDArray[Any]:
    """Return an array that is finite as float32, or refuse it.

    Raises:
        InputError: Some numbers are not finite; how many and where the first is.
    """
    with np.errstate(over="ignore"):
        wrong = ~np.isfinite(np.asarray(values, np.float32))
    if wrong.any():
        first = np.unravel_index(int(wrong.argmax()), wrong.shape)
        raise refuse(
            name,
            values,
            wanted,
            f"{int(wrong.sum())} of its {values.size} numbers are not finite, the "
            f"first at {[int(place) for place in first]}",
        )
    return values


def without_batch(
    values: NDArray[Any], axes: int
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return an array without a first axis of length 1, where it has one too many."""
    if values.ndim == axes + 1 and values.shape[0] == 1:
        return values[0], (f"The first axis, of length 1, {BATCH}",)
    return values, ()


def read_tokens(name: str, values: NDArray[Any]) -> tuple[Floats32, tuple[str, ...]]:
    """Return tokens (token, channel) and notes.

    Raises:
        InputError: They are none.
    """
    wanted = "(token, channel) of finite numbers, of one sample"
    values, notes = without_batch(real(name, values, wanted), 2)
    if values.ndim != 2 or 0 in values.shape:
        raise refuse(name, values, wanted)
    if len(values) > MOST_TOKENS or values.shape[1] > MOST_CHANNELS:
        raise refuse(
            name,
            values,
            f"at most {MOST_TOKENS} tokens of {MOST_CHANNELS} channels: take a part",
        )
    values = finite(name, values, wanted)
    if not np.any(values):
        notes += ("All numbers are 0: such tokens have no direction to compare.",)
    return np.array(values, np.float32, order="C"), notes


def read_plan(
    name: str, values: NDArray[Any]
) -> tuple[NDArray[np.float64], float, tuple[str, ...]]:
    """Return a plan of mass 1, the mass that it came with, and notes.

    Raises:
        InputError: It is none.
    """
    wanted = "(source, target) of mass that is not negative"
    values, notes = without_batch(real(name, values, wanted), 2)
    if values.ndim != 2 or 0 in values.shape:
        raise refuse(name, values, wanted)
    if max(values.shape) > MOST_TOKENS:
        raise refuse(name, values, f"at most {MOST_TOKENS} tokens a side: take a part")
    mass = np.array(finite(name, values, wanted), np.float64)
    most, least = float(mass.max()), float(mass.min())
    if least < -ROUNDING * max(most, 0.0) or most <= 0:
        why = "no mass at all" if least == 0 else f"mass down to {least:.3g}"
        raise refuse(name, values, f"{wanted}, and some of it", why)
    if least < 0:
        notes += (f"Mass down to {least:.1e} is taken for rounding, and for 0.",)
        mass = np.maximum(mass, 0)
    total = float(mass.sum())
    if abs(total - 1) > ODD_SUM:
        notes += (f"Its mass adds up to {total:.4g}; it is divided by that.",)
    idle = int((mass.sum(axis=1) == 0).sum())
    if idle:
        notes += (f"{idle} of {len(mass)} source tokens send nothing.",)
    return mass / total, total, notes


def read_latents(name: str, values: NDArray[Any]) -> tuple[Floats32, tuple[str, ...]]:
    """Return latents (token, channel) and notes.

    Raises:
        InputError: They are none.
    """
    wanted = "(token, channel) of finite numbers"
    values = real(name, values, wanted)
    if values.ndim == 0 or 0 in values.shape:
        raise refuse(name, values, wanted)
    if values.size > MOST_LATENTS:
        raise refuse(name, values, f"at most {MOST_LATENTS} numbers: take a part")
    values, notes = without_batch(values, 2)
    if values.ndim != 2:
        notes += (
            f"Shape {values.shape}: the last axis is taken for channels, all others "
            "for tokens.",
        )
    flat = values.reshape(-1, values.shape[-1])
    return np.ascontiguousarray(finite(name, flat, wanted), np.float32), notes


def say_rows(weights: NDArray[np.float32]) -> tuple[str, ...]:
    """Return what is odd about the rows of attention (layer, head, query, key)."""
    notes: tuple[str, ...] = ()
    open_ = np.isfinite(weights).any(axis=-1)
    sums = np.asarray(np.nansum(weights, axis=-1, dtype=np.float64))[open_]
    off = np.abs(sums - 1) > ODD_SUM
    if float(np.nanmin(weights)) < 0:
        notes += (
            "Some weights are negative: colours are even around 0, and entropies and "
            "rollout take absolute values.",
        )
    elif off.any():
        notes += (
            f"{off.mean():.1%} of the rows do not add up to 1 ({sums.min():.3g} to "
            f"{sums.max():.3g}): shown as they are; entropies and rollout divide by "
            "the sum.",
        )
    return notes
