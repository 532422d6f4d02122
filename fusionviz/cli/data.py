"""The commands that list and make data."""

from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli.parts import says_what_is_wrong

data_app = typer.Typer(help="List and make data.", no_args_is_help=True)


@data_app.command("list")
def list_sets() -> None:
    """List the data sets that are read: terms, where they are to be had, layout."""
    from fusionviz.data.sets.catalogue import CARDS, say_where

    for name, card in CARDS.items():
        typer.echo(f"{name}\n    {card.title}")
        typer.echo(f"    has     {card.modalities}\n    terms   {card.terms}")
        typer.echo(f"    source  {card.source}\n    here    {say_where(card)}")
        for line in card.layout.splitlines():
            typer.echo(f"            {line}")


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


@data_app.command("faults")
@says_what_is_wrong
def make_fault_sheets(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    room: Annotated[int, typer.Option(min=0, help="Seed of the room.")] = 45,
    utterance: Annotated[int, typer.Option(min=0, help="Seed of the utterance.")] = 12,
) -> None:
    """Write every fault before and after as pictures, as docs/faults.md shows them."""
    from fusionviz.explain.fault_pictures import write_fault_sheets

    for path in write_fault_sheets(out, room=room, utterance=utterance):
        typer.echo(f"wrote {path}", err=True)
