"""What all commands share: options, and how errors are told."""

import functools
from collections.abc import Callable
from typing import Annotated, ParamSpec

import typer

from fusionviz.errors import FusionvizError

Parameters = ParamSpec("Parameters")

Device = Annotated[str, typer.Option(help="auto, cpu, cuda, ...")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def says_what_is_wrong(
    command: Callable[Parameters, None],
) -> Callable[Parameters, None]:
    """Return the command with its errors as one sentence and exit code 2."""

    @functools.wraps(command)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except FusionvizError as error:
            typer.echo(f"fusionviz: {error}", err=True)
            raise typer.Exit(2) from error

    return wrapped
