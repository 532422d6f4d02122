"""Which pairs a folder, a list, a set or a number of rooms are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from fusionviz.data.rooms import render_room
from fusionviz.data.sets.rooms import export_rooms
from fusionviz.errors import InputError
from fusionviz.explain.batch.sources import PairChoice, list_pairs


def write_png(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


@pytest.fixture
def halves():
    room = render_room(3, (24, 32))
    depth = np.rint(room.depth_m * 1000).astype(np.uint16)
    return room.rgb[..., ::-1], depth


def test_two_folders_are_paired_by_name(tmp_path, halves):
    rgb, depth = halves
    for name in ("b", "a"):
        write_png(tmp_path / "rgb" / f"{name}.png", rgb)
    for name in ("b", "c"):
        write_png(tmp_path / "depth" / f"{name}.png", depth)
    (tmp_path / "rgb" / ".hidden").write_bytes(b"")
    pairs = PairChoice(path=str(tmp_path), depth_unit="mm").open()
    assert list(pairs.names) == ["a", "b", "c"]
    assert [pairs.read(index)[0].modalities for index in range(3)] == [
        ("rgb",),
        ("rgb", "depth"),
        ("depth",),
    ]
    sample, named = pairs.read(1)
    np.testing.assert_array_equal(sample.rgb, rgb[..., ::-1])
    np.testing.assert_allclose(sample.depth_m, depth / 1000, rtol=1e-6)
    assert named["depth_unit"] == "mm"
    assert len(named["rgb_sha256"]) == 64


def test_one_folder_is_paired_by_endings(tmp_path, halves):
    rgb, depth = halves
    write_png(tmp_path / "x_rgb.png", rgb)
    write_png(tmp_path / "x_depth.png", depth)
    write_png(tmp_path / "y_color.png", rgb)
    (tmp_path / "notes.txt").write_text("no pair")
    assert list_pairs(tmp_path) == {
        "x": (tmp_path / "x_rgb.png", tmp_path / "x_depth.png"),
        "y": (tmp_path / "y_color.png", None),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.png,b.png\nc.png,\n\n", {"a": ("a.png", "b.png"), "c": ("c.png", None)}),
        ("Depth,RGB\nb.png,a.png\n", {"a": ("a.png", "b.png")}),
        ("name,rgb\nkitchen,a.png\n", {"kitchen": ("a.png", None)}),
        ("\ufeffrgb,depth\n,d.png\n", {"d": (None, "d.png")}),
        ("x/a.png,\ny/a.png,\n", {"a": ("x/a.png", None), "a (2)": ("y/a.png", None)}),
    ],
)
def test_a_list_names_pairs(tmp_path, text, expected):
    path = tmp_path / "pairs.csv"
    path.write_text(text, encoding="utf-8")
    found = {
        name: tuple(None if p is None else str(p.relative_to(tmp_path)) for p in pair)
        for name, pair in list_pairs(path).items()
    }
    assert {k: tuple(map(_slashes, v)) for k, v in found.items()} == expected


def _slashes(path):
    return None if path is None else Path(path).as_posix()


def test_what_is_laid_out_as_a_set_has_its_labels(tmp_path):
    export_rooms(tmp_path, range(2), size=(24, 32))
    pairs = PairChoice(path=str(tmp_path)).open()
    assert list(pairs.names) == ["000000", "000001"]
    sample, named = pairs.read(1)
    np.testing.assert_array_equal(sample.label, render_room(1, (24, 32)).label)
    assert named["index"] == 1
    unlabelled = PairChoice(path=str(tmp_path), depth_unit="mm").open()
    assert unlabelled.read(1)[0].label is None


def test_rooms_by_seed_and_by_set():
    pairs = PairChoice(rooms=3, first_room=40).open()
    assert list(pairs.names) == ["room 40", "room 41", "room 42"]
    sample, named = pairs.read(2)
    assert named == {"room": 42}
    np.testing.assert_array_equal(sample.rgb, render_room(42).rgb)
    options = {"count": 2, "size": 24}
    of_set = PairChoice(data="rooms", split="validation", options=options).open()
    sample, named = of_set.read(1)
    assert len(of_set.names) == 2
    assert named == {"set": "rooms", "split": "validation", **options, "index": 1}
    assert sample.size == (24, 24)


def test_names_make_the_fingerprint():
    one, other = PairChoice(rooms=3).open(), PairChoice(rooms=4).open()
    assert one.fingerprint == PairChoice(rooms=3).open().fingerprint
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({}, "name a folder"),
        ({"path": "x", "rooms": 3}, "name a folder"),
        ({"path": "nowhere"}, "nowhere"),
        ({"data": "nothing"}, "no data set"),
    ],
)
def test_one_sentence_where_there_are_none(choice, said):
    with pytest.raises(InputError, match=said):
        PairChoice(**choice).open()


def test_an_empty_folder_says_what_is_expected(tmp_path):
    with pytest.raises(InputError, match=r"rgb/NAME"):
        PairChoice(path=str(tmp_path)).open()
    (tmp_path / "empty.csv").write_text("\n")
    with pytest.raises(InputError, match="RGB,DEPTH"):
        list_pairs(tmp_path / "empty.csv")


def test_samples_of_other_kinds_are_refused_one_by_one():
    pairs = PairChoice(data="sentiment", options={"count": 2}).open()
    with pytest.raises(InputError, match="pairs of RGB and depth"):
        pairs.read(0)
