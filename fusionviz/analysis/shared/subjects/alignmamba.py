"""One sample as one AlignMamba reads it."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusionviz.analysis.shared.pictures import Pictures, pictures_of
from fusionviz.analysis.shared.subjects.sides import picture_side, sequence_side
from fusionviz.analysis.shared.subjects.tokens import (
    AlignmentCase,
    Floats,
    Kin,
    Stage,
    TokenSide,
    TokenSubject,
)
from fusionviz.data.records import RGBDSample
from fusionviz.data.sequences.correspondence import clock_assignment
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.models.alignmamba import (
    AlignMamba,
    AlignMambaInputs,
    AlignMambaTrace,
    rgbd_inputs,
    sequence_inputs,
)
from fusionviz.models.alignmamba.model import Plans
from fusionviz.models.inputs import ImageBatch, to_batch


class AlignMambaSubject(TokenSubject):
    """A model and a sample, and what most pictures of the two need, computed once.

    As with `MangoSubject`, sessions may share it.

    Args:
        model: An AlignMamba that reads the sample's modalities.
        sample: RGB, depth or both, or sequences; learned tokens stand for what is
            missing.
        kin: The data set that has more samples like this one.
    """

    def __init__(
        self,
        model: AlignMamba,
        sample: RGBDSample | SequenceSample,
        kin: Kin | None = None,
    ) -> None:
        self.model, self.sample, self.kin = model, sample, kin

    @property
    def anchor(self) -> str:
        """The modality that the others are aligned to; it may be missing."""
        return self.model.config.anchor

    @property
    def names(self) -> tuple[str, ...]:
        """Modalities that are there, in the order in which a moment is interleaved."""
        there = self.sample.modalities
        return tuple(name for name in self.model.config.interleaved if name in there)

    @property
    def missing_names(self) -> tuple[str, ...]:
        """Modalities that the model has and the sample lacks."""
        wanted = self.model.config.interleaved
        return tuple(name for name in wanted if name not in self.names)

    @property
    def missing(self) -> str | None:
        """What the sample lacks, in words, or None."""
        return " and ".join(self.missing_names) or None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Stages that there are tokens of."""
        return ("raw", "encoded", "aligned", "fused")

    @property
    def channels(self) -> int:
        """Channels of a Mamba layer's scan."""
        return self.model.config.d_model * self.model.config.expand

    @cached_property
    def batch(self) -> ImageBatch | None:
        """A pair of pictures as the model takes it; None of sequences."""
        if isinstance(self.sample, SequenceSample):
            return None
        weight = next(self.model.parameters())
        batch = to_batch([self.sample], self.model.config.image_size)
        return batch.to(weight.device, weight.dtype)

    @cached_property
    def inputs(self) -> AlignMambaInputs:
        """The sample as the model takes it."""
        config = self.model.config
        if self.batch is not None:
            return rgbd_inputs(self.batch, config.names)
        device = next(self.model.parameters()).device
        return sequence_inputs([self._sequences], config).to(device)

    @cached_property
    def pictures(self) -> Pictures | None:
        """What the model reads, of its size; None of sequences."""
        return None if self.batch is None else pictures_of(self.batch)

    @cached_property
    def trace(self) -> AlignMambaTrace:
        """The pass with all states of the backbone."""
        return self.trace_with(None)

    def trace_with(self, plan: Plans | None) -> AlignMambaTrace:
        """Return the pass with other plans than the model's own.

        Args:
            plan: By source, (source, target) or (1, source, target): see
                `AlignMamba.forward`. None: the model's own. Shapes that do not fit
                are a ValueError.
        """
        return self.model.trace(self.inputs, plan, hidden=True)

    def side(self, name: str) -> TokenSide:
        """Return the tokens of a modality that is there."""
        if self.batch is not None:
            return picture_side(name, self.batch[name], self.model.config.shape)
        return sequence_side(name, self._sequences)

    def tokens(self, stage: Stage) -> dict[str, Floats]:
        """Return tokens (token, channel) of each modality that is there, by name."""
        return self._raw if stage == "raw" else tokens_of(self.trace, stage)

    @cached_property
    def _raw(self) -> dict[str, Floats]:
        sides = {name: self.side(name).features for name in self.names}
        return {name: raw for name, raw in sides.items() if raw is not None}

    @property
    def _sequences(self) -> SequenceSample:
        if not isinstance(self.sample, SequenceSample):
            raise TypeError("a pair of pictures has no sequences")
        return self.sample

    def _case(self, source: str) -> AlignmentCase:
        alignment = self.trace.alignments[source]
        truth, word = self._truth(source)
        return AlignmentCase(
            source=self.side(source),
            target=self.side(self.anchor),
            x=self.trace.tokens[source][0],
            y=self.trace.tokens[self.anchor][0],
            cost=alignment.cost[0],
            own_plan=alignment.coupling[0],
            own_solver=self.model.config.alignment,
            truth=truth,
            truth_word=word,
            clock=None if self.batch is not None else clock_of(self._sequences, source),
        )

    def _truth(self, source: str) -> tuple[NDArray[np.int64] | None, str]:
        if self.batch is not None:  # both pictures show the same view
            return np.arange(self.model.config.shape.places), "its own place"
        truth = self._sequences.alignment.get(source)
        return truth, "its true word" if self._sequences.words else "its true step"


def tokens_of(
    trace: AlignMambaTrace, stage: Stage, index: int = 0
) -> dict[str, Floats]:
    """Return the tokens (token, channel) of a sample at a stage, by modality.

    Padding and modalities that the sample lacks are left out.

    Args:
        trace: With hidden states.
        stage: Not `raw`, of which a trace knows nothing.
        index: Of the sample in the batch.
    """
    there = [name for name in trace.modalities if trace.present[name][index]]
    if stage == "encoded":
        return {
            name: trace.tokens[name][index][trace.mask[name][index]] for name in there
        }
    if stage == "aligned":
        moved = {name: one.after[index] for name, one in trace.alignments.items()}
        moved[trace.anchor] = trace.tokens[trace.anchor][index]
    else:
        last, step = trace.hidden[-1][index], len(trace.modalities)
        moved = {name: last[i::step] for i, name in enumerate(trace.modalities)}
    positions = trace.mask[trace.anchor][index]
    return {name: moved[name][positions] for name in there}


def clock_of(sample: SequenceSample, source: str) -> NDArray[np.int64] | None:
    """Return where a source's steps belong by the clock alone, None without one."""
    if not {source, sample.anchor} <= set(sample.times):
        return None
    return clock_assignment(sample, source)
