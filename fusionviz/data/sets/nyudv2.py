"""NYU Depth V2 (Silberman et al. 2012): photographs of rooms, with depth and labels.

The layout that is read, under the folder of data sets (see `data_folder`):

    nyuv2_labeled/    rgb/NNNN.jpg  depth8/NNNN.png  label13/  label40/  classes.json
    nyuv2_unlabeled/  rgb/NNNN.jpg  depth8/NNNN.png

Depth comes as 8 bits relative to each image's own maximum. Numbers that follow each
other show the same room, so splits are made of whole runs of numbers: every third run
of the labelled images is held out for testing.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, overload

import cv2
import numpy as np
from numpy.typing import NDArray

from fusionviz.data.folders import data_folder
from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.rgbd_folder import number_runs
from fusionviz.data.sets.rooms import load_rooms
from fusionviz.data.sets.splits import FIRST_TRAINING_ROOM
from fusionviz.errors import InputError

Split = Literal["train", "validation", "test", "all"]


class NYUDv2(Sequence[RGBDSample]):
    """Images of a folder, decoded when they are asked for.

    Args:
        folder: Holds rgb/ and depth8/, and label13/ and label40/ where labelled.
        names: Numbers of the images, without ending.
        classes: 13 or 40 for labels of that many classes, 0 for none.
    """

    def __init__(self, folder: Path, names: Sequence[str], classes: int = 0) -> None:
        self.folder, self.names, self.classes = folder, tuple(names), classes
        alone = sorted(set(names))
        self._run = dict(zip(alone, number_runs(alone), strict=True))

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> RGBDSample: ...
    @overload
    def __getitem__(self, index: slice) -> "NYUDv2": ...

    def __getitem__(self, index: int | slice) -> "RGBDSample | NYUDv2":
        if isinstance(index, slice):
            return NYUDv2(self.folder, self.names[index], self.classes)
        name = self.names[index]
        depth = self._read(f"depth8/{name}.png", cv2.IMREAD_GRAYSCALE)
        label = None
        if self.classes:
            code = self._read(f"label{self.classes}/{name}.png", cv2.IMREAD_GRAYSCALE)
            label = code.astype(np.int64) - 1  # 0 is void
        return RGBDSample(
            rgb=self._read(f"rgb/{name}.jpg", cv2.IMREAD_COLOR)[..., ::-1].copy(),
            depth_m=np.where(depth > 0, depth / np.float32(255), np.float32(np.nan)),
            label=label,
            depth_is_metric=False,
            group=self._run[name],
            notes=("Depth is relative to the image's own maximum.",),
        )

    def _read(self, path: str, mode: int) -> NDArray[np.uint8]:
        image = cv2.imread(str(self.folder / path), mode)
        if image is None:
            raise InputError(f"{self.folder / path} is missing or no image")
        return image.astype(np.uint8, copy=False)


def load_nyudv2(
    split: Split,
    *,
    classes: int = 13,
    unlabelled: bool = False,
    repeat: int = 1,
    rooms: int = 0,
) -> Sequence[RGBDSample]:
    """Return a split of NYU Depth V2.

    Args:
        split: `test` is every third run of labelled images; `train` the others, with
            the last tenth of their runs left for `validation`; `all` is all of them.
        classes: 13 or 40.
        unlabelled: Whether `train` also holds the unlabelled images, after the others.
        repeat: How often `train` holds each labelled image, so that batches have a
            fair share of them beside the others.
        rooms: How many generated rooms `train` holds too, at the end. Their classes are
            the 13, and their depth is taken as relative like that of photographs.

    Raises:
        InputError: The data is not there.
        ValueError: `classes` is neither 13 nor 40, `repeat` is not positive, or there
            are rooms with other than 13 classes.
    """
    if classes not in (13, 40):
        raise ValueError(f"classes is 13 or 40, got {classes}")
    if repeat < 1:
        raise ValueError(f"repeat must be positive, got {repeat}")
    if rooms < 0 or (rooms and classes != 13):
        raise ValueError(
            "rooms is a count of images with 13 classes, got "
            f"{rooms} beside {classes} classes"
        )
    folder = data_folder() / "nyuv2_labeled"
    images = NYUDv2(folder, _names(folder), classes)
    wanted = images.names if split == "all" else split_runs(images.names)[split]
    if split != "train":
        return NYUDv2(folder, wanted, classes)
    samples: Sequence[RGBDSample] = NYUDv2(folder, wanted * repeat, classes)
    if unlabelled:
        other = data_folder() / "nyuv2_unlabeled"
        samples = _Chain(samples, NYUDv2(other, _names(other)))
    if rooms:
        seeds = range(FIRST_TRAINING_ROOM, FIRST_TRAINING_ROOM + rooms)
        samples = _Chain(samples, _RelativeDepth(load_rooms(seeds)))
    return samples


def class_names(classes: int = 13) -> tuple[str, ...]:
    """Return the names of the 13 or 40 classes, void left out."""
    text = (data_folder() / "nyuv2_labeled" / "classes.json").read_text("utf-8")
    return tuple(json.loads(text)[f"names{classes}"][1:])


def split_runs(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return names by split, so that no run of consecutive numbers is divided."""
    ordered = sorted(names, key=int)
    by_run: dict[str, list[str]] = {}
    for name, run in zip(ordered, number_runs(ordered), strict=True):
        by_run.setdefault(run, []).append(name)
    runs = list(by_run.values())
    test = runs[2::3]
    others = [run for index, run in enumerate(runs) if index % 3 != 2]
    held = max(1, len(others) // 10)
    parts = {"train": others[:-held], "validation": others[-held:], "test": test}
    return {split: tuple(sum(group, [])) for split, group in parts.items()}


class _Chain(Sequence[RGBDSample]):
    """Two sequences as one."""

    def __init__(
        self, first: Sequence[RGBDSample], second: Sequence[RGBDSample]
    ) -> None:
        self.first, self.second = first, second

    def __len__(self) -> int:
        return len(self.first) + len(self.second)

    def __getitem__(self, index):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN204
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        inside = index < len(self.first)
        return self.first[index] if inside else self.second[index - len(self.first)]


class _RelativeDepth(Sequence[RGBDSample]):
    """Samples whose depth is taken as relative, as that of photographs is here."""

    def __init__(self, samples: Sequence[RGBDSample]) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN204
        if isinstance(index, slice):
            return _RelativeDepth(self.samples[index])
        return replace(self.samples[index], depth_is_metric=False)


def _names(folder: Path) -> list[str]:
    names = sorted(path.stem for path in (folder / "rgb").glob("*.jpg"))
    if not names:
        raise InputError(
            f"NYU Depth V2 is not at {folder}; set FUSIONVIZ_DATA to the folder that "
            f"holds {folder.name}/"
        )
    return names
