"""Votes of a class: exact with twenty at once, once a voter, bounded."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fusionviz.lessons import classes
from fusionviz.lessons.classes import Classes, class_code


def test_twenty_vote_at_once_and_none_is_lost():
    room = Classes()

    def answer_all(voter: int) -> None:
        for place in range(50):
            room.vote("AB12", "lesson", place, f"voter {voter}", voter % 4)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(answer_all, range(20)))
    for place in range(50):
        votes = room.votes("AB12", "lesson", place)
        assert sorted(votes) == sorted(voter % 4 for voter in range(20))


def test_a_voter_counts_once():
    room = Classes()
    assert room.vote("A", "lesson", 0, "one", 1)
    assert not room.vote("A", "lesson", 0, "one", 2)
    assert room.votes("A", "lesson", 0) == (1,)


def test_classes_and_lessons_are_apart():
    room = Classes()
    room.vote("A", "lesson", 0, "one", 1)
    assert room.votes("B", "lesson", 0) == ()
    assert room.votes("A", "other", 0) == ()
    assert room.votes("A", "lesson", 1) == ()


def test_it_is_bounded(monkeypatch):
    for name in ("MOST_CLASSES", "MOST_VOTERS", "MOST_QUESTIONS"):
        monkeypatch.setattr(classes, name, 3)
    room = Classes()
    assert [room.vote("A", "x", 0, str(n), n) for n in range(5)] == [True] * 3 + [
        False
    ] * 2
    assert [room.vote("A", "x", n, "0", n) for n in range(1, 5)] == [True] * 2 + [
        False
    ] * 2
    for code in "BCD":
        room.vote(code, "x", 0, "0", 0)
    assert room.votes("A", "x", 0) == ()
    assert room.votes("D", "x", 0) == (0,)


def test_the_lecturers_card_is_known():
    room = Classes()
    assert room.shown("A") is None
    room.show("A", "transport", 3)
    assert room.shown("A") == ("transport", 3)


@pytest.mark.parametrize("text", [None, "", "a b", "<x>", "A" * 13, "é"])
def test_what_is_no_code(text):
    assert class_code(text) is None


def test_a_code():
    assert class_code("AB12") == "AB12"
