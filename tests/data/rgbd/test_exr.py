"""Which channel of an EXR file is depth, and where its pixels lie."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.rgbd.reading import ReadingOptions
from fusionviz.data.rgbd_files import read_pair, read_with_choices
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import exr_bytes, room_mm

pytest.importorskip("OpenEXR", reason="EXR needs the OpenEXR package")

METRES = (room_mm() / 1000).astype(np.float32)
NOISE = np.linspace(-1, 1, METRES.size, dtype=np.float32).reshape(METRES.shape)
MORE = METRES * 3 + 1

VECTORS = ["Normal", "ViewLayer.Position", "motion", "view.Vector"]
DEPTHS = [
    "Z",
    "Depth.Z",
    "ViewLayer.Depth.Z",
    "RenderLayer.Depth.V",
    "depth",
    "layer.Z",
]
OTHERS = ["ViewLayer.Mist.Z", "mist.Y", "IndexOB.X", "AO.R", "A", "Mist"]


def _colours(layer):
    return {f"{layer}{leaf}": abs(NOISE) for leaf in "RGBA"}


@settings(max_examples=60, deadline=None)
@given(
    depth=st.sampled_from(DEPTHS),
    vectors=st.lists(st.sampled_from(VECTORS), unique=True, max_size=3),
    others=st.lists(st.sampled_from(OTHERS), unique=True, max_size=4),
    layer=st.sampled_from(["", "Combined.", "ViewLayer.Combined."]),
    parts=st.integers(1, 3),
    dtype=st.sampled_from([np.float16, np.float32]),
    seed=st.randoms(use_true_random=False),
)
def test_depth_is_found_among_other_channels(
    depth, vectors, others, layer, parts, dtype, seed
):
    channels = _colours(layer) | {name: MORE for name in others}
    for vector in vectors:
        channels |= {f"{vector}.{axis}": NOISE for axis in "XYZ"}
    channels = {name: array.astype(dtype) for name, array in channels.items()}
    channels[depth] = METRES.astype(dtype)
    shuffled = list(channels.items())
    seed.shuffle(shuffled)
    split = [dict(shuffled)] + [{"extra.R": NOISE}] * (parts - 1)
    seed.shuffle(split)
    sample = read_pair(None, exr_bytes(*split))
    np.testing.assert_array_equal(sample.depth_m, METRES.astype(dtype))
    assert any(depth in note for note in sample.notes)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_depth_in_any_part(place):
    parts = [_colours("") for _ in range(3)]
    parts[place] = {"Z": METRES}
    sample = read_pair(None, exr_bytes(*parts, names=["rgba", "ao", "last"]))
    np.testing.assert_array_equal(sample.depth_m, METRES)


@pytest.mark.parametrize("name", ["ViewLayer.Depth", "depth_main"])
def test_a_part_named_depth_goes_before_a_plain_z(name):
    parts = [{"Z": MORE}, {"V": METRES}]
    sample = read_pair(None, exr_bytes(*parts, names=["other", name]))
    np.testing.assert_array_equal(sample.depth_m, METRES)


@pytest.mark.parametrize(
    "channels",
    [
        {f"Normal.{axis}": NOISE for axis in "XYZ"},
        {axis: NOISE for axis in "XYZ"},
        {"Mist.Z": METRES, "Mist.A": METRES},
    ],
)
def test_vectors_and_mist_are_no_depth(channels):
    with pytest.raises(InputError, match="none is called Z or depth"):
        read_pair(None, exr_bytes(channels))


def test_a_layer_of_three_equal_channels_named_depth():
    channels = {f"depth.{leaf}": METRES for leaf in "RGB"} | _colours("beauty.")
    np.testing.assert_array_equal(read_pair(None, exr_bytes(channels)).depth_m, METRES)


@settings(max_examples=30, deadline=None)
@given(
    left=st.integers(-9, 20),
    top=st.integers(-9, 20),
    width=st.integers(8, 50),
    height=st.integers(8, 40),
)
def test_the_data_window_lies_in_the_display_window(left, top, width, height):
    rows, columns = METRES.shape
    data = exr_bytes(
        {"Z": METRES},
        windows=(
            ((left, top), (left + columns - 1, top + rows - 1)),
            ((0, 0), (width - 1, height - 1)),
        ),
    )
    expected = np.full((height, width), np.nan, np.float32)
    for row in range(height):
        for column in range(width):
            if 0 <= row - top < rows and 0 <= column - left < columns:
                expected[row, column] = METRES[row - top, column - left]
    if np.isnan(expected).all():
        with pytest.raises(InputError, match="no distance"):
            read_pair(None, data)
        return
    sample = read_pair(None, data)
    np.testing.assert_array_equal(sample.depth_m, expected)
    share = f"{np.isnan(expected).mean():.1%}"
    assert any(share in n for n in sample.notes) == bool(np.isnan(expected).any())


def test_another_channel_can_be_chosen():
    data = exr_bytes({"Depth.Z": METRES, "Far.Z": MORE})
    reading = read_with_choices(None, data, ReadingOptions())
    assert set(reading.names) == {"Depth.Z", "Far.Z"}
    assert reading.name == "Depth.Z"
    np.testing.assert_array_equal(
        read_pair(None, data, depth_name="Far.Z").depth_m, MORE
    )
    with pytest.raises(InputError, match="choose one of Depth.Z, Far.Z"):
        read_pair(None, data, depth_name="Near.Z")
