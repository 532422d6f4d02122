"""The report of a session: what was looked at, what was noted, what is left out."""

import pytest

from fusionviz.ui.shared import report
from tests.helpers.app.pages import run_page


@pytest.fixture
def app(monkeypatch, tiny_checkpoints):
    """The app at its first page, whose pictures are listed."""
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    return run_page("app.py", {})


def looks(app):
    return app.session_state["_looked_at"]


def opened(app):
    app.session_state["report"] = True
    return app.run()


def written(app):
    return report._write(looks(app)).decode()


def test_what_a_page_shows_is_listed_and_can_be_noted(app):
    assert not app.exception
    kinds = {one.recipe.exhibit for one in looks(app).values()}
    assert {"inputs-pair", "inputs-points"} <= kinds
    assert any(one.label.startswith("Report · ") for one in app.expander)
    opened(app)
    note = next(one for one in app.text_area if one.label == "Note on The pair")
    note.set_value("a <b>bold</b> wall").run()
    assert not app.exception
    assert "a <b>bold</b> wall" in [one.note for one in looks(app).values()]
    page = written(app)
    assert "a &lt;b&gt;bold&lt;/b&gt; wall" in page
    assert page.count('role="figure"') == len(looks(app))


def test_what_is_not_wanted_is_left_out(app):
    opened(app)
    before = len(looks(app))
    box = next(one for one in app.checkbox if one.label == "The pair")
    box.uncheck().run()
    assert not app.exception
    assert sum(one.is_wanted for one in looks(app).values()) == before - 1
    assert not any(one.label == "Note on The pair" for one in app.text_area)


def test_another_setting_takes_the_place_of_the_last_and_keeps_the_note(app):
    opened(app)
    note = next(one for one in app.text_area if one.label == "Note on The pair")
    note.set_value("mine").run()
    count = len(looks(app))
    app.run()
    assert len(looks(app)) == count
    app.number_input(key="seed").set_value(5).run()
    assert len(looks(app)) > count  # another room is another subject
    assert [one.note for one in looks(app).values()].count("mine") == 1


def test_the_list_is_bounded_and_what_has_a_note_stays(app, monkeypatch):
    monkeypatch.setattr(report, "MOST", 3)
    assert len(looks(app)) > 1
    first = next(iter(looks(app).values()))
    first.note = "keep"
    app.number_input(key="seed").set_value(5).run()
    assert not app.exception
    assert len(looks(app)) == 3
    assert first in looks(app).values()
    rooms = [one.recipe.subject.sample.get("room") for one in looks(app).values()]
    assert rooms.count(5) == 2  # those that were looked at last
