"""What λ bought and cost: checkpoints that differ in λ alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.lambda_family import (
    FALLBACK,
    LambdaFamily,
    find_family,
    measure_family,
)
from fusionviz.analysis.distributions.stage_mmd import STAGES
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.analysis.shared.subjects.tokens import TokenSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.utterances.generator import render_utterance
from fusionviz.errors import InputError
from fusionviz.exhibits.shared.exhibit import Controls, Exhibit, ExhibitKind, Request
from fusionviz.models.alignmamba import config_of, why_unread
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import checkpoint_folder, list_checkpoints
from fusionviz.views.distributions.lambda_family import (
    METRIC_TITLES,
    describe_family,
    draw_family,
    lambda_title,
)
from fusionviz.views.shared.style import three_digits

UTTERANCE = 12
"""What the fallback family reads where the sample at hand is none of its kind."""


@dataclass(frozen=True, kw_only=True)
class LambdaControls(Controls):
    """Controls of the comparison over λ, which has none."""


def make_lambda(request: Request[LambdaControls, TokenSubject]) -> Exhibit:
    """Return what λ bought and cost, on the test set and in the sample at hand.

    Where the subject's checkpoint has no siblings that differ in λ alone, those of
    `FALLBACK` are shown, else the first family of the folder.

    Raises:
        InputError: There is no such family, or none that reads the sample.
    """
    subject = request.subject
    cards = family_of(subject)
    sample, which = _sample_for(cards[0], subject)
    family = measure_family(cards, sample)
    return Exhibit(
        draw=lambda: draw_family(family),
        alt=describe_family(family),
        caption=_explain(family, which, card_name(subject)),
        formula=r"L = L_\text{task} + \lambda\, L_\text{align},\qquad "
        r"L_\text{align} = \sum_m \mathrm{MMD}^2(\tilde X_m,\, X_\text{anchor})",
        numbers={**_numbers(family), "sample": which},
        arrays={"align_weight": np.array(family.weights), **_distances(family)},
        table=_table(family),
    )


def card_name(subject: TokenSubject) -> str:
    """Return the name of the checkpoint that read a subject, empty without one."""
    if not isinstance(subject, AlignMambaSubject):
        return ""
    card = getattr(subject.model, "card", None)
    return "" if card is None else card.name


def family_of(subject: TokenSubject) -> tuple[ModelCard, ...]:
    """Return the checkpoints that are compared, by λ.

    Raises:
        InputError: No two checkpoints differ in λ alone.
    """
    names = [card_name(subject), FALLBACK]
    names += [card.name for card in list_checkpoints()]
    for name in names:
        family = find_family(name)
        if family:
            return family
    raise InputError(
        f"No two checkpoints in {checkpoint_folder()} differ in λ alone: make two with "
        "`python -m fusionviz train alignmamba-sentiment` and "
        "`… train alignmamba-sentiment-lambda0`."
    )


def _sample_for(
    card: ModelCard, subject: TokenSubject
) -> tuple[RGBDSample | SequenceSample, str]:
    """Return a sample that a family reads, and what it is called in a sentence."""
    config = config_of(card)
    own = getattr(subject, "sample", None)
    if isinstance(own, SequenceSample) and why_unread(own, config) is None:
        return own, "the sample at hand"
    if isinstance(own, RGBDSample) and set(config.names) == {"rgb", "depth"}:
        return own, "the sample at hand"
    utterance = render_utterance(UTTERANCE)
    if why_unread(utterance, config) is None:
        return utterance, f"utterance {UTTERANCE}"
    raise InputError(
        f"{card.name} and its siblings cannot read this sample: choose one of the "
        f"kind that has {', '.join(config.names)}."
    )


def _distances(family: LambdaFamily) -> dict[str, NDArray[np.float64]]:
    """Return MMD² (card, stage) of each source that stands beside an anchor."""
    by_name = zip(family.sources, family.mmd.swapaxes(0, 1), strict=True)
    return {f"mmd2_{name}": mmd for name, mmd in by_name if np.isfinite(mmd).all()}


def _numbers(family: LambdaFamily) -> dict[str, float | int | str]:
    names = ", ".join(card.name for card in family.cards)
    numbers: dict[str, float | int | str] = {"checkpoints": names}
    for row, weight in enumerate(family.weights):
        for column, name in enumerate(family.sources):
            value = float(family.mmd[row, column, 1])
            if np.isfinite(value):
                numbers[f"mmd2_{name}_aligned_lambda_{weight:g}"] = value
    return numbers


def _table(family: LambdaFamily) -> dict[str, list[str | float | None]]:
    """Return a row for each checkpoint and figure; MMD² has no interval."""
    names = ("checkpoint", "lambda", "measure", "value", "low", "high")
    table: dict[str, list[str | float | None]] = {name: [] for name in names}
    for row, card in enumerate(family.cards):
        lines: list[tuple[str, float, float | None, float | None]] = [
            (metric, one.value, one.low, one.high)
            for metric, one in card.metrics.items()
        ]
        lines += [
            (f"{name}_{stage}", float(mmd[row, place]), None, None)
            for name, mmd in _distances(family).items()
            for place, stage in enumerate(STAGES)
        ]
        for line in lines:
            cells = (card.name, family.weights[row], *line)
            for name, cell in zip(names, cells, strict=True):
                table[name].append(cell)
    return table


def _explain(family: LambdaFamily, which: str, picked: str) -> str:
    names = ", ".join(
        f"{card.name} ({lambda_title(weight)})"
        for card, weight in zip(family.cards, family.weights, strict=True)
    )
    seeds = sorted({card.seed for card in family.cards})
    other = (
        ""
        if picked in {card.name for card in family.cards}
        else "The checkpoint at hand has no siblings that differ in λ alone; these do. "
    )
    return (
        f"{other}Checkpoints trained alike but for λ, the weight of the alignment "
        f"loss: {names}. Their order is that of λ; steps between them are not to "
        "scale. Bars are 95 % intervals over test samples, from the cards; arrows say "
        "which way is better, or, of distances, more alike. MMD² is that of the source "
        f"and the anchor in {which}, σ the median distance of each model's own tokens, "
        "so that a model whose whole space is smaller gains nothing by it."
        f"{_say_changes(family)}\n\n"
        f"Only one training each was made (seed {', '.join(map(str, seeds))}): the "
        "intervals know of samples, not of seeds, and a small difference may be the "
        "seed's. Where intervals overlap, that does not prove that nothing changed: "
        "all were measured on the same samples."
    )


def _say_changes(family: LambdaFamily) -> str:
    """Return what the largest λ bought and cost against the smallest, as a list."""
    first, last = (lambda_title(family.weights[place]) for place in (0, -1))
    aligned = [name for name in ("align_loss", "alignment_score") if family.has(name)]
    aligned += [
        metric
        for name in family.sources
        if family.has(metric := f"a_distance_{name}_after")
    ]
    told = [_say_change(family, name) for name in (*aligned, *family.task_metrics)]
    told += [
        f"MMD² of {name} after local alignment {three_digits(float(before))} → "
        f"**{three_digits(float(after))}**"
        for name, before, after in zip(
            family.sources, family.mmd[0, :, 1], family.mmd[-1, :, 1], strict=True
        )
        if np.isfinite([before, after]).all()
    ]
    if not told:
        return ""
    lines = "\n".join(f"- {line}" for line in told)
    return f"\n\nFrom {first} to {last}:\n\n{lines}"


def _say_change(family: LambdaFamily, metric: str) -> str:
    before, after = family.estimates(metric)[0], family.estimates(metric)[-1]
    (low, high), (new_low, new_high) = before.ends, after.ends
    apart = high < new_low or new_high < low
    title = METRIC_TITLES.get(metric, "")[:-2] or _distance_title(metric)
    title = title.replace("<sub>align</sub>", "_align")
    return f"{title} {_interval(before)} → **{_interval(after)}**: the intervals " + (
        "do not overlap" if apart else "overlap"
    )


def _distance_title(metric: str) -> str:
    source = metric.removeprefix("a_distance_").removesuffix("_after")
    return f"A-distance of {source} after alignment"


def _interval(one: Estimate) -> str:
    value, low, high = map(three_digits, (one.value, *one.ends))
    return f"{value} [{low}, {high}]"


LAMBDA: ExhibitKind[LambdaControls, TokenSubject] = ExhibitKind(
    name="distributions-lambda",
    title="What the weight of MMD does",
    controls=LambdaControls,
    make=make_lambda,
    reads="tokens",
    height=456,
)
