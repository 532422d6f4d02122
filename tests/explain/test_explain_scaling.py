"""Figures of recorded runs, and of their recipes, without a browser."""

import json

import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.explain import writing
from tests.helpers.scaling_runs import known_run, write_runs

RUN = "scaling-cpu.json"


@pytest.fixture(autouse=True)
def _here(monkeypatch, tmp_path):
    monkeypatch.setattr(writing, "find_chrome", lambda: False)
    monkeypatch.setenv("FUSIONVIZ_RESULTS", str(tmp_path))
    write_runs(tmp_path, cpu=known_run())


def explain(*words):
    return CliRunner().invoke(cli.app, ["explain", *map(str, words)])


def test_a_run_gives_its_three_figures(tmp_path):
    out = tmp_path / "out"
    done = explain("--scaling", tmp_path / RUN, "--out", out)
    assert done.exit_code == 0, done.output
    for name in ("scaling-curves", "scaling-parts", "scaling-state"):
        for ending in ("html", "json", "npz", "csv"):
            assert (out / f"{name}.{ending}").exists()
    told = json.loads((out / "scaling-curves.json").read_text())
    assert told["numbers"]["alignmamba_seconds"] == pytest.approx(0.4096)
    assert f"what length costs, {RUN}" in (out / "index.html").read_text()


@pytest.mark.parametrize("named", [True, False])
def test_its_recipe_finds_the_run_by_file_or_where_it_was_recorded(tmp_path, named):
    first, again = tmp_path / "first", tmp_path / "again"
    explain("--scaling", tmp_path / RUN, "--out", first)
    files = ("--scaling", tmp_path / RUN) if named else ()
    recipe = first / "scaling-curves.json"
    done = explain("--recipe", recipe, *files, "--out", again)
    assert done.exit_code == 0, done.output
    assert (again / recipe.name).read_text() == recipe.read_text()


def test_another_run_and_none_are_refused(tmp_path):
    first = tmp_path / "first"
    explain("--scaling", tmp_path / RUN, "--out", first)
    write_runs(tmp_path, cpu=known_run(times=2))
    done = explain("--recipe", first / "scaling-curves.json", "--out", tmp_path / "b")
    assert done.exit_code == 2
    assert "not the runs" in done.stderr
    (tmp_path / "text.json").write_text("{}")
    done = explain("--scaling", tmp_path / "text.json", "--out", tmp_path / "c")
    assert done.exit_code == 2
    assert "no scaling run" in done.stderr
