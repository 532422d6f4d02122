"""The commands that measure a checkpoint."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from fusionviz.cli.parts import AsJson, Device, says_what_is_wrong, short
from fusionviz.data.sets.units import ALONE


class Missing(StrEnum):
    """The protocols of missing modalities."""

    random = "random"
    fixed = "fixed"


@says_what_is_wrong
def evaluate(
    name: Annotated[str, typer.Argument(help="A checkpoint's name, or a path of it.")],
    data: Annotated[
        str | None,
        typer.Option(
            help="rooms, nyuv2, sentiment, mosi, or a folder of samples; what the "
            "checkpoint was trained on if not given."
        ),
    ] = None,
    as_json: AsJson = False,
    missing: Annotated[
        Missing | None, typer.Option(help="Measure with modalities missing, too.")
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="How many samples.")] = None,
    resamples: Annotated[int, typer.Option(min=1, help="Bootstrap resamples.")] = 1000,
    parts: Annotated[
        Path | None,
        typer.Option(
            help="A folder that keeps what was measured of a batch at a time: after a "
            "kill the same command goes on from there."
        ),
    ] = None,
    device: Device = "auto",
) -> None:
    """Measure a checkpoint, with 95 % bootstrap confidence intervals.

    On several GPUs under `accelerate launch -m fusionviz evaluate`.
    """
    from fusionviz.training.evaluation import evaluate_checkpoint
    from fusionviz.training.kept_parts import NOT_KEPT, KeptParts
    from fusionviz.training.processes import launched

    with launched(device) as processes:
        result = evaluate_checkpoint(
            name,
            data,
            count=count,
            missing=missing.value if missing else None,
            device=str(processes.device),
            resamples=resamples,
            processes=processes,
            parts=NOT_KEPT if parts is None else KeptParts(parts),
        )
    if not processes.is_first:
        return
    if as_json:
        typer.echo(json.dumps(result, allow_nan=False))
        return
    found = f"{result['samples']} samples of {result['data']}"
    if (unit := result.get("unit", ALONE)) != ALONE:
        found += f", drawn by {unit}"
    typer.echo(f"{result['checkpoint']} on {found}")
    _echo_metrics(result["metrics"])
    for part in result.get("by_missing", []):
        typer.echo(
            f"present {' and '.join(part['present'])}:"
            if "present" in part
            else f"missing rate {part['rate']}:"
        )
        _echo_metrics(part["metrics"])
    titles = {"mean": "mean over all rates:", "drop": "drop to the highest rate:"}
    for kind, metrics in result.get("over_rates", {}).items():
        typer.echo(titles[kind])
        _echo_metrics(metrics)


@says_what_is_wrong
def measure(
    name: Annotated[str, typer.Argument(help="A checkpoint's name, or a path of it.")],
    data: Annotated[
        str, typer.Option(help="rooms, nyuv2, or a folder of samples.")
    ] = "rooms",
    count: Annotated[int, typer.Option(min=1, help="Samples to invert.")] = 100,
    repeats: Annotated[int, typer.Option(min=1, help="Timed passes.")] = 30,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Of the CPU; all if not given.")
    ] = None,
    device: Device = "auto",
) -> None:
    """Measure a flow's time, memory and inverse error here; print JSON.

    Times are medians of one sample, there and back. Memory is the most that tensors
    take at once on top of the weights. The inverse error is the largest of any token.
    """
    import torch

    from fusionviz.training.evaluation import measure_checkpoint

    if threads is not None:
        torch.set_num_threads(threads)
    result = measure_checkpoint(name, data, count=count, repeats=repeats, device=device)
    typer.echo(json.dumps(result, allow_nan=False))


def _echo_metrics(metrics: dict[str, dict[str, Any]]) -> None:
    for name, numbers in metrics.items():
        if numbers["value"] is None:
            typer.echo(f"  {name:<20} nothing to measure it on")
            continue
        value, low, high = (short(numbers[key]) for key in ("value", "low", "high"))
        no_interval = numbers["low"] is None and numbers["high"] is None
        around = f"n = {numbers.get('n')}" if no_interval else f"[{low}, {high}]"
        typer.echo(f"  {name:<20} {value}  {around}")
