"""Faults that fuzzing found, each of which once ended in another error."""

import io
import json
from contextlib import suppress

import numpy as np
import pytest

from fusionviz.data.arrays.checks import finite
from fusionviz.data.sequences.files import read_sequences
from fusionviz.errors import CheckpointError, InputError
from fusionviz.exhibits.kinds import KINDS, exhibit_kind
from fusionviz.exhibits.shared.exhibit import FigureRecipe
from fusionviz.explain.command import read_recipe
from fusionviz.explain.lessons import ExhibitStore
from fusionviz.lessons.reading import LessonError, read_lesson
from fusionviz.lessons.records import ExhibitCall
from fusionviz.models.cards import ModelCard
from fusionviz.models.factory import check_config
from fusionviz.scaling.runs import ScalingRun, read_run
from fusionviz.training.ablation import load_ablation
from fusionviz.training.recipes import Recipe, load_recipe
from fusionviz.training.robustness.report import RobustnessReport, read_report
from tests.helpers.lessons import TINY

DEEP = "[" * 100_000
LONG = ("long", "two lines", "list", "none")
NO_UTF8 = b"name = '\xff\xfe'"


def assert_sentence(raised, *words):
    told = str(raised.value)
    assert told.isprintable(), told
    assert len(told) < 1500
    for word in words:
        assert word in told


@pytest.mark.parametrize("name", ["a\x07b.csv", "\u202e\U00074c12.csv", "\0.csv"])
@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1\n", b"word\nso\n", b"\x89PNG\r\n\x1a\n"]
)
def test_names_that_cannot_be_printed_do_not_get_into_sentences(name, data):
    with pytest.raises(InputError) as raised:
        read_sequences({name: data})
    assert_sentence(raised, ".csv")


def test_names_that_cannot_be_printed_do_not_name_a_sample():
    buffer = io.BytesIO()
    rows = np.arange(12.0, dtype=np.float32).reshape(4, 3)
    np.savez(buffer, text=rows, audio=rows)
    sample = read_sequences({"a\x07\n.npz": buffer.getvalue()})
    assert sample.id.isprintable()


def test_a_long_value_is_cut():
    with pytest.raises(InputError) as raised:
        exhibit_kind("x" * 100_000)
    assert_sentence(raised, "latents-traverse")
    with pytest.raises(LessonError) as raised:
        read_lesson(TINY.replace("latents-round-trip", "x" * 5000), "a", "a.toml")
    assert_sentence(raised, "line 7")
    with pytest.raises(InputError) as raised:
        Recipe.from_table({"name": ["x" * 5000], "model": 1, "data": 1, "stage": 1})
    assert_sentence(raised, "name")


@pytest.mark.parametrize("kind", [FigureRecipe, ScalingRun])
@pytest.mark.parametrize("value", ["x" * 5000, "a\nb", ["x" * 5000], None], ids=LONG)
def test_a_format_that_is_long_is_cut(kind, value):
    with pytest.raises(InputError) as raised:
        kind.from_json(json.dumps({"format": value}))
    assert_sentence(raised, "format")
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(("shape", "place"), [((), ()), ((4,), (2,)), ((2, 3), (1, 2))])
def test_a_number_that_is_not_finite_is_told_in_an_array_of_any_shape(shape, place):
    values = np.zeros(shape)
    values[place] = np.inf
    with pytest.raises(InputError) as raised:
        finite("prediction", values, "numbers")
    assert_sentence(raised, f"1 of its {values.size} numbers", f"first at {[*place]}")


@pytest.mark.parametrize("name", [[], {}, 3, None])
def test_an_exhibit_is_named_by_a_word(name):
    with pytest.raises(InputError):
        exhibit_kind(name)


def test_tables_that_are_too_deep_are_refused(tmp_path):
    for read in (
        ModelCard.from_json,
        FigureRecipe.from_json,
        ScalingRun.from_json,
        RobustnessReport.from_json,
    ):
        with pytest.raises((InputError, ValueError)) as raised:
            read(DEEP)
        assert_sentence(raised)
    path = tmp_path / "a.toml"
    path.write_text(f"x = {DEEP}")
    for load in (load_recipe, load_ablation):
        with pytest.raises(InputError) as raised:
            load(str(path))
        assert_sentence(raised, "TOML")
    with pytest.raises(LessonError) as raised:
        read_lesson(path.read_text(), "a", "a.toml")
    assert_sentence(raised, "a.toml, line 1")


def test_files_that_are_no_text_are_refused(tmp_path):
    for load, suffix in (
        (load_recipe, "toml"),
        (load_ablation, "toml"),
        (read_report, "json"),
        (read_run, "json"),
        (read_recipe, "json"),
    ):
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(NO_UTF8)
        with pytest.raises(InputError) as raised:
            load(path if suffix == "json" else str(path))
        assert_sentence(raised)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("value", [[], {}, None, "x", 1.5, True, float("nan")], ids=str)
def test_controls_are_of_their_kind_or_refused(kind, value):
    for name in kind.controls.__dataclass_fields__:
        default = getattr(kind.controls(), name)
        made = default
        with suppress(InputError):
            made = getattr(kind.controls.from_json({name: value}), name)
        is_number = isinstance(default, float) and isinstance(made, int | float)
        assert is_number or isinstance(made, type(default))
        assert made == made


@pytest.mark.parametrize("classes", [3, "abc", [1], {"a": 1}])
def test_a_card_with_classes_that_are_none_is_refused(classes):
    text = json.dumps({"name": "a", "format": 1, "class_names": classes})
    with pytest.raises(ValueError, match="class_names"):
        ModelCard.from_json(text)


@pytest.mark.parametrize("field", ["heads", "width", "grid", "codec_widths"])
def test_a_config_of_noughts_or_lists_is_refused(field):
    for value in (0, [], [None], {}, "x", -1):
        with pytest.raises(InputError) as raised:
            check_config("mango", {field: value})
        assert_sentence(raised, "not valid")


def test_an_exhibit_that_is_kept_damaged_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("fusionviz.explain.lessons.print_of", lambda call: "print")
    store = ExhibitStore(tmp_path)
    call = ExhibitCall(
        kind="scaling-curves", sample={"runs": "a"}, checkpoint=None,
        other_room=None, controls={},
    )  # fmt: skip
    for text in ("", "{", "[]", '{"alt": 1}', "\x00"):
        (tmp_path / "print.json").write_text(text)
        assert store.get(call) is None


def test_a_checkpoint_error_is_one_line():
    from fusionviz.errors import one_line

    told = one_line(CheckpointError("a\n\tb\x00c" + "d" * 5000))
    assert told.startswith("a b c")
    assert told.isprintable()
    assert len(told) <= 300
