"""Figures of a film by the command, and again by their recipes."""

import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.explain import writing
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import save_checkpoint
from tests.helpers.films import film, tiny_film_mango
from tests.helpers.tiny_models import tiny_mango

NAMES = {"film-genres", "inputs-film-parts", "attention-film-head"}


@pytest.fixture
def poster(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path))
    monkeypatch.setattr(writing, "find_chrome", lambda: False)
    card = ModelCard(name="mango-movies", class_names=("Drama", "War", "Music"))
    save_checkpoint(tiny_film_mango(), card, tmp_path)
    save_checkpoint(tiny_mango(), ModelCard(name="mango-tiny"), tmp_path)
    path = tmp_path / "poster.png"
    cv2.imwrite(str(path), film(0).rgb[..., ::-1])
    return path


def run(*words):
    return CliRunner().invoke(cli.app, ["explain", *map(str, words)])


def test_a_film_is_explained_and_made_again_by_its_recipe(poster, tmp_path):
    out = tmp_path / "out"
    done = run("--poster", poster, "--plot", "A king and a dog", "--out", out)
    assert done.exit_code == 0, done.output
    told = {path.stem: json.loads(path.read_text()) for path in out.glob("*-*.json")}
    assert set(told) >= NAMES
    recipe = out / "attention-film-head.json"
    again = tmp_path / "again"
    assert run("--recipe", recipe, "--poster", poster, "--out", again).exit_code == 0
    with (
        np.load(out / "attention-film-head.npz") as first,
        np.load(again / "attention-film-head.npz") as second,
    ):
        assert np.array_equal(first["S"], second["S"])
    refused = run("--recipe", recipe, "--out", tmp_path / "other")
    assert refused.exit_code != 0
    assert "poster" in refused.output


def test_what_is_no_film_is_refused(poster, tmp_path):
    out = ("--out", tmp_path / "out")
    assert "no word" in run("--plot", "Qzxw", *out).output
    other = run("--plot", "A dog", "--checkpoint", "mango-tiny", *out)
    assert "no MANGO of films" in other.output
    poster.write_bytes(b"none")
    assert run("--poster", poster, *out).exit_code != 0
