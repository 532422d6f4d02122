"""The command that writes exhibits says what the API says, and makes figures again."""

import itertools
import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.analysis.shared.subjects.mango import MangoSubject
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.kinds import KINDS as ALL_KINDS
from fusionviz.exhibits.kinds import exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request, SubjectName
from fusionviz.explain import writing as explain
from fusionviz.explain.pairs import (
    load_alignmamba_subject,
    load_pair_subject,
    load_subject,
    load_translation,
    name_room,
)
from fusionviz.explain.tokens import load_sequence_subject, name_utterance
from fusionviz.explain.writing import find_chrome, write_exhibit
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.tiny_models import tiny_translator

NAME = "latents-layer-costs"


@pytest.fixture(autouse=True)
def _here(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    monkeypatch.setattr(explain, "find_chrome", lambda: False)


def run(*words):
    arguments = ["explain", "--checkpoint", "mango-tiny", *map(str, words)]
    return CliRunner().invoke(cli.app, arguments)


def by_the_api(seed):
    subject, name = load_subject(render_room(seed), name_room(seed), "mango-tiny")
    kind = exhibit_kind(NAME)
    made = kind.make(Request(subject=subject, controls=kind.controls()))
    return made, explain.default_recipe(kind, name)


def test_a_recipe_gives_the_numbers_of_the_api(tmp_path):
    made, recipe = by_the_api(5)
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    out = tmp_path / "out"
    result = run("--recipe", tmp_path / "recipe.json", "--out", out)
    assert result.exit_code == 0, result.output
    told = json.loads((out / f"{NAME}.json").read_text())
    assert told["numbers"] == pytest.approx(dict(made.numbers))
    with np.load(out / f"{NAME}.npz") as arrays:
        for key, array in made.arrays.items():
            np.testing.assert_allclose(arrays[key], array)
    assert made.alt in (out / "index.html").read_text()
    assert f'"height":{exhibit_kind(NAME).height}' in (out / f"{NAME}.html").read_text()
    again = run("--recipe", out / f"{NAME}.npz", "--out", tmp_path / "again")
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again" / f"{NAME}.json").read_text() == (
        out / f"{NAME}.json"
    ).read_text()


def test_a_recipe_of_alignmambas_attention_is_made_again(tmp_path):
    subject, name = load_alignmamba_subject(
        render_room(5), name_room(5), "alignmamba-tiny"
    )
    kind = exhibit_kind("attention-hidden")
    controls = kind.controls(channel=3, query=9)
    made = kind.make(Request(subject=subject, controls=controls))
    recipe = replace(explain.default_recipe(kind, name), controls=asdict(controls))
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    with np.load(tmp_path / "out" / "attention-hidden.npz") as arrays:
        np.testing.assert_allclose(arrays["matrix"], made.arrays["matrix"], rtol=1e-5)


@pytest.mark.parametrize("kind", ["inputs-segmentation", "inputs-correspondences"])
def test_a_recipe_of_a_pair_names_both_models_and_is_made_again(tmp_path, kind):
    room = render_room(5)
    _, mango = load_subject(room, name_room(5), "mango-tiny")
    _, mamba = load_alignmamba_subject(room, name_room(5), "alignmamba-tiny")
    name = replace(mango, beside={"alignmamba-tiny": mamba.weights_sha256})
    made = explain.make_again(
        recipe := explain.default_recipe(exhibit_kind(kind), name),
        load_pair_subject(room, name),
    )
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    is_told(tmp_path / "out", kind, made)
    old = recipe.to_json().replace(mamba.weights_sha256, "0" * 64)
    (tmp_path / "recipe.json").write_text(old)
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "other weights than alignmamba-tiny" in result.output


def test_a_recipe_of_brought_attention_needs_the_app(tmp_path):
    name = SubjectName(
        checkpoint=None, weights_sha256=None, sample={"attention_sha256": "0"}
    )
    recipe = explain.default_recipe(exhibit_kind("attention-brought"), name)
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out")
    assert result.exit_code != 0
    assert "use the app" in result.output


