"""Files that hold arrays by name: NumPy archives, MATLAB files and HDF5.

Each can say what it holds before any number is read, and gives one array at a time.
"""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.npz import MAX_ENTRIES, entries_of, open_archive, open_entry
from fusionviz.data.files.numbers import check_numbers, check_unpacked
from fusionviz.errors import InputError

KINDS = ("NPZ", "MATLAB", "HDF5")

_NPZ = "The depth archive"
_NPZ_CURE = "save it with np.savez"


@dataclass(frozen=True, kw_only=True)
class NamedArray:
    """An array of a file, before its numbers are read.

    Attributes:
        name: In the file.
        dtype: Type of its numbers.
        shape: By its header.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """How much memory its numbers take."""
        count = 1
        for side in self.shape:
            count *= side
        return count * self.dtype.itemsize


def list_arrays(data: bytes, kind: str) -> tuple[NamedArray, ...]:
    """Return the arrays that a file holds, in its order.

    Args:
        data: The whole file.
        kind: One of `KINDS`.

    Raises:
        InputError: It holds too many; what else a damaged file raises is of any type.
    """
    if kind == "NPZ":
        with _open_npz(data) as archive:
            return tuple(
                NamedArray(name=entry.name, dtype=entry.dtype, shape=entry.shape)
                for entry in entries_of(archive)
            )
    if kind == "MATLAB":
        from fusionviz.data.files.matlab import list_variables

        return tuple(
            NamedArray(name=one.name, dtype=one.dtype, shape=one.shape)
            for one in list_variables(data)
        )
    from fusionviz.data.files.hdf5 import list_datasets

    return tuple(
        NamedArray(name=one.name, dtype=one.dtype, shape=one.shape)
        for one in list_datasets(data)
    )


def read_array(data: bytes, kind: str, array: NamedArray) -> NDArray:
    """Return the numbers of one array.

    Args:
        data: The whole file.
        kind: One of `KINDS`.
        array: From `list_arrays`.

    Raises:
        InputError: It holds no plain numbers, is too large, or cut off.
    """
    check_numbers(array.dtype)
    check_unpacked(array.bytes)
    if kind == "NPZ":
        with _open_npz(data) as archive:
            entry = next(e for e in entries_of(archive) if e.name == array.name)
            return open_entry(archive, entry, _NPZ_CURE)
    if kind == "MATLAB":
        from fusionviz.data.files.matlab import read_variable

        return read_variable(data, array.name)
    from fusionviz.data.files.hdf5 import read_dataset

    return read_dataset(data, array.name)


def _open_npz(data: bytes) -> zipfile.ZipFile:
    # Counted first: opening an archive makes an object for each entry.
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise InputError(
            "The depth archive holds too many files: save the depth map alone."
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if not any(name.endswith(".npy") for name in archive.namelist()):
            raise InputError(
                "The depth file is a ZIP archive without an array in it: unpack it and "
                "upload the depth map alone."
            )
    return open_archive(data, _NPZ, _NPZ_CURE)
