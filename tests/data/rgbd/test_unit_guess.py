"""The unit of a map from the physics of its sensor, on generated and on real maps."""

import functools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from fusionviz.data.folders import data_folder
from fusionviz.data.rgbd.disparity_steps import measure_steps
from fusionviz.data.rgbd.inverse_depth import inverse_evidence
from fusionviz.data.rgbd.unit_guess import SURE
from fusionviz.data.rgbd.unit_table import DEPTH_UNITS, LENGTHS, check_unit, per_metre
from fusionviz.data.rgbd.units import to_depth
from fusionviz.data.rgbd_files import ReadingOptions, read_pair, read_with_choices
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import image_bytes, npy_bytes, pfm_bytes, room_mm

METRES = (room_mm() / 1000).astype(np.float32)
KINECT, PRIMESENSE, REALSENSE = 2.85e-3, 3.56e-3, 0.96e-3
NYU = data_folder() / "nyuv2" / "depth_mm"
needs_nyu = pytest.mark.skipif(
    not NYU.is_dir(), reason="the shared data folder has no nyuv2"
)


@functools.cache
def rendered(seed):
    return render_room(seed).depth_m


def room(median_m, size=(120, 160), seed=3):
    """A rendered room, its median set."""
    depth = rendered(seed)
    rows, columns = (
        np.linspace(0, n - 1, m).astype(int)
        for n, m in zip(depth.shape, size, strict=True)
    )
    depth = depth[rows[:, None], columns].astype(float)
    return depth * (median_m / np.median(depth))


def stereo(depth_m, step_m):
    """Distances as a sensor of whole disparities gives them, from its definition."""
    return 1 / (step_m * np.rint(1 / (step_m * depth_m)))


def time_of_flight(depth_m, seed=0):
    """Distances with noise of a millimetre, in no steps."""
    return depth_m + np.random.default_rng(seed).normal(0, 1e-3, depth_m.shape)


def stored(depth_m, unit):
    values = np.rint(depth_m * LENGTHS[unit].per_metre)
    return np.where(values < 65535, values, 0).astype(np.uint16)


@settings(max_examples=60, deadline=None)
@given(
    median=st.floats(0.9, 3.5),
    step=st.floats(0.8e-3, 6e-3),
    unit=st.sampled_from(["mm", "1/5000 m", "1/4000 m", "1/6553.5 m", "0.1 mm"]),
    jitter=st.integers(0, 2),
    seed=st.integers(0, 20),
)
def test_steps_are_measured_to_a_hundredth(median, step, unit, jitter, seed):
    rng = np.random.default_rng(seed)
    values = stored(stereo(room(median, seed=seed), step), unit).astype(int)
    values[values > 0] += rng.integers(-jitter, jitter + 1, (values > 0).sum())
    levels, counts = np.unique(values[values > 0], return_counts=True)
    count = LENGTHS[unit].per_metre
    # The file's own rounding and the noise must leave most steps apart.
    widest = step * (levels[-1] / count) ** 2 * count
    assume(widest > 3 * (2 * jitter + 1) and levels[-1] > 1.6 * levels[0])
    steps = measure_steps(levels, counts)
    assert steps is not None
    assert steps.step_at_one_metre(count) == pytest.approx(step, rel=0.01)


@settings(max_examples=40, deadline=None)
@given(
    low=st.integers(300, 4000),
    gap=st.integers(1, 40),
    levels=st.integers(10, 400),
    seed=st.integers(0, 99),
)
def test_even_and_random_values_have_no_steps(low, gap, levels, seed):
    rng = np.random.default_rng(seed)
    even = low + gap * np.arange(levels)
    free = np.unique(rng.integers(low, low + gap * levels, levels))
    for values in (even, free):
        counts = rng.integers(1, 300, values.size)
        assert measure_steps(values, counts) is None


@pytest.mark.parametrize("median", [1.2, 1.5, 2.2])
@pytest.mark.parametrize("unit", ["mm", "1/5000 m"])
def test_a_kinect_gives_its_unit_away(unit, median):
    depth = to_depth(stored(stereo(room(median), KINECT), unit))
    assert depth.unit == unit
    assert depth.choices[0].probability > SURE
    assert np.nanmedian(depth.depth_m) == pytest.approx(median, rel=0.01)


def test_7510_that_is_no_seven_metres():
    values = stored(stereo(room(7510 / 5000), KINECT), "1/5000 m")
    assert abs(np.median(values) - 7510) < 40
    assert np.nanmedian(to_depth(values).depth_m) == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("size", [(424, 512), (480, 640)])
