"""The commands that start the app and make it quick."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli.parts import project_file, says_what_is_wrong
from fusionviz.errors import InputError


@says_what_is_wrong
def start_app(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Of 127.0.0.1.")] = 8501,
    arrays: Annotated[
        Path | None,
        typer.Option(help="Arrays of a model of your own, to show first."),
    ] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(help="A live model of your own, module:Class; or several."),
    ] = None,
    models_at: Annotated[
        str | None,
        typer.Option(help="The model server that computes: http://HOST:PORT."),
    ] = None,
) -> None:
    """Start the app in the browser."""
    if importlib.util.find_spec("streamlit") is None:
        raise InputError(
            "the app needs streamlit, which is not installed; run `make setup`, or "
            "`pip install -r requirements.txt`"
        )
    if arrays is not None:
        _serve_arrays(arrays)
    if adapter:
        _offer_live(adapter)
    if models_at:
        _ask_at(models_at)
    script = project_file("app.py")
    command = [sys.executable, "-m", "fusionviz.ui.serve", str(script)]
    command += ["--server.port", str(port)]
    os.chdir(script.parent)  # where streamlit finds .streamlit/config.toml
    if os.name == "posix":
        os.execv(command[0], command)  # signals reach the server itself
    raise typer.Exit(subprocess.call(command))


def _serve_arrays(path: Path) -> None:
    """Let the app show a file of arrays, once it has been read without fault."""
    from fusionviz.explain.arrays import VARIABLE, arrays_subject
    from fusionviz.explain.pairs import read_file

    arrays_subject(read_file(path), path.name)
    os.environ[VARIABLE] = str(path.resolve())


def _offer_live(adapters: list[str]) -> None:
    """Let the app ask live models, which may lie in the folder it is started from."""
    from fusionviz.models.live import VARIABLE
    from fusionviz.models.live import adapter as check

    for one in adapters:
        check(one)
    os.environ[VARIABLE] = ",".join(adapters)
    paths = [os.getcwd(), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def _ask_at(address: str) -> None:
    """Let the app ask a model server, which need not be there yet."""
    from fusionviz.models.serving.server import VARIABLE, ModelServer

    os.environ[VARIABLE] = ModelServer(address).address


@says_what_is_wrong
def warm() -> None:
    """Compile the CPU kernels now, so that the first page need not wait for them."""
    import torch

    from fusionviz.data.rooms import render_room
    from fusionviz.models.alignmamba import MambaBlock

    render_room(0)
    with torch.inference_mode():
        MambaBlock(8)(torch.zeros(1, 8, 8))
