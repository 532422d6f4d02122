"""Every real file of the shared `uploads` folder, against what its index says.

Run as a script it prints the reading result of each file as a table.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fusionviz.data.folders import data_folder
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError

UPLOADS = data_folder() / "uploads"
pytestmark = pytest.mark.skipif(
    not (UPLOADS / "index.json").is_file(),
    reason="the shared data folder (FUSIONVIZ_DATA or ../shared/data) has no uploads",
)


def _index(folder: Path) -> list[dict]:
    path = folder / "index.json"
    return json.loads(path.read_text()) if path.is_file() else []


PAIRS = {entry["id"]: entry for entry in _index(UPLOADS)}
FORMATS = {entry["file"]: entry for entry in _index(UPLOADS / "formats")}
REFUSED_PAIRS = {"nyu_vainf": "colour picture"}
REFUSED_FORMATS = {
    "depth_colormap_inferno.png": "colour picture",
    "depth_all_zero.png": "no distance",
    "truncated.png": "damaged, cut off",
}


def _read_pair(entry: dict):
    folder = UPLOADS / entry["id"]
    return read_pair(
        (folder / entry["rgb"]).read_bytes(), (folder / entry["depth"]).read_bytes()
    )


def _read_format(name: str):
    data = (UPLOADS / "formats" / name).read_bytes()
    return read_pair(data, None) if name.startswith("rgb") else read_pair(None, data)


def _stored(entry: dict) -> np.ndarray:
    with Image.open(UPLOADS / entry["id"] / entry["depth"]) as image:
        return np.asarray(image).astype(np.int64)


def test_the_index_is_complete():
    assert len(PAIRS) == 12
    assert len(FORMATS) == 16


@pytest.mark.parametrize("name", sorted(PAIRS.keys() - REFUSED_PAIRS.keys()))
def test_pairs_are_read_as_the_index_says(name):
    entry = PAIRS[name]
    sample = _read_pair(entry)
    assert sample.modalities == ("rgb", "depth")
    assert list(sample.rgb.shape) == entry["rgb_shape"]
    assert list(sample.depth_m.shape) == entry["depth_shape"][:2]
    per_metre = entry["depth_units_per_m"]
    if per_metre is None:
        return
    assert sample.depth_is_metric
    # The index counts holes, which are zeros, into its figures.
    stored = np.nan_to_num(sample.depth_m, nan=0)
    assert np.median(stored) == pytest.approx(entry["depth_median"] / per_metre)
    assert stored.max() == pytest.approx(entry["depth_max"] / per_metre)
    assert (stored == 0).mean() == pytest.approx(entry["zeros"], abs=6e-4)


def test_sun_rgbd_pair():
    entry = PAIRS["sun_kinect2"]
    sample, stored = _read_pair(entry), _stored(entry)
    metres = ((stored >> 3) | (stored << 13) & 0xFFFF) / 1000
    np.testing.assert_allclose(np.nan_to_num(sample.depth_m, nan=0), metres, rtol=1e-6)
    assert any("SUN RGB-D" in note for note in sample.notes)


def test_byte_swapped_kinect_pair():
    entry = PAIRS["nyu_pnm"]
    sample, stored = _read_pair(entry), _stored(entry)
    raw = (stored >> 8) | ((stored & 0xFF) << 8)
    metres = np.where(raw < 2047, 351.3 / (1092.5 - raw), np.nan)
    np.testing.assert_allclose(sample.depth_m, metres, rtol=1e-6)
    assert any("Kinect" in note for note in sample.notes)
    assert any("not registered" in note for note in sample.notes)


def test_8_bit_pair_is_relative_with_its_holes():
    entry = PAIRS["plane_demo8bit"]
    sample = _read_pair(entry)
    assert not sample.depth_is_metric
    assert np.isnan(sample.depth_m).mean() == pytest.approx(entry["zeros"], abs=6e-4)


@pytest.mark.parametrize("name", REFUSED_PAIRS)
def test_refused_pairs(name):
    with pytest.raises(InputError, match=REFUSED_PAIRS[name]):
        _read_pair(PAIRS[name])


@pytest.mark.parametrize("name", REFUSED_FORMATS)
def test_refused_formats(name):
    with pytest.raises(InputError, match=REFUSED_FORMATS[name]):
        _read_format(name)


def _truth(shape: tuple[int, int]) -> np.ndarray:
    """NYU image 0001 in metres, which all depth variants were made from."""
    metres = np.load(UPLOADS / "nyu_cxk" / "depth.npy")
    return metres[:: 480 // shape[0], :: 640 // shape[1]]


@pytest.mark.parametrize(
    "name",
    sorted(
        n for n in FORMATS.keys() - REFUSED_FORMATS.keys() if n.startswith("depth_")
    ),
)
def test_depth_variants_agree_with_the_map_they_were_made_from(name):
    sample = _read_format(name)
    depth = sample.depth_m
    measured = ~np.isnan(depth)
    truth = _truth(depth.shape)
    if "_u8_" in name:
        assert not sample.depth_is_metric
        depth = depth * truth.max()
    else:
        assert sample.depth_is_metric
    tolerance = 0.02 if depth.shape != (480, 640) or "_u8_" in name else 0.002
    error = abs(depth - truth)[measured]
    assert np.median(error) < tolerance
    holes = 0.5 if "nan_inf_zero" in name else 0
    assert np.isnan(sample.depth_m).mean() == pytest.approx(holes, abs=0.001)


def test_rgb_variants_show_one_picture():
    picture = _read_format("rgb.jpg").rgb.astype(int)
    assert picture.shape == (480, 640, 3)
    turned = _read_format("rgb_rot90_exif6.jpg")
    assert np.median(abs(turned.rgb - picture)) <= 4
    grey = _read_format("rgb_gray.png").rgb
    assert (grey == grey[..., :1]).all()
    assert np.median(abs(grey[..., 0] - picture @ [0.299, 0.587, 0.114])) <= 2
    small = _read_format("rgb_palette_320.png").rgb
    assert small.shape == (240, 320, 3)
    assert np.median(abs(small - picture[::2, ::2])) <= 16


def test_turned_rgb_with_upright_depth_stays_a_pair():
    folder = UPLOADS / "formats"
    sample = read_pair(
        (folder / "rgb_rot90_exif6.jpg").read_bytes(),
        (folder / "depth_u16_mm.png").read_bytes(),
    )
    np.testing.assert_allclose(sample.depth_m, _truth((480, 640)), atol=6e-4)


def _row(name: str, read) -> str:
    try:
        sample = read()
    except InputError as error:
        return f"| {name} | refused | {error} |"
    got = f"{' + '.join(sample.modalities)}, {sample.size[1]}x{sample.size[0]}"
    if sample.depth_m is not None:
        median = np.nanmedian(sample.depth_m)
        got += f", median {median:.3f} {'m' if sample.depth_is_metric else '(no unit)'}"
    return f"| {name} | {got} | {' '.join(sample.notes) or 'as it is'} |"


def reading_table() -> str:
    """Return what became of each file, as a Markdown table."""
    rows = [_row(name, lambda e=entry: _read_pair(e)) for name, entry in PAIRS.items()]
    rows += [_row(name, lambda n=name: _read_format(n)) for name in FORMATS]
    return "\n".join(["| file | read as | notes |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(reading_table())
