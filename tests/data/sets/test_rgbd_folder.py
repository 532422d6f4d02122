"""Photographs with metric depth: the layout, the official division, runs of rooms."""

import cv2
import numpy as np
import pytest

from fusionviz.data.folders import data_folder
from fusionviz.data.sets.registry import class_names, load_folder, load_set
from fusionviz.data.sets.rgbd_folder import divide_runs, number_runs, read_names
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_folder import TEST, TRAIN, make_rgbd_folder

NYU = data_folder() / "nyuv2"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    return make_rgbd_folder(tmp_path / "nyuv2")


def test_depth_is_in_metres_with_holes_and_void_is_unlabelled(folder):
    samples = load_set("nyuv2", "test")
    sample = next(one for one in samples if (one.label == -1).any())
    assert sample.depth_is_metric
    assert sample.size == (48, 64)
    void = sample.label == -1
    np.testing.assert_array_equal(np.isnan(sample.depth_m), void)
    measured = sample.depth_m[~void]
    np.testing.assert_allclose(measured, 0.5 * (sample.label[~void] + 1))
    assert sample.depth_m.dtype == np.float32


def test_splits_are_the_official_ones_less_whole_runs_for_validation(folder):
    splits = {name: load_set("nyuv2", name).names for name in ("train", "validation")}
    assert load_set("nyuv2", "test").names == tuple(f"{n:04d}" for n in TEST)
    both = sorted(splits["train"] + splits["validation"])
    assert both == sorted(f"{n:04d}" for n in TRAIN)
    assert splits["validation"] == ("0060", "0061", "0062")


def test_groups_are_runs_of_numbers():
    names = ("0001", "0002", "0004", "x", "y", "0010", "0011")
    assert number_runs(names) == ("0001", "0001", "0004", "x", "y", "0010", "0010")


def test_relative_depth_and_40_classes_on_request(folder):
    sample = load_set("nyuv2", "test", classes=40, relative=True)[1:3][0]
    assert not sample.depth_is_metric
    assert sample.group == "0001"
    assert set(np.unique(sample.label + 1)) <= set(range(0, 40, 3))
    assert class_names("nyuv2", classes=40, relative=True)[-1] == "c40"
    with pytest.raises(InputError, match="13 or 40"):
        load_set("nyuv2", "test", classes=12)


def test_any_folder_of_the_layout_is_read_by_its_test_list(folder):
    assert load_folder(folder).names == tuple(f"{n:04d}" for n in TEST)
    assert load_folder(folder, 40).classes == 40
    (folder / "test.txt").unlink()
    assert len(load_folder(folder)) == len(TRAIN) + len(TEST)
    (folder / "rgb" / "0001.jpg").unlink()
    with pytest.raises(InputError, match=r"0001.jpg is missing"):
        load_set("nyuv2", "train").__class__(folder, ["0001"])[0]


def test_the_layout_of_toolboxes_is_read(folder):
    (wanted,) = load_set("nyuv2", "test")[:1]
    (folder / "depth_mm").rename(folder / "depth")
    for path in (folder / "rgb").iterdir():
        cv2.imwrite(str(path.with_suffix(".png")), cv2.imread(str(path)))
        path.unlink()
    for sample in (
        load_set("nyuv2", "test", folder=str(folder))[0],
        load_folder(folder)[0],
    ):
        np.testing.assert_array_equal(sample.rgb, wanted.rgb)
        np.testing.assert_array_equal(sample.depth_m, wanted.depth_m)


def test_depth_of_another_kind_and_mixed_lists_are_refused(folder):
    cv2.imwrite(str(folder / "depth_mm" / "0001.png"), np.zeros((4, 4), np.uint8))
    with pytest.raises(InputError, match="uint16"):
        load_set("nyuv2", "test")[0]
    (folder / "test.txt").write_text("0003\n")
    with pytest.raises(InputError, match="0003"):
        load_set("nyuv2", "train")


def test_what_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    with pytest.raises(InputError, match="FUSIONVIZ_DATA"):
        load_set("nyuv2", "train")


@pytest.mark.skipif(not NYU.is_dir(), reason=f"no NYU Depth V2 at {NYU}")
def test_nyu_depth_v2_has_its_official_numbers():
    train, test = read_names(NYU, "train"), read_names(NYU, "test")
    assert (len(train), len(test)) == (795, 499)
    assert not set(train) & set(test)
    parts = divide_runs(train)
    assert (len(parts["train"]), len(parts["validation"])) == (744, 51)
    sample = load_set("nyuv2", "test")[0]
    assert sample.size == (240, 320)
    assert 0.5 < np.nanmedian(sample.depth_m) < 10
    assert set(np.unique(sample.label)) <= set(range(-1, 13))
    assert len(class_names("nyuv2")) == 13
