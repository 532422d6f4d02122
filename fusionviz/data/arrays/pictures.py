"""Colours, depth and a prediction among arrays, checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.arrays.checks import BATCH, finite, real, refuse, without_batch
from fusionviz.data.arrays.record import Prediction
from fusionviz.data.files.kinds import check_pixels

MOST_CLASSES = 256
_SUM = 1e-2


def read_rgb(name: str, values: NDArray[Any]) -> tuple[NDArray[np.uint8], list[str]]:
    """Return colours, uint8 (height, width, 3), and notes.

    Raises:
        InputError: They are none.
    """
    wanted = "(height, width, 3), uint8 or floating-point numbers from 0 to 1"
    values, told = without_batch(real(name, values, wanted), 3)
    notes = [*told]
    if values.ndim == 3 and values.shape[0] in (3, 4) and values.shape[2] not in (3, 4):
        values = np.moveaxis(values, 0, 2)
        notes.append("Channels come first; they are put last.")
    if values.ndim != 3 or values.shape[2] not in (3, 4):
        raise refuse(name, values, wanted)
    check_pixels(values.shape[0], values.shape[1], name)
    if values.shape[2] == 4:
        values = values[..., :3]
        notes.append("The fourth channel is left out.")
    finite(name, values, wanted)
    low, high = float(values.min()), float(values.max())
    if low < 0 or high > 255:
        why = f"values from {low:.3g} to {high:.3g}"
        raise refuse(name, values, f"{wanted}: undo a normalization", why)
    if values.dtype.kind == "f" and high <= 1:
        values = 255 * values.astype(np.float64)
    elif values.dtype.kind == "f":
        notes.append(f"Values go up to {high:.3g}: taken for 0 to 255.")
    return np.ascontiguousarray(np.rint(values), np.uint8), notes


def read_depth(
    name: str, values: NDArray[Any]
) -> tuple[NDArray[np.float32], list[str]]:
    """Return metres, float32 (height, width), NaN where unmeasured, and notes.

    Raises:
        InputError: They are none.
    """
    wanted = "(height, width) of metres as floating-point numbers"
    values = real(name, values, wanted)
    if values.dtype.kind != "f":
        what = f"{values.dtype} whole numbers"
        raise refuse(name, values, f"{wanted}: divide by what a metre counts", what)
    if values.ndim in (3, 4):
        kept = tuple(side for side in values.shape if side != 1)
        values = values.reshape(kept) if len(kept) == 2 else values
    if values.ndim != 2:
        raise refuse(name, values, wanted)
    check_pixels(values.shape[0], values.shape[1], name)
    with np.errstate(over="ignore"):
        depth = np.array(values, np.float32)
    there = np.isfinite(depth) & (depth > 0)
    if not there.any():
        raise refuse(name, values, f"{wanted}, some above 0", "nothing measured")
    depth[~there] = np.nan
    share = float((~there).mean())
    notes = [f"{share:.1%} of the pixels are NaN, infinite or not above 0: unmeasured."]
    return depth, notes if share else []


def read_prediction(
    name: str, values: NDArray[Any], classes: tuple[str, ...] | None
) -> tuple[Prediction, list[str]]:
    """Return what a model says of a sample, and notes.

    Args:
        name: The key.
        values: A number, scores (class,), scores (class, height, width), whole numbers
            (height, width), or other numbers (height, width).
        classes: Names of the classes, where there are any.

    Raises:
        InputError: It is none of these.
    """
    wanted = (
        "scores (class,) or (class, height, width), classes (height, width) as whole "
        "numbers, or a map (height, width) of floating-point numbers"
    )
    values, notes = real(name, values, wanted), []
    if values.ndim in (2, 3, 4) and values.shape[0] == 1:
        values = values[0]
        notes.append(f"The first axis, of length 1, {BATCH}")
    if values.ndim == 3 and values.shape[0] == 1:
        values = values[0]
    if values.ndim > 3 or 0 in values.shape:
        raise refuse(name, values, wanted)
    finite(name, values, wanted)
    if values.ndim <= 1:
        return _scores(name, np.atleast_1d(values), classes, notes)
    if values.ndim == 2 and values.dtype.kind in "iub":
        return _classes(name, values, classes, notes)
    check_pixels(values.shape[-2], values.shape[-1], name)
    if values.ndim == 2:
        numbers = np.asarray(values, np.float64)
        return Prediction(kind="map", values=numbers, classes=()), notes
    return _pixel_scores(name, values, classes, notes)


def _names(
    count: int, classes: tuple[str, ...] | None, notes: list[str]
) -> tuple[str, ...]:
    """Return a name for each class."""
    if classes is not None and len(classes) < count:
        notes.append(
            f"classes is left out: it has {len(classes)} names for {count} classes."
        )
    elif classes is not None:
        return classes
    return tuple(f"class {number}" for number in range(count))


def _scores(
    name: str,
    values: NDArray[Any],
    classes: tuple[str, ...] | None,
    notes: list[str],
) -> tuple[Prediction, list[str]]:
    if len(values) > 65_536:
        raise refuse(name, values, "at most 65,536 classes")
    scores = np.asarray(values, np.float64)
    are = _are_probabilities(scores, 0)
    if not are and len(scores) > 1:
        notes.append("Its scores are no probabilities, and shown as they are.")
    one = ("prediction",) if len(scores) == 1 else None
    names = classes or one
    prediction = Prediction(
        kind="scores",
        values=scores,
        classes=_names(len(scores), names, notes)[: len(scores)],
        are_probabilities=are and len(scores) > 1,
    )
    return prediction, notes


def _classes(
    name: str,
    values: NDArray[Any],
    classes: tuple[str, ...] | None,
    notes: list[str],
) -> tuple[Prediction, list[str]]:
    check_pixels(values.shape[0], values.shape[1], name)
    low, high = int(values.min()), int(values.max())
    if low < -1 or high >= MOST_CLASSES:
        wanted = f"classes from 0 to {MOST_CLASSES - 1}, −1 where unlabelled"
        raise refuse(name, values, wanted, f"numbers from {low} to {high}")
    return Prediction(
        kind="classes",
        values=np.asarray(values, np.int64),
        classes=_names(high + 1, classes, notes),
    ), notes


def _pixel_scores(
    name: str,
    values: NDArray[Any],
    classes: tuple[str, ...] | None,
    notes: list[str],
) -> tuple[Prediction, list[str]]:
    if len(values) > MOST_CLASSES:
        raise refuse(name, values, f"(class, height, width) of {MOST_CLASSES} at most")
    scores = np.asarray(values, np.float32)
    if not _are_probabilities(scores, 0):
        notes.append(
            "Its scores are no probabilities: a softmax over classes is taken."
        )
        scores = np.exp(scores - scores.max(axis=0))
        scores /= scores.sum(axis=0)
    return Prediction(
        kind="classes",
        values=scores.argmax(axis=0),
        confidence=np.asarray(scores.max(axis=0), np.float32),
        classes=_names(len(scores), classes, notes),
        are_probabilities=True,
    ), notes


def _are_probabilities(scores: NDArray[np.floating], axis: int) -> bool:
    """Whether scores are 0 to 1 and add up to 1 over an axis."""
    sums = scores.sum(axis=axis)
    inside = float(scores.min()) >= 0 and float(scores.max()) <= 1 + _SUM
    return inside and bool((np.abs(sums - 1) <= _SUM).all())
