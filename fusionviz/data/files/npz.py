"""Arrays of NumPy archives: headers first, then numbers, and nothing is ever run."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.numbers import read_npy_header
from fusionviz.errors import InputError

MAX_ENTRIES = 1_000

_LAST_LETTER, _REPLACEMENT = 0x10FFFF, 0xFFFD

BAD_HEADER = (ValueError, SyntaxError, KeyError, IndexError, TypeError)
"""What a header that is none raises."""

DAMAGED = (
    *BAD_HEADER,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)
"""What reading a damaged file of arrays raises."""


@dataclass(frozen=True, kw_only=True)
class ArrayEntry:
    """One array of a file, before it is read.

    Attributes:
        name: In the file.
        dtype: Type of its numbers.
        is_fortran: Whether they are in Fortran's order.
        shape: By the header.
        file: Where it is in an archive; None where it is the whole file.
    """

    name: str
    dtype: np.dtype
    is_fortran: bool
    shape: tuple[int, ...]
    file: zipfile.ZipInfo | None

    @property
    def count(self) -> int:
        """How many numbers it has, by its header."""
        count = 1
        for side in self.shape:
            count *= side
        return count

    @property
    def bytes(self) -> int:
        """How much memory its numbers take."""
        return self.count * self.dtype.itemsize


def open_archive(data: bytes, what: str, how: str) -> zipfile.ZipFile:
    """Return an archive whose entries are few, packed as `np.savez` packs them.

    Args:
        data: Bytes of the file.
        what: What the file is called at the start of a sentence.
        how: What to do, at the end of a sentence.

    Raises:
        InputError: There are too many entries, or they are packed otherwise.
        zipfile.BadZipFile: It is no archive; also others of `DAMAGED`.
    """
    # Counted first: opening an archive makes an object for each entry.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise InputError(f"{what} holds too many arrays: {how} alone.")
    archive = zipfile.ZipFile(io.BytesIO(data))
    # Other methods can ask for much memory to unpack.
    methods = {info.compress_type for info in archive.infolist()}
    if not methods <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise InputError(f"{what} is packed in an unusual way: {how}.")
    return archive


def entries_of(archive: zipfile.ZipFile) -> list[ArrayEntry]:
    """Return what the archive's headers say, of those arrays that can be read."""
    entries = []
    for info in archive.infolist():
        if not info.filename.endswith(".npy"):
            continue
        try:
            with archive.open(info) as stream:
                dtype, is_fortran, shape = read_npy_header(stream)
        except BAD_HEADER:
            continue
        entries.append(
            ArrayEntry(
                name=info.filename.removesuffix(".npy"),
                dtype=dtype,
                is_fortran=is_fortran,
                shape=shape,
                file=info,
            )
        )
    return entries


def open_entry(archive: zipfile.ZipFile, entry: ArrayEntry, how: str) -> NDArray:
    """Return the numbers of an array of an archive.

    Raises:
        InputError: As `read_numbers`.
    """
    if entry.file is None:
        raise ValueError("an array of an archive has a file")
    with archive.open(entry.file) as stream:
        read_npy_header(stream)
        return read_numbers(stream, entry, how)


def read_numbers(stream: IO[bytes], entry: ArrayEntry, how: str) -> NDArray:
    """Return the numbers that stand after a header.

    Args:
        stream: At the first byte of the numbers.
        entry: What the header says.
        how: What to do, as the end of a sentence.

    Raises:
        InputError: There are fewer than it says.
    """
    body = stream.read(entry.bytes)
    if len(body) < entry.bytes:
        raise InputError(
            f"The array {entry.name[:20]!r} is cut off, its header announces more "
            f"numbers than follow: {how} again."
        )
    values = np.frombuffer(_sound_text(body, entry.dtype), entry.dtype)
    return values.reshape(entry.shape, order="F" if entry.is_fortran else "C")


def _sound_text(body: bytes, dtype: np.dtype) -> bytes:
    """Return bytes of an array with a mark in place of letters that there are none of.

    NumPy hands out any number as a letter, and Python fails on those beyond Unicode.
    """
    if dtype.kind != "U":
        return body
    codes = np.frombuffer(body, np.dtype(np.uint32).newbyteorder(dtype.byteorder))
    return (
        np.where(codes > _LAST_LETTER, _REPLACEMENT, codes)
        .astype(codes.dtype)
        .tobytes()
    )
