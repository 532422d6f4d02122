"""Sequences without a model: features of one width, compared as they are."""

from functools import cached_property

import numpy as np
import torch

from fusionviz.alignment import cosine_cost, relaxed_transport
from fusionviz.analysis.shared.subjects.alignmamba import clock_of
from fusionviz.analysis.shared.subjects.sides import sequence_side
from fusionviz.analysis.shared.subjects.tokens import (
    AlignmentCase,
    Floats,
    Stage,
    TokenSide,
    TokenSubject,
)
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError
from fusionviz.models.alignmamba.align import move


class FeatureSubject(TokenSubject):
    """Sequences whose features have one width, such as embeddings of one model.

    There is no encoder and no backbone: the tokens are the features, and the plan is
    the relaxed one.

    Args:
        sample: Features of one width throughout.

    Raises:
        InputError: Widths differ, or there are ids instead of features.
    """

    def __init__(self, sample: SequenceSample) -> None:
        if not is_comparable(sample):
            raise InputError(
                "Without a model, features need one width to be compared, got "
                f"{widths_of(sample)}: pick a model that reads these widths, or bring "
                "embeddings of one width."
            )
        self.sample = sample

    @property
    def anchor(self) -> str:
        """The modality that the others are aligned to; it may be missing."""
        return self.sample.anchor

    @property
    def names(self) -> tuple[str, ...]:
        """Modalities that are there, the anchor last."""
        there = [name for name in self.sample.names if name != self.anchor]
        return (*there, *(name for name in self.sample.names if name == self.anchor))

    @property
    def missing_names(self) -> tuple[str, ...]:
        """The anchor, where it is not there."""
        return () if self.anchor in self.sample.names else (self.anchor,)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Features, and features moved to the anchor's positions."""
        return ("encoded", "aligned") if self.sources else ("encoded",)

    def side(self, name: str) -> TokenSide:
        """Return the steps of a modality."""
        return sequence_side(name, self.sample)

    def tokens(self, stage: Stage) -> dict[str, Floats]:
        """Return tokens (token, channel) of each modality that is there, by name."""
        features: dict[str, Floats] = {
            name: np.asarray(self.sample.modalities[name], np.float32)
            for name in self.names
        }
        return features if stage != "aligned" else {**features, **self._moved}

    @cached_property
    def _moved(self) -> dict[str, Floats]:
        moved = {}
        for name in self.sources:
            x = torch.from_numpy(self.case(name).x)[None]
            plan = torch.from_numpy(self.case(name).own_plan)[None]
            there = torch.ones(1, plan.shape[2], dtype=torch.bool)
            moved[name] = move(x, plan, there, "length")[0].numpy()
        return moved

    def _case(self, source: str) -> AlignmentCase:
        features = self.tokens("encoded")
        x, y = features[source], features[self.anchor]
        with torch.inference_mode():
            cost = cosine_cost(torch.from_numpy(x)[None], torch.from_numpy(y)[None])
            plan = relaxed_transport(cost).coupling[0].numpy()
        return AlignmentCase(
            source=self.side(source),
            target=self.side(self.anchor),
            x=x,
            y=y,
            cost=cost[0].numpy(),
            own_plan=plan,
            own_solver="relaxed",
            truth=self.sample.alignment.get(source),
            truth_word="its true word" if self.sample.words else "its true step",
            clock=clock_of(self.sample, source),
        )


def is_comparable(sample: SequenceSample) -> bool:
    """Whether the features of all modalities have one width."""
    shapes = {x.shape[1:] for x in sample.modalities.values()}
    return len(shapes) == 1 and () not in shapes


def widths_of(sample: SequenceSample) -> str:
    """Return how many features a step of each modality has, in words."""
    return ", ".join(
        f"{name} {x.shape[1] if x.ndim == 2 else 'ids'}"
        for name, x in sample.modalities.items()
    )
