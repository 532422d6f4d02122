"""The command that measures what is lost when modalities fail."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fusionviz.cli.parts import AsJson, Device, says_what_is_wrong
from fusionviz.errors import InputError

if TYPE_CHECKING:
    from fusionviz.training.robustness.report import ModelResult, RobustnessReport


class Protocol(StrEnum):
    """Protocols of failing modalities, and all of those that the data can have."""

    fixed = "fixed"
    random = "random"
    imbalanced = "imbalanced"
    emm = "emm"
    rmm = "rmm"
    nm = "nm"
    faults = "faults"


class Absence(StrEnum):
    """What stands for a modality that a MANGO does not get."""

    guess = "guess"
    zeros = "zeros"
    mean = "mean"
    draw = "draw"


@says_what_is_wrong
def robustness(
    names: Annotated[
        list[str],
        typer.Argument(help="Checkpoints, of one data set, that are compared."),
    ],
    protocol: Annotated[
        list[Protocol] | None,
        typer.Option(help="What fails; may be said again. fixed and random if not."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="rooms, nyuv2, sentiment, mosi, or a folder of samples; what the "
            "first checkpoint was trained on if not given."
        ),
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, help="How many samples.")] = None,
    absence: Annotated[
        list[Absence] | None,
        typer.Option(
            help="What stands for a modality that a MANGO does not get; may be said "
            "again. guess, zeros and mean if not; draw takes seconds a sample."
        ),
    ] = None,
    rates: Annotated[
        str | None,
        typer.Option(
            help="For imbalanced, one more condition: rgb=0.3,depth=0.7.",
            metavar="NAME=RATE,...",
        ),
    ] = None,
    reliance: Annotated[
        bool, typer.Option(help="Measure what each modality is worth.")
    ] = True,
    damaged: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="On how many of the samples, evenly spaced, rmm, nm and faults are "
            "measured; all if not given.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 0,
    resamples: Annotated[int, typer.Option(min=1, help="Bootstrap resamples.")] = 1000,
    as_json: AsJson = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the report there, too.")
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="An older report of the same samples and weights, whose other "
            "protocols are kept: a model is added without measuring all again."
        ),
    ] = None,
    parts: Annotated[
        Path | None,
        typer.Option(
            help="A folder that keeps what models say of 16 samples at a time: after a "
            "kill the same command goes on from there."
        ),
    ] = None,
    device: Device = "auto",
) -> None:
    """Measure what is lost when modalities are missing, damaged or wrong.

    `--out benchmarks/results/robustness-DATASET.json` records what the page shows.
    """
    from fusionviz.models.checkpoints import load_checkpoint
    from fusionviz.training.kept_parts import KeptParts
    from fusionviz.training.robustness.conditions import StudySettings
    from fusionviz.training.robustness.report import keep_protocols, read_report
    from fusionviz.training.robustness.study import measure_robustness

    settings = StudySettings(
        protocols=tuple(
            one.value for one in protocol or (Protocol.fixed, Protocol.random)
        ),
        ways=tuple(one.value for one in absence or list(Absence)[:3]),
        reliance=reliance,
        rates=read_rates(rates),
        seed=seed,
        resamples=resamples,
        damaged=damaged,
    )
    older = None if keep is None else read_report(keep)
    report = measure_robustness(
        [load_checkpoint(name, device) for name in names],
        settings,
        data=data,
        count=count,
        tell=_tell,
        parts=KeptParts(parts),
    )
    if older is not None:
        report = keep_protocols(report, older)
    if out is not None:
        report.save(out)
    typer.echo(report.to_json() if as_json else _told(report), nl=False)


def read_rates(text: str | None) -> Mapping[str, float] | None:
    """Return the rates of `rgb=0.3,depth=0.7`.

    Raises:
        InputError: It does not say that, or a rate is no probability.
    """
    if text is None:
        return None
    try:
        parts = (part.split("=") for part in text.split(","))
        rates = {name.strip(): float(rate) for name, rate in parts}
    except ValueError as error:
        raise InputError(
            f"rates are NAME=RATE with commas between, got {text!r}"
        ) from error
    if not all(0 <= rate <= 1 for rate in rates.values()):
        raise InputError(f"rates are from 0 to 1, got {text!r}")
    return rates


def _tell(share: float, doing: str) -> bool:
    typer.echo(f"{share:4.0%}  {doing}", err=True)
    return True


def _told(report: "RobustnessReport") -> str:
    """Return the main figure of a report, a line a condition."""
    lines = [
        f"{report.samples} samples of {report.data}, drawn by {report.unit}; "
        f"{report.metric} [95 % interval]"
    ]
    for model in report.models:
        lines += [f"{model.checkpoint}, {model.title}", *_lines(model, report.metric)]
    return "\n".join(lines) + "\n"


def _lines(model: "ModelResult", metric: str) -> list[str]:
    lines = []
    for name, result in model.protocols.items():
        for row in result.rows:
            what = ", ".join(f"{k} {_words(v)}" for k, v in row.condition.items())
            lines.append(f"  {name:<10} {what}: {row.metrics[metric]:.3f}")
        for key, metrics in result.summaries.items():
            lines.append(f"  {name:<10} {key}: {metrics[metric]:.3f}")
    for worth in model.reliance:
        for modality, value in worth.shapley.items():
            lines.append(f"  worth      {modality} to {worth.figure}: {value:.3f}")
    return lines


def _words(value: object) -> str:
    return " and ".join(map(str, value)) if isinstance(value, list) else str(value)
