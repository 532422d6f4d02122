"""The command that compares the pictures that a MANGO makes with real ones."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from fusionviz.cli.parts import AsJson, Device, says_what_is_wrong, short
from fusionviz.data.sets.units import ALONE
from fusionviz.errors import InputError


@says_what_is_wrong
def likeness(
    name: Annotated[str, typer.Argument(help="A checkpoint's name, or a path of it.")],
    data: Annotated[
        str | None,
        typer.Option(
            help="rooms, nyuv2, or a folder of samples; what the checkpoint was "
            "trained on if not given."
        ),
    ] = None,
    features: Annotated[
        str,
        typer.Option(
            help="Whose features are compared: efficientnet-lite0, timm:NAME, or the "
            "path of an ONNX file, as of Inception-v3, with which it is KID and FID."
        ),
    ] = "efficientnet-lite0",
    pixels: Annotated[
        int | None,
        typer.Option(min=8, help="Side that pictures are resized to for an ONNX file."),
    ] = None,
    count: Annotated[int | None, typer.Option(min=3, help="How many samples.")] = None,
    temperature: Annotated[
        float | None,
        typer.Option(min=0, help="Standard deviation of the latents of draws, else 1."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of draws, else 0.")] = None,
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON there, too.")] = None,
    device: Device = "auto",
) -> None:
    """Measure how like real pictures those are that a MANGO draws or translates.

    By the kernel distance and the Fréchet distance of a network's features.
    """
    from fusionviz.models.encoders.feature_networks import feature_network
    from fusionviz.training.likeness import Draw, measure_likeness
    from fusionviz.whole_files import replace_file

    wanted = {"temperature": temperature, "seed": seed}
    given = {name: value for name, value in wanted.items() if value is not None}
    result = measure_likeness(
        name,
        feature_network(features, pixels),
        data,
        count=count,
        draw=Draw(**given) if given else None,  # type: ignore[arg-type]
        device=device,
        tell=_tell,
    )
    text = json.dumps(result, allow_nan=False, indent=2) + "\n"
    typer.echo(text if as_json else _told(result), nl=False)
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            replace_file(out, text)
        except OSError as error:
            raise InputError(f"{out} cannot be written: {error.strerror}") from error


def _tell(line: str) -> None:
    typer.echo(line, err=True)


def _told(result: dict[str, Any]) -> str:
    drawn_by = "" if result["unit"] == ALONE else f", by {result['unit']}"
    lines = [
        f"{result['checkpoint']} beside {result['samples']} samples of "
        f"{result['data']}{drawn_by}, by the features of {result['features']}"
    ]
    for kind, metrics in result["made"].items():
        at = f" at temperature {result['temperature']:g}" if kind == "drawn" else ""
        lines.append(f"{kind}{at}:")
        for name, numbers in metrics.items():
            value, low, high = (short(numbers[key]) for key in ("value", "low", "high"))
            around = f"n = {numbers['n']}"
            if numbers["low"] is not None:
                around = f"[{low}, {high}]"
            lines.append(f"  {name:<24} {value}  {around}")
    return "\n".join(lines) + "\n"
