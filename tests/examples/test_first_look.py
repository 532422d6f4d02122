"""The notebook runs from top to bottom, and shows what it says."""

import json
from pathlib import Path

import plotly.graph_objects as go

from tests.helpers.notebooks import run_cells

NOTEBOOK = Path(__file__).parents[2] / "examples" / "first_look.ipynb"


def test_a_pair_its_layers_and_a_head_are_shown(capsys):
    figures = run_cells(NOTEBOOK)
    assert all(isinstance(one, go.Figure) for one in figures)
    assert [bool(one.data) for one in figures] == [True, True, True]
    assert "log-determinant" in capsys.readouterr().out


def test_it_is_kept_without_what_a_run_left():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(not one["outputs"] and one["execution_count"] is None for one in code)
