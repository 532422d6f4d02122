"""A class: votes of twenty sessions, the lecturer's window, notes that follow."""

import secrets

import pytest

from fusionviz.lessons.classes import CLASSES
from tests.helpers.app.pages import address_of, alts, specs, words
from tests.helpers.lessons import tiny_lesson

SESSIONS = 20


@pytest.fixture
def code() -> str:
    """A class of its own for each test: the votes are the server's."""
    return secrets.token_hex(3)


def test_twenty_sessions_are_open_and_the_lecturer_sees_every_vote(open_card, code):
    """Votes that come at the same moment are tested on `Classes` itself."""
    apps = [open_card(card="2", **{"class": code}) for _ in range(SESSIONS)]
    for number, app in enumerate(apps):
        apps[number] = app.radio[0].set_value(number % 4 // 3).run()
    for app in apps:
        assert not app.button(key="lock_1").click().run().exception
    votes = CLASSES.votes(code, tiny_lesson().sha256, 1)
    assert sorted(votes) == [0] * 15 + [1] * 5
    lecturer = open_card(card="2", present="1", **{"class": code})
    assert "20 votes. float32: 15, float64: 5." in alts(lecturer)


def test_the_lecturer_goes_on_without_an_answer_and_has_a_code(open_card):
    app = open_card(card="2", present="1")
    assert not app.radio
    assert not app.button(key="go_next").disabled
    assert len(address_of(app)["class"]) == 4
    app = app.button(key="go_next").click().run()
    assert app.info[0].value.startswith("Computed: **float32**")
    assert alts(app)


def test_notes_follow_the_lecturers_card(open_card, code):
    lecturer = open_card(card="1", present="1", **{"class": code})
    notes = open_card(notes="1", **{"class": code})
    assert "Ask first." in words(notes)
    lecturer.button(key="go_next").click().run()
    assert "Which is worse?" in notes.run().subheader[0].value
    assert not notes.exception


def test_without_a_class_nobody_is_counted(open_card, code):
    app = open_card(card="2", **{"class": "not a code!"})
    app = app.radio[0].set_value(0).run()
    app.button(key="lock_1").click().run()
    assert CLASSES.votes("not a code!", tiny_lesson().sha256, 1) == ()


def test_who_goes_back_does_not_vote_again(open_card, code):
    app = open_card(card="2", **{"class": code})
    app = app.radio[0].set_value(0).run()
    app = app.button(key="lock_1").click().run()
    assert "lock_1" not in [one.key for one in app.button]
    assert CLASSES.votes(code, tiny_lesson().sha256, 1) == (0,)


def test_the_worksheet_has_what_the_class_said(open_card, code):
    CLASSES.vote(code, tiny_lesson().sha256, 4, "somebody", 1e-3)
    app = open_card(card="7", **{"class": code})
    assert not app.exception
    assert len(app.get("download_button")) == 3


def test_the_lecturer_turns_a_card_to_its_words_and_back(open_card):
    app = open_card(card="4", present="1")
    assert alts(app)
    assert "Now" not in words(app)
    app = app.button(key="turn").click().run()
    assert address_of(app)["turned"] == "1"
    assert not alts(app)
    assert "Now" in words(app)
    app = app.button(key="go_next").click().run()
    assert "turned" not in address_of(app)
    assert not app.exception


def test_states_stand_side_by_side_before_a_class(open_card):
    app = open_card(card="4", present="1")
    assert not app.select_slider
    offered = [
        [one.content for one in group.proto.options]
        for group in app.get("button_group")
    ]
    assert ["float32", "float64"] in offered


def test_type_on_a_charts_before_a_class_is_of_24_pixels(open_card):
    alone, shown = (
        next(iter(specs(open_card(card="4", **look)).values()))
        for look in ({}, {"present": "1"})
    )
    assert shown["layout"]["font"]["size"] == 1.72 * alone["layout"]["font"]["size"]
    assert min(sizes(shown)) >= 24


def sizes(part):
    """Yield the size of each font in a part of a figure."""
    if isinstance(part, list):
        for one in part:
            yield from sizes(one)
    elif isinstance(part, dict):
        for key, one in part.items():
            if key == "template":
                continue
            if key.endswith("font") and "size" in one:
                yield one["size"]
            yield from sizes(one)


def test_the_class_is_told_where_to_vote_and_sees_no_empty_chart(open_card, code):
    app = open_card(card="2", present="1", **{"class": code})
    assert f"/classroom?lesson=tiny&class={code}" in words(app)
    assert not alts(app)
    CLASSES.vote(code, tiny_lesson().sha256, 1, "somebody", 1)
    (spec,) = specs(app.run()).values()
    assert spec["data"][0]["y"] == ["A", "B"]
    app = open_card(card="7", present="1", **{"class": code})
    assert "| Which is worse? | 1 votes. float32: 0, float64: 1. |" in words(app)
