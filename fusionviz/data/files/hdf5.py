"""HDF5 files, and MATLAB's MAT-files of version 7.3, which are such: their datasets."""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.kinds import MAX_MEGAPIXELS
from fusionviz.errors import InputError

_MATLAB = b"MATLAB"
_MOST_OBJECTS = 1_000
_MOST_AXES = 8
_MOST_BYTES = MAX_MEGAPIXELS * 8_000_000


@dataclass(frozen=True, kw_only=True)
class Hdf5Dataset:
    """A dataset of numbers, before it is read.

    Attributes:
        name: Its path in the file.
        dtype: Type of its numbers.
        shape: Rows first: MATLAB's axes are turned round.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int, ...]


def list_datasets(data: bytes) -> tuple[Hdf5Dataset, ...]:
    """Return the datasets of a file that lie in it, in the order of their names."""
    import h5py

    found: list[Hdf5Dataset] = []
    seen = 0

    def visit(name: str, thing: Any) -> bool | None:  # noqa: ANN401 - h5py's
        nonlocal seen
        seen += 1
        if isinstance(thing, h5py.Dataset) and _is_inside(thing):
            shape = tuple(thing.shape[::-1] if _is_matlab(data) else thing.shape)
            found.append(Hdf5Dataset(name=name, dtype=thing.dtype, shape=shape))
        return True if seen >= _MOST_OBJECTS else None

    # Only hard links are followed, so no other file is ever opened.
    with h5py.File(io.BytesIO(data), "r") as file:
        file.visititems(visit)
    return tuple(found)


def read_dataset(data: bytes, name: str) -> NDArray:
    """Return the numbers of a dataset, rows first."""
    import h5py

    with h5py.File(io.BytesIO(data), "r") as file:
        values = np.asarray(file[name][()])
    return values.T if _is_matlab(data) else values


def _is_matlab(data: bytes) -> bool:
    return data.startswith(_MATLAB)


def _is_inside(dataset: Any) -> bool:  # noqa: ANN401 - h5py's
    """Whether a dataset's numbers are in this file, in pieces of a usual size.

    Raises:
        InputError: A piece would take more memory than any picture.
    """
    if dataset.shape is None or len(dataset.shape) > _MOST_AXES:
        return False
    if dataset.name.startswith("/#") or dataset.is_virtual or dataset.external:
        return False
    piece = dataset.dtype.itemsize
    for side in dataset.chunks or ():
        piece *= int(side)
    if piece > _MOST_BYTES:
        raise InputError(
            f"The HDF5 file has pieces of {piece / 1e6:.0f} MB, too large to unpack: "
            "save the depth map without chunks."
        )
    return True
