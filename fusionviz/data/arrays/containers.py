"""Named arrays of an NPZ or a safetensors file: headers first, and nothing is run.

A safetensors file has no text in its arrays: words stand in its metadata, under the
same keys, as JSON lists.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray

from fusionviz.data.arrays.keys import is_known, say_unknown
from fusionviz.data.files.kinds import describe_foreign, identify
from fusionviz.data.files.npz import (
    DAMAGED,
    ArrayEntry,
    entries_of,
    open_archive,
    open_entry,
)
from fusionviz.errors import InputError

MAX_MEGABYTES = 50
"""Of a file."""

MAX_UNPACKED = 256_000_000
"""Bytes of all arrays that are read together."""

HOW = "save the arrays with numpy.savez or safetensors"

LONGEST_KEY = 40

_WHAT = "The file of arrays"
_MAX_HEADER = 1_000_000
_TYPES = {
    **{"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"},
    **{"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1"},
    **{"U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"},
}
"""NumPy's types of those of safetensors; BF16 is widened after reading."""

_REFUSED = {"V": "records", "c": "complex numbers", "M": "dates", "m": "durations"}

Named = dict[str, NDArray[Any]]
Notes = dict[str, tuple[str, ...]]


def read_named(data: bytes) -> tuple[Named, Notes]:
    """Return the arrays of a file that have known keys, and notes on the others.

    Raises:
        InputError: It is no such file, damaged or too large, or a known key holds what
            cannot be read.
    """
    if len(data) > MAX_MEGABYTES * 1_000_000:
        raise InputError(
            f"{_WHAT} has {len(data) / 1e6:.0f} MB, and at most {MAX_MEGABYTES} are "
            "read: leave out layers or tokens, or save float16."
        )
    try:
        if data[:2] == b"PK":
            return _read_npz(data)
        if is_safetensors(data):
            return _read_safetensors(data)
    except InputError:
        raise
    except (*DAMAGED, safetensors.SafetensorError, RecursionError) as error:
        raise InputError(f"{_WHAT} is damaged: {HOW} again.") from error
    raise InputError(f"{_WHAT} is {_foreign(data)}, not NPZ or safetensors: {HOW}.")


def is_safetensors(data: bytes) -> bool:
    """Whether bytes begin as a safetensors file does."""
    length = int.from_bytes(data[:8], "little")
    return data[8:9] == b"{" and 2 <= length <= len(data) - 8


def _foreign(data: bytes) -> str:
    if not data:
        return "empty"
    if data[:1] == b"\x80":
        return "a pickle, which could run code"
    kind = identify(data)
    foreign = describe_foreign(data)
    if kind:
        return f"an {kind} file"
    return "of an unknown kind" if foreign == "not a picture" else foreign


def _read_npz(data: bytes) -> tuple[Named, Notes]:
    with open_archive(data, _WHAT, HOW) as archive:
        inside = archive.namelist()
        if any(name.endswith("data.pkl") for name in inside):
            raise InputError(
                f"{_WHAT} is a PyTorch file, which holds pickles that could run code "
                f"and are not read: {HOW}."
            )
        entries = entries_of(archive)
        if not entries:
            raise InputError(f"{_WHAT} is a ZIP archive without arrays: {HOW}.")
        known = [entry for entry in entries if is_known(entry.name)]
        _check_sizes({entry.name: entry.bytes for entry in known})
        arrays = {}
        for entry in known:
            check_kind(entry.name, entry.dtype, entry.shape)
            arrays[entry.name] = open_entry(archive, entry, HOW)
    return arrays, _notes_on([entry.name for entry in entries])


def _read_safetensors(data: bytes) -> tuple[Named, Notes]:
    length = int.from_bytes(data[:8], "little")
    if length > _MAX_HEADER:
        raise InputError(
            f"{_WHAT} has a header of {length / 1e6:.0f} MB: {HOW}, fewer of them."
        )
    header = json.loads(data[8 : 8 + length])
    tensors = dict(safetensors.deserialize(data))
    known = {name: one for name, one in tensors.items() if is_known(name)}
    _check_sizes({name: len(one["data"]) for name, one in known.items()})
    arrays: Named = {}
    for name, one in known.items():
        arrays[name] = _array_of(name, one)
    words = header.get("__metadata__") or {}
    arrays |= _words_of({k: v for k, v in words.items() if is_known(k)})
    return arrays, _notes_on(list(tensors))


def _array_of(name: str, tensor: Mapping[str, Any]) -> NDArray[Any]:
    kind, shape = str(tensor["dtype"]), tuple(tensor["shape"])
    if kind not in _TYPES:
        raise InputError(
            f"{short_key(name)} has shape {shape} and type {kind}; expected real "
            "numbers of a usual type: save it as float32."
        )
    values = np.frombuffer(tensor["data"], _TYPES[kind])
    if kind == "BF16":  # the upper half of a float32
        values = (values.astype(np.uint32) << 16).view(np.float32)
    return values.reshape(shape)


def _words_of(metadata: Mapping[str, str]) -> Named:
    words: Named = {}
    for name, text in metadata.items():
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError):
            listed = None
        if not isinstance(listed, list):
            raise InputError(
                f"{short_key(name)} in the metadata of the file is no JSON list: "
                'write one such as ["a", "lamp"].'
            )
        is_numbers = all(type(one) in (int, float) for one in listed)
        words[name] = np.array(listed if is_numbers else [str(one) for one in listed])
    return words


def check_kind(name: str, dtype: np.dtype, shape: tuple[int, ...]) -> None:
    """Refuse an array by its type.

    Raises:
        InputError: It holds objects, records, complex numbers or dates.
    """
    what = "Python objects, which could run code" if dtype.hasobject else ""
    what = what or _REFUSED.get(dtype.kind, "")
    if what:
        raise InputError(
            f"{short_key(name)} has shape {shape} and holds {what}; expected real "
            "numbers or text: save it with array.astype('float32')."
        )


def short_key(name: str) -> str:
    """Return a key as errors and pages name it: printable, and cut where it is long."""
    printable = "".join(one if one.isprintable() else "?" for one in name)
    whole = printable.encode("utf-8", "replace").decode()
    return whole if len(whole) <= LONGEST_KEY else f"{whole[: LONGEST_KEY - 1]}…"


def _check_sizes(sizes: Mapping[str, int]) -> None:
    total = sum(sizes.values())
    if total > MAX_UNPACKED:
        largest = max(sizes, key=lambda name: sizes[name])
        raise InputError(
            f"{_WHAT} unpacks to {total / 1e6:.0f} MB, {short_key(largest)} alone to "
            f"{sizes[largest] / 1e6:.0f}, and at most {MAX_UNPACKED / 1e6:.0f} are "
            "read: leave out layers or tokens, or save float16."
        )


def _notes_on(names: list[str]) -> Notes:
    unknown = [name for name in names if not is_known(name)]
    return {short_key(name): (say_unknown(name),) for name in unknown[:16]}


def entry_of(name: str, values: NDArray[Any]) -> ArrayEntry:
    """Return an array as the entry of a file that it would be."""
    return ArrayEntry(
        name=name,
        dtype=values.dtype,
        is_fortran=False,
        shape=values.shape,
        file=None,
    )
