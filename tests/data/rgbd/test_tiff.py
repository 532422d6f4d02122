"""TIFF files of every type of number, byte order and packing, and of several pages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.rgbd.reading import ReadingOptions, read_with_choices
from fusionviz.data.rgbd.tiff import list_pages, read_page
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import image_bytes, photo, room_mm, tiff_bytes

MM, PHOTO = room_mm(), photo()
METRES = (MM / 1000).astype(np.float32)

FLOATS, WHOLE = ["f2", "f4", "f8"], ["u2", "i2", "u4", "i4", "u8", "i8"]


@settings(max_examples=120, deadline=None)
@given(
    dtype=st.sampled_from(FLOATS + WHOLE),
    order=st.sampled_from("<>"),
    packed=st.booleans(),
    predictor=st.integers(1, 3),
    samples=st.integers(1, 4),
    height=st.integers(1, 40),
    width=st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_pages_of_numbers(
    dtype, order, packed, predictor, samples, height, width, seed
):
    if predictor == 3 and dtype not in FLOATS:
        predictor = 2
    shape = (height, width, samples) if samples > 1 else (height, width)
    values = np.random.default_rng(seed).random(shape) * 3000
    values = values.astype(dtype)
    data = tiff_bytes(values, order=order, packed=packed, predictor=predictor)
    (page,) = list_pages(data)
    assert page.is_plain
    read = read_page(data, page)
    assert read.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(read, values)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("packed", [True, False])
def test_half_single_and_double_depth(dtype, order, packed):
    values = METRES.astype(dtype)
    sample = read_pair(None, tiff_bytes(values, order=order, packed=packed))
    assert sample.depth_is_metric
    np.testing.assert_array_equal(sample.depth_m, values.astype(np.float32))


@pytest.mark.parametrize("dtype", FLOATS)
def test_decimal_tiffs_in_the_rgb_slot(dtype):
    with pytest.raises(InputError, match="depth slot"):
        read_pair(tiff_bytes(METRES.astype(dtype)), None)
    with pytest.raises(InputError, match="exchange"):
        read_pair(tiff_bytes(METRES.astype(dtype)), image_bytes(PHOTO, "PNG"))
    colours = np.dstack([METRES] * 3).astype(dtype)
    with pytest.raises(InputError, match="8 bits a colour"):
        read_pair(tiff_bytes(colours), None)


def test_a_packing_that_is_not_read_is_named():
    data = bytearray(tiff_bytes(METRES.astype(np.float16), packed=True))
    (page,) = list_pages(bytes(data))
    data[page.entries[259] + 8] = 7  # JPEG
    with pytest.raises(InputError, match="16-bit floats.*32-bit"):
        read_pair(None, bytes(data))


GREY = (MM // 16).astype(np.uint8)


@pytest.mark.parametrize(
    ("pages", "place"),
    [
        ([PHOTO, MM], 2),
        ([PHOTO, METRES], 2),
        ([GREY, METRES.astype(np.float16)], 2),
        ([PHOTO, GREY, MM], 3),
        ([MM, PHOTO], 1),
        ([METRES, METRES * 2], 1),
    ],
)
@pytest.mark.parametrize("order", "<>")
def test_depth_is_found_on_its_page(pages, place, order):
    data = tiff_bytes(*pages, order=order)
    reading = read_with_choices(None, data, ReadingOptions())
    np.testing.assert_allclose(reading.sample.depth_m, METRES, rtol=1e-3)
    assert any(
        f"{len(pages)} pages: depth is page {place}" in n for n in reading.sample.notes
    )
    assert reading.names == tuple(f"page {n + 1}" for n in range(len(pages)))
    assert reading.name == f"page {place}"


def test_another_page_can_be_chosen():
    data = tiff_bytes(METRES, METRES * 2)
    sample = read_pair(None, data, depth_name="page 2")
    np.testing.assert_array_equal(sample.depth_m, METRES * 2)


def test_pages_of_a_picture_are_counted():
    sample = read_pair(tiff_bytes(PHOTO, MM), None)
    np.testing.assert_array_equal(sample.rgb, PHOTO)
    assert any("2 pages: RGB is page 1" in note for note in sample.notes)


def test_a_ring_of_pages_ends():
    data = bytearray(tiff_bytes(METRES, METRES * 2))
    first = int.from_bytes(data[4:8], "little")
    data[-4:] = first.to_bytes(4, "little")
    assert len(list_pages(bytes(data))) == 2


def test_too_many_bytes_are_refused_from_the_header():
    data = bytearray(tiff_bytes(METRES.astype(np.float64)))
    (page,) = list_pages(bytes(data))
    for tag in (256, 257):
        at = page.entries[tag] + 8
        data[at : at + 4] = (6_000).to_bytes(4, "little")
    with pytest.raises(InputError, match="unpacks to 288 MB"):
        read_pair(None, bytes(data))
