"""Every container that depth maps come in."""

import struct
import sys

import numpy as np
import pytest

from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import image_bytes, npy_bytes
from tests.helpers.files.rgbd_depth_files import DEPTH_FILES, METRES, MM


def _exr_bytes(tmp_path, channels):
    exr = pytest.importorskip("OpenEXR", reason="EXR needs the OpenEXR package")
    path = str(tmp_path / "depth.exr")
    header = {"compression": exr.ZIP_COMPRESSION, "type": exr.scanlineimage}
    with exr.File(header, channels) as file:
        file.write(path)
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("name", DEPTH_FILES)
def test_depth_containers(name):
    sample = read_pair(None, DEPTH_FILES[name])
    assert sample.depth_is_metric
    assert sample.depth_m.dtype == np.float32
    np.testing.assert_allclose(sample.depth_m, METRES, rtol=1e-6)


def test_half_floats():
    half = METRES.astype(np.float16)
    sample = read_pair(None, npy_bytes(half))
    np.testing.assert_array_equal(sample.depth_m, half.astype(np.float32))


@pytest.mark.parametrize(
    "names", [["Z"], ["Y"], ["R", "G", "B"], ["R", "layer.Depth.Z"], ["distances"]]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_exr_channels(tmp_path, names, dtype):
    depth = METRES.astype(dtype)
    noise = (depth * 0.5).astype(dtype)
    plain = names == ["R", "G", "B"]
    channels = {name: depth if plain or name == names[-1] else noise for name in names}
    sample = read_pair(None, _exr_bytes(tmp_path, channels))
    np.testing.assert_array_equal(sample.depth_m, depth.astype(np.float32))


def test_exr_without_its_package(tmp_path, monkeypatch):
    data = _exr_bytes(tmp_path, {"Z": METRES})
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    with pytest.raises(InputError, match="pip install OpenEXR"):
        read_pair(None, data)


def test_damaged_exr_is_refused(tmp_path):
    data = _exr_bytes(tmp_path, {"Z": METRES})
    for part in (0.2, 0.5, 0.9):
        with pytest.raises(InputError, match="damaged"):
            read_pair(None, data[: int(part * len(data))])


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "PPM", "TIFF"])
@pytest.mark.parametrize("channels", [1, 3])
def test_8_bit_depth_is_relative(file_format, channels):
    grey = (MM / MM.max() * 255).astype(np.uint8)
    picture = grey if channels == 1 else np.repeat(grey[..., None], 3, axis=2)
    sample = read_pair(None, image_bytes(picture, file_format))
    assert not sample.depth_is_metric
    assert np.corrcoef(sample.depth_m.ravel(), METRES.ravel())[0, 1] > 0.99
    assert any("relative" in note for note in sample.notes)


def test_too_large_exr_is_refused_from_its_header(tmp_path):
    data = bytearray(_exr_bytes(tmp_path, {"Z": METRES}))
    for name in (b"dataWindow", b"displayWindow"):
        start = data.index(name) + len(name) + len("\0box2i\0") + 4
        data[start : start + 16] = struct.pack("<iiii", 0, 0, 8_999, 8_999)
    with pytest.raises(InputError, match="81 megapixels"):
        read_pair(None, bytes(data))
