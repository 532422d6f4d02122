"""Guessing the unit, overriding it, and what counts as a hole."""

import numpy as np
import pytest

from fusionviz.data.rgbd.units import DEPTH_UNITS, UNIT_LABELS, to_depth
from fusionviz.data.rgbd_files import read_pair
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import image_bytes, npy_bytes, room_mm

MM = room_mm()
METRES = (MM / 1000).astype(np.float32)


def _rotated(mm):
    """Millimetres as SUN RGB-D stores them: 16 bits turned left by three."""
    mm = mm.astype(np.uint32)
    return (((mm << 3) | (mm >> 13)) & 0xFFFF).astype(np.uint16)


def _kinect_codes(metres):
    """11-bit codes of a Kinect, with 2047 for a hole in the first row."""
    codes = np.rint(1092.5 - 351.3 / metres).astype(np.uint16)
    codes[0] = 2047
    return codes


ENCODED = {
    "m": METRES,
    "mm": MM,
    "1/5000 m": np.rint(METRES * 5000).astype(np.uint16),
    "0.1 mm": np.rint(METRES * 10_000).astype(np.uint16),
    "sun-rgbd": _rotated(MM),
    "kinect-disparity": _kinect_codes(METRES),
}


@pytest.mark.parametrize("unit", ENCODED)
@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "guessed"])
def test_units_give_metres(unit, chosen):
    depth = to_depth(ENCODED[unit], unit if chosen else "auto")
    assert depth.is_metric
    kept = slice(1, None) if unit == "kinect-disparity" else slice(None)
    tolerance = 0.03 if unit == "kinect-disparity" else 1e-4
    np.testing.assert_allclose(depth.depth_m[kept], METRES[kept], rtol=tolerance)
    assert "Depth read as" in depth.notes[0]


@pytest.mark.parametrize(
    ("unit", "per_metre"), [("cm", 100), ("mm", 1000), ("1/256 m", 256), ("m", 1)]
)
def test_chosen_units_divide(unit, per_metre):
    depth = to_depth(np.array([[300, 450], [0, 600]], np.uint16), unit)
    expected = np.array([[300, 450], [np.nan, 600]], np.float32) / per_metre
    np.testing.assert_allclose(depth.depth_m, expected, rtol=1e-6)


@pytest.mark.parametrize("stored", ["swapped", "straight"])
def test_kinect_codes_in_both_byte_orders(stored):
    codes = _kinect_codes(METRES)
    straight = to_depth(codes).depth_m
    depth = to_depth(codes.byteswap() if stored == "swapped" else codes)
    np.testing.assert_array_equal(depth.depth_m, straight)
    assert np.isnan(depth.depth_m[0]).all()
    assert not np.isnan(depth.depth_m[1:]).any()
    assert any("not registered" in note for note in depth.notes)


