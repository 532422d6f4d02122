"""Attention arrays that a reader brings, in an NPZ or NPY file.

    attention   (layer, head, query, key), (head, query, key) or (query, key); another
                name will do where one array of the file has such a shape. NaN: a cell
                that cannot be read
    tokens      labels of the tokens, of queries and keys both where they are as many;
                else `query_tokens` and `key_tokens`
    modality    name or number of each token's modality; else `query_modality` and
                `key_modality`
    grid        (rows, columns) of the picture that the tokens of a modality fill

All but the first may be absent. Headers are checked before numbers are touched, and
nothing in a file is ever run: no pickles.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.attention.arrays import HOW, check, choose, four_axes
from fusionviz.data.attention.words import (
    GRID,
    OPTIONAL,
    AxisWords,
    read_axis_words,
    read_grid,
)
from fusionviz.data.files.npz import (
    DAMAGED,
    ArrayEntry,
    entries_of,
    open_archive,
    open_entry,
    read_numbers,
)
from fusionviz.data.files.numbers import read_npy_header
from fusionviz.errors import InputError, is_of_memory

_MAX_OPTIONAL_BYTES = 20_000_000


@dataclass(frozen=True, kw_only=True, eq=False)
class AttentionFile:
    """What a file of attention holds.

    Attributes:
        attention: (layer, head, query, key), float32; NaN where it cannot be read.
        name: Of the array in the file.
        queries: Labels and modalities of rows.
        keys: Of columns.
        grid: (rows, columns) or None.
        notes: What was assumed or left out, one sentence each.
    """

    attention: NDArray[np.float32]
    name: str
    queries: AxisWords
    keys: AxisWords
    grid: tuple[int, int] | None
    notes: tuple[str, ...]


def read_attention(data: bytes) -> AttentionFile:
    """Return the attention in a file.

    Args:
        data: Bytes of an NPZ or NPY file.

    Raises:
        InputError: One clear sentence on why it cannot be used, and what to do.
    """
    try:
        if data[:6] == b"\x93NUMPY":
            return _read_npy(data)
        if data[:2] == b"PK":
            return _read_npz(data)
    except InputError:
        raise
    except DAMAGED as error:
        if is_of_memory(error):
            raise InputError(
                "The attention file needs more memory than there is: save fewer layers "
                "or heads."
            ) from error
        raise InputError(f"The attention file is damaged: {HOW} again.") from error
    raise InputError(f"The attention file is neither NPZ nor NPY: {HOW}.")


def example_file() -> bytes:
    """Return a small file with everything in it: four words over a 4 by 4 picture.

    Two layers of two heads; every word reads a corner of the picture, and every patch
    reads its neighbours and one word.
    """
    words = ["a", "lamp", "above", "sofas"]
    places = np.stack(np.divmod(np.arange(16), 4), axis=1)
    corners = np.array([[0, 0], [0, 3], [3, 0], [3, 3]])
    anchors = np.concatenate([corners, places]).astype(np.float64)
    apart = ((anchors[:, None] - anchors) ** 2).sum(axis=-1)
    scores = np.stack([[-apart / 2, -apart / 8], [-((apart - 4) ** 2) / 9, 0 * apart]])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        attention=(weights / weights.sum(axis=-1, keepdims=True)).astype(np.float32),
        tokens=[*words, *(f"patch {n + 1}" for n in range(16))],
        modality=["text"] * 4 + ["rgb"] * 16,
        grid=[4, 4],
    )
    return buffer.getvalue()


def _read_npy(data: bytes) -> AttentionFile:
    stream = io.BytesIO(data)
    dtype, is_fortran, shape = read_npy_header(stream)
    entry = ArrayEntry(
        name="attention", dtype=dtype, is_fortran=is_fortran, shape=shape, file=None
    )
    check(entry)
    attention, notes = four_axes(read_numbers(stream, entry, HOW), entry)
    return assemble(attention, entry.name, {}, list(notes))


def _read_npz(data: bytes) -> AttentionFile:
    with open_archive(data, "The attention file", HOW) as archive:
        entries = entries_of(archive)
        if not entries:
            raise InputError(
                f"The attention file is a ZIP archive without arrays: {HOW}."
            )
        chosen = choose(entries)
        check(chosen)
        attention, notes = four_axes(open_entry(archive, chosen, HOW), chosen)
        extra, more = _read_optional(archive, entries, chosen)
    return assemble(attention, chosen.name, extra, [*notes, *more])


def _read_optional(
    archive: zipfile.ZipFile, entries: Sequence[ArrayEntry], chosen: ArrayEntry
) -> tuple[dict[str, NDArray], list[str]]:
    """Return what else of use is in the archive, by name, and what is left out."""
    found, notes = {}, []
    for entry in entries:
        name = entry.name.lower()
        if name not in OPTIONAL or entry is chosen:
            continue
        if entry.dtype.kind not in "fiubUS" or entry.bytes > _MAX_OPTIONAL_BYTES:
            notes.append(
                f"{entry.name} is left out: it is neither text nor numbers of a few "
                "megabytes; save it with numpy.array(a_list_of_text)."
            )
            continue
        found[name] = open_entry(archive, entry, HOW)
    return found, notes


def assemble(
    attention: NDArray[np.float32],
    name: str,
    extra: dict[str, NDArray],
    notes: list[str],
) -> AttentionFile:
    """Return attention with what else is known of its tokens.

    Args:
        attention: (layer, head, query, key).
        name: Of the array in the file.
        extra: Labels, modalities and grid, by key.
        notes: What is known to be odd already.
    """
    queries, keys = attention.shape[2:]
    words = {}
    for axis, count, other in (("query", queries, keys), ("key", keys, queries)):
        words[axis], more = read_axis_words(extra, axis, count, other)
        notes += more
    grid, more = read_grid(extra.get(GRID))
    if grid is not None:
        words, grid, fitting = _fit_grid(words, grid, attention.shape)
        more += fitting
    return AttentionFile(
        attention=attention,
        name=name[:40],
        queries=words["query"],
        keys=words["key"],
        grid=grid,
        notes=tuple(dict.fromkeys([*notes, *more])),
    )


def _fit_grid(
    words: dict[str, AxisWords], grid: tuple[int, int], shape: tuple[int, ...]
) -> tuple[dict[str, AxisWords], tuple[int, int] | None, list[str]]:
    """Return the grid if some modality fills it, with a class token split off."""
    places, notes, fits = grid[0] * grid[1], [], False
    for axis, count in (("query", shape[2]), ("key", shape[3])):
        modality = words[axis].modality
        if not modality and count == places + 1:
            split = ("class token", *["image"] * places)
            words[axis] = AxisWords(labels=words[axis].labels, modality=split)
            notes.append("The first token is taken for a class token before the grid.")
            fits = True
        elif not modality:
            fits |= count == places
        else:
            fits |= any(modality.count(one) == places for one in set(modality))
    if fits:
        return words, grid, notes
    notes = [f"grid is left out: no modality has {grid[0]} × {grid[1]} tokens."]
    return words, None, notes
