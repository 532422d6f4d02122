"""Checkpoints that differ in λ alone, and what each of them makes of one sample."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.distributions.stage_mmd import STAGES, model_pairs, own_mmd
from fusionviz.analysis.distributions.training_curves import align_weight_of, sources_of
from fusionviz.analysis.shared.subjects.alignmamba import AlignMambaSubject
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.models.cards import Estimate, ModelCard
from fusionviz.models.checkpoints import list_checkpoints
from fusionviz.models.serving.opening import open_checkpoint

FALLBACK = "alignmamba-sentiment"
"""Whose family is shown where the picked checkpoint has none."""

TASK_METRICS = (
    "mae",
    "accuracy",
    "correlation",
    "miou",
    "pixel_accuracy",
    "mean_accuracy",
    "weighted_f1",
    "f1",
)
"""What tasks are judged by, those that tell most first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LambdaFamily:
    """Checkpoints whose training differed in λ alone, by rising λ.

    Attributes:
        cards: One a λ.
        sources: Modalities that are aligned.
        mmd: MMD² between each source and the anchor in the sample at hand, (card,
            source, stage); NaN where the sample lacks one.
    """

    cards: tuple[ModelCard, ...]
    sources: tuple[str, ...]
    mmd: NDArray[np.float64]

    @property
    def weights(self) -> tuple[float, ...]:
        """λ of each checkpoint."""
        return tuple(align_weight_of(card) for card in self.cards)

    @property
    def task_metrics(self) -> tuple[str, ...]:
        """Metrics of the task that every card has, three at most."""
        return tuple(name for name in TASK_METRICS if self.has(name))[:3]

    def has(self, metric: str) -> bool:
        """Return whether every card has a metric."""
        return all(metric in card.metrics for card in self.cards)

    def estimates(self, metric: str) -> tuple[Estimate, ...]:
        """Return a metric that every card has, by λ."""
        return tuple(card.metrics[metric] for card in self.cards)


def find_family(picked: str, folder: str | None = None) -> tuple[ModelCard, ...]:
    """Return the checkpoints that differ from one in λ alone, itself too, by λ.

    Config, recipe and seed are equal but for λ, the name and the note. Of several of
    one λ the picked one counts, else the first by name.

    Args:
        picked: Name of a checkpoint.
        folder: Where the checkpoints are; `checkpoint_folder()` if not given.

    Returns:
        Nothing where there is no such checkpoint, or none other than itself.
    """
    cards = {
        card.name: card
        for card in list_checkpoints(folder)
        if card.kind == "alignmamba" and "align_weight" in card.config
    }
    if picked not in cards:
        return ()
    like = _without_weight(cards[picked])
    family = {align_weight_of(cards[picked]): cards[picked]}
    for card in cards.values():
        if _without_weight(card) == like:
            family.setdefault(align_weight_of(card), card)
    if len(family) < 2:
        return ()
    return tuple(family[weight] for weight in sorted(family))


def measure_family(
    cards: Sequence[ModelCard], sample: RGBDSample | SequenceSample
) -> LambdaFamily:
    """Return a family and what its models make of a sample.

    Args:
        cards: From `find_family`.
        sample: That all of them read.

    Raises:
        CheckpointError: Weights of the family cannot be loaded.
    """
    sources = sources_of(cards[0])
    mmd = np.full((len(cards), len(sources), len(STAGES)), np.nan)
    for row, card in enumerate(cards):
        subject = AlignMambaSubject(open_checkpoint(card.name), sample)
        pairs = model_pairs(subject.model)
        own = own_mmd(subject)
        for column, name in enumerate(sources):
            mmd[row, column] = own[pairs.index((name, subject.anchor))]
    return LambdaFamily(cards=tuple(cards), sources=sources, mmd=mmd)


def _without_weight(card: ModelCard) -> dict[str, Any]:
    """Return all that makes a training but λ, and what it is called."""
    config = {k: v for k, v in card.config.items() if k != "align_weight"}
    recipe: dict[str, Any] = copy.deepcopy(dict(card.recipe))
    for name in ("name", "note"):
        recipe.pop(name, None)
    told = recipe.get("model", {})
    if isinstance(told.get("config"), Mapping):
        told["config"] = {
            k: v for k, v in told["config"].items() if k != "align_weight"
        }
    return {"config": config, "recipe": recipe, "seed": card.seed}