@pytest.mark.parametrize(
    ("nearest", "step"),
    # Half centimetres at 4 m are TUM's unit at 0.8 m as well: nothing tells them apart.
    [
        (n, s)
        for n in (300, 700, 1800, 4000)
        for s in (1, 2, 3, 5, 10)
        if n * s < 20_000
    ],
)
def test_millimetres_stay_millimetres_when_coarse(nearest, step):
    """Coarse millimetres must not pass for an encoding that leaves low bits empty."""
    coarse = (nearest + (MM - MM.min()) // 10 * step).astype(np.uint16)
    assert "millimetres" in to_depth(coarse).notes[0]


def test_multiples_of_eight_that_are_no_sun_rgbd():
    eight_bits_in_sixteen = (MM // 16).astype(np.uint16) << 8
    assert not any("SUN" in note for note in to_depth(eight_bits_in_sixteen).notes)


def test_sun_rgbd_beyond_eight_metres():
    far = MM.copy()
    far[0, :7] = 9123
    depth = to_depth(np.tile(_rotated(far), (50, 1)), "sun-rgbd").depth_m
    np.testing.assert_allclose(depth[:24], far / 1000, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_decimal_holes(dtype):
    values = METRES.astype(dtype)
    values[0] = [np.nan, np.inf, -np.inf, -1.0, 0.0, -0.0, 65504, 2.0] * 4
    if dtype != np.float16:
        values[1, :3] = [1e10, 1e30, 65535]
    depth = to_depth(values, "m").depth_m
    assert np.isnan(depth[0].reshape(4, 8)[:, :7]).all()
    assert (depth[0].reshape(4, 8)[:, 7] == 2).all()
    assert np.isnan(depth).sum() == 28 + (0 if dtype == np.float16 else 3)
    assert depth.dtype == np.float32


def test_numbers_beyond_float32_are_holes_without_a_warning(recwarn):
    values = METRES.astype(np.float64)
    values[0, :2] = [1e-320, 1e300]
    for unit in ("auto", "m", "mm", "relative", "disparity"):
        assert np.isnan(to_depth(values, unit).depth_m[0, :2]).all()
    assert not recwarn.list


def test_holes_in_whole_numbers():
    values = MM.copy()
    values[0], values[1] = 0, 65535
    signed = values.astype(np.int32)
    signed[2] = -5
    depth = to_depth(signed)
    assert np.isnan(depth.depth_m[:3]).all()
    np.testing.assert_allclose(depth.depth_m[3:], METRES[3:], rtol=1e-6)
    assert "median" in depth.notes[0]
    assert any("12.5%" in note for note in depth.notes)


def test_disparity_turns_near_into_small():
    disparity = (100 / METRES).astype(np.float32)
    depth = to_depth(disparity, "disparity")
    assert not depth.is_metric
    np.testing.assert_allclose(
        depth.depth_m / depth.depth_m[0, 0], METRES / METRES[0, 0], rtol=1e-5
    )


@pytest.mark.parametrize(
    "values",
    [
        (MM // 16).astype(np.uint8),
        (MM // 16).astype(np.uint16),
        np.rint((MM - MM.min()) / np.ptp(MM) * 65535).astype(np.uint16),
        (METRES / METRES.max()).astype(np.float32),
        METRES / 1000,
        MM.astype(np.uint32) * 1000,
    ],
    ids=["8 bits", "8 in 16", "full range", "normalised", "tiny", "huge"],
)
def test_values_without_a_unit_are_relative(values):
    depth = to_depth(values)
    assert not depth.is_metric
    assert "relative" in depth.notes[0]
    measured = ~np.isnan(depth.depth_m)
    # Far is large, and the largest is 1.
    assert depth.depth_m[measured].max() == pytest.approx(1)
    assert np.corrcoef(depth.depth_m[measured], METRES[measured])[0, 1] > 0.999


def test_the_reason_names_what_was_seen():
    assert to_depth(np.array([[1778, 1700, 1800]], np.uint16)).notes == (
        "Depth read as millimetres: 16-bit values with median 1778 fit a room of "
        "1.8 m.",
    )


def test_a_doubtful_choice_is_noted():
    notes = to_depth(MM, "m").notes
    assert "as you chose" in notes[0]
    assert any("is the unit right?" in note for note in notes)


def test_one_value_everywhere_is_noted_or_refused():
    wall = to_depth(np.full((4, 5), 2000, np.uint16))
    assert (wall.depth_m == 2).all()
    assert any("mask" in note for note in wall.notes)
    mask = np.zeros((4, 5), np.uint8)
    mask[1:3] = 255
    with pytest.raises(InputError, match="mask"):
        to_depth(mask)


def test_units_have_labels():
    assert DEPTH_UNITS[0] == "auto"
    assert set(UNIT_LABELS) == set(DEPTH_UNITS)


CODED = ("sun-rgbd", "kinect-disparity")


@pytest.mark.parametrize("unit", DEPTH_UNITS)
@pytest.mark.parametrize("values", [MM, METRES, (MM // 16).astype(np.uint8)])
def test_every_unit_can_be_chosen(unit, values):
    if unit in CODED and values.dtype.kind == "f":
        with pytest.raises(InputError, match="choose another unit"):
            to_depth(values, unit)
        return
    depth = to_depth(values, unit)
    measured = depth.depth_m[~np.isnan(depth.depth_m)]
    assert measured.size
    assert np.isfinite(measured).all()
    assert (measured > 0).all()


@pytest.mark.parametrize("unit", ["feet", "", "MM", "auto "])
def test_unknown_units_are_refused_before_reading(unit):
    with pytest.raises(InputError, match="choose one of auto, m, cm, mm"):
        read_pair(b"no picture", None, depth_unit=unit)


def test_a_chosen_unit_reaches_the_sample():
    sample = read_pair(None, image_bytes(MM, "PNG"), depth_unit="0.1 mm")
    np.testing.assert_allclose(sample.depth_m, METRES / 10, rtol=1e-5)
    sample = read_pair(None, npy_bytes(METRES), depth_unit="disparity")
    assert not sample.depth_is_metric
