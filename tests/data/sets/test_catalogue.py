"""What is told of the data sets: of each that there is, and where it lies."""

from typer.testing import CliRunner

from fusionviz.cli import app
from fusionviz.data.sets.catalogue import CARDS, say_where, to_markdown
from fusionviz.data.sets.registry import SETS
from fusionviz.places import PROJECT


def test_every_set_has_a_card():
    # tests of training register a toy of their own in the same process
    assert set(CARDS) == set(SETS) - {"toy"}
    for card in CARDS.values():
        assert card.title
        assert card.modalities
        assert card.terms
        assert card.source
        assert not (card.place and card.option)


def test_it_is_said_whether_a_set_is_here(tmp_path, monkeypatch):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    assert "not here" in say_where(CARDS["nyuv2"])
    (tmp_path / "nyuv2").mkdir()
    assert say_where(CARDS["nyuv2"]) == f"at {tmp_path / 'nyuv2'}"
    assert "file" in say_where(CARDS["mmsa"])
    assert "made" in say_where(CARDS["rooms"])


def test_the_command_lists_them(monkeypatch, tmp_path):
    monkeypatch.setenv("FUSIONVIZ_DATA", str(tmp_path))
    told = CliRunner().invoke(app, ["data", "list"])
    assert told.exit_code == 0
    for name, card in CARDS.items():
        assert f"\n{name}\n" in f"\n{told.output}"
        assert card.source in told.output


def test_the_document_tells_what_the_command_tells():
    assert (PROJECT / "docs" / "datasets.md").read_text("utf-8").endswith(to_markdown())
