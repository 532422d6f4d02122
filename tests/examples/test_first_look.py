"""The notebook runs from top to bottom, and shows what it says."""

import ast
import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go

NOTEBOOK = Path(__file__).parents[2] / "examples" / "first_look.ipynb"


def run_cells(path: Path) -> list[Any]:
    """Return what the code cells show: the value of each one's last line."""
    names: dict[str, Any] = {}
    shown = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        *lines, last = ast.parse("".join(cell["source"])).body
        exec(compile(ast.Module(lines, []), str(path), "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(
                eval(compile(ast.Expression(last.value), str(path), "eval"), names)
            )
        else:
            exec(compile(ast.Module([last], []), str(path), "exec"), names)
    return [one for one in shown if one is not None]


def test_a_pair_its_layers_and_a_head_are_shown(capsys):
    figures = run_cells(NOTEBOOK)
    assert all(isinstance(one, go.Figure) for one in figures)
    assert [bool(one.data) for one in figures] == [True, True, True]
    assert "log-determinant" in capsys.readouterr().out


def test_it_is_kept_without_what_a_run_left():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(not one["outputs"] and one["execution_count"] is None for one in code)
