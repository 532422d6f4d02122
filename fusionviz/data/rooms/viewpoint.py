"""Where the camera stands."""

import math

import numpy as np
from numpy.random import Generator

from fusionviz.data.rooms.casting import cast
from fusionviz.data.rooms.materials import (
    between,
    count,
)
from fusionviz.data.rooms.parts import Vector
from fusionviz.data.rooms.scene import Scene
from fusionviz.data.rooms.view import View, look_at


def choose_view(rng: Generator, scene: Scene, size: tuple[int, int]) -> View:
    """Return the best of a few random views: the one that shows the most things."""
    best, most = None, -math.inf
    small = 24
    for _ in range(16):
        position, target, angle, roll = _random_pose(rng, scene)
        if any(
            x0 - 0.2 < position[0] < x1 + 0.2
            and y0 - 0.2 < position[1] < y1 + 0.2
            and top > position[2] - 0.45
            for (x0, x1, y0, y1), top in scene.floor_taken
        ):
            continue
        view = look_at(position, target, angle, (small, small), roll)
        score = _interest(scene, view, small)
        if score > most:
            best, most = (position, target, angle, roll), score
    if best is None:
        best = _random_pose(rng, scene)
    position, target, angle, roll = best
    return look_at(position, target, angle, size, roll)


def _random_pose(rng: Generator, scene: Scene) -> tuple[Vector, Vector, float, float]:
    """Return position, target, field of view and roll of a hand-held camera."""
    wide, deep, _ = (float(side) for side in scene.room.extent)
    side = count(rng, 0, 3)
    edge, along = between(rng, 0.15, 0.9), rng.random()
    near = (edge, wide - edge)[side % 2], 0.3 + (deep - 0.6) * along
    if side > 1:
        near = 0.3 + (wide - 0.6) * along, (edge, deep - edge)[side % 2]
    position = (near[0], near[1], between(rng, 1.2, 1.75))
    target = (
        wide * between(rng, 0.25, 0.75) * 0.6 + 0.4 * (wide - near[0]),
        deep * between(rng, 0.25, 0.75) * 0.6 + 0.4 * (deep - near[1]),
        between(rng, 0.3, 1.0),
    )
    angle, roll = math.radians(between(rng, 58, 80)), between(rng, -0.03, 0.03)
    return position, target, angle, roll


def _interest(scene: Scene, view: View, small: int) -> float:
    """Return how much a view shows: classes and parts, and nothing too near."""
    depth, seen_part = cast(scene.room, view, small, small)
    share = (
        np.bincount(scene.room.parts["label"][seen_part].ravel(), minlength=13)
        / seen_part.size
    )
    seen = np.sqrt(np.minimum(share, 0.1)).sum() + 0.004 * np.unique(seen_part).size
    rare = np.sqrt(np.minimum(share[[1, 7, 10, 6, 12]], 0.06)).sum()
    near = np.mean(depth < 0.9)
    flat = max(0.0, share[11] + share[4] + share[2] - 0.5)
    large = np.bincount(seen_part.ravel())[6:].max(initial=0) / seen_part.size
    crowd = max(0.0, float(large) - 0.15)
    return float(seen + rare - 6.0 * near - 2.0 * flat - 2.0 * crowd)
