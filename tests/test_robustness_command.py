"""What `python -m fusionviz robustness` answers."""

import json

import pytest
from typer.testing import CliRunner

from fusionviz import cli
from fusionviz.cli.robustness import read_rates
from fusionviz.errors import InputError
from fusionviz.training.robustness.report import read_report


@pytest.fixture
def run(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))

    def run(*words):
        return CliRunner().invoke(cli.app, ["robustness", *map(str, words)])

    return run


QUICK = ("--count", 2, "--resamples", 5, "--absence", "guess", "--absence", "zeros")


def test_it_prints_one_object_and_writes_the_same(run, tmp_path):
    out = tmp_path / "robustness-rooms.json"
    protocols = ("--protocol", "fixed", "--protocol", "imbalanced")
    done = run(
        *("mango-tiny", "alignmamba-tiny", *protocols, "--rates", "rgb=0.5"),
        *(*QUICK, "--no-reliance", "--json", "--out", out),
    )
    assert done.exit_code == 0, done.stderr
    table = json.loads(done.stdout)
    assert table == json.loads(out.read_text())
    names = [f"{one['checkpoint']}:{one['absence']}" for one in table["models"]]
    assert names == ["mango-tiny:guess", "mango-tiny:zeros", "alignmamba-tiny:learned"]
    for one in table["models"]:
        assert set(one["protocols"]) == {"fixed", "imbalanced"}
        assert one["protocols"]["imbalanced"]["rows"][-1]["rates"] == {
            "rgb": 0.5,
            "depth": 0.0,
        }
    assert table["commit"] is not None
    assert {"torch", "python"} <= set(table["versions"])
    assert read_report(out).samples == 2
    assert "2 of 2 samples under 3 subsets" in done.stderr


def test_words_name_each_condition(run):
    done = run("sentiment-tiny", "--data", "sentiment", *QUICK, "--no-reliance")
    assert done.exit_code == 0, done.stderr
    assert "present video and audio" in done.stdout
    assert "drop_10_70" in done.stdout
    assert "drawn by speaker" in done.stdout


def test_what_does_not_fit_is_a_sentence(run):
    done = run("sentiment-tiny", "--data", "sentiment", "--protocol", "rmm", *QUICK)
    assert done.exit_code == 2
    assert "sequences have none" in done.stderr
    done = run("mango-tiny", "sentiment-tiny", "--absence", "guess", "--count", 1)
    assert done.exit_code == 2
    assert "must read the same" in done.stderr


def test_rates_are_read():
    assert read_rates("rgb=0.3, depth=1") == {"rgb": 0.3, "depth": 1.0}
    for text in ("rgb", "rgb=much", "rgb=2", "=", ""):
        with pytest.raises(InputError, match="rates"):
            read_rates(text)
