"""The command line: `python -m fusionviz`.

What a command needs is imported when it runs, so that `--help` is quick. What goes
wrong on purpose becomes one sentence on stderr and exit code 2.
"""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fusionviz import cli_figures
from fusionviz.cli_parts import AsJson, Device, says_what_is_wrong
from fusionviz.errors import InputError

PROJECT = Path(__file__).resolve().parents[1]
STOPPED = 130
"""Exit code of a run that was asked to stop, as after Ctrl-C."""

app = typer.Typer(
    help="See inside two multimodal-fusion models, on your own data.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
data_app = typer.Typer(help="Make data.", no_args_is_help=True)
app.add_typer(data_app, name="data")
for figure_command in cli_figures.COMMANDS:
    app.command()(figure_command)


class Missing(StrEnum):
    """The protocols of missing modalities."""

    random = "random"
    fixed = "fixed"


@app.command()
@says_what_is_wrong
def train(
    recipe: Annotated[str, typer.Argument(help="A recipe's name, or a .toml file.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; runs/NAME if not given.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Continue the run in --out.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting: stage.1.steps=100, seed=3."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Save the checkpoint in this folder, too.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Train a recipe; on several GPUs under `accelerate launch -m fusionviz train`."""
    from fusionviz.training.recipes import load_recipe
    from fusionviz.training.train import train as run_recipe

    chosen = load_recipe(recipe)
    for setting in settings or []:
        chosen = chosen.override(setting)
    folder = out or Path("runs") / chosen.name
    is_done = run_recipe(chosen, folder, resume=resume, device=device, export=export)
    if not is_done:
        typer.echo(
            f"stopped; the state is saved in {folder}. Continue with the same command "
            "and --resume.",
            err=True,
        )
        raise typer.Exit(STOPPED)
    if os.environ.get("RANK", "0") == "0":
        typer.echo(f"saved {folder / chosen.name}.safetensors and its card", err=True)


@app.command()
@says_what_is_wrong
def ablate(
    name: Annotated[str, typer.Argument(help="An ablation's name, or a .toml file.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the runs; runs/ablation-NAME.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Train a recipe's variants and print the table; called again, it goes on."""
    from fusionviz.training.ablation import load_ablation, run_ablation, to_markdown

    ablation = load_ablation(name)
    folder = out or Path("runs") / f"ablation-{Path(name).stem}"
    rows = run_ablation(ablation, folder, device=device)
    typer.echo(to_markdown(rows, ablation.metrics), nl=False)


@app.command()
@says_what_is_wrong
def evaluate(
    name: Annotated[str, typer.Argument(help="A checkpoint's name, or a path of it.")],
    data: Annotated[
        str | None,
        typer.Option(
            help="rooms, nyudv2, sentiment, mosi, or a folder of samples; what the "
            "checkpoint was trained on if not given."
        ),
    ] = None,
    as_json: AsJson = False,
    missing: Annotated[
        Missing | None, typer.Option(help="Measure with modalities missing, too.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="How many samples.")] = None,
    resamples: Annotated[int, typer.Option(min=1, help="Bootstrap resamples.")] = 1000,
    device: Device = "auto",
) -> None:
    """Measure a checkpoint, with 95 % bootstrap confidence intervals."""
    from fusionviz.training.evaluation import evaluate_checkpoint

    result = evaluate_checkpoint(
        name,
        data,
        count=count,
        missing=missing.value if missing else None,
        device=device,
        resamples=resamples,
    )
    if as_json:
        typer.echo(json.dumps(result, allow_nan=False))
        return
    found = f"{result['samples']} samples of {result['data']}"
    typer.echo(f"{result['checkpoint']} on {found}")
    _echo_metrics(result["metrics"])
    for part in result.get("by_missing", []):
        typer.echo(
            f"present {' and '.join(part['present'])}:"
            if "present" in part
            else f"missing rate {part['rate']}:"
        )
        _echo_metrics(part["metrics"])
    titles = {"mean": "mean over all rates:", "drop": "drop to the highest rate:"}
    for kind, metrics in result.get("over_rates", {}).items():
        typer.echo(titles[kind])
        _echo_metrics(metrics)


@app.command()
@says_what_is_wrong
def measure(
    name: Annotated[str, typer.Argument(help="A checkpoint's name, or a path of it.")],
    data: Annotated[
        str, typer.Option(help="rooms, nyudv2, or a folder of samples.")
    ] = "rooms",
    count: Annotated[int, typer.Option(min=1, help="Samples to invert.")] = 100,
    repeats: Annotated[int, typer.Option(min=1, help="Timed passes.")] = 30,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Of the CPU; all if not given.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Measure a flow's time, memory and inverse error here; print JSON."""
    import torch

    from fusionviz.training.evaluation import measure_checkpoint

    if threads is not None:
        torch.set_num_threads(threads)
    result = measure_checkpoint(name, data, count=count, repeats=repeats, device=device)
    typer.echo(json.dumps(result, allow_nan=False))


@app.command("app")
@says_what_is_wrong
def start_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of 127.0.0.1.")] = 8501,
) -> None:
    """Start the app in the browser."""
    if importlib.util.find_spec("streamlit") is None:
        raise InputError(
            "the app needs streamlit, which is not installed; run `make setup`, or "
            "`pip install -r requirements.txt`"
        )
    command = [sys.executable, "-m", "streamlit", "run", str(_project_file("app.py"))]
    command += ["--server.port", str(port)]
    os.chdir(PROJECT)  # where streamlit finds .streamlit/config.toml
    if os.name == "posix":
        os.execv(command[0], command)  # signals reach the server itself
    raise typer.Exit(subprocess.call(command))


@data_app.command("rooms")
@says_what_is_wrong
def make_rooms(
    count: Annotated[int, typer.Option(min=1, help="How many.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(min=0, help="Of the first room.")] = 0,
    size: Annotated[int, typer.Option(min=16, help="Pixels a side.")] = 128,
) -> None:
    """Write generated rooms as files, in a layout that `evaluate --data` reads."""
    from fusionviz.data.sets.rooms import export_rooms

    export_rooms(out, range(seed, seed + count), size=(size, size))
    typer.echo(f"wrote {count} rooms to {out}", err=True)


@app.command()
@says_what_is_wrong
def warm() -> None:
    """Compile the CPU kernels now, so that the first page need not wait for them."""
    import torch

    from fusionviz.data.rooms import render_room
    from fusionviz.models.alignmamba import MambaBlock

    render_room(0)
    with torch.inference_mode():
        MambaBlock(8)(torch.zeros(1, 8, 8))


@app.command()
@says_what_is_wrong
def benchmark(
    name: Annotated[str, typer.Argument(help="A file of benchmarks/, without .py.")],
    as_json: AsJson = False,
) -> None:
    """Measure our code against its peers."""
    folder = _project_file("benchmarks")
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
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))
    result = importlib.import_module(f"benchmarks.{module}").run()
    if as_json:
        typer.echo(json.dumps(result, allow_nan=False))
        return
    typer.echo(f"{result['name']} on {result['machine']}")
    for row in result["rows"]:
        typer.echo("  " + "  ".join(f"{key} {_short(x)}" for key, x in row.items()))


def _project_file(name: str) -> Path:
    """Return a file beside the package, which only a clone of the project has."""
    path = PROJECT / name
    if not path.exists():
        raise InputError(
            f"{name} is not at {PROJECT}; run this in a clone of the project"
        )
    return path


def _echo_metrics(metrics: dict[str, dict[str, Any]]) -> None:
    for name, numbers in metrics.items():
        value, low, high = (_short(numbers[key]) for key in ("value", "low", "high"))
        typer.echo(f"  {name:<20} {value}  [{low}, {high}]")


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
