"""Lessons that ship: how many, how long, and that every number in them is there."""

from pathlib import Path

import pytest

from fusionviz.explain.lesson_check import check_lesson
from fusionviz.lessons.library import DOOR, ORDER, list_lessons
from fusionviz.lessons.records import CARD_KINDS
from tests.helpers.app.pages import ROOT

LESSONS = list_lessons().lessons


def test_there_are_a_door_eight_in_english_and_one_in_another_language():
    english = [one.name for one in LESSONS.values() if one.language == "en"]
    assert english == [DOOR, *ORDER]
    assert len(ORDER) == 8
    others = [one for one in LESSONS.values() if one.language != "en"]
    assert others
    assert all(one.translation_of in english for one in others)


def test_the_door_takes_three_minutes():
    lesson = LESSONS[DOOR]
    assert lesson.minutes == 3
    assert len(lesson.cards) <= 5
    words = sum(len(f"{card.title} {card.text}".split()) for card in lesson.cards)
    assert words / 150 < lesson.minutes  # what is read of it, at 150 words a minute


@pytest.mark.parametrize("name", [name for name in LESSONS if name != DOOR])
def test_it_is_of_a_size_to_be_taught(name):
    lesson = LESSONS[name]
    assert 6 <= len(lesson.cards) <= 8
    assert 7 <= lesson.minutes <= 10
    assert all(card.notes for card in lesson.cards if card.kind != "check")
    assert any(card.kind == "predict" for card in lesson.cards)
    assert lesson.cards[-1].kind == "check"


def test_every_kind_of_card_and_of_answer_is_used():
    cards = [card for lesson in LESSONS.values() for card in lesson.cards]
    assert {card.kind for card in cards} == set(CARD_KINDS)
    assert {card.form for card in cards} == {None, "choice", "number", "curve"}


def test_a_translation_asks_what_the_original_asks():
    for lesson in LESSONS.values():
        if lesson.translation_of is None:
            continue
        first = LESSONS[lesson.translation_of]
        assert [c.kind for c in lesson.cards] == [c.kind for c in first.cards]
        assert [c.truth for c in lesson.cards] == [c.truth for c in first.cards]
        assert lesson.calls == first.calls
        for one in lesson.exhibits.values():
            assert one.caption
            assert one.alt


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_every_number_of_it_is_there(name, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(checkpoints()))
    lines = list(check_lesson(LESSONS[name]))
    assert len(lines) == len(LESSONS[name].cards)


def checkpoints() -> Path:
    return ROOT / "checkpoints"
