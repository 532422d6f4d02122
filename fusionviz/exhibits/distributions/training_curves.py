"""How losses and distances moved over training, and what λ did to them."""

from dataclasses import dataclass
from typing import get_args

import numpy as np

from fusionviz.analysis.distributions.training_curves import (
    Axis,
    Curve,
    TrainingCurves,
    read_curves,
)
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.errors import InputError
from fusionviz.exhibits.distributions.lambda_family import card_name
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.models.cards import ModelCard
from fusionviz.models.checkpoints import list_checkpoints, read_card
from fusionviz.views.distributions.training_curves import (
    describe_training,
    draw_training,
)
from fusionviz.views.shared.style import three_digits

MOST = 4
WIDEST = 51
"""Points that a mean is over at most."""


@dataclass(frozen=True, kw_only=True)
class TrainingControls(Controls):
    """Whose training, and how it is drawn.

    Attributes:
        checkpoints: Names, `MOST` at most; empty for the one that read the subject,
            or, where none did, for the first that has a log.
        smoothing: Points that a mean of a loss is over, odd; 1 for none.
        axis: `steps` or `seconds`.
    """

    checkpoints: tuple[str, ...] = ()
    smoothing: int = 5
    axis: Axis = "steps"

    def __post_init__(self) -> None:
        """Check the values."""
        if len(self.checkpoints) > MOST:
            raise ValueError(f"checkpoints are {MOST} at most, got {self.checkpoints}")
        if not (1 <= self.smoothing <= WIDEST and self.smoothing % 2):
            raise ValueError(
                f"smoothing is an odd number from 1 to {WIDEST}, got {self.smoothing}"
            )
        if self.axis not in get_args(Axis):
            raise ValueError(f"axis is steps or seconds, got {self.axis!r}")


def make_training(request: Request[TrainingControls, TokenSubject]) -> Exhibit:
    """Return curves over training of some checkpoints, from their logs.

    Raises:
        CheckpointError: There is no such checkpoint.
        InputError: A log is missing or damaged, or no checkpoint has one.
    """
    controls = request.controls
    cards = (
        [read_card(name) for name in controls.checkpoints]
        if controls.checkpoints
        else [_default_card(request.subject)]
    )
    trainings = [read_curves(card) for card in cards]
    return Exhibit(
        draw=lambda: draw_training(
            trainings, smoothing=controls.smoothing, axis=controls.axis
        ),
        alt=describe_training(trainings),
        caption=_explain(trainings, cards, controls),
        formula=r"L = L_\text{task} + \lambda\, L_\text{align}\;(+ \ldots),\qquad "
        r"d_A = 2\,(1 - 2\,\mathrm{err})",
        numbers=_numbers(trainings),
        arrays={
            f"{one.name}/{metric}".replace("/", "."): np.stack(
                [curve.steps, curve.seconds, curve.values], axis=1
            )
            for one in trainings
            for metric, curve in one.curves.items()
        },
        table=_table(trainings),
    )


def with_log(cards: tuple[ModelCard, ...] | None = None) -> tuple[str, ...]:
    """Return the names of the AlignMambas that came with a training log."""
    known = list_checkpoints() if cards is None else cards
    return tuple(card.name for card in known if card.kind == "alignmamba" and card.log)


def _default_card(subject: TokenSubject) -> ModelCard:
    name = card_name(subject) or next(iter(with_log()), "")
    if not name:
        raise InputError(
            "No checkpoint came with a training log: train one with "
            "`python -m fusionviz train alignmamba-sentiment`."
        )
    return read_card(name)


def _numbers(trainings: list[TrainingCurves]) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {}
    for one in trainings:
        for name, curve in (("task", one.task), ("align", one.curves.get("align"))):
            if curve is not None:
                numbers[f"{one.name}_{name}_first"] = float(curve.values[0])
                numbers[f"{one.name}_{name}_last"] = float(curve.values[-1])
    return numbers


def _table(trainings: list[TrainingCurves]) -> dict[str, list[str | float]]:
    """Return a row for each point of each curve."""
    columns = ("checkpoint", "metric", "step", "seconds", "value")
    table: dict[str, list[str | float]] = {name: [] for name in columns}
    for one in trainings:
        for metric, curve in one.curves.items():
            table["checkpoint"] += [one.name] * len(curve.values)
            table["metric"] += [metric] * len(curve.values)
            table["step"] += curve.steps.tolist()
            table["seconds"] += curve.seconds.tolist()
            table["value"] += curve.values.tolist()
    return table


def _explain(
    trainings: list[TrainingCurves], cards: list[ModelCard], controls: TrainingControls
) -> str:
    mean = (
        f"means of {controls.smoothing} neighbouring points over the pale points"
        if controls.smoothing > 1
        else "the points themselves"
    )
    told = "\n".join(
        f"- {_say(one, card)}" for one, card in zip(trainings, cards, strict=True)
    )
    return (
        "From the logs that came with the checkpoints. The losses are those of "
        "training batches, from which recipes may take modalities and tokens away at "
        f"random: they are not the losses of whole samples. Lines are {mean}. Each row "
        "has one range; a logarithmic axis says so. A-distances (0: a linear "
        "classifier guesses which modality a token is of, 2: it is always right) and "
        "the alignment score (share of source tokens that are sent to where they "
        "belong, where that is known) are measured on the validation split now and "
        "then: a dot each time, dotted before and solid after local alignment. The "
        f"learning rate is in the hover of the losses.\n\n{told}"
    )


def _say(one: TrainingCurves, card: ModelCard) -> str:
    parts = [f"**{one.name}**, {card.steps} steps" if card.steps else f"**{one.name}**"]
    losses = {"L_task": one.task, "L_align": one.curves.get("align")}
    parts += [_change(name, curve) for name, curve in losses.items() if curve]
    for source in one.sources:
        distance, score = one.distance(source, "after"), one.score(source)
        if distance is not None:
            parts.append(_change(f"A-distance of {source} after alignment", distance))
        if score is not None:
            parts.append(_change(f"alignment score of {source}", score))
    return "; ".join(parts) + "."


def _change(name: str, curve: Curve) -> str:
    first, last = (three_digits(float(curve.values[place])) for place in (0, -1))
    return f"{name} {first} → {last}"


TRAINING = ExhibitKind(
    name="distributions-training",
    title="How training went",
    controls=TrainingControls,
    make=make_training,
    reads="tokens",
    height=572,
)
