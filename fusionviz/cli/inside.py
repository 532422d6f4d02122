"""The commands that look inside a model: its heads, its latents, its limits."""

import json
from typing import Annotated

import typer

from fusionviz.cli.parts import AsJson, Device, says_what_is_wrong
from fusionviz.errors import InputError


@says_what_is_wrong
def heads(
    name: Annotated[str, typer.Argument(help="A MANGO's name, or a path of it.")],
    data: Annotated[
        str, typer.Option(help="rooms, nyuv2, or a folder of samples.")
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
def latents(
    name: Annotated[str, typer.Argument(help="A MANGO's name, or a path of it.")],
    count: Annotated[
        int, typer.Option(min=2, help="Samples to find directions on.")
    ] = 1024,
    device: Device = "auto",
) -> None:
    """Measure a MANGO's latents over its data, for the Latents page."""
    from fusionviz.analysis.latents.statistics import measure_checkpoint_latents

    path = measure_checkpoint_latents(name, count=count, device=device)
    typer.echo(f"wrote {path}", err=True)


@says_what_is_wrong
def limits(
    names: Annotated[list[str], typer.Argument(help="Checkpoints, or paths of them.")],
    count: Annotated[
        int, typer.Option(min=2, help="Most samples of each held-out split.")
    ] = 500,
) -> None:
    """Measure when labels can be trusted: sureness, and distance from training."""
    from fusionviz.analysis.inputs.limits import (
        SplitFeatures,
        measure_checkpoint_limits,
    )
    from fusionviz.analysis.shared.limits import load_limits

    kept: SplitFeatures = {}

    def tell(line: str) -> None:
        typer.echo(line, err=True)

    for name in names:
        path = measure_checkpoint_limits(name, count=count, kept=kept, tell=tell)
        found = load_limits(name)
        certainty = found.certainty
        typer.echo(
            f"{name}: less sure than {certainty.below:.2f} "
            f"({certainty.unsure_share:.1%} of pixels), "
            f"{certainty.unsure_right:.1%} are right, else {certainty.sure_right:.1%}; "
            f"{found.flagged:.1%} of {found.checked} held-out samples are flagged"
        )
        typer.echo(f"wrote {path}", err=True)
