"""The commands that start the app and make it quick."""

import importlib.util
import os
import subprocess
import sys
from typing import Annotated

import typer

from fusionviz.cli.parts import project_file, says_what_is_wrong
from fusionviz.errors import InputError


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
    script = project_file("app.py")
    command = [sys.executable, "-m", "fusionviz.ui.serve", str(script)]
    command += ["--server.port", str(port)]
    os.chdir(script.parent)  # where streamlit finds .streamlit/config.toml
    if os.name == "posix":
        os.execv(command[0], command)  # signals reach the server itself
    raise typer.Exit(subprocess.call(command))


@says_what_is_wrong
def warm() -> None:
    """Compile the CPU kernels now, so that the first page need not wait for them."""
    import torch

    from fusionviz.data.rooms import render_room
    from fusionviz.models.alignmamba import MambaBlock

    render_room(0)
    with torch.inference_mode():
        MambaBlock(8)(torch.zeros(1, 8, 8))
