"""What the command line answers."""

import csv
import importlib.util
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.cli import parts
from fusionviz.cli.evaluate import _echo_metrics
from fusionviz.cli.parts import STOPPED
from fusionviz.errors import InputError
from fusionviz.training import evaluation
from tests.helpers import toy

PROJECT = Path(__file__).parents[1]

RECIPE = """
name = "toy-run"
log_every = 2

[model]
kind = "toy"

[data]
set = "toy"

[[stage]]
task = "toy"
steps = 4
batch = 2
learning_rate = 0.01
"""


@pytest.fixture(autouse=True)
def _toy(monkeypatch, tmp_path):
    toy.install()
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tmp_path / "checkpoints"))
    monkeypatch.setattr(toy.ToyTask, "on_loss", None)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def recipe(tmp_path):
    path = tmp_path / "toy.toml"
    path.write_text(RECIPE)
    return str(path)


def run(*words):
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def steps_of(folder):
    with (folder / "log.csv").open(newline="") as file:
        rows = csv.DictReader(file)
        return [int(row["step"]) for row in rows if row["metric"] == "loss"]


def test_train_then_evaluate(recipe, tmp_path):
    shelf = tmp_path / "checkpoints"
    done = run("train", recipe, "--export", shelf, "--set", "stage.1.steps=6",
               "--device", "cpu")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert steps_of(tmp_path / "runs" / "toy-run") == [2, 4, 6]
    assert (shelf / "toy-run.safetensors").is_file()
    assert (shelf / "toy-run.log.csv").is_file()

    told = run("evaluate", "toy-run", "--data", "toy", "--json", "--resamples", 20)
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert result["checkpoint"] == "toy-run"
    assert set(result["metrics"]["mae"]) == {"value", "low", "high", "n"}

    told = run("evaluate", "toy-run", "--data", "toy", "--count", 5, "--resamples", 9)
    assert told.stdout.splitlines()[0] == "toy-run on 5 samples of toy"
    assert "mae" in told.stdout


def test_smoke_takes_two_steps_of_each_stage_and_leaves_nothing(
    recipe, tmp_path, monkeypatch
):
    losses, measured = [], []
    monkeypatch.setattr(toy.ToyTask, "on_loss", losses.append)
    monkeypatch.setattr(
        toy.ToyTask, "on_evaluate", lambda samples: measured.append(len(samples))
    )
    before = sorted(tmp_path.rglob("*"))
    told = run("train", recipe, "--smoke", "--device", "cpu")
    assert told.exit_code == 0, told.output
    assert "toy-run runs: 2 steps of 1 stage" in told.stderr
    assert "nothing of it is kept" in told.stderr
    assert losses == [1, 2]
    assert measured == [4, 4]  # of the validation split and, at the end, the test's
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("option", [["--out", "x"], ["--export", "x"], ["--resume"]])
def test_smoke_refuses_what_would_be_kept(recipe, tmp_path, option):
    told = run("train", recipe, "--smoke", *option, "--device", "cpu")
    assert told.exit_code == 2
    assert "--smoke leaves nothing" in told.stderr
    assert option[0] in told.stderr
    assert not (tmp_path / "x").exists()


def test_a_stopped_run_says_how_to_continue(recipe, tmp_path, monkeypatch):
    def stop(calls):
        if calls == 3:
            os.kill(os.getpid(), 15)

    monkeypatch.setattr(toy.ToyTask, "on_loss", stop)
    told = run("train", recipe, "--out", "here", "--device", "cpu")
    assert told.exit_code == STOPPED
    assert "state is saved in here" in told.stderr
    assert "--resume" in told.stderr
    monkeypatch.setattr(toy.ToyTask, "on_loss", None)
    again = run("train", recipe, "--out", "here", "--device", "cpu")
    assert again.exit_code == 2
    done = run("train", recipe, "--out", "here", "--device", "cpu", "--resume")
    assert done.exit_code == 0, done.output
    assert steps_of(tmp_path / "here") == [2, 4]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "nowhere"], "there is no recipe 'nowhere'"),
        (["evaluate", "nowhere", "--data", "toy"], "there is no checkpoint 'nowhere'"),
        (["benchmark", "nowhere"], "there is no benchmark 'nowhere'; there are: "),
        (["benchmark", "../setup"], "there is no benchmark"),
    ],
)
def test_what_is_wrong_is_one_sentence(words, sentence):
    told = run(*words)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith(f"fusionviz: {sentence}")
    assert len(told.stderr.splitlines()) == 1


