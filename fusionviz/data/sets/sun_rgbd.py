"""SUN RGB-D (Song et al. 2015), as its authors hand it out.

    SUNRGBD/KIND/.../SCENE/image/*.jpg  depth_bfx/*.png  (filled; depth/ as measured)
    SUNRGBDtoolbox/traintestSUNRGBD/allsplit.mat    alltrain, alltest: folders
    SUNRGBDtoolbox/Metadata/SUNRGBDMeta.mat         sequenceName of each label
    SUNRGBDtoolbox/Metadata/SUNRGBD2Dseg.mat        seglabel, 1 to 37 (version 7.3)

Depth is millimetres whose 16 bits are turned by three, as the toolbox's
`read_3d_pts_general` turns them back; beyond 8 m it is cut off there and here. The
toolbox counts 5,285 training and 5,050 test photographs; `validation` is every tenth of
the training ones.
"""

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.nyu_classes import to_classes
from fusionviz.data.sets.photographs import (
    Photographs,
    in_metres,
    read_rgb,
    read_single,
    refuse_mixed,
)
from fusionviz.errors import InputError

FARTHEST_M = 8.0
MM_PER_M = 1000.0
VALIDATION_EVERY = 10

_TOOLBOX = Path("SUNRGBDtoolbox")
_SPLIT = _TOOLBOX / "traintestSUNRGBD" / "allsplit.mat"
_META = _TOOLBOX / "Metadata" / "SUNRGBDMeta.mat"
_LABELS = _TOOLBOX / "Metadata" / "SUNRGBD2Dseg.mat"
_ROOT = "SUNRGBD/"
_UNREADABLE = OSError, ValueError, TypeError, NotImplementedError


def load_sun_rgbd(
    split: str,
    *,
    folder: str | Path,
    classes: Literal[13, 37] = 13,
    filled: bool = True,
) -> Photographs:
    """Return a split of SUN RGB-D.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        folder: Of the layout above.
        classes: 13 or 37.
        filled: Whether depth is the one whose holes the authors filled.

    Raises:
        InputError: A file is missing or is not as it should be.
        ValueError: `classes` is neither 13 nor 37.
    """
    if classes not in (13, 37):
        raise ValueError(f"classes is 13 or 37, got {classes}")
    root = Path(folder)
    lists = {
        name: [_below_root(one) for one in _strings(root / _SPLIT, name)]
        for name in ("alltrain", "alltest")
    }
    refuse_mixed(lists["alltrain"], lists["alltest"], str(root / _SPLIT))
    names = lists["alltest"]
    if split != "test":
        held = set(lists["alltrain"][VALIDATION_EVERY // 2 :: VALIDATION_EVERY])
        names = [n for n in lists["alltrain"] if (n in held) == (split == "validation")]
    rows = _label_rows(root / _META)
    if absent := [name for name in names if name not in rows]:
        raise InputError(f"SUNRGBDMeta.mat has no labels of {absent[0]}")
    read = partial(_read, root, rows, classes, "depth_bfx" if filled else "depth")
    return Photographs(names, read)


def untwist(counts: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Return millimetres of the toolbox's counts: bits turned by three to the right."""
    return (counts >> np.uint16(3)) | (counts << np.uint16(13))


def _read(
    root: Path,
    rows: Mapping[str, int],
    classes: Literal[13, 37],
    depth_folder: str,
    name: str,
) -> RGBDSample:
    import h5py

    scene = root / "SUNRGBD" / name
    counts = read_single(_only(scene / depth_folder, "*.png"), np.uint16)
    depth_m = in_metres(untwist(counts), MM_PER_M)
    with h5py.File(root / _LABELS, "r") as file:
        labels = file["SUNRGBD2Dseg"]["seglabel"]
        codes = np.asarray(file[np.ravel(labels[rows[name]])[0]], np.int64).T
    return RGBDSample(
        rgb=read_rgb(_only(scene / "image", "*.jpg")),
        depth_m=np.minimum(depth_m, np.float32(FARTHEST_M)),
        label=to_classes(codes, classes),
        group=_place(name),
    )


def _place(name: str) -> str:
    """Return what photographs of one place have in common: the folder of the scene.

    Frames of one film (SUN3D's, of `xtion`) lie in a folder together.
    """
    return name.rsplit("/", 1)[0] if name.startswith("xtion/sun3ddata") else name


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise InputError(f"{folder} has {len(found)} files {pattern}, one is expected")
    return found[0]


def _below_root(path: str) -> str:
    """Return a folder's name below SUNRGBD/, whatever stands before it."""
    return path.split(_ROOT, 1)[-1].strip("/")


def _strings(path: Path, name: str) -> list[str]:
    values = _variables(path, path.stat().st_mtime_ns if path.is_file() else 0)
    if name not in values:
        raise InputError(f"{path} has no {name}")
    return [str(one) for one in np.ravel(values[name])]


def _label_rows(path: Path) -> dict[str, int]:
    values = _variables(path, path.stat().st_mtime_ns if path.is_file() else 0)
    meta = values.get("SUNRGBDMeta")
    if (
        meta is None
        or not len(np.ravel(meta))
        or not hasattr(np.ravel(meta)[0], "sequenceName")
    ):
        raise InputError(f"{path} has no SUNRGBDMeta with a sequenceName")
    return {
        _below_root(str(one.sequenceName)): row
        for row, one in enumerate(np.ravel(meta))
    }


@lru_cache(maxsize=4)
def _variables(path: Path, changed: int) -> dict[str, Any]:
    """Return the variables of a MATLAB file before version 7.3.

    Raises:
        InputError: It is missing or damaged.
    """
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        return loadmat(path, squeeze_me=True, struct_as_record=False)
    except (*_UNREADABLE, MatReadError) as error:
        raise InputError(
            f"{path} is missing or is not the toolbox's: {error}"
        ) from error
