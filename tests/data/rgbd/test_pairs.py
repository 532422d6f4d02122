"""How an RGB picture and a depth map of other sizes or turns become one sample."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from fusionviz.data.rgbd_files import read_pair
from tests.helpers.files.rgbd_bytes import (
    HEIGHT,
    WIDTH,
    image_bytes,
    npy_bytes,
    photo,
    turned_bytes,
)
from tests.helpers.files.rgbd_depth_files import DEPTH_FILES, METRES, MM

PHOTO = photo()


def test_depth_lying_as_the_stored_rgb_is_turned_with_it():
    data = turned_bytes(PHOTO, 6, "PNG")
    lying = np.rot90(MM)  # counter-clockwise, as orientation 6 is stored
    for depth in (lying, MM):
        sample = read_pair(data, npy_bytes(depth), depth_unit="mm")
        np.testing.assert_allclose(sample.depth_m, METRES, rtol=1e-6)
        np.testing.assert_array_equal(sample.rgb, PHOTO)


def test_depth_with_its_own_orientation():
    sample = read_pair(None, turned_bytes(MM, 3, "PNG"))
    np.testing.assert_allclose(sample.depth_m, METRES, rtol=1e-6)


def test_sizes_of_one_aspect_are_joined_by_the_nearest_pixel():
    large = np.repeat(np.repeat(PHOTO, 2, axis=0), 2, axis=1)
    sample = read_pair(image_bytes(large, "PNG"), image_bytes(MM, "PNG"))
    np.testing.assert_array_equal(sample.rgb, large)
    expected = METRES.repeat(2, axis=0).repeat(2, axis=1)
    np.testing.assert_allclose(sample.depth_m, expected, rtol=1e-6)
    assert any("64 x 48" in n and "32 x 24" in n for n in sample.notes)


def test_no_distance_is_invented_when_depth_shrinks():
    small = PHOTO[::2, ::2]
    sample = read_pair(image_bytes(small, "PNG"), image_bytes(MM, "PNG"))
    assert sample.depth_m.shape == small.shape[:2]
    assert np.isin(np.rint(sample.depth_m * 1000), MM).all()


@pytest.mark.parametrize(
    ("rgb_size", "depth_size", "size"),
    [
        ((48, 64), (48, 48), (48, 48)),  # the wider one is cropped
        ((36, 64), (48, 64), (36, 64)),  # one width: a video mode cut rows off
        ((108, 192), (48, 64), (108, 144)),  # 16:9 beside 4:3
        ((64, 48), (48, 64), (64, 48)),
        ((48, 64), (2, 300), (48, 64)),
        ((300, 1), (7, 9), (300, 1)),
    ],
)
def test_other_aspects_are_cropped_around_the_centre(rgb_size, depth_size, size):
    rgb = np.zeros((*rgb_size, 3), np.uint8)
    rows, columns = np.mgrid[: depth_size[0], : depth_size[1]]
    depth = (2 + 0.001 * (rows - rows.mean() + columns - columns.mean())).astype("f4")
    sample = read_pair(image_bytes(rgb, "PNG"), npy_bytes(depth))
    assert sample.rgb.shape[:2] == sample.depth_m.shape
    assert sample.size == size
    assert any("cropped" in note for note in sample.notes)
    assert abs(np.median(sample.depth_m) - 2) < 0.01


def test_one_width_is_cropped_at_one_scale():
    depth = np.arange(48 * 64, dtype=np.float32).reshape(48, 64) / 100 + 1
    rgb = np.zeros((36, 64, 3), np.uint8)
    sample = read_pair(image_bytes(rgb, "PNG"), npy_bytes(depth))
    np.testing.assert_array_equal(sample.depth_m, depth[6:42])


def test_the_name_or_place_of_a_file_does_not_matter():
    pair = read_pair(image_bytes(PHOTO, "BMP"), npy_bytes(METRES))
    assert pair.size == (HEIGHT, WIDTH)
    assert pair.modalities == ("rgb", "depth")


def test_threads_read_what_one_thread_reads():
    limit = Image.MAX_IMAGE_PIXELS
    files = list(DEPTH_FILES.values()) * 3
    rgb = image_bytes(PHOTO, "JPEG")
    alone = [read_pair(rgb, data) for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda data: read_pair(rgb, data), files))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.depth_m, other.depth_m)
        np.testing.assert_array_equal(one.rgb, other.rgb)
        assert one.notes == other.notes
    assert limit == Image.MAX_IMAGE_PIXELS
