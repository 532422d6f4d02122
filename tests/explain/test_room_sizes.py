"""A generated room is rendered at the size that the MANGO which reads it has."""

import pytest

from fusionviz.data.rooms import ROOM_SIDE, side_for
from fusionviz.explain.batch.sources import PairChoice
from fusionviz.explain.pairs import name_room, read_room, room_side
from fusionviz.explain.source import FigureSource

LARGE = "mango-rooms-16"


@pytest.mark.parametrize(
    ("size", "side"),
    [
        (None, ROOM_SIDE),
        (16, ROOM_SIDE),
        (128, 128),
        (256, 256),
        ([256, 256], 256),
        ((240, 320), ROOM_SIDE),  # rooms are square
    ],
)
def test_a_room_is_as_large_as_its_reader_reads(size, side):
    assert side_for(size) == side


def test_a_name_tells_a_size_that_is_not_the_usual_one():
    assert name_room(3) == name_room(3, ROOM_SIDE) == {"room": 3}
    assert name_room(3, 160) == {"room": 3, "pixels": 160}
    assert read_room({"room": 3}).size == (ROOM_SIDE, ROOM_SIDE)
    assert read_room(name_room(3, 160)).size == (160, 160)


def test_the_shipped_weights_say_their_size():
    assert room_side("mango-rooms") == room_side(None) == ROOM_SIDE
    assert room_side("mango-nyu") == ROOM_SIDE
    assert room_side(LARGE) == 256


def test_a_command_and_a_recipe_make_the_same_room():
    by_name = FigureSource(room=3, checkpoint=LARGE).read_pair()
    sample, named = by_name
    assert named == {"room": 3, "pixels": 256}
    assert sample.size == (256, 256)
    again = FigureSource(checkpoint=LARGE).of(named).read_pair()
    assert again[1] == named
    # A recipe of before says no size: its room had the usual one.
    before = FigureSource(checkpoint=LARGE).of({"room": 3}).read_pair()
    assert before[0].size == (ROOM_SIDE, ROOM_SIDE)


def test_a_batch_of_rooms_has_the_size_that_it_is_told():
    sample, named = PairChoice(rooms=1, first_room=3, pixels=160).open().read(0)
    assert sample.size == (160, 160)
    assert named == {"room": 3, "pixels": 160}
