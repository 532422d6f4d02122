"""The command that runs a benchmark."""

import importlib
import json
import sys
from typing import Annotated

import typer

from fusionviz.cli.parts import AsJson, project_file, says_what_is_wrong, short
from fusionviz.errors import InputError


@says_what_is_wrong
def benchmark(
    name: Annotated[str, typer.Argument(help="A file of benchmarks/, without .py.")],
    as_json: AsJson = False,
) -> None:
    """Measure our code against its peers."""
    folder = project_file("benchmarks")
    known = sorted(
        path.stem
        for path in folder.glob("*.py")
        if "def run(" in path.read_text(encoding="utf-8")
    )
    module = name.replace("-", "_")
    if module not in known:
        raise InputError(
            f"there is no benchmark {name!r}; there are: {', '.join(known)}"
        )
    if str(folder.parent) not in sys.path:
        sys.path.insert(0, str(folder.parent))
    result = importlib.import_module(f"benchmarks.{module}").run()
    if as_json:
        typer.echo(json.dumps(result, allow_nan=False))
        return
    typer.echo(f"{result['name']} on {result['machine']}")
    for row in result["rows"]:
        typer.echo("  " + "  ".join(f"{key} {short(x)}" for key, x in row.items()))
