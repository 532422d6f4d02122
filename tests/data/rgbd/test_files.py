"""Every file format and colour mode that RGB pictures come in."""

import io

import numpy as np
import pytest
from PIL import Image

from fusionviz.data.rgbd_files import read_pair
from tests.helpers.files.rgbd_bytes import (
    STORED,
    image_bytes,
    photo,
    png_bytes,
    turned_bytes,
)

PHOTO = photo()
LOSSY = 30  # steps of 255 that lossy coding of so small a picture may move


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "PPM", "TIFF"])
def test_exact_rgb_formats(file_format):
    sample = read_pair(image_bytes(PHOTO, file_format), None)
    np.testing.assert_array_equal(sample.rgb, PHOTO)
    assert sample.rgb.dtype == np.uint8
    assert sample.depth_m is None
    assert sample.notes == ()


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_deflate", "packbits"])
def test_packed_tiff(compression):
    sample = read_pair(image_bytes(PHOTO, "TIFF", compression=compression), None)
    np.testing.assert_array_equal(sample.rgb, PHOTO)


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
def test_lossy_rgb_formats(file_format):
    sample = read_pair(image_bytes(PHOTO, file_format, quality=95), None)
    error = abs(sample.rgb.astype(int) - PHOTO)
    assert np.median(error) < LOSSY / 3


@pytest.mark.parametrize(
    ("mode", "file_format", "word"),
    [("L", "PNG", "grey"), ("1", "PNG", "black"), ("CMYK", "JPEG", "inks")],
)
def test_other_colour_modes_are_noted(mode, file_format, word):
    data = image_bytes(PHOTO, file_format, mode)
    sample = read_pair(data, None)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    np.testing.assert_array_equal(sample.rgb, expected)
    assert any(word in note for note in sample.notes)


def test_cmyk_jpeg_keeps_its_colours():
    sample = read_pair(image_bytes(PHOTO, "JPEG", "CMYK", quality=95), None)
    assert np.median(abs(sample.rgb.astype(int) - PHOTO)) < LOSSY


def test_palette_has_its_colours():
    flat = np.zeros((8, 9, 3), np.uint8)
    flat[:, 4:] = (204, 51, 102)  # in the web palette, so not dithered
    sample = read_pair(image_bytes(flat, "PNG", "P"), None)
    np.testing.assert_array_equal(sample.rgb, flat)


def test_transparent_parts_become_white():
    rgba = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)])
    np.testing.assert_array_equal(read_pair(image_bytes(rgba, "PNG"), None).rgb, PHOTO)
    rgba[:5, :, 3] = 0
    sample = read_pair(image_bytes(rgba, "PNG"), None)
    assert (sample.rgb[:5] == 255).all()
    np.testing.assert_array_equal(sample.rgb[5:], PHOTO[5:])
    assert any("white" in note for note in sample.notes)


def test_16_bit_colours_keep_their_high_bytes():
    high = PHOTO.astype(np.uint16) * 256 + 77
    np.testing.assert_array_equal(read_pair(png_bytes(high, 16, 2), None).rgb, PHOTO)


def test_16_bit_grey_is_a_grey_picture():
    high = PHOTO[..., 0].astype(np.uint16) * 256 + 77
    sample = read_pair(png_bytes(high, 16, 0), None)
    np.testing.assert_array_equal(sample.rgb[..., 1], PHOTO[..., 0])
    assert any("16-bit" in note for note in sample.notes)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_exif_orientation_is_undone(orientation, file_format):
    data = turned_bytes(PHOTO, orientation, file_format)
    sample = read_pair(data, None)
    np.testing.assert_array_equal(sample.rgb, PHOTO)
    assert any("upright" in note for note in sample.notes)
