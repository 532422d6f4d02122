"""Rooms written as files, and rooms from the cache."""

import json

import cv2
import numpy as np
import pytest

from fusionviz.data.rooms import CLASS_NAMES, RENDERER_VERSION, render_room
from fusionviz.data.sets import room_cache
from fusionviz.data.sets.rooms import ExportedRooms, export_rooms, load_rooms
from fusionviz.errors import InputError

SIZE = (32, 48)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_exported_rooms_come_back(tmp_path):
    export_rooms(tmp_path / "out", [3, 5], size=SIZE)
    rooms = ExportedRooms(tmp_path / "out")
    assert len(rooms) == 2
    for seed, room in zip([3, 5], rooms, strict=True):
        original = render_room(seed, SIZE)
        assert np.array_equal(room.rgb, original.rgb)
        assert np.array_equal(room.label, original.label)
        assert np.abs(room.depth_m - original.depth_m).max() < 0.00051
    assert len(rooms[:1]) == 1


def test_exported_depth_is_in_millimetres_and_the_index_says_so(tmp_path):
    export_rooms(tmp_path, range(4, 5), size=SIZE)
    depth = cv2.imread(str(tmp_path / "depth" / "000004.png"), cv2.IMREAD_UNCHANGED)
    assert depth.dtype == np.uint16
    room = render_room(4, SIZE)
    assert np.abs(depth / 1000.0 - room.depth_m).max() < 0.00051
    index = json.loads((tmp_path / "rooms.json").read_text())
    assert index["depth_unit_m"] == 0.001
    assert index["class_names"] == list(CLASS_NAMES)
    assert index["rooms"][0]["intrinsics"]["fx"] == room.intrinsics.fx


def test_a_folder_without_an_index_is_refused(tmp_path):
    with pytest.raises(InputError, match="no exported rooms"):
        ExportedRooms(tmp_path)


def test_cached_rooms_are_the_rooms_to_within_the_rounding():
    for seed, room in zip([1, 2], load_rooms([1, 2], SIZE), strict=True):
        original = render_room(seed, SIZE)
        assert np.array_equal(room.rgb, original.rgb)
        assert np.array_equal(room.label, original.label)
        assert room.label.dtype == np.int64
        assert np.abs(room.depth_m - original.depth_m).max() < 0.00051
        cosine = np.einsum("ijk,ijk->ij", room.normal, original.normal)
        assert cosine.min() > np.cos(np.radians(0.7))
        for name in ("shade", "edge", "texture"):
            got, wanted = getattr(room, name), getattr(original, name)
            assert got.dtype == np.float32
            assert np.abs(got - wanted).max() < 0.6 / 255
        assert room.intrinsics == original.intrinsics


def test_the_cache_is_filled_once(own_cache, monkeypatch):
    load_rooms(range(3), SIZE)
    folder = own_cache / f"rooms-v{RENDERER_VERSION}" / "32x48"
    assert sorted(file.name for file in folder.iterdir()) == [
        "000000.npz",
        "000001.npz",
        "000002.npz",
    ]
    rendered = []

    def count(seed, size):
        rendered.append(seed)
        return render_room(seed, size)

    monkeypatch.setattr(room_cache, "render_room", count)
    rooms = load_rooms(range(4), SIZE)
    assert [room.size for room in rooms] == [SIZE] * 4
    assert rendered == [3]
    (folder / "000001.npz").unlink()
    assert rooms[1].size == SIZE
    assert rendered == [3, 1]


def test_a_failed_render_leaves_nothing_behind(own_cache, monkeypatch):
    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(room_cache.np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        load_rooms([0], SIZE)
    assert not [file for file in own_cache.rglob("*") if file.is_file()]


def test_without_the_cache_rooms_are_rendered_and_nothing_is_written(own_cache):
    rooms = load_rooms(range(2), SIZE, cache=False)
    assert np.array_equal(rooms[1].depth_m, render_room(1, SIZE).depth_m)
    assert not own_cache.exists()


def test_a_slice_of_rooms_is_rooms():
    rooms = load_rooms(range(10, 14), SIZE, cache=False)[1:3]
    assert len(rooms) == 2
    assert np.array_equal(rooms[0].rgb, render_room(11, SIZE).rgb)
    with pytest.raises(IndexError):
        rooms[2]
