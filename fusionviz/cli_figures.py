"""The commands that look inside a model: its heads, its latents, all its figures."""

import functools
import json
from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli_parts import AsJson, Device, says_what_is_wrong
from fusionviz.errors import InputError


@says_what_is_wrong
def heads(
    name: Annotated[str, typer.Argument(help="A MANGO's name, or a path of it.")],
    data: Annotated[
        str, typer.Option(help="rooms, nyudv2, or a folder of samples.")
    ] = "rooms",
    count: Annotated[int, typer.Option(min=1, help="How many samples.")] = 20,
    as_json: AsJson = False,
    device: Device = "auto",
) -> None:
    """Tell what each attention head does: how much, how evenly, how far."""
    from fusionviz.analysis.attention.heads import measure_heads
    from fusionviz.analysis.attention.heads_text import to_json, to_lines
    from fusionviz.models.checkpoints import load_checkpoint
    from fusionviz.training.evaluation import load_samples

    model = load_checkpoint(name, device)
    if model.card.kind != "mango":
        raise InputError(f"{model.card.name} is no MANGO: it has no such heads")
    report = measure_heads(model, load_samples(model.card, data, count))
    if as_json:
        told = {"checkpoint": model.card.name, "data": data, **to_json(report)}
        typer.echo(json.dumps(told, allow_nan=False))
        return
    typer.echo("\n".join(to_lines(report)))


@says_what_is_wrong
def explain(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    rgb: Annotated[Path | None, typer.Argument(help="An RGB picture.")] = None,
    depth: Annotated[Path | None, typer.Argument(help="Its depth map.")] = None,
    room: Annotated[
        int | None, typer.Option(min=0, help="A generated room instead of files.")
    ] = None,
    depth_only: Annotated[
        bool, typer.Option("--depth-only", help="The one file is a depth map.")
    ] = False,
    depth_unit: Annotated[str, typer.Option(help="What depth counts.")] = "auto",
    utterance: Annotated[
        int | None, typer.Option(min=0, help="A generated utterance instead.")
    ] = None,
    video: Annotated[
        str | None, typer.Option(help="Id of a video of CMU-MOSI instead.")
    ] = None,
    sequences: Annotated[
        list[Path] | None, typer.Option(help="Sequences instead: an NPZ, or CSVs.")
    ] = None,
    checkpoint: Annotated[str, typer.Option(help="A MANGO.")] = "mango-rooms",
    alignmamba: Annotated[
        str | None, typer.Option(help="An AlignMamba; the first that fits if not set.")
    ] = None,
    other_room: Annotated[
        int, typer.Option(min=0, help="What pictures of two compare with.")
    ] = 2,
    recipe: Annotated[
        Path | None, typer.Option(help="Make this one figure again (JSON, NPZ).")
    ] = None,
    device: Device = "auto",
) -> None:
    """Write the figures of the app's pages without a browser: HTML, pictures, numbers.

    PNG and SVG are written where a Chrome or Chromium is found.
    """
    from fusionviz.explain.command import Wanted, run_explain

    if depth_only:
        rgb, depth = None, rgb
    wanted = Wanted(
        rgb=rgb,
        depth=depth,
        depth_unit=depth_unit,
        room=room,
        utterance=utterance,
        video=video,
        sequences=tuple(sequences or ()),
        checkpoint=checkpoint,
        alignmamba=alignmamba,
        other_room=other_room,
        device=device,
    )
    run_explain(out, wanted, recipe, functools.partial(typer.echo, err=True))


@says_what_is_wrong
def latents(
    name: Annotated[str, typer.Argument(help="A MANGO's name, or a path of it.")],
    count: Annotated[
        int, typer.Option(min=2, help="Samples to find directions on.")
    ] = 1024,
    device: Device = "auto",
) -> None:
    """Measure a MANGO's latents over its data, for the Latents page."""
    from fusionviz.analysis.latents.measure import measure_checkpoint_latents

    path = measure_checkpoint_latents(name, count=count, device=device)
    typer.echo(f"wrote {path}", err=True)


COMMANDS = (heads, explain, latents)
