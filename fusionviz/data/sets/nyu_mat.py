"""NYU Depth V2 as its authors hand it out: one MATLAB file of all 1449 photographs.

    nyu_depth_v2_labeled.mat    images (1449, 3, 640, 480)  depths (1449, 640, 480) m
                                labels (1449, 640, 480), 0 to 894   scenes (names)
    splits.mat                  trainNdxs (795)  testNdxs (654), from 1 on
    classMapping40.mat          mapClass (894): which of the 40 classes

The axes are as HDF5 has them: MATLAB's turned round, so columns come before rows. The
first is 2.8 GB; photographs are read out of it one by one. `classMapping40.mat` is
that of Gupta et al. (2013). Splits are by room, `validation` is every tenth room of
the training photographs.
"""

import struct
import zlib
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.files.matlab import list_variables, read_variable
from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.nyu_classes import to_classes
from fusionviz.data.sets.photographs import Photographs
from fusionviz.errors import InputError

FILE = "nyu_depth_v2_labeled.mat"
VALIDATION_EVERY = 10
_ARRAYS = {"images": 4, "depths": 3, "labels": 3}


def load_nyu_mat(
    split: str, *, folder: str | Path, classes: Literal[13, 40] = 13
) -> Photographs:
    """Return a split of NYU Depth V2 from its authors' files.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        folder: Holds the three files.
        classes: 13 or 40.

    Raises:
        InputError: A file is missing or is not as it should be.
        ValueError: `classes` is neither 13 nor 40.
    """
    if classes not in (13, 40):
        raise ValueError(f"classes is 13 or 40, got {classes}")
    path = Path(folder)
    scenes = _scenes(path / FILE)
    lists = {
        name: _numbers(path / "splits.mat", name).astype(int) - 1
        for name in ("trainNdxs", "testNdxs")
    }
    rows = lists["testNdxs"] if split == "test" else lists["trainNdxs"]
    for name, listed in lists.items():
        if listed.size and not 0 <= listed.min() <= listed.max() < len(scenes):
            raise InputError(
                f"splits.mat, {name}, names photograph {listed.max() + 1} of "
                f"{len(scenes)}"
            )
    if split != "test":
        rooms = list(dict.fromkeys(scenes[row] for row in rows))
        held = set(rooms[VALIDATION_EVERY // 2 :: VALIDATION_EVERY])
        rows = np.array(
            [r for r in rows if (scenes[r] in held) == (split == "validation")], int
        )
    mapping = _numbers(path / "classMapping40.mat", "mapClass").astype(np.int64)
    read = partial(_read, path / FILE, scenes, np.concatenate([[0], mapping]), classes)
    return Photographs(rows.tolist(), read)


def _read(
    path: Path,
    scenes: tuple[str, ...],
    mapping: NDArray[np.int64],
    classes: Literal[13, 40],
    row: int,
) -> RGBDSample:
    import h5py

    with h5py.File(path, "r") as file:
        image = np.asarray(file["images"][row], np.uint8).transpose(2, 1, 0)
        depth = np.asarray(file["depths"][row], np.float32).T
        codes = np.asarray(file["labels"][row], np.int64).T
    if codes.max(initial=0) >= len(mapping):
        raise InputError(
            f"classMapping40.mat has {len(mapping) - 1} classes, a label is "
            f"{codes.max()}"
        )
    return RGBDSample(
        rgb=np.ascontiguousarray(image),
        depth_m=np.where(depth > 0, depth, np.float32(np.nan)),
        label=to_classes(mapping[codes], classes),
        group=scenes[row],
    )


def _scenes(path: Path) -> tuple[str, ...]:
    """Return the name of the room of each photograph, and check that all is there."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            for name, axes in _ARRAYS.items():
                if name not in file or file[name].ndim != axes:
                    raise InputError(f"{path.name} has no `{name}` of {axes} axes.")
            count = len(file["images"])
            references = np.ravel(file["scenes"][()])[:count]
            return tuple(_text(file[one]) for one in references)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is not there or is not the authors' file (version 7.3, with "
            f"images, depths, labels and scenes): {error}"
        ) from error


def _text(letters: Any) -> str:  # noqa: ANN401 - a dataset
    return "".join(map(chr, np.ravel(letters[()])))


def _numbers(path: Path, name: str) -> NDArray[np.float64]:
    """Return a list of a small MATLAB file.

    Raises:
        InputError: It is missing or has no such list.
    """
    try:
        data = path.read_bytes()
        names = {variable.name for variable in list_variables(data)}
        if name in names:
            return np.ravel(np.asarray(read_variable(data, name), np.float64))
    except (OSError, ValueError, IndexError, struct.error, zlib.error) as error:
        raise InputError(f"{path} cannot be read: {error}") from error
    raise InputError(f"{path} has no {name}")
