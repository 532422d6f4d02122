"""From every page to its lesson, for those who are new, and what words mean."""

import pytest

from tests.helpers.app.pages import words

PAGES = {
    "transport": ("transport", "Sinkhorn"),
    "attention": ("attention", "gate"),
    "distributions": ("distance", "MMD²"),
}


def links(app):
    return {one.proto.label: one.proto.query_string for one in app.get("page_link")}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_links_to_its_lesson_and_explains_its_words(run_app, page):
    lesson, word = PAGES[page]
    app = run_app(f"pages/{page}.py")
    assert not app.exception
    assert links(app)["Lesson"] == f"lesson={lesson}"
    assert f"**{word}**: " in words(app)


def test_who_is_new_is_led_to_the_first_lesson_until_they_were_there(run_app):
    app = run_app("pages/scaling.py")
    assert links(app)["New here? Three minutes"] == "lesson=tour"
    app.session_state["_been_in_class"] = True
    assert not [label for label in links(app.run()) if label.startswith("New here?")]


def test_the_contents_have_the_whole_glossary(run_app):
    app = run_app("pages/classroom.py")
    assert "**witness**: " in words(app)
    assert "**A-distance**: " in words(app)


def test_the_contents_name_a_language_as_its_speakers_do(run_app):
    told = [one.value for one in run_app("pages/classroom.py").caption]
    (german,) = [one for one in told if one.endswith("Deutsch")]
    assert german.startswith("8 Minuten · 8 Karten")


def test_a_lecturer_finds_the_way_to_present_on_the_first_card(run_app):
    app = run_app("pages/classroom.py", address={"lesson": "transport"})
    assert "lesson=transport" in links(app)["Present"]
    assert "present=1" in links(app)["Present"]
    for address in ({"card": "2"}, {"class": "ROOM12"}, {"present": "1"}):
        other = run_app("pages/classroom.py", address={"lesson": "transport"} | address)
        assert "Present" not in links(other)
