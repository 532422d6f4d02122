"""Figures of a model's arrays without a browser, and the check of a file."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.data.arrays.example import example_file
from fusionviz.explain import writing as explain
from tests.fuzz.sequences import npz


@pytest.fixture(autouse=True)
def _without_chrome(monkeypatch):
    monkeypatch.setattr(explain, "find_chrome", lambda: False)


def run(*words):
    return CliRunner().invoke(cli.app, list(map(str, words)))


def test_every_figure_of_the_example_is_written_and_made_again(tmp_path):
    file = tmp_path / "mine.npz"
    file.write_bytes(example_file())
    out, again = tmp_path / "out", tmp_path / "again"
    result = run("explain", "--arrays", file, "--out", out)
    assert result.exit_code == 0, result.output
    names = {path.stem for path in out.glob("*.json")}
    assert names >= {
        *("attention-brought-heads", "attention-brought-rollout", "transport-own"),
        *("distributions-embedding", "latents-arrays", "inputs-prediction"),
        *("inputs-pair", "inputs-points", "transport-solvers"),
    }
    for name in ("transport-own", "attention-brought-rollout", "distributions-test"):
        recipe = out / f"{name}.npz"
        made = run(*("explain", "--arrays", file, "--recipe", recipe, "--out", again))
        assert made.exit_code == 0, made.output
        first, second = (
            json.loads((place / f"{name}.json").read_text())["numbers"]
            for place in (out, again)
        )
        assert first == second


def test_a_recipe_wants_its_own_file(tmp_path):
    file, other = tmp_path / "a.npz", tmp_path / "b.npz"
    file.write_bytes(npz(plan=np.eye(3)))
    other.write_bytes(npz(plan=np.eye(4)))
    assert run("explain", "--arrays", file, "--out", tmp_path).exit_code == 0
    recipe = ("explain", "--recipe", tmp_path / "transport-own.json", "--out", tmp_path)
    assert "--arrays" in run(*recipe).output
    assert "not the arrays" in run(*recipe, "--arrays", other).output


def test_a_file_is_checked(tmp_path):
    file = tmp_path / "a.npz"
    file.write_bytes(npz(attention=np.full((2, 3, 3), 0.2), atention=np.ones(2)))
    result = run("arrays", file)
    assert result.exit_code == 0
    assert "attention (2, 3, 3): Attention" in result.output
    assert "do not add up to 1" in result.output
    told = json.loads(run("arrays", file, "--json").output)["keys"]
    assert told["attention"]["shape"] == [2, 3, 3]
    assert "perhaps attention" in told["atention"]["notes"][0]


def test_faults_end_with_code_2_and_a_sentence(tmp_path):
    file = tmp_path / "a.npz"
    file.write_bytes(npz(plan=np.ones(3)))
    for command in (("arrays", file), ("app", "--arrays", file)):
        result = run(*command)
        assert result.exit_code == 2
        assert "plan has shape (3,)" in result.output
