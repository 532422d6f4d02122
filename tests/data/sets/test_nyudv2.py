"""NYU Depth V2 in a folder made here, and the real one where it is."""

import json

import cv2
import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.rooms import CLASS_NAMES, render_room
from fusionviz.data.sets.nyudv2 import class_names, load_nyudv2, split_runs
from fusionviz.data.sets.registry import load_folder
from fusionviz.data.sets.units import units_of
from fusionviz.errors import InputError

RUNS = ["0001", "0002", "0005", "0009", "0010", "0011", "0020", "0030", "0031"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for part, names in (("labeled", RUNS), ("unlabeled", ["0003", "0004"])):
        base = tmp_path / f"nyuv2_{part}"
        for kind in ("rgb", "depth8", "label13", "label40"):
            (base / kind).mkdir(parents=True)
        for name in names:
            rgb = np.full((6, 8, 3), (10, 90, 200), np.uint8)
            depth = np.full((6, 8), 51, np.uint8)
            depth[0, 0] = 0
            cv2.imwrite(str(base / f"rgb/{name}.jpg"), rgb)
            cv2.imwrite(str(base / f"depth8/{name}.png"), depth)
            for classes in (13, 40):
                label = rng.integers(0, classes + 1, (6, 8), dtype=np.uint8)
                label[0, :2] = (0, classes)
                cv2.imwrite(str(base / f"label{classes}/{name}.png"), label)
    names = {
        f"names{n}": ["void", *(f"c{k}" for k in range(1, n + 1))] for n in (13, 40)
    }
    (tmp_path / "nyuv2_labeled/classes.json").write_text(json.dumps(names))
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("classes", [13, 40])
def test_an_image_is_read_as_its_folder_says(folder, classes):
    sample = load_nyudv2("all", classes=classes)[0]
    red, green, blue = sample.rgb.mean((0, 1))
    assert red > green > blue  # the file is BGR to OpenCV
    assert np.isnan(sample.depth_m[0, 0])
    assert sample.depth_m[1, 1] == pytest.approx(0.2)
    assert not sample.depth_is_metric
    assert sample.label[0, :2].tolist() == [-1, classes - 1]
    assert len(class_names(classes)) == classes


def test_splits_cover_everything_once_and_divide_no_run(folder):
    splits = split_runs(RUNS)
    together = sorted(sum(splits.values(), ()))
    assert together == RUNS
    runs = [{"0001", "0002"}, {"0009", "0010", "0011"}, {"0030", "0031"}]
    for names in splits.values():
        assert all(run <= set(names) or not run & set(names) for run in runs)
    sizes = {split: len(load_nyudv2(split)) for split in splits}
    assert sizes == {split: len(names) for split, names in splits.items()}
    assert all(sizes.values())


def test_photographs_of_one_run_are_one_unit(folder):
    test = load_nyudv2("test")
    assert units_of(test) == ["0009"] * 3
    assert len(set(units_of(load_nyudv2("all")))) == 5
    assert units_of(load_nyudv2("all")[1:3]) == ["0002", "0005"]
    assert units_of(load_folder(folder / "nyuv2_labeled")) == units_of(
        load_nyudv2("all")
    )


def test_unlabelled_images_follow_the_labelled_ones_in_training(folder):
    alone, both = load_nyudv2("train"), load_nyudv2("train", unlabelled=True)
    assert len(both) == len(alone) + 2
    assert both[len(alone)].label is None
    assert [sample.label is None for sample in both[-3:]] == [False, True, True]


def test_labelled_images_are_repeated_in_training_alone(folder):
    once = load_nyudv2("train")
    often = load_nyudv2("train", repeat=3, unlabelled=True)
    assert len(often) == 3 * len(once) + 2
    np.testing.assert_array_equal(often[len(once)].label, once[0].label)
    for split in ("validation", "test", "all"):
        assert len(load_nyudv2(split, repeat=3)) == len(load_nyudv2(split))
    with pytest.raises(ValueError, match="repeat must be positive, got 0"):
        load_nyudv2("train", repeat=0)


def test_generated_rooms_follow_with_relative_depth(folder):
    once = load_nyudv2("train", unlabelled=True)
    more = load_nyudv2("train", unlabelled=True, rooms=2)
    assert len(more) == len(once) + 2
    for room, seed in zip(more[-2:], (10_000, 10_001), strict=True):
        assert not room.depth_is_metric
        np.testing.assert_array_equal(room.label, render_room(seed, (128, 128)).label)
    assert len(load_nyudv2("test", rooms=2)) == len(load_nyudv2("test"))
    for rooms, classes in ((1, 40), (-1, 13)):
        with pytest.raises(ValueError, match=f"got {rooms} beside {classes}"):
            load_nyudv2("train", rooms=rooms, classes=classes)


def test_photographs_and_rooms_have_the_same_classes():
    if not (data_folder() / "nyuv2_labeled").is_dir():
        pytest.skip("NYU Depth V2 is not here (FUSIONVIZ_DATA names its folder)")
    assert class_names() == tuple(CLASS_NAMES)


def test_an_absent_folder_says_what_to_set(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    with pytest.raises(InputError, match="set FUSIONVIZ_DATA"):
        load_nyudv2("train")


def test_other_numbers_of_classes_are_refused(folder):
    with pytest.raises(ValueError, match="13 or 40, got 20"):
        load_nyudv2("train", classes=20)


def test_the_real_images_agree_with_their_description():
    if not (data_folder() / "nyuv2_labeled").is_dir():
        pytest.skip("NYU Depth V2 is not here (FUSIONVIZ_DATA names its folder)")
    splits = {s: load_nyudv2(s) for s in ("train", "validation", "test", "all")}
    assert len(splits["all"]) == 499
    assert sum(len(splits[s]) for s in ("train", "validation", "test")) == 499
    assert class_names()[-2:] == ("wall", "window")
    sample = splits["test"][0]
    assert sample.rgb.shape == (240, 320, 3)
    assert sample.label.min() >= -1
    assert sample.label.max() < 13
    assert 0.9 < np.nanmax(sample.depth_m) <= 1
