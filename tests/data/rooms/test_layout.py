"""That rooms are furnished as people would: nothing inside another thing or a wall."""

import numpy as np
import pytest

from fusionviz.data.rooms.classes import CLASS_NAMES
from fusionviz.data.rooms.scene import build_scene
from fusionviz.data.rooms.shapes import Shape

SEEDS = range(24)
GRID = np.stack(np.meshgrid(*[np.linspace(-0.9, 0.9, 5)] * 3), -1).reshape(-1, 3)
TOLERANCE_M = 0.015


@pytest.fixture(scope="module")
def scenes():
    return [build_scene(np.random.default_rng(seed)) for seed in SEEDS]


def corners(part):
    """Return the corners of a part's bounding box in world axes, (8, 3)."""
    half = np.array(part["half"])
    if part["shape"] == Shape.FRUSTUM:
        half[:2] = half[:2].max()
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1)
    return (part["axes"] @ (signs * half[:, None])).T + part["centre"]


def inside_box(part, points):
    """Return whether points are inside a part of box shape, by the tolerance."""
    local = (points - part["centre"]) @ part["axes"]
    return (np.abs(local) < part["half"] - TOLERANCE_M).all(1)


def test_no_box_reaches_into_a_box_of_another_piece(scenes):
    for seed, scene in zip(SEEDS, scenes, strict=True):
        parts = scene.room.parts[6:]
        boxes = parts[parts["shape"] == Shape.BOX]
        spans = [corners(part) for part in boxes]
        low = np.array([span.min(0) for span in spans])
        high = np.array([span.max(0) for span in spans])
        for i, part in enumerate(boxes):
            near = (low < high[i]).all(1) & (high > low[i]).all(1)
            near &= boxes["piece"] != part["piece"]
            points = (GRID * part["half"]) @ part["axes"].T + part["centre"]
            for other in boxes[near]:
                names = CLASS_NAMES[part["label"]], CLASS_NAMES[other["label"]]
                assert not inside_box(other, points).any(), (seed, names)


def test_everything_is_inside_the_room(scenes):
    for scene in scenes:
        groups, extent = scene.room.groups, scene.room.extent
        assert groups["low"].min() > -0.08
        assert (groups["high"].max(0) < extent + 0.08).all()


def test_furniture_stands_on_the_floor(scenes):
    standing = [CLASS_NAMES.index(name) for name in ("bed", "chair", "sofa", "table")]
    for scene in scenes:
        parts = scene.room.parts
        for piece in np.unique(parts["piece"][6:]):
            own = parts[parts["piece"] == piece]
            if np.isin(own["label"], standing).any():
                lowest = min(corners(part)[:, 2].min() for part in own)
                assert lowest == pytest.approx(0.0, abs=0.02)


def test_furniture_is_made_of_several_parts(scenes):
    expected = {"bed": 8, "chair": 7, "sofa": 8, "table": 3, "furniture": 5}
    for scene in scenes:
        parts = scene.room.parts
        for name, least in expected.items():
            own = parts[parts["label"] == CLASS_NAMES.index(name)]
            for piece in np.unique(own["piece"]):
                assert (own["piece"] == piece).sum() >= least, name


def test_groups_hold_each_part_once_and_bound_it(scenes):
    for scene in scenes[:6]:
        held = []
        for group in scene.room.groups:
            for index in range(group["start"], group["stop"]):
                held.append(index)
                span = corners(scene.room.parts[index])
                assert (span.min(0) > group["low"] - 1e-9).all()
                assert (span.max(0) < group["high"] + 1e-9).all()
        assert held == list(range(6, len(scene.room.parts)))


def test_rooms_have_a_door_windows_and_lights(scenes):
    for scene in scenes:
        labels = set(scene.room.parts["label"][6:].tolist())
        assert CLASS_NAMES.index("window") in labels
        assert CLASS_NAMES.index("wall") in labels
        assert 1 <= len(scene.lights.lamps) <= 4
