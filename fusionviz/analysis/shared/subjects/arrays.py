"""Arrays of a model of one's own, as what the pages' pictures are of."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.attention.stack import AttentionStack, stack_of_file
from fusionviz.analysis.shared.subjects.features import FeatureSubject
from fusionviz.analysis.shared.subjects.tokens import AlignmentCase, TokenSide
from fusionviz.data.arrays.keys import say_absent
from fusionviz.data.arrays.record import ModelArrays, PlanArray
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.errors import InputError

OWN = "yours"
"""Solver of a plan that came with the arrays."""


class ArrayTokens(FeatureSubject):
    """Tokens of one width by modality, with the plan that came with them.

    The modality that the plan leads to is the anchor; without a plan `text`, else the
    one with the fewest tokens.

    Args:
        arrays: They have tokens.

    Raises:
        InputError: Widths differ, or there are no tokens.
    """

    def __init__(self, arrays: ModelArrays) -> None:
        if not arrays.tokens:
            raise InputError(say_absent("Distributions", arrays.keys))
        super().__init__(
            SequenceSample(
                modalities=dict(arrays.tokens), anchor=_anchor_of(arrays), words=()
            )
        )
        self.arrays = arrays

    def side(self, name: str) -> TokenSide:
        """Return the tokens of a modality."""
        return TokenSide(
            name=name,
            labels=self.arrays.labels_of(name),
            features=self.arrays.tokens[name],
        )

    def _case(self, source: str) -> AlignmentCase:
        case, plan = super()._case(source), self.arrays.plan
        if plan is None or (plan.source, plan.target) != (source, self.anchor):
            return case
        return replace(case, own_plan=plan.mass.astype(np.float32), own_solver=OWN)


def _anchor_of(arrays: ModelArrays) -> str:
    counts = {name: len(x) for name, x in arrays.tokens.items()}
    if arrays.plan is not None and arrays.plan.target in counts:
        return arrays.plan.target
    return "text" if "text" in counts else min(counts, key=lambda name: counts[name])


@dataclass(frozen=True, kw_only=True, eq=False)
class ArraysSubject:
    """Arrays of one sample, and what they are called.

    Attributes:
        arrays: They have been checked.
        title: Name of the file, or of the model and its sample.
    """

    arrays: ModelArrays
    title: str

    @cached_property
    def stack(self) -> AttentionStack:
        """Attention by layer and head.

        Raises:
            InputError: There is none.
        """
        if self.arrays.attention is None:
            raise self.absent("Attention")
        stack = stack_of_file(self.arrays.attention, self.title)
        return replace(stack, notes=self.arrays.notes.get("attention", ()))

    @cached_property
    def tokens(self) -> ArrayTokens:
        """Tokens of one width by modality.

        Raises:
            InputError: There are none, or their widths differ.
        """
        return ArrayTokens(self.arrays)

    @property
    def plan(self) -> PlanArray:
        """The plan that came with the arrays.

        Raises:
            InputError: There is none.
        """
        if self.arrays.plan is None:
            raise self.absent("Transport")
        return self.arrays.plan

    @property
    def latents(self) -> NDArray[np.float32]:
        """Latents (token, channel).

        Raises:
            InputError: There are none.
        """
        if self.arrays.latents is None:
            raise self.absent("Latents")
        return self.arrays.latents

    @property
    def sample(self) -> RGBDSample:
        """Colours, depth or both.

        Raises:
            InputError: There is neither.
        """
        if self.arrays.rgb is None and self.arrays.depth_m is None:
            raise self.absent("Inputs")
        notes = (*self._told("rgb"), *self._told("depth"))
        return RGBDSample(rgb=self.arrays.rgb, depth_m=self.arrays.depth_m, notes=notes)

    def _told(self, key: str) -> tuple[str, ...]:
        return self.arrays.notes.get(key, ())

    def absent(self, page: str) -> InputError:
        """Return the error that says which keys would light a page up."""
        return InputError(say_absent(page, self.arrays.keys))
