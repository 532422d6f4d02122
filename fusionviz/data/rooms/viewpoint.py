"""Where the camera stands."""

import math

import numpy as np
from numpy.random import Generator

from fusionviz.data.rooms.casting import FACES, cast
from fusionviz.data.rooms.classes import Label
from fusionviz.data.rooms.materials import (
    between,
    count,
)
from fusionviz.data.rooms.parts import Vector
from fusionviz.data.rooms.scene import Scene
from fusionviz.data.rooms.view import View, look_at

VIEWS = 16
SMALL = 24
LARGE = [Label.WALL, Label.FLOOR, Label.CEILING]
RARE = [
    Label.BOOKS,
    Label.CHAIR,
    Label.FURNITURE,
    Label.OBJECTS,
    Label.PICTURE,
    Label.SOFA,
    Label.TV,
]


def choose_view(rng: Generator, scene: Scene, size: tuple[int, int]) -> View:
    """Return the best of a few random views: the one that shows the most things."""
    best, most = None, -math.inf
    for _ in range(VIEWS):
        position, target, angle, roll = _random_pose(rng, scene)
        if _is_occupied(scene, position):
            continue
        view = look_at(position, target, angle, (SMALL, SMALL), roll)
        score = _interest(scene, view)
        if score > most:
            best, most = (position, target, angle, roll), score
    if best is None:
        best = _random_pose(rng, scene)
    position, target, angle, roll = best
    return look_at(position, target, angle, size, roll)


def _is_occupied(scene: Scene, position: Vector) -> bool:
    """Return whether a camera would stand in a piece of furniture, or just above."""
    x, y, z = position
    return any(
        x0 - 0.2 < x < x1 + 0.2 and y0 - 0.2 < y < y1 + 0.2 and high > z - 0.45
        for (x0, x1, y0, y1), high in scene.floor_taken
    )


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


def _interest(scene: Scene, view: View) -> float:
    """Return how much a view shows: classes and parts, and nothing too near."""
    depth, seen = cast(scene.room, view, SMALL, SMALL)
    label = scene.room.parts["label"][seen]
    share = np.bincount(label.ravel(), minlength=len(Label)) / label.size
    classes = np.sqrt(np.minimum(share, 0.1)).sum()
    rare = np.sqrt(np.minimum(share[RARE], 0.06)).sum()
    parts = 0.004 * np.unique(seen).size
    near = 6.0 * np.mean(depth < 0.9)
    bare = 2.0 * max(0.0, share[LARGE].sum() - 0.5)
    largest = np.bincount(seen.ravel())[FACES:].max(initial=0) / seen.size
    return float(classes + rare + parts - near - bare - 2.0 * max(0.0, largest - 0.15))