def test_a_kinect_2_in_tenths_of_a_millimetre(size):
    values = stored(time_of_flight(room(2.45, size)), "0.1 mm")
    depth = to_depth(values)
    assert abs(np.median(values) - 24_500) < 200
    assert depth.unit == "0.1 mm"
    assert np.nanmedian(depth.depth_m) == pytest.approx(2.45, abs=0.02)
    assert (depth.choices[0].probability > SURE) == (size == (424, 512))


@pytest.mark.parametrize("size", [(375, 1242), (352, 1216)])
def test_a_street_of_the_size_of_kittis(size):
    values = stored(time_of_flight(room(15, size)), "1/256 m")
    assert to_depth(values).unit == "1/256 m"


def test_a_doubt_is_said_and_both_are_offered():
    depth = to_depth(stored(stereo(room(1.86), PRIMESENSE), "1/4000 m"))
    offered = {choice.unit: choice for choice in depth.choices}
    assert depth.choices[0].probability < SURE
    assert {"1/4000 m", "mm"} <= offered.keys()
    assert offered["1/4000 m"].median_m == pytest.approx(1.86, abs=0.02)
    assert offered["mm"].median_m == pytest.approx(7.44, abs=0.08)
    assert any("is a guess" in note and "7.4 m" in note for note in depth.notes)


def test_probabilities_add_up_and_the_first_is_the_unit():
    for unit in ("mm", "1/4000 m", "1/6553.5 m", "0.1 mm", "1/256 m"):
        depth = to_depth(stored(time_of_flight(room(2.0)), unit))
        chances = [choice.probability for choice in depth.choices]
        assert chances == sorted(chances, reverse=True)
        assert 0.9 < sum(chances) <= 1 + 1e-9
        assert depth.unit == depth.choices[0].unit


@needs_nyu
@pytest.mark.parametrize("sensor", [KINECT, PRIMESENSE, REALSENSE, None])
@pytest.mark.parametrize("unit", ["mm", "1/5000 m", "1/4000 m", "0.1 mm"])
def test_real_rooms_in_every_unit_are_right_or_offered(unit, sensor):
    right, offered, sure_and_wrong = 0, 0, 0
    files = sorted(NYU.glob("*.png"))[::90]
    for path in files:
        metres = np.asarray(Image.open(path)).astype(float) / 1000
        metres += np.random.default_rng(0).uniform(-0.02, 0.02, metres.shape)
        metres = time_of_flight(metres) if sensor is None else stereo(metres, sensor)
        depth = to_depth(stored(metres, unit))
        right += depth.unit == unit
        offered += unit in {choice.unit for choice in depth.choices}
        sure_and_wrong += depth.unit != unit and depth.choices[0].probability > SURE
    assert offered >= 0.9 * len(files)
    assert sure_and_wrong <= 0.1 * len(files)
    if unit == "mm" or (unit == "1/5000 m" and sensor == KINECT):
        assert right >= 0.95 * len(files)


@settings(max_examples=100, deadline=None)
@given(st.floats(0.01, 1e7, allow_nan=False).map(lambda n: float(f"{n:.6g}")))
def test_units_per_metre_can_be_typed(count):
    text = f"{count:f}".rstrip("0").rstrip(".")
    assume(float(text) > 0)
    names = {
        check_unit(form)
        for form in (f"1/{text} m", f"{text} per metre", f"units per metre: {text}")
    }
    assert len(names) == 1
    (name,) = names
    assert per_metre(name) == pytest.approx(float(text), rel=1e-9)
    depth = to_depth(np.array([[count, 2 * count], [0, 3 * count]]), name)
    np.testing.assert_allclose(depth.depth_m, [[1, 2], [np.nan, 3]], rtol=1e-6)
    assert "as you chose" in depth.notes[0]


@pytest.mark.parametrize(
    "unit",
    ["1/0 m", "1/-5 m", "1/x m", "1/1e9 m", "per metre", "1/5 mm", "4000", "1/ m"],
)
def test_what_is_no_unit_is_refused(unit):
    with pytest.raises(InputError, match="how many units make a metre"):
        check_unit(unit)


