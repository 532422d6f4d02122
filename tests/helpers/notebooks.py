"""Notebooks run without Jupyter: the cells one after the other, in one place."""

import ast
import json
from pathlib import Path
from typing import Any


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
