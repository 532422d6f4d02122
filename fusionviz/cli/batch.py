"""The command that analyses many pairs."""

import functools
from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli.parts import STOPPED, Device, says_what_is_wrong


@says_what_is_wrong
def batch(
    out: Annotated[Path, typer.Option(help="Folder of the batch; it goes on there.")],
    pairs: Annotated[
        Path | None,
        typer.Argument(
            help="A folder: rgb/NAME.* and depth/NAME.*, or NAME_rgb.* and "
            "NAME_depth.*, or as a data set; or a list (CSV): RGB,DEPTH."
        ),
    ] = None,
    rooms: Annotated[
        int | None, typer.Option(min=1, help="So many generated rooms instead.")
    ] = None,
    first_room: Annotated[int, typer.Option(min=0, help="Seed of the first.")] = 0,
    data: Annotated[
        str | None, typer.Option(help="A data set instead: see `data list`.")
    ] = None,
    split: Annotated[str, typer.Option(help="Of the data set.")] = "test",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="An option of the data set: folder=PATH."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="What to make of each, as latents-strip; or several."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Make all that explain makes of a pair.")
    ] = False,
    arrays: Annotated[bool, typer.Option(help="Keep arrays, too.")] = True,
    figures: Annotated[bool, typer.Option(help="Write figures, too.")] = False,
    shard: Annotated[int, typer.Option(min=1, help="Pairs a shard.")] = 32,
    processes: Annotated[
        int | None,
        typer.Option(min=1, help="That work at a time: 1; on Ray as many as it can."),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            help="By Ray Data, at this address; auto, or local for this computer.",
            metavar="ADDRESS",
        ),
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="A MANGO; by default one for such pairs.")
    ] = None,
    alignmamba: Annotated[
        str | None, typer.Option(help="An AlignMamba; by default one for such pairs.")
    ] = None,
    depth_unit: Annotated[
        str, typer.Option(help="What depth counts: mm, '1/4000 m', ... or auto.")
    ] = "auto",
    device: Device = "auto",
) -> None:
    """Analyse many pairs as `explain` does one: numbers and arrays as Parquet.

    The same command goes on after a stop. What is wrong with a pair stands in its row.
    """
    from fusionviz.data.rooms import ROOM_SIDE
    from fusionviz.explain.batch.plan import make_plan
    from fusionviz.explain.batch.run import run_batch
    from fusionviz.explain.batch.sources import PairChoice
    from fusionviz.explain.pairs import room_side
    from fusionviz.training.tables import read_settings

    tell = functools.partial(typer.echo, err=True)
    choice = PairChoice(
        path=None if pairs is None else str(pairs.resolve()),
        rooms=rooms,
        data=data,
        first_room=first_room,
        pixels=room_side(checkpoint) if rooms else ROOM_SIDE,
        split=split,
        options=read_settings(settings or []),
        depth_unit=depth_unit,
    )
    try:
        plan = make_plan(
            choice,
            choice.open(),
            only=only or (),
            everything=everything,
            mango=checkpoint,
            alignmamba=alignmamba,
            shard=shard,
            arrays=arrays,
            figures=figures,
            tell=tell,
        )
        run_batch(out, plan, processes=processes, ray=ray, device=device, tell=tell)
    except KeyboardInterrupt as error:
        tell(f"stopped; the same command goes on with what is left in {out}")
        raise typer.Exit(STOPPED) from error
