"""The command that runs a benchmark, or all that compare with peers.

Benchmarks are no part of the package: each runs in a process of its own, by
`benchmarks/__main__.py`, which lists them.
"""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from fusionviz.cli.parts import (
    TOLD,
    AsJson,
    project_file,
    says_what_is_wrong,
    sentence_of,
    short,
)
from fusionviz.errors import InputError
from fusionviz.places import python_path
from fusionviz.whole_files import replace_file

CURE = "pip install -r requirements-bench.txt"
ALL = "all"

Run = Callable[[], dict[str, Any]]
"""What measures, and returns the report."""


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """A file of benchmarks/ that can be run.

    Attributes:
        name: Of the file.
        summary: First line of what it says of itself.
        peers: Modules of those that it compares with; None where it has no peers.
    """

    name: str
    summary: str
    peers: tuple[str, ...] | None

    @property
    def missing(self) -> list[str]:
        """Packages of peers that are not installed."""
        return [
            one for one in self.peers or () if importlib.util.find_spec(one) is None
        ]

    def run(self, folder: Path) -> dict[str, Any]:
        """Return its report, which another process measures.

        Args:
            folder: Where it lies.

        Raises:
            InputError: What `tell` was told there.
            typer.Exit: The process has ended without a word, but for its traceback.
        """
        path = os.pathsep.join([str(folder.parent), python_path()])
        # -P: the folder of whoever asks may have a `benchmarks` too.
        done = subprocess.run(
            [sys.executable, "-P", "-m", folder.name, self.name],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        if done.returncode:
            typer.echo(f"{self.name}: ended with {done.returncode}", err=True)
            raise typer.Exit(1)
        told = json.loads(done.stdout.splitlines()[-1])
        if "refused" in told:
            raise InputError(told["refused"])
        return told["report"]


def tell(run: Run) -> None:
    """Print the report of a benchmark as the last line, or the sentence why it is not.

    What is printed meanwhile goes to stderr.
    """
    told: dict[str, Any]
    try:
        with redirect_stdout(sys.stderr):
            told = {"report": run()}
    except TOLD as error:
        sentence = sentence_of(error)
        if sentence is None:
            raise
        told = {"refused": sentence}
    sys.stdout.write(json.dumps(told, allow_nan=False) + "\n")


@says_what_is_wrong
def benchmark(
    name: Annotated[
        str, typer.Argument(help="A file of benchmarks/, without .py, or all.")
    ] = "",
    as_json: AsJson = False,
    list_them: Annotated[
        bool, typer.Option("--list", help="Print what there is, and what it needs.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to record each report in, as NAME.json, as it comes."
        ),
    ] = None,
) -> None:
    """Measure our code against its peers."""
    folder = project_file("benchmarks")
    known = find_benchmarks(folder)
    if list_them:
        for one in known.values():
            typer.echo(_line(one))
        return
    if name == ALL:
        compared = [one for one in known.values() if one.peers is not None]
        _run_all(compared, as_json, out)
        return
    module = name.replace("-", "_")
    if module not in known:
        raise InputError(
            f"there is no benchmark {name!r}; there are: {', '.join(known)}, {ALL}"
        )
    result = known[module].run(folder)
    _record(result, out)
    _say_left_out(result)
    if as_json:
        typer.echo(json.dumps(result, allow_nan=False))
    else:
        _print(result)


def find_benchmarks(folder: Path) -> dict[str, Benchmark]:
    """Return the benchmarks of a folder by name, without importing one."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(_measures(statement) for statement in tree.body):
            summary = (ast.get_docstring(tree) or "").split("\n")[0]
            peers = _peers_of(tree)
            found[path.stem] = Benchmark(name=path.stem, summary=summary, peers=peers)
    return found


def _measures(statement: ast.stmt) -> bool:
    """Whether a statement defines `run`, and it can be called without arguments."""
    if not isinstance(statement, ast.FunctionDef) or statement.name != "run":
        return False
    given = statement.args
    return len(given.args) == len(given.defaults) and None not in given.kw_defaults


def _peers_of(tree: ast.Module) -> tuple[str, ...] | None:
    """Return the modules in `PEERS`, which a benchmark against peers has."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if any(isinstance(one, ast.Name) and one.id == "PEERS" for one in targets):
            modules = ast.literal_eval(value).values()
            return tuple(dict.fromkeys(one for one in modules if one))
    return None


def _run_all(benchmarks: list[Benchmark], as_json: bool, out: Path | None) -> None:
    """Run all; what cannot be run is told, and the others are."""
    folder, results = project_file("benchmarks"), []
    for number, one in enumerate(benchmarks, start=1):
        typer.echo(f"{one.name}, {number} of {len(benchmarks)}", err=True)
        began = time.monotonic()
        try:
            result = one.run(folder)
        except InputError as error:
            typer.echo(f"{one.name}: {error}", err=True)
            continue
        typer.echo(f"  took {time.monotonic() - began:.0f} s", err=True)
        _record(result, out)
        _say_left_out(result)
        results.append(result)
        if not as_json:
            _print(result)
    if as_json:
        typer.echo(json.dumps({"name": ALL, "results": results}, allow_nan=False))


def _record(result: dict[str, Any], out: Path | None) -> None:
    """Write a report to a folder, whole or not at all."""
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1, allow_nan=False)
    replace_file(out / f"{result['name']}.json", text + "\n")


def _say_left_out(result: dict[str, Any]) -> None:
    missing = result.get("left_out", [])
    if missing:
        told = f"without {' and '.join(missing)}, not installed: {CURE}"
        typer.echo(f"{result['name']}: {told}", err=True)


def _print(result: dict[str, Any]) -> None:
    typer.echo(f"{result['name']} on {result['machine']}")
    for row in result["rows"]:
        typer.echo("  " + "  ".join(f"{key} {short(x)}" for key, x in row.items()))


def _line(one: Benchmark) -> str:
    line = f"{one.name:<16} {one.summary}"
    if one.peers:
        line += f" Needs {', '.join(one.peers)}"
        line += f" (missing: {', '.join(one.missing)})." if one.missing else "."
    return line