def test_a_wrong_setting_is_one_sentence(recipe):
    told = run("train", recipe, "--set", "stage.1.steps=many")
    assert told.exit_code == 2
    assert "steps must be a whole number, got 'many'" in told.stderr


def test_an_error_that_is_ours_is_not_hidden(monkeypatch):
    def fail(*words, **options):
        raise RuntimeError("a bug")

    monkeypatch.setattr(evaluation, "evaluate_checkpoint", fail)
    told = run("evaluate", "toy", "--data", "toy")
    assert isinstance(told.exception, RuntimeError)


def test_missing_modalities_are_told(monkeypatch):
    numbers = {"value": 0.5, "low": 0.25, "high": None}
    maximum = {"value": 0.5, "low": None, "high": None, "n": 2}
    asked = {}

    def answer(name, data, **options):
        asked.update(options)
        parts = [{"present": ["rgb"]}, {"rate": 0.1}]
        return {
            "checkpoint": name,
            "data": data,
            "samples": 2,
            "metrics": {"miou": numbers, "inverse_error": maximum},
            "over_rates": {"mean": {"miou": numbers}, "drop": {"miou": numbers}},
            "by_missing": [{**part, "metrics": {"miou": numbers}} for part in parts],
        }

    monkeypatch.setattr(evaluation, "evaluate_checkpoint", answer)
    told = run("evaluate", "toy", "--data", "toy", "--missing", "random")
    assert asked["missing"] == "random"
    assert told.stdout.splitlines()[1:] == [
        "  miou                 0.5  [0.25, None]",
        "  inverse_error        0.5  n = 2",
        "present rgb:",
        "  miou                 0.5  [0.25, None]",
        "missing rate 0.1:",
        "  miou                 0.5  [0.25, None]",
        "mean over all rates:",
        "  miou                 0.5  [0.25, None]",
        "drop to the highest rate:",
        "  miou                 0.5  [0.25, None]",
    ]


MAIN = """
import sys
from benchmarks import {modules}
from fusionviz.cli.benchmark import tell
tell({{one.__name__: one for one in ({modules},)}}[f"benchmarks.{{sys.argv[1]}}"].run)
"""


@pytest.fixture
def own_benchmarks(monkeypatch, tmp_path):
    """Benchmarks of a few lines, by their names, in place of the project's."""
    monkeypatch.setattr(parts, "PROJECT", tmp_path)

    def write(**files):
        folder = tmp_path / "benchmarks"
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
        (folder / "__init__.py").touch()
        (folder / "__main__.py").write_text(MAIN.format(modules=", ".join(files)))

    return write


