"""Folders of RGB-D photographs with metric depth and labels; NYU Depth V2 is one.

The layout that is read:

    rgb/NAME.jpg  depth_mm/NAME.png  label13/NAME.png  label40/NAME.png
    train.txt  test.txt  classes.json

Photographs may be .png too, and depth may be in depth/, as toolboxes for RGB-D
segmentation have it. Depth is in millimetres, 16 bits, 0 where it was not measured.
Labels are classes from 1 on, 0 where there is none. Only photographs and depth have to
be there. Names that are numbers and follow each other show the same place.

NYU Depth V2 (Silberman et al. 2012) lies in `nyuv2/` of the folder of data sets (see
`data_folder`), with its official division.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal, overload

import numpy as np

from fusionviz.data.folders import data_folder
from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.photographs import (
    in_metres,
    read_rgb,
    read_single,
    refuse_mixed,
)
from fusionviz.errors import InputError

Split = Literal["train", "validation", "test"]
CLASS_COUNTS = (13, 40)
VALIDATION_EVERY = 10
"""One of so many runs of train.txt is for validation."""
MM_PER_M = 1000.0
DEPTHS = ("depth_mm", "depth")
"""Names of the folder with depth."""
ENDINGS = (".jpg", ".png")
"""Of photographs."""


class RGBDFolder(Sequence[RGBDSample]):
    """Photographs of a folder, decoded when they are asked for.

    Args:
        folder: Of the layout above.
        names: Of the files, without ending.
        classes: 13 or 40 for labels of that many classes, 0 for none.
        relative: Whether depth is handed out as relative, as other cameras have it.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        classes: int = 0,
        *,
        relative: bool = False,
    ) -> None:
        self.folder, self.names, self.classes = folder, tuple(names), classes
        self.relative = relative
        self.groups = number_runs(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> RGBDSample: ...
    @overload
    def __getitem__(self, index: slice) -> "RGBDFolder": ...

    def __getitem__(self, index: int | slice) -> "RGBDSample | RGBDFolder":
        if isinstance(index, slice):
            part = RGBDFolder(
                self.folder, self.names[index], self.classes, relative=self.relative
            )
            part.groups = self.groups[index]  # a run that is cut stays one place
            return part
        name = self.names[index]
        depths = next(
            (one for one in DEPTHS if (self.folder / one).is_dir()), DEPTHS[0]
        )
        depth_mm = read_single(self.folder / depths / f"{name}.png", np.uint16)
        label = None
        if self.classes:
            code = read_single(
                self.folder / f"label{self.classes}" / f"{name}.png", np.uint8
            )
            label = code.astype(np.int64) - 1
        return RGBDSample(
            rgb=read_rgb(self._photograph(name)),
            depth_m=in_metres(depth_mm, MM_PER_M),
            label=label,
            depth_is_metric=not self.relative,
            group=self.groups[index],
        )

    def _photograph(self, name: str) -> Path:
        paths = [self.folder / "rgb" / f"{name}{ending}" for ending in ENDINGS]
        return next((path for path in paths if path.is_file()), paths[0])


def is_rgbd_folder(folder: Path) -> bool:
    """Return whether a folder has the layout that is read here."""
    has_depth = any((folder / depths).is_dir() for depths in DEPTHS)
    return (folder / "rgb").is_dir() and has_depth


def load_rgbd_folder(folder: Path, classes: int = 13) -> RGBDFolder:
    """Return what a folder has to test on: those in test.txt, or all of them.

    Args:
        folder: Of the layout above.
        classes: 13 or 40; there are none where the folder has no such labels.

    Raises:
        InputError: There are no photographs, or test.txt names one that is not there.
    """
    has_labels = (folder / f"label{classes}").is_dir()
    if (folder / "test.txt").is_file():
        names = read_names(folder, "test")
    else:
        photographs = (folder / "rgb").iterdir()
        names = tuple(
            sorted(path.stem for path in photographs if path.suffix in ENDINGS)
        )
    if not names:
        raise InputError(f"{folder} has no photographs in rgb/")
    return RGBDFolder(folder, names, classes if has_labels else 0)


def load_nyuv2(
    split: Split,
    *,
    classes: int = 13,
    relative: bool = False,
    folder: str | Path | None = None,
) -> RGBDFolder:
    """Return a split of NYU Depth V2.

    Args:
        split: `test` is test.txt; `train` and `validation` are train.txt, whose every
            tenth run of numbers is for validation, so that no room is in both.
        classes: 13 (Couprie et al. 2013) or 40 (Gupta et al. 2013).
        relative: Whether depth is handed out as relative.
        folder: Another folder of the layout above than that of the data folder.

    Raises:
        InputError: The data is not there.
        ValueError: `classes` is neither 13 nor 40.
    """
    if classes not in CLASS_COUNTS:
        raise ValueError(f"classes is 13 or 40, got {classes}")
    path = nyuv2_folder() if folder is None else Path(folder)
    listed = read_names(path, "test" if split == "test" else "train")
    if all((path / f"{name}.txt").is_file() for name in ("train", "test")):
        refuse_mixed(read_names(path, "train"), read_names(path, "test"), str(path))
    names = listed if split == "test" else divide_runs(listed)[split]
    return RGBDFolder(path, names, classes, relative=relative)


def nyuv2_folder() -> Path:
    """Return where NYU Depth V2 lies.

    Raises:
        InputError: It is not there.
    """
    folder = data_folder() / "nyuv2"
    if not is_rgbd_folder(folder):
        raise InputError(
            f"NYU Depth V2 is not at {folder}; set FUSIONVIZ_DATA to the folder that "
            "holds nyuv2/"
        )
    return folder


def class_names(classes: int = 13) -> tuple[str, ...]:
    """Return the names of the classes of NYU Depth V2, void left out."""
    text = (nyuv2_folder() / "classes.json").read_text("utf-8")
    return tuple(json.loads(text)[f"names{classes}"][1:])


def read_names(folder: Path, split: str) -> tuple[str, ...]:
    """Return the names that train.txt or test.txt lists.

    Raises:
        InputError: There is no such list.
    """
    path = folder / f"{split}.txt"
    try:
        return tuple(path.read_text("utf-8").split())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def number_runs(names: Sequence[str]) -> tuple[str, ...]:
    """Return the group of each name: the first of its run of consecutive numbers.

    A name that is no number is a group of its own.
    """
    groups: list[str] = []
    for before, name in pairwise(("", *names)):
        follows = (
            before.isdecimal() and name.isdecimal() and int(name) == int(before) + 1
        )
        groups.append(groups[-1] if follows else name)
    return tuple(groups)


def divide_runs(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return names for `train` and `validation`; no run is in both."""
    groups = number_runs(names)
    held = set(tuple(dict.fromkeys(groups))[VALIDATION_EVERY // 2 :: VALIDATION_EVERY])
    by_name = tuple(zip(names, groups, strict=True))
    return {
        "train": tuple(name for name, group in by_name if group not in held),
        "validation": tuple(name for name, group in by_name if group in held),
    }
