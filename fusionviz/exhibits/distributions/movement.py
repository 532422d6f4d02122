"""Picked tokens where they came from, and how centres move through the stages."""

from dataclasses import dataclass

import numpy as np

from fusionviz.analysis.distributions.movement import Movement, measure_movement
from fusionviz.analysis.distributions.token_picks import (
    Runs,
    Selection,
    check_runs,
    select,
)
from fusionviz.analysis.shared.subjects.tokens import STAGE_TITLES, TokenSubject
from fusionviz.exhibits.distributions.embedding_words import say_apart, say_still
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.views.distributions.movement import describe_movement, draw_movement
from fusionviz.views.distributions.token_picks import describe_picked, draw_picked
from fusionviz.views.shared.style import three_digits


@dataclass(frozen=True, kw_only=True)
class PickedControls(Controls):
    """Which tokens are picked.

    Attributes:
        picked: (modality, first, last), counted before alignment.
    """

    picked: Runs = ()

    def __post_init__(self) -> None:
        """Refuse what is no run."""
        check_runs(self.picked)


@dataclass(frozen=True, kw_only=True)
class MovementControls(Controls):
    """Controls of the centres' paths, which have none."""


def make_picked(request: Request[PickedControls, TokenSubject]) -> Exhibit:
    """Return picked tokens on the pictures or the time axis that they are of."""
    selection = select(request.subject, request.controls.picked)
    return Exhibit(
        draw=lambda: draw_picked(selection),
        alt=describe_picked(selection),
        caption=_explain_picked(selection),
        formula=r"i \mapsto \arg\max_j M_{ij}",
        numbers={
            **{f"picked_{name}": count for name, count in selection.counts.items()},
            **{f"goals_{name}": len(selection.goals(name)) for name in selection.sent},
        },
        arrays={f"picked_{name}": mask for name, mask in selection.picked.items()},
        table=_table_picked(selection),
    )


def _explain_picked(selection: Selection) -> str:
    text = (
        "The tokens that are picked in the planes above, where they came from: lit and "
        "framed, all others dimmed. "
    )
    if selection.pictures is None:
        text += (
            f"Lines lead to the step of {selection.anchor} that each sends most of "
            "its mass to. "
        )
    else:
        text += (
            f"Dotted frames in the picture of {selection.anchor}: where the others' "
            "patches send most of their mass. "
        )
    text += (
        "After alignment a point stands at one of the anchor's positions; picking it "
        "there picks the tokens that are sent to it.\n\n"
    )
    if not selection.picked:
        return text + "Nothing is picked: draw around points in the planes."
    told = [
        f"{count} of {len(selection.picked[name])} tokens of {name}"
        for name, count in selection.counts.items()
    ]
    text += f"Here {', '.join(told)} are picked"
    for name in selection.sent:
        text += f"; {name}'s go to {len(selection.goals(name))} of {selection.anchor}"
    return text + "."


def _table_picked(selection: Selection) -> dict[str, list]:
    sides = {side.name: side for side in selection.sides}
    rows = []
    for name, mask in selection.picked.items():
        goals = dict(selection.sent[name].tolist()) if name in selection.sent else {}
        for token in np.nonzero(mask)[0].tolist():
            goal = goals.get(token)
            label = "" if goal is None else sides[selection.anchor].labels[goal]
            rows.append((name, token, sides[name].labels[token], label))
    names = ("modality", "token", "label", "sent_to")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def make_movement(request: Request[MovementControls, TokenSubject]) -> Exhibit:
    """Return the paths of the centres and how far apart modalities are."""
    movement = measure_movement(request.subject)
    return Exhibit(
        draw=lambda: draw_movement(movement),
        alt=describe_movement(movement),
        caption=_explain_movement(movement),
        formula=(
            r"c_m = \frac1{n_m}\sum_i x_{mi},\quad d(m, a) = \frac{\|c_m - c_a\|}"
            r"{\sigma},\quad \sigma^2 = \frac1{|\mathcal M|}\sum_m \frac1{n_m}\sum_i "
            r"\|x_{mi} - \bar c\|^2"
        ),
        numbers=_numbers_movement(movement),
        arrays={f"path_{name}": path for name, path in movement.paths.items()},
        table=_table_movement(movement),
    )


def _explain_movement(movement: Movement) -> str:
    text = (
        "**Left**: the mean of each modality's tokens, at the stages that the numbers "
        "name, in the plane in which these centres vary most (it holds "
        f"{100 * movement.explained.sum():.0f} % of their variance). **Right**: how "
        "far two modalities are from each other in the full space. A distance is in "
        "spreads of the stage: the root of the tokens' mean squared distance from the "
        "middle. Solid: between centres; dashed: the mean between two tokens that "
        "belong together (in truth, and after alignment at one position); dotted: "
        "between any two of these. Where dashed is well below dotted, partners are "
        "near each other.\n\n"
    )
    if not movement.separations[0]:
        return text + "Here is one modality: nothing is apart."
    pairs = [
        [stage[at] for stage in movement.separations]
        for at in range(len(movement.separations[0]))
    ]
    text += "Here, in spreads, " + say_apart(
        pairs, movement.stages, lambda one: one.spreads
    )
    for same in pairs:
        told = [
            f"{three_digits(one.partners)} of {three_digits(one.anyone)} "
            f"{STAGE_TITLES[stage]}"
            for stage, one in zip(movement.stages, same, strict=True)
            if one.partners is not None and one.anyone is not None
        ]
        if told:
            text += f" Partners of {same[0].title} are {', '.join(told)} apart."
    return text + say_still(movement)


def _numbers_movement(movement: Movement) -> dict[str, float | int | str]:
    numbers: dict[str, float | int | str] = {}
    for axis, share in enumerate(movement.explained, 1):
        numbers[f"explained_percent_axis_{axis}"] = 100 * float(share)
    for stage, separations in zip(movement.stages, movement.separations, strict=True):
        for one in separations:
            pair = f"{one.first}_{one.second}_{stage}"
            numbers[f"centres_apart_spreads_{pair}"] = one.spreads
            if one.partners is not None and one.anyone is not None:
                numbers[f"partners_apart_spreads_{pair}"] = one.partners
                numbers[f"any_two_apart_spreads_{pair}"] = one.anyone
    for name, steps in movement.moved.items():
        for stage, step in zip(movement.stages[1:], steps.tolist(), strict=True):
            numbers[f"centre_moved_spreads_{name}_{stage}"] = step
    return numbers


def _table_movement(movement: Movement) -> dict[str, list]:
    rows = [
        (stage, name, *place)
        for name, path in movement.paths.items()
        for stage, place in zip(movement.stages, path.tolist(), strict=True)
    ]
    names = ("stage", "modality", "axis_1", "axis_2")
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


PICKED = ExhibitKind(
    name="distributions-picked",
    title="Picked tokens, where they came from",
    controls=PickedControls,
    make=make_picked,
    reads="tokens",
    height=350,
)

MOVEMENT = ExhibitKind(
    name="distributions-movement",
    title="How far apart modalities are at each stage",
    controls=MovementControls,
    make=make_movement,
    reads="tokens",
    height=350,
)
