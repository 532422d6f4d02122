"""MATLAB's MAT-files of level 5, up to version 7: their arrays of real numbers.

After the format's public description (MathWorks, "MAT-File Format", 2023). A file is a
row of elements, each a tag (type, bytes) and its data, padded to 8 bytes; a variable is
an element of elements, mostly packed with zlib. Cells, structures, objects, text and
sparse matrices are passed over.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.errors import InputError

_HEADER = 128
_INT8, _INT32, _UINT32, _MATRIX, _PACKED = 1, 5, 6, 14, 15
_NUMBERS = {
    1: "i1",
    2: "u1",
    3: "i2",
    4: "u2",
    5: "i4",
    6: "u4",
    7: "f4",
    9: "f8",
    12: "i8",
    13: "u8",
}
# Class of an array by its number in the flags.
_CLASSES = {
    6: "f8",
    7: "f4",
    8: "i1",
    9: "u1",
    10: "i2",
    11: "u2",
    12: "i4",
    13: "u4",
    14: "i8",
    15: "u8",
}
_COMPLEX, _LOGICAL = 0x0800, 0x0200
_MOST_VARIABLES = 1_000
_MOST_AXES = 8
# Tags, flags, shape and a name of the longest kind fit in this.
_FRONT_BYTES = 4_096


@dataclass(frozen=True, kw_only=True)
class MatlabVariable:
    """An array of a MAT-file, before its numbers are read.

    Attributes:
        name: In the file.
        dtype: Of its class, bool where it is logical, complex where it is complex.
        shape: Rows first.
        is_packed: Whether it is packed with zlib.
        start: Of its element's data in the file.
        end: Of the same.
        numbers: Where its numbers' element starts, in the variable's own data.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]
    is_packed: bool
    start: int
    end: int
    numbers: int


def list_variables(data: bytes) -> tuple[MatlabVariable, ...]:
    """Return the numeric arrays of a MAT-file, in its order."""
    order = _order(data)
    found: list[MatlabVariable] = []
    at = _HEADER
    for _ in range(_MOST_VARIABLES):
        if at + 8 > len(data):
            break
        kind, size = struct.unpack_from(f"{order}II", data, at)
        start, end = at + 8, at + 8 + size
        if kind in (_MATRIX, _PACKED):
            variable = _describe(data, order, start, end, is_packed=kind == _PACKED)
            if variable is not None:
                found.append(variable)
        at = end if kind == _PACKED else end + -size % 8
    return tuple(found)


def read_variable(data: bytes, name: str) -> NDArray:
    """Return the numbers of a variable, rows first.

    Raises:
        InputError: There are fewer than its shape announces.
    """
    order = _order(data)
    variable = next(one for one in list_variables(data) if one.name == name)
    wanted = int(np.prod(variable.shape)) * 8
    most = variable.numbers + 8 + wanted
    body = memoryview(data)[variable.start : variable.end]
    if variable.is_packed:
        # An element within a packed one has a tag of its own before it.
        body = memoryview(zlib.decompressobj().decompress(body, most + 8))[8:]
    kind, start, size = _tag(body, order, variable.numbers)
    numbers = np.dtype(f"{order}{_NUMBERS[kind]}")
    count = int(np.prod(variable.shape))
    if min(size, len(body) - start) < count * numbers.itemsize:
        raise InputError(
            f"The array {name[:20]!r} is cut off, its header announces more numbers "
            "than follow: save it again and upload the new file."
        )
    values = np.frombuffer(body, numbers, count, start)
    values = values.astype(variable.dtype, copy=False)
    return values.reshape(variable.shape, order="F")


def _order(data: bytes) -> str:
    order = {b"IM": "<", b"MI": ">"}.get(data[126:128])
    if order is None:
        raise ValueError("no byte order in the MAT-file's header")
    return order


def _describe(
    data: bytes, order: str, start: int, end: int, *, is_packed: bool
) -> MatlabVariable | None:
    """Return a variable by its front; None where it is no array of numbers."""
    if is_packed:
        unpack = zlib.decompressobj()
        front = unpack.decompress(data[start:end], _FRONT_BYTES)
        if len(front) < 8 or struct.unpack_from(f"{order}I", front)[0] != _MATRIX:
            return None
        front = front[8:]
    else:
        front = data[start : min(end, start + _FRONT_BYTES)]
    parts = _elements(front, order)
    kind, body, at = next(parts)
    flags, _ = struct.unpack(f"{order}II", body)
    dtype = _CLASSES.get(flags & 0xFF)
    if kind != _UINT32 or dtype is None:
        return None
    kind, body, at = next(parts)
    shape = tuple(int(n) for n in np.frombuffer(body, np.dtype(order + "i4")))
    if kind != _INT32 or not 2 <= len(shape) <= _MOST_AXES or min(shape) < 0:
        return None
    kind, body, at = next(parts)
    return MatlabVariable(
        name=body.decode("latin-1"),
        dtype=_type(dtype, flags),
        shape=shape,
        is_packed=is_packed,
        start=start,
        end=end,
        numbers=at,
    )


def _type(name: str, flags: int) -> np.dtype:
    if flags & _COMPLEX:
        return np.dtype(complex)
    return np.dtype(bool if flags & _LOGICAL else name)


def _elements(body: bytes, order: str) -> Iterator[tuple[int, bytes, int]]:
    """Yield type, data, and where the next one starts, of the elements in a front."""
    at = 0
    while True:
        kind, start, size = _tag(body, order, at)
        if start + size > len(body):
            raise ValueError("an element of the MAT-file is cut off")
        small = start == at + 4
        at = at + 8 if small else start + size + -size % 8
        yield kind, body[start : start + size], at


def _tag(body: bytes | memoryview, order: str, at: int) -> tuple[int, int, int]:
    """Return an element's type, where its data starts, and its bytes."""
    kind, size = struct.unpack_from(f"{order}II", body, at)
    if kind >> 16:  # up to four bytes, within the tag
        return kind & 0xFFFF, at + 4, min(kind >> 16, 4)
    return kind, at + 8, size
