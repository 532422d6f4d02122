"""What is refused, with one sentence that says the cure, before it costs memory."""

import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from tests.helpers.files.bad_rgbd_bytes import (
    BAD_DEPTH,
    METRES,
    NOT_PICTURES,
    PHOTO,
    PNG16,
    TOO_LARGE,
    TOO_LARGE_DEPTH,
    tiff_of,
)
from tests.helpers.files.rgbd_bytes import image_bytes, npy_bytes, pfm_bytes, png_of


def _refusal(rgb, depth):
    """The sentence of a refusal, checked to be one for users."""
    with pytest.raises(InputError) as refused:
        read_pair(rgb, depth)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert sentence[0].isupper()
    assert len(sentence) < 260
    assert not any(word in sentence for word in ("Error", "Traceback", "\n", "PIL"))
    return sentence


@pytest.mark.parametrize("name", NOT_PICTURES)
@pytest.mark.parametrize("slot", ["rgb", "depth"])
def test_what_is_no_picture_is_called_by_its_name(name, slot):
    data, words = NOT_PICTURES[name]
    sentence = _refusal(*((data, None) if slot == "rgb" else (None, data)))
    assert words in sentence
    assert "upload" in sentence


@pytest.mark.parametrize("name", TOO_LARGE | TOO_LARGE_DEPTH)
def test_too_many_pixels_are_refused_from_the_header(name, monkeypatch):
    def decode(*_):
        pytest.fail("pixels were decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    data = (TOO_LARGE | TOO_LARGE_DEPTH)[name]
    slots = [(None, data)] + ([(data, None)] if name in TOO_LARGE else [])
    for rgb, depth in slots:
        tracemalloc.start()
        sentence = _refusal(rgb, depth)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "40" in sentence
        assert "mega" in sentence
        assert peak < len(data) + 5_000_000


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", BAD_DEPTH)
def test_bad_depth_is_refused_for_its_reason(name):
    data, words = BAD_DEPTH[name]
    tracemalloc.start()
    sentence = _refusal(None, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert words in sentence
    assert peak < 5_000_000


def test_pixels_of_a_bomb_within_the_limit_are_only_as_many_as_announced():
    data = png_of(30, 20, 8, 0, zlib.compress(bytes(40_000_000)))
    assert read_pair(data, None).size == (20, 30)


def test_a_vast_tile_around_a_small_picture_is_refused():
    data = tiff_of(width=64, height=48, tile_width=32_768, tile_height=32_768)
    assert "tiles" in _refusal(None, data)
    assert "tiles" in _refusal(data, None)


@pytest.mark.parametrize("slot", [0, 1])
def test_empty_and_huge_files(slot):
    files = [None, None]
    files[slot] = b""
    assert "empty" in _refusal(*files)
    files[slot] = bytes(50_000_001)
    assert "at most 50 MB" in _refusal(*files)


def test_nothing_at_all():
    assert "upload" in _refusal(None, None)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "PPM", "TIFF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_cut_pictures(file_format, share):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 60, 3), np.uint8)
    data = image_bytes(noise, file_format)
    data = data[: int(share * len(data))]
    assert "damaged" in _refusal(data, None)
    assert "damaged" in _refusal(None, data)


@pytest.mark.parametrize(
    "depth",
    [PNG16, npy_bytes(METRES), pfm_bytes(METRES), image_bytes(METRES, "TIFF")],
    ids=["PNG", "NPY", "PFM", "TIFF"],
)
def test_swapped_files(depth):
    assert "exchange" in _refusal(depth, image_bytes(PHOTO, "JPEG"))


@pytest.mark.parametrize(
    "depth", [npy_bytes(METRES), pfm_bytes(METRES), image_bytes(METRES, "TIFF")]
)
def test_depth_alone_in_the_rgb_slot(depth):
    assert "depth slot" in _refusal(depth, None)


def test_reading_leaves_the_decoders_globals_alone():
    before = Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    for data in (*TOO_LARGE.values(), PNG16[:90], image_bytes(PHOTO, "PNG")):
        for slots in ((data, None), (None, data)):
            try:
                read_pair(*slots)
            except InputError:
                continue
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
