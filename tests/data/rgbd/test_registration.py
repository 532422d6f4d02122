"""Turning depth, moving it over RGB, and what is left after a crop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fusionviz.data.rgbd.reading import ReadingOptions, read_with_choices
from fusionviz.data.rgbd.registration import (
    Placement,
    depth_edges,
    edge_agreement,
    move,
)
from fusionviz.data.rgbd_files import read_pair
from fusionviz.data.rooms import render_room
from fusionviz.errors import InputError
from tests.helpers.files.rgbd_bytes import image_bytes, npy_bytes, photo, room_mm

MM, PHOTO = room_mm(), photo()
METRES = (MM / 1000).astype(np.float32)
ROOM = render_room(5)


@settings(max_examples=60, deadline=None)
@given(right=st.integers(-8, 8), down=st.integers(-6, 6))
def test_moves_by_whole_pixels(right, down):
    moved, notes = move(METRES, Placement(right=right, down=down))
    rows, columns = METRES.shape
    expected = np.full_like(METRES, np.nan)
    for row in range(rows):
        for column in range(columns):
            if 0 <= row - down < rows and 0 <= column - right < columns:
                expected[row, column] = METRES[row - down, column - right]
    np.testing.assert_array_equal(moved, expected)
    assert bool(notes) == bool(right or down)


@settings(max_examples=40, deadline=None)
@given(right=st.floats(-7, 7), down=st.floats(-5, 5), scale=st.floats(0.8, 1.25))
def test_moves_invent_no_distance(right, down, scale):
    moved, _ = move(METRES, Placement(right=right, down=down, scale=scale))
    assert np.isin(moved[~np.isnan(moved)], METRES).all()


def test_scaling_keeps_the_centre():
    depth = np.full((41, 41), 2, np.float32)
    depth[20, 20] = 1
    moved, _ = move(depth, Placement(scale=1.25))
    assert moved[20, 20] == 1
    assert not np.isnan(moved).any()
    small, _ = move(depth, Placement(scale=0.8))
    assert np.isnan(small).mean() == pytest.approx(1 - 0.8**2, abs=0.05)


@pytest.mark.parametrize(
    "wrong",
    [{"turn": 45}, {"scale": 3}, {"scale": 0}, {"right": np.nan}, {"down": np.inf}],
)
def test_placements_that_are_none(wrong):
    with pytest.raises(InputError):
        Placement(**wrong)


def test_moves_beyond_the_limit_are_refused():
    with pytest.raises(InputError, match="move it less"):
        move(METRES, Placement(right=9))


def test_a_move_is_undone_by_its_edges():
    rgb, depth = ROOM.rgb, ROOM.depth_m
    off, _ = move(depth, Placement(right=5, down=-3))
    agreement = {
        right: edge_agreement(rgb, move(off, Placement(right=right, down=3))[0])
        for right in range(-9, 3)
    }
    assert max(agreement, key=agreement.get) == -5


def test_edges_are_on_the_nearer_side():
    depth = np.full((6, 8), 3, np.float32)
    depth[2:4, 3:6] = 1
    expected = np.zeros(depth.shape, bool)
    expected[2:4, 3:6] = True
    np.testing.assert_array_equal(depth_edges(depth), expected)
    depth[0, 0] = np.nan
    assert not depth_edges(depth)[0, 0]


@pytest.mark.parametrize("turn", [90, 270])
def test_depth_on_its_side_is_offered_turned(turn):
    rgb = np.ascontiguousarray(ROOM.rgb[:, 16:112])
    depth = ROOM.depth_m[:, 16:112]
    assert rgb.shape[0] > rgb.shape[1]
    lying = np.rot90(depth, turn // 90)  # counter-clockwise: undone by the turn
    files = image_bytes(rgb, "PNG"), npy_bytes(lying)
    reading = read_with_choices(*files, ReadingOptions())
    assert reading.turns[0] == turn
    assert set(reading.turns) == {0, 90, 270}
    assert any("lies on its side" in note for note in reading.sample.notes)
    turned = read_pair(*files, placement=Placement(turn=turn))
    np.testing.assert_array_equal(turned.depth_m, depth)
    assert any(f"turned by {turn} degrees" in note for note in turned.notes)
    again = read_with_choices(*files, ReadingOptions(placement=Placement(turn=turn)))
    assert set(again.turns) == {0, 90, 270}


def test_no_turn_is_offered_where_both_lie_alike():
    reading = read_with_choices(
        image_bytes(PHOTO, "PNG"), npy_bytes(METRES), ReadingOptions()
    )
    assert reading.turns == ()


@settings(max_examples=40, deadline=None)
@given(
    columns=st.integers(6, 40),
    factor=st.integers(1, 6),
    rows=st.integers(4, 30),
    more=st.integers(1, 20),
)
def test_rows_cut_off_depth_are_cut_off_rgb(columns, factor, rows, more):
    """Depth of fewer rows and a width that goes evenly into RGB's."""
    rgb = np.zeros(((rows + more) * factor, columns * factor, 3), np.uint8)
    depth = (2 + np.arange(rows * columns) / 1e4).reshape(rows, columns)
    depth = depth.astype(np.float32)
    if more / rows < 0.02:
        return
    sample = read_pair(image_bytes(rgb, "PNG"), npy_bytes(depth), depth_unit="m")
    assert sample.size == (rows * factor, columns * factor)
    expected = depth.repeat(factor, 0).repeat(factor, 1)
    np.testing.assert_array_equal(sample.depth_m, expected)


@settings(max_examples=30, deadline=None)
@given(side=st.integers(20, 60), margin=st.integers(2, 20))
def test_nothing_left_after_the_crop_is_one_sentence(side, margin):
    depth = np.full((side, side + 2 * margin), np.nan, np.float32)
    depth[:, :margin] = 2.0
    depth[0, 0] = 1.5
    rgb = np.zeros((side, side, 3), np.uint8)
    if 2 * margin / side <= 0.01:
        return
    with pytest.raises(InputError, match="no distance where it lies over RGB") as said:
        read_pair(image_bytes(rgb, "PNG"), npy_bytes(depth), depth_unit="m")
    assert str(said.value).count(". ") == 0


def test_holes_are_counted_after_the_crop():
    depth = np.full((40, 60), 2.0, np.float32)
    depth[:, :10] = np.nan  # cropped away
    depth[:10, 10:50] = np.nan
    rgb = np.zeros((40, 40, 3), np.uint8)
    sample = read_pair(image_bytes(rgb, "PNG"), npy_bytes(depth), depth_unit="m")
    assert any("25.0%" in note for note in sample.notes)


def test_options_survive_a_recipe():
    options = ReadingOptions(
        depth_unit="1/4000 m",
        depth_name="left",
        placement=Placement(turn=90, right=3.5, down=-2, scale=1.1),
        fourth_is_depth=False,
    )
    assert ReadingOptions.from_recipe(options.as_recipe()) == options
    assert ReadingOptions().as_recipe() == {"depth_unit": "auto"}
    assert ReadingOptions.from_recipe({}) == ReadingOptions()