def test_presets():
    assert {
        unit: per_metre(unit) for unit in DEPTH_UNITS if per_metre(unit) is not None
    } == {
        "m": 1,
        "cm": 100,
        "mm": 1000,
        "1/5000 m": 5000,
        "1/4000 m": 4000,
        "1/6553.5 m": 6553.5,
        "0.1 mm": 10_000,
        "1/256 m": 256,
        "serv-ct": 256_000,
        "c3vd": 655_350,
    }
    assert check_unit("1/4000.0 m") == "1/4000 m"


def test_endoscopy_is_not_doubted():
    depth = to_depth(np.array([[10_000, 20_000, 15_000]], np.uint16), "serv-ct")
    np.testing.assert_allclose(depth.depth_m * 1000, [[10_000 / 256, 78.125, 58.59375]])
    assert not any("is the unit right" in note for note in depth.notes)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), smooth=st.booleans())
def test_arcore_confidence_is_set_aside(seed, smooth):
    rng = np.random.default_rng(seed)
    mm = np.rint(room(1.9, (90, 160)) * 1000).astype(np.uint16)
    blocks = rng.integers(0, 8, (9, 16)) if smooth else rng.integers(0, 8, (90, 160))
    confidence = blocks.repeat(10, 0).repeat(10, 1) if smooth else blocks
    codes = mm | (confidence.astype(np.uint16) << 13)
    for unit in ("auto", "arcore"):
        depth = to_depth(codes, unit)
        assert depth.unit == "arcore"
        np.testing.assert_allclose(depth.depth_m, mm / 1000, rtol=1e-6)


def test_long_plain_maps_are_not_arcores():
    depth = to_depth(stored(time_of_flight(room(8.0)), "mm"))
    assert depth.unit != "arcore"


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("scale", "shift"), [(1000, 0), (600, 150), (9, 0.05)])
@pytest.mark.parametrize("container", [npy_bytes, pfm_bytes])
def test_inverse_depth_is_not_claimed_as_metres(seed, scale, shift, container):
    inverse = (scale / room(2.4, seed=seed) + shift).astype(np.float32)
    reading = read_with_choices(None, container(inverse), ReadingOptions())
    assert reading.unit == "disparity"
    assert not reading.sample.depth_is_metric
    far_is_far = np.corrcoef(reading.sample.depth_m.ravel(), (1 / inverse).ravel())
    assert far_is_far[0, 1] > 0.99


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("container", [npy_bytes, pfm_bytes])
def test_depth_in_metres_stays_metres(seed, container):
    metres = room(2.4, seed=seed).astype(np.float32)
    sample = read_pair(None, container(metres))
    assert sample.depth_is_metric
    np.testing.assert_array_equal(sample.depth_m, metres)


@needs_nyu
def test_planes_and_rows_tell_depth_from_its_inverse():
    told = []
    for path in sorted(NYU.glob("*.png"))[::90]:
        depth = np.asarray(Image.open(path)).astype(float)
        there = depth > 0
        told.append(inverse_evidence(depth, there))
        inverse = np.divide(1, depth, where=there, out=np.zeros_like(depth))
        told.append(-inverse_evidence(inverse, there))
    told = np.array(told)
    assert (told < 0).mean() > 0.85
    assert (told > 0).mean() < 0.08


def test_which_end_of_a_relative_map_is_near_is_asked():
    grey = image_bytes((METRES / METRES.max() * 255).astype(np.uint8), "PNG")
    reading = read_with_choices(None, grey, ReadingOptions())
    assert [choice.unit for choice in reading.units] == ["relative", "disparity"]


@settings(max_examples=60, deadline=None)
@given(
    dtype=st.sampled_from([np.float16, np.float32, np.float64]),
    mark=st.sampled_from([65504.0, 65535.0, 1e9, 1e10, 3.4e38, np.inf]),
    share=st.floats(0.01, 0.9),
    seed=st.integers(0, 99),
)
def test_marks_of_decimal_numbers(dtype, mark, share, seed):
    values = METRES.astype(dtype)
    holes = np.random.default_rng(seed).random(values.shape) < share
    assume(0 < holes.sum() < holes.size)
    with np.errstate(over="ignore"):
        values[holes] = mark
    np.testing.assert_array_equal(np.isnan(to_depth(values, "m").depth_m), holes)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_65504_among_others_is_a_distance(dtype):
    values = np.linspace(30_000, 90_000, 600).reshape(20, 30).astype(dtype)
    values[3, 4], values[5, 6] = 65504, 65535
    assert not np.isnan(to_depth(values, "mm").depth_m).any()
