"""RGB and thermal pictures of streets and caves: MFNet and PST900.

    MFNet (Ha et al. 2017)        images/NAME.png (8 bits, red, green, blue, thermal)
                                  labels/NAME.png   train.txt  val.txt  test.txt
    PST900 (Shivakumar et al. 2020)
                                  train/ and test/, each with rgb/ thermal/ labels/

Models and pages read a second picture of one channel as depth. Here it is the thermal
camera's, taken as relative: bright is warm, 0 counts as measured. In both sets class 0
(`unlabelled`, `background`) is a class like the others, as the authors count it. PST900
has no pictures for validation: every tenth of its training pictures is taken.
"""

from functools import partial
from pathlib import Path

import cv2
import numpy as np

from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.photographs import (
    Photographs,
    read_lines,
    read_rgb,
    read_single,
    refuse_mixed,
)
from fusionviz.errors import InputError

MFNET_CLASSES = (
    *("unlabelled", "car", "person", "bike", "curve", "car stop", "guardrail"),
    *("colour cone", "bump"),
)
PST900_CLASSES = (
    *("background", "fire extinguisher", "backpack", "hand drill", "survivor"),
)
NOTE = "The thermal picture stands where depth does: bright is warm."
VALIDATION_EVERY = 10

_MFNET_LISTS = {"train": "train", "validation": "val", "test": "test"}


def load_mfnet(split: str, *, folder: str | Path) -> Photographs:
    """Return a split of MFNet.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        folder: Of the layout above.

    Raises:
        InputError: It is not laid out so.
    """
    path = Path(folder)
    lists = {
        name: read_lines(path / f"{theirs}.txt")
        for name, theirs in _MFNET_LISTS.items()
    }
    refuse_mixed(lists["train"], lists["test"], str(path))
    return Photographs(lists[split], partial(_read_mfnet, path))


def load_pst900(split: str, *, folder: str | Path) -> Photographs:
    """Return a split of PST900.

    Args:
        split: `"train"`, `"validation"` or `"test"`.
        folder: Of the layout above.

    Raises:
        InputError: It is not laid out so.
    """
    part = Path(folder) / ("test" if split == "test" else "train")
    names = sorted(path.name for path in (part / "rgb").glob("*.png"))
    if not names:
        raise InputError(f"{part / 'rgb'} has no pictures: is {folder} PST900?")
    if split != "test":
        held = names[VALIDATION_EVERY // 2 :: VALIDATION_EVERY]
        names = held if split == "validation" else sorted({*names} - {*held})
    return Photographs(names, partial(_read_pst900, part))


def _read_mfnet(folder: Path, name: str) -> RGBDSample:
    path = folder / "images" / f"{name}.png"
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise InputError(f"{path} is missing or no image")
    if image.ndim != 3 or image.shape[2] != 4 or image.dtype != np.uint8:
        raise InputError(f"{path} must have red, green, blue and thermal of 8 bits")
    label = read_single(folder / "labels" / f"{name}.png", np.uint8)
    return _sample(image[..., 2::-1], image[..., 3], label, len(MFNET_CLASSES))


def _read_pst900(folder: Path, name: str) -> RGBDSample:
    thermal = read_single(folder / "thermal" / name, np.uint8)
    label = read_single(folder / "labels" / name, np.uint8)
    rgb = read_rgb(folder / "rgb" / name)
    return _sample(rgb, thermal, label, len(PST900_CLASSES))


def _sample(
    rgb: np.ndarray, thermal: np.ndarray, label: np.ndarray, classes: int
) -> RGBDSample:
    codes = label.astype(np.int64)
    return RGBDSample(
        rgb=np.ascontiguousarray(rgb),
        depth_m=thermal.astype(np.float32),
        label=np.where(codes < classes, codes, -1),
        depth_is_metric=False,
        notes=(NOTE,),
    )
