"""How far apart modalities are at each stage of a pass, over many samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusionviz.alignment import distance_of, held_out_mistakes
from fusionviz.analysis.distributions.kin_samples import batches_of_kin
from fusionviz.analysis.distributions.stage_mmd import (
    STAGES,
    Pair,
    model_pairs,
    stage_mmd,
)
from fusionviz.analysis.shared.subjects.alignmamba import tokens_of
from fusionviz.analysis.shared.subjects.tokens import Kin, Stage
from fusionviz.data.sequences.samples import SequenceSample
from fusionviz.data.sets.units import units_of
from fusionviz.errors import InputError
from fusionviz.models.alignmamba import (
    AlignMamba,
    AlignMambaInputs,
    AlignMambaTrace,
    rgbd_inputs,
    sequence_inputs,
    why_unread,
)
from fusionviz.models.inputs import to_batch
from fusionviz.training.metrics.intervals import Measurement, estimate

DISTANCE_TOKENS = 128
"""Evenly spaced tokens of each side and sample that the A-distance is taken of."""

_READING = 0.6
"""Share of the work that reading the samples is."""

Tell = Callable[[float, str], bool]


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleStages:
    """What was measured on each sample, at each stage, of each pair of modalities.

    Attributes:
        kin: The data set.
        asked: How many samples were to be measured; there are fewer where the work
            was stopped.
        pairs: Two modalities each, those with the anchor first.
        samples: What each sample is called.
        units: What each is drawn again with (see `units_of`).
        mmd: MMD² within each sample, no unit, (pair, stage, sample); NaN where a
            modality is missing.
        mistakes: As `held_out_mistakes` has them, (pair, stage, sample, 2, 2); zeros
            where the work was stopped before.
        unreached: Share of the anchor's tokens to which nothing was sent, mean over
            samples, by source.
    """

    kin: Kin
    asked: int
    pairs: tuple[Pair, ...]
    samples: tuple[str, ...]
    units: tuple[str, ...]
    mmd: NDArray[np.float64]
    mistakes: NDArray[np.int64]
    unreached: dict[str, float]

    @property
    def has_distances(self) -> bool:
        """Whether all A-distances were measured."""
        return bool((self.mistakes[..., 1].sum(axis=2) > 0).all())

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing: the work was not stopped."""
        return len(self.samples) == self.asked and self.has_distances


def measure_sample_stages(
    model: AlignMamba,
    kin: Kin,
    *,
    count: int,
    factor: float = 1.0,
    seed: int = 0,
    tell: Tell = lambda share, doing: True,
) -> SampleStages:
    """Return MMD² and the classifier's mistakes of samples of a test split.

    MMD² is the biased one within each sample, as in the training loss: σ is `factor`
    times the median distance between its tokens of the two modalities at that stage
    (`pair_mmd`). The A-distance pools all samples and holds out whole ones; anchor
    tokens to which nothing was sent are left out of it after local alignment.

    Args:
        model: Reads the set.
        kin: Name of the set.
        count: How many samples at most.
        factor: Of the bandwidth, above 0.
        seed: Of the shuffle of samples into folds.
        tell: Told the share that is done and what is being done; ends the work by
            False, and what is done by then is returned.

    Raises:
        InputError: The data is not there, the model has one modality or cannot read
            the set, or the work was stopped before the first batch.
    """
    pairs = model_pairs(model)
    available, batches = batches_of_kin(kin, model, count)
    found = _SampleTally(pairs, factor)
    for batch in batches:
        done = len(found.names)
        if not tell(_READING * done / available, f"{done} of {available} samples read"):
            break
        found.add(batch, model.trace(_inputs(model, batch), hidden=True))
    if not found.names:
        raise InputError("It was stopped before a sample was read: start it again.")
    return SampleStages(
        kin=kin,
        asked=available,
        pairs=pairs,
        samples=tuple(found.names),
        units=tuple(units_of(found.samples)),
        mmd=np.stack(found.mmd, axis=-1),
        mistakes=found.mistakes(seed, tell),
        unreached={
            name: float(np.mean(shares)) for name, shares in found.unreached.items()
        },
    )


