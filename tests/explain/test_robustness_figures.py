"""`explain` writes what is lost when modalities fail, and makes it again."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.rooms import render_room
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.exhibits.kinds import KINDS, exhibit_kind
from fusionviz.exhibits.shared.exhibit import Request
from fusionviz.explain import writing
from fusionviz.explain.pairs import name_room
from fusionviz.explain.robustness import (
    failure_subject_of,
    fellows_of,
    name_report,
)
from fusionviz.explain.tokens import name_utterance
from fusionviz.models.baselines import BaselineConfig, FusionBaseline
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints, save_checkpoint
from tests.helpers.robustness_reports import tiny_report
from tests.helpers.tiny_models import tiny_alignmamba, tiny_sentiment

BOTH = ("alignmamba-tiny", "mango-tiny")


@pytest.fixture(autouse=True)
def _here(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))
    monkeypatch.setattr(writing, "find_chrome", lambda: False)


def run(*words):
    return CliRunner().invoke(cli.app, ["explain", *map(str, words)])


def write_recipe(folder, kind, name, **controls):
    recipe = writing.default_recipe(exhibit_kind(kind), name)
    if controls:
        made = asdict(exhibit_kind(kind).controls(**controls))
        recipe = replace(recipe, controls=made)
    path = folder / "recipe.json"
    path.write_text(recipe.to_json())
    return path


def test_a_failing_pair_is_made_again_with_both_models(tmp_path):
    subject, name = failure_subject_of(BOTH, render_room(5), name_room(5))
    assert name.checkpoint == "alignmamba-tiny"
    assert set(name.beside) == {"mango-tiny"}
    kind = exhibit_kind("robustness-sample")
    controls = kind.controls(failures=("rgb:grey:4", "depth:missing"))
    made = kind.make(Request(subject=subject, controls=controls))
    path = write_recipe(tmp_path, kind.name, name, failures=controls.failures)
    done = run("--recipe", path, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "out" / f"{kind.name}.json").read_text())
    assert told["numbers"] == pytest.approx(dict(made.numbers))
    assert told["alt"] == made.alt


def test_a_failing_utterance_is_made_again(tmp_path):
    sample = render_utterance(4)
    subject, name = failure_subject_of(("sentiment-tiny",), sample, name_utterance(4))
    kind = exhibit_kind("robustness-severities")
    made = kind.make(Request(subject=subject, controls=kind.controls()))
    path = write_recipe(tmp_path, kind.name, name)
    done = run("--recipe", path, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    with np.load(tmp_path / "out" / f"{kind.name}.npz") as arrays:
        np.testing.assert_allclose(arrays["changed"], made.arrays["changed"])


def test_other_weights_of_any_of_the_models_are_refused(tmp_path):
    _, name = failure_subject_of(BOTH, render_room(5), name_room(5))
    other = replace(name, beside={"mango-tiny": "0" * 64})
    path = write_recipe(tmp_path, "robustness-sample", other)
    done = run("--recipe", path, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "other weights than mango-tiny" in done.output


def test_a_report_is_written_from_its_file_and_made_again(tmp_path, monkeypatch):
    report = tiny_report()
    file = tmp_path / "robustness-rooms.json"
    report.save(file)
    out = tmp_path / "out"
    done = run("--robustness", file, "--out", out)
    assert done.exit_code == 0, done.output
    kinds = [kind.name for kind in KINDS if kind.reads == "robustness"]
    assert {path.stem for path in out.glob("robustness-*.json")} == set(kinds)
    assert "what is lost on rooms" in (out / "index.html").read_text()

    path = write_recipe(tmp_path, "robustness-curves", name_report(report))
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path / "none"))
    done = run("--recipe", path, "--out", tmp_path / "again")
    assert done.exit_code == 2
    assert "--robustness" in done.output
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path))
    done = run("--recipe", path, "--out", tmp_path / "again")
    assert done.exit_code == 0, done.output
    other = tmp_path / "other.json"
    replace(report, samples=9).save(other)
    done = run("--recipe", path, "--robustness", other, "--out", tmp_path / "again")
    assert done.exit_code == 2


def test_fellows_are_trained_on_the_same_set(tmp_path, monkeypatch):
    sets = {"one": "sentiment", "two": "sentiment", "three": "mosi", "four": ""}
    for seed, (name, data) in enumerate(sets.items()):
        recipe = {"data": {"set": data}} if data else {}
        card = ModelCard(name=name, recipe=recipe)
        save_checkpoint(tiny_sentiment(seed), card, tmp_path)
    like = asdict(tiny_sentiment().config)
    baseline = FusionBaseline(BaselineConfig(**like, fusion="concatenation"))
    card = ModelCard(name="plain", recipe={"data": {"set": "sentiment"}})
    save_checkpoint(baseline, card, tmp_path)
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    cards = {card.name: card for card in list_checkpoints()}
    found = fellows_of(cards["one"], render_utterance(1))
    assert [card.name for card in found] == ["two", "plain"]
    names = ["one", *(card.name for card in found)]
    subject, _ = failure_subject_of(names, render_utterance(1), name_utterance(1))
    kinds = [one.kind for one in subject.whole]
    assert kinds == ["AlignMamba", "AlignMamba", "Concatenation"]
    assert fellows_of(cards["four"], render_utterance(1)) == ()
    assert fellows_of(cards["one"], render_room(1, (32, 32))) == ()


def test_beside_a_pairs_alignmamba_is_the_concatenation_alone(tmp_path, monkeypatch):
    like = asdict(tiny_alignmamba().config)
    models = {"one": (tiny_alignmamba(), 0.2)}
    for name, fusion, missing in (
        ("plain", "concatenation", 0.2),
        ("plain-whole", "concatenation", 0),
        ("single", "single-stream", 0.2),
    ):
        config = BaselineConfig(**like, fusion=fusion)
        models[name] = FusionBaseline(config), missing
    for name, (model, missing) in models.items():
        recipe = {"data": {"set": "rooms"}}
        card = ModelCard(name=name, recipe=recipe, task_options={"missing": missing})
        save_checkpoint(model, card, tmp_path)
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    cards = {card.name: card for card in list_checkpoints()}
    found = fellows_of(cards["one"], render_room(1, (32, 32)))
    assert [card.name for card in found] == ["plain"]


def test_without_any_checkpoint_there_is_no_subject():
    assert failure_subject_of(("nothing",), render_room(1, (32, 32)), {}) is None
