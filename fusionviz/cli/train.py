"""The commands that train."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusionviz.cli.parts import STOPPED, Device, says_what_is_wrong
from fusionviz.errors import InputError

if TYPE_CHECKING:
    from fusionviz.training.recipes import Recipe


@says_what_is_wrong
def train(
    recipe: Annotated[str, typer.Argument(help="A recipe's name, or a .toml file.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; runs/NAME if not given.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Continue the run in --out.")] = False,
    data: Annotated[
        str | None,
        typer.Option(help="Another data set than the recipe's: see `data list`."),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--with", help="Option of that set: folder=PATH, classes=37."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting: stage.1.steps=100, seed=3."),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Save the checkpoint in this folder, too.")
    ] = None,
    smoke: Annotated[
        bool,
        typer.Option(
            help="Two steps of each stage on few samples, to see that it runs; nothing "
            "is left behind."
        ),
    ] = False,
    device: Device = "auto",
) -> None:
    """Train a recipe; on several GPUs under `accelerate launch -m fusionviz train`."""
    from fusionviz.training.recipes import load_recipe, shorten
    from fusionviz.training.tables import read_settings
    from fusionviz.training.train import train as run_recipe

    chosen = load_recipe(recipe)
    if options and data is None:
        raise InputError("--with says what --data is loaded with: name a set, too")
    if data is not None:
        chosen = chosen.on(data, read_settings(options or []))
    for setting in settings or []:
        chosen = chosen.override(setting)
    if smoke:
        if resume or out is not None or export is not None:
            raise InputError(
                "--smoke leaves nothing behind: leave out --out, --export and --resume"
            )
        _smoke(shorten(chosen), device)
        return
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


def _smoke(recipe: "Recipe", device: str) -> None:
    """Train a short recipe and leave nothing."""
    from fusionviz.training.train import train as run_recipe

    with tempfile.TemporaryDirectory() as place:
        if not run_recipe(recipe, Path(place) / recipe.name, device=device):
            raise typer.Exit(STOPPED)
    count = len(recipe.stage)
    typer.echo(
        f"{recipe.name} runs: {recipe.stage[0].steps} steps of "
        f"{count} stage{'s' * (count > 1)}, measured and saved; "
        "nothing of it is kept",
        err=True,
    )


@says_what_is_wrong
def ablate(
    name: Annotated[str, typer.Argument(help="An ablation's name, or a .toml file.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the runs; runs/ablation-NAME.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Trainings of each; the ablation's, 3.")
    ] = None,
    variants: Annotated[
        list[str] | None, typer.Option("--variant", help="Train this one alone.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting of all: stage.1.steps=100."),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(help="Write there what the table is made of, JSON."),
    ] = None,
    device: Device = "auto",
) -> None:
    """Train a recipe's variants and print the table; called again, it goes on.

    Figures are of the validation split, mean and standard deviation over seeds.
    """
    from fusionviz.training.ablation import (
        load_ablation,
        run_ablation,
        to_markdown,
        to_record,
    )
    from fusionviz.whole_files import replace_file

    ablation = load_ablation(name)
    if variants:
        ablation = ablation.only(variants)
    ablation = replace(
        ablation,
        set=(*ablation.set, *(settings or [])),
        seeds=ablation.seeds if seeds is None else seeds,
    )
    folder = out or Path("runs") / f"ablation-{Path(name).stem}"
    rows = run_ablation(ablation, folder, device=device)
    if record is not None:
        replace_file(record, to_record(Path(name).stem, ablation, rows))
    typer.echo(to_markdown(rows, ablation.metrics), nl=False)
