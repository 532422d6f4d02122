"""Rooms as samples: what they hold, that they repeat, and that they agree with it."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fusionviz.data.rooms import (
    CLASS_NAMES,
    GALLERY_SEEDS,
    RoomSample,
    render_room,
)

ARRAYS = ("rgb", "depth_m", "label", "normal", "shade", "edge", "texture")


def digest(seed, size):
    room = render_room(seed, size)
    data = b"".join(getattr(room, name).tobytes() for name in ARRAYS)
    return hashlib.sha256(data + repr(room.intrinsics).encode()).hexdigest()


@pytest.fixture(scope="module")
def rooms():
    return [render_room(seed, (64, 64)) for seed in range(48)]


def points_of(room):
    """Return the point of each pixel in camera axes, (height, width, 3)."""
    row, column = np.indices(room.depth_m.shape)
    camera = room.intrinsics
    x = (column - camera.cx) / camera.fx
    y = (row - camera.cy) / camera.fy
    depth = room.depth_m.astype(np.float64)
    return np.stack([x * depth, y * depth, depth], axis=-1)


def test_the_same_seed_gives_the_same_bytes_in_other_threads():
    seeds = [3, 4, 5, 6] * 2
    alone = [digest(seed, (32, 48)) for seed in seeds]
    with ThreadPoolExecutor(max_workers=4) as pool:
        together = list(pool.map(lambda seed: digest(seed, (32, 48)), seeds))
    assert together == alone
    assert len(set(alone)) == 4


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    script = (
        "import hashlib; from fusionviz.data.rooms import render_room\n"
        "room = render_room(7, (24, 32))\n"
        "print(hashlib.sha256(room.rgb.tobytes() + room.depth_m.tobytes()).hexdigest())"
    )
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    room = render_room(7, (24, 32))
    here = hashlib.sha256(room.rgb.tobytes() + room.depth_m.tobytes()).hexdigest()
    assert done.stdout.strip() == here


def test_classes_are_nyu_s_thirteen_in_their_order():
    assert CLASS_NAMES == (
        "bed",
        "books",
        "ceiling",
        "chair",
        "floor",
        "furniture",
        "objects",
        "picture",
        "sofa",
        "table",
        "tv",
        "wall",
        "window",
    )


@pytest.mark.parametrize("size", [(64, 64), (48, 80), (80, 48)])
def test_what_a_room_holds(size):
    room = render_room(11, size)
    assert isinstance(room, RoomSample)
    assert room.size == size
    assert room.rgb.dtype == np.uint8
    assert room.rgb.shape == (*size, 3)
    assert room.label.dtype == np.int64
    assert room.normal.shape == (*size, 3)
    for name in ("depth_m", "normal", "shade", "edge", "texture"):
        assert getattr(room, name).dtype == np.float32
        assert np.isfinite(getattr(room, name)).all()
    assert room.depth_is_metric


def test_ranges(rooms):
    for room in rooms:
        assert room.depth_m.min() > 0.05
        assert room.depth_m.max() < 8.0
        assert room.label.min() >= 0
        assert room.label.max() < len(CLASS_NAMES)
        for values in (room.shade, room.edge, room.texture):
            assert values.min() >= 0.0
            assert values.max() <= 1.0
        assert room.shade.std() > 0.02
        assert 40 < room.rgb.mean() < 215


def test_normals_are_unit_vectors_that_face_the_camera(rooms):
    for room in rooms:
        length = np.linalg.norm(room.normal, axis=-1)
        assert np.abs(length - 1.0).max() < 1e-5
        towards = np.einsum("ijk,ijk->ij", points_of(room), room.normal)
        assert np.mean(towards < 1e-6) > 0.999


def test_normals_agree_with_the_slope_of_depth_on_flat_regions(rooms):
    for room in rooms[:12]:
        points = points_of(room)
        across = points[1:-1, 2:] - points[1:-1, :-2]
        down = points[2:, 1:-1] - points[:-2, 1:-1]
        slope = np.cross(down, across)
        slope /= np.linalg.norm(slope, axis=-1, keepdims=True)
        normal = room.normal[1:-1, 1:-1]
        same = np.ones(normal.shape[:2], bool)
        for rows, columns in (
            (slice(2, None), slice(1, -1)),
            (slice(-2), slice(1, -1)),
        ):
            same &= np.abs(room.normal[rows, columns] - normal).max(-1) < 1e-6
        for rows, columns in (
            (slice(1, -1), slice(2, None)),
            (slice(1, -1), slice(-2)),
        ):
            same &= np.abs(room.normal[rows, columns] - normal).max(-1) < 1e-6
        inverse = 1.0 / room.depth_m.astype(np.float64)
        bend = np.abs(np.diff(inverse, 2, axis=0)[:, 1:-1])
        bend += np.abs(np.diff(inverse, 2, axis=1)[1:-1])
        flat = same & (bend < 1e-5)
        assert flat.mean() > 0.3
        cosine = np.einsum("ijk,ijk->ij", slope, normal)[flat]
        assert cosine.min() > np.cos(np.radians(1.0))


def test_every_class_is_there_and_none_vanishes(rooms):
    labels = np.stack([room.label for room in rooms])
    share = np.bincount(labels.ravel(), minlength=13) / labels.size
    seen_in = [(labels == index).any(axis=(1, 2)).mean() for index in range(13)]
    assert share.min() > 0.008, dict(zip(CLASS_NAMES, share, strict=True))
    assert min(seen_in) > 0.15, dict(zip(CLASS_NAMES, seen_in, strict=True))


def test_floor_is_below_and_ceiling_above(rooms):
    for room in rooms:
        for name, sign in (("floor", -1.0), ("ceiling", 1.0)):
            normal = room.normal[room.label == CLASS_NAMES.index(name)]
            if len(normal):
                assert (sign * normal[:, 1]).mean() > 0.5


def test_a_larger_picture_shows_the_same_view():
    small, large = render_room(2, (40, 40)), render_room(2, (120, 120))
    assert large.intrinsics.fx == pytest.approx(3 * small.intrinsics.fx)
    assert np.array_equal(large.label[1::3, 1::3], small.label)
    assert np.abs(large.depth_m[1::3, 1::3] - small.depth_m).max() < 1e-5


def test_gallery_has_six_rooms_below_the_training_seeds():
    assert len(set(GALLERY_SEEDS)) == 6
    assert max(GALLERY_SEEDS) < 10_000


def test_refuses_a_negative_seed_and_a_tiny_picture():
    with pytest.raises(ValueError, match="-1"):
        render_room(-1)
    with pytest.raises(ValueError, match="8"):
        render_room(0, (8, 64))
