"""The notebooks of `fusionviz.explain` run from top to bottom and show themselves."""

from pathlib import Path

import pytest

from fusionviz.explain.notebook import PLOTLY, Exhibits, ShownExhibit
from tests.helpers.notebooks import run_cells

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)


def bundles(shown):
    return [
        one._repr_mimebundle_()
        for one in shown
        if isinstance(one, Exhibits | ShownExhibit)
    ]


def test_a_pair_is_explained_and_a_report_written(capsys, tmp_path):
    shown = run_cells(EXAMPLES / "explain_a_pair.ipynb")
    found = bundles(shown)
    assert [PLOTLY in one for one in found] == [False, True, True, True]
    assert "attention-head" in found[0]["text/html"]
    assert all(one[PLOTLY]["data"] for one in found[1:])
    assert "exact_cost" in capsys.readouterr().out
    page = (tmp_path / "room-45.html").read_text(encoding="utf-8")
    assert page.count('role="figure"') == 2
    assert "leaves targets empty" in page


def test_own_arrays_are_explained_and_faults_are_told(capsys, tmp_path):
    shown = run_cells(EXAMPLES / "own_arrays.ipynb")
    found = bundles(shown)
    assert [PLOTLY in one for one in found] == [False, True, True, True, True]
    assert "plan has shape (5, 9) and mass down to" in capsys.readouterr().out
    assert (tmp_path / "own.npz").exists()


@pytest.mark.parametrize("name", ["explain_a_pair", "own_arrays"])
def test_it_is_kept_without_what_a_run_left(name):
    text = (EXAMPLES / f"{name}.ipynb").read_text(encoding="utf-8")
    assert '"outputs": []' in text
    assert '"execution_count": null' in text
    assert text.count('"outputs": []') == text.count('"cell_type": "code"')
