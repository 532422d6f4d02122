"""Samples with modalities taken away, to see what a model makes of the rest."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, overload

import numpy as np

from fusionviz.data.faults.presence import (
    draw_presence,
    draw_presence_share,
    fixed_subsets,
)
from fusionviz.data.records import PosterSample, RGBDSample
from fusionviz.data.sequences.samples import SequenceSample

FIELD = {"rgb": "rgb", "depth": "depth_m"}
"""Field of a pair of images by modality."""

FIXED = fixed_subsets(tuple(FIELD))
"""Which images are present, in the protocol of fixed missing ones."""

RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Missing rates, in the protocol of random missing ones (Li et al. 2025)."""

FILM_FIELD = {"poster": "rgb", "plot": "plot"}
"""Field of a film by modality."""

Sample = RGBDSample | SequenceSample | PosterSample


class MissingModalities(Sequence[Any]):
    """Samples of which only some modalities are left.

    A sample keeps what it has if nothing would be left of it.

    Args:
        samples: With all modalities that they have.
        present: For each sample, the modalities that are left.
    """

    def __init__(
        self, samples: Sequence[Sample], present: Sequence[Sequence[str]]
    ) -> None:
        if len(samples) != len(present):
            raise ValueError(
                "samples and present differ in length, got "
                f"{len(samples)} and {len(present)}"
            )
        self.samples, self.present = samples, present

    def __len__(self) -> int:
        return len(self.samples)

    @overload
    def __getitem__(self, index: int) -> Any: ...  # noqa: ANN401
    @overload
    def __getitem__(self, index: slice) -> "MissingModalities": ...

    def __getitem__(self, index: int | slice) -> Any:
        """Return one sample, or the samples of a slice."""
        if isinstance(index, slice):
            return MissingModalities(self.samples[index], self.present[index])
        return _only(self.samples[index], self.present[index])


def keep_only(samples: Sequence[Sample], present: Sequence[str]) -> MissingModalities:
    """Return the samples with the modalities `present` alone."""
    return MissingModalities(samples, [tuple(present)] * len(samples))


def drop_at_random(
    samples: Sequence[Sample],
    rate: float,
    names: Sequence[str] = tuple(FIELD),
    *,
    exact: bool = False,
    seed: int = 0,
) -> MissingModalities:
    """Return the samples, each modality of each missing with probability `rate`.

    Where a sample would lose all of them, one drawn at random stays: see
    `draw_presence` for what that makes of the rate, `draw_presence_share` for `exact`.

    Args:
        samples: With all modalities that they have.
        rate: From 0 to 1.
        names: Modalities that may be missing; no other is left.
        exact: Whether the share `rate` of all modalities is missing, as far as each
            sample can keep one, as most papers count it.
        seed: The same takes the same away.

    Raises:
        ValueError: `rate` is no probability.
    """
    draw = draw_presence_share if exact else draw_presence
    stays = draw(len(samples), len(names), rate, seed=seed)
    known = np.array(names)
    return MissingModalities(samples, [tuple(known[row].tolist()) for row in stays])


def _only(sample: Any, names: Collection[str]) -> Any:  # noqa: ANN401
    """Return a sample with some modalities alone, itself if none would be left."""
    if isinstance(sample, SequenceSample):
        return sample.only(names) if set(names) & set(sample.names) else sample
    fields = FILM_FIELD if isinstance(sample, PosterSample) else FIELD
    kept = [name for name in sample.modalities if name in names]
    if not kept:
        return sample
    return replace(sample, **{fields[n]: None for n in fields if n not in kept})
