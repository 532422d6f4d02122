"""What intervals draw together, of every set."""

import pytest

from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.sets.registry import SETS, load_set
from fusionviz.data.sets.units import units_of
from tests.helpers.files.mosi_folder import VIDEOS, make_mosi_folder
from tests.helpers.files.nyu_folder import make_nyu_folder


@pytest.fixture
def _folders(tmp_path, monkeypatch):
    make_mosi_folder(tmp_path)
    make_nyu_folder(tmp_path)
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))


def test_every_set_has_a_word_for_its_unit():
    # tests of training register a toy of their own in the same process
    shipped = {name: one for name, one in SETS.items() if name != "toy"}
    assert {name: one.unit for name, one in shipped.items()} == {
        "rooms": "room",
        "nyuv2": "run",
        "nyudv2": "run",
        "sentiment": "speaker",
        "mosi": "video",
        "opinions": "video",
        "mmsa": "video",
        "csd": "video",
        "nyu-mat": "room",
        "sun-rgbd": "place",
        "taskonomy": "building",
        "mfnet": "sample",
        "pst900": "sample",
        "mm-imdb": "sample",
        "movies": "sample",
    }


def test_rooms_stand_alone():
    rooms = load_set("rooms", "test", count=3, size=16)
    assert len(set(units_of(rooms))) == 3


def test_utterances_of_one_speaker_are_one_unit():
    samples = load_set("sentiment", "test", count=45)
    units = units_of(samples)
    speakers = {one.group for one in samples}
    assert set(units) == speakers
    assert all(unit == one.group for unit, one in zip(units, samples, strict=True))
    assert 1 < len(speakers) < 10


@pytest.mark.usefixtures("_folders")
def test_utterances_of_one_video_are_one_unit():
    whole = [load_set("mosi", split) for split in ("train", "validation", "test")]
    assert len({unit for part in whole for unit in units_of(part)}) == VIDEOS
    utterances = load_set("mosi", "test", level="utterance")
    assert len(set(units_of(utterances))) == len(load_set("mosi", "test"))
    assert len(utterances) > len(set(units_of(utterances)))


@pytest.mark.usefixtures("_folders")
def test_photographs_of_one_run_are_one_unit():
    samples = load_set("nyudv2", "test")
    numbers = [int(name) for name in samples.names]
    follow = sum(b == a + 1 for a, b in zip(numbers, numbers[1:], strict=False))
    assert len(set(units_of(samples))) == len(samples) - follow


def test_what_has_no_group_is_kept_apart_from_what_is_called_so():
    room = render_room(0, (16, 16))
    named = RGBDSample(rgb=room.rgb, depth_m=None, group="1")
    assert len(set(units_of([room, named, room, named]))) == 3
    assert len(set(units_of([[1.0], [2.0]]))) == 2
