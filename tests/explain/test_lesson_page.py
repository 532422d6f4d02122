"""A lesson as one HTML file: all of it inside, nothing from elsewhere."""

import json
import re

import pytest
from typer.testing import CliRunner

from fusionviz.cli import app
from fusionviz.explain.lesson_page import lesson_data, write_page
from fusionviz.explain.lessons import ExhibitStore
from fusionviz.lessons import library
from tests.helpers.lessons import TINY, tiny_lesson


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return ExhibitStore(tmp_path_factory.mktemp("lessons"))


@pytest.fixture(autouse=True)
def tiny(monkeypatch, tiny_checkpoints):
    monkeypatch.setenv("FUSIONVIZ_CHECKPOINTS", str(tiny_checkpoints))


def test_it_holds_every_state_once(store):
    data = lesson_data(tiny_lesson(), store.make)
    assert len(data["figures"]) == 2
    act = data["cards"][3]
    assert [one["label"] for one in act["states"]] == ["float32", "float64"]
    assert act["states"][0]["html"] != act["states"][1]["html"]
    assert all(one["alt"].endswith(".") for one in data["figures"])


def test_truths_and_feedback_are_computed(store):
    cards = lesson_data(tiny_lesson(), store.make)["cards"]
    assert cards[1]["truth"] == 0
    assert cards[4]["scale"][0][0] == pytest.approx(1e-9)
    assert cards[4]["scale"][-1][0] == pytest.approx(1.0)
    reveals = [card["reveals"] for card in cards]
    assert reveals == [None, None, 1, None, None, 4]


def test_nothing_in_it_is_from_elsewhere_and_nothing_ends_it_early(store):
    title = '"A <b>round</b> trip</script>"'
    page = write_page(tiny_lesson(TINY.replace('"A round trip"', title)), store.make)
    own = page[: page.index("<script>")] + page[page.index('<script type="app') :]
    assert not re.search(r"(src|href)=", own)
    told = re.search(r'id="lesson">(.*?)</script>', own, re.DOTALL)
    assert told is not None
    json.loads(told[1])
    assert "&lt;b&gt;" in own


def test_the_command_writes_it(tmp_path, monkeypatch):
    monkeypatch.setenv(library.VARIABLE, str(tmp_path))
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    out = tmp_path / "tiny.html"
    done = CliRunner().invoke(app, ["lessons", "export", "tiny", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "</html>" in out.read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["lessons", "export", "nothing"])
    assert refused.exit_code == 2
    assert "invertible" in refused.output
