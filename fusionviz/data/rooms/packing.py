"""A room as the arrays that compiled code reads."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.parts import Material, Part, Vector
from fusionviz.data.rooms.shapes import Shape

Record = Any
"""One row of an array of `PART`, `GROUP` or `LAMP`, as compiled code sees it."""


RUN = 8
"""Most parts in a group."""


PART = np.dtype(
    [
        ("shape", np.int64),
        ("label", np.int64),
        ("piece", np.int64),
        ("pattern", np.int64),
        ("seed", np.int64),
        ("shades", np.bool_),
        ("centre", np.float64, 3),
        ("axes", np.float64, (3, 3)),
        ("half", np.float64, 3),
        ("rounding", np.float64),
        ("colours", np.float64, (3, 3)),
        ("scale", np.float64),
        ("gloss", np.float64),
        ("glow", np.float64),
    ],
    align=True,
)
"""A part in world axes.

The columns of `axes` are the part's own axes; `piece` counts the pieces that parts
belong to, -1 for the room's faces.
"""


GROUP = np.dtype(
    [
        ("start", np.int64),
        ("stop", np.int64),
        ("shades", np.bool_),
        ("low", np.float64, 3),
        ("high", np.float64, 3),
    ],
    align=True,
)
"""A run of parts, `start` up to `stop`, and the box around them in world axes."""


class Room(NamedTuple):
    """A scene as the tracer reads it.

    `extent` is width (x), depth (y) and height (z). The first six of `parts` are the
    room's faces: x = 0, x = width, y = 0, y = depth, floor, ceiling; `groups` hold the
    others.
    """

    extent: NDArray[np.float64]
    parts: NDArray[np.void]
    groups: NDArray[np.void]


def pack(
    extent: Vector, faces: Sequence[Material], groups: Sequence[Sequence[Part]]
) -> Room:
    """Return the arrays of a room.

    Args:
        extent: Width (x), depth (y) and height (z) of the room in metres.
        faces: Six materials: four walls, floor, ceiling, as in `Room`.
        groups: Parts in world axes, neighbours in a list near each other in space.
    """
    runs = [
        group[first : first + RUN]
        for group in groups
        for first in range(0, len(group), RUN)
    ]
    solids = [_face(extent, axis, faces[axis]) for axis in range(6)]
    solids += [part for run in runs for part in run]
    parts = _part_array(solids)
    parts["piece"][:6] = -1
    parts["piece"][6:] = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    reach = parts["half"].copy()
    is_round = parts["shape"] == Shape.FRUSTUM
    reach[is_round, :2] = reach[is_round, :2].max(axis=1, keepdims=True)
    spread = np.einsum("pij,pj->pi", np.abs(parts["axes"]), reach)
    low, high = parts["centre"] - spread, parts["centre"] + spread
    boxes = np.zeros(len(runs), GROUP)
    boxes["stop"] = 6 + np.cumsum([len(run) for run in runs], dtype=np.int64)
    boxes["start"] = np.concatenate([[6], boxes["stop"][:-1]])[: len(runs)]
    for group in boxes:
        members = slice(group["start"], group["stop"])
        group["low"], group["high"] = low[members].min(0), high[members].max(0)
        group["shades"] = parts["shades"][members].any()
    return Room(np.array(extent, dtype=np.float64), parts, boxes)


def _part_array(solids: Sequence[Part]) -> NDArray[np.void]:
    """Return parts as an array of `PART`."""
    parts = np.zeros(len(solids), PART)
    materials = [part.material for part in solids]
    for name in ("shape", "label", "shades", "centre", "half", "rounding"):
        parts[name] = [getattr(part, name) for part in solids]
    for name in ("pattern", "seed", "colours", "scale", "gloss", "glow"):
        parts[name] = [getattr(material, name) for material in materials]
    parts["axes"] = _rotations(np.array([part.turn for part in solids], np.float64))
    return parts


def _face(extent: Vector, face: int, material: Material) -> Part:
    """Return one side of the room, of no thickness, as a part."""
    label = Label.WALL if face < 4 else Label.FLOOR if face == 4 else Label.CEILING
    centre = [side / 2 for side in extent]
    half = [side / 2 for side in extent]
    centre[face // 2] = extent[face // 2] * (face % 2)
    half[face // 2] = 0.0
    x, y, z = centre
    return Part(Shape.FACE, (x, y, z), (half[0], half[1], half[2]), material, label)


def _rotations(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return matrices (part, 3, 3) from a part's own axes to the world's."""
    (cz, cx, cy), (sz, sx, sy) = np.cos(turns).T, np.sin(turns).T
    rows = [
        [cz * cy - sz * sx * sy, -sz * cx, cz * sy + sz * sx * cy],
        [sz * cy + cz * sx * sy, cz * cx, sz * sy - cz * sx * cy],
        [-cx * sy, sx, cx * cy],
    ]
    return np.array(rows).transpose(2, 0, 1)
