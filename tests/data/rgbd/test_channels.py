"""Transparency as holes, and colours with depth in one file."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.rgbd.reading import ReadingOptions, read_with_choices
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import (
    hdf5_bytes,
    image_bytes,
    npy_bytes,
    npz_bytes,
    photo,
    png_bytes,
    room_mm,
    tiff_bytes,
)

MM, PHOTO = room_mm(), photo()
METRES = (MM / 1000).astype(np.float32)


def _with_alpha(depth, transparent, container):
    full = np.iinfo(depth.dtype).max
    alpha = np.where(transparent, 0, full).astype(depth.dtype)
    if container == "grey PNG":
        bits = 8 * depth.dtype.itemsize
        return png_bytes(np.dstack([depth, alpha]), bits, 4)
    if container == "RGBA PNG":
        bits = 8 * depth.dtype.itemsize
        return png_bytes(np.dstack([depth] * 3 + [alpha]), bits, 6)
    if container == "grey TIFF":
        return tiff_bytes(np.dstack([depth, alpha]))
    return npy_bytes(np.dstack([depth] * 3 + [alpha]))


@settings(max_examples=60, deadline=None)
@given(
    container=st.sampled_from(["grey PNG", "RGBA PNG", "grey TIFF", "NPY"]),
    bits=st.sampled_from([8, 16]),
    share=st.floats(0, 1),
    seed=st.integers(0, 99),
)
def test_transparent_depth_is_a_hole(container, bits, share, seed):
    transparent = np.random.default_rng(seed).random(MM.shape) < share
    depth = MM if bits == 16 else (MM // 16).astype(np.uint8)
    unit = "mm" if bits == 16 else "cm"
    data = _with_alpha(depth, transparent, container)
    sample = read_pair(None, data, depth_unit=unit)
    metres = depth / (1000 if bits == 16 else 100)
    # All transparent says nothing: it is how some programs leave alpha.
    holes = transparent & ~transparent.all()
    np.testing.assert_array_equal(np.isnan(sample.depth_m), holes)
    np.testing.assert_allclose(sample.depth_m[~holes], metres[~holes], rtol=1e-6)
    noted = f"{holes.mean():.1%} of its pixels are transparent"
    assert any(noted in note for note in sample.notes) == bool(holes.any())


def test_the_transparent_shade_of_a_png_is_a_hole():
    depth = MM.copy()
    depth[3:9, 4:20] = 4321
    data = image_bytes(depth, "PNG", transparency=4321)
    sample = read_pair(None, data)
    np.testing.assert_array_equal(np.isnan(sample.depth_m), depth == 4321)


def _four(dtype):
    """Colours and depth as people stack them: both in one type of number."""
    scale = {"f": 1 / 255, "u": 1}[np.dtype(dtype).kind]
    colours = (PHOTO * scale).astype(dtype)
    depth = (
        METRES if np.dtype(dtype).kind == "f" else MM // (16 if dtype == "u1" else 1)
    )
    return np.dstack([colours, depth.astype(dtype)])


@settings(max_examples=40, deadline=None)
@given(
    dtype=st.sampled_from(["u1", "u2", "f2", "f4", "f8"]),
    order=st.sampled_from("<>"),
    first=st.booleans(),
    slot=st.sampled_from(["rgb", "depth"]),
    container=st.sampled_from(
        [npy_bytes, lambda a: npz_bytes(rgbd=a), lambda a: hdf5_bytes(rgbd=a)]
    ),
)
def test_arrays_of_four_channels_are_both(dtype, order, first, slot, container):
    array = _four(dtype).astype(order + dtype)
    stored = np.moveaxis(array, 2, 0) if first else array
    container = npy_bytes if slot == "rgb" else container
    data = container(stored)
    sample = read_pair(*((data, None) if slot == "rgb" else (None, data)))
    assert sample.modalities == ("rgb", "depth")
    assert np.median(abs(sample.rgb.astype(int) - PHOTO)) <= 1
    assert sample.depth_is_metric == (dtype != "u1")
    if sample.depth_is_metric:
        np.testing.assert_allclose(sample.depth_m, METRES, rtol=1e-3)
    assert any("fourth" in note for note in sample.notes)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("slot", ["rgb", "depth"])
def test_rgbd_png(bits, slot):
    depth = MM if bits == 16 else (MM // 16).astype(np.uint8)
    data = png_bytes(np.dstack([PHOTO.astype(depth.dtype), depth]), bits, 6)
    sample = read_pair(*((data, None) if slot == "rgb" else (None, data)))
    np.testing.assert_array_equal(sample.rgb, PHOTO)
    assert np.corrcoef(sample.depth_m.ravel(), MM.ravel())[0, 1] > 0.999
    if bits == 16:
        np.testing.assert_allclose(sample.depth_m, METRES, rtol=1e-6)


def test_the_fourth_channel_can_be_declined():
    data = png_bytes(np.dstack([PHOTO, (MM // 16).astype(np.uint8)]), 8, 6)
    assert read_with_choices(data, None, ReadingOptions()).has_fourth
    options = ReadingOptions(fourth_is_depth=False)
    reading = read_with_choices(data, None, options)
    assert reading.has_fourth
    assert reading.sample.modalities == ("rgb",)
    assert any("white" in note for note in reading.sample.notes)


def test_a_depth_file_goes_before_the_fourth_channel():
    data = npy_bytes(_four("f4"))
    sample = read_pair(data, npy_bytes(METRES * 2))
    np.testing.assert_array_equal(sample.depth_m, METRES * 2)


@pytest.mark.parametrize("slot", ["rgb", "depth"])
def test_transparency_is_no_depth(slot):
    rgba = np.dstack([PHOTO, np.full(PHOTO.shape[:2], 255, np.uint8)])
    rgba[:5, :, 3] = 0
    rgba[5:8, :, 3] = np.arange(32) * 8
    for data in (image_bytes(rgba, "PNG"), npy_bytes(rgba)):
        if slot == "depth":
            with pytest.raises(InputError, match="colour picture"):
                read_pair(None, data)
        else:
            assert read_pair(data, None).modalities == ("rgb",)


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_arrays_of_three_channels_are_pictures_in_the_rgb_slot(dtype):
    scale = 1 / 255 if dtype == "f4" else 1
    sample = read_pair(npy_bytes((PHOTO * scale).astype(dtype)), None)
    assert abs(sample.rgb.astype(int) - PHOTO).max() <= 1
