"""Every RGB-D situation of the shared `reports` folder, against what its index says."""

import json

import numpy as np
import pytest
from PIL import Image

from fusionviz.data.folders import data_folder
from fusionviz.data.rgbd.reading import ReadingOptions, read_with_choices
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError

REPORTS = data_folder() / "reports"
BASE = data_folder() / "uploads" / "redwood_livingroom"
pytestmark = pytest.mark.skipif(
    not (REPORTS / "index.json").is_file(),
    reason="the shared data folder (FUSIONVIZ_DATA or ../shared/data) has no reports",
)


def _files(name):
    index = json.loads((REPORTS / "index.json").read_text())
    (case,) = (one for one in index["cases"] if one["file"] == name)
    rgb = (REPORTS / case["rgb"]).read_bytes() if "rgb" in case else None
    data = (REPORTS / name).read_bytes()
    return (rgb, data) if case["slot"] == "depth" else (data, None)


def _median_and_holes(sample):
    return np.nanmedian(sample.depth_m), np.isnan(sample.depth_m).mean()


@pytest.mark.parametrize(
    "name",
    [
        "p11_blender_depth_normal.exr",
        "p16_multipart_rgba_depth.exr",
        "p42_grey_alpha_16.png",
        "p28_scene_with_matrices.npz",
        "p30_half_float.tiff",
    ],
)
def test_depth_is_found(name):
    sample = read_pair(*_files(name))
    assert sample.depth_is_metric
    median, holes = _median_and_holes(sample)
    assert median == pytest.approx(1.861, abs=0.001)
    assert holes == pytest.approx(0.130, abs=0.001)
    if "alpha" in name:
        assert any("transparent" in note for note in sample.notes)


def test_quarter_millimetres_are_guessed_and_doubted():
    files = _files("p01_l515_quarter_mm.png")
    reading = read_with_choices(*files, ReadingOptions())
    assert reading.unit == "1/4000 m"
    assert _median_and_holes(reading.sample)[0] == pytest.approx(1.861, abs=0.001)
    assert any("guess" in note for note in reading.sample.notes)
    for unit in ("1/4000 m", "units per metre: 4000"):
        chosen = read_pair(*files, depth_unit=unit)
        assert np.nanmedian(chosen.depth_m) == pytest.approx(1.861, abs=0.001)


def test_replica_can_be_chosen():
    files = _files("p02_replica_6553_5.png")
    reading = read_with_choices(*files, ReadingOptions())
    offered = {choice.unit: choice.median_m for choice in reading.units}
    assert offered["1/6553.5 m"] == pytest.approx(2.605, abs=0.001)
    assert any("guess" in note for note in reading.sample.notes)
    sample = read_pair(*files, depth_unit="1/6553.5 m")
    assert np.nanmedian(sample.depth_m) == pytest.approx(2.605, abs=0.001)


def test_nothing_is_left_after_the_crop():
    with pytest.raises(InputError, match="no distance where it lies over RGB"):
        read_pair(*_files("p47_depth_only_at_the_side.png"))


def test_jpeg_xl_is_called_by_its_name():
    with pytest.raises(InputError, match=r"JPEG XL.*save it as PNG or JPEG"):
        read_pair(*_files("p44_picture.jxl"))


def test_arcore_rows_are_cut_off_rgb():
    sample = read_pair(*_files("p40_arcore_160x90.png"))
    assert sample.size == (360, 640)
    truth = np.asarray(Image.open(BASE / "depth.png"))[60:420] / 1000
    error = abs(sample.depth_m - truth)[truth > 0]
    assert np.nanmean(error) == pytest.approx(0.015, abs=0.001)
