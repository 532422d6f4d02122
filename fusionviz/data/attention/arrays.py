"""The attention among the arrays of a file: found by name or shape, and checked."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.attention.words import OPTIONAL
from fusionviz.data.files.npz import ArrayEntry
from fusionviz.errors import InputError

NAMES = ("attention", "attentions", "attn", "attention_weights")

MAX_NUMBERS = 32_000_000
"""Of the attention array: 12 layers of 12 heads over 470 tokens."""

HOW = "save it with numpy.savez('attention.npz', attention=array)"


def choose(entries: Sequence[ArrayEntry]) -> ArrayEntry:
    """Return the array that is attention: by its name, else by its shape.

    Raises:
        InputError: There is none, or several could be it.
    """
    for entry in entries:
        if entry.name.lower() in NAMES:
            return entry
    free = [one for one in entries if one.name.lower() not in OPTIONAL]
    for axes in ((3, 4, 5), (2,)):
        fitting = [e for e in free if len(e.shape) in axes and e.dtype.kind in "fiub"]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            break
    told = ", ".join(f"{e.name[:20]} {e.shape}" for e in (fitting or entries)[:4])
    several = "several arrays that could be" if fitting else "no array of the shape of"
    raise InputError(
        f"The file holds {several} attention ({told}): name one of shape (layer, head, "
        "query, key) or (head, query, key) 'attention'."
    )


def check(entry: ArrayEntry) -> None:
    """Refuse an array by its header.

    Raises:
        InputError: It is no attention that can be read.
    """
    if entry.dtype.hasobject or entry.dtype.kind == "V":
        raise InputError(
            "The attention array holds Python objects or records, which could run code "
            "and are not read: save it with array.astype('float32')."
        )
    if entry.dtype.kind not in "fiub":
        raise InputError(
            "The attention array holds no real numbers: save it with "
            "array.astype('float32')."
        )
    if not 2 <= len(entry.shape) <= 5 or 0 in entry.shape:
        raise InputError(
            f"The attention array has shape {entry.shape}: it needs (layer, head, "
            "query, key), (head, query, key) or (query, key), none of them 0."
        )
    if entry.count > MAX_NUMBERS:
        raise InputError(
            f"The attention array has {entry.count / 1e6:.0f} million numbers, and at "
            f"most {MAX_NUMBERS / 1e6:.0f} million are read: save fewer layers, heads "
            "or tokens."
        )


def four_axes(
    values: NDArray, entry: ArrayEntry
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return an array as (layer, head, query, key), and what was assumed.

    Raises:
        InputError: It has a batch of several samples, or no finite numbers.
    """
    notes: tuple[str, ...] = ()
    if values.ndim == 5:
        single = [axis for axis in (1, 0) if values.shape[axis] == 1]
        if not single:
            raise InputError(
                f"The attention array has shape {entry.shape}: choose one sample of "
                "the batch, so that (layer, head, query, key) are left."
            )
        values = values.squeeze(single[0])
        notes = (f"The axis of length 1 of {entry.shape} is taken for a batch.",)
    values = values.reshape((1,) * (4 - values.ndim) + values.shape)
    with np.errstate(over="ignore"):
        numbers = np.ascontiguousarray(values, np.float32)
    if np.isinf(numbers).any():
        raise InputError(
            "The attention array holds infinite numbers: save the weights after the "
            "softmax, not the scores before it."
        )
    empty = np.isnan(numbers)
    if empty.all():
        raise InputError("The attention array holds nothing but NaN: save it again.")
    if empty.any():
        notes += (f"{empty.mean():.1%} of the cells are NaN: not read.",)
    return numbers, notes
