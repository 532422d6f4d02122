"""Taskonomy (Zamir et al. 2018): a building's pictures in many domains.

    BUILDING_DOMAIN/point_X_view_Y_domain_DOMAIN.png
    or DOMAIN/taskonomy/BUILDING/point_X_view_Y_domain_DOMAIN.png (the later tool's)
    train.txt  validation.txt  test.txt    names of buildings, one a line

`rgb` and `depth_zbuffer` are read: depth along the optical axis, 16 bits of 1/512 m,
65535 where there is none. What else translations take is read where its domain lies
there, and is missing where it does not:

    normal          8 bits a channel: unit normals n as 255 (n + 1) / 2
    reshading       shading, grey in 8 bits: `shade`
    edge_occlusion  edges of surfaces, 16 bits: `edge`
    edge_texture    edges of the picture, 16 bits: `texture`

Normals are in the authors' axes. The authors' lists say which buildings are for
training.
"""

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.records import RGBDSample
from fusionviz.data.sets.photographs import (
    Photographs,
    in_metres,
    read_grey,
    read_lines,
    read_rgb,
    read_single,
    refuse_mixed,
)
from fusionviz.errors import InputError

PER_METRE = 512.0
UNMEASURED = 65535
RGB, DEPTH, NORMAL = "rgb", "depth_zbuffer", "normal"
GREY = {"shade": "reshading", "edge": "edge_occlusion", "texture": "edge_texture"}
"""By our name, the authors' domain of one channel."""
_NAME = re.compile(r"(point_\d+_view_\d+)_domain_rgb\.png")


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskonomySample(RGBDSample):
    """A view of a building, with what other domains say of it.

    Attributes:
        normal: Unit normals, float32 (height, width, 3); None where the domain is not
            there; so the others.
        shade: Light without albedo, float32 (height, width) in 0..1.
        edge: Occlusion edges, likewise.
        texture: Edges of the picture, likewise.
    """

    normal: NDArray[np.float32] | None = None
    shade: NDArray[np.float32] | None = None
    edge: NDArray[np.float32] | None = None
    texture: NDArray[np.float32] | None = None


def load_taskonomy(split: str, *, folder: str | Path) -> Photographs:
    """Return a split of Taskonomy.

    Args:
        split: `"train"`, `"validation"` or `"test"`: the buildings of that list.
        folder: Of one of the layouts above.

    Returns:
        `TaskonomySample`s with depth in metres and without classes; groups are
        buildings.

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
    counts = read_single(_file(root, building, name, DEPTH), np.uint16)
    grey = {
        field: read_grey(path) if path.is_file() else None
        for field, path in (
            (field, _file(root, building, name, domain))
            for field, domain in GREY.items()
        )
    }
    normals = _file(root, building, name, NORMAL)
    return TaskonomySample(
        rgb=read_rgb(_file(root, building, name, RGB)),
        depth_m=in_metres(counts, PER_METRE, unmeasured=UNMEASURED),
        group=building,
        normal=_read_normal(normals) if normals.is_file() else None,
        shade=grey["shade"],
        edge=grey["edge"],
        texture=grey["texture"],
    )


def _read_normal(path: Path) -> NDArray[np.float32]:
    """Return unit normals; what has no length looks along the optical axis."""
    normal = read_rgb(path).astype(np.float32) * (2 / 255) - 1
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.where(length > 0.1, normal / np.maximum(length, 0.1), [0, 0, 1]).astype(
        np.float32
    )


def _file(root: Path, building: str, name: str, domain: str) -> Path:
    return _place(root, building, domain) / f"{name}_domain_{domain}.png"


def _place(root: Path, building: str, domain: str) -> Path:
    later = root / domain / "taskonomy" / building
    return later if later.is_dir() else root / f"{building}_{domain}"
