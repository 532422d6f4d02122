"""Severity 0 changes nothing, more is never less change, a seed gives the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.faults.depth import DEPTH_FAULTS, KINECT_NOISE
from fusionviz.data.faults.fault import level
from fusionviz.data.faults.rgb import RGB_FAULTS
from fusionviz.data.faults.samples import FaultChoice, find_fault, put_fault
from fusionviz.data.faults.steps import STEP_FAULTS, Steps
from fusionviz.data.records import RGBDSample
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError

SEVERITIES = (0, 0.5, 1, 2, 3, 4, 5)
MOVING = ("shift", "rotation", "wrong-speed")
"""Whose change need not grow pixel by pixel: they move things, and are tested so."""

named = {"ids": lambda fault: fault.name}


@pytest.fixture(scope="module")
def room() -> RGBDSample:
    return render_room(45, (96, 128))


def change_of_picture(before: np.ndarray, after: np.ndarray) -> float:
    return float(((after.astype(float) - before) ** 2).sum())


def change_of_depth(before: np.ndarray, after: np.ndarray) -> float:
    """Lost pixels count as much as their disparity was."""
    disparity = 1 / before.astype(float)
    left = np.nan_to_num(1 / after.astype(float), nan=0.0)
    return float(np.nansum(np.abs(disparity - left)))


def change_of_steps(before: Steps, after: Steps) -> float:
    lost = set(before.origin.tolist()) - set(after.origin.tolist())
    moved = np.abs(after.values - before.values[after.origin]).sum()
    return 1e6 * len(lost) + float(moved)


@pytest.mark.parametrize("fault", RGB_FAULTS, **named)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), picture=st.integers(0, 10_000))
def test_more_severe_is_never_less_change_of_a_picture(fault, seed, picture):
    rng = np.random.default_rng(picture)
    coarse = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    rgb = coarse.repeat(8, axis=0).repeat(8, axis=1)
    kept = rgb.copy()
    changes = []
    for severity in SEVERITIES:
        out = fault.apply(rgb, severity, seed=seed)
        assert out.dtype == np.uint8
        assert out.shape == rgb.shape
        np.testing.assert_array_equal(out, fault.apply(rgb, severity, seed=seed))
        changes.append(change_of_picture(rgb, out))
    np.testing.assert_array_equal(rgb, kept)
    assert changes[0] == 0
    assert changes[-1] > 0
    # rounding to whole numbers may take back a little of a blur
    slack = 0.01 * changes[-1]
    assert all(b >= a - slack for a, b in zip(changes, changes[1:], strict=False))


@pytest.mark.parametrize(
    "fault", [one for one in DEPTH_FAULTS if one.name not in MOVING], **named
)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scene=st.integers(0, 10_000))
def test_more_severe_is_never_less_change_of_a_depth_map(fault, seed, scene):
    rng = np.random.default_rng(scene)
    coarse = rng.uniform(0.5, 12, (6, 8)).astype(np.float32)
    depth = coarse.repeat(8, axis=0).repeat(8, axis=1)
    depth += rng.uniform(0, 0.2, depth.shape).astype(np.float32)
    depth[rng.random(depth.shape) < 0.1] = np.nan
    changes = []
    for severity in SEVERITIES:
        out = fault.apply(depth, severity, seed=seed)
        assert out.dtype == np.float32
        assert out.shape == depth.shape
        np.testing.assert_array_equal(out, fault.apply(depth, severity, seed=seed))
        assert not np.isinf(out).any()
        assert np.nanmin(out, initial=1.0) > 0
        assert np.isnan(out[np.isnan(depth)]).all()
        changes.append(change_of_depth(depth, out))
    assert changes[0] == 0
    assert changes[-1] > 0
    if fault.name == "range-noise":  # of depth, not of its inverse: see the next test
        return
    assert all(b >= a * (1 - 1e-6) for a, b in zip(changes, changes[1:], strict=False))


def test_range_noise_grows_with_the_square_of_the_distance():
    fault = find_fault("depth", "range-noise", is_image=True)
    near, far = np.full((200, 200), 1, np.float32), np.full((200, 200), 4, np.float32)
    deviations = [
        (fault.apply(depth, 1, seed=3) - depth).std() for depth in (near, far)
    ]
    assert deviations[0] == pytest.approx(KINECT_NOISE, rel=0.03)
    assert deviations[1] == pytest.approx(16 * KINECT_NOISE, rel=0.03)
    off = [np.abs(fault.apply(near, s, seed=3) - near).sum() for s in (1, 2, 3)]
    assert off[0] < off[1] < off[2]


def test_depths_stay_metres():
    depth = np.full((40, 40), 30.0, np.float32)
    depth[20:] = 29.0
    for fault in DEPTH_FAULTS:
        left = fault.apply(depth, 2, seed=0)
        measured = left[~np.isnan(left)]
        assert measured.size == 0 or measured.max() > 5


def test_a_wrong_unit_is_five_times_too_far_at_most(room):
    fault = find_fault("depth", "wrong-unit", is_image=True)
    np.testing.assert_allclose(
        fault.apply(room.depth_m, 5), 5 * room.depth_m, rtol=1e-6
    )


def test_sparse_keeps_what_a_lidar_sees():
    fault = find_fault("depth", "sparse", is_image=True)
    left = fault.apply(np.ones((200, 200), np.float32), 5, seed=1)
    assert np.isfinite(left).mean() == pytest.approx(0.05, abs=0.005)


def test_nothing_leaves_nothing(room):
    fault = find_fault("depth", "nothing", is_image=True)
    assert np.isnan(fault.apply(room.depth_m, 5)).all()
    assert np.isnan(fault.apply(room.depth_m, 1)).mean() == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("name", ["shift", "rotation"])
def test_moved_depth_moves_farther_when_more_severe(name):
    fault = find_fault("depth", name, is_image=True)
    depth = np.full((101, 101), 2.0, np.float32)
    depth[50, 90] = 7.0  # one spot
    places = []
    for severity in (1, 2, 3):
        out = fault.apply(depth, severity, seed=5)
        row, column = np.argwhere(out == 7.0)[0]
        places.append(np.hypot(row - 50, column - 90))
    assert 0 < places[0] < places[1] < places[2]
    turned = 40 * np.radians(2) if name == "rotation" else 101 / 60
    assert places[0] == pytest.approx(turned, abs=1)


@pytest.mark.parametrize("fault", STEP_FAULTS, **named)
@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1), count=st.integers(1, 60), width=st.integers(1, 4)
)
def test_more_severe_is_never_less_change_of_a_sequence(fault, seed, count, width):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(count, width)).astype(np.float32)
    steps = Steps.of(values)
    changes, left = [], []
    for severity in SEVERITIES:
        out = fault.apply(steps, severity, seed=seed)
        again = fault.apply(steps, severity, seed=seed)
        np.testing.assert_array_equal(out.values, again.values)
        assert out.values.dtype == np.float32
        assert 1 <= len(out.values) == len(out.origin) <= count
        assert (np.diff(out.origin) > 0).all()
        changes.append(change_of_steps(steps, out))
        left.append(len(out.values))
    assert changes[0] == 0
    if fault.name == "wrong-speed":
        assert all(b <= a for a, b in zip(left, left[1:], strict=False))
        return
    if fault.name == "words-replaced":  # a step that takes an equal one's place counts
        return
    assert all(b >= a for a, b in zip(changes, changes[1:], strict=False))


def test_more_words_are_replaced_when_more_severe():
    fault = find_fault("text", "words-replaced", is_image=False)
    ids = np.arange(100)
    changed = [
        set(np.flatnonzero(fault.apply(Steps.of(ids), s, seed=2).values != ids))
        for s in (1, 2, 3, 4, 5)
    ]
    assert all(a <= b for a, b in zip(changed, changed[1:], strict=False))
    assert 70 <= len(changed[-1]) <= 80


def test_a_fault_of_one_modality_leaves_the_others(room):
    dark = put_fault(room, FaultChoice(modality="rgb", fault="darkness", severity=3))
    assert dark.depth_m is room.depth_m
    assert dark.rgb.mean() < room.rgb.mean() / 2
    alone = RGBDSample(rgb=room.rgb, depth_m=None)
    choice = FaultChoice(modality="depth", fault="sparse", severity=2)
    assert put_fault(alone, choice) is alone


@pytest.mark.parametrize("modality", ["video", "text"])
def test_times_words_and_truth_follow_the_steps_that_are_left(modality):
    sample = render_utterance(12)
    choice = FaultChoice(modality=modality, fault="frames-dropped", severity=3, seed=1)
    out = put_fault(sample, choice)
    kept = [
        int(np.flatnonzero((sample.modalities[modality] == row).all(axis=1))[0])
        for row in out.modalities[modality]
    ]
    assert len(kept) < len(sample.modalities[modality])
    if modality == "text":
        assert out.words == tuple(sample.words[place] for place in kept)
        for source, places in out.alignment.items():
            for was, now in zip(sample.alignment[source], places, strict=True):
                assert now == (kept.index(was) if was in kept else -1)
    else:
        np.testing.assert_array_equal(out.times["video"], sample.times["video"][kept])
        np.testing.assert_array_equal(
            out.alignment["video"], sample.alignment["video"][kept]
        )


def test_what_is_no_fault_is_refused(room):
    with pytest.raises(InputError, match="darkness"):
        find_fault("rgb", "gremlins", is_image=True)
    with pytest.raises(ValueError, match="0 to 5"):
        FaultChoice(modality="rgb", fault="darkness", severity=6)
    with pytest.raises(ValueError, match="0 to 5"):
        RGB_FAULTS[0].apply(room.rgb, -1)


def test_levels_are_linear_between_whole_severities():
    assert level(2.5, 0, 1, 2, 4, 8, 16) == 3


@pytest.mark.parametrize("count", [1, 2, 69, 138, 207])
def test_a_wrong_speed_stays_within_the_sequence(count):
    """60 times 1.15 is 69 in decimals and less in binary."""
    values = np.arange(count, dtype=np.float32)[:, None]
    speed = next(fault for fault in STEP_FAULTS if fault.name == "wrong-speed")
    for severity in np.linspace(0.5, 5, 19):
        fast = speed.apply(Steps.of(values), float(severity))
        np.testing.assert_array_equal(fast.values[:, 0], fast.origin)
        assert (np.diff(fast.origin) > 0).all()
