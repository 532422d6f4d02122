"""The command that writes figures without a browser."""

import functools
from pathlib import Path
from typing import Annotated

import typer

from fusionviz.cli.parts import Device, look_in_this_folder, says_what_is_wrong


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
    depth_unit: Annotated[
        str,
        typer.Option(help="What depth counts: mm, '1/4000 m', ... or auto."),
    ] = "auto",
    depth_name: Annotated[
        str | None, typer.Option(help="Array, channel or page that is depth.")
    ] = None,
    turn_depth: Annotated[
        int, typer.Option(help="Degrees clockwise: 90, 180 or 270.")
    ] = 0,
    move_depth: Annotated[
        tuple[float, float],
        typer.Option(help="Pixels of RGB to the right and down.", metavar="X Y"),
    ] = (0.0, 0.0),
    scale_depth: Annotated[float, typer.Option(help="About the centre.")] = 1.0,
    utterance: Annotated[
        int | None, typer.Option(min=0, help="A generated utterance instead.")
    ] = None,
    video: Annotated[
        str | None, typer.Option(help="Id of a video of CMU-MOSI instead.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(help="A sentence instead; sequences may go with it.")
    ] = None,
    how: Annotated[
        str | None,
        typer.Option(help="What its words become: alone, spoken, file or minilm."),
    ] = None,
    sequences: Annotated[
        list[Path] | None, typer.Option(help="Sequences instead: an NPZ, or CSVs.")
    ] = None,
    poster: Annotated[
        Path | None, typer.Option(help="A film instead: its poster.")
    ] = None,
    plot: Annotated[str, typer.Option(help="A film instead: its plot.")] = "",
    scaling: Annotated[
        list[Path] | None,
        typer.Option(help="What length costs instead: a recorded run (JSON), or more."),
    ] = None,
    arrays: Annotated[
        Path | None,
        typer.Option(help="Arrays of a model of your own instead (NPZ)."),
    ] = None,
    adapter: Annotated[
        str | None,
        typer.Option(
            help="A live model of your own instead, module:Class; it is asked about "
            "the files, --room, --utterance or --input that are named, or its first."
        ),
    ] = None,
    asked: Annotated[
        str, typer.Option("--input", help="One of a live model's own examples.")
    ] = "",
    robustness: Annotated[
        Path | None,
        typer.Option(
            help="A report of `robustness --out`; what was recorded if not set."
        ),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            help="A MANGO, or one that translates; by default one for such pairs."
        ),
    ] = None,
    alignmamba: Annotated[
        str | None, typer.Option(help="An AlignMamba; the first that fits if not set.")
    ] = None,
    other_room: Annotated[
        int, typer.Option(min=0, help="What pictures of two compare with.")
    ] = 2,
    recipe: Annotated[
        Path | None, typer.Option(help="Make this one figure again (JSON, NPZ).")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Write this one alone, as latents-strip; or several."),
    ] = None,
    device: Device = "auto",
) -> None:
    """Write the figures of the app's pages without a browser: HTML, pictures, numbers.

    PNG and SVG are written where a Chrome or Chromium is found.
    """
    from fusionviz.data.rgbd_files import Placement, ReadingOptions
    from fusionviz.explain.command import run_explain
    from fusionviz.explain.source import FigureSource
    from fusionviz.explain.typed import as_how

    if adapter is not None:
        look_in_this_folder()
    if depth_only:
        rgb, depth = None, rgb
    source = FigureSource(
        rgb=rgb,
        depth=depth,
        reading=ReadingOptions(
            depth_unit=depth_unit,
            depth_name=depth_name,
            placement=Placement(
                turn=turn_depth,
                right=move_depth[0],
                down=move_depth[1],
                scale=scale_depth,
            ),
        ),
        room=room,
        utterance=utterance,
        video=video,
        text=text,
        how=as_how(how),
        sequences=tuple(sequences or ()),
        runs=tuple(scaling or ()),
        arrays=arrays,
        adapter=adapter,
        asked=asked,
        poster=poster,
        plot=plot,
        robustness=robustness,
        checkpoint=checkpoint,
        alignmamba=alignmamba,
        other_room=other_room,
        device=device,
    )
    tell = functools.partial(typer.echo, err=True)
    run_explain(out, source, recipe, tell, only or ())
