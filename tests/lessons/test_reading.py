"""What a lesson's file must hold, and the sentence where it does not."""

import shutil

import pytest

from fusionviz.lessons import library
from fusionviz.lessons.library import list_lessons, load_lesson
from fusionviz.lessons.reading import LessonError, read_lesson
from tests.helpers.lessons import TINY, documented, tiny_lesson

BREAKS = {
    "toml": ("minutes = 7", "minutes = = 7", 3, "invalid"),
    "missing": ('takeaway = "It comes back."', "", 1, "takeaway is missing"),
    "unknown": ("minutes = 7", "minutes = 7\nhours = 1", 4, "hours"),
    "type": ("minutes = 7", 'minutes = "seven"', 3, "whole number"),
    "kind": ('kind = "latents-round-trip"', 'kind = "nothing"', 7, "nothing"),
    "control": ('"float64"]', '"float16"]', 6, "float16"),
    "sample": ("room = 3", "rooms = 3", 6, "one sample"),
    "vary": ('vary = "precision"\n', "", 6, "vary goes with values"),
    "card": ('kind = "act"', 'kind = "play"', 40, "play"),
    "exhibit": ('"trip"\ntext = "Now', '"tripp"\ntext = "Now', 42, "tripp"),
    "number": ("Now {worst}", "Now {other.worst}", 43, "other"),
    "expression": ("Now {worst}", "Now {worst +}", 43, "no expression"),
    "truth": ('truth = "trip.worst"', "", 45, "truth"),
    "choice": ("when = \"trip.worst < trip['float64'].worst\"", "wen = 1", 30, "wen"),
    "state": ('text = "Worst', 'state = "float8"\ntext = "Worst', 37, "float8"),
}  # fmt: skip
"""By what is broken: the words that are replaced, by what, the line, and the reason."""


def test_a_lesson_is_read():
    lesson = tiny_lesson()
    assert [card.kind for card in lesson.cards] == [
        *("question", "predict", "reveal", "act", "predict", "reveal")
    ]
    assert lesson.asking == (1, 4)
    assert [lesson.prediction_for(n) for n in range(6)] == [
        None,
        None,
        1,
        None,
        None,
        4,
    ]
    calls = lesson.exhibits["trip"].calls
    assert [call.controls["precision"] for call in calls] == ["float32", "float64"]
    assert calls[0].sample == {"room": 3}
    assert lesson.exhibits["trip"].at("float64") == calls[1]


def test_samples_and_checkpoints_vary_too():
    text = TINY.replace('vary = "precision"', 'vary = "room"')
    text = text.replace('["float32", "float64"]', "[4, 5]").replace("float64", "5")
    calls = tiny_lesson(text).exhibits["trip"].calls
    assert [call.sample for call in calls] == [{"room": 4}, {"room": 5}]
    text = text.replace('vary = "room"', 'vary = "checkpoint"').replace(
        "[4, 5]", '["a", "5"]'
    )
    assert [c.checkpoint for c in tiny_lesson(text).exhibits["trip"].calls] == [
        "a",
        "5",
    ]


@pytest.mark.parametrize("what", BREAKS)
def test_what_is_broken_is_told_with_file_and_line(what):
    old, new, line, reason = BREAKS[what]
    assert TINY.count(old) == 1
    with pytest.raises(LessonError, match=rf"tiny\.toml, line {line}: .*{reason}"):
        tiny_lesson(TINY.replace(old, new))


def test_the_example_of_the_documentation_is_short_and_whole():
    text = documented()
    assert len(text.splitlines()) < 60
    lesson = read_lesson(text, "example", "example.toml")
    assert {card.kind for card in lesson.cards} >= {"question", "predict", "reveal"}


def test_a_broken_lesson_is_a_sentence_and_the_others_load(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(TINY, encoding="utf-8")
    (tmp_path / "broken.toml").write_text("title =", encoding="utf-8")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))
    found = list_lessons()
    assert "mine" in found.lessons
    assert "transport" in found.lessons
    assert sorted(problem.split(",")[0] for problem in found.problems) == [
        "broken.toml",
        "bytes.toml",
    ]
    assert all("line 1" in problem for problem in found.problems)


def test_ones_own_lesson_takes_the_place_of_one_that_ships(tmp_path, monkeypatch):
    (tmp_path / "transport.toml").write_text(TINY, encoding="utf-8")
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))
    assert list_lessons()["transport"].title == "A round trip"


def test_a_file_that_changes_is_read_again(tmp_path):
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    first = load_lesson(path)
    shutil.copyfile(path, tmp_path / "copy")
    path.write_text(TINY.replace("A round trip", "Another"), encoding="utf-8")
    assert load_lesson(path).title == "Another"
    assert load_lesson(path).sha256 != first.sha256


def test_all_lessons_that_ship_are_whole():
    assert list_lessons().problems == ()
