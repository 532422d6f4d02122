"""A lesson on the page: predictions are locked, kept, and held against what is so."""

import re

import pytest

from fusionviz.lessons import library
from tests.helpers.app.pages import address_of, alts, words
from tests.helpers.lessons import TINY


def press(app, key):
    return app.button(key=key).click().run()


def told(app):
    return " ".join(one.value for one in [*app.success, *app.info])


@pytest.mark.parametrize("card", range(1, 8))
def test_every_card_draws(open_card, card):
    app = open_card(card=str(card))
    assert not app.exception
    assert not [*app.error, *app.warning]
    assert "{" not in words(app)
    assert len(app.title) == 1


def test_next_and_back_are_in_the_address(open_card):
    app = open_card()
    assert app.title[0].value == "Is it lost?"
    app = press(app, "go_next")
    assert address_of(app)["card"] == "2"
    assert app.title[0].value == "Which is worse?"
    app = press(app, "go_back")
    assert app.title[0].value == "Is it lost?"
    assert app.button(key="go_back").disabled


def test_a_prediction_is_locked_before_it_is_seen(open_card):
    app = open_card(card="2")
    assert app.button(key="go_next").disabled
    assert app.button(key="lock_1").disabled
    app = app.radio[0].set_value(1).run()
    app = press(app, "lock_1")
    assert app.radio[0].disabled
    assert not app.button(key="go_next").disabled
    app = press(app, "go_next")
    assert "**float64**" in told(app)
    assert "**float32**" in told(app)
    app = press(app, "go_back")
    assert app.radio[0].disabled
    assert app.radio[0].value == 1


def test_what_was_computed_is_not_shown_to_who_has_not_predicted(open_card):
    app = open_card(card="3")
    assert not alts(app)
    assert "Worst" not in words(app)
    app = press(app, "to_prediction")
    assert app.title[0].value == "Which is worse?"


def test_a_control_is_live_and_in_the_address(open_card):
    app = open_card(card="4")
    before = words(app)
    assert "float32" in alts(app)[0]
    app = app.select_slider(key="tiny_4").set_value("float64").run()
    assert "float64" in alts(app)[0]
    assert words(app) != before
    assert address_of(app)["tiny_4"] == "float64"
    again = open_card(card="4", tiny_4="float64")
    assert alts(again) == alts(app)


def test_the_end_holds_predictions_against_what_was_computed(open_card):
    app = open_card(card="2")
    app = press(app.radio[0].set_value(0).run(), "lock_1")
    app.query_params["card"] = "5"
    app = app.run()
    app = press(app, "lock_4")
    app.query_params["card"] = "7"
    app = app.run()
    table = next(one.value for one in app.markdown if one.value.startswith("|"))
    assert table.count("\n") == 3
    assert "float32 | float32" in table


def test_files_are_offered_with_what_was_answered(open_card):
    app = open_card(card="2")
    app = press(app.radio[0].set_value(0).run(), "lock_1")
    app.query_params["card"] = "7"
    app = app.run()
    kinds = {one.proto.label: one for one in app.get("download_button")}
    assert set(kinds) == {
        "Worksheet (Markdown)",
        "Worksheet (HTML)",
        "Self-assessment (CSV)",
    }


def test_a_lesson_that_is_not_there_leads_to_the_contents(open_card):
    app = open_card(lesson="nothing")
    assert "`nothing`" in app.error[0].value
    assert len(app.get("page_link")) >= 3


def test_the_contents_tell_minutes_needs_and_what_is_broken(
    run_app, tmp_path, monkeypatch
):
    (tmp_path / "mine.toml").write_text(
        TINY.replace("minutes = 7", 'minutes = 7\nneeds = ["invertible"]'),
        encoding="utf-8",
    )
    (tmp_path / "broken.toml").write_text("title =", encoding="utf-8")
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))
    app = run_app("pages/classroom.py")
    assert not app.exception
    assert "7 minutes · 6 cards · after: What an invertible network is" in words(app)
    assert "broken.toml, line 1" in words(app)


def test_numbers_outside_the_lesson_are_its_ends(open_card):
    assert open_card(card="0").title[0].value == "Is it lost?"
    assert open_card(card="99").button(key="go_next").disabled
    assert open_card(card="x").title[0].value == "Is it lost?"


def test_a_lesson_in_another_language_captions_its_pictures_in_it(
    run_app, tmp_path, monkeypatch
):
    said = 'alt = "Fehler bis {worst}."\ncaption = "Höchstens {worst} daneben."'
    german = TINY.replace("minutes", 'language = "de"\nminutes').replace(
        'vary = "precision"', f'vary = "precision"\n{said}'
    )
    (tmp_path / "klein.toml").write_text(german, encoding="utf-8")
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))
    app = run_app("pages/classroom.py", address={"lesson": "klein", "card": "4"})
    assert not app.exception
    (alt,) = alts(app)
    assert re.fullmatch(r"Fehler bis \d\S* × 10⁻\S*\.", alt)
    assert alt.removeprefix("Fehler bis").rstrip(".") in words(app)
    assert "Wie man das liest" in [one.label for one in app.expander]