class _SampleTally:
    """Measurements of the samples that were read so far.

    Attributes:
        names: Of the samples.
        samples: Themselves.
        mmd: Of each sample, (pair, stage).
        unreached: Share of the anchor's tokens without mass, of each sample by source.
    """

    def __init__(self, pairs: Sequence[Pair], factor: float) -> None:
        self.pairs, self.factor = pairs, factor
        self.names: list[str] = []
        self.samples: list[object] = []
        self.mmd: list[NDArray[np.float64]] = []
        self.unreached: dict[str, list[float]] = {}
        self._tokens: dict[tuple[Stage, str], list[torch.Tensor]] = {}

    def add(self, batch: Sequence[object], trace: AlignMambaTrace) -> None:
        """Measure the samples of a batch."""
        for index, sample in enumerate(batch):
            self.samples.append(sample)
            self.names.append(getattr(sample, "id", "") or f"{len(self.names)}")
            self.mmd.append(stage_mmd(trace, index, self.pairs, self.factor))
            for name, one in trace.alignments.items():
                positions = trace.mask[trace.anchor][index]
                empty = float((one.received[index][positions] == 0).mean())
                self.unreached.setdefault(name, []).append(empty)
            for stage in STAGES:
                self._keep(trace, index, stage)

    def _keep(self, trace: AlignMambaTrace, index: int, stage: Stage) -> None:
        """Keep the tokens that the A-distance is taken of."""
        there = tokens_of(trace, stage, index)
        positions = trace.mask[trace.anchor][index]
        for name in trace.modalities:
            x = there.get(name, trace.tokens[name][index][:0])
            if stage == "aligned" and name in trace.alignments and len(x):
                x = x[trace.alignments[name].received[index][positions] > 0]
            tokens = _thin(torch.from_numpy(x), DISTANCE_TOKENS)
            self._tokens.setdefault((stage, name), []).append(tokens)

    def mistakes(self, seed: int, tell: Tell) -> NDArray[np.int64]:
        """Return the classifier's mistakes, (pair, stage, sample, 2, 2)."""
        out = np.zeros((len(self.pairs), len(STAGES), len(self.names), 2, 2), np.int64)
        for done, (row, column) in enumerate(np.ndindex(out.shape[:2])):
            share = _READING + (1 - _READING) * done / (out.shape[0] * out.shape[1])
            names = self.pairs[row]
            if not tell(share, f"a classifier tells {names[0]} from {names[1]}"):
                break
            sides = [self._tokens[STAGES[column], name] for name in names]
            out[row, column] = _held_out(sides[0], sides[1], seed)
        return out


def _held_out(
    x: Sequence[torch.Tensor], y: Sequence[torch.Tensor], seed: int
) -> NDArray[np.int64]:
    """Return the mistakes of each sample, zeros where nothing can be held out."""
    try:
        (one, one_mask), (other, other_mask) = _padded(x), _padded(y)
        return held_out_mistakes(
            one, other, x_mask=one_mask, y_mask=other_mask, seed=seed
        )
    except ValueError:  # one sample, or folds without tokens of one side
        return np.zeros((len(x), 2, 2), np.int64)


def _padded(tokens: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    lengths = torch.tensor([len(one) for one in tokens])
    padded = torch.nn.utils.rnn.pad_sequence(list(tokens), batch_first=True)
    return padded, torch.arange(padded.shape[1]) < lengths[:, None]


def _inputs(model: AlignMamba, batch: Sequence[object]) -> AlignMambaInputs:
    config, device = model.config, next(model.parameters()).device
    if not isinstance(batch[0], SequenceSample):
        images = to_batch(list(batch), config.image_size)  # type: ignore[arg-type]
        return rgbd_inputs(images, config.names).to(device)
    reason = why_unread(batch[0], config)
    if reason is not None:
        raise InputError(f"The model cannot read this set: {reason}.")
    return sequence_inputs(list(batch), config).to(device)  # type: ignore[arg-type]


def _thin(x: torch.Tensor, most: int) -> torch.Tensor:
    """Return tokens (token, channel), every n-th of them where there are too many."""
    return x[:: max(1, -(-len(x) // most))]


@dataclass(frozen=True, kw_only=True, eq=False)
class SampleFigures:
    """MMD² and A-distances of all samples together, with intervals over their units.

    Attributes:
        mmd: Mean MMD² and the ends of its interval, (pair, stage, 3).
        spread: Between which the same share of single samples lies, (pair, stage, 2).
        distance: A-distance and the ends of its interval, (pair, stage, 3).
        level: Share of an interval.
    """

    mmd: NDArray[np.float64]
    spread: NDArray[np.float64]
    distance: NDArray[np.float64]
    level: float


def figures_of(
    stages: SampleStages, *, level: float = 0.95, seed: int = 0
) -> SampleFigures:
    """Return means and A-distances with bootstrap intervals.

    1000 draws of the samples' units (see `fusionviz.data.sets.units`). The classifiers
    of the A-distance stay as they are: its interval is one of the held-out error. NaN
    where nothing was measured.

    Args:
        stages: What was measured.
        level: Share of an interval, above 0 and below 1.
        seed: Of the draws.
    """
    shape = stages.mmd.shape[:2]
    mmd, distance = np.full((*shape, 3), np.nan), np.full((*shape, 3), np.nan)
    spread = np.full((*shape, 2), np.nan)
    for place in np.ndindex(shape):
        values = stages.mmd[place]
        drawn = estimate(
            Measurement(values=values), units=stages.units, seed=seed, level=level
        )
        mmd[place] = drawn.value, *drawn.ends
        if not np.isnan(values).all():
            spread[place] = np.nanquantile(values, ((1 - level) / 2, (1 + level) / 2))
        counts = Measurement(values=stages.mistakes[place], statistic=distance_of)
        if counts.values[..., 1].sum(axis=0).all():
            drawn = estimate(counts, units=stages.units, seed=seed, level=level)
            distance[place] = drawn.value, *drawn.ends
    return SampleFigures(mmd=mmd, spread=spread, distance=distance, level=level)
