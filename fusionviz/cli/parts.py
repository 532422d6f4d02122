"""What all commands share: options, the project's files, and how errors are told."""

import functools
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from fusionviz.errors import FusionvizError, InputError, is_of_memory
from fusionviz.places import PROJECT

Parameters = ParamSpec("Parameters")

_WORDS = {
    "drop it in the depth slot": "give it as the depth map",
    "exchange the two": "exchange the two arguments",
    "upload": "give",
}

STOPPED = 130
"""Exit code of a run that was asked to stop, as after Ctrl-C."""

NO_MEMORY = (
    "there is not enough memory for this: take fewer samples or smaller ones, a model "
    "with fewer parameters, or close other programs"
)

TOLD = (FusionvizError, MemoryError, RuntimeError, OSError)
"""Errors that may be told in a sentence, see `sentence_of`."""

Device = Annotated[str, typer.Option(help="auto, cpu, cuda, ...")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class ToldOnStderr(logging.Handler):
    """Tells what the package logs of long work in a line each, beside the output."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record's sentence to stderr, whichever that is now."""
        typer.echo(self.format(record), err=True)


def _tell_long_work() -> None:
    """Let what the package logs be told, once in a process."""
    log = logging.getLogger("fusionviz")
    if not any(isinstance(one, ToldOnStderr) for one in log.handlers):
        log.addHandler(ToldOnStderr())
        log.setLevel(logging.INFO)


def says_what_is_wrong(
    command: Callable[Parameters, None],
) -> Callable[Parameters, None]:
    """Return the command with its errors as one sentence and exit code 2."""

    @functools.wraps(command)
    def wrapped(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        _tell_long_work()
        try:
            command(*args, **kwargs)
        except TOLD as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            typer.echo(f"fusionviz: {for_command_line(sentence)}", err=True)
            raise typer.Exit(2) from error

    return wrapped


def sentence_of(error: Exception) -> str | None:
    """Return what a command says of an error; None of one that is a fault of ours."""
    if isinstance(error, FusionvizError):
        return str(error)
    return NO_MEMORY if is_of_memory(error) else None


def for_command_line(sentence: str) -> str:
    """Return a sentence without the words that only fit a browser."""
    for browser, command in _WORDS.items():
        sentence = sentence.replace(browser, command)
    return sentence


def look_in_this_folder() -> None:
    """Let modules be found that lie in the folder a command is started from."""
    sys.path.insert(0, os.getcwd())


def project_file(name: str) -> Path:
    """Return a file of the project that is no module."""
    path = PROJECT / name
    if not path.exists():
        raise InputError(f"{name} is not at {PROJECT}; install the project anew")
    return path


def short(value: object) -> str:
    """Return a value as a command prints it."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
