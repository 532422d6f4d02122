"""The command that serves models to apps."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli.parts import Device, says_what_is_wrong


@says_what_is_wrong
def serve_models(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8600,
    host: Annotated[
        str, typer.Option(help="0.0.0.0: whoever reaches this computer may ask.")
    ] = "127.0.0.1",
    replicas: Annotated[
        int, typer.Option(min=1, max=64, help="Processes, each with its models.")
    ] = 1,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Of one: its share of the cores.")
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="A folder of models; those that ship.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Serve models by Ray Serve, to apps that start with --models-at."""
    from fusionviz.models.checkpoints import checkpoint_folder
    from fusionviz.models.serving import ray_serve

    ray_serve.serve_models(
        checkpoints or checkpoint_folder(),
        host=host,
        port=port,
        device=device,
        replicas=replicas,
        threads=threads or max(1, (os.cpu_count() or 1) // replicas),
        tell=lambda address: typer.echo(f"models are served at {address}"),
    )
