"""Taskonomy (Zamir et al. 2018): a building's pictures in many domains.

    BUILDING_DOMAIN/point_X_view_Y_domain_DOMAIN.png
    or DOMAIN/taskonomy/BUILDING/point_X_view_Y_domain_DOMAIN.png (the later tool's)
    train.txt  validation.txt  test.txt    names of buildings, one a line

`rgb` and `depth_zbuffer` are read: depth along the optical axis, 16 bits of 1/512 m,
65535 where there is none. Edges, shading and normals, which translations take, are
worked out of the two as they are of all pairs, so that all sets have the same ones. The
authors' lists say which buildings are for training.
"""

import re
from functools import partial
from pathlib import Path

import numpy as np

from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.photographs import (
    Photographs,
    in_metres,
    read_lines,
    read_rgb,
    read_single,
    refuse_mixed,
)
from fusionviz.errors import InputError

PER_METRE = 512.0
UNMEASURED = 65535
RGB, DEPTH = "rgb", "depth_zbuffer"
_NAME = re.compile(r"(point_\d+_view_\d+)_domain_rgb\.png")


def load_taskonomy(split: str, *, folder: str | Path) -> Photographs:
    """Return a split of Taskonomy.

    Args:
        split: `"train"`, `"validation"` or `"test"`: the buildings of that list.
        folder: Of one of the layouts above.

    Returns:
        Photographs with depth in metres and without classes; groups are buildings.

    Raises:
        InputError: A list or a building is missing.
    """
    root = Path(folder)
    lists = {
        name: read_lines(root / f"{name}.txt")
        for name in ("train", "validation", "test")
    }
    refuse_mixed(lists["train"], lists["test"], str(root))
    views = [
        (building, found[1])
        for building in lists[split]
        for path in sorted(_place(root, building, RGB).glob("*_domain_rgb.png"))
        if (found := _NAME.fullmatch(path.name))
    ]
    if not views:
        raise InputError(
            f"{root} has no pictures of {lists[split][0]}: expected in "
            f"{lists[split][0]}_rgb/point_X_view_Y_domain_rgb.png"
        )
    return Photographs(views, partial(_read, root))


def _read(root: Path, view: tuple[str, str]) -> RGBDSample:
    building, name = view
    counts = read_single(
        _place(root, building, DEPTH) / f"{name}_domain_{DEPTH}.png", np.uint16
    )
    return RGBDSample(
        rgb=read_rgb(_place(root, building, RGB) / f"{name}_domain_rgb.png"),
        depth_m=in_metres(counts, PER_METRE, unmeasured=UNMEASURED),
        group=building,
    )


def _place(root: Path, building: str, domain: str) -> Path:
    later = root / domain / "taskonomy" / building
    return later if later.is_dir() else root / f"{building}_{domain}"
