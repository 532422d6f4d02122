"""The command that says what the arrays of a model of one's own hold."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusionviz.cli.parts import AsJson, look_in_this_folder, says_what_is_wrong
from fusionviz.errors import InputError

if TYPE_CHECKING:
    from fusionviz.data.arrays.record import ModelArrays


@says_what_is_wrong
def arrays(
    file: Annotated[
        Path | None, typer.Argument(help="An NPZ or safetensors file.")
    ] = None,
    adapter: Annotated[
        str | None, typer.Option(help="A live model instead, module:Class.")
    ] = None,
    asked: Annotated[
        str, typer.Option("--input", help="What it is asked; its first if not set.")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Of a room or utterance.")] = 12,
    as_json: AsJson = False,
) -> None:
    """Check the arrays of a model of your own: what is there, and what is wrong."""
    if (file is None) == (adapter is None):
        raise InputError("name a file of arrays, or a live model by --adapter")
    if file is not None:
        from fusionviz.data.arrays.files import read_arrays
        from fusionviz.explain.pairs import read_file

        title, found = file.name, read_arrays(read_file(file))
    else:
        title, found = _ask(str(adapter), asked, seed)
    typer.echo(_as_json(title, found) if as_json else _as_lines(found))


def _ask(adapter: str, asked: str, seed: int) -> tuple[str, "ModelArrays"]:
    """Return what a live model, which may lie in this folder, gives for an input."""
    from fusionviz.explain.live import LiveQuestion, answer

    look_in_this_folder()
    subject, _ = answer(LiveQuestion(model=adapter, asked=asked, seed=seed))
    return subject.title, subject.arrays


def _as_json(title: str, found: "ModelArrays") -> str:
    from fusionviz.data.arrays.keys import pages_of

    told = {
        name: {
            "shape": list(found.shapes.get(name, ())),
            "pages": list(pages_of(name)),
            "notes": list(found.notes.get(name, ())),
        }
        for name in _names(found)
    }
    return json.dumps({"of": title, "keys": told})


def _as_lines(found: "ModelArrays") -> str:
    from fusionviz.data.arrays.keys import pages_of

    lines = []
    for name in _names(found):
        shape = f" {found.shapes[name]}" if name in found.shapes else ""
        pages = ", ".join(pages_of(name))
        lines.append(f"{name}{shape}{pages and f': {pages}'}")
        lines += [f"    {note}" for note in found.notes.get(name, ())]
    return "\n".join(lines)


def _names(found: "ModelArrays") -> list[str]:
    """Return all keys that there is something to say of."""
    return list(dict.fromkeys([*found.shapes, *found.notes]))
