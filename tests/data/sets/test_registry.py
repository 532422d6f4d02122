"""Data sets by name, and their splits."""

import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.rooms import CLASS_NAMES, render_room
from fusionviz.data.sets import registry as sets
from fusionviz.data.sets import splits
from fusionviz.data.sets.registry import class_names, load_folder, load_set
from fusionviz.data.sets.rooms import export_rooms
from fusionviz.errors import InputError

NYU = data_folder() / "nyuv2_labeled"
needs_nyu = pytest.mark.skipif(not NYU.is_dir(), reason=f"no NYU Depth V2 at {NYU}")


@pytest.mark.parametrize(
    ("split", "first"), [("train", 10_000), ("validation", 5000), ("test", 0)]
)
def test_rooms_are_those_of_their_seeds(split, first):
    rooms = load_set("rooms", split, count=3, size=32)
    assert len(rooms) == 3
    for index in (0, 2):
        expected = render_room(first + index, (32, 32))
        assert np.array_equal(rooms[index].rgb, expected.rgb)
        assert np.array_equal(rooms[index].label, expected.label)


def test_splits_of_rooms_share_no_seed():
    ranges = [*splits.ROOM_SEEDS.values(), range(splits.FIRST_TRAINING_ROOM, 20_000)]
    seeds = [seed for part in ranges for seed in part]
    assert len(seeds) == len(set(seeds)) == 20_000
    with pytest.raises(InputError, match="test has 5000 rooms, got count 5001"):
        load_set("rooms", "test", count=5001)


def test_a_part_of_rooms_is_rooms():
    rooms = load_set("rooms", "test", count=5, size=32)[1:3]
    assert len(rooms) == 2
    assert np.array_equal(rooms[0].rgb, render_room(1, (32, 32)).rgb)


def test_class_names():
    assert class_names("rooms", count=3) == tuple(CLASS_NAMES)
    assert len(CLASS_NAMES) == 13


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match="no data set 'room'; there are: rooms"):
        load_set("room", "test")
    with pytest.raises(InputError, match="one of train, validation, test, got 'dev'"):
        load_set("rooms", "dev")
    with pytest.raises(InputError, match="cannot be loaded with .*'cuont'"):
        load_set("rooms", "test", cuont=3)
    with pytest.raises(InputError, match="count must be positive, got 0"):
        load_set("rooms", "test", count=0)
    with pytest.raises(InputError, match="nor a folder"):
        load_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds neither"):
        load_folder(tmp_path)


def test_an_exported_folder_is_read_back(tmp_path):
    export_rooms(tmp_path, range(2), size=(32, 32))
    rooms = load_folder(tmp_path)
    assert len(rooms) == 2
    assert np.array_equal(rooms[1].rgb, render_room(1, (32, 32)).rgb)
    np.testing.assert_allclose(
        rooms[1].depth_m, render_room(1, (32, 32)).depth_m, atol=6e-4
    )


def test_generated_utterances_by_name():
    samples = load_set("sentiment", "test", count=2)
    assert [one.id for one in samples] == ["utterance 0", "utterance 1"]
    clear = load_set("sentiment", "test", count=1, misalignment={"noise": 0.0})
    assert clear[0].words == samples[0].words
    assert not np.array_equal(
        clear[0].modalities["text"], samples[1].modalities["text"]
    )
    assert not np.array_equal(
        clear[0].modalities["audio"], samples[0].modalities["audio"]
    )
    assert class_names("sentiment", count=2) == ("negative", "non-negative")
    with pytest.raises(InputError, match="cannot be loaded with .*'loudness'"):
        load_set("sentiment", "test", count=1, misalignment={"loudness": 1})


@needs_nyu
def test_nyu_depth_by_name_and_by_folder():
    parts = [load_set("nyudv2", split) for split in sets.SPLITS]
    assert sum(map(len, parts)) == len(load_folder(NYU)) == 499
    assert load_folder(NYU)[0].label is not None
    assert len(class_names("nyudv2", classes=40, unlabelled=True)) == 40