def test_other_weights_than_the_recipes_are_refused(tmp_path):
    _, recipe = by_the_api(5)
    text = recipe.to_json().replace(recipe.subject.weights_sha256, "0" * 64)
    (tmp_path / "recipe.json").write_text(text)
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path)
    assert result.exit_code == 2
    assert "other weights" in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "RGB picture"),
        (("nowhere.png",), "cannot be read"),
        (("--room", "1", "--checkpoint", "alignmamba-tiny"), "no MANGO"),
        (("--room", "1", "--alignmamba", "mango-tiny"), "no AlignMamba"),
        (("--room", "1", "--alignmamba", "nobody"), "no checkpoint"),
        (("--room", "1", "--utterance", "1"), "one thing only"),
        (("--utterance", "1", "--alignmamba", "alignmamba-tiny"), "cannot read"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(tmp_path, words, says):
    result = run(*words, "--out", tmp_path)
    assert result.exit_code == 2
    assert says in result.output


TOKEN_KINDS = [kind.name for kind in ALL_KINDS if kind.reads == "tokens"]


def is_told(folder, name, made):
    """Whether the files say what the API says."""
    told = json.loads((folder / f"{name}.json").read_text())["numbers"]
    assert told.keys() == made.numbers.keys()
    for key, number in made.numbers.items():
        same = number if isinstance(number, str) else pytest.approx(number, 1e-4)
        assert told[key] == same, (name, key)


def test_an_utterance_gives_what_alignmamba_shows_of_it(tmp_path):
    result = run("--utterance", 12, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    subject, name = load_sequence_subject(
        render_utterance(12), name_utterance(12), "sentiment-tiny"
    )
    shown = (tmp_path / "index.html").read_text()
    assert "utterance 12, read by sentiment-tiny" in shown
    for kind in TOKEN_KINDS:
        if not (tmp_path / f"{kind}.json").exists():
            assert f"{kind}: " in result.output  # why not, in a sentence
            continue
        recipe = explain.default_recipe(exhibit_kind(kind), name)
        is_told(tmp_path, kind, explain.make_again(recipe, subject))


def test_one_figure_alone_is_written_where_it_is_named(tmp_path):
    result = run("--room", 5, "--only", NAME, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert {path.stem for path in tmp_path.glob("*.json")} == {NAME}
    assert "1 of 1 · " in result.output
    wrong = run("--room", 5, "--only", "nothing", "--out", tmp_path / "none")
    assert wrong.exit_code == 2
    assert "there is no nothing" in wrong.output
    assert NAME in wrong.output


def test_quick_figures_come_first_with_a_count_and_the_time_that_is_left(
    tmp_path, monkeypatch
):
    subject, name = load_subject(render_room(5), name_room(5), "mango-tiny")
    long = next(kind for kind in ALL_KINDS if kind.reads == "mango" and kind.is_long)
    quick = exhibit_kind(NAME), exhibit_kind("latents-oddness")
    requests = [
        explain.FigureRequest(
            recipe=explain.default_recipe(kind, name), subject=subject
        )
        for kind in (long, *quick)
    ]
    made, _ = by_the_api(5)
    monkeypatch.setattr(explain, "make_again", lambda *_: made)
    clock = itertools.count(0, 3)
    monkeypatch.setattr(explain, "time", SimpleNamespace(monotonic=clock.__next__))
    told = []
    found = explain.explain(tmp_path, requests, told.append)
    figures = [line for line in told if " of 3" in line]
    # three seconds each for the quick ones, and twenty times as much for the last
    assert figures[0].startswith(f"1 of 3 · about 60 s left · {NAME}: ")
    assert figures[1].startswith("2 of 3 · about 60 s left · latents-oddness: ")
    assert figures[2].startswith(f"3 of 3 · {long.name}: ")
    assert list(found) == [long.name, NAME, "latents-oddness"]


def test_a_recipe_of_an_utterance_is_made_again(tmp_path):
    subject, name = load_sequence_subject(
        render_utterance(12), name_utterance(12), "sentiment-tiny"
    )
    recipe = explain.default_recipe(exhibit_kind("attention-hidden"), name)
    made = explain.make_again(recipe, subject)
    (tmp_path / "recipe.json").write_text(recipe.to_json())
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    is_told(tmp_path / "out", "attention-hidden", made)


def test_pictures_are_written_where_there_is_a_chrome(tmp_path):
    if not find_chrome():
        pytest.skip("no Chrome or Chromium on this machine's path")
    made, recipe = by_the_api(5)
    write_exhibit(tmp_path, made, recipe, pictures=True)
    assert (tmp_path / f"{NAME}.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / f"{NAME}.svg").read_text()


def test_a_room_gives_every_exhibit_of_the_pages(tmp_path):
    names = [kind.name for kind in ALL_KINDS if kind.reads == "mango"]
    result = run("--room", 5, "--other-room", 6, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    subject, _ = load_subject(render_room(5), name_room(5), "mango-tiny")
    other = MangoSubject(subject.model, render_room(6))
    shown = (tmp_path / "index.html").read_text()
    for name in names:
        kind = exhibit_kind(name)
        second = other if kind.needs_other else None
        made = kind.make(
            Request(subject=subject, controls=kind.controls(), other=second)
        )
        is_told(tmp_path, name, made)
        assert f'src="{name}.html"' in shown
        assert (tmp_path / f"{name}.html").exists()


def test_a_name_that_no_exhibit_has_is_refused_before_anything_is_read(tmp_path):
    result = run("no.jpg", "no.png", "--only", "latents-strp", "--out", tmp_path)
    assert result.exit_code == 2
    assert "latents-strp" in result.output
    assert "latents-strip" in result.output
    assert "no.jpg" not in result.output


def test_a_model_that_translates_gives_what_it_writes_and_makes_it_again(
    tmp_path, monkeypatch
):
    card = ModelCard(name="to-depth", data="nothing", note="Random weights.")
    save_checkpoint(tiny_translator(), card, tmp_path / "weights")
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path / "weights"))
    name, out = "latents-translation", tmp_path / "out"
    result = run("--room", 5, "--checkpoint", "to-depth", "--out", out)
    assert result.exit_code == 0, result.output
    assert {path.stem for path in out.glob("*.json")} == {name}
    subject, _ = load_translation(render_room(5), name_room(5), "to-depth")
    kind = exhibit_kind(name)
    made = kind.make(Request(subject=subject, controls=kind.controls()))
    is_told(out, name, made)
    again = run("--recipe", out / f"{name}.json", "--out", tmp_path / "again")
    assert again.exit_code == 0, again.output
    is_told(tmp_path / "again", name, made)


def test_a_recipe_of_a_room_without_a_number_is_refused_in_a_sentence(tmp_path):
    _, recipe = by_the_api(5)
    text = recipe.to_json().replace('"room": 5', '"room": "five"')
    (tmp_path / "recipe.json").write_text(text)
    result = run("--recipe", tmp_path / "recipe.json", "--out", tmp_path / "out")
    assert result.exit_code == 2, result.output
    assert "a room is a number, got 'five'" in result.output


def test_a_file_is_no_folder_to_write_to(tmp_path):
    (tmp_path / "file").write_text("mine")
    result = run("--room", 5, "--only", NAME, "--out", tmp_path / "file")
    assert result.exit_code == 2, result.output
    assert "no folder to write to" in result.output
    assert (tmp_path / "file").read_text() == "mine"


def test_where_nothing_can_be_made_no_page_is_left(tmp_path, monkeypatch):
    def refuse(*_):
        raise InputError("not today")

    monkeypatch.setattr(explain, "make_again", refuse)
    result = run("--room", 5, "--only", NAME, "--out", tmp_path / "a")
    assert result.exit_code == 2, result.output
    assert "nothing could be made" in result.output
    assert not (tmp_path / "a" / "index.html").exists()
