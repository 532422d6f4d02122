"""Figures of a live model without a browser, and again from their recipes."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.explain import writing
from fusionviz.explain.live import batch_of, print_of
from fusionviz.models.live import adapter, load_live

FUSION = "cross_attention_model:Fusion"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def _in_the_folder_of_the_example(monkeypatch):
    monkeypatch.setattr(writing, "find_chrome", lambda: False)
    monkeypatch.chdir(EXAMPLES)
    monkeypatch.syspath_prepend(EXAMPLES)  # and what the command adds is taken back


def explain(*words):
    words = ["explain", "--adapter", FUSION, *map(str, words)]
    return CliRunner().invoke(cli.app, words)


def recipe_in(folder, name):
    return json.loads((folder / f"{name}.json").read_text())["recipe"]


def test_its_answer_about_a_room_is_written_and_made_again(tmp_path):
    out, again = tmp_path / "out", tmp_path / "again"
    result = explain("--room", 3, "--out", out)
    assert result.exit_code == 0, result.output
    names = {path.stem for path in out.glob("*.json")}
    assert names >= {
        *("attention-brought-heads", "attention-brought", "latents-arrays"),
        *("inputs-prediction", "inputs-pair", "inputs-points", "distributions-test"),
    }
    batch = batch_of(load_live(adapter(FUSION)).description, "room", 3)
    assert recipe_in(out, "attention-brought")["subject"]["sample"] == {
        "live_model": FUSION,
        "input": "room",
        "seed": 3,
        "input_sha256": print_of(batch),
    }
    made = explain("--recipe", out / "attention-brought.npz", "--out", again)
    assert made.exit_code == 0, made.output
    first, second = (
        np.load(folder / "attention-brought.npz")["matrix"] for folder in (out, again)
    )
    np.testing.assert_array_equal(first, second)


def test_it_is_asked_about_files_of_any_size(tmp_path):
    rng = np.random.default_rng(0)
    rgb, depth = tmp_path / "rgb.png", tmp_path / "depth.npy"
    Image.fromarray(rng.integers(0, 255, (60, 80, 3), np.uint8)).save(rgb)
    np.save(depth, rng.uniform(1, 4, (60, 80)).astype(np.float32))
    one = ("--only", "attention-brought", "--out", tmp_path)
    result = explain(rgb, depth, *one)
    assert result.exit_code == 0, result.output
    recipe = recipe_in(tmp_path, "attention-brought")
    assert recipe["subject"]["sample"]["input"] == "files"
    path = tmp_path / "attention-brought.json"
    made = explain(rgb, depth, "--recipe", path, "--out", tmp_path / "again")
    assert made.exit_code == 0, made.output
    np.save(depth, rng.uniform(1, 4, (60, 80)).astype(np.float32))
    refused = explain(rgb, depth, "--recipe", path, "--out", tmp_path / "again")
    assert refused.exit_code == 2
    assert "not the input" in refused.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--room", 3, "--utterance", 1), "one thing"),
        (("--utterance", 1), "no input 'utterance'"),
        (("--input", "example-0"), "choose one of room"),
        (("--adapter", "there_is_none:X"), "there_is_none"),
        (("--adapter", "toy"), "module:Class"),
    ],
)
def test_what_it_cannot_be_asked_is_refused(words, told, tmp_path):
    result = explain(*words, "--out", tmp_path)
    assert result.exit_code == 2
    assert told in result.output


def test_a_recipe_names_the_model_and_does_not_load_it(tmp_path):
    explain("--only", "attention-brought", "--out", tmp_path)
    path = tmp_path / "attention-brought.json"
    words = ["explain", "--recipe", str(path), "--out", str(tmp_path)]
    result = CliRunner().invoke(cli.app, words)
    assert result.exit_code == 2
    assert f"{FUSION}: name it by --adapter" in result.output