def test_benchmarks_are_listed_and_all_against_peers_run(own_benchmarks, tmp_path):
    whole = {"name": "whole", "machine": "this", "rows": [], "left_out": ["nowhere"]}
    own_benchmarks(
        whole=f'"""A whole one."""\nPEERS = {{"us": "", "them": "nowhere"}}\n'
        f"def run():\n    print('so far')\n    return {whole!r}\n",
        broken="from fusionviz.errors import InputError\nPEERS: dict[str, str] = {}\n"
        "def run():\n    raise InputError('no peer is here')\n",
        alone="def run():\n    raise AssertionError\n",
    )
    listed = run("benchmark", "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["alone", "broken", "whole"]
    assert "A whole one. Needs nowhere (missing: nowhere)." in listed[2]
    done = run("benchmark", "all", "--json", "--out", str(tmp_path / "results"))
    assert json.loads(done.stdout) == {"name": "all", "results": [whole]}
    (recorded,) = (tmp_path / "results").iterdir()
    assert recorded.name == "whole.json"
    assert json.loads(recorded.read_text()) == whole
    assert "broken: no peer is here" in done.stderr
    assert "whole: without nowhere" in done.stderr
    assert "requirements-bench.txt" in done.stderr


def test_a_benchmark_runs(own_benchmarks, tmp_path, monkeypatch):
    rows = [{"case": "small", "ours_seconds": 0.125}]
    report = {"name": "own", "machine": "this", "versions": {}, "rows": rows}
    own_benchmarks(
        helper="def walk():\n    pass\n",
        asks="def run(name):\n    pass\n",
        own_case=f"def run(rounds=3, *, seed=0):\n    return {report!r}\n",
    )
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "benchmarks").mkdir(parents=True)
    (elsewhere / "benchmarks" / "__main__.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(elsewhere)
    assert json.loads(run("benchmark", "own-case", "--json").stdout) == report
    assert "case small  ours_seconds 0.125" in run("benchmark", "own_case").stdout
    for name in ("helper", "asks"):
        assert "there are: own_case, all" in run("benchmark", name).stderr


def test_a_benchmark_that_breaks_says_so(own_benchmarks, capfd):
    own_benchmarks(
        wrong="def run():\n    raise AssertionError('a bug')\n",
        large="def run():\n    raise MemoryError\n",
    )
    told = run("benchmark", "wrong", "--json")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "wrong: ended with 1" in told.stderr
    assert "AssertionError: a bug" in capfd.readouterr().err
    told = run("benchmark", "large")
    assert told.exit_code == 2
    assert told.stderr == f"fusionviz: {parts.NO_MEMORY}\n"


def test_the_app_needs_streamlit(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    told = run("app")
    assert told.exit_code == 2
    assert "needs streamlit, which is not installed" in told.stderr


def test_the_app_is_started_in_the_project(monkeypatch, tmp_path):
    started = []
    (tmp_path / "app.py").touch()
    monkeypatch.setattr(parts, "PROJECT", tmp_path)
    monkeypatch.setattr(
        os, "execv", lambda *words: started.append((words, os.getcwd()))
    )
    monkeypatch.setattr(subprocess, "call", lambda command: 0)
    run("app", "--port", "8123")
    (program, command), place = started[0]
    assert program == sys.executable
    assert command[1:] == [
        "-m", "fusionviz.ui.serve", str(tmp_path / "app.py"), "--server.port", "8123",
    ]  # fmt: skip
    assert place == str(tmp_path)


def test_help_loads_nothing_heavy():
    code = (
        "import sys, fusionviz.cli; "
        "print(*{'torch', 'streamlit', 'plotly', 'ot', 'numba'} & set(sys.modules))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True
    )
    assert told.stdout.strip() == ""
    assert told.returncode == 0


def test_the_module_is_a_command():
    told = subprocess.run(
        [sys.executable, "-m", "fusionviz", "--help"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0
    for command in ("train", "evaluate", "app", "data", "benchmark"):
        assert command in told.stdout


@pytest.mark.parametrize("depth", [b"a note", b"", b"GIF89a" + bytes(20)])
def test_the_command_line_speaks_of_giving_files(tmp_path, depth):
    (tmp_path / "depth.png").write_bytes(depth)
    arguments = ["explain", "--depth-only", "depth.png", "--out", "out"]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exit_code == 2
    assert "give" in result.output
    assert "upload" not in result.output
    assert "drop" not in result.output


def test_sentences_for_a_browser_are_put_otherwise():
    sentence = "It looks like a depth map: drop it in the depth slot, else upload it."
    assert parts.for_command_line(sentence) == (
        "It looks like a depth map: give it as the depth map, else give it."
    )


def test_a_recipe_is_trained_on_another_set(recipe, tmp_path):
    words = ("train", recipe, "--device", "cpu", "--out")
    refused = run(*words, "x", "--with", "count=5")
    assert refused.exit_code == 2
    assert "--data" in refused.stderr
    unknown = run(*words, "y", "--data", "nowhere")
    assert unknown.exit_code == 2
    assert "no data set" in unknown.stderr
    done = run(*words, "z", "--data", "toy", "--with", "count=6")
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / "z" / "toy-run.json").read_text())
    assert card["recipe"]["data"]["options"] == {"count": 6}
    told = run("evaluate", tmp_path / "z" / "toy-run.json", "--json", "--resamples", 5)
    assert json.loads(told.stdout)["samples"] == 6


def test_what_the_package_logs_is_told_beside_the_output_and_once(monkeypatch):
    def long_work(*_, **__):
        logging.getLogger("fusionviz.data").info("rendering %d rooms", 7)
        raise InputError("enough")

    monkeypatch.setattr("fusionviz.training.evaluation.evaluate_checkpoint", long_work)
    for _ in range(2):
        result = run("evaluate", "mango-rooms", "--json")
        assert result.stderr.count("rendering 7 rooms\n") == 1
        assert result.stdout == ""


def test_what_there_is_nothing_to_measure_on_is_said(capsys):
    nothing = {"value": None, "low": None, "high": None, "n": 3}
    _echo_metrics({"miou": nothing, "psnr": {**nothing, "value": 20.0}})
    said = capsys.readouterr().out
    assert "miou                 nothing to measure it on" in said
    assert "20" in said
    assert "None" not in said
