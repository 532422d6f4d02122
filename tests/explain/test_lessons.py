"""Exhibits of lessons: made once, kept as JSON, and checked without a screen."""

import base64
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz.cli import app
from fusionviz.errors import InputError
from fusionviz.explain import lessons
from fusionviz.explain.lesson_check import check_lesson
from fusionviz.explain.lessons import ExhibitStore, from_json, make_call, to_json
from fusionviz.lessons import library
from tests.helpers.lessons import TINY, tiny_lesson


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))


@pytest.fixture(scope="module")
def lesson():
    return tiny_lesson()


def numbers_of(values):
    """Return numbers also where they are packed as Plotly's JSON packs them."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def data_of(figure):
    return json.loads(figure.to_json())


def test_an_exhibit_comes_back_from_json(lesson):
    made = make_call(lesson.calls[0])
    back = from_json(to_json(made))
    assert (back.alt, back.caption, back.formula) == (
        made.alt,
        made.caption,
        made.formula,
    )
    assert back.numbers == made.numbers
    assert len(back.figure.data) == len(made.figure.data)
    for one, other in zip(back.figure.data, made.figure.data, strict=True):
        assert one.type == other.type
        if other.type == "scatter" and other.y is not None:
            np.testing.assert_array_equal(numbers_of(one.y), numbers_of(other.y))
    assert data_of(back.figure)["layout"] == data_of(made.figure)["layout"]


def test_it_is_made_once(lesson, tmp_path, monkeypatch):
    store = ExhibitStore(tmp_path)
    first = store.make(lesson.calls[0])
    assert store.has(lesson.calls[0])
    assert not store.has(lesson.calls[1])
    monkeypatch.setattr(lessons, "make_call", lambda call: pytest.fail("made again"))
    assert store.make(lesson.calls[0]).numbers == first.numbers


def test_other_weights_are_another_exhibit(lesson, tmp_path, monkeypatch):
    store = ExhibitStore(tmp_path)
    store.make(lesson.calls[0])
    read = lessons.read_card(str(lesson.calls[0].checkpoint))
    other = type(read)(**{**vars(read), "sha256": "another"})
    monkeypatch.setattr(lessons, "read_card", lambda name: other)
    assert not store.has(lesson.calls[0])


def test_a_lesson_is_checked_by_computing_it(lesson, tmp_path):
    lines = list(check_lesson(lesson, ExhibitStore(tmp_path).make))
    assert len(lines) == len(lesson.cards)
    assert "→ float32" in lines[1]


def test_a_number_that_is_not_there_names_the_card(tmp_path):
    lesson = tiny_lesson(TINY.replace("Now {worst}", "Now {wurst}"))
    with pytest.raises(InputError, match=r"card 4 .*wurst.*worst"):
        list(check_lesson(lesson, ExhibitStore(tmp_path).make))


def test_a_truth_that_nobody_can_predict_is_refused(tmp_path):
    lesson = tiny_lesson(TINY.replace("low = 1e-9", "low = 0.9"))
    with pytest.raises(InputError, match="card 5 .*nobody can predict"):
        list(check_lesson(lesson, ExhibitStore(tmp_path).make))


def test_the_commands_list_check_and_warm(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    run = CliRunner().invoke
    listed = run(app, ["lessons", "list"])
    assert "tiny: A round trip (en, 6 cards, 7 minutes)" in listed.output
    checked = run(app, ["lessons", "check", str(path)])
    assert checked.exit_code == 0
    assert "6 cards, all well" in checked.output
    warmed = run(app, ["lessons", "warm", "tiny"])
    assert "2 exhibits, 0 of them made now" in warmed.output
    path.write_text(TINY.replace('"act"', '"play"'), encoding="utf-8")
    broken = run(app, ["lessons", "check", str(path)])
    assert broken.exit_code == 2
    assert "tiny.toml, line 40" in broken.output
