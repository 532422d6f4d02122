"""Where a forward's time goes."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.scaling.parts import PartTimes, measure_parts
from fusionviz.analysis.scaling.subject import ScalingSubject
from fusionviz.exhibits.scaling.words import say_machine
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.scaling.parts import (
    PART_NAMES,
    SCALES,
    Scale,
    describe_parts,
    draw_parts,
)
from fusionviz.views.scaling.units import write_length, write_seconds
from fusionviz.views.shared.style import in_percent


@dataclass(frozen=True, kw_only=True)
class PartControls(Controls):
    """How parts are drawn.

    Attributes:
        scale: `share` of the sum, or `seconds`.
    """

    scale: Scale = "share"

    def __post_init__(self) -> None:
        """Refuse what is no scale."""
        if self.scale not in SCALES:
            raise ValueError(f"scale is one of {SCALES}, got {self.scale!r}")


def make_parts(request: Request[PartControls, ScalingSubject]) -> Exhibit:
    """Return the parts of models' forwards over length.

    Raises:
        InputError: There is no run, or it has no parts.
    """
    run = request.subject.run
    models = measure_parts(run)
    return Exhibit(
        draw=lambda: draw_parts(models, scale=request.controls.scale),
        alt=describe_parts(models),
        caption="\n\n".join(
            [
                "Each part is a cell of its own, on what the parts before it made; "
                "what is between them (codes of modalities, interleaving) is in none. "
                "So the sum, above the bars, need not be the whole, which is measured "
                "by itself: hover a sum.",
                *[_say(one) for one in models],
                f"Measured on {say_machine(run)}",
            ]
        ),
        formula=r"t_\text{encoders} + t_\text{alignment} + t_\text{backbone} + "
        r"t_\text{predictor} \approx t_\text{whole}",
        numbers=_numbers(models),
        arrays={
            f"{one.workload}.{name}": array
            for one in models
            for name, array in (
                ("lengths", one.lengths),
                ("seconds", one.seconds),
                ("whole", one.whole),
            )
        },
        table=_table(models),
    )


def _say(one: PartTimes) -> str:
    sums = one.seconds.sum(axis=0)
    told = [
        f"{PART_NAMES[part]} {in_percent(share, decimals=0)}"
        for part, share in zip(one.parts, one.shares[:, -1].tolist(), strict=True)
    ]
    text = (
        f"**{one.title}** at {write_length(one.lengths[-1])} tokens: "
        f"{', '.join(told)} of {write_seconds(float(sums[-1]))}"
    )
    if np.isfinite(one.whole[-1]):
        share = in_percent(float(sums[-1] / one.whole[-1]), decimals=0)
        text += f"; the sum is {share} of the whole"
    return f"{text}."


def _numbers(models: list[PartTimes]) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {}
    for one in models:
        numbers[f"{one.workload}_length"] = int(one.lengths[-1])
        for place, part in enumerate(one.parts):
            name = f"{one.workload}_{part}"
            numbers[f"{name}_seconds"] = float(one.seconds[place, -1])
            numbers[f"{name}_share"] = float(one.shares[place, -1])
        if np.isfinite(one.whole[-1]):
            numbers[f"{one.workload}_whole_seconds"] = float(one.whole[-1])
    return numbers


def _table(models: list[PartTimes]) -> dict[str, list]:
    rows = [
        (one.workload, part, int(length), float(one.seconds[place, point]))
        for one in models
        for place, part in enumerate(one.parts)
        for point, length in enumerate(one.lengths)
    ]
    columns = zip(*rows, strict=True)
    names = ("model", "part", "tokens", "seconds")
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


PARTS = ExhibitKind(
    name="scaling-parts",
    title="Where the time goes",
    controls=PartControls,
    make=make_parts,
    reads="scaling",
)
